"""The composite explorer: units, layers and conditioning, over stored runs of equal length.

T frames, H × W the size of a frame.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import ipywidgets
import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from lstm_video_lab.data.frames import unpack_frames
from lstm_video_lab.lessons.composite.experiment import name_of
from lstm_video_lab.models import VideoModel
from lstm_video_lab.plots import film, lay_film
from lstm_video_lab.plots.canvas import (
    FONT,
    INK,
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
from lstm_video_lab.widgets.base import LABEL, LabWidget, slider

CHART = 300  # pixels, the height of the part with the curves
LEFT = 72  # pixels, before the frames: ten of 64 pixels then fit
OTHERS = "#B4B4B4"
Films = Sequence[tuple[int, Mapping[str, np.ndarray]]]  # number of the first frame, rows of frames


class CompositeExplorer(LabWidget):
    """Choose units, layers and conditioning; see how that model learnt, and what it predicts.

    `result`: `load_result("composite")`.
    """

    title = "the composite model: units, layers, conditioning"

    def __init__(self, result: dict[str, Any]) -> None:
        self.result = result
        super().__init__()

    def controls(self) -> dict[str, Any]:
        units, layers, conditional = grid(self.result)
        words = [(value or "none", value) for value in conditional]
        stored = unpack_frames(
            next(iter(self.result["models"].values()))["examples"]["frames"]
        ).shape[1]
        return {
            "units": _steps("Units", units, units[-1]),
            "layers": _steps("Layers", layers, layers[0]),
            "conditional": _steps("Conditioning", words, conditional[0]),
            "sequence": slider("Sequence", 1, 1, stored),
        }

    def render(self, units: int, layers: int, conditional: bool | str, sequence: int) -> Picture:
        return draw_composite(self.result, name_of(units, layers, conditional), sequence)


def _steps(description: str, options, value) -> ipywidgets.SelectionSlider:
    """A labelled slider over a few values."""
    return ipywidgets.SelectionSlider(
        options=options, value=value, description=description, style=LABEL
    )


def grid(result: dict[str, Any]) -> tuple[list, list, list]:
    """The units, the layers and the conditioning that were tried, each from less to more."""
    tried = [model["settings"] for model in result["models"].values()]
    return (
        sorted({point["units"] for point in tried}),
        sorted({point["layers"] for point in tried}),
        sorted({point["conditional"] for point in tried}, key=str),  # False comes before "future"
    )


def score(model: dict[str, Any]) -> tuple[float, float]:
    """Future cross-entropy of a stored model, nats per frame, and its standard error."""
    future = model["report"]["future"]
    return future["cross_entropy"], future["stderr"]["cross_entropy"]


def _at(result: dict[str, Any], *point: Any) -> dict[str, Any]:
    """The stored model with these units, layers and conditioning."""
    return result["models"][name_of(*point)]


def effects(result: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """What going from the least to the most of one setting changes, the two others held still.

    Setting -> (nats per frame, standard error): the mean over all pairs of models that differ in
    nothing else. The error is that of the held-out sequences, as if each model had had its own.
    """
    values, found = grid(result), {}
    for axis, name in enumerate(("units", "layers", "conditioning")):
        others = [tried for n, tried in enumerate(values) if n != axis]
        ends = values[axis][0], values[axis][-1]
        low, high = (
            np.array(
                [score(_at(result, *rest[:axis], end, *rest[axis:])) for rest in product(*others)]
            )
            for end in ends
        )  # (pairs, 2) each
        stderr = math.sqrt((low[:, 1] ** 2 + high[:, 1] ** 2).sum()) / len(low)
        found[name] = (float((high - low)[:, 0].mean()), stderr)
    return found


def example(model: dict[str, Any], sequence: int) -> Films:
    """A stored sequence (from 1), all rows in the order of time."""
    parts = {name: unpack_frames(text)[:, sequence - 1] for name, text in model["examples"].items()}
    seen = model["settings"]["frames_in"]
    return pair_up(parts["frames"], seen, parts["reconstruction"], parts["future"])


@torch.inference_mode()
def foresee(model: VideoModel, frames: Tensor, seen: int) -> Films:
    """What a composite makes of one sequence: frames (T, H, W) in [0, 1], of which `seen` are
    its input.
    """
    device = next(model.parameters()).device
    given = model(frames[:seen, None].to(device), future=len(frames) - seen)
    assert given.reconstruction is not None and given.future is not None
    parts = (torch.sigmoid(part[:, 0]).cpu().numpy() for part in given)
    return pair_up(frames.numpy(), seen, *parts)


def pair_up(frames, seen: int, reconstruction, future) -> Films:
    """Input over what is recalled of it, which came in reverse; truth over what is predicted."""
    return [
        (1, {"input": frames[:seen], "recalled": reconstruction[::-1]}),
        (seen + 1, {"truth": frames[seen:], "predicted": future}),
    ]


def draw_films(films: Films, text: str) -> Picture:
    """Films under one another, each with frame numbers of its own."""
    laid = [film(rows, WIDTH - LEFT - 8)[0] for _, rows in films]
    figure = sheet(WIDTH, sum(image.shape[0] + 30 for image in laid))
    _lay_films(figure, films, 24)
    return finish(figure, text)


def _lay_films(figure: Figure, films: Films, top: float) -> None:
    for first, rows in films:
        image, shown = film(rows, WIDTH - LEFT - 8)
        lay_film(figure, image, list(rows), [first + t for t in shown], LEFT, top)
        top += image.shape[0] + 30


def draw_composite(result: dict[str, Any], name: str, sequence: int = 1) -> Picture:
    """The learning curve of one model over those of all others, above what it makes of a sequence.

    name: a key of the grid, as "256-1-none"; sequence: which of the stored ones, from 1.
    """
    films = example(result["models"][name], sequence)
    heights = [film(rows, WIDTH - LEFT - 8)[0].shape[0] + 30 for _, rows in films]
    figure = sheet(WIDTH, CHART + sum(heights))
    _lay_curves(figure, result, name)
    _lay_films(figure, films, CHART + 22)
    return finish(figure, describe(result, name))


def _lay_curves(figure: Figure, result: dict[str, Any], name: str) -> None:
    """Held-out future error against steps: one curve in colour, the others faint, baselines."""
    levels = levels_of(result["baselines"])
    right = room_for(["entropy bound 123.4"]) + 30
    write(figure, f"{in_words(result['models'][name])}: how it learnt", 8, 6, weight="bold")
    axes = add_axes(figure, 72, 34, WIDTH - 72 - right, CHART - 84)
    others = [model["curve"] for key, model in result["models"].items() if key != name]
    for other in others:
        axes.plot(other["step"], other["future"], color=OTHERS, linewidth=1.0)
    curve = result["models"][name]["curve"]
    ends = draw_lines(axes, {"this one": (curve["step"], curve["future"])})
    axes.lines[-1].set(linewidth=2.6)
    ends += draw_levels(axes, levels)
    if others:
        best = min(other["future"][-1] for other in others)
        ends.append((best, "the others", {"color": OTHERS, "linewidth": 1.0}))
    low, high = levels["entropy bound"], max([*levels.values(), *curve["future"]])
    axes.set(ylim=(low - 0.05 * (high - low), high + 0.1 * (high - low)))
    axes.set_xlim(0, max(line["step"][-1] for line in [curve, *others]))
    axes.set_xlabel("step", color=INK, fontsize=FONT)
    axes.set_ylabel("future, nats per frame", color=INK, fontsize=FONT)
    label_ends(figure, axes, ends)


def in_words(model: dict[str, Any]) -> str:
    """What a stored model is."""
    s = model["settings"]
    fed = "conditional future decoder" if s["conditional"] else "unconditional"
    return f"{s['units']} units, {s['layers']} layer{'s' * (s['layers'] > 1)}, {fed}"


def describe(result: dict[str, Any], name: str) -> str:
    """A stored model in numbers, and its place among the others."""
    model, levels = result["models"][name], levels_of(result["baselines"])
    bound, mean = levels["entropy bound"], levels["mean image"]
    (error, stderr), report = score(model), model["report"]
    place = 1 + sum(score(other)[0] < error for other in result["models"].values())
    return (
        f"{in_words(model)}: future {error:.1f} ± {stderr:.1f} nats per frame on "
        f"{report['sequences']} held-out sequences, {100 * error / mean:.0f} % of the mean image's "
        f"{mean:.1f} (bound {bound:.1f}); number {place} of {len(result['models'])}. "
        f"{model['parameters'] / 1e6:.2f} million parameters, {model['steps']} steps, "
        f"{result['scale']} scale. Grey: the other models."
    )
