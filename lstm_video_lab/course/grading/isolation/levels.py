"""Isolation of a process, by the process itself, before it runs what it does not trust.

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
SCRATCH = "/scratch"  # inside a file system of its own; Python itself may lie in /tmp
SCRATCH_BYTES = 16 * 2**20

_libc = ctypes.CDLL(None, use_errno=True)
_NEWNS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
_NEWUTS = 0x4000000
_RDONLY, _NOSUID, _NODEV, _BIND, _REC, _PRIVATE, _DETACH = 1, 2, 4, 0x1000, 0x4000, 0x40000, 2
_SUBREAPER, _DEATHSIG, _NO_NEW_PRIVS, _DUMPABLE = 36, 1, 38, 4
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_LANDLOCK = 444, 445, 446  # create, add a rule, restrict: the same numbers everywhere
_RUN, _READ, _LIST = 0b0001, 0b0100, 0b1000  # rights of landlock to a file or folder


class IsolationError(OSError):
    """A part of the isolation that this kernel does not allow."""


def _call(name: str, result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise IsolationError(number, f"{name}: {os.strerror(number)}")
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
    try:
        line = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    except OSError:
        return []
    return [int(word) for word in line.split()]


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

    Raises IsolationError where the kernel does not allow it.
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


def enter_own_file_system(
    readable: list[str], hidden: list[str], links: dict[str, str] | None = None
) -> None:
    """A root of its own: `readable` paths but for `hidden` ones, and a small scratch folder.

    links: link → what it says, for other names of what can be read. Raises IsolationError where
    the kernel does not allow it.
    """
    _mount(None, "/", None, _REC | _PRIVATE)
    root = _place_for_a_root(readable)  # covered in this process's mounts only
    _mount(
        "tmpfs", root, "tmpfs", _NOSUID | _NODEV, f"size={SCRATCH_BYTES},nr_inodes=2000,mode=755"
    )
    for path in readable:
        _bind_mount(path, root + path)
    for path in hidden:
        _cover(root + path)
    for link, says in (links or {}).items():
        if not os.path.lexists(root + link):
            os.makedirs(os.path.dirname(root + link), exist_ok=True)
            os.symlink(says, root + link)
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
    raise IsolationError(0, "no folder can be covered by a new root")


def _bind_mount(path: str, target: str) -> None:
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


def _cover(path: str) -> None:
    """Let an empty folder, or nothing, be seen in place of this."""
    if os.path.isdir(path):
        _mount("tmpfs", path, "tmpfs", _RDONLY, "size=4k,mode=755")
    elif os.path.exists(path):
        _mount(os.devnull, path, None, _BIND)


def _mount(
    source: str | None, target: str, kind: str | None, flags: int, options: str = ""
) -> None:
    result = _libc.mount(
        source.encode() if source else None,
        target.encode(),
        kind.encode() if kind else None,
        ctypes.c_ulong(flags),
        options.encode() if options else None,
    )
    _call(f"mount {target}", result)


def drop_privileges(user: int | None) -> None:
    """Give up all privileges for good: no capabilities, no way to new ones; be another user."""
    if os.getuid() == 0 and user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    if sys.platform == "linux":
        for capability in range(64):  # those that a user namespace gave
            _libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP; fails without privileges
        header = struct.pack("Ii", 0x20080522, 0)
        no_capabilities = bytes(24)
        _call("capset", _libc.capset(header, no_capabilities))
        _prctl(_NO_NEW_PRIVS, 1)
        _prctl(_DUMPABLE, 0)


def landlock_version() -> int:
    """Of this kernel's landlock; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    return max(0, _libc.syscall(_LANDLOCK[0], None, ctypes.c_size_t(0), 1))


def restrict_files(readable: list[str], hidden: list[str], scratch: str = "") -> None:
    """From now on only `readable` but for `hidden` can be read, only `scratch` be written; no TCP.

    Raises IsolationError where the kernel does not allow it.
    """
    version = landlock_version()
    if version < 1:
        raise IsolationError(0, "this kernel has no landlock")
    everything = _all_rights(version)
    rules = _new_rules(version, everything)
    secret = {os.path.realpath(path) for path in hidden}
    for path in sorted({os.path.realpath(path) for path in readable}):
        for allowed, rights in _rights_without(path, secret):
            _allow(rules, allowed, rights)
    if scratch:
        _allow(rules, scratch, everything)
    _prctl(_NO_NEW_PRIVS, 1)
    _call("landlock", _libc.syscall(_LANDLOCK[2], rules, 0))
    os.close(rules)


def _all_rights(version: int) -> int:
    """A bit for each right to files that this version of landlock knows."""
    if version < 2:
        return (1 << 13) - 1
    if version < 3:
        return (1 << 14) - 1  # to link and rename into other folders
    if version < 5:
        return (1 << 15) - 1  # to truncate
    return (1 << 16) - 1  # to control devices


def _new_rules(version: int, everything: int) -> int:
    """The descriptor of rules that forbid every right to files, and TCP and abstract sockets and
    signals where this version can; what is allowed is added to it.
    """
    network = 0b11 if version >= 4 else 0
    scopes = 0b11 if version >= 6 else 0
    size = 8 if version < 4 else 16 if version < 6 else 24  # of the struct that it knows
    attributes = struct.pack("QQQ", everything, network, scopes)[:size]
    return _call("landlock", _libc.syscall(_LANDLOCK[0], attributes, ctypes.c_size_t(size), 0))


def _allow(rules: int, path: str, rights: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    if not os.path.isdir(path):
        rights &= _RUN | _READ
    rule = struct.pack("=Qi", rights, place)
    _call(f"landlock {path}", _libc.syscall(_LANDLOCK[1], rules, 1, rule, 0))
    os.close(place)


def _rights_without(path: str, hidden: set[str]) -> Iterator[tuple[str, int]]:
    """Rights for a path; where something hidden lies in it, for all that lies beside that."""
    if path in hidden or not os.path.exists(path):
        return
    folder = path.rstrip("/") + "/"
    if not any(one.startswith(folder) for one in hidden):
        yield path, _RUN | _READ | _LIST
        return
    yield path, _LIST
    for entry in os.scandir(path):
        if not entry.is_symlink():  # what it points to has its own rights
            yield from _rights_without(entry.path, hidden)


def refuse_calls(code: bytes) -> None:
    """From now on a filter of system calls decides what this process may ask for (Linux).

    code: BPF, from `refused_calls.filter_code`; without any, nothing is refused.
    """
    if sys.platform != "linux" or not code:
        return
    buffer = ctypes.create_string_buffer(code, len(code))
    sock_fprog = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    _prctl(_NO_NEW_PRIVS, 1)
    _call("seccomp", _libc.prctl(22, 2, sock_fprog, 0, 0))


def set_limits(cpu_seconds: float, memory: int, largest_file: int) -> None:
    """CPU seconds, bytes of address space and of a file; no new process or thread."""
    seconds = max(1, round(cpu_seconds))
    limits = {
        "CPU": (seconds, seconds + 1),
        "CORE": (0, 0),
        "FSIZE": (largest_file, largest_file),
        "NOFILE": (64, 64),
        "NPROC": (0, 0),
        "AS": (memory, memory),
        "MSGQUEUE": (0, 0),
    }
    for name, (soft, hard) in limits.items():
        number = getattr(resource, f"RLIMIT_{name}", None)
        if number is None:
            continue
        most = resource.getrlimit(number)[1]
        if most != resource.RLIM_INFINITY:
            soft = min(soft, most)
            hard = min(hard, most)
        with suppress(ValueError, OSError):  # macOS refuses some
            resource.setrlimit(number, (soft, hard))


def address_space() -> int:
    """Bytes of this process's address space now."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 8 * 2**30


def collapse(begin: int, size: int) -> None:
    """Ask for large pages for a part of this process's memory; no matter if there are none."""
    _libc.madvise(ctypes.c_void_p(begin), ctypes.c_size_t(size), 25)  # MADV_COLLAPSE
