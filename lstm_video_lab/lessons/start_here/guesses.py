"""What lesson 00 asks before it shows: options, what is said to who chose them, and why."""

from typing import Any

import numpy as np

from lstm_video_lab.lessons.start_here import figures
from lstm_video_lab.questions import Question

WHICH_FRAME = Question(
    "start_here/which_frame",
    "Which of the three is the frame that comes a few frames after the last one?",
    {
        "A": "There the digit would stand where it stood in the last frame. It was moving.",
        "B": "",
        "C": "There the digit has been before: it would have had to turn round.",
    },
    "B",
    figures.draw_answer,
)

WHAT_FIRST = Question(
    "start_here/what_first",
    "The network starts from nothing. What is the first thing that its predictions will show?",
    {
        "a digit, in the wrong place": "It is what you see first. But there are ten digits, each "
        "written in many ways, and each must be learnt by itself.",
        "a soft spot, where the digit is": "It comes early, and long before any stroke. But to put "
        "it there, the network must first find out how to read the clip.",
        "a grey fog, the same for every clip": "",
    },
    "a grey fog, the same for every clip",
    "Look at the row “predicted” while it trains: first a grey fog, the same for every clip, then "
    "a soft spot that goes where the digit goes. The fog needs no clip: a bias for each pixel is "
    "enough. Then comes the place, for a spot in the right place lowers the loss a lot, and one "
    "spot serves all digits. Which digit it is lowers it less, and has to be learnt for each of "
    "the ten: strokes take far longer than this minute.",
)


HALF, THREE_QUARTERS, NEARLY_ALL = "about half", "about three quarters", "nine tenths, or more"


def _share_at_half_time(lapse: dict[str, Any], name: str) -> float:
    """Of the fall from the first moment to the last: what is done after half of the steps."""
    model = lapse["models"][name]
    steps, errors = model["step"][1:], model["future"]
    middle = np.interp(np.log(steps[-1] / 2), np.log(steps), errors[1:])
    return float((errors[0] - middle) / (errors[0] - errors[-1]))


def _at_half_time(lapse: dict[str, Any]) -> str:
    least = min(_share_at_half_time(lapse, name) for name in lapse["models"])
    if least >= 0.9:
        return NEARLY_ALL
    return THREE_QUARTERS if least >= 0.6 else HALF


HALF_TIME = Question(
    "start_here/half_time",
    "Half of all training steps are done. How much of the whole fall of the error is done by then?",
    {
        HALF: "So it would be if each step taught as much as the last. The first steps find what "
        "serves every clip.",
        THREE_QUARTERS: "You saw that the first steps are worth the most. By how much, can be seen "
        "only in the numbers.",
        NEARLY_ALL: "The first steps are worth the most, as you thought. In these runs not quite "
        "so much.",
    },
    _at_half_time,
    lambda lapse: (
        "At half of the steps it is "
        + ", ".join(
            f"{100 * _share_at_half_time(lapse, name):.0f} % for the {name}"
            for name in lapse["models"]
        )
        + ". Look below for what the small rest is: it is where the digits come from."
    ),
)
