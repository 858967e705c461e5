"""Is an answer what was asked for? Plain values are held against a reference, and told apart.

Nothing here runs what an answer sent; it only looks at numbers.
"""

from __future__ import annotations

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
    found: Any, reference: Any, tolerance: float = TOLERANCE, where: str = "the result"
) -> Difference | None:
    """None where `found` is `reference` to within `tolerance`; else the first difference.

    Arrays, tensors and numbers count alike; so do lists and tuples. Shapes must be equal; integers
    and booleans exactly equal; no NaN is equal to anything.
    """
    if isinstance(reference, dict):
        if not isinstance(found, dict) or set(found) != set(reference):
            return Difference(f"{where} should be a dict with {', '.join(sorted(reference))}")
        pairs = [(f"{where}[{key!r}]", found[key], reference[key]) for key in reference]
        return _first(pairs, tolerance)
    if isinstance(reference, list | tuple):
        if not isinstance(found, list | tuple):
            return Difference(f"{where} should be {len(reference)} values, not {_kind(found)}")
        if len(found) != len(reference):
            return Difference(f"{where} has {len(found)} values, {len(reference)} are expected")
        parts = zip(found, reference, strict=True)
        names = _names(len(reference), where)
        return _first([(n, a, b) for n, (a, b) in zip(names, parts, strict=True)], tolerance)
    if reference is None or isinstance(reference, str):
        same = type(found) is type(reference) and found == reference
        return None if same else Difference(f"{where} is not as expected")
    return _numbers(found, np.asarray(reference), tolerance, where)


def _names(count: int, where: str) -> list[str]:
    ordinals = ("first", "second", "third", "fourth", "fifth", "sixth")
    if where == "the result" and count <= len(ordinals):
        return [f"the {word} value" for word in ordinals[:count]]
    return [f"{where}[{k}]" for k in range(count)]


def _first(pairs: list[tuple[str, Any, Any]], tolerance: float) -> Difference | None:
    for where, found, reference in pairs:
        if told := difference(found, reference, tolerance, where):
            return told
    return None


def _numbers(found: Any, reference: np.ndarray, tolerance: float, where: str) -> Difference | None:
    if not isinstance(found, bool | int | float | np.ndarray | np.generic | torch.Tensor):
        return Difference(f"{where} should be numbers, not {_kind(found)}")
    try:
        array = np.asarray(found.detach() if isinstance(found, torch.Tensor) else found)
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


def _kind(value: Any) -> str:
    if value is None:
        return "None: is a `return` missing?"
    return f"a {type(value).__name__}"
