"""One LSTM unit as pipes and valves, and how long it keeps a number.

T time, B batch, X inputs, H units.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from typing import Any

import ipywidgets
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from lstm_video_lab.cells import Gates, LSTMCell
from lstm_video_lab.lessons.lstm_cell.diagram import HEIGHT, draw_pipes, two
from lstm_video_lab.plots.canvas import (
    FAINT,
    FONT,
    INK,
    ON_LIGHT,
    VERMILLION,
    WIDTH,
    Picture,
    add_axes,
    as_array,
    draw_lines,
    finish,
    label_ends,
    sheet,
    without_steps,
    write,
)
from lstm_video_lab.widgets.base import LabWidget, player, row, slider

BIASES = (-5.0, 5.0, 0.5)  # lowest, highest, step of the slider
STEPS = 150  # over which a memory is watched: some more than the longest half-life, 103
PANEL = 118  # pixels, the height of one of the charts below the pipes


@torch.no_grad()
def watch(cell: LSTMCell, x: Tensor) -> Gates:
    """Step a cell by hand over x (T, B, X), from an empty memory: each gate and value (T, B, H)."""
    h = c = x.new_zeros(x.shape[1], cell.weight_hh.shape[1])  # (B, H)
    seen = []
    for x_t in x:
        now = cell.gates(x_t, (h, c))
        h, c = now.h, now.c
        seen.append(now)
    return Gates(*map(torch.stack, zip(*seen, strict=True)))


def with_forget_bias(cell: LSTMCell, bias: float) -> LSTMCell:
    """A copy of the cell whose forget gates have this bias."""
    changed = copy.deepcopy(cell)
    with torch.no_grad():
        changed.bias.chunk(4)[1].fill_(bias)
    return changed


class LatchExplorer(LabWidget):
    """Choose the forget gate's bias and a step: what one unit lets in, keeps and gives out.

    `cell`: an `LSTMCell` with one unit; `x`: its inputs (T, X), whose names are `names`.
    """

    title = "one unit, its gates and its memory"

    def __init__(self, cell: LSTMCell, x: Tensor, names: Sequence[str], *, step: int = 1) -> None:
        self.cell, self.x, self.names, self.first_step = cell, x, names, step
        super().__init__()

    def controls(self) -> dict[str, Any]:
        bias = float(self.cell.bias.detach().chunk(4)[1][0])
        return {
            "bias": slider("Forget-gate bias", bias, *BIASES),
            "step": slider("Step", self.first_step, 1, len(self.x)),
        }

    def arrange(self, controls: dict[str, Any]) -> ipywidgets.Widget:
        return ipywidgets.VBox([row(controls["bias"]), player(controls["step"], 120)])

    def render(self, bias: float, step: int) -> Picture:
        seen = watch(with_forget_bias(self.cell, bias), self.x[:, None])
        return draw_story(seen, self.x, self.names, step)


class HalfLife(LabWidget):
    """Move the forget gate's bias: how much of a number is left, measured and by the law f^t.

    `cell`: an `LSTMCell` with one unit; `store`: the input (X,) that makes it store a number.
    """

    title = "how long a number is kept"

    def __init__(self, cell: LSTMCell, store: Sequence[float], *, bias: float = 2.0) -> None:
        self.first_bias = bias
        biases = np.arange(BIASES[0], BIASES[1] + BIASES[2] / 2, BIASES[2])
        self.kept = {float(b): measure_kept(with_forget_bias(cell, b), store) for b in biases}
        super().__init__()

    def controls(self) -> dict[str, Any]:
        return {"bias": slider("Forget-gate bias", self.first_bias, *BIASES)}

    def render(self, bias: float) -> Picture:
        return draw_half_lives(self.kept, min(self.kept, key=lambda known: abs(known - bias)))


def measure_kept(cell: LSTMCell, store: Sequence[float], steps: int = STEPS) -> np.ndarray:
    """The part of a stored number that is left after 0 … `steps` silent steps.

    Raises ValueError where nothing was stored.
    """
    x = torch.zeros(steps + 1, 1, len(store))  # (T, 1, X)
    x[0, 0] = torch.tensor(store)
    c = as_array(watch(cell, x).c)[:, 0, 0]
    if not c[0]:
        raise ValueError(f"the cell stores nothing at {list(store)}: give it an input it lets in")
    return c / c[0]


def half_life(kept: np.ndarray) -> int | None:
    """The first step at which at most half is left; None if more than half is left at the end."""
    below = np.flatnonzero(kept <= 0.5)
    return int(below[0]) if len(below) else None


def draw_story(seen: Gates, x: Tensor, names: Sequence[str], step: int) -> Picture:
    """One unit at `step` (from 1) as pipes and valves, above all that it did over time."""
    series = {name: as_array(value)[:, 0, 0] for name, value in seen._asdict().items()}  # (T,)
    inputs = {name: as_array(x)[:, k] for k, name in enumerate(names)}
    panels = {
        "inputs": inputs,
        "gates": {f"{name} gate": series[name[0]] for name in ("input", "forget", "output")},
        "values": {"memory c": series["c"], "output h": series["h"]},
    }
    figure = sheet(WIDTH, HEIGHT + len(panels) * PANEL + 40)
    now, before = _at(series, step), float(series["c"][step - 2]) if step > 1 else 0.0
    draw_pipes(figure, now, before, _at(inputs, step))
    write(figure, f"step {step}", 12, 6, weight="bold")
    for n, (label, lines) in enumerate(panels.items()):
        axes = add_axes(figure, 60, HEIGHT + n * PANEL, WIDTH - 60 - 180, PANEL - 16)
        _draw_panel(axes, lines, step)
        axes.set_ylabel(label, color=INK, fontsize=FONT)
        if n < len(panels) - 1:
            without_steps(axes)
    axes.set_xlabel("step", color=INK, fontsize=FONT)
    return finish(figure, describe_story(series, step))


def _at(series: Mapping[str, np.ndarray], step: int) -> dict[str, float]:
    return {name: float(values[step - 1]) for name, values in series.items()}


def _draw_panel(axes: Axes, lines: Mapping[str, np.ndarray], step: int) -> None:
    """Lines over time, named at the right with what they are at `step`."""
    axes.axvspan(step - 0.5, step + 0.5, color="#D9D9D9", linewidth=0)
    times = np.arange(len(next(iter(lines.values())))) + 1
    ends = draw_lines(axes, {name: (times, line) for name, line in lines.items()})
    # markers tell lines apart: dashes would hide pulses
    plain: dict[str, Any] = {"linestyle": "-", "linewidth": 1.6}
    for line in axes.lines:
        line.set(drawstyle="steps-mid", **plain)
    now = [f"{name} {two(value)}" for name, value in _at(lines, step).items()]
    marks = [(y, words, look | plain) for (y, _, look), words in zip(ends, now, strict=True)]
    assert isinstance(axes.figure, Figure)
    label_ends(axes.figure, axes, marks)


def describe_story(series: Mapping[str, np.ndarray], step: int) -> str:
    """What the unit stored last, and what it does at `step` (from 1)."""
    now, c = _at(series, step), series["c"]
    stores = np.flatnonzero(series["i"][:step] > 0.5)
    past = "nothing has been stored yet"
    if len(stores):
        first = int(stores[-1])
        left = f"{100 * now['c'] / c[first]:.0f} %"
        past = f"the last number came in at step {first + 1} as {two(c[first])}, {left} is left"
    valve = "open" if now["o"] > 0.5 else "shut"
    return (
        f"Step {step}: {past}. The forget gate keeps {100 * now['f']:.1f} % of the memory in this "
        f"step; the input gate lets in {100 * now['i']:.1f} % of {two(now['g'])}; the output gate "
        f"is {valve}, {two(now['o'])}, and h = {two(now['h'])}."
    )


def draw_half_lives(kept: dict[float, np.ndarray], bias: float) -> Picture:
    """Left: what is left of a number at this bias; right: its half-life at every bias."""
    figure = sheet(WIDTH, 350)
    f = 1 / (1 + math.exp(-bias))
    law, found = math.log(0.5) / math.log(f), half_life(kept[bias])
    times = np.arange(len(kept[bias]))
    shown = slice(0, min(len(times), max(12, round(4 * law))))
    write(figure, f"bias {two(bias)}: part that is left", 8, 6, weight="bold")
    axes = add_axes(figure, 60, 40, 345, 256)
    _measured_and_law(axes, times[shown], kept[bias][shown], times[shown], f ** times[shown])
    axes.axhline(0.5, color=FAINT, linewidth=1.1, linestyle=(0, (6, 3)))
    axes.set_xlabel("steps since it was stored", color=INK, fontsize=FONT)
    axes.text(times[shown][-1], 0.52, "half", ha="right", color=FAINT, fontsize=FONT)
    axes.set_ylim(-0.05, 1.08)
    write(figure, "half-life at every bias, in steps", 452, 6, weight="bold")
    axes = add_axes(figure, 490, 40, 345, 256)
    lives = {b: half_life(part) for b, part in kept.items()}
    biases = np.array(list(lives))
    measured = np.array([math.nan if n is None else n for n in lives.values()])
    fine = np.linspace(biases[0], biases[-1], 200)
    _measured_and_law(axes, biases, measured, fine, np.log(2) / np.log1p(np.exp(-fine)))
    axes.axvline(bias, color=FAINT, linewidth=6, alpha=0.3)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_xlabel("bias of the forget gate", color=INK, fontsize=FONT)
    axes.legend(loc="upper left", frameon=False, fontsize=9.5, labelcolor=INK)
    counted = f"more than {len(times) - 1}" if found is None else str(found)
    after = (f"after {t} steps {percent(kept[bias][t])} is left" for t in (20, 100))
    return finish(
        figure,
        f"Bias {two(bias)}: the forget gate is σ({two(bias)}) = {f:.4f}. Half or less is left "
        f"after {counted} steps measured, {law:.2f} by the law ln ½ / ln f (what is measured is "
        f"whole steps, so at least 1); {', '.join(after)}.",
    )


def percent(part: float) -> str:
    return f"{100 * part:.3g} %" if abs(part) >= 1e-4 else "less than 0.01 %"


def _measured_and_law(axes: Axes, x, measured, fine, law) -> None:
    axes.plot(fine, law, color=ON_LIGHT[0], linewidth=2, label="law")
    few: dict[str, Any] = {"markersize": 4.5, "markevery": -(-len(x) // 40)}
    axes.plot(x, measured, "o", color=VERMILLION, label="measured", **few)
