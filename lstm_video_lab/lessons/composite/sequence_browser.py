"""The sequence picker: held-out sequences in which digits overlap or bounce, and what that costs.

T predicted frames, N sequences, D digits, H × W the size of a frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import ipywidgets
import numpy as np
import torch

from lstm_video_lab import evaluation
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.lessons.composite.error_by_event import Errors
from lstm_video_lab.models import VideoModel
from lstm_video_lab.plots import number_columns
from lstm_video_lab.plots.canvas import (
    FAINT,
    FONT,
    GAP,
    INK,
    SMALL,
    WIDTH,
    Picture,
    add_axes,
    finish,
    fit,
    paste,
    series_style,
    sheet,
    tile,
    write,
)
from lstm_video_lab.settings import Settings
from lstm_video_lab.widgets.base import LABEL, LabWidget, slider

LEFT = 72  # pixels, before the frames: ten of 64 pixels then fit
SHADE = "#F6DFCF"
EVENTS = ("overlap", "bounce")
ROWS = ("input", "truth", "predicted")
BASELINES = ("mean image", "entropy bound")


class SequencePicker(LabWidget):
    """Step through the held-out sequences with an overlap or a bounce in the predicted frames.

    `settings`: those of the world that the model was trained in; `errors`: `measure` of both.
    """

    title = "sequences with an overlap or a bounce"

    def __init__(self, model: VideoModel, settings: Settings, errors: Errors) -> None:
        self.model, self.settings, self.errors = model, settings, errors
        count = errors.predictor.shape[1]
        self.frames = evaluation.heldout_data(settings).batch(0, count)  # uint8 (20, N, H, W)
        self.labels = evaluation.heldout_data(settings).scene(0, count).labels  # (N, D)
        super().__init__()

    def controls(self) -> dict[str, Any]:
        words = [("any sequence", "any"), ("overlap", "overlap"), ("bounce", "bounce")]
        kind = ipywidgets.ToggleButtons(
            options=words, value="overlap", description="Show", style=LABEL
        )
        number = slider("Number", 1, 1, max(1, len(self.picks("overlap"))))
        kind.observe(self.guarded(lambda _: self._fit(number, kind.value)), "value")
        return {"kind": kind, "number": number}

    def _fit(self, number: ipywidgets.IntSlider, kind: str) -> None:
        number.max = max(1, len(self.picks(kind)))

    def happens(self, kind: str) -> np.ndarray:
        """Where, (T, N): an overlap, a bounce, or either."""
        overlap, bounce = self.errors.overlap, self.errors.bounce
        return {"any": overlap | bounce, "overlap": overlap, "bounce": bounce}[kind]

    def picks(self, kind: str) -> np.ndarray:
        """The sequences that are shown; "any" is all of them."""
        found = np.any(self.happens(kind), axis=0)
        return np.arange(len(found)) if kind == "any" else np.flatnonzero(found)

    def render(self, kind: str, number: int) -> Picture:
        picks = self.picks(kind)
        if number > len(picks):
            few = f"{len(picks)} of the {self.errors.predictor.shape[1]} sequences have"
            return Picture(b"", f"Only {few} {kind} in their predicted frames: move the slider.")
        n = picks[number - 1]
        rows = self.predict(n)
        name = f"Sequence {n}, digits {' and '.join(map(str, self.labels[n]))}"
        return draw_sequence(rows, self.errors, n, self.happens(kind)[:, n], name)

    @torch.inference_mode()
    def predict(self, n: int) -> dict[str, np.ndarray]:
        """Rows of frames of sequence n, (T, H, W) floats."""
        frames = to_unit(self.frames[:, n])
        past, truth = frames.tensor_split([self.settings.frames_in])
        device = next(self.model.parameters()).device
        logits = self.model(past[:, None].to(device), future=len(truth)).future
        assert logits is not None
        predicted = torch.sigmoid(logits[:, 0]).cpu()
        return {k: v.numpy() for k, v in zip(ROWS, (past, truth, predicted), strict=True)}


def draw_sequence(
    rows: Mapping[str, np.ndarray], errors: Errors, n: int, marked: np.ndarray, name: str
) -> Picture:
    """Frames of sequence n, and the error of each predicted one between its baselines.

    rows: `ROWS` -> (T, H, W) in [0, 1]; marked: (T,) bool, the predicted frames to mark.
    """
    columns, seen = max(map(len, rows.values())), len(rows["input"])
    side = fit(rows["input"].shape[2], min((WIDTH - LEFT - 8) / columns - 2 - GAP, 110))
    pitch, marks = side + 2 + GAP, set(np.flatnonzero(marked).tolist())
    figure = sheet(max(LEFT + columns * pitch + 8, WIDTH / 2), 3 * pitch + 286)
    for row, top, first in zip(
        ROWS, (20, pitch + 44, 2 * pitch + 44), (1, seen + 1, 0), strict=True
    ):
        image = tile(rows[row], columns, side, () if row == "input" else marks)
        paste(figure, image, LEFT, top)
        write(figure, row, LEFT - 8, top + pitch / 2, ha="right", va="center")
        if first:
            number_columns(figure, range(first, first + len(rows[row])), LEFT, top, pitch)
    top = 3 * pitch + 48
    for t in range(len(marked)):
        words = [event for event in EVENTS if getattr(errors, event)[t, n]]
        place = (LEFT + (t + 0.5) * pitch, top)
        write(figure, "\n".join(words), *place, ha="center", fontsize=SMALL, color=FAINT)
    _lay_errors(figure, errors, n, marks, seen, top + 60, len(marked) * pitch)
    return finish(figure, describe(errors, n, marked, seen, name))


def _lay_errors(figure, errors: Errors, n: int, marks, seen: int, top: float, width: float) -> None:
    """Error of each predicted frame, below its column."""
    axes = add_axes(figure, LEFT, top, width, 130)
    steps = np.arange(seen + 1, seen + 1 + len(errors.predictor))
    for t in marks:
        axes.axvspan(steps[t] - 0.5, steps[t] + 0.5, color=SHADE, linewidth=0)
    lines = (errors.predictor, errors.mean_image, errors.entropy_bound)
    for k, (words, nats) in enumerate(zip(("model", *BASELINES), lines, strict=True)):
        axes.plot(steps, nats[:, n], label=words, **series_style(k))
    axes.set(xlim=(steps[0] - 0.5, steps[-1] + 0.5), xticks=steps)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("nats per frame", color=INK, fontsize=FONT)
    axes.legend(
        frameon=False, fontsize=SMALL, labelcolor=INK, ncols=3, borderpad=0,
        loc="lower left", bbox_to_anchor=(0, 1.02),
    )  # fmt: skip


def describe(errors: Errors, n: int, marked: np.ndarray, seen: int, name: str) -> str:
    """What happens in sequence n and what it costs, in words."""
    parts = []
    for event in EVENTS:
        at = np.flatnonzero(getattr(errors, event)[:, n]) + seen + 1
        parts.append(f"{event} in frames {spans(at)}" if len(at) else f"no {event}")
    whole = _cost(errors, n, np.ones_like(marked))
    there = f"; in the marked frames {_cost(errors, n, marked)}" if marked.any() else ""
    return f"{name}: {', '.join(parts)}. The prediction costs {whole}{there}."


def _cost(errors: Errors, n: int, frames: np.ndarray) -> str:
    lines = (errors.predictor, errors.mean_image, errors.entropy_bound)
    model, mean, bound = (nats[frames, n].mean() for nats in lines)
    return f"{model:.1f} nats per frame (mean image {mean:.1f}, entropy bound {bound:.1f})"


def spans(numbers: np.ndarray) -> str:
    """Whole numbers that rise, as runs: "12–14, 17"."""
    breaks = [0, *(np.flatnonzero(np.diff(numbers) > 1) + 1), len(numbers)]
    runs = [numbers[a:b] for a, b in pairwise(breaks)]
    return ", ".join(f"{r[0]}–{r[-1]}" if len(r) > 1 else f"{r[0]}" for r in runs)
