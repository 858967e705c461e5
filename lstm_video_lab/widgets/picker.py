"""The sequence picker: held-out sequences in which digits overlap or bounce, and what that costs.

T predicted frames, N sequences, K kinds of frames, R resamples, H × W the size of a frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import ipywidgets
import numpy as np
import torch

from lstm_video_lab import evaluation, metrics
from lstm_video_lab.models import VideoModel
from lstm_video_lab.plots import number_columns
from lstm_video_lab.settings import Settings
from lstm_video_lab.sheets import (
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
from lstm_video_lab.widgets.base import LABEL, LabWidget, slider

RECENT = 3  # a bounce tells for this many frames: the one it is in, and those after it
LEFT = 72  # pixels, before the frames: ten of 64 pixels then fit
SHADE = "#F6DFCF"
KINDS = ("any", "overlap", "bounce")


@dataclass(frozen=True, eq=False)
class Errors:
    """Nats of every predicted frame of N held-out sequences, and what happens in it: all (T, N).

    bounce: a wall was met in the step into this frame; overlap: the squares of two digits do.
    """

    model: np.ndarray
    mean_image: np.ndarray
    entropy_bound: np.ndarray
    overlap: np.ndarray
    bounce: np.ndarray


class Row(NamedTuple):
    """A kind of frames: numbers as (value, standard error).

    `share` is what is left of the way from the mean image (1) down to the entropy bound (0);
    `control` the share of the control frames, had they come as often at each predicted step;
    `extra` the difference of the two.
    """

    frames: int
    model: tuple[float, float]
    mean_image: tuple[float, float]
    entropy_bound: tuple[float, float]
    share: tuple[float, float]
    control: tuple[float, float]
    extra: tuple[float, float]


def measure(model: VideoModel, settings: Settings, sequences: int = 300) -> Errors:
    """Judge a model, and its baselines, on every predicted frame of N held-out sequences."""
    data, seen = evaluation.heldout_data(settings), settings.frames_in
    scored = evaluation.score(model, data, seen, sequences)["future"]["cross_entropy"]
    truth = metrics.to_unit(data.batch(0, sequences)[seen:])  # (T, N, H, W)
    mean = evaluation._mean_image(evaluation._world(settings)).expand_as(truth)
    scene = data.scene(0, sequences)
    return Errors(
        scored.numpy(),
        metrics.cross_entropy_of_probability(mean, truth).numpy(),
        metrics.entropy(truth).numpy(),
        scene.overlap[seen:],
        scene.bounced[seen:].any(-1),
    )


def kinds(errors: Errors) -> dict[str, np.ndarray]:
    """Every frame is of one of four kinds, (T, N) bool each: overlap or not, bounce or not.

    A bounce counts in its frame and in those after it, RECENT in all.
    """
    overlap, bounce = errors.overlap, errors.bounce.copy()
    for t in range(1, RECENT):
        bounce[t:] |= errors.bounce[:-t]
    return {
        "neither": ~overlap & ~bounce,
        "overlap": overlap & ~bounce,
        "bounce": ~overlap & bounce,
        "both": overlap & bounce,
    }


def after_overlap(errors: Errors) -> dict[str, np.ndarray]:
    """Calm frames, (T, N) bool: digits that have not met since the prediction began, and digits
    that have met and are apart again. No bounce is near.
    """
    met, calm = np.logical_or.accumulate(errors.overlap), kinds(errors)["neither"]
    return {"not met yet": calm & ~met, "apart again": calm & met}


def split(errors: Errors, masks: Mapping[str, np.ndarray], control: str) -> dict[str, Row]:
    """What frames of each kind cost; `control` names the kind that the others are compared with.

    Later steps are worse by themselves, so the control is weighted to the steps at which a kind
    occurs. Standard errors: the bootstrap over sequences, whose frames hang together.
    """
    N, names = errors.model.shape[1], list(masks)
    draws = np.random.default_rng(0).multinomial(N, np.full(N, 1 / N), size=200)
    weights = np.concatenate([np.ones((1, N)), draws])  # (R, N), the first as they are
    values = (np.ones_like(errors.model), errors.model, errors.mean_image, errors.entropy_bound)
    count, model, mean, bound = (
        np.stack([weights @ (value * masks[name]).T for name in names]) for value in values
    )  # (K, R, T) each
    gap, left = mean - bound, model - bound
    one = names.index(control)
    with np.errstate(invalid="ignore", divide="ignore"):
        at_step = np.where(gap > 0, left[one] / gap[one], 0.0)  # (R, T)
        share = left.sum(-1) / gap.sum(-1)  # (K, R)
        matched = (at_step * gap).sum(-1) / gap.sum(-1)
        means = [part.sum(-1) / count.sum(-1) for part in (model, mean, bound)]
    columns = np.stack([*means, share, matched, share - matched])  # (6, K, R)
    spread = np.nanstd(columns[..., 1:], axis=-1)
    return {
        name: Row(
            int(masks[name].sum()),
            *((float(c[k, 0]), float(s[k])) for c, s in zip(columns, spread, strict=True)),
        )
        for k, name in enumerate(names)
    }


class SequencePicker(LabWidget):
    """Step through the held-out sequences with an overlap or a bounce in the predicted frames.

    `settings`: those of the world that the model was trained in; `errors`: `measure` of both.
    """

    title = "sequences with an overlap or a bounce"

    def __init__(self, model: VideoModel, settings: Settings, errors: Errors) -> None:
        self.model, self.settings, self.errors = model, settings, errors
        count = errors.model.shape[1]
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
        either = {"any": self.errors.overlap | self.errors.bounce}
        return {**either, "overlap": self.errors.overlap, "bounce": self.errors.bounce}[kind]

    def picks(self, kind: str) -> np.ndarray:
        """The sequences that are shown; "any" is all of them."""
        found = self.happens(kind).any(0)
        return np.arange(len(found)) if kind == "any" else np.flatnonzero(found)

    def render(self, kind: str, number: int) -> Picture:
        picks = self.picks(kind)
        if number > len(picks):
            few = f"{len(picks)} of the {self.errors.model.shape[1]} sequences have"
            return Picture(b"", f"Only {few} {kind} in their predicted frames: move the slider.")
        n = picks[number - 1]
        rows = self.predict(n)
        name = f"Sequence {n}, digits {' and '.join(map(str, self.labels[n]))}"
        return draw_sequence(rows, self.errors, n, self.happens(kind)[:, n], name)

    @torch.inference_mode()
    def predict(self, n: int) -> dict[str, np.ndarray]:
        """Rows of frames of sequence n, (T, H, W) floats."""
        frames = metrics.to_unit(self.frames[:, n])
        past, truth = frames.tensor_split([self.settings.frames_in])
        device = next(self.model.parameters()).device
        logits = self.model(past[:, None].to(device), future=len(truth)).future
        assert logits is not None
        predicted = torch.sigmoid(logits[:, 0]).cpu()
        return {k: v.numpy() for k, v in zip(ROWS, (past, truth, predicted), strict=True)}


ROWS = ("input", "truth", "predicted")


def draw_sequence(
    rows: Mapping[str, np.ndarray], errors: Errors, n: int, marked: np.ndarray, name: str
) -> Picture:
    """Frames of sequence n, and the error of each predicted one between its baselines.

    rows: `ROWS` -> (T, H, W) in [0, 1]; marked: (T,) bool, the predicted frames to mark.
    """
    columns, seen = max(map(len, rows.values())), len(rows["input"])
    side = fit(rows["input"].shape[2], min((WIDTH - LEFT - 8) / columns - 2 - GAP, 110))
    pitch, marks = side + 2 + GAP, set(np.flatnonzero(marked))
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
        words = [event for event in KINDS[1:] if getattr(errors, event)[t, n]]
        place = (LEFT + (t + 0.5) * pitch, top)
        write(figure, "\n".join(words), *place, ha="center", fontsize=SMALL, color=FAINT)
    _lay_errors(figure, errors, n, marks, seen, top + 60, len(marked) * pitch)
    return finish(figure, describe(errors, n, marked, seen, name))


def _lay_errors(figure, errors: Errors, n: int, marks, seen: int, top: float, width: float) -> None:
    """Error of each predicted frame, below its column."""
    axes = add_axes(figure, LEFT, top, width, 130)
    steps = np.arange(seen + 1, seen + 1 + len(errors.model))
    for t in marks:
        axes.axvspan(steps[t] - 0.5, steps[t] + 0.5, color=SHADE, linewidth=0)
    for k, key in enumerate(("model", "mean_image", "entropy_bound")):
        line = getattr(errors, key)[:, n]
        axes.plot(steps, line, label=key.replace("_", " "), **series_style(k))
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
    for event, word in (("overlap", "overlap"), ("bounce", "bounce")):
        at = np.flatnonzero(getattr(errors, event)[:, n]) + seen + 1
        parts.append(f"{word} in frames {spans(at)}" if len(at) else f"no {word}")
    whole, there = (
        f"{errors.model[t, n].mean():.1f} nats per frame (mean image "
        f"{errors.mean_image[t, n].mean():.1f}, entropy bound {errors.entropy_bound[t, n].mean():.1f})"
        for t in (slice(None), marked if marked.any() else slice(None))
    )
    marks = f"; in the marked frames {there}" if marked.any() else ""
    return f"{name}: {', '.join(parts)}. The prediction costs {whole}{marks}."


def spans(numbers: np.ndarray) -> str:
    """Whole numbers that rise, as runs: "12–14, 17"."""
    breaks = [0, *(np.flatnonzero(np.diff(numbers) > 1) + 1), len(numbers)]
    runs = [numbers[a:b] for a, b in pairwise(breaks)]
    return ", ".join(f"{r[0]}–{r[-1]}" if len(r) > 1 else f"{r[0]}" for r in runs)
