"""How a prediction comes into being: one clip at some twenty moments of a training, on a slider.

T time, H × W the size of a frame.
"""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from lstm_video_lab.data.frames import unpack_frames
from lstm_video_lab.plots.canvas import (
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
    rows, words, shown = {}, [], {}
    for name, model in result["models"].items():
        last = len(model["step"]) - 1
        now = last if moment < 0 else min(moment, last)
        shown[name] = [now]
        rows[name] = unpack_frames(model["predicted"][now])
        words.append(f"{name} {_made(model, now)}: {model['future'][now]:.1f} nats per frame")
    return _draw(result, rows, shown, "; ".join(words))


def draw_moments(result: dict[str, Any]) -> Picture:
    """The true future of one clip over what each model predicts of it at a few moments.

    Below stands the error of each moment, these ringed.
    """
    rows, words, shown = {}, [], {}
    for name, model in result["models"].items():
        last = len(model["step"]) - 1
        late = range(max(0, last - DIGEST + 2), last + 1)  # where two digits part
        few = sorted({3 * last // 4, *late})
        shown[name] = few
        for now in few:
            rows[f"{name}, step {model['step'][now]:,}"] = unpack_frames(model["predicted"][now])
        errors = ", ".join(f"{model['future'][now]:.1f}" for now in few)
        words.append(f"{name} {errors} (the last {_made(model, last)})")
    return _draw(result, rows, shown, f"Nats per frame at these moments: {'; '.join(words)}")


def _made(model: dict[str, Any], moment: int) -> str:
    return f"after {model['step'][moment]:,} steps of {model['settings']['batch_size']} clips"


def _draw(
    result: dict[str, Any], rows: dict[str, Any], shown: dict[str, list[int]], words: str
) -> Picture:
    """Rows of predictions under the true future, above the errors; `shown` moments are ringed."""
    first = result["frames_in"] + 1
    rows = {"true future": unpack_frames(result["clip"])[first - 1 :], **rows}  # (T, H, W)
    page = Page(room_for(list(rows)), least=440)
    page.frames(rows, first=first, whole=True)
    page.gap(24)
    levels = levels_of(result["baselines"])
    names = ["entropy bound 123.4"]
    axes = page.chart(CHART, names, "steps of training", "nats per frame", margin=40)
    page.label_ends(axes, _draw_errors(axes, result["models"], shown, levels))
    beside = ", ".join(f"{name} {level:.1f}" for name, level in levels.items())
    return page.finish(
        f"{words}. Means of {result['sequences']} held-out sequences; {beside}. Each was trained "
        f"from nothing; stored results, {result['scale']} scale."
    )


def _draw_errors(
    axes: Axes, models: dict[str, Any], shown: dict[str, list[int]], levels: dict[str, float]
) -> list:
    """Error against steps from the first one on, on a log scale, with the baselines across."""
    lines = {name: (model["step"][1:], model["future"][1:]) for name, model in models.items()}
    ends = draw_lines(axes, lines)
    for n, (name, model) in enumerate(models.items()):
        style = series_style(n) | {"marker": "o", "markersize": 13, "linestyle": "none"}
        at = [max(1, model["step"][now]) for now in shown[name]]  # 0 has no place on a log scale
        errors = [model["future"][now] for now in shown[name]]
        axes.plot(at, errors, **style, markerfacecolor="none")
    axes.set(xscale="log", ylim=(0, None))
    axes.xaxis.set_major_formatter("{x:g}")
    return ends + draw_levels(axes, levels)
