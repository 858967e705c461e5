"""One, two, three and four digits before a model that knows two: pictures, blobs and ink.

T frames, B sequences, H × W the size of a frame.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch

from lstm_video_lab import evaluation, metrics, plots
from lstm_video_lab.lessons.one_and_three_digits.experiment import (
    DIGITS,
    MOST,
    THRESHOLDS,
    label,
    see,
    when_apart,
    world,
)
from lstm_video_lab.models import VideoModel
from lstm_video_lab.plots import film, lay_film
from lstm_video_lab.plots.canvas import INK, SMALL, WIDTH, Picture, finish, room_for, sheet, write
from lstm_video_lab.settings import Settings
from lstm_video_lab.widgets.base import LabWidget, dropdown, slider

SHADES = (1.0, 0.65, 0.4, 0.85, 0.55)  # of one blob after the other
WORDS = [("to come", "future"), ("seen, recalled", "reconstruction")]
SHOWN = 12  # sequences to choose from


class Looked(NamedTuple):
    """What a model makes of a world: (T, B, H, W) for each part, errors and baselines."""

    truth: dict[str, np.ndarray]  # part -> frames
    dream: dict[str, np.ndarray]
    nats: np.ndarray  # (B,) per frame to come
    mean_image: float
    bound: float
    seen: int  # frames that the model saw


def look(model: VideoModel, settings: Settings, number: int) -> Looked:
    """Show a model SHOWN sequences with `number` digits in its own world."""
    s = world(settings, number)
    frames = evaluation.heldout_data(s).batch(0, SHOWN)
    pairs = see(model, frames, s.frames_in)
    base = evaluation.baselines(s)
    return Looked(
        {part: truth.numpy() for part, (_, truth) in pairs.items()},
        {part: torch.sigmoid(logits).numpy() for part, (logits, _) in pairs.items()},
        metrics.cross_entropy(*pairs["future"]).mean(0).numpy(),
        base["mean_image"]["cross_entropy"],
        base["entropy_bound"]["cross_entropy"],
        s.frames_in,
    )


class DigitCountExplorer(LabWidget):
    """Choose how many digits the model is shown, a sequence, and from where on a pixel counts."""

    title = "a model of two digits, shown another number"

    def __init__(self, model: VideoModel, settings: Settings, number: int = 1) -> None:
        self.model, self.settings, self.first = model, settings, number
        self.looked: dict[int, Looked] = {}
        super().__init__()

    def controls(self) -> dict[str, Any]:
        return {
            "number": slider("Digits shown", self.first, DIGITS[0], DIGITS[-1]),
            "sequence": slider("Sequence", 1, 1, SHOWN),
            "threshold": slider("Threshold", 0.3, THRESHOLDS[0], THRESHOLDS[-1], 0.1),
            "part": dropdown("Frames", "future", WORDS),
        }

    def render(self, number: int, sequence: int, threshold: float, part: str) -> Picture:
        if number not in self.looked:
            self.looked[number] = look(self.model, self.settings, number)
        return draw_count(self.looked[number], number, sequence, threshold, part)


def draw_count(
    looked: Looked, number: int, sequence: int, threshold: float, part: str = "future"
) -> Picture:
    """Truth and dream of one sequence, and their blobs above the threshold, counted."""
    n = sequence - 1
    rows = {"truth": looked.truth[part][:, n], "dream": looked.dream[part][:, n]}
    counts = {}
    for name in ("truth", "dream"):
        labelled = [label(frame, threshold) for frame in rows[name]]
        rows[f"blobs, {name}"] = np.stack([_shade(blobs) for blobs, _ in labelled])
        counts[name] = np.array([many for _, many in labelled])
    first = 1 + (part == "future") * looked.seen
    left = room_for([*rows, "frame"])
    image, shown = film(rows, WIDTH - left - 8)
    figure = sheet(max(left + image.shape[1] + 8, WIDTH / 2), 26 + image.shape[0] + 46)
    lay_film(figure, image, list(rows), [first + t for t in shown], left, 26)
    pitch = image.shape[1] / len(shown)
    for line, (name, many) in enumerate(counts.items()):
        top = 28 + image.shape[0] + 20 * line
        write(figure, f"count, {name}", left - 8, top, ha="right", fontsize=SMALL)
        for k, t in enumerate(shown):
            place = (left + (k + 0.5) * pitch, top)
            write(figure, str(many[t]), *place, ha="center", fontsize=SMALL, color=INK)
    ink = [rows[name].sum((1, 2)) for name in ("dream", "truth")]
    return finish(
        figure,
        f"{number} digit{'s' * (number > 1)}, sequence {sequence}: blobs per frame above "
        f"{threshold:.1f}, on average: truth {counts['truth'].mean():.1f}, dream "
        f"{counts['dream'].mean():.1f}. The dream holds {number * ink[0].sum() / ink[1].sum():.2f} "
        f"digits' worth of ink. Error of the frames to come: {looked.nats[n]:.1f} nats; "
        f"over many sequences of {number}, the mean image has {looked.mean_image:.1f}, the entropy "
        f"bound {looked.bound:.1f}.",
    )


def _shade(blobs: np.ndarray) -> np.ndarray:
    """Numbered blobs as greys: neighbours in number differ."""
    return np.where(blobs > 0, np.take(SHADES, (blobs - 1) % len(SHADES)), 0.0)


class BlobExplorer(LabWidget):
    """Counted blobs over all stored sequences; move the threshold and see what depends on it.

    `result`: `load_result("digit_count")`.
    """

    title = "how many blobs, at every threshold"

    def __init__(self, result: dict[str, Any], number: int = 3) -> None:
        self.result, self.first = result, number
        super().__init__()

    def controls(self) -> dict[str, Any]:
        levels = self.result["thresholds"]
        return {
            "number": slider("Digits shown", self.first, DIGITS[0], DIGITS[-1]),
            "threshold": slider("Threshold", levels[2], levels[0], levels[-1], 0.1),
            "part": dropdown("Frames", "future", WORDS),
        }

    def render(self, number: int, threshold: float, part: str) -> Picture:
        return draw_blobs(self.result, number, threshold, part)


def draw_blobs(result: dict[str, Any], number: int, threshold: float, part: str) -> Picture:
    """Of the frames in which the truth shows as many blobs as digits: how many the dream shows."""
    level = int(np.argmin(np.abs(np.array(result["thresholds"]) - threshold)))
    cases = {"trained on two": result["digits"][str(number)]}
    if number == result["control"]["settings"]["num_digits"]:
        cases[f"trained on {number}"] = result["control"]
    shares, said = {}, []
    for name, one in cases.items():
        share, frames = when_apart(one[part]["blobs"][level], number)
        shares[name] = 100 * share
        listed = ", ".join(f"{k}: {100 * v:.1f} %" for k, v in enumerate(share) if v > 0)
        said.append(f"{name}: {listed} (of {frames} frames)")
    counts = [*map(str, range(MOST)), f"{MOST} or more"]
    return plots.bars(
        counts,
        shares,
        text=f"Frames in which the truth shows {number} blob{'s' * (number > 1)} above "
        f"{threshold:.1f}: blobs in the dream. {'; '.join(said)}. Stored results, "
        f"{result['sequences']} sequences, {result['scale']} scale.",
        ylabel="% of these frames",
    )
