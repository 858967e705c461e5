"""The pictures of lesson 06b: a sequence and what its frames cost, and costs by kind of frame.

T predicted frames, N sequences, H × W the size of a frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from lstm_video_lab import plots
from lstm_video_lab.lessons.overlaps_and_bounces.error_by_event import Cost, Errors, in_points
from lstm_video_lab.plots.canvas import (
    GAP,
    INK,
    SMALL,
    Picture,
    fit,
    series_style,
    tile,
)
from lstm_video_lab.plots.page import Page

LEFT = 72  # pixels, before the frames: ten of 64 pixels then fit
SHADE = "#F6DFCF"
EVENTS = ("overlap", "bounce")
ROWS = ("input", "truth", "predicted")
BASELINES = ("mean image", "entropy bound")


def draw_costs(costs: Mapping[str, Cost], source: str) -> Picture:
    """Nats per frame of each kind, between its baselines; `source` says what was scored."""
    names = {"predictor": "model", "mean_image": "mean image", "entropy_bound": "entropy bound"}
    bars = {words: [getattr(cost, key) for cost in costs.values()] for key, words in names.items()}
    facts = "; ".join(
        f"{name} {cost.predictor[0]:.1f} ± {cost.predictor[1]:.1f} (mean image "
        f"{cost.mean_image[0]:.1f}, bound {cost.entropy_bound[0]:.1f})"
        for name, cost in costs.items()
    )
    return plots.bars(
        [f"{name} ({cost.frames} frames)" for name, cost in costs.items()],
        {key: [value for value, _ in pairs] for key, pairs in bars.items()},
        {key: [error for _, error in pairs] for key, pairs in bars.items()},
        text=f"Nats per frame by kind of frame: {facts}. {source}.",
    )


def draw_meeting(truth: ArrayLike, predicted: ArrayLike, first: int, made: str) -> Picture:
    """The frames to come of a clip and what was predicted of them, (T, H, W), from `first` on."""
    return plots.frames(
        {"truth": truth, "model": predicted},
        f"The same frame by frame. The model: {made}.",
        first=first,
    )


def draw_shares(costs: Mapping[str, Cost], these: str, control: str, source: str) -> Picture:
    """The share that is left in `these` frames, in percent, and in `control` frames at the same
    predicted steps.
    """
    bars = {
        control: [cost.control for cost in costs.values()],
        these: [cost.share for cost in costs.values()],
    }
    facts = "; ".join(f"{name} {in_points(cost)}" for name, cost in costs.items())
    return plots.bars(
        list(costs),
        {key: [100 * value for value, _ in pairs] for key, pairs in bars.items()},
        {key: [100 * error for _, error in pairs] for key, pairs in bars.items()},
        {"mean image": 100, "entropy bound": 0},
        f"What is left of the way from the mean image down to the bound, {these} less {control}, "
        f"in points: {facts}. {source}.",
        ylabel="share left, %",
    )


def draw_sequence(
    rows: Mapping[str, np.ndarray], errors: Errors, n: int, marked: np.ndarray, name: str
) -> Picture:
    """Frames of sequence n, and the error of each predicted one between its baselines.

    rows: `ROWS` -> (T, H, W) in [0, 1]; marked: (T,) bool, the predicted frames to mark.
    """
    columns, seen = max(map(len, rows.values())), len(rows["input"])
    page = Page(LEFT, narrow=True, least=LEFT + 8 + 48 * columns)
    side = fit(rows["input"].shape[2], min((page.width - LEFT - 8) / columns - 2 - GAP, 110))
    pitch, marks = side + 2 + GAP, set(np.flatnonzero(marked).tolist())
    for row, above, first in zip(ROWS, (20, 24, 0), (1, seen + 1, 0), strict=True):
        page.gap(above)
        if first:
            page.columns(range(first, first + len(rows[row])), pitch, -2, va="bottom")
        page.tiles(tile(rows[row], columns, side, () if row == "input" else marks), [row])
    page.gap(4)
    words = []
    for t in range(len(marked)):
        words.append("\n".join(event for event in EVENTS if getattr(errors, event)[t, n]))
    page.columns(words, pitch)
    page.gap(60)
    axes = page.axes(130, LEFT, len(marked) * pitch, "", "nats per frame")
    _draw_errors(axes, errors, n, marks, seen)
    return page.finish(describe_sequence(errors, n, marked, seen, name))


def _draw_errors(axes: Axes, errors: Errors, n: int, marks: set[int], seen: int) -> None:
    """Error of each predicted frame, below its column."""
    steps = np.arange(seen + 1, seen + 1 + len(errors.predictor))
    for t in marks:
        axes.axvspan(steps[t] - 0.5, steps[t] + 0.5, color=SHADE, linewidth=0)
    lines = (errors.predictor, errors.mean_image, errors.entropy_bound)
    for k, (words, nats) in enumerate(zip(("model", *BASELINES), lines, strict=True)):
        axes.plot(steps, nats[:, n], label=words, **series_style(k))
    axes.set(xlim=(steps[0] - 0.5, steps[-1] + 0.5), xticks=steps)
    axes.set_ylim(bottom=0)
    axes.legend(
        frameon=False, fontsize=SMALL, labelcolor=INK, ncols=3, borderpad=0,
        loc="lower left", bbox_to_anchor=(0, 1.02),
    )  # fmt: skip


def describe_sequence(errors: Errors, n: int, marked: np.ndarray, seen: int, name: str) -> str:
    """What happens in sequence n and what it costs, in words."""
    whole = _cost(errors, n, np.ones_like(marked))
    there = f"; in the marked frames {_cost(errors, n, marked)}" if marked.any() else ""
    return f"{name}: {what_happens(errors, n, seen)}. The prediction costs {whole}{there}."


def what_happens(errors: Errors, n: int, seen: int) -> str:
    """In which predicted frames of sequence n digits overlap or bounce, in words."""
    parts = []
    for event in EVENTS:
        at = np.flatnonzero(getattr(errors, event)[:, n]) + seen + 1
        frames = "frame" if len(at) == 1 else "frames"
        parts.append(f"{event} in {frames} {spans(at)}" if len(at) else f"no {event}")
    return ", ".join(parts)


def _cost(errors: Errors, n: int, frames: np.ndarray) -> str:
    lines = (errors.predictor, errors.mean_image, errors.entropy_bound)
    model, mean, bound = (nats[frames, n].mean() for nats in lines)
    return f"{model:.1f} nats per frame (mean image {mean:.1f}, entropy bound {bound:.1f})"


def spans(numbers: np.ndarray) -> str:
    """Whole numbers that rise, as runs: "12–14, 17"."""
    breaks = [0, *(np.flatnonzero(np.diff(numbers) > 1) + 1), len(numbers)]
    runs = [numbers[a:b] for a, b in pairwise(breaks)]
    return ", ".join(f"{r[0]}–{r[-1]}" if len(r) > 1 else f"{r[0]}" for r in runs)
