"""Pictures for people: pure functions from arrays to a `Picture`, a PNG with one line of words.

Every function takes `text`, the line that says what is to be seen; without it a plain one is made.

T time, H height and W width of a frame, U units.
"""

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogFormatter, MaxNLocator
from numpy.typing import ArrayLike

from lstm_video_lab.plots import canvas
from lstm_video_lab.plots.canvas import GAP, INK, LETTER, SMALL, Picture, as_array
from lstm_video_lab.plots.page import MOST, WORD, Page

SHORT, LONG = 7, 14  # letters of a bar's name in a line, at least and at most
NUMBER = 40  # pixels of a number over a bar
KEY = " " * 6  # as wide as the key of a bar in a legend


def frames(
    rows: Mapping[str, ArrayLike],
    text: str | None = None,
    *,
    title: str = "",
    first: int = 1,
    mark: int | None = None,
) -> Picture:
    """Rows of frames under one another: truth over prediction.

    `rows`: name -> (T, H, W), uint8 or float in [0, 1]; a shorter row leaves room at its end, and a
    frame with NaN is left out. Of more than 20 frames, evenly spaced ones are shown. `first` is the
    number over the first frame, `mark` the frame (counted from 0) with a thick border.
    """
    named = {_wrap(name): row for name, row in rows.items()}
    page = Page(canvas.room_for([*named, "frame"]), narrow=True)
    page.heading(title)
    shown, _ = page.frames(named, first=first, mark=mark)
    page.gap(6)
    count = f"{len(shown)} frames" if len(rows) == 1 else f"{len(rows)} rows of {len(shown)} frames"
    few = "" if shown.step == 1 else f", one in {shown.step}"
    return page.finish(text or f"{count}{few}: {', '.join(rows)}.")


def images(
    pictures: Iterable[ArrayLike],
    captions: Sequence[str] = (),
    text: str | None = None,
    *,
    title: str = "",
    columns: int = 8,
    signed: bool = False,
) -> Picture:
    """A grid of small images (H, W) with captions below: digits, features.

    `signed`: each is scaled by its own largest absolute value, and zero is mid-grey.
    """
    arrays = [as_array(picture) for picture in pictures]
    if signed:
        arrays = [0.5 + 0.5 * a / max(float(np.abs(a).max()), 1e-12) for a in arrays]
    arrays = [canvas.grey(a) for a in arrays]
    page = Page(narrow=True)
    columns = min(columns, len(arrays))
    if page.is_tight:
        needed = max(40, LETTER * max(map(len, captions), default=0))
        columns = max(1, min(columns, int((page.width - 16) / needed)))
    side = canvas.fit(arrays[0].shape[1], min((page.width - 16) / columns - 2 - GAP, 150))
    page.heading(title)
    page.gap(8)
    for n in range(0, len(arrays), columns):
        page.tiles(canvas.tile(arrays[n : n + columns], columns, side))
        page.columns(captions[n : n + columns], side + 2 + GAP, color=INK)
        page.gap(20 if captions else 0)
    page.gap(6)
    few = f": {', '.join(captions)}" if captions else ""
    return page.finish(text or f"{len(arrays)} images{few}.")


def strip(
    values,
    text: str | None = None,
    *,
    title: str = "",
    mark: int | None = None,
    limits: tuple[float, float] | None = None,
    height: int | None = None,
    first: int = 1,
) -> Picture:
    """The activity of many units over time: time runs to the right, each unit is a line.

    `values`: (T, U), or name -> (T, U) for strips over one another; `mark`: a step, counted from 0;
    `limits`: the values at the ends of the colours, by default 0 or -most to most, at least 1.
    """
    panels = dict(values) if isinstance(values, Mapping) else {"units": values}
    panels = {textwrap.fill(name, 16): as_array(panel) for name, panel in panels.items()}
    page = Page(canvas.room_for(list(panels)))
    page.heading(title)
    page.gap(10)
    high = height or max(64, min(240, 420 // len(panels)))
    for name, panel in panels.items():
        page.strip(panel, high, name, mark=mark, limits=limits)
    steps, units = next(iter(panels.values())).shape
    width = round(page.width - page.left - 60)
    for t in range(0, steps, math.ceil(steps / min(MOST, width // 24))):
        x = page.left + (t + 0.5) * width / steps
        look = {"color": INK, "weight": "bold"} if t == mark else {"color": canvas.FAINT}
        page.write(str(first + t), x, -4, ha="center", fontsize=SMALL, **look)
    page.write("step", page.left + width / 2, 12, ha="center", fontsize=SMALL)
    page.gap(38)
    at = "" if mark is None else f"; step {first + mark} is marked"
    auto = f"Activity of {units} units over {steps} steps: {', '.join(panels)}{at}."
    return page.finish(text or auto.replace("\n", " "))


def _wrap(name: str) -> str:
    """A name on lines of 16 letters. Spaces at its end stay: they tell apart rows of one name."""
    return textwrap.fill(name, 16) + " " * (len(name) - len(name.rstrip()))


def _chart(page: Page, names, title: str, top: int, height: float, xlabel, ylabel, below=48.0):
    """Axes on a page of that height, from `top` on; they leave room for the names at their right.

    A title that takes more than a line makes the page higher.
    """
    page.heading(title)
    page.gap(top - 24 * bool(title))
    return page.chart(height - top - below, names, xlabel, ylabel, below=below)


def _finite(levels: Mapping[str, float | None] | None) -> dict[str, float]:
    return {k: v for k, v in (levels or {}).items() if v is not None and math.isfinite(v)}


def curves(
    series: Mapping[str, tuple],
    baselines: Mapping[str, float | None] | None = None,
    text: str | None = None,
    *,
    xlabel: str = "step",
    ylabel: str = "nats per frame",
    title: str = "",
    logx: bool = False,
    logy: bool = False,
    height: int = 330,
) -> Picture:
    """Learning curves, `series`: name -> (x, y), with baselines as lines across.

    Each line is named at the right, with its last value. What is None, NaN or infinite is left out.
    """
    levels = _finite(baselines)
    names = [f"{name} 1234." for name in [*series, *levels]]
    page = Page()
    axes = _chart(page, names, title, 40 if title else 14, height, xlabel, ylabel)
    whole = all(np.equal(np.mod(as_array(x), 1), 0).all() for x, _ in series.values())
    _set_scales(axes, logx, logy, whole)
    ends = [canvas.draw_lines(axes, series), canvas.draw_levels(axes, levels)]
    if not ends[0] and not (logx or logy):
        axes.set(xlim=(0, 1), ylim=(0, 1.2 * max([1, *levels.values()])))
    page.label_ends(axes, ends[0] + ends[1])
    lines, rest = ("; ".join(words for _, words, _ in part) for part in ends)
    against = f" Baselines: {rest}." if rest else ""
    auto = f"{ylabel} against {xlabel}, last values: {lines or 'none yet'}.{against}"
    return page.finish(text or auto)


def _set_scales(axes: Axes, logx: bool, logy: bool, whole: bool) -> None:
    """Plain numbers on logarithmic axes, and no half steps where every x is whole."""
    axes.set(xscale="log" if logx else "linear", yscale="log" if logy else "linear")
    for axis, log in ((axes.xaxis, logx), (axes.yaxis, logy)):
        if log:
            axis.set_major_formatter("{x:g}")
            axis.set_minor_formatter(LogFormatter())
    if whole and not logx:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def bars(
    labels: Sequence[str],
    values,
    errors=None,
    baselines: Mapping[str, float | None] | None = None,
    text: str | None = None,
    *,
    ylabel: str = "nats per frame",
    title: str = "",
    height: int = 330,
) -> Picture:
    """Bars with their values and error bars, and baselines as lines across.

    `values`: one for each label, or name -> one for each label for groups of bars; `errors`: the
    same shape, the half length of the error bars.
    """
    groups = dict(values) if isinstance(values, Mapping) else {"": values}
    whiskers = dict(errors) if isinstance(errors, Mapping) else {"": errors}
    levels = _finite(baselines)
    names = [f"{name} 1234." for name in levels]
    page = Page(least=88 + len(labels) * max(WORD * SHORT, NUMBER * len(groups)))
    keys, letters = len(groups), LONG
    if page.is_tight:
        keys = keys if canvas.room_for([KEY.join(groups)]) < page.width - 72 else 1
        letters = min(LONG, max(SHORT, int((page.width - 88) / len(labels) / WORD)))
    above = 20 * (len(groups) // keys - 1)  # pixels of the second line of a legend and the next
    top = 20 + 26 * bool(title) + 24 * (len(groups) > 1) + above
    ticks = [textwrap.fill(label, letters) for label in labels]
    lines = 1 + max(label.count("\n") for label in ticks)
    more = max(0, 15 * lines - 30)  # pixels of the third line of a label and those after it
    height += above + more
    axes = _chart(page, names, title, top, height, "", ylabel, below=48 + more)
    draw_bars(axes, ticks, groups, whiskers)
    page.label_ends(axes, canvas.draw_levels(axes, levels))
    if len(groups) > 1:
        place: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderpad": 0}
        axes.legend(frameon=False, fontsize=9.5, labelcolor=INK, ncols=keys, **place)
    return page.finish(text or _bars_text(labels, groups, levels, ylabel))


def draw_bars(axes: Axes, labels, groups: Mapping, whiskers: Mapping) -> None:
    """Draw name -> values, one beside the other over each label, with their numbers above them."""
    at, width = np.arange(len(labels)), 0.8 / len(groups)
    for n, (name, group) in enumerate(groups.items()):
        places = at + (n - (len(groups) - 1) / 2) * width
        look: dict[str, Any] = {"color": canvas.ON_LIGHT[n % 5], "hatch": canvas.HATCHES[n % 4]}
        look |= {"label": name, "edgecolor": canvas.PAPER, "yerr": whiskers.get(name)}
        look["error_kw"] = {"ecolor": INK, "capsize": 4}
        drawn = axes.bar(places, group, 0.9 * width, **look)
        under = {"facecolor": canvas.PAPER, "edgecolor": "none", "pad": 1}
        axes.bar_label(drawn, fmt="%.4g", padding=4, fontsize=SMALL, color=INK, bbox=under)
    axes.set_xticks(at, labels)
    axes.tick_params(axis="x", length=0, labelsize=9.5)
    axes.grid(False, axis="x")
    axes.margins(y=0.12)


def _bars_text(labels, groups, levels, ylabel) -> str:
    parts = [
        " ".join([name, ", ".join(f"{k} {v:.4g}" for k, v in zip(labels, group, strict=True))])
        for name, group in groups.items()
    ]
    rest = ", ".join(f"{name} {level:.4g}" for name, level in levels.items())
    return f"{ylabel}: {'; '.join(parts).strip()}.{f' Baselines: {rest}.' if rest else ''}"
