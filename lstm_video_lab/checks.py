"""Whether what somebody asks for can be had. Each error is one line: the thing, what is wrong with
it, and what to do.
"""

import math
from collections.abc import Iterable
from numbers import Integral, Real


class LabError(ValueError):
    """Something that was asked for and cannot be had.

    A notebook shows its line first, and alone: what to do stands in it. The way that led there can
    be had too.
    """

    def _render_traceback_(self) -> list[str]:
        """What IPython prints in place of a traceback."""
        return [f"⚠ {self}", "(the way to it: import traceback; traceback.print_last())"]


def check_choice(name: str, value: object, choices: Iterable) -> None:
    """Raises LabError where `value` is none of the `choices`; 0 is not False, nor 1 True."""
    choices = tuple(choices)
    if not any(value == choice and type(value) is type(choice) for choice in choices):
        known = ", ".join(map(str, choices))
        raise LabError(f"{name}={value!r} is unknown: choose one of {known}")


def check_number(
    name: str, value: object, low: float, high: float = math.inf, *, whole: bool = False
) -> None:
    """Raises LabError where a number, or one of a tuple, is not finite, from `low` to `high`."""
    bounds = f"at least {low}" if high == math.inf else f"from {low} to {high}"
    kind, word = (Integral, "whole number") if whole else (Real, "number")
    for number in value if isinstance(value, tuple) else (value,):
        if isinstance(number, bool) or not isinstance(number, kind) or number != number:
            raise LabError(f"{name}={value!r} is no {word}: it must be one, {bounds}")
        if abs(number) == math.inf or not low <= number <= high:  # type: ignore[operator]
            raise LabError(f"{name}={value!r} is out of range: it must be {bounds}")


def check_sizes(**sizes: object) -> None:
    """Raises LabError for the first that is no whole number of at least 1."""
    for name, size in sizes.items():
        check_number(name, size, 1, whole=True)


def check_odd(kernel_size: int) -> None:
    """Raises LabError for the side of a kernel that has no middle."""
    if kernel_size % 2 == 0:
        raise LabError(
            f"kernel_size={kernel_size} is even: choose an odd number, which keeps a map's size"
        )
