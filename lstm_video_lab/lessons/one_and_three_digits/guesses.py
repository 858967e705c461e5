"""The guesses of lesson 08. `result` is always `load_result("digit_count")`."""

from __future__ import annotations

from typing import Any

from lstm_video_lab.lessons.one_and_three_digits.experiment import (
    CONNECTED,
    CONVOLUTIONAL,
    blob_shares,
)
from lstm_video_lab.questions import Question

LEVEL = 0.3  # the threshold that the answers speak of
BLURRED, TWO, MORE_INK = (
    "One digit, only blurred",
    "Two digits, apart from each other",
    "One blob, with more ink in it than one digit has",
)


def _one(result: dict[str, Any]) -> tuple[float, float]:
    """The fully connected model, one digit shown: share of frames with two blobs or more, in %,
    and the ink of the frames to come, in digits.
    """
    one = result["models"][CONNECTED]["digits"]["1"]["future"]
    share, _ = blob_shares(one["blobs"][result["thresholds"].index(LEVEL)])
    return 100 * share[2:].sum(), one["ink"]["mean"]


def _answer_one(result: dict[str, Any]) -> str:
    second, ink = _one(result)
    if second > 50:
        return TWO
    return MORE_INK if ink > 1.05 else BLURRED


ONE = Question(
    "one_and_three_digits/one",
    "Two digits is all it knows. What does the fully connected network predict after ten frames of "
    "one digit?",
    {
        BLURRED: lambda r: (
            f"Blurred it is, but blur makes no ink, and there are {_one(r)[1]:.2f} "
            "digits' worth of it: you will weigh it in section 4."
        ),
        TWO: lambda r: (
            "The paper has a second one that overlaps the first; apart they are seldom: here "
            f"{_one(r)[0]:.1f} % of the frames show two blobs or more (threshold {LEVEL})."
        ),
        MORE_INK: lambda r: f"Its frames hold {_one(r)[1]:.2f} digits' worth of ink.",
    },
    _answer_one,
    lambda r: (
        f"{_one(r)[0]:.1f} % of the frames show two blobs or more (threshold {LEVEL}), and "
        f"on average they hold {_one(r)[1]:.2f} times the ink of the true frames."
    ),
)

BOTH, CONV_ALONE, FC_ALONE, NEITHER = (
    "Both",
    "Only the convolutional one",
    "Only the fully connected one",
    "Neither",
)


def _four(result: dict[str, Any], name: str) -> tuple[float, float]:
    """Nats per frame to come when four digits are shown: the model's and the mean image's."""
    four = result["models"][name]["digits"]["4"]
    mean_image = four["baselines"]["mean_image"]["cross_entropy"]
    return four["future"]["cross_entropy"]["mean"], mean_image


def _answer_four(result: dict[str, Any]) -> str:
    fc, conv = (_four(result, name) for name in (CONNECTED, CONVOLUTIONAL))
    better = (fc[0] < fc[1], conv[0] < conv[1])
    return {
        (True, True): BOTH,
        (False, True): CONV_ALONE,
        (True, False): FC_ALONE,
        (False, False): NEITHER,
    }[better]


def _errors_of_four(result: dict[str, Any]) -> str:
    fc, conv = (_four(result, name) for name in (CONNECTED, CONVOLUTIONAL))
    return (
        f"Shown four digits, the fully connected network has {fc[0]:.0f} nats per frame, the "
        f"convolutional one {conv[0]:.0f}; the mean image of four digits has {fc[1]:.0f}."
    )


FOUR = Question(
    "one_and_three_digits/four",
    "Four digits are shown. Which of the two networks still predicts better than the mean image of "
    "four digits?",
    {
        BOTH: "You trusted both. But what is sure of itself and wrong costs more than a grey fog.",
        CONV_ALONE: "The clip above spoke for it; the bars below say otherwise.",
        FC_ALONE: "Its weights belong to single pixels, and they have met two digits only.",
        NEITHER: "So one would expect of networks that have met two digits only; one of them does.",
    },
    _answer_four,
    _errors_of_four,
)


def _ink_of_four(result: dict[str, Any], name: str, part: str) -> float:
    return 4 * result["models"][name]["digits"]["4"][part]["ink"]["mean"]


def _answer_ink(result: dict[str, Any]) -> str:
    ink = _ink_of_four(result, CONVOLUTIONAL, "reconstruction")
    return list(INK.options)[0 if ink < 2.5 else 1 if ink < 3.5 else 2]


INK = Question(
    "one_and_three_digits/ink",
    "The convolutional network, too, has met two digits in every clip of its life. Shown four, it "
    "is asked to recall them: how many digits' worth of ink does it give back?",
    {
        "About two: that is all it knows": "It has no place where it could know a two.",
        "About three": "That is a guess between what it knows and what it sees.",
        "Four": "Look at the line of the frames seen.",
    },
    _answer_ink,
    lambda r: (
        f"It gives back {_ink_of_four(r, CONVOLUTIONAL, 'reconstruction'):.2f} digits' worth "
        f"and predicts {_ink_of_four(r, CONVOLUTIONAL, 'future'):.2f}; the fully connected one "
        f"{_ink_of_four(r, CONNECTED, 'reconstruction'):.2f} and "
        f"{_ink_of_four(r, CONNECTED, 'future'):.2f}."
    ),
)
