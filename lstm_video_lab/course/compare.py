"""Is an answer what was asked for? Its plain values are compared with those of a reference.

Nothing here runs what an answer sent; it only looks at numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

TOLERANCE = 1e-4  # relative to the largest number of the reference, and absolute


@dataclass(frozen=True)
class Difference:
    """Where an answer departs from the reference. `words` say how, and never what was right."""

    words: str
    largest: float | None = None  # difference of numbers


def difference(
    value: Any, reference: Any, tolerance: float = TOLERANCE, where: str = "the result"
) -> Difference | None:
    """None where `value` is `reference` to within `tolerance`; else the first difference.

    Arrays, tensors and numbers count alike; so do lists and tuples, and a list of tensors where one
    tensor is expected. Shapes must be equal; integers
    and booleans exactly equal; no NaN is equal to anything.
    """
    if isinstance(reference, dict):
        if not isinstance(value, dict) or set(value) != set(reference):
            return Difference(f"{where} should be a dict with {', '.join(sorted(reference))}")
        keys = list(reference)
        names = [f"{where}[{key!r}]" for key in keys]
        return _first_difference(
            names, [value[key] for key in keys], [reference[key] for key in keys], tolerance
        )
    if isinstance(reference, list | tuple):
        if not isinstance(value, list | tuple):
            return Difference(f"{where} should be {len(reference)} values, not {_kind(value)}")
        if len(value) != len(reference):
            return Difference(f"{where} has {len(value)} values, {len(reference)} are expected")
        return _first_difference(_names(len(reference), where), value, reference, tolerance)
    if reference is None or isinstance(reference, str):
        same = type(value) is type(reference) and value == reference
        return None if same else Difference(f"{where} is not as expected")
    return _difference_of_numbers(value, np.asarray(reference), tolerance, where)


def _names(count: int, where: str) -> list[str]:
    ordinals = ("first", "second", "third", "fourth", "fifth", "sixth")
    if where == "the result" and count <= len(ordinals):
        return [f"the {word} value" for word in ordinals[:count]]
    return [f"{where}[{k}]" for k in range(count)]


def _first_difference(
    names: Sequence[str], values: Sequence[Any], references: Sequence[Any], tolerance: float
) -> Difference | None:
    for name, value, reference in zip(names, values, references, strict=True):
        if departure := difference(value, reference, tolerance, name):
            return departure
    return None


def _difference_of_numbers(
    value: Any, reference: np.ndarray, tolerance: float, where: str
) -> Difference | None:
    value = _stacked(value)
    if not isinstance(value, bool | int | float | np.ndarray | np.generic | torch.Tensor):
        return Difference(f"{where} should be numbers, not {_kind(value)}")
    try:
        array = np.asarray(value.detach() if isinstance(value, torch.Tensor) else value)
    except (ValueError, TypeError, OverflowError):
        return Difference(f"{where} cannot be read as numbers")
    if array.dtype.kind not in "biuf":
        return Difference(f"{where} cannot be read as numbers")
    if array.shape != reference.shape:
        return Difference(f"{where} has the shape {array.shape}, {reference.shape} is expected")
    if reference.dtype.kind in "biu":
        wrong = int((array != reference).sum())
        return Difference(f"{where}: {wrong} of {array.size} numbers differ") if wrong else None
    if not np.isfinite(array[np.isfinite(reference)]).all():
        return Difference(f"{where} has numbers that are infinite or not a number")
    with np.errstate(invalid="ignore", over="ignore"):
        apart = np.abs(array.astype(np.float64) - reference.astype(np.float64))
    apart = np.where(array == reference, 0.0, apart)  # equal infinities
    scale = np.abs(reference[np.isfinite(reference)]).max(initial=0.0)
    largest = float(apart.max(initial=0.0))
    if largest <= tolerance * (1 + scale):  # False for NaN
        return None
    share = float((apart > tolerance * (1 + scale)).mean())
    return Difference(
        f"{where} differs by up to {largest:.3g} ({100 * share:.0f} % of its numbers)", largest
    )


def _stacked(value: Any) -> Any:
    """A list of tensors as one, where they have one shape; anything else as it is."""
    if not isinstance(value, list | tuple) or not value:
        return value
    parts = [_stacked(one) for one in value]
    if not all(isinstance(one, float | int | np.ndarray | torch.Tensor) for one in parts):
        return value
    try:
        return np.stack([one.detach() if isinstance(one, torch.Tensor) else one for one in parts])
    except (ValueError, TypeError):  # of different shapes
        return value


def _kind(value: Any) -> str:
    if value is None:
        return "None: is a `return` missing?"
    return f"a {type(value).__name__}"
