"""Walls around a process, put up by the process itself before it runs what it does not trust.

Three levels, each with all that the ones below have:

    limits      CPU time, memory, open files, no bytes into files; no new privileges; and on Linux
                no new processes, no sockets, no signals to others, no looking into others, no
                changes to what others own or may use
    landlock    of the file system nothing but Python can be read (Linux 5.13)
    namespaces  its own users, processes, mounts, network and messages; a file system of its own

The standard library alone, by numbers of system calls: this runs in a process that is about to be
locked up. Sources: the manual pages landlock(7), namespaces(7), pivot_root(2), prctl(2).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

LEVELS = ("limits", "landlock", "namespaces")
NOBODY = 65534
SCRATCH = "/scratch"  # inside a file system of its own; Python itself may lie in /tmp
SCRATCH_BYTES = 16 * 2**20
SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/opt/conda")  # read, run

_libc = ctypes.CDLL(None, use_errno=True)
_NEWNS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
_NEWUTS = 0x4000000
_RDONLY, _NOSUID, _NODEV, _BIND, _REC, _PRIVATE, _DETACH = 1, 2, 4, 0x1000, 0x4000, 0x40000, 2
_SUBREAPER, _DEATHSIG, _NO_NEW_PRIVS, _DUMPABLE = 36, 1, 38, 4
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_LANDLOCK = 444, 445, 446  # create, add a rule, restrict: the same numbers everywhere

_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_FCNTL, _OWNERS = {"x86_64": 72, "aarch64": 25}, (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX
REFUSED = {  # name → numbers on x86_64 and aarch64
    "socket": (41, 198), "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424), "ptrace": (101, 117), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "unshare": (272, 97), "setns": (308, 268),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "add_key": (248, 217),
    "keyctl": (250, 219), "io_uring_setup": (425, 425), "fork": (57, 220), "vfork": (58, 220),
    "clone": (56, 220), "clone3": (435, 435), "pidfd_getfd": (438, 438),
    "shmget": (29, 194), "semget": (64, 190), "msgget": (68, 186), "socketpair": (53, 199),
    "prlimit64": (302, 261), "setrlimit": (160, 164), "setpriority": (141, 140),
    "ioprio_set": (251, 30), "sched_setaffinity": (203, 122), "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118), "sched_setattr": (314, 274), "chmod": (90, 53),
    "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, 54),
    "fchown": (93, 55), "lchown": (94, 54), "fchownat": (260, 54), "utime": (132, 88),
    "utimes": (235, 88), "futimesat": (261, 88), "utimensat": (280, 88), "setxattr": (188, 5),
    "lsetxattr": (189, 6), "fsetxattr": (190, 7), "removexattr": (197, 14),
    "lremovexattr": (198, 15), "fremovexattr": (199, 16),
}  # fmt: skip


class WallError(OSError):
    """A wall that this kernel does not allow."""


def _call(name: str, result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise WallError(number, f"{name}: {os.strerror(number)}")
    return result


def _prctl(option: int, value: int) -> None:
    _call("prctl", _libc.prctl(option, value, 0, 0, 0))


def become_reaper() -> None:
    """Orphans below this process become its children, also those that called setsid (Linux)."""
    if sys.platform == "linux":
        _prctl(_SUBREAPER, 1)


def die_with_parent() -> None:
    if sys.platform == "linux":
        _prctl(_DEATHSIG, signal.SIGKILL)


def children() -> list[int]:
    """The process ids of all children of this process (Linux)."""
    me = os.getpid()
    try:
        told = Path(f"/proc/self/task/{me}/children").read_text()
        return [int(word) for word in told.split()]
    except OSError:
        return []


def kill_all_children() -> None:
    """End every descendant and wait for it: killed parents hand their children to the reaper."""
    while True:
        for pid in children():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def unshare() -> None:
    """New users, mounts, network, messages; the next child is process 1 of new processes.

    Raises WallError where the kernel does not allow it.
    """
    uid, gid = os.getuid(), os.getgid()
    flags = _NEWNS | _NEWIPC | _NEWPID | _NEWNET | _NEWUTS
    if uid != 0:
        flags |= _NEWUSER
    _call("unshare", _libc.unshare(flags))
    if uid != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def own_file_system(readable: list[str], hidden: list[str]) -> None:
    """A root of its own: `readable` paths but for `hidden` folders, and a small scratch folder.

    Raises WallError where the kernel does not allow it.
    """
    _mount(None, "/", None, _REC | _PRIVATE)
    root = _place_for_a_root(readable)  # covered in this process's mounts only
    _mount(
        "tmpfs", root, "tmpfs", _NOSUID | _NODEV, f"size={SCRATCH_BYTES},nr_inodes=2000,mode=755"
    )
    for path in readable:
        _show(path, root + path)
    for path in hidden:
        if os.path.isdir(root + path):
            _mount("tmpfs", root + path, "tmpfs", _RDONLY, "size=4k,mode=755")
    os.makedirs(root + SCRATCH, exist_ok=True)
    os.chdir(root)
    _call("pivot_root", _libc.syscall(_PIVOT_ROOT[platform.machine()], b".", b"."))
    _call("umount", _libc.umount2(b".", _DETACH))
    read_only = struct.pack("QQQQ", _RDONLY | _NOSUID | _NODEV, 0, 0, 0)  # struct mount_attr
    _call("mount_setattr", _libc.syscall(442, -100, b"/", 0x8000, read_only, len(read_only)))
    _mount(
        "tmpfs", SCRATCH, "tmpfs", _NOSUID | _NODEV, f"size={SCRATCH_BYTES},nr_inodes=200,mode=777"
    )
    os.chdir(SCRATCH)


def _place_for_a_root(readable: list[str]) -> str:
    """A folder that nothing readable lies in."""
    for place in ("/mnt", "/media", "/srv", "/run", "/home", "/tmp"):
        if os.path.isdir(place) and not any((p + "/").startswith(place + "/") for p in readable):
            return place
    raise WallError(0, "no folder can be covered by a new root")


def _show(path: str, target: str) -> None:
    """Make a path of the old root seen at `target` in the new one."""
    if os.path.lexists(target) or not os.path.lexists(path):
        return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.islink(path):
        os.symlink(os.readlink(path), target)
    elif os.path.isdir(path):
        os.makedirs(target)
        _mount(path, target, None, _BIND | _REC)
    else:
        Path(target).touch()
        _mount(path, target, None, _BIND)


def _mount(source: str | None, target: str, kind: str | None, flags: int, told: str = "") -> None:
    words = [word.encode() if word else None for word in (source, target, kind, told)]
    source_, target_, kind_, told_ = words
    _call(f"mount {target}", _libc.mount(source_, target_, kind_, ctypes.c_ulong(flags), told_))


def become_nobody(user: int | None) -> None:
    """Give up all privileges for good: no capabilities, no way to new ones; be another user."""
    if os.getuid() == 0 and user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    if sys.platform == "linux":
        for capability in range(64):  # those that a user namespace gave
            _libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP; fails without privileges
        head, none = struct.pack("Ii", 0x20080522, 0), bytes(24)
        _call("capset", _libc.capset(head, none))
        _prctl(_NO_NEW_PRIVS, 1)
        _prctl(_DUMPABLE, 0)


def landlock_version() -> int:
    """Of this kernel; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    return max(0, _libc.syscall(_LANDLOCK[0], None, ctypes.c_size_t(0), 1))


def lock_land(readable: list[str], hidden: list[str], scratch: str = "") -> None:
    """From now on only `readable` but for `hidden` can be read, only `scratch` be written; no TCP.

    Raises WallError where the kernel does not allow it.
    """
    version = landlock_version()
    if version < 1:
        raise WallError(0, "this kernel has no landlock")
    rights = 13 if version < 2 else 14 if version < 3 else 15 if version < 5 else 16
    everything, file_only = (1 << rights) - 1, 0b101
    fields = [everything, 0b11 if version >= 4 else 0, 0b11 if version >= 6 else 0]
    told = struct.pack("QQQ", *fields)[: 8 if version < 4 else 16 if version < 6 else 24]
    rules = _call("landlock", _libc.syscall(_LANDLOCK[0], told, ctypes.c_size_t(len(told)), 0))
    secret = {os.path.realpath(path) for path in hidden}
    real = {os.path.realpath(path) for path in readable}
    allowed = [found for path in sorted(real) for found in _without(path, secret)]
    for path, right in [*allowed, *([(scratch, everything)] if scratch else [])]:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        right = right if os.path.isdir(path) else right & file_only
        rule = struct.pack("=Qi", right, place)
        _call(f"landlock {path}", _libc.syscall(_LANDLOCK[1], rules, 1, rule, 0))
        os.close(place)
    _prctl(_NO_NEW_PRIVS, 1)
    _call("landlock", _libc.syscall(_LANDLOCK[2], rules, 0))
    os.close(rules)


def _without(path: str, hidden: set[str]) -> Iterator[tuple[str, int]]:
    """Rights for a path; where something hidden lies in it, for all that lies beside that."""
    if path in hidden or not os.path.exists(path):
        return
    beside = any(one.startswith(path.rstrip("/") + "/") for one in hidden)
    yield path, 0b1000 if beside else 0b1101  # list; or run, read and list
    if beside:
        for entry in os.scandir(path):
            if not entry.is_symlink():  # what it points to has its own rights
                yield from _without(entry.path, hidden)


def refuse_calls() -> None:
    """System calls that no answer needs fail from now on with EPERM (Linux, seccomp(2))."""
    machine = platform.machine()
    if sys.platform != "linux" or machine not in _AUDIT:
        return
    numbers = sorted({call[machine == "aarch64"] for call in REFUSED.values()})
    load, equal, at_least, give = 0x20, 0x15, 0x35, 0x06  # BPF: words, jumps, return
    kill, fail, allow = 0x80000000, 0x00050000 | errno.EPERM, 0x7FFF0000
    last = len(numbers) + 5
    program = [(load, 0, 0, 4), (equal, 1, 0, _AUDIT[machine]), (give, 0, 0, kill), (load, 0, 0, 0)]
    program += [(at_least, last + 1, 0, 0x40000000)]  # the x32 calls
    program += [(equal, last - k, 0, number) for k, number in enumerate(numbers)]
    program += [(equal, 0, 4, _FCNTL[machine]), (load, 0, 0, 24)]  # may send signals to an owner:
    program += [(equal, 3 - k, 0, word) for k, word in enumerate(_OWNERS)]
    program += [(give, 0, 0, allow), (give, 0, 0, fail)]
    code = b"".join(struct.pack("HBBI", *line) for line in program)
    held = ctypes.create_string_buffer(code, len(code))
    told = struct.pack("HxxxxxxP", len(program), ctypes.addressof(held))  # struct sock_fprog
    _prctl(_NO_NEW_PRIVS, 1)
    _call("seccomp", _libc.prctl(22, 2, told, 0, 0))


def set_limits(cpu_seconds: float, memory: int, largest_file: int) -> None:
    """CPU seconds, bytes of address space and of a file; no new process or thread."""
    whole = max(1, round(cpu_seconds))
    limits = {
        "CPU": (whole, whole + 1),
        "CORE": (0, 0),
        "FSIZE": (largest_file, largest_file),
        "NOFILE": (64, 64),
        "NPROC": (0, 0),
        "AS": (memory, memory),
        "MSGQUEUE": (0, 0),
    }
    for name, (soft, hard) in limits.items():
        if hasattr(resource, f"RLIMIT_{name}"):
            number = getattr(resource, f"RLIMIT_{name}")
            most = resource.getrlimit(number)[1]
            if most != resource.RLIM_INFINITY:
                soft, hard = min(soft, most), min(hard, most)
            try:
                resource.setrlimit(number, (soft, hard))
            except (ValueError, OSError):  # macOS refuses some
                continue


def address_space() -> int:
    """Bytes of this process's address space now."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 8 * 2**30
