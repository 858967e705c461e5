"""The pictures of lesson 02: the gates of a layer over time, the latch, and half-lives.

T time, X inputs, H units.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike
from torch import Tensor

from lstm_video_lab.cells import Gates
from lstm_video_lab.lessons.lstm_cell.diagram import HEIGHT, draw_pipes, two
from lstm_video_lab.lessons.lstm_cell.gates import Record, half_life
from lstm_video_lab.plots.canvas import (
    FAINT,
    FONT,
    INK,
    ON_LIGHT,
    RULES,
    SMALL,
    VERMILLION,
    WIDTH,
    Picture,
    as_array,
    draw_lines,
    room_for,
)
from lstm_video_lab.plots.charts import curves
from lstm_video_lab.plots.page import Page

NAMES = {
    "i": "input gate i",
    "f": "forget gate f",
    "o": "output gate o",
    "g": "cell input g",
    "c": "cell state c",
    "h": "output h",
}


STRIP = 54  # pixels, the height of a strip


def draw_unit(
    record: Record, unit: int, step: int, beside: Mapping[str, ArrayLike] | None = None
) -> Picture:
    """The gates and the values of one unit; `step` counts from 1.

    beside: name → (T,), drawn beside the state, moved and stretched to its least and its most.
    """
    page = Page(90, least=640)
    shown, pitch = page.frames({"input": record.frames}, mark=step - 1, right=175, whole=True)
    width = len(shown) * pitch
    page.gap(14)
    for n, (group, label) in enumerate((("ifo", "gates"), ("gch", "values"))):
        lines = {name: getattr(record, name)[:, unit] for name in group}
        _write_values(page, step, {NAMES[name]: line[step - 1] for name, line in lines.items()})
        series = {NAMES[name]: line for name, line in lines.items()}
        if n == 1:
            series |= {k: _on_scale(v, lines["c"]) for k, v in (beside or {}).items()}
        axes = page.axes(122, page.left, width, "step", label, 20)
        axes.axvspan(step - 0.5, step + 0.5, color="#D9D9D9", linewidth=0)
        times = np.arange(len(record.c)) + 1
        ends = draw_lines(axes, {name: (times, line) for name, line in series.items()})
        start = 1 - shown.step / 2
        axes.set_xlim(start, start + len(shown) * shown.step)  # a step lies under its frame
        axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))
        if n == 0:
            without_steps(axes)
        page.label_ends(  # without the values at the end, which are another moment's
            axes, [(y, name, look) for (y, _, look), name in zip(ends, series, strict=True)]
        )
    page.gap(34)
    return page.finish(describe_unit(record, unit, step))


def _on_scale(values: ArrayLike, line: np.ndarray) -> np.ndarray:
    """Values (T,) moved and stretched to the least and the most of a line."""
    values = as_array(values).astype(float)
    part = (values - values.min()) / max(float(np.ptp(values)), 1e-12)
    return line.min() + part * np.ptp(line)


def _write_values(page: Page, step: int, values: Mapping[str, float]) -> None:
    """What lines are at a step (from 1), above their axes: the line's end is another moment."""
    words = ", ".join(f"{name} {two(value)}" for name, value in values.items())
    page.write(f"step {step}: {words}", page.left, fontsize=SMALL, color=FAINT)
    page.gap(20)


def draw_layer(record: Record, step: int) -> Picture:
    """Gates and state of all units as strips; `step` counts from 1."""
    page = Page(room_for(list(NAMES.values())), least=560)
    shown, pitch = page.frames({"input": record.frames}, mark=step - 1, right=62, whole=True)
    page.gap(14)
    width = len(shown) * pitch
    for name, words in NAMES.items():
        page.strip(getattr(record, name), STRIP, words, width=width, mark=step - 1)
    page.gap(8)
    return page.finish(describe_layer(record, step))


def describe_unit(record: Record, unit: int, step: int) -> str:
    """What one unit does at a step (from 1), in numbers."""
    i, f, g, o, c, h = (float(getattr(record, name)[step - 1, unit]) for name in "ifgoch")
    before = float(record.c[step - 2, unit]) if step > 1 else 0.0
    return (
        f"Step {step}, unit {unit}: forget gate {f:.2f}: of the {two(before)} that it held, "
        f"{two(c - i * g)} are kept; input gate {i:.2f}: of {two(g)} on offer, {two(i * g)} are "
        f"let in; it now holds {two(c)}; output gate {o:.2f}: it lets out h = {two(h)}."
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


def draw_latch(gates: Gates, x: Tensor, names: Sequence[str], step: int) -> Picture:
    """One unit at `step` (from 1) as pipes and valves, above all that it did over time."""
    series = {name: as_array(value)[:, 0, 0] for name, value in gates._asdict().items()}  # (T,)
    inputs = {name: as_array(x)[:, k] for k, name in enumerate(names)}
    panels = {
        "inputs": inputs,
        "gates": {f"{name} gate": series[name[0]] for name in ("input", "forget", "output")},
        "values": {"memory c": series["c"], "output h": series["h"]},
    }
    page = Page(least=WIDTH)  # of the pipes
    page.write(f"step {step}", 12, 6, weight="bold")
    now, before = _at(series, step), float(series["c"][step - 2]) if step > 1 else 0.0
    page.drawing(HEIGHT, draw_pipes, now, before, _at(inputs, step))
    for label, lines in panels.items():
        _write_values(page, step, _at(lines, step))
        axes = page.axes(102, 60, page.width - 60 - 180, "step", label, 16)
        draw = _draw_lanes if label == "gates" else _draw_panel
        page.label_ends(axes, draw(axes, lines, step))
        if lines is not panels["values"]:
            without_steps(axes)
    page.gap(40)
    return page.finish(describe_latch(series, step))


def without_steps(axes: Axes) -> None:
    """Leave of a drawn x axis its grid alone, for axes that stand over others of the same width.

    A tick costs near a millisecond, even without its number; a grid costs as much as one tick.
    """
    axes.set_xlim(axes.get_xlim())
    rules = {"transform": axes.get_xaxis_transform(), "zorder": 0.5, **RULES}
    axes.vlines(axes.get_xticks(), 0, 1, **rules)
    axes.xaxis.set_visible(False)


def _at(series: Mapping[str, np.ndarray], step: int) -> dict[str, float]:
    return {name: float(values[step - 1]) for name, values in series.items()}


def _draw_panel(axes: Axes, lines: Mapping[str, np.ndarray], step: int) -> list:
    """Lines over time, to be named at the right; `step` is marked."""
    axes.axvspan(step - 0.5, step + 0.5, color="#D9D9D9", linewidth=0)
    times = np.arange(len(next(iter(lines.values())))) + 1
    ends = draw_lines(axes, {name: (times, line) for name, line in lines.items()})
    # markers tell lines apart: dashes would hide pulses
    plain: dict[str, Any] = {"linestyle": "-", "linewidth": 1.6}
    for line in axes.lines:
        line.set(drawstyle="steps-mid", **plain)
    return [(y, name, look | plain) for (y, _, look), name in zip(ends, lines, strict=True)]


def _draw_lanes(axes: Axes, lines: Mapping[str, np.ndarray], step: int) -> list:
    """Values from 0 to 1, each in a lane of its own, filled where open: none hides another."""
    axes.axvspan(step - 0.5, step + 0.5, color="#D9D9D9", linewidth=0)
    times, ends = np.arange(len(next(iter(lines.values())))) + 1, []
    for n, (name, line) in enumerate(lines.items()):
        low = len(lines) - 1 - n
        colour = ON_LIGHT[n % 5]
        axes.fill_between(times, low, low + 0.8 * line, step="mid", color=colour, linewidth=0)
        axes.axhline(low, color=colour, linewidth=1.0)
        ends.append((low + 0.4, name, {"color": colour, "linewidth": 5.0}))
    axes.set(ylim=(-0.1, len(lines)), yticks=[])
    return ends


def describe_latch(series: Mapping[str, np.ndarray], step: int) -> str:
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


def draw_half_lives(left: Mapping[float, np.ndarray], bias: float) -> Picture:
    """Left: what is left of a number at this bias; right: its half-life at every bias.

    `left`: bias → what `fraction_left` measured.
    """
    f = 1 / (1 + math.exp(-bias))
    law = math.log(0.5) / math.log(f)
    page = Page(least=WIDTH)
    page.write(f"bias {two(bias)}: part that is left", 8, 6, weight="bold")
    page.write("half-life at every bias, in steps", 452, 6, weight="bold")
    page.gap(40)
    decay = page.axes(256, 60, 345, "steps since it was stored", below=-256)
    _draw_decay(decay, left[bias], f, round(4 * law))
    lives = page.axes(256, 490, 345, "bias of the forget gate", below=54)
    _draw_lives(lives, left, bias)
    measured = half_life(left[bias])
    counted = f"more than {len(left[bias]) - 1}" if measured is None else str(measured)
    after = (f"after {t} steps {percent(left[bias][t])} is left" for t in (20, 100))
    return page.finish(
        f"Bias {two(bias)}: the forget gate is σ({two(bias)}) = {f:.4f}. Half or less is left "
        f"after {counted} steps measured, {law:.2f} by the law ln ½ / ln f (what is measured is "
        f"whole steps, so at least 1); {', '.join(after)}.",
    )


def _draw_decay(axes: Axes, left: np.ndarray, f: float, steps: int) -> None:
    """What is left after each of so many steps, or at least 12."""
    times = np.arange(len(left))[: max(12, steps)]
    _measured_and_law(axes, times, left[: len(times)], times, f**times)
    axes.axhline(0.5, color=FAINT, linewidth=1.1, linestyle=(0, (6, 3)))
    axes.text(times[-1], 0.52, "half", ha="right", color=FAINT, fontsize=FONT)
    axes.set_ylim(-0.05, 1.08)


def _draw_lives(axes: Axes, left: Mapping[float, np.ndarray], bias: float) -> None:
    """The half-life at every bias, with a line at this one."""
    biases = np.array(list(left))
    lives = [half_life(part) for part in left.values()]
    measured = np.array([math.nan if steps is None else steps for steps in lives])
    fine = np.linspace(biases[0], biases[-1], 200)
    _measured_and_law(axes, biases, measured, fine, np.log(2) / np.log1p(np.exp(-fine)))
    axes.axvline(bias, color=FAINT, linewidth=6, alpha=0.3)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.legend(loc="upper left", frameon=False, fontsize=9.5, labelcolor=INK)


def percent(part: float) -> str:
    return f"{100 * part:.3g} %" if abs(part) >= 1e-4 else "less than 0.01 %"


def _measured_and_law(axes: Axes, x, measured, fine, law) -> None:
    axes.plot(fine, law, color=ON_LIGHT[0], linewidth=2, label="law")
    few: dict[str, Any] = {"markersize": 4.5, "markevery": -(-len(x) // 40)}
    axes.plot(x, measured, "o", color=VERMILLION, label="measured", **few)


def draw_profiles(profiles: Mapping[str, tuple], made: str) -> Picture:
    """Mean state of a unit at each place of the digit: name → (places, means)."""
    return curves(
        profiles,
        text="The mean state of the best unit at each place of the digit, trained and before "
        f"training ({made}). It is roughly a slope: a straight-line search finds nothing else. A "
        "unit that likes one column may well be there; this search is blind to it.",
        xlabel="x position of the digit, pixels",
        ylabel="mean state, its own std",
    )


def draw_alarms(new: Gates, old: Gates, blind: Gates, rings: Mapping[str, int]) -> Picture:
    """The output of the alarm clock under both readings of its peephole, and without one."""
    outputs = {"new: c(t)": new.h, "old: c(t−1)": old.h}
    outputs |= {"new − old": new.h - old.h, "no peephole": blind.h}
    ticks = np.arange(len(new.h)) + 1
    return curves(
        {name: (ticks, as_array(h)[:, 0, 0]) for name, h in outputs.items()},
        text=f"The output h. Started at step 4, it rings {rings['new']} steps later with the new "
        f"reading, {rings['old']} with the old. At step 20 it is started again: the old reading "
        "lets the alarm go on for one step, for it has not seen the memory go. Without a peephole "
        f"|h| never goes over {blind.h.abs().max():.2f}.",
        ylabel="output h",
    )
