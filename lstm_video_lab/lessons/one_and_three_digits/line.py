"""The line that a reader of lesson 08 writes: ink, in digits' worth."""

import numpy as np

from lstm_video_lab.questions import Line

_DRAW = np.random.default_rng(8)
_TRUTH = _DRAW.random((4, 6, 6))


def ink_in_digits(frames, truth, number):
    """Frames (T, H, W), true frames of `number` digits → digits' worth of ink, (T,)."""
    return number * frames.sum((1, 2)) / truth.sum((1, 2))


ink = Line(
    reference=ink_in_digits,
    cases=(
        {"frames": _TRUTH, "truth": _TRUTH, "number": 2},
        {"frames": 0.5 * _TRUTH, "truth": _TRUTH, "number": 3},
        {"frames": _DRAW.random((4, 6, 6)), "truth": _TRUTH, "number": 1},
    ),
    hints=(
        "Ink is the sum of the pixels of a frame: sum over the last two axes.",
        "Divide by the ink of the true frame; the true frame is worth `number` digits.",
    ),
    mistakes={
        "This is one number for all frames: keep time, and sum over the axes (1, 2).": (
            lambda frames, truth, number: number * frames.sum() / truth.sum()
        ),
        "This is a part of the true ink: how many digits is the true frame worth?": (
            lambda frames, truth, number: frames.sum((1, 2)) / truth.sum((1, 2))
        ),
    },
    shows="lines",
)
