"""The filters of system calls, run line by line for both processors, which needs no kernel."""

import ctypes
import errno
import struct

import pytest

from lstm_video_lab.course.grading.isolation import refused_calls
from lstm_video_lab.course.grading.isolation.refused_calls import REFUSED_CALLS

KINDS = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
EVERYDAY = {  # that Python and torch live by: numbers on x86_64 and aarch64
    "read": (0, 63), "write": (1, 64), "mmap": (9, 222), "futex": (202, 98), "brk": (12, 214),
    "openat": (257, 56), "madvise": (28, 233), "exit_group": (231, 94), "getrandom": (318, 278),
}  # fmt: skip
SEND_ANY_SIGNAL = {"timer_create": (222, 107), "mq_notify": (244, 184)}  # 9 too, to oneself
FCNTL = {"x86_64": 72, "aarch64": 25}
REFUSED, UNKNOWN, FINE = errno.EPERM, errno.ENOSYS, 0


def run(code, kind, number, *arguments):
    """What the kernel would do: 0 for a call that is allowed, else its error, -1 for a kill."""
    data = struct.pack("=iIQ6Q", number, kind, 0, *arguments, *[0] * (6 - len(arguments)))
    lines = list(struct.iter_unpack("HBBI", code))
    value, at = 0, 0
    compare = {0x15: int.__eq__, 0x25: int.__gt__, 0x35: int.__ge__}
    while True:
        operation, if_true, if_false, operand = lines[at]
        at += 1
        if operation == 0x20:
            value = struct.unpack_from("I", data, operand)[0]
        elif operation == 0x54:
            value &= operand
        elif operation == 0x05:
            at += operand
        elif operation in compare:
            at += if_true if compare[operation](value, operand) else if_false
        else:
            assert operation == 0x06
            action = operand & 0xFFFF0000
            return {0x7FFF0000: 0, 0x00050000: operand & 0xFFFF}.get(action, -1)


@pytest.fixture(params=["libseccomp", "by number"])
def code(request, monkeypatch):
    """Machine → the filter for it."""
    if request.param == "by number":
        monkeypatch.setattr(ctypes, "CDLL", lambda name: ctypes.cdll.LoadLibrary("no such library"))
        return refused_calls.filter_code
    try:
        library = ctypes.CDLL("libseccomp.so.2")
    except OSError:
        pytest.skip("libseccomp is not installed")
    return lambda machine: refused_calls.code_of_libseccomp(library, machine)


@pytest.mark.parametrize("machine", KINDS)
def test_everyday_calls_pass_and_harmful_ones_fail(code, machine):
    kind, filtered, column = KINDS[machine], code(machine), list(KINDS).index(machine)
    for name, numbers in EVERYDAY.items():
        assert run(filtered, kind, numbers[column]) == FINE, name
    for name, numbers in REFUSED_CALLS.items():
        wanted = (REFUSED, UNKNOWN) if name == "clone3" else (REFUSED,)
        assert run(filtered, kind, numbers[column]) in wanted, name
    for name, numbers in SEND_ANY_SIGNAL.items():
        assert run(filtered, kind, numbers[column]) != FINE, name
    for operation, result in {1: FINE, 3: FINE, 8: REFUSED, 10: REFUSED, 15: REFUSED}.items():
        found = run(filtered, kind, FCNTL[machine], 3, operation)
        assert (found != FINE) == (result != FINE), operation
    other = next(value for value in KINDS.values() if value != kind)
    assert run(filtered, other, 0) != FINE
    if machine == "x86_64":
        assert run(filtered, kind, 0x40000000 + 39) == REFUSED  # x32


@pytest.mark.parametrize("machine", KINDS)
def test_for_libseccomp_a_call_that_nobody_knows_does_not_exist(code, machine):
    knows_names = len(code(machine)) != 8 * len(refused_calls.filter_program(machine))
    for number in (470, 999, 100_000):
        assert run(code(machine), KINDS[machine], number) == (UNKNOWN if knows_names else FINE)


def test_an_unknown_processor_is_refused_nothing_by_number():
    assert refused_calls.filter_program("riscv64") == []
