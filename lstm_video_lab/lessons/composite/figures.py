"""The pictures of lesson 06: two gradients, where they meet."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
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
    finish,
    sheet,
    write,
)
from lstm_video_lab.settings import Settings
from lstm_video_lab.training.live import LiveRun
from lstm_video_lab.widgets.time_lapse import draw_time_lapse as draw_time_lapse

LOOKS = {"future": (BLUE, "-"), "reconstruction": (VERMILLION, "--"), "sum": (INK, "-")}


def draw_two_tasks(clip: Tensor, seen: int, settings: Settings) -> Picture:
    """What is seen of a clip (T, H, W), and both answers that are wanted."""
    return plots.frames(
        {
            "seen": clip[:seen],
            "task 1: recall, in reverse": clip[:seen].flip(0),
            "task 2: predict": clip[seen:],
        },
        f"A held-out sequence. The network sees {seen} frames; it must give them back in reverse, "
        f"and continue them for {len(clip) - seen} ({settings.scale} scale, {settings.image_size}×"
        f"{settings.image_size} pixels).",
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
    """Cosines of gradients with their controls, and shares of energy in common directions, in %."""
    measures = result["measures"]
    rows = {  # words → measure
        "cosine, two decoders": "cosine of the two decoders",
        "cosine, the future's, two clips": "cosine of the future's, another sequence",
        "cosine, the past's, two clips": "cosine of the reconstruction's, another sequence",
        "by chance": "chance",
        "the past's in the future's": "reconstruction within the future's",
        "the future's in the past's": "future within the reconstruction's",
        "the future's in the future's": "future within the future's",
        "the past's in the past's": "reconstruction within the reconstruction's",
    }
    means = [100 * measures[name]["mean"] for name in rows.values()]
    spreads = [100 * measures[name]["spread"] for name in rows.values()]
    facts = "; ".join(
        f"{words} {mean:.1f} ± {spread:.1f}"
        for words, mean, spread in zip(rows, means, spreads, strict=True)
    )
    sizes = {  # words → measure: cosines without their signs
        "two decoders": "size of the two decoders' cosine",
        "the future's": "size of the future's cosine",
        "the past's": "size of the reconstruction's cosine",
        "arrows in any direction": "size by chance",
    }
    unsigned = ", ".join(f"{words} {100 * measures[n]['mean']:.1f}" for words, n in sizes.items())
    return plots.bars(
        list(rows),
        means,
        spreads,
        text=f"In hundredths: {facts}. "
        f"Cosines without their signs: {unsigned}. “in”: the share of the gradients of half of the "
        f"clips that lies in the first {result['directions']} directions of the other half's. Mean "
        f"and spread of {len(result['made']['seeds'])} seeds, {result['steps']} steps, "
        f"{result['scale']} scale.",
        ylabel="hundredths",
    )
