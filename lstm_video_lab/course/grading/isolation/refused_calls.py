"""System calls that no answer needs, and the filter that refuses them.

Sources: the manual pages seccomp(2) and syscalls(2), the kernel's tables of system calls. This runs
in the child too, so it imports nothing of the lab.
"""

from __future__ import annotations

import errno

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
    "lremovexattr": (198, 15), "fremovexattr": (199, 16),
}  # fmt: skip


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
