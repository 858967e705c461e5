"""What lesson 04 asks before it shows: options, what is said to who chose them, and why."""

from __future__ import annotations

from typing import Any

from lstm_video_lab.lessons.autoencoder import output_order
from lstm_video_lab.lessons.autoencoder.experiment import error_of, sizes_of
from lstm_video_lab.questions import Question

NEWEST = "newest first (reversed)"
OLDEST = "oldest first (as recorded)"
NEITHER = "neither: the difference changes its sign from seed to seed"


def _better_order(profiles: dict[str, output_order.Profile]) -> str:
    gaps = output_order.final_gap(profiles)
    if (gaps > 0).all():
        return NEWEST
    return OLDEST if (gaps < 0).all() else NEITHER


BETTER_ORDER = Question(
    "autoencoder/better_order",
    "Same model, same clips, same steps. Which order is learnt with less error?",
    {
        NEWEST: "A good reason may have led you there: the frame it begins with was read just "
        "before. In this run it did not decide.",
        OLDEST: "It is the order of the clip, and a person would tell a story so. But the frame it "
        "begins with was read longest ago.",
        NEITHER: "As sums they are alike: on average a frame waits equally long in both. What "
        "differs is where a beginner can start.",
    },
    _better_order,
    lambda profiles: (
        f"{output_order.describe(profiles)} Newest first begins with a frame that was read just "
        "before."
    ),
)

NEARLY_ALL = "nearly all: more than three quarters"
BETWEEN = "between a quarter and three quarters"
NEXT_TO_NOTHING = "next to nothing: less than a quarter"


def _error_left(result: dict[str, Any]) -> float:
    """Squared error of the largest size, as a share of that of the smallest."""
    sizes = sizes_of(result)
    return error_of(result, sizes[-1])[0] / error_of(result, sizes[0])[0]


def _share_left(result: dict[str, Any]) -> str:
    share = _error_left(result)
    if share > 0.75:
        return NEARLY_ALL
    return BETWEEN if share > 0.25 else NEXT_TO_NOTHING


def _why_units(result: dict[str, Any]) -> str:
    sizes = sizes_of(result)
    small, large = (result["units"][str(n)] for n in (sizes[0], sizes[-1]))
    errors = [error_of(result, n)[0] for n in (sizes[0], sizes[-1])]
    more = large["parameters"] / small["parameters"]
    return (
        f"{100 * _error_left(result):.0f} % are left: {errors[0]:.2f} per frame with {sizes[0]} "
        f"units, {errors[1]:.2f} with {sizes[-1]}, which has {more:.0f} times as many parameters "
        f"({result['scale']} scale)."
    )


SHARE_LEFT = Question(
    "autoencoder/share_left",
    "From the smallest size to the largest, with equal steps: how much of the squared error is "
    "left?",
    {
        NEARLY_ALL: "A small bridge holds less of the clip than you grant it: more room does help.",
        BETWEEN: "It was a careful guess, and the truth lies further out.",
        NEXT_TO_NOTHING: "So many more parameters, and yet the steps are the same: what is not "
        "learnt in them, no room can hold.",
    },
    _share_left,
    _why_units,
)

AS_WELL = "as well as the clips in order"
A_LITTLE_WORSE = "a little worse"
MUCH_WORSE = "much worse: by half or more"


def _shuffled_clips(costs: dict[str, float], mean_image: float) -> str:
    ratio = costs["shuffled"] / costs["as recorded"]
    if ratio > 1.5:
        return MUCH_WORSE
    return A_LITTLE_WORSE if ratio > 1.05 else AS_WELL


SHUFFLED_CLIPS = Question(
    "autoencoder/shuffled_clips",
    "The autoencoder is given clips whose frames are shuffled. How well does it give them back?",
    {
        AS_WELL: "So would a copier, which stores frame after frame. This bridge is too narrow for "
        "that.",
        A_LITTLE_WORSE: "Each single frame is as good a picture as before. But it is not single "
        "frames that went over the bridge.",
        MUCH_WORSE: "It could have leant on how clips usually go. It did so less than you thought.",
    },
    _shuffled_clips,
    lambda costs, mean_image: (
        f"In order {costs['as recorded']:.1f} nats per frame, backwards {costs['backwards']:.1f}, "
        f"shuffled {costs['shuffled']:.1f} (mean image {mean_image:.1f})."
    ),
)
