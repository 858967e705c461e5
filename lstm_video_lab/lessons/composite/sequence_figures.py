"""The pictures of lesson 06 that are made of frames: what a model recalls and what it predicts.

T predicted frames, N sequences, H × W the size of a frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from lstm_video_lab.lessons.composite.error_by_event import Errors
from lstm_video_lab.lessons.composite.experiment import future_error
from lstm_video_lab.lessons.composite.sequences import Parts, stored_sequence
from lstm_video_lab.plots.canvas import (
    GAP,
    INK,
    SMALL,
    WIDTH,
    Picture,
    draw_levels,
    draw_lines,
    fit,
    levels_of,
    series_style,
    tile,
)
from lstm_video_lab.plots.page import Page

LEFT = 72  # pixels, before the frames: ten of 64 pixels then fit
OTHERS, SHADE = "#B4B4B4", "#F6DFCF"
EVENTS = ("overlap", "bounce")
ROWS = ("input", "truth", "predicted")
BASELINES = ("mean image", "entropy bound")


def draw_past_and_future(parts: Parts, text: str) -> Picture:
    """Past and future under one another, each with its own numbers of frames."""
    page = Page(LEFT)
    _add_past_and_future(page, parts)
    return page.finish(text)


def _add_past_and_future(page: Page, parts: Parts) -> None:
    for first, rows in parts:
        page.frames(rows, first=first, above=24)
        page.gap(6)


def draw_composite(result: dict[str, Any], name: str, sequence: int = 1) -> Picture:
    """The learning curve of one model over those of all others, above what it makes of a sequence.

    name: a key of the grid, as "256-1-none"; sequence: which of the stored ones, from 1.
    """
    page = Page(LEFT)
    page.heading(f"{in_words(result['models'][name])}: how it learnt")
    page.gap(10)
    axes = page.chart(216, ["entropy bound 123.4"], "step", "future, nats per frame")
    page.label_ends(axes, _draw_curves(axes, result, name))
    _add_past_and_future(page, stored_sequence(result["models"][name], sequence))
    page.gap(2)
    return page.finish(describe_model(result, name))


def _draw_curves(axes: Axes, result: dict[str, Any], name: str) -> list:
    """Held-out future error against steps: one curve in colour, the others faint, baselines."""
    levels = levels_of(result["baselines"])
    others = [model["curve"] for key, model in result["models"].items() if key != name]
    for other in others:
        axes.plot(other["step"], other["future"], color=OTHERS, linewidth=1.0)
    curve = result["models"][name]["curve"]
    ends = draw_lines(axes, {"this one": (curve["step"], curve["future"])})
    axes.lines[-1].set(linewidth=2.6)
    ends += draw_levels(axes, levels)
    if others:
        best = min(other["future"][-1] for other in others)
        ends.append((best, "the others", {"color": OTHERS, "linewidth": 1.0}))
    low, high = levels["entropy bound"], max([*levels.values(), *curve["future"]])
    axes.set(ylim=(low - 0.05 * (high - low), high + 0.1 * (high - low)))
    axes.set_xlim(0, max(line["step"][-1] for line in [curve, *others]))
    return ends


def in_words(model: dict[str, Any]) -> str:
    """What a stored model is."""
    s = model["settings"]
    fed = "conditional future decoder" if s["conditional"] else "unconditional"
    return f"{s['units']} units, {s['layers']} layer{'s' * (s['layers'] > 1)}, {fed}"


def describe_model(result: dict[str, Any], name: str) -> str:
    """A stored model in numbers, and its place among the others."""
    model, levels = result["models"][name], levels_of(result["baselines"])
    bound, mean = levels["entropy bound"], levels["mean image"]
    (error, stderr), report = future_error(model), model["report"]
    place = 1 + sum(future_error(other)[0] < error for other in result["models"].values())
    return (
        f"{in_words(model)}: future {error:.1f} ± {stderr:.1f} nats per frame on "
        f"{report['sequences']} held-out sequences, {100 * error / mean:.0f} % of the mean image's "
        f"{mean:.1f} (bound {bound:.1f}); number {place} of {len(result['models'])}. "
        f"{model['parameters'] / 1e6:.2f} million parameters, {model['steps']} steps, "
        f"{result['scale']} scale. Grey: the other models."
    )


def draw_sequence(
    rows: Mapping[str, np.ndarray], errors: Errors, n: int, marked: np.ndarray, name: str
) -> Picture:
    """Frames of sequence n, and the error of each predicted one between its baselines.

    rows: `ROWS` -> (T, H, W) in [0, 1]; marked: (T,) bool, the predicted frames to mark.
    """
    columns, seen = max(map(len, rows.values())), len(rows["input"])
    side = fit(rows["input"].shape[2], min((WIDTH - LEFT - 8) / columns - 2 - GAP, 110))
    pitch, marks = side + 2 + GAP, set(np.flatnonzero(marked).tolist())
    page = Page(LEFT, narrow=True)
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
    parts = []
    for event in EVENTS:
        at = np.flatnonzero(getattr(errors, event)[:, n]) + seen + 1
        parts.append(f"{event} in frames {spans(at)}" if len(at) else f"no {event}")
    whole = _cost(errors, n, np.ones_like(marked))
    there = f"; in the marked frames {_cost(errors, n, marked)}" if marked.any() else ""
    return f"{name}: {', '.join(parts)}. The prediction costs {whole}{there}."


def _cost(errors: Errors, n: int, frames: np.ndarray) -> str:
    lines = (errors.predictor, errors.mean_image, errors.entropy_bound)
    model, mean, bound = (nats[frames, n].mean() for nats in lines)
    return f"{model:.1f} nats per frame (mean image {mean:.1f}, entropy bound {bound:.1f})"


def spans(numbers: np.ndarray) -> str:
    """Whole numbers that rise, as runs: "12–14, 17"."""
    breaks = [0, *(np.flatnonzero(np.diff(numbers) > 1) + 1), len(numbers)]
    runs = [numbers[a:b] for a, b in pairwise(breaks)]
    return ", ".join(f"{r[0]}–{r[-1]}" if len(r) > 1 else f"{r[0]}" for r in runs)
