"""The guesses of lesson 11."""

from __future__ import annotations

from typing import Any

from lstm_video_lab.lessons.natural_patches.doubled_units import HALF, WHOLE
from lstm_video_lab.lessons.natural_patches.experiment import LARGE, SMALL
from lstm_video_lab.questions import Question

ALL, FIRST_ONES, NONE = "At all of them", "At the first ones only", "At none of them"
Errors = dict[str, list[float]]  # by frame to come, of what needs no learning, and of a model


def _better_baseline(errors: Errors) -> str:
    pairs = list(zip(errors["copy last"], errors["mean image"], strict=True))
    wins = [copied < mean for copied, mean in pairs]
    return ALL if all(wins) else FIRST_ONES if wins[0] else NONE


def _ends(errors: Errors, name: str) -> str:
    return f"{errors[name][0]:.1f} at the first frame to come, {errors[name][-1]:.1f} at the last"


BASELINE = Question(
    "natural_patches/baseline",
    "At which frames to come is the last frame, repeated, better than the mean image of all clips?",
    {
        ALL: "A camera that moves fast would leave the last frame behind. This one is slow.",
        FIRST_ONES: "It gets worse with time, as you say; but far worse is a grey square.",
        NONE: "The mean of all clips is a grey square: it knows nothing of this one.",
    },
    _better_baseline,
    lambda errors: (
        f"Copying costs {_ends(errors, 'copy last')}; the mean image "
        f"{_ends(errors, 'mean image')}. The mean of all clips is a grey square. The last frame at "
        "least knows what is in this clip."
    ),
)

WINS_ALL, WINS_LATER, WINS_NONE = "All of them", "The later ones, not the first", "None of them"


def _where_it_wins(errors: Errors) -> str:
    wins = [a < b for a, b in zip(errors["model"], errors["copy last"], strict=True)]
    return WINS_ALL if all(wins) else WINS_LATER if any(wins) else WINS_NONE


def _model_and_copy(errors: Errors) -> str:
    wins = sum(a < b for a, b in zip(errors["model"], errors["copy last"], strict=True))
    return (
        f"It is better at {wins} of {len(errors['model'])}. The model costs "
        f"{_ends(errors, 'model')}, copying {_ends(errors, 'copy last')}. A copy of the last frame "
        "has every fine line, in nearly the right place. The model must draw it anew, out of a few "
        "hundred numbers."
    )


WHERE = Question(
    "natural_patches/where",
    "For which frames to come is your model better than copying the last frame?",
    {
        WINS_ALL: "The first frame to come is nearly the last one, and a copy has its fine lines.",
        WINS_LATER: "Look at the numbers.",
        WINS_NONE: "The copy stands still while the camera goes on: in the end that costs more.",
    },
    _where_it_wins,
    _model_and_copy,
)

MUCH_LOWER, LOWER, NO_LOWER = "More than a third lower", "Lower, by less than a third", "No lower"


def _gain(pair: dict[str, Any]) -> float:
    """By how many % the larger model's error in recalling is lower; `pair`: "doubled_units"."""
    small, large = (pair["models"][name]["reconstruction"]["mean"] for name in (HALF, WHOLE))
    return 100 * (1 - large / small)


def _gain_in_words(pair: dict[str, Any], result: dict[str, Any]) -> str:
    recalled = [pair["models"][name]["reconstruction"]["mean"] for name in (HALF, WHOLE)]
    few, many = (result["models"][name] for name in (SMALL, LARGE))
    return (
        f"Recalled: {recalled[0]:.2f} against {recalled[1]:.2f} per frame, {_gain(pair):.0f} % "
        f"lower. It is one training of each. In shorter ones, of {few['steps']} steps, there are "
        f"{len(few['seeds'])} seeds, and what is predicted: {few['mean']:.2f} ± "
        f"{few['spread']:.2f} against {many['mean']:.2f} ± {many['spread']:.2f}, "
        f"{100 * (1 - many['mean'] / few['mean']):.1f} % lower. (Parameters: "
        f"{few['parameters']:,} against {many['parameters']:,}.)"
    )


DOUBLING = Question(
    "natural_patches/doubling",
    "By how much is the error of what is recalled lower with twice the units?",
    {
        MUCH_LOWER: "So much room is not what was missing most.",
        LOWER: "Look at the numbers.",
        NO_LOWER: "It can be measured, even where it is hard to see.",
    },
    lambda pair, result: MUCH_LOWER if _gain(pair) > 33 else LOWER if _gain(pair) > 0 else NO_LOWER,
    _gain_in_words,
)
