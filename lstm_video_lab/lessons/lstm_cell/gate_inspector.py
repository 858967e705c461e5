"""The gate inspector: the gates and the state of an LSTM layer, watched over time.

T time, H units.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import ipywidgets
import numpy as np
from matplotlib.ticker import MaxNLocator

from lstm_video_lab.plots import film, lay_film, lay_strip
from lstm_video_lab.plots.canvas import (
    FAINT,
    FONT,
    INK,
    SMALL,
    WIDTH,
    Picture,
    add_axes,
    as_array,
    draw_lines,
    finish,
    grey,
    label_ends,
    room_for,
    sheet,
    without_steps,
    write,
)
from lstm_video_lab.widgets.base import LabWidget, dropdown, player, row, slider

NAMES = {
    "i": "input gate i",
    "f": "forget gate f",
    "o": "output gate o",
    "g": "cell input g",
    "c": "cell state c",
    "h": "output h",
}
STRIP = 54  # pixels, the height of a strip


class Record(NamedTuple):
    """A layer over time: each gate and state (T, H), and the frames (T, height, width) it saw."""

    i: np.ndarray
    f: np.ndarray
    g: np.ndarray
    o: np.ndarray
    c: np.ndarray
    h: np.ndarray
    frames: np.ndarray


class GateInspector(LabWidget):
    """Choose a unit and a step, and see what its gates do with what it remembers.

    `record`: a mapping or an object with i, f, g, o, c, h, arrays or tensors, each (T, H), or
    (T, B, H), of which the first sequence is shown. `frames` (T, height, width) is what the layer
    saw, where the record does not hold it. `unit` (from 0) and `step` (from 1) are shown first.
    """

    title = "gates over time"

    def __init__(self, record: Any, frames: Any = None, *, unit: int = 0, step: int = 1) -> None:
        self.record = as_record(record, frames)
        self.first_unit, self.first_step = unit, step
        super().__init__()

    def controls(self) -> dict[str, Any]:
        steps, units = self.record.c.shape
        views = [("one unit", False), ("all units", True)]
        return {
            "every": dropdown("Show", False, views),
            "unit": slider("Unit", self.first_unit, 0, units - 1),
            "step": slider("Step", self.first_step, 1, steps),
        }

    def arrange(self, controls: dict[str, Any]) -> ipywidgets.Widget:
        *choice, step = controls.values()
        return ipywidgets.VBox([row(*choice), player(step)])

    def render(self, every: bool, unit: int, step: int) -> Picture:
        return draw_layer(self.record, step) if every else draw_unit(self.record, unit, step)


def as_record(record: Any, frames: Any = None) -> Record:
    """A Record of arrays; ValueError names what is missing or does not fit."""
    arrays = {name: _array(record, name) for name in NAMES}
    frames = grey(_array(record, "frames") if frames is None else frames)
    arrays = {name: a[:, 0] if a.ndim == 3 else a for name, a in arrays.items()}  # (T, H)
    frames = frames[:, 0] if frames.ndim == 4 else frames  # (T, height, width)
    shape = arrays["c"].shape
    for name, array in arrays.items():
        if array.shape != shape or len(shape) != 2:
            raise ValueError(f"{name!r} has shape {array.shape}: every array must be (T, H) alike")
    if frames.ndim != 3 or len(frames) != shape[0]:
        raise ValueError(f"frames have shape {frames.shape}: give ({shape[0]}, height, width)")
    return Record(**arrays, frames=frames)


def _array(record: Any, name: str) -> np.ndarray:
    value = record.get(name) if isinstance(record, Mapping) else getattr(record, name, None)
    if value is None:
        raise ValueError(f"the record has no {name!r}: it needs {', '.join(NAMES)} and frames")
    return as_array(value)


def draw_unit(record: Record, unit: int, step: int) -> Picture:
    """The gates and the values of one unit; `step` counts from 1."""
    figure, (left, top, width), shown = _with_film(record, step, 90, 175, 310)
    write(figure, f"at step {step}", left + width + 40, top - 14, fontsize=SMALL, color=FAINT)
    for n, (group, label) in enumerate((("ifo", "gates"), ("gch", "values"))):
        axes = add_axes(figure, left, top + n * 142, width, 122)
        axes.axvspan(step - 0.5, step + 0.5, color="#D9D9D9", linewidth=0)
        times = np.arange(len(record.c)) + 1
        lines = {name: getattr(record, name)[:, unit] for name in group}
        ends = draw_lines(axes, {NAMES[name]: (times, line) for name, line in lines.items()})
        start = 1 - shown.step / 2
        axes.set_xlim(start, start + len(shown) * shown.step)  # a step lies under its frame
        axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))
        if n == 0:
            without_steps(axes)
        axes.set_ylabel(label, color=INK, fontsize=FONT)
        now = (f"{NAMES[name]} {line[step - 1]:.2f}" for name, line in lines.items())
        label_ends(
            figure, axes, [(y, words, look) for (y, _, look), words in zip(ends, now, strict=True)]
        )
    axes.set_xlabel("step", color=INK, fontsize=FONT)
    return finish(figure, describe_unit(record, unit, step))


def draw_layer(record: Record, step: int) -> Picture:
    """Gates and state of all units as strips; `step` counts from 1."""
    names = room_for(list(NAMES.values()))
    figure, (left, top, width), _ = _with_film(record, step, names, 62, len(NAMES) * (STRIP + 8))
    for n, (name, words) in enumerate(NAMES.items()):
        place = (left, top + n * (STRIP + 8), width, STRIP)
        lay_strip(figure, getattr(record, name), *place, words, step - 1)
    return finish(figure, describe_layer(record, step))


def _with_film(record: Record, step: int, left: float, right: float, below: int):
    """A sheet with the frames on top; returns it, (left, top, width) of the rest, frames shown."""
    image, shown = film({"frames": record.frames}, WIDTH - left - right, step - 1)
    top = 26 + image.shape[0] + 14
    figure = sheet(WIDTH, top + below + 8)
    lay_film(figure, image, ["input"], [t + 1 for t in shown], left, 26)
    return figure, (left, top, image.shape[1]), shown


def describe_unit(record: Record, unit: int, step: int) -> str:
    """What one unit does at a step (from 1), in numbers."""
    i, f, g, o, c, h = (float(getattr(record, name)[step - 1, unit]) for name in "ifgoch")
    return (
        f"Step {step}, unit {unit}: forget gate {f:.2f}: the cell keeps {100 * f:.0f} % of what it "
        f"held, {c - i * g:.2f}; input gate {i:.2f}: it adds {100 * i:.0f} % of {g:.2f}, "
        f"{i * g:.2f}; it now holds {c:.2f}; output gate {o:.2f}: it lets out h = {h:.2f}."
    )


def describe_layer(record: Record, step: int) -> str:
    """What all units do at a step (from 1), in numbers."""
    i, f, o = (getattr(record, name)[step - 1] for name in "ifo")
    drawn = f" ({STRIP} of them drawn)" if len(f) > STRIP else ""
    return (
        f"Step {step}, all {len(f)} units{drawn}: mean input gate {i.mean():.2f}, forget gate "
        f"{f.mean():.2f}, output gate {o.mean():.2f}; {(f > 0.9).sum()} units keep more than "
        f"90 % of what they held, {(f < 0.1).sum()} less than 10 %."
    )
