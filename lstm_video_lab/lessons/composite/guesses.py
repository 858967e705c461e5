"""What lesson 06 asks before it shows: options, what is said to who chose them, and why."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from lstm_video_lab.questions import Question

ALONE = "the predictor alone: all of its state serves the future"
COMPOSITE = "the composite"
NEITHER = "neither: they cannot be told apart"


def _gain(with_past: Tensor, without: Tensor) -> tuple[float, float]:
    """By how much recalling the past helps, nats per frame, and its standard error."""
    gain = without - with_past
    return gain.mean().item(), gain.std().item() / len(gain) ** 0.5


def _who_predicts_better(with_past: Tensor, without: Tensor, made: str) -> str:
    gain, error = _gain(with_past, without)
    if abs(gain) < 2 * error:
        return NEITHER
    return COMPOSITE if gain > 0 else ALONE


def _by_how_much(with_past: Tensor, without: Tensor, made: str) -> str:
    gain, error = _gain(with_past, without)
    better = int((without > with_past).sum())
    return (
        f"Future error: composite {with_past.mean():.1f}, predictor alone {without.mean():.1f} "
        f"nats per frame. The composite is better by {gain:.1f} ± {error:.1f} on average and on "
        f"{better} of {len(with_past)} held-out sequences ({made}). The ± is for other sequences, "
        "not for other runs."
    )


WHICH_PREDICTS_BETTER = Question(
    "composite/which_predicts_better",
    "After the same steps, which of the two predicts better?",
    {
        ALONE: "Room in the state is not what is short after so few steps. To know what to store "
        "is.",
        COMPOSITE: "In theory: the past teaches the encoder to store. In this run it did not pay.",
        NEITHER: "Both saw the same sequences in the same order: what differs shows.",
    },
    _who_predicts_better,
    _by_how_much,
)

SAME = "much the same way"
RIGHT_ANGLE = "nearly at a right angle"
AGAINST = "against each other"


def _which_angle(cosine: float, each: Tensor, made: str) -> str:
    if abs(cosine) <= 0.3:
        return RIGHT_ANGLE
    return SAME if cosine > 0 else AGAINST


THE_ANGLE = Question(
    "composite/the_angle",
    "Do the two gradients at the state of the trained composite point the same way?",
    {
        SAME: "Both want the digit stored, so one could well expect it. What the angle means "
        "comes next.",
        RIGHT_ANGLE: "It would be so if they had nothing to do with each other, or pulled to both "
        "sides alike. Here something binds them together.",
        AGAINST: "They may compete for room in the state. Even so their pulls need not lie on one "
        "line, and here they do not.",
    },
    _which_angle,
    lambda cosine, each, made: (
        f"The cosine is {cosine:+.2f} over all {len(each)} sequences ({made}). For single "
        f"sequences it goes from {each.min():+.2f} to {each.max():+.2f}, and {(each < 0).sum()} of "
        "them are below 0."
    ),
)

NEAR_ONE = "near 1: the same decoder always asks for the same"
HALF = "about a half"
NEAR_ZERO = "near 0 as well"


def _same_decoder(result: dict[str, Any]) -> dict[str, Any]:
    return result["measures"]["cosine of the future's, another sequence"]


def _which_cosine(result: dict[str, Any]) -> str:
    cosine = _same_decoder(result)["mean"]
    if cosine < 0.25:
        return NEAR_ZERO
    return HALF if cosine < 0.75 else NEAR_ONE


def _why_near_zero(result: dict[str, Any]) -> str:
    same, two = _same_decoder(result), result["measures"]["cosine of the two decoders"]
    return (
        f"{same['mean']:+.3f} ± {same['spread']:.3f}, and for the two decoders "
        f"{two['mean']:+.3f} ± {two['spread']:.3f} ({len(same['seeds'])} seeds). A mean near 0 "
        "need not be made of cosines near 0: two sequences of one decoder pull together or against "
        "each other, and it cancels."
    )


THE_CONTROL = Question(
    "composite/the_control",
    "The future decoder's gradient for one sequence, and the same decoder's for another: their "
    "cosine?",
    {
        NEAR_ONE: "It asks about the same directions, but one sequence pulls one way and the next "
        "the other.",
        HALF: "A fair compromise, and still too high: pulls to both sides cancel.",
        NEAR_ZERO: "It would be so if pulls to both sides cancelled. Here they do not.",
    },
    _which_cosine,
    _why_near_zero,
)
