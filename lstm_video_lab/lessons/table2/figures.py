"""The pictures of lesson 06c: tables of models as bars, and what a reproduced row leaves.

Those that are made of frames stand in `sequence_figures`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from torch import Tensor

from lstm_video_lab import plots
from lstm_video_lab.files import write_whole
from lstm_video_lab.lessons.table2.experiment import future_error
from lstm_video_lab.lessons.table2.grids import GRIDS, best_rates
from lstm_video_lab.lessons.table2.nearest_clip import squared_errors
from lstm_video_lab.lessons.table2.reproduction import Sequences
from lstm_video_lab.lessons.table2.sequence_figures import draw_past_and_future
from lstm_video_lab.plots.canvas import (
    INK,
    PAPER,
    SMALL,
    Picture,
    draw_levels,
    draw_lines,
    levels_of,
    series_style,
)
from lstm_video_lab.plots.page import Page

UNDER = {"facecolor": PAPER, "edgecolor": "none", "pad": 1}  # of numbers over lines


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


def draw_all(result: dict[str, Any]) -> Picture:
    """All points of the grid: future error against parameters, and against what is recalled."""
    lines: dict[str, list[dict[str, Any]]] = {}
    for model in result["models"].values():
        settings = model["settings"]
        layers = f"{settings['layers']} layer{'s' * (settings['layers'] > 1)}"
        fed = "conditional" if settings["conditional"] else "unconditional"
        lines.setdefault(f"{layers}, {fed}", []).append(model)
    page = Page()
    measures = {
        "parameters, millions": lambda model: model["parameters"] / 1e6,
        "recalled past, nats per frame": lambda model: model["report"]["reconstruction"][
            "cross_entropy"
        ],
    }
    for label, measure in measures.items():
        page.gap(14)
        names = ["2 layers, unconditional 12.3"]
        axes = page.chart(230, names, label, "future, nats per frame")
        points = {
            name: ([measure(one) for one in models], [future_error(one)[0] for one in models])
            for name, models in lines.items()
        }
        ends = draw_lines(axes, points)
        _name_units(axes, lines["1 layer, unconditional"], measure)
        page.label_ends(axes, ends)
    units = ", ".join(str(one["settings"]["units"]) for one in next(iter(lines.values())))
    listed = "; ".join(
        f"{name} {', '.join(f'{future_error(one)[0]:.1f}' for one in models)}"
        for name, models in lines.items()
    )
    levels = ", ".join(f"{k} {v:.1f}" for k, v in levels_of(result["baselines"]).items())
    return page.finish(
        f"All {len(result['models'])} models, each line with {units} units. Future error: {listed} "
        f"nats per frame ({levels}: out of the picture). Above, to the left is cheaper; below, to "
        f"the left recalls better. One seed each, {result['scale']} scale."
    )


def _name_units(axes: Axes, models: Sequence[dict[str, Any]], measure: Callable) -> None:
    """The number of units beside each dot of one line."""
    for one in models:
        place = (measure(one), future_error(one)[0])
        words = f"{one['settings']['units']} units"
        axes.annotate(words, place, (5, 4), textcoords="offset points", fontsize=SMALL)


def draw_grid(name: str, result: dict[str, Any]) -> Picture:
    """A stored grid, each seed a dot, with their mean and spread; optimisers at their best rate.

    The axis begins and ends where the models do: baselines outside it stand in the words.
    """
    models = result["models"]
    shown = best_rates(models) if name == "optimisers" else models
    shown = {key.replace("sgd", "sgd with momentum,"): one for key, one in shown.items()}
    page = Page(least=88 + 110 * len(shown))
    page.heading(GRIDS[name].title)
    page.gap(14)
    levels = levels_of(result["baselines"])
    seeds = [value for one in shown.values() for value in one["seeds"]]
    room = 0.12 * (max(seeds) - min(seeds)) + 0.5
    low, high = min(seeds) - room, max(seeds) + room
    inside = {k: v for k, v in levels.items() if low < v < high}
    axes = page.chart(260, [f"{k} 123.4" for k in inside], "", "nats per frame", below=66)
    axes.set_ylim(low, high)
    _draw_seeds(axes, shown)
    page.label_ends(axes, draw_levels(axes, inside))
    facts = "; ".join(f"{k} {v['mean']:.1f} ± {v['spread']:.1f}" for k, v in shown.items())
    outside = ", ".join(f"{k} {v:.1f}" for k, v in levels.items() if k not in inside)
    first = next(iter(shown.values()))
    return page.finish(
        f"Held-out future cross-entropy, mean and standard deviation of {len(first['seeds'])} "
        f"seeds: {facts} nats per frame. Each dot is a seed, each line a mean. Beyond the axis: "
        f"{outside} ({result['scale']} scale, {first['steps']} steps)."
    )


def _draw_seeds(axes: Axes, models: Mapping[str, dict[str, Any]]) -> None:
    """A column for each model: its seeds as dots, their mean as a line with its number."""
    for n, one in enumerate(models.values()):
        places = [n + 0.12 * (k - (len(one["seeds"]) - 1) / 2) for k in range(len(one["seeds"]))]
        axes.plot(places, one["seeds"], **{**series_style(0), "linestyle": "none"})
        axes.hlines(one["mean"], n - 0.3, n + 0.3, color=INK, linewidth=1.6)
        words, top = f"{one['mean']:.1f} ± {one['spread']:.1f}", (n, max(one["seeds"]))
        look: dict[str, Any] = {"ha": "center", "fontsize": SMALL, "color": INK, "bbox": UNDER}
        axes.annotate(words, top, (0, 8), textcoords="offset points", **look)
    labels = [textwrap.fill(name, 16) for name in models]
    axes.set_xticks(range(len(models)), labels)
    axes.set_xlim(-0.6, len(models) - 0.4)
    axes.tick_params(axis="x", length=0, labelsize=9.5)
    axes.grid(False, axis="x")


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


def draw_looking_up(
    errors: Mapping[int, Sequence[float]], sizes: Sequence[int], table: dict[str, Any]
) -> Picture:
    """Squared error of looking up against the size of the collection, beside trained models."""
    levels = {
        "mean image": table["baselines"]["mean_image"]["mse"],
        "future predictor": table["models"]["future predictor"]["mse"],
        "composite": table["models"]["composite"]["mse"],
    }
    facts = "; ".join(
        f"{count} nearest: {', '.join(f'{value:.1f}' for value in line)}"
        for count, line in errors.items()
    )
    standing = ", ".join(f"{name} {value:.1f}" for name, value in levels.items())
    return plots.curves(
        {f"{count} nearest": (list(sizes), list(line)) for count, line in errors.items()},
        {**levels, "bound": 0.0},
        f"Squared error per frame of the future, looked up among {', '.join(map(str, sizes))} "
        f"clips: {facts}. {standing}: trained for {table['models']['composite']['steps']} steps, "
        "means of three seeds.",
        xlabel="clips in the collection",
        ylabel="squared error per frame",
        logx=True,
    )


def draw_found(truth: Tensor, found: Tensor, seen: int, size: int) -> Picture:
    """The clip that was answered best, and one in the middle, each over what was looked up.

    truth: (T, B, H, W); found: (T, K, B, H, W), the K nearest clips of a collection of that size.
    """
    truth, found = truth[seen:], found[seen:]
    costs = squared_errors(truth, found[:, 0])
    blur = f"mean of {found.shape[1]}"
    rows: dict[str, Tensor] = {}
    words = []
    for name, n in (("best", costs.argmin()), ("middle", costs.argsort()[len(costs) // 2])):
        many = found[:, :, n].mean(1)
        rows |= {
            f"{name}: truth": truth[:, n],
            f"{name}: nearest": found[:, 0, n],
            f"{name}: {blur}": many,
        }
        cost = squared_errors(truth[:, n, None], many[:, None])[0]
        words.append(f"{name} {costs[n]:.1f} ({blur} {cost:.1f})")
    return plots.frames(
        rows,
        f"Of {len(costs)} held-out clips the one that its nearest among {size} answers best, and "
        f"one in the middle: what came after frame {seen}, and what was looked up. Squared error "
        f"per frame of the nearest: {', '.join(words)}.",
        first=seen + 1,
    )


def draw_once_and_twice(
    predictions: Sequence[str], once: Sequence[float], twice: Sequence[float]
) -> Picture:
    """The same predictions, scored as they should be, and after one more sigmoid."""
    return plots.bars(
        list(predictions),
        {"σ(z), as it should be": list(once), "σ(σ(z))": list(twice)},
        ylabel="nats per frame",
        title="The same predictions, scored right and with a sigmoid too many",
    )


def draw_shown_and_free(shown: float, free: float, table: dict[str, Any]) -> Picture:
    """One conditional predictor, judged in two ways, among the models of the table."""
    judged = {"this one, shown the truth": shown, "this one, running freely": free}
    others = {name: one["mean"] for name, one in table["models"].items()}
    listed = ", ".join(f"{name} {value:.1f}" for name, value in {**judged, **others}.items())
    return plots.bars(
        [*judged, *others],
        [round(value, 1) for value in (*judged.values(), *others.values())],
        baselines=levels_of(table["baselines"]),
        text=f"One conditional predictor, judged in two ways, beside the table of part 2, nats per "
        f"frame: {listed}.",
        ylabel="nats per frame",
    )
