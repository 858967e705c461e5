"""What happens in predicted frames, overlaps and bounces, and what it costs a model.

T predicted frames, N sequences, D digits, K kinds of frames, R resamples, S side of a frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lstm_video_lab import evaluation, metrics
from lstm_video_lab.data import BouncingDigits
from lstm_video_lab.data.bouncing import area_average
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings

RECENT = 3  # a bounce tells for this many frames: the one it is in, and those after it
HIDDEN = 0.1  # digits overlap where this part of the fainter one's ink is lost


@dataclass(frozen=True, eq=False)
class Errors:
    """Nats of every predicted frame of N held-out sequences, and what happens in it: all (T, N).

    overlap: a tenth or more of a digit's ink is lost behind another's; bounce: a wall was met in
    the step into this frame.
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
    truth = metrics.to_unit(data.batch(0, sequences)[seen:])  # (T, N, S, S)
    mean = evaluation._mean_image(evaluation._world(settings)).expand_as(truth)
    return Errors(
        scored.numpy(),
        metrics.cross_entropy_of_probability(mean, truth).numpy(),
        metrics.entropy(truth).numpy(),
        hidden_ink(data, sequences)[seen:] >= HIDDEN,
        data.scene(0, sequences).bounced[seen:].any(-1),
    )


def hidden_ink(data: BouncingDigits, sequences: int) -> np.ndarray:
    """Ink (the sum over pixels) that is lost where digits overlap, as a part of the fainter digit's
    ink: (all frames, N).

    A digit never leaves the frame, so its ink is the same in all frames, and what is missing is
    hidden. Squares that touch would say little: in small frames they nearly always do.
    """
    chosen = data.scene(0, sequences).chosen
    digits = area_average(data.digits.images, data.digit_size)[chosen]  # (N, D, s, s)
    ink = digits.sum((-1, -2), dtype=np.int64)  # (N, D)
    shown = data.batch(0, sequences).numpy().sum((-1, -2), dtype=np.int64)  # (T, N)
    return (ink.sum(-1) - shown) / ink.min(-1)


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
