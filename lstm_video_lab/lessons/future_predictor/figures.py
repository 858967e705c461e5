"""The pictures of lesson 05: what conditional decoders were fed, and two futures with one guess.

T predicted steps, H × W the size of a frame.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from torch import Tensor

from lstm_video_lab import plots
from lstm_video_lab.lessons.future_predictor.experiment import (
    error_of,
    errors_by_step,
    errors_of_seeds,
    stored_sequence,
)
from lstm_video_lab.lessons.future_predictor.two_futures import (
    FUTURE,
    PAST,
    Futures,
    best_guess,
    errors_of_guesses,
    expected_error,
)
from lstm_video_lab.plots.canvas import (
    FAINT,
    INK,
    SMALL,
    Picture,
    draw_levels,
    draw_lines,
    levels_of,
    room_for,
    series_style,
)
from lstm_video_lab.plots.charts import draw_bars
from lstm_video_lab.plots.page import Page

NAMES = {  # key of a stored model → what the lesson calls it
    "unconditional": "unconditional",
    "teacher": "teacher-forced",
    "scheduled": "scheduled",
    "own": "own frames",
}
MODELS = {
    "unconditional": "unconditional: never fed anything",
    "teacher": "teacher-forced: conditional, trained on true frames",
    "scheduled": "scheduled: conditional, trained on a mixture, true to own",
    "own": "own frames: conditional, trained on its own frames",
}
WAYS = {False: "running freely", True: "shown the true frame"}
ABOVE: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderpad": 0}  # a legend
ROWS = 3  # of frames, also where one is missing: the picture keeps its height


def overview(result: dict[str, Any]) -> Picture:
    """Each model scored in both ways, mean and spread over seeds, beside the mean image."""
    means, spreads = _both_ways(result)
    return plots.bars(
        [NAMES[name] for name in result["models"]],
        means,
        spreads,
        baselines={"mean image": result["baselines"]["mean_image"]["cross_entropy"]},
        title=f"Future cross-entropy by way of training ({result['scale']} scale)",
    )


def _both_ways(result: dict[str, Any]) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Way → means and way → spreads over seeds, a number for each model."""
    errors = {
        words: [error_of(model, shown) for model in result["models"].values()]
        for shown, words in WAYS.items()
    }
    means = {way: [round(mean, 1) for mean, _ in each] for way, each in errors.items()}
    return means, {way: [spread for _, spread in each] for way, each in errors.items()}


def draw_conditioning(result: dict[str, Any], model: str, shown: bool, sequence: int) -> Picture:
    """The frames of one model over the errors of all, its own line thick."""
    rows = stored_sequence(result, model, shown, sequence)
    page = Page(room_for(["predicted"]), least=440)
    first = result["models"][model]["settings"]["frames_in"] + 1
    _, pitch = page.frames(rows, first=first, above=24, whole=True)
    if len(rows) < ROWS:
        missing = "predictions are not stored"
        if "predicted" in rows:
            missing = "no row “fed”: it is fed nothing"
        page.write(f"({missing})", page.left, 8, fontsize=SMALL, color=FAINT)
        page.gap((ROWS - len(rows)) * pitch)
    page.gap(6)
    page.heading(f"error of all four models, {WAYS[shown]}")
    page.gap(14)
    names = ["unconditional 123.4"]
    axes = page.chart(260, names, "frame of the clip", "nats per frame", margin=40)
    page.label_ends(axes, _draw_errors(axes, result, model, shown, first))
    return page.finish(describe(result, model, shown))


def _draw_errors(axes: Axes, result: dict[str, Any], model: str, shown: bool, first: int) -> list:
    """Error per frame of all models, from number `first` on, on the same axis for both ways."""
    lines = errors_by_step(result, shown)
    steps = range(first, first + len(lines[model]))
    ends = draw_lines(axes, {NAMES[name]: (steps, values) for name, values in lines.items()})
    for line, name in zip(axes.lines, lines, strict=True):
        line.set(linewidth=4.0 if name == model else 1.3)
    levels = levels_of(result["baselines"])
    ends += draw_levels(axes, levels)
    highest = [max(values) for way in WAYS for values in errors_by_step(result, way).values()]
    axes.set(ylim=(0, 1.05 * max([*levels.values(), *highest])), xticks=list(steps))
    return ends


def describe(result: dict[str, Any], model: str, shown: bool) -> str:
    """What one model does at the first and the last predicted step, and what made it."""
    stored = result["models"][model]
    now, other = (errors_by_step(result, way)[model] for way in (shown, not shown))
    mean = levels_of(result["baselines"])["mean image"]
    text = (
        f"{MODELS[model].capitalize()}; {WAYS[shown]}: {now[0]:.1f} nats at the first predicted "
        f"frame, {now[-1]:.1f} at the last (mean image {mean:.1f})"
    )
    if stored["settings"]["conditional"]:
        text += f"; {WAYS[not shown]}, the last is {other[-1]:.1f}"
    else:
        text += "; it is shown nothing, so both ways are one"
    seeds = len(stored["seeds"]["free"])
    return (
        f"{text}. Errors are means of {seeds} seeds, the frames are of the first; "
        f"{stored['steps']} steps at {result['scale']} scale."
    )


def draw_futures(futures: Futures, p: float) -> Picture:
    """Both futures and the best guess as frames, over the cost of guessing at every p."""
    ahead = {"left": futures.left, "right": futures.right, "guess": best_guess(futures, p)}
    rows = {name: np.concatenate([futures.past, frames]) for name, frames in ahead.items()}
    errors = errors_of_guesses(futures, p)
    numbers = [f"{n} seen" if n <= PAST else n for n in range(1, PAST + FUTURE + 1)]
    page = Page(room_for(["frame"]))
    page.frames(rows, numbers, above=24)
    page.gap(20)
    labels = ("probability of left", "expected squared error")
    axes = page.chart(220, ["best guess, at 0.50: 123.4"], *labels, margin=40, below=66)
    page.label_ends(axes, _draw_guesses(axes, futures, p, errors))
    listed = ", ".join(f"{name} {error:.1f}" for name, error in errors.items())
    return page.finish(
        f"Left with probability {p:.2f}. Expected squared error per frame: {listed}. "
        f"The best guess shows the left digit at {100 * p:.0f} % and the right one at "
        f"{100 * (1 - p):.0f} % of its brightness. Nothing is trained here.",
    )


def _draw_guesses(axes: Axes, futures: Futures, p: float, errors: dict[str, float]) -> list:
    """Expected squared error of each guess against the probability of left, with p marked."""
    chances = np.linspace(0, 1, 21)
    along = [errors_of_guesses(futures, chance) for chance in chances]
    lines = {name: (chances, [each[name] for each in along]) for name in errors}
    ends = draw_lines(axes, lines)
    axes.axvline(p, color=FAINT, linewidth=1.5)
    axes.set(xlim=(0, 1), ylim=(0, None))
    words = (f"{name}, at {p:.2f}: {error:.1f}" for name, error in errors.items())
    return [(y, text, look) for (y, _, look), text in zip(ends, words, strict=True)]


def draw_four(result: dict[str, Any]) -> Picture:
    """The mean error over all predicted frames, each model in both ways; the best of each way.

    Each seed is a dot. The axis ends where the models do: other baselines stand in the words.
    """
    models, facts = result["models"], []
    for shown, way in WAYS.items():
        errors = {name: error_of(model, shown) for name, model in models.items()}
        best = min(errors, key=lambda name: errors[name][0])
        listed = "; ".join(
            f"{NAMES[k]} {mean:.1f} ± {std:.1f}" for k, (mean, std) in errors.items()
        )
        facts.append(f"{way.capitalize()}: {listed}; best {NAMES[best]}")
    seeds = len(models["own"]["seeds"]["free"])
    levels = levels_of(result["baselines"])
    dots = [value for one in models.values() for way in WAYS for value in errors_of_seeds(one, way)]
    top = max(dots) + 2.5
    inside = {name: level for name, level in levels.items() if min(dots) - 3 < level < top}
    page = Page(least=440)
    page.gap(34)
    axes = page.chart(260, [f"{name} 123.4" for name in inside], "", "nats per frame")
    axes.set_ylim(min([*dots, *inside.values()]) - 1, top)
    for n, shown in enumerate(WAYS):
        _draw_seeds(axes, result, shown, n)
    axes.set_xticks(range(len(models)), [NAMES[name] for name in models])
    axes.tick_params(axis="x", length=0, labelsize=9.5)
    axes.grid(False, axis="x")
    page.label_ends(axes, draw_levels(axes, inside))
    axes.legend(frameon=False, fontsize=9.5, labelcolor=INK, ncols=len(WAYS), **ABOVE)
    outside = ", ".join(f"{k} {v:.1f}" for k, v in levels.items() if k not in inside)
    return page.finish(
        f"Mean over all predicted frames: a dot for each of {seeds} seeds, a line for their mean. "
        f"{'. '.join(facts)}. Beyond the axis: {outside}. Stored results, {result['scale']} scale.",
    )


def _draw_seeds(axes: Axes, result: dict[str, Any], shown: bool, n: int) -> None:
    """Every model's errors in one way of judging, number n of the ways: seeds, and their mean."""
    style = {**series_style(n), "linestyle": "none"}
    for at, model in enumerate(result["models"].values()):
        errors, middle = errors_of_seeds(model, shown), at + 0.4 * (n - 0.5)
        places = middle + np.linspace(-0.1, 0.1, len(errors))
        axes.plot(places, errors, **style, label=None if at else WAYS[shown])
        axes.hlines(np.mean(errors), middle - 0.17, middle + 0.17, color=INK, linewidth=1.6)
        look: dict[str, Any] = {"ha": "center", "fontsize": SMALL, "color": INK}
        place = (middle, max(errors))
        axes.annotate(f"{np.mean(errors):.1f}", place, (0, 7), textcoords="offset points", **look)


def draw_four_curves(result: dict[str, Any]) -> Picture:
    """The errors of all models while they learned, running freely."""
    curves = {NAMES[name]: model["curve"] for name, model in result["models"].items()}
    facts = "; ".join(
        f"{name} {curve['future'][0]:.1f} nats after {curve['step'][0]} steps and "
        f"{curve['future'][-1]:.1f} after {curve['step'][-1]}"
        for name, curve in curves.items()
    )
    return plots.curves(
        {name: (curve["step"], curve["future"]) for name, curve in curves.items()},
        levels_of(result["baselines"]),
        f"The same four while they learned, running freely: {facts}. The first seed; stored "
        f"results, {result['scale']} scale.",
    )


def draw_reach(before: Mapping[str, Tensor], after: Mapping[str, Tensor], source: str) -> Picture:
    """The gradient of the mean error at the encoder's state: name → (batches, 1 + T)."""
    stages = {"before training": before, "after training": after}
    first = {stage: [case[:, 0] for case in each.values()] for stage, each in stages.items()}
    lines = "; ".join(
        f"{name} {old.mean():.2g} ± {old.std():.1g} before, "
        f"{new.mean():.2g} ± {new.std():.1g} after"
        for name, old, new in zip(before, *first.values(), strict=True)
    )
    page = Page(least=440)
    page.gap(34)
    axes = page.chart(230, [], "", "norm r, nats per unit of state")
    axes.set_yscale("log")  # before training it is far smaller
    draw_bars(
        axes,
        [textwrap.fill(name, 16) for name in before],
        {stage: [float(f"{case.mean():.2g}") for case in each] for stage, each in first.items()},
        {stage: [case.std().item() for case in each] for stage, each in first.items()},
    )
    axes.legend(frameon=False, fontsize=9.5, labelcolor=INK, ncols=2, **ABOVE)
    return page.finish(
        "Gradient of the mean error at the encoder's state, on a log scale, mean and spread over "
        f"batches: {lines} ({source}).",
    )


def draw_reach_by_frame(after: Mapping[str, Tensor], first: int) -> Picture:
    """The same for each predicted frame alone; first: the number of the first of them."""
    step = {name: case.mean(0)[1:].tolist() for name, case in after.items()}
    facts = "; ".join(f"{name} {line[0]:.2g} to {line[-1]:.2g}" for name, line in step.items())
    ahead = range(first, first + len(next(iter(step.values()))))
    return plots.curves(
        {name: (ahead, line) for name, line in step.items()},
        text=f"The same after training for each predicted frame alone, first to last: {facts}.",
        xlabel="frame of the clip",
        ylabel="norm rₜ, nats per unit of state",
        logy=True,
    )


def draw_candidates(clips: Mapping[str, np.ndarray], futures: Futures) -> Picture:
    """The last frame of each clip (T, H, W) that one may give, and what it costs on average."""
    costs = {name: expected_error(clip, futures, 0.5) for name, clip in clips.items()}
    listed = ", ".join(f"{name} {cost:.1f}" for name, cost in costs.items())
    return plots.images(
        [clip[-1] for clip in clips.values()],
        [f"{cost:.1f}" for cost in costs.values()],
        "The last frame of each guess. Expected squared error per frame, over all frames to come: "
        f"{listed}.",
        columns=4,
    )
