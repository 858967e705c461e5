"""What lesson 03 asks before it shows: options, what is said to who chose them, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lstm_video_lab.lessons.bouncing_digits import figures
from lstm_video_lab.questions import Question

BOUNCE = Question(
    "bouncing_digits/bounce",
    "A digit is 1 pixel from the wall and moves 3 pixels a frame towards it. Where is it in the "
    "next frame?",
    {
        "2 pixels from the wall, on its way back": "So a mirror would have it, and so would a "
        "billiard table. Read the law below: what becomes of the way beyond the wall?",
        "exactly on the wall": "",
        "3 pixels from the wall": "That would be a whole step away from the wall. The step turns "
        "round only after the digit has reached it.",
    },
    "exactly on the wall",
    "The step would end 2 pixels beyond the wall, and the digit is put back onto it. The generator "
    "drops that part of the way.",
)


def _least(per_step: Mapping[str, Sequence[float]], _words: str) -> str:
    means = {name: sum(values) / len(values) for name, values in per_step.items()}
    return min(means, key=lambda name: means[name])


LEAST_ERROR = Question(
    "bouncing_digits/least_error",
    "Mean over the frames to come: which of the three has the smallest squared error?",
    {
        "black": "It is never wrong where it is dark, and most of a frame is. But it misses all of "
        "the ink.",
        "copy last": "Right in shape, and for a moment nearly right in place. Once the digit has "
        "left it pays twice: where ink was, and where ink is now.",
        "mean image": "It has never looked at this clip, and that costs more than it saves.",
    },
    _least,
    figures.draw_without_learning,
)
