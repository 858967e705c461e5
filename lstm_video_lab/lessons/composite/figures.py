"""The pictures of lesson 06: two gradients, where they meet."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from lstm_video_lab import plots
from lstm_video_lab.lessons.composite.gradient_angle import GradientPair
from lstm_video_lab.plots.canvas import (
    BLUE,
    FAINT,
    INK,
    SMALL,
    VERMILLION,
    WIDTH,
    Picture,
    add_axes,
    draw_levels,
    finish,
    room_for,
    sheet,
    write,
)
from lstm_video_lab.plots.charts import draw_bars
from lstm_video_lab.plots.page import Page
from lstm_video_lab.settings import Settings
from lstm_video_lab.training.live import LiveRun
from lstm_video_lab.widgets.time_lapse import draw_time_lapse as draw_time_lapse

LOOKS = {"future": (BLUE, "-"), "reconstruction": (VERMILLION, "--"), "sum": (INK, "-")}


def draw_two_tasks(clip: Tensor, seen: int, settings: Settings) -> Picture:
    """What is seen of a clip (T, H, W), and both answers that are wanted, each with its frames."""
    past, last = list(range(1, seen + 1)), len(clip)
    rows = {
        "seen": (clip[:seen], past),
        "1: recall,\nin reverse": (clip[:seen].flip(0), past[::-1]),
        "2: predict": (clip[seen:], list(range(seen + 1, last + 1))),
    }
    page = Page(room_for(["in reverse"]), narrow=True)
    for name, (frames, numbers) in rows.items():
        page.frames({name: frames}, numbers, above=24)
    page.gap(6)
    return page.finish(
        f"A held-out sequence. The network sees frames 1 to {seen}; it must give them back in "
        f"reverse, from {seen} to 1, and continue them to frame {last} ({settings.scale} scale, "
        f"{settings.image_size}×{settings.image_size} pixels).",
    )


def draw_both(truth: Tensor, composite: Tensor, alone: Tensor, seen: int, made: str) -> Picture:
    """The film as a strip: (T, H, W) each, but for `alone`, which has only the frames to come."""
    nothing = torch.full_like(truth[:seen], math.nan)  # it was not asked to recall
    return plots.frames(
        {"truth": truth, "composite": composite, "alone": torch.cat((nothing, alone))},
        f"The same frame by frame. In frames 1 to {seen} the composite recalls what it has seen; "
        f"the predictor alone was never asked to. From {seen + 1} on both predict ({made}).",
    )


def draw_gradients(pairs: Mapping[str, GradientPair], text: str | None = None) -> Picture:
    """Name → pair: the two gradients as arrows with their true angle, their sum as a third.

    Every panel has a scale of its own; the two lengths stand below it, the future's first.
    """
    side = min((WIDTH - 16) // len(pairs), 190)
    figure = sheet(WIDTH, side + 94)
    for n, name in enumerate(LOOKS):
        colour, dash = LOOKS[name]
        key = add_axes(figure, 12 + 250 * n, 10, 34, 12)
        key.axhline(0, color=colour, linestyle=dash, linewidth=2.5)
        key.set_axis_off()
        write(figure, f"gradient of the {name}", 52 + 250 * n, 16, va="center", fontsize=SMALL)
    for n, (name, pair) in enumerate(pairs.items()):
        left = 8 + n * side
        write(figure, name, left + side / 2, 34, ha="center", weight="bold", fontsize=SMALL)
        _lay_arrows(add_axes(figure, left + 4, 52, side - 8, side - 8), pair)
        words = f"{pair.future:.2g} and {pair.reconstruction:.2g}\ncosine {pair.cosine:+.2f}"
        write(figure, words, left + side / 2, side + 56, ha="center", fontsize=SMALL)
    return finish(figure, text or describe_gradients(pairs))


def _lay_arrows(axes: Axes, pair: GradientPair) -> None:
    """The plane of the two gradients: the future's to the right, the sum the diagonal."""
    axes.set_axis_off()
    turned = math.sqrt(1 - pair.cosine**2)
    ends = {
        "future": np.array([pair.future, 0.0]),
        "reconstruction": pair.reconstruction * np.array([pair.cosine, turned]),
    }
    ends["sum"] = ends["future"] + ends["reconstruction"]
    for name in ("future", "reconstruction"):
        axes.plot(*zip(ends[name], ends["sum"], strict=True), color=FAINT, linestyle=":")
    for name, end in ends.items():
        colour, dash = LOOKS[name]
        style = {"color": colour, "linestyle": dash, "linewidth": 2.2, "shrinkA": 0, "shrinkB": 0}
        arrow = {"arrowstyle": "-|>", "mutation_scale": 13, **style}
        axes.annotate("", (end[0], end[1]), (0, 0), arrowprops=arrow)
    corners = np.array([[0.0, 0.0], *ends.values()])
    low, high = corners.min(0), corners.max(0)
    middle, half = (low + high) / 2, 0.58 * (high - low).max()
    axes.set(xlim=(middle[0] - half, middle[0] + half), ylim=(middle[1] - half, middle[1] + half))


def describe_gradients(pairs: Mapping[str, GradientPair]) -> str:
    """Every pair in words."""
    parts = [
        f"{name}: future {m.future:.2g}, reconstruction {m.reconstruction:.2g}, sum {m.sum:.2g}, "
        f"cosine {m.cosine:+.2f} ({math.degrees(math.acos(m.cosine)):.0f}°)"
        for name, m in pairs.items()
    ]
    return f"Lengths of the gradients and the angle between the two. {'; '.join(parts)}."


def draw_rivals(trained: Mapping[str, LiveRun], levels: dict[str, float], scale: str) -> Picture:
    """The future's error of two live runs over their steps, between baselines."""
    facts = ", ".join(f"{name} {run.curve['future'][-1]:.1f}" for name, run in trained.items())
    seconds = "; ".join(f"The {name} took {run.seconds:.0f} s" for name, run in trained.items())
    steps = max(run.curve["step"][-1] for run in trained.values())
    return plots.curves(
        {name: (run.curve["step"], run.curve["future"]) for name, run in trained.items()},
        levels,
        f"Error of the future on training batches. After {steps} steps, nats per frame: {facts}. "
        f"{seconds} ({scale} scale).",
        ylabel="future, nats per frame",
    )


def draw_shared_directions(result: dict[str, Any]) -> Picture:
    """Cosines of gradients with and without their signs, and shares in common directions, in %."""
    page = Page(least=620)
    facts = [_draw_cosines(page, result["measures"]), _draw_shares(page, result)]
    return page.finish(
        f"{'. '.join(facts)}. Mean and spread of {len(result['made']['seeds'])} seeds, "
        f"{result['steps']} steps, {result['scale']} scale."
    )


def _draw_cosines(page: Page, measures: dict[str, Any]) -> str:
    """Of each pair the mean cosine, whose signs cancel, beside the mean of its size."""
    pairs = {  # words → measure with its sign, without
        "two decoders, one clip": (
            "cosine of the two decoders",
            "size of the two decoders' cosine",
        ),
        "the future's, two clips": (
            "cosine of the future's, another sequence",
            "size of the future's cosine",
        ),
        "the past's, two clips": (
            "cosine of the reconstruction's, another sequence",
            "size of the reconstruction's cosine",
        ),
    }
    ways = {"mean, with signs": 0, "mean size, without signs": 1}
    means, spreads = (
        {
            way: [round(measures[pair[n]][key], 2) for pair in pairs.values()]
            for way, n in ways.items()
        }
        for key in ("mean", "spread")
    )
    chance = {"size by chance": round(measures["size by chance"]["mean"], 2)}
    _draw_groups(page, "Cosines of two gradients", "cosine", list(pairs), means, spreads, chance)
    listed = "; ".join(
        f"{words} {measures[signed]['mean']:+.2f} ± {measures[signed]['spread']:.2f}, without "
        f"signs {measures[size]['mean']:.2f}"
        for words, (signed, size) in pairs.items()
    )
    return (
        f"Cosines: {listed}; arrows in any direction, without signs {chance['size by chance']:.2f}"
    )


def _draw_shares(page: Page, result: dict[str, Any]) -> str:
    """How much of one gradient lies in the directions of another, beside chance."""
    measures, count = result["measures"], result["directions"]
    rows = {  # words → measure
        "the past's in the future's": "reconstruction within the future's",
        "the future's in the past's": "future within the reconstruction's",
        "the future's in the future's": "future within the future's",
        "the past's in the past's": "reconstruction within the reconstruction's",
    }
    means = [round(100 * measures[name]["mean"], 1) for name in rows.values()]
    spreads = [100 * measures[name]["spread"] for name in rows.values()]
    chance = {"chance": round(100 * measures["chance"]["mean"], 1)}
    title = f"Share that lies in the first {count} directions of the other half of the clips"
    _draw_groups(page, title, "share, %", list(rows), {"": means}, {"": spreads}, chance)
    listed = "; ".join(
        f"{words} {mean:.1f} ± {spread:.1f} %"
        for words, mean, spread in zip(rows, means, spreads, strict=True)
    )
    return f"Shares: {listed}; chance {chance['chance']:.1f} %"


def _draw_groups(
    page: Page,
    title: str,
    ylabel: str,
    labels: list[str],
    means: dict[str, list[float]],
    spreads: dict[str, list[float]],
    level: dict[str, float],
) -> None:
    """One chart of bars under those before it, with what chance would give as a line across."""
    page.heading(title)
    page.gap(14 + 18 * (len(means) > 1))
    axes = page.chart(170, [f"{name} 1.234" for name in level], "", ylabel)
    draw_bars(axes, [textwrap.fill(label, 15) for label in labels], means, spreads)
    page.label_ends(axes, draw_levels(axes, level))
    if len(means) > 1:
        place: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderpad": 0}
        axes.legend(frameon=False, fontsize=9.5, labelcolor=INK, ncols=len(means), **place)
