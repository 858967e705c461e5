"""The pictures of lesson 06c that are made of frames: what a model recalls and what it predicts.

T predicted frames, N sequences, H × W the size of a frame.
"""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from lstm_video_lab.lessons.table2.experiment import future_error
from lstm_video_lab.lessons.table2.sequences import Parts, stored_sequence
from lstm_video_lab.plots.canvas import Picture, draw_levels, draw_lines, levels_of
from lstm_video_lab.plots.page import Page

LEFT = 72  # pixels, before the frames: ten of 64 pixels then fit
OTHERS = "#B4B4B4"


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
    [(end, _, look)] = draw_lines(axes, {"this one": (curve["step"], curve["future"])})
    ends = [(end, f"this one {future_error(result['models'][name])[0]:.1f}", look)]
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
        f"{result['scale']} scale. Its line was measured on fewer sequences while it learnt, so it "
        "need not end at just that height. Grey: the other models."
    )
