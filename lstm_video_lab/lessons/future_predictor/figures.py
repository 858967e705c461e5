"""The pictures of lesson 05: what conditional decoders were fed, and two futures with one guess.

T predicted steps, H × W the size of a frame.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from lstm_video_lab import plots
from lstm_video_lab.lessons.future_predictor.experiment import (
    errors_by_step,
    free_running,
    stored_sequence,
)
from lstm_video_lab.lessons.future_predictor.two_futures import (
    FUTURE,
    PAST,
    Futures,
    best_guess,
    errors_of_guesses,
)
from lstm_video_lab.plots.canvas import (
    FAINT,
    FONT,
    INK,
    SMALL,
    WIDTH,
    Picture,
    add_axes,
    draw_levels,
    draw_lines,
    finish,
    label_ends,
    levels_of,
    room_for,
    sheet,
    write,
)
from lstm_video_lab.plots.charts import lay_rows, tile_rows

MODELS = {
    "unconditional": "unconditional: never fed anything",
    "teacher": "conditional, trained on true frames",
    "scheduled": "conditional, trained on a mixture, true to own",
    "own": "conditional, trained on its own frames",
}
WAYS = {False: "running freely", True: "shown the true frame"}
ROWS = 3  # of frames, also where one is missing: the picture keeps its height


def overview(result: dict[str, Any]) -> Picture:
    """Each model scored in both ways, beside the mean image."""
    models = result["models"]
    return plots.bars(
        list(models),
        {
            WAYS[False]: [free_running(model) for model in models.values()],
            WAYS[True]: [model["teacher_forced"]["cross_entropy"] for model in models.values()],
        },
        baselines={"mean image": result["baselines"]["mean_image"]["cross_entropy"]},
        title=f"Future cross-entropy by way of training ({result['scale']} scale)",
    )


def draw_conditioning(result: dict[str, Any], model: str, shown: bool, sequence: int) -> Picture:
    """The frames of one model over the errors of all, its own line thick."""
    rows = stored_sequence(result, model, shown, sequence)
    left = room_for(["predicted"])
    image, columns = tile_rows(rows, WIDTH - left - 8)
    top, full = 24, 24 + image.shape[0] * ROWS // len(rows)
    figure = sheet(WIDTH, full + 352)
    first = result["models"][model]["settings"]["frames_in"] + 1
    lay_rows(figure, image, list(rows), [first + t for t in columns], left, top)
    if len(rows) < ROWS:
        missing = "predictions are not stored"
        if "predicted" in rows:
            missing = "no row “fed”: it is fed nothing"
        place = (left, top + image.shape[0] + 8)
        write(figure, f"({missing})", *place, fontsize=SMALL, color=FAINT)
    write(figure, f"error of all four models, {WAYS[shown]}", 8, full + 12, weight="bold")
    _lay_errors(figure, result, model, shown, full + 44)
    return finish(figure, describe(result, model, shown))


def _lay_errors(figure: Figure, result: dict[str, Any], model: str, shown: bool, top: float):
    """Error per step of all models; the axis is the same for both ways, to be compared."""
    lines = errors_by_step(result, shown)
    steps = range(1, len(lines[model]) + 1)
    axes = add_axes(figure, 72, top, WIDTH - 72 - room_for(["unconditional 123.4"]) - 40, 260)
    ends = draw_lines(axes, {name: (steps, values) for name, values in lines.items()})
    for line, name in zip(axes.lines, lines, strict=True):
        line.set(linewidth=4.0 if name == model else 1.3)
    levels = levels_of(result["baselines"])
    ends += draw_levels(axes, levels)
    highest = [max(values) for way in WAYS for values in errors_by_step(result, way).values()]
    axes.set(ylim=(0, 1.05 * max([*levels.values(), *highest])), xticks=list(steps))
    axes.set_xlabel("predicted frame", color=INK, fontsize=FONT)
    axes.set_ylabel("nats per frame", color=INK, fontsize=FONT)
    label_ends(figure, axes, ends)


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
    return f"{text}. Trained for {stored['steps']} steps at {result['scale']} scale."


def draw_futures(futures: Futures, p: float) -> Picture:
    """Both futures and the best guess as frames, over the cost of guessing at every p."""
    ahead = {"left": futures.left, "right": futures.right, "guess": best_guess(futures, p)}
    rows = {name: np.concatenate([futures.past, frames]) for name, frames in ahead.items()}
    left = room_for(["frame"])
    image, _ = tile_rows(rows, WIDTH - left - 8)
    numbers = ["seen"] * PAST + [f"+{t}" for t in range(1, FUTURE + 1)]
    figure = sheet(WIDTH, image.shape[0] + 330)
    lay_rows(figure, image, list(rows), numbers, left, 24)
    errors = errors_of_guesses(futures, p)
    _lay_guesses(figure, futures, p, errors, image.shape[0] + 44)
    listed = ", ".join(f"{name} {error:.1f}" for name, error in errors.items())
    return finish(
        figure,
        f"Left with probability {p:.2f}. Expected squared error per frame: {listed}. "
        f"The best guess shows the left digit at {100 * p:.0f} % and the right one at "
        f"{100 * (1 - p):.0f} % of its brightness. Nothing is trained here.",
    )


def _lay_guesses(
    figure: Figure, futures: Futures, p: float, errors: dict[str, float], top: float
) -> None:
    """Expected squared error of each guess against the probability of left, with p marked."""
    chances = np.linspace(0, 1, 21)
    along = [errors_of_guesses(futures, chance) for chance in chances]
    axes = add_axes(figure, 72, top, WIDTH - 72 - room_for(["best guess 123.4"]) - 40, 220)
    lines = {name: (chances, [each[name] for each in along]) for name in errors}
    ends = draw_lines(axes, lines)
    axes.axvline(p, color=FAINT, linewidth=1.5)
    axes.set(xlim=(0, 1), ylim=(0, None))
    axes.set_xlabel("probability of left", color=INK, fontsize=FONT)
    axes.set_ylabel("expected squared error", color=INK, fontsize=FONT)
    words = (f"{name} {error:.1f}" for name, error in errors.items())
    label_ends(
        figure, axes, [(y, text, look) for (y, _, look), text in zip(ends, words, strict=True)]
    )
