"""What happens in predicted frames, overlaps and bounces, and what it costs a predictor.

T predicted frames, N sequences, D digits, K kinds of frames, R resamples, S side of a frame.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from torch.nn import functional as F

from lstm_video_lab import evaluation, metrics
from lstm_video_lab.data import BouncingDigits
from lstm_video_lab.data.bouncing import area_average, render
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings

NEAR = 2  # frames that count as just before or just after
HIDDEN = 0.1  # digits overlap where this part of the fainter one's ink is lost
DOUBT = 0.02  # what a handmade predictor leaves for "it may be otherwise", for every pixel


@dataclasses.dataclass(frozen=True, eq=False)
class Errors:
    """Nats of every predicted frame of N held-out sequences, (T, N) each, and what happens in it.

    overlaps, bounces: (T + NEAR, N) bool, also of the frames that come after the predicted ones.
    """

    predictor: np.ndarray
    mean_image: np.ndarray
    entropy_bound: np.ndarray
    overlaps: np.ndarray
    bounces: np.ndarray

    @property
    def overlap(self) -> np.ndarray:
        """(T, N): a tenth or more of a digit's ink is lost under brighter pixels of another's."""
        return self.overlaps[: len(self.predictor)]

    @property
    def bounce(self) -> np.ndarray:
        """(T, N): a digit met a wall in the step into this frame."""
        return self.bounces[: len(self.predictor)]


class Cost(NamedTuple):
    """What frames of one kind cost: numbers as (value, standard error).

    `share` is what is left of the way from the mean image (1) down to the entropy bound (0);
    `control` the share of the control frames, had they come as often at each predicted step;
    `extra` the difference of the two.
    """

    frames: int
    predictor: tuple[float, float]
    mean_image: tuple[float, float]
    entropy_bound: tuple[float, float]
    share: tuple[float, float]
    control: tuple[float, float]
    extra: tuple[float, float]


def measure(model: VideoModel, settings: Settings, sequences: int = 300) -> Errors:
    """Score a model, and its baselines, on every predicted frame of N held-out sequences."""
    data, seen = evaluation.heldout_data(settings), settings.frames_in
    scored = evaluation.score(model, data, seen, sequences)["future"]["cross_entropy"]
    truth = to_unit(data.batch(0, sequences)[seen:])  # (T, N, S, S)
    mean = evaluation.mean_image(settings).expand_as(truth)
    size = (data.num_digits, data.image_size, data.num_frames + NEAR, data.digit_size)
    longer = BouncingDigits(data.digits, *size, data.speed, data.seed)  # the same, and what follows
    return Errors(
        scored.numpy(),
        metrics.cross_entropy_of_probability(mean, truth).numpy(),
        metrics.entropy(truth).numpy(),
        hidden_ink(longer, sequences)[seen:] >= HIDDEN,
        np.any(longer.scene(0, sequences).bounced[seen:], axis=-1),
    )


def hidden_ink(data: BouncingDigits, sequences: int) -> np.ndarray:
    """Ink (the sum over pixels) that is lost where digits overlap, as a part of the fainter digit's
    ink: (all frames, N).

    A frame shows the brighter pixel of two. A digit never leaves it, so its ink is the same in all
    frames, and what is missing is hidden. Squares that touch would say little: in small frames they
    nearly always do.
    """
    chosen = data.scene(0, sequences).chosen
    digits = area_average(data.digits.images, data.digit_size)[chosen]  # (N, D, s, s)
    ink = digits.sum((-1, -2), dtype=np.int64)  # (N, D)
    shown = data.batch(0, sequences).numpy().sum((-1, -2), dtype=np.int64)  # (T, N)
    return (ink.sum(-1) - shown) / ink.min(-1)


def handmade_predictors(settings: Settings, errors: Errors) -> dict[str, Errors]:
    """Three predictors that were not trained but made from the truth, to test a test with.

    All give the true digits, blurred. "true places" knows where they are; "blind to walls" lets a
    digit slide along a wall that it meets in the predicted frames; "merges digits" puts both
    halfway between their places from their first overlap on.
    """
    data, seen = evaluation.heldout_data(settings), settings.frames_in
    N = errors.predictor.shape[1]
    scene = data.scene(0, N)
    digits = area_average(data.digits.images, data.digit_size)[scene.chosen]  # (N, D, s, s)
    truth = to_unit(data.batch(0, N)[seen:])  # (T, N, S, S)
    places = scene.positions[seen:]  # (T, N, D, 2)
    met = np.logical_or.accumulate(errors.overlap)[..., None, None]
    middle = places.mean(2, keepdims=True).astype(places.dtype)
    guesses = {
        "true places": places,
        "blind to walls": slide(places, scene.bounced[seen:], data.image_size - data.digit_size),
        "merges digits": np.where(met, middle, places),
    }
    reach = data.digit_size // 6  # pixels that the blur reaches to each side
    predictors = {}
    for name, guess in guesses.items():
        frames = to_unit(render(digits, guess, data.image_size))
        blurred = F.avg_pool2d(frames, 2 * reach + 1, 1, reach)
        probability = DOUBT + (1 - 2 * DOUBT) * blurred
        nats = metrics.cross_entropy_of_probability(probability, truth).numpy()
        predictors[name] = dataclasses.replace(errors, predictor=nats)
    return predictors


def slide(places: np.ndarray, bounced: np.ndarray, largest: int) -> np.ndarray:
    """Places (T, N, D, 2) of digits that stay at a wall once they have met it.

    bounced: (T, N, D); largest: the largest coordinate of a place.
    """
    hit = bounced[..., None] & ((places == 0) | (places == largest))
    first = np.take_along_axis(places, hit.argmax(0)[None], 0)  # (1, N, D, 2), where it was hit
    return np.where(np.logical_or.accumulate(hit), first, places)


def kinds(errors: Errors) -> dict[str, np.ndarray]:
    """Every frame is of one of four kinds, (T, N) bool each: overlap or not, bounce or not.

    A bounce counts in its frame and in the NEAR frames after it.
    """
    overlap, bounce = errors.overlap, errors.bounce.copy()
    for t in range(1, NEAR + 1):
        bounce[t:] |= errors.bounce[:-t]
    return {
        "neither": ~overlap & ~bounce,
        "overlap": overlap & ~bounce,
        "bounce": ~overlap & bounce,
        "both": overlap & bounce,
    }


def before_and_after(events: np.ndarray) -> dict[str, np.ndarray]:
    """Frames just before, and just after, an event: (T + NEAR, N) bool → (T, N) bool each.

    Time turned round makes one of the other, so they are alike in all but what was to be predicted.
    A frame in which it happens is neither, nor is one that is both.
    """
    T = len(events) - NEAR
    before, after = np.zeros_like(events[:T]), np.zeros_like(events[:T])
    for t in range(1, NEAR + 1):
        before |= events[t : T + t]
        after[t:] |= events[: max(0, T - t)]
    calm = ~events[:T]
    return {"just before": calm & before & ~after, "just after": calm & after & ~before}


def cost_by_kind(errors: Errors, masks: Mapping[str, np.ndarray], control: str) -> dict[str, Cost]:
    """What frames of each kind cost; `control` names the kind that the others are compared with.

    Later steps are worse by themselves, so the control is weighted to the steps at which a kind
    occurs. Standard errors: the bootstrap over sequences, whose frames hang together.
    """
    N, names = errors.predictor.shape[1], list(masks)
    draws = np.random.default_rng(0).multinomial(N, np.full(N, 1 / N), size=200)
    weights = np.concatenate([np.ones((1, N)), draws])  # (R, N), the first as they are

    def sums(values: np.ndarray) -> np.ndarray:
        return np.stack([weights @ (values * masks[name]).T for name in names])  # (K, R, T)

    count = sums(np.ones_like(errors.predictor))
    nats = [sums(part) for part in (errors.predictor, errors.mean_image, errors.entropy_bound)]
    cost, mean, bound = nats
    gap, left, one = mean - bound, cost - bound, names.index(control)
    with np.errstate(invalid="ignore", divide="ignore"):
        at_step = np.where(gap[one] > 0, left[one] / gap[one], 0.0)  # (R, T)
        share = left.sum(-1) / gap.sum(-1)  # (K, R)
        matched = (at_step * gap).sum(-1) / gap.sum(-1)
        means = [part.sum(-1) / count.sum(-1) for part in nats]
    columns = np.stack([*means, share, matched, share - matched])  # (6, K, R)
    values, stderr = columns[..., 0], columns[..., 1:].std(-1)  # (6, K) each
    costs = {}
    for k, name in enumerate(names):
        pairs = zip(values[:, k].tolist(), stderr[:, k].tolist(), strict=True)
        costs[name] = Cost(int(masks[name].sum()), *pairs)
    return costs


def in_points(cost: Cost) -> str:
    """How much more is left than in control frames, in points (hundredths)."""
    return f"{100 * cost.extra[0]:+.1f} ± {100 * cost.extra[1]:.1f}"
