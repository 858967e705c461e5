"""Four future predictors, each judged in two ways: what each decoder was fed, and what it gave.

T predicted steps, N stored sequences, H × W the size of a frame.
"""

from __future__ import annotations

from typing import Any

import ipywidgets
import numpy as np

from lstm_video_lab.data.frames import unpack_frames
from lstm_video_lab.plots import film, lay_film
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
from lstm_video_lab.widgets.base import LABEL, LabWidget, dropdown, slider

MODELS = {
    "unconditional": "unconditional: never fed anything",
    "teacher": "conditional, trained on true frames",
    "scheduled": "conditional, trained on a mixture, true to own",
    "own": "conditional, trained on its own frames",
}
WAYS = {False: "running freely", True: "shown the true frame"}
ROWS = 3  # of frames, also where one is missing: the picture keeps its height


class ConditioningExplorer(LabWidget):
    """Choose a model and whether it runs freely; see what it was fed, and its error per step.

    `result`: `load_result("conditioning")`.
    """

    title = "conditional decoders, two ways of judging"

    def __init__(self, result: dict[str, Any]) -> None:
        self.result = result
        super().__init__()

    def controls(self) -> dict[str, Any]:
        ways = [(words, shown) for shown, words in WAYS.items()]
        stored = unpack_frames(self.result["models"]["own"]["examples"]["frames"]).shape[1]
        return {
            "model": dropdown("Model", "teacher", [(words, m) for m, words in MODELS.items()]),
            "shown": ipywidgets.ToggleButtons(
                options=ways, value=False, description="Judged", style=LABEL
            ),
            "sequence": slider("Sequence", 1, 1, stored),
        }

    def render(self, model: str, shown: bool, sequence: int) -> Picture:
        return draw_conditioning(self.result, model, shown, sequence)


def errors(result: dict[str, Any], shown: bool) -> dict[str, list[float]]:
    """Model -> nats per frame at each predicted step, judged in one of the two ways."""
    return {
        name: model["teacher_forced"]["per_step"]
        if shown
        else model["report"]["future"]["per_step"]["cross_entropy"]
        for name, model in result["models"].items()
    }


def example(result: dict[str, Any], model: str, shown: bool, sequence: int):
    """Rows of frames of a stored sequence (from 1): name -> (T, H, W) floats in [0, 1].

    Predictions are stored for running freely only; an unconditional decoder runs freely always.
    """
    stored = result["models"][model]
    frames, future = (
        unpack_frames(stored["examples"][part])[:, sequence - 1] / 255
        for part in ("frames", "future")
    )
    conditional = bool(stored["settings"]["conditional"])
    rows = {"truth": frames[stored["settings"]["frames_in"] :]}
    if conditional:  # each step is fed the frame before it, the first step nothing
        before = rows["truth"] if shown else future
        rows["fed"] = np.concatenate([np.full_like(before[:1], np.nan), before[:-1]])
    if not (conditional and shown):
        rows["dream"] = future
    return rows


def draw_conditioning(result: dict[str, Any], model: str, shown: bool, sequence: int) -> Picture:
    """The frames of one model over the errors of all, its own line thick."""
    rows = example(result, model, shown, sequence)
    left = room_for(["frame"])
    image, columns = film(rows, WIDTH - left - 8)
    top, full = 24, 24 + image.shape[0] * ROWS // len(rows)
    figure = sheet(WIDTH, full + 352)
    first = result["models"][model]["settings"]["frames_in"] + 1
    lay_film(figure, image, list(rows), [first + t for t in columns], left, top)
    if len(rows) < ROWS:
        given = (
            "no row “fed”: it is fed nothing" if "dream" in rows else "its dreams are not stored"
        )
        place = (left, top + image.shape[0] + 8)
        write(figure, f"({given})", *place, fontsize=SMALL, color=FAINT)
    write(figure, f"error of all four models, {WAYS[shown]}", 8, full + 12, weight="bold")
    _lay_errors(figure, result, model, shown, full + 44)
    return finish(figure, describe(result, model, shown))


def _lay_errors(figure, result: dict[str, Any], model: str, shown: bool, top: float) -> None:
    """Error per step of all models; the axis is the same for both ways, to be compared."""
    lines = errors(result, shown)
    steps = range(1, len(lines[model]) + 1)
    axes = add_axes(figure, 72, top, WIDTH - 72 - room_for(["unconditional 123.4"]) - 40, 260)
    ends = draw_lines(axes, {name: (steps, values) for name, values in lines.items()})
    for line, name in zip(axes.lines, lines, strict=True):
        line.set(linewidth=4.0 if name == model else 1.3)
    levels = levels_of(result["baselines"])
    ends += draw_levels(axes, levels)
    highest = [max(values) for way in WAYS for values in errors(result, way).values()]
    axes.set(ylim=(0, 1.05 * max([*levels.values(), *highest])), xticks=list(steps))
    axes.set_xlabel("predicted frame", color=INK, fontsize=FONT)
    axes.set_ylabel("nats per frame", color=INK, fontsize=FONT)
    label_ends(figure, axes, ends)


def describe(result: dict[str, Any], model: str, shown: bool) -> str:
    """What one model does at the first and the last predicted step, and what made it."""
    stored = result["models"][model]
    now, other = (errors(result, way)[model] for way in (shown, not shown))
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
