"""What lesson 05 asks before it shows: options, what is said to who chose them, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lstm_video_lab.lessons.future_predictor.two_futures import Futures, best_guess, expected_error
from lstm_video_lab.questions import Question

EARLY = "in their first third"
MIDDLE = "in the middle"
LATE = "in their last third"
NOWHERE = "at none of them"


def _where_it_passes(error: Sequence[float], mean_image: Sequence[float]) -> str:
    passed = [t for t, (e, m) in enumerate(zip(error, mean_image, strict=True)) if e > m]
    if not passed:
        return NOWHERE
    return (EARLY, MIDDLE, LATE)[3 * passed[0] // len(error)]


PASSES_MEAN_IMAGE = Question(
    "future_predictor/passes_mean_image",
    "At which of the predicted frames does the model's error pass that of the mean image?",
    {
        EARLY: "Then it would have learned next to nothing: even a vague idea of the place beats "
        "a fog.",
        MIDDLE: "Errors grow from frame to frame, it is true. But a fog is a poor rival.",
        LATE: "Errors grow from frame to frame, it is true. But a fog is a poor rival.",
        NOWHERE: "A model that has learned motion should stay below. This one has had too few "
        "steps.",
    },
    _where_it_passes,
    lambda error, mean_image: (
        f"Its error is {error[0]:.1f} nats at the first predicted frame and {error[-1]:.1f} at the "
        f"last; the mean image has {sum(mean_image) / len(mean_image):.1f}. To beat the mean image "
        "it is enough to know roughly where the digit is: a blurred digit near the right place "
        "costs less than a grey fog."
    ),
)

LITTLE = "little: its error stays within a tenth of that"
GROWS = "its error grows with the frames, but stays below the mean image's"
PASSES = "its error passes the mean image's before the end"


def _fate(free: Sequence[float], shown: Sequence[float], mean_image: Sequence[float]) -> str:
    if any(e > m for e, m in zip(free, mean_image, strict=True)):
        return PASSES
    return GROWS if free[-1] > 1.1 * shown[-1] else LITTLE


RUNS_FREELY = Question(
    "future_predictor/runs_freely",
    "Shown the truth before each step, this model does well to the last frame. What happens when "
    "it runs freely?",
    {
        LITTLE: "If its own frames were as good as true ones. They are a little blurred and a "
        "little off.",
        GROWS: "Each frame that it gives is a worse input for the next. How far that goes hangs on "
        "how good its frames are.",
        PASSES: "Each frame is a worse input for the next. But ten are too few to lose the digit.",
    },
    _fate,
    lambda free, shown, mean_image: (
        f"At the last frame it has {shown[-1]:.1f} nats shown the truth, and {free[-1]:.1f} "
        f"running freely (mean image {mean_image[-1]:.1f}). While it learned, each input was a "
        "true frame, sharp and in its place. Now its inputs are its own frames. It never met such "
        "frames, answers them a little worse, and that answer is its next input."
    ),
)

SMALLER = "smaller: less than half of it"
ALIKE = "about as large"
LARGER = "larger: more than twice as large"


def _how_large(before: float, after: float) -> str:
    if after < 0.5:
        return SMALLER
    return LARGER if after > 2 else ALIKE


REACHES_ENCODER = Question(
    "future_predictor/reaches_encoder",
    "After training, how large is the gradient that reaches the encoder's state of the model that "
    "is shown the truth, compared with that of the unconditional model?",
    {
        SMALLER: "It can look at the frame before instead of the state. Here it did not rely on "
        "it.",
        ALIKE: "So it was before training. But it has learned where the better hint lies.",
        LARGER: "Its error is smaller, and its frames sharper. But what it gets right it gets from "
        "the frame it is shown.",
    },
    _how_large,
    lambda before, after: (
        f"It is {after:.2f} times as large. Before training it was {before:.2f} times as large: "
        "what difference there is was learned, not built in."
    ),
)

ON_LEFT = "the digit on the left"
ON_RIGHT = "the digit on the right"
BOTH = "both, at half their brightness"
NONE = "no digit: all black"


def candidates(futures: Futures) -> dict[str, Any]:
    """The four clips that one may give where left and right are equally likely."""
    return {
        ON_LEFT: futures.left,
        ON_RIGHT: futures.right,
        BOTH: best_guess(futures, 0.5),
        NONE: 0 * futures.left,
    }


def _least(futures: Futures) -> str:
    costs = {k: expected_error(clip, futures, 0.5) for k, clip in candidates(futures).items()}
    return min(costs, key=lambda name: costs[name])


ONE_PICTURE = Question(
    "future_predictor/one_picture",
    "One picture is to be given for each frame to come, left and right being equally likely. Which "
    "has the least expected error?",
    {
        ON_LEFT: "Right half of the time, and then perfect. The other half it pays twice: for the "
        "digit that is not there, and for the one that is.",
        ON_RIGHT: "Right half of the time, and then perfect. The other half it pays twice: for the "
        "digit that is not there, and for the one that is.",
        BOTH: "It is never quite right.",
        NONE: "Never quite wrong, and never right: it pays for the digit every time.",
    },
    _least,
    lambda futures: (
        "Expected squared error per frame, over all frames to come: "
        + ", ".join(
            f"{name} {expected_error(clip, futures, 0.5):.1f}"
            for name, clip in candidates(futures).items()
        )
        + "."
    ),
)
