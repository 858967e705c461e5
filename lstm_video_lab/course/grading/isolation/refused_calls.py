"""System calls that no answer needs, and the filter that refuses them.

Where libseccomp is installed, an answer has a list of calls, by their names; all others do not
exist for it (ENOSYS), also those of kernels to come. Elsewhere what is known to do harm is refused
by number (EPERM), on the processors whose numbers stand here.

Sources: the manual pages seccomp(2), syscalls(2) and seccomp_rule_add(3), the kernel's tables of
system calls. This runs in the process that children are forked from: it imports nothing of the lab.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import tempfile

_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_FCNTL = {"x86_64": 72, "aarch64": 25}
_OWNERS = (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX: who gets signals of a file
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # operations of BPF
_KILL, _FAIL, _ALLOW = 0x80000000, 0x00050000 | errno.EPERM, 0x7FFF0000
REFUSED_CALLS = {  # name → numbers on x86_64 and aarch64
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
    "lremovexattr": (198, 15), "fremovexattr": (199, 16), "timer_create": (222, 107),
    "mq_notify": (244, 184),
}  # fmt: skip


ALLOWED_CALLS = """
    read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 open openat openat2
    creat close close_range lseek dup dup2 dup3 fsync fdatasync ftruncate truncate fallocate
    fadvise64 readahead stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2
    readlink readlinkat getcwd chdir fchdir getdents getdents64 mkdir mkdirat rmdir unlink unlinkat
    rename renameat renameat2 link linkat symlink symlinkat umask flock copy_file_range sendfile
    pipe pipe2 eventfd eventfd2 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait poll
    ppoll select pselect6 ioctl mmap munmap mprotect mremap msync madvise mincore mlock munlock brk
    membarrier get_mempolicy set_mempolicy mbind futex futex_waitv set_robust_list get_robust_list
    rseq set_tid_address arch_prctl prctl sched_yield sched_getaffinity sched_getparam
    sched_getscheduler getcpu gettid getpid getppid getpgid getpgrp getsid getuid geteuid getgid
    getegid getresuid getresgid getgroups getrlimit getpriority getrusage times sysinfo uname
    getrandom clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time rt_sigaction
    rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack pause alarm
    getitimer setitimer restart_syscall wait4 waitid capget exit exit_group
"""
FCNTL_OPERATIONS = (0, 1, 2, 3, 4, 5, 6, 7, 9, 36, 37, 38, 1030, 1031, 1032)  # but for _OWNERS
_ACT_ALLOW, _ACT_ERRNO, _BAD_ARCH, _MASKED_EQUAL = 0x7FFF0000, 0x00050000, 2, 7  # of libseccomp


class _Comparison(ctypes.Structure):
    """struct scmp_arg_cmp: argument `number`, taken with a mask, is `value`."""

    _fields_ = (
        ("number", ctypes.c_uint),
        ("operation", ctypes.c_int),
        ("mask", ctypes.c_uint64),
        ("value", ctypes.c_uint64),
    )


def filter_code(machine: str) -> bytes:
    """The filter as BPF, eight bytes a line; b"" where nothing can be refused.

    machine: the kind of processor, as `platform.machine` names it
    """
    try:
        return code_of_libseccomp(ctypes.CDLL("libseccomp.so.2"), machine)
    except (OSError, AttributeError):  # it is not installed, or too old
        return b"".join(struct.pack("HBBI", *line) for line in filter_program(machine))


def code_of_libseccomp(library: ctypes.CDLL, machine: str) -> bytes:
    """The filter that libseccomp makes. Raises OSError where it makes none."""
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(_ACT_ERRNO | errno.ENOSYS))
    try:
        _choose_processor(library, context, machine)
        bad_arch = ctypes.c_uint32(_ACT_ERRNO | errno.EPERM)
        _check(library.seccomp_attr_set(context, _BAD_ARCH, bad_arch), "bad arch")
        for name in REFUSED_CALLS:
            if name != "clone3":  # as unknown: the C library then tries another call
                _add_rule(library, context, _ACT_ERRNO | errno.EPERM, name)
        for name in ALLOWED_CALLS.split():
            _add_rule(library, context, _ACT_ALLOW, name)
        for operation in FCNTL_OPERATIONS:
            only = _Comparison(1, _MASKED_EQUAL, 0xFFFFFFFF, operation)
            _add_rule(library, context, _ACT_ALLOW, "fcntl", only)
        with tempfile.TemporaryFile() as file:
            _check(library.seccomp_export_bpf(context, file.fileno()), "export")
            file.seek(0)
            return file.read()
    finally:
        library.seccomp_release(context)


def _choose_processor(library: ctypes.CDLL, context: ctypes.c_void_p, machine: str) -> None:
    """Make the filter one for this kind of processor, if it is another than ours."""
    kind = library.seccomp_arch_resolve_name(machine.encode())
    native = library.seccomp_arch_native()
    if kind != native:
        _check(library.seccomp_arch_add(context, ctypes.c_uint32(kind)), f"processor {machine}")
        _check(library.seccomp_arch_remove(context, ctypes.c_uint32(native)), "processor")


def _add_rule(
    library: ctypes.CDLL,
    context: ctypes.c_void_p,
    action: int,
    name: str,
    *comparisons: _Comparison,
) -> None:
    number = library.seccomp_syscall_resolve_name(name.encode())
    if number == -1:
        return  # an older library does not know the name: ENOSYS, as for all that is unknown
    array = (_Comparison * len(comparisons))(*comparisons)
    result = library.seccomp_rule_add_array(
        context, ctypes.c_uint32(action), number, len(comparisons), array
    )
    _check(result, name)


def _check(result: int, what: str) -> None:
    if result < 0:
        raise OSError(-result, f"libseccomp, {what}: {os.strerror(-result)}")


def filter_program(machine: str) -> list[tuple[int, int, int, int]]:
    """Lines of BPF: (operation, lines to skip if true, lines to skip if false, operand).

    What is refused fails with EPERM. [] for a processor whose numbers are not known.
    """
    if machine not in _AUDIT:
        return []
    numbers = sorted({call[machine == "aarch64"] for call in REFUSED_CALLS.values()})
    last = len(numbers) + 5  # lines from the first number to the line that fails
    program = [
        (_LOAD, 0, 0, 4),  # the processor's kind
        (_EQUAL, 1, 0, _AUDIT[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),  # the call's number
        (_AT_LEAST, last + 1, 0, 0x40000000),  # the x32 calls
    ]
    for k, number in enumerate(numbers):
        program.append((_EQUAL, last - k, 0, number))
    program.append((_EQUAL, 0, 4, _FCNTL[machine]))
    program.append((_LOAD, 0, 0, 24))  # its second argument
    for k, operation in enumerate(_OWNERS):
        program.append((_EQUAL, 3 - k, 0, operation))
    program.append((_RETURN, 0, 0, _ALLOW))
    program.append((_RETURN, 0, 0, _FAIL))
    return program
