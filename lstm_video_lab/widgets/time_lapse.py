"""How a prediction comes into being: one clip at some twenty moments of a training, on a slider.

T time, H × W the size of a frame.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from lstm_video_lab import plots
from lstm_video_lab.data.frames import unpack_frames
from lstm_video_lab.plots.canvas import (
    FAINT,
    Picture,
    draw_levels,
    draw_lines,
    levels_of,
    room_for,
    series_style,
)
from lstm_video_lab.plots.page import Page
from lstm_video_lab.widgets.base import LabWidget, slider

CHART = 190  # pixels
DIGEST = 4  # moments of each model in the picture that a built notebook keeps


class TimeLapse(LabWidget):
    """One clip as a fully connected and a convolutional model predict it while they learn.

    `result`: `load_result("time_lapse")`.
    """

    title = "how a prediction comes into being"

    def __init__(self, result: dict[str, Any]) -> None:
        self.result = result
        super().__init__()

    def controls(self) -> dict[str, Any]:
        last = max(len(model["step"]) for model in self.result["models"].values()) - 1
        return {"moment": slider("Moment", last, 0, last)}

    def render(self, moment: int) -> Picture:
        return draw_time_lapse(self.result, moment)

    def still(self) -> Picture:
        """A page has no slider: some moments under one another."""
        return draw_moments(self.result)


def draw_time_lapse(result: dict[str, Any], moment: int = -1) -> Picture:
    """The true future of one clip over what the models predict of it at that moment.

    Below stands the error of each moment, this one ringed. A model with fewer moments stays at its
    last.
    """
    first = result["frames_in"] + 1
    rows = {"true future": unpack_frames(result["clip"])[first - 1 :]}  # (T, H, W)
    words = []
    for name, model in result["models"].items():
        shown = _moment(model, moment)
        rows[name] = unpack_frames(model["predicted"][shown])
        words.append(f"{name} {_made(model, shown)}: {model['future'][shown]:.1f} nats per frame")
    page = Page(room_for(list(rows)), least=440)
    page.frames(rows, first=first, whole=True)
    page.gap(24)
    names = ["entropy bound 123.4"]
    axes = page.chart(CHART, names, "steps of training", "nats per frame", margin=40)
    page.label_ends(axes, _draw_errors(axes, result, moment))
    return page.finish(f"{'; '.join(words)}. {_beside(result)}")


def draw_moments(result: dict[str, Any]) -> Picture:
    """The true future of one clip over what each model predicts of it at a few moments."""
    first = result["frames_in"] + 1
    rows = {"true future": unpack_frames(result["clip"])[first - 1 :]}  # (T, H, W)
    words = []
    for name, model in result["models"].items():
        last = len(model["step"]) - 1
        shown = np.linspace(0.4 * last, last, DIGEST).round().astype(int)  # before: hardly anything
        for moment in shown:
            rows[f"{name}, {model['step'][moment]:,}"] = unpack_frames(model["predicted"][moment])
        errors = ", ".join(f"{model['future'][n]:.1f}" for n in shown)
        words.append(f"{name} {errors} (the last {_made(model, last)})")
    text = f"Nats per frame at these moments: {'; '.join(words)}. {_beside(result)}"
    return plots.frames(
        rows, text, first=first, title="One clip at some moments of training (step)"
    )


def _moment(model: dict[str, Any], moment: int) -> int:
    last = len(model["step"]) - 1
    return min(moment % (last + 1) if moment < 0 else moment, last)


def _made(model: dict[str, Any], moment: int) -> str:
    return f"after {model['step'][moment]:,} steps of {model['settings']['batch_size']} clips"


def _beside(result: dict[str, Any]) -> str:
    levels = ", ".join(f"{name} {v:.1f}" for name, v in levels_of(result["baselines"]).items())
    return (
        f"Means of {result['sequences']} held-out sequences; {levels}. Each was trained from "
        f"nothing; stored results, {result['scale']} scale."
    )


def _draw_errors(axes: Axes, result: dict[str, Any], moment: int) -> list:
    """Error against steps from the first one on, on a log scale, with the baselines across."""
    models = result["models"]
    lines = {name: (model["step"][1:], model["future"][1:]) for name, model in models.items()}
    ends = draw_lines(axes, lines)
    for n, model in enumerate(models.values()):
        shown = _moment(model, moment)
        at = max(1, model["step"][shown])  # step 0 has no place on a log scale
        style = series_style(n) | {"marker": "o", "markersize": 13, "linestyle": "none"}
        axes.plot([at], [model["future"][shown]], **style, markerfacecolor="none")
    levels = draw_levels(axes, levels_of(result["baselines"]))
    axes.set(xscale="log", ylim=(0, None))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.grid(True, color=FAINT, alpha=0.2)
    return ends + levels
