"""Gates and states of a cell over time, as they are measured; how long one unit keeps a number.

T time, B batch, X inputs, H units.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from lstm_video_lab.cells import Gates, LSTMCell
from lstm_video_lab.checks import LabError

STEPS = 150  # over which a memory is measured: some more than the longest half-life, 103


@torch.no_grad()
def gates_over_time(cell: LSTMCell, x: Tensor) -> Gates:
    """Step a cell by hand over x (T, B, X), from an empty memory: each gate and value (T, B, H)."""
    h = c = x.new_zeros(x.shape[1], cell.weight_hh.shape[1])  # (B, H)
    steps = []
    for x_t in x:
        gates = cell.gates(x_t, (h, c))
        h, c = gates.h, gates.c
        steps.append(gates)
    return Gates(*map(torch.stack, zip(*steps, strict=True)))


def with_forget_bias(cell: LSTMCell, bias: float) -> LSTMCell:
    """A copy of the cell whose forget gates have this bias."""
    changed = copy.deepcopy(cell)
    with torch.no_grad():
        changed.bias.chunk(4)[1].fill_(bias)
    return changed


def fraction_left(cell: LSTMCell, store: Sequence[float], steps: int = STEPS) -> np.ndarray:
    """The part of a stored number that is left after 0 … `steps` silent steps: (steps + 1).

    `store`: the input (X) that makes a cell of one unit store a number. Raises ValueError where
    nothing was stored.
    """
    x = torch.zeros(steps + 1, 1, len(store))  # (T, 1, X)
    x[0, 0] = torch.tensor(store)
    c = gates_over_time(cell, x).c[:, 0, 0].numpy()
    if not c[0]:
        raise LabError(f"the cell stores nothing at {list(store)}: give it an input it lets in")
    return c / c[0]


def half_life(left: np.ndarray) -> int | None:
    """The first step at which at most half is left; None if more than half is left at the end."""
    below = np.flatnonzero(left <= 0.5)
    return int(below[0]) if len(below) else None


class Record(NamedTuple):
    """A layer over time: each gate and state (T, H), and the frames (T, height, width) it saw."""

    i: np.ndarray
    f: np.ndarray
    g: np.ndarray
    o: np.ndarray
    c: np.ndarray
    h: np.ndarray
    frames: np.ndarray


def as_record(record: Any, frames: Any = None) -> Record:
    """A Record of arrays; ValueError names what is missing or does not fit."""
    arrays = {}
    for name in Gates._fields:
        array = _array(record, name)
        arrays[name] = array[:, 0] if array.ndim == 3 else array  # (T, H)
    frames = _array(record, "frames") if frames is None else _numpy(frames)
    frames = frames[:, 0] if frames.ndim == 4 else frames  # (T, height, width)
    shape = arrays["c"].shape
    for name, array in arrays.items():
        if array.shape != shape or len(shape) != 2:
            raise LabError(f"{name!r} has shape {array.shape}: every array must be (T, H) alike")
    if frames.ndim != 3 or len(frames) != shape[0]:
        raise LabError(f"frames have shape {frames.shape}: give ({shape[0]}, height, width)")
    return Record(**arrays, frames=frames)


def _array(record: Any, name: str) -> np.ndarray:
    value = record.get(name) if isinstance(record, Mapping) else getattr(record, name, None)
    if value is None:
        needed = ", ".join(Gates._fields)
        raise LabError(f"the record has no {name!r}: it needs {needed} and frames")
    return _numpy(value)


def _numpy(values: Any) -> np.ndarray:
    return torch.as_tensor(values).detach().cpu().numpy()
