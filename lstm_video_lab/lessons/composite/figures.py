"""The pictures of lesson 06's results: tables of models, costs by event, and pairs of gradients.

Those that are made of frames stand in `sequence_figures`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from lstm_video_lab import plots
from lstm_video_lab.files import write_whole
from lstm_video_lab.lessons.composite.error_by_event import Cost, in_points
from lstm_video_lab.lessons.composite.experiment import future_error
from lstm_video_lab.lessons.composite.gradient_angle import GradientPair
from lstm_video_lab.lessons.composite.grids import GRIDS, best_rates
from lstm_video_lab.lessons.composite.reproduction import Sequences
from lstm_video_lab.lessons.composite.sequence_figures import draw_past_and_future
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
    levels_of,
    sheet,
    write,
)

LOOKS = {"future": (BLUE, "-"), "reconstruction": (VERMILLION, "--"), "sum": (INK, "-")}


def overview(result: dict[str, Any]) -> Picture:
    """Future error of every point of the grid, with its standard error, beside the mean image."""
    scores = [future_error(model) for model in result["models"].values()]
    return plots.bars(
        list(result["models"]),
        [error for error, _ in scores],
        [stderr for _, stderr in scores],
        baselines={"mean image": result["baselines"]["mean_image"]["cross_entropy"]},
        title=f"Future cross-entropy, units-layers-conditioning ({result['scale']} scale)",
    )


def draw_grid(name: str, result: dict[str, Any]) -> Picture:
    """A stored grid as bars, the mean over seeds with its spread; optimisers at their best rate."""
    models = result["models"]
    shown = best_rates(models) if name == "optimisers" else models
    facts = "; ".join(f"{k} {v['mean']:.1f} ± {v['spread']:.1f}" for k, v in shown.items())
    first = next(iter(shown.values()))
    return plots.bars(
        list(shown),
        [one["mean"] for one in shown.values()],
        [one["spread"] for one in shown.values()],
        levels_of(result["baselines"]),
        f"Held-out future cross-entropy, mean and standard deviation of {len(first['seeds'])} "
        f"seeds: {facts} ({result['scale']} scale, {first['steps']} steps).",
        title=GRIDS[name].title,
        ylabel="nats per frame",
    )


def draw_row(out: Path, name: str, report: dict[str, Any], sequences: Sequences) -> None:
    """Leave the pictures of a reproduced row: its learning curve, and one sequence for each event.

    report: of `reproduction.score_row`; sequences: event → rows of frames.
    """
    first = report["settings"]["frames_in"] + 1  # number of the first frame of the future
    for event, rows in sequences.items():
        text = f"{report['title']}, {event}: what was seen, what came and what was predicted."
        future = {part: rows[part] for part in ("came", "predicted")}
        parts = [(first - len(rows["seen"]), {"seen": rows["seen"]}), (first, future)]
        write_whole(out / f"{name}-{event}.png", draw_past_and_future(parts, text).png)
    write_whole(out / f"{name}-curve.png", draw_curve(report).png)


def draw_curve(report: dict[str, Any]) -> Picture:
    """Held-out cross-entropy of the future over the steps of a run."""
    curve, levels = report["curve"], levels_of(report["report"]["baselines"])
    if report["published"] and report["scale"] == "paper":
        levels["paper"] = report["published"]
    return plots.curves(
        {"future": (curve["step"], curve["future"])}, levels, title=report["title"], logy=True
    )


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
