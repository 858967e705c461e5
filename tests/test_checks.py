"""What is asked for and cannot be had is one line: the thing, what is wrong, what to do."""

import numpy as np
import pytest

from lstm_video_lab.checks import check_choice, check_number, check_odd, check_sizes


def test_what_can_be_had_passes():
    check_choice("way", "near", ["near", "far"])
    for value in (0, 0.5, 1, np.float32(0.5), (0.0, 1.0)):
        check_number("rate", value, 0, 1)
    for value in (1, 10**12, np.int64(3), (1, 2)):
        check_number("units", value, 1, whole=True)
    check_sizes(width=1, height=2)
    check_odd(3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: check_choice("way", "up", {"near": 1, "far": 2}),
         "way='up' is unknown: choose one of near, far"),
        (lambda: check_number("rate", 2, 0, 1), "rate=2 is out of range: it must be from 0 to 1"),
        (lambda: check_number("rate", (0.5, -1.0), 0),
         r"rate=\(0.5, -1.0\) is out of range: it must be at least 0"),
        (lambda: check_number("rate", "fast", 0), "rate='fast' is no number: it must be one, at "),
        (lambda: check_number("rate", float("nan"), 0), "rate=nan is no number"),
        (lambda: check_number("rate", True, 0), "rate=True is no number"),
        (lambda: check_number("rate", None, 0), "rate=None is no number"),
        (lambda: check_number("units", 2.0, 1, whole=True), "units=2.0 is no whole number"),
        (lambda: check_sizes(width=3, height=0),
         "height=0 is out of range: it must be at least 1"),
        (lambda: check_odd(4), "kernel_size=4 is even: choose an odd number"),
    ],
)  # fmt: skip
def test_what_cannot_be_had_is_named(call, message):
    with pytest.raises(ValueError, match=f"^{message}") as caught:
        call()
    assert "\n" not in str(caught.value)
