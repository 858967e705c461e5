"""The guesses of lesson 11."""

from __future__ import annotations

from typing import Any

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

MUCH_LOWER, LOWER, NO_LOWER = "More than a tenth lower", "Lower, by less than a tenth", "No lower"


def _gain(result: dict[str, Any]) -> float:
    """By how many % the larger model's error is lower."""
    models = result["models"]
    return 100 * (1 - models[LARGE]["mean"] / models[SMALL]["mean"])


def _gain_in_words(result: dict[str, Any]) -> str:
    small, large = result["models"][SMALL], result["models"][LARGE]
    return (
        f"{small['mean']:.2f} ± {small['spread']:.2f} against {large['mean']:.2f} ± "
        f"{large['spread']:.2f} per frame ({_gain(result):.1f} % lower; mean and standard "
        f"deviation of {len(small['seeds'])} seeds, {result['scale']} scale, {small['steps']} "
        f"steps). Parameters: {small['parameters']:,} against {large['parameters']:,}."
    )


DOUBLING = Question(
    "natural_patches/doubling",
    "How does the error of the prediction with twice the units compare with that of the smaller "
    "model?",
    {
        MUCH_LOWER: "So much room is not what was missing most.",
        LOWER: "Look at the numbers.",
        NO_LOWER: "It can be measured, even where it is hard to see.",
    },
    lambda result: MUCH_LOWER if _gain(result) > 10 else LOWER if _gain(result) > 0 else NO_LOWER,
    _gain_in_words,
)
