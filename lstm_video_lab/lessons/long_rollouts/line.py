"""The line that a reader of lesson 09 writes: the period of a digit that bounces."""

import numpy as np

from lstm_video_lab.questions import Line

period = Line(
    reference=lambda speed: 2 * np.ceil(1 / speed),
    cases=[
        {"speed": np.array([0.1, 0.07, 0.03])},
        {"speed": np.linspace(0.021, 0.099, 12)},
    ],
    hints=(
        "From one wall to the other a digit goes 1, in steps of `speed`; a part of a step is one.",
        "np.ceil rounds up. And then it has to come back.",
        "return 2 * np.ceil(1 / speed)",
    ),
    mistakes={
        "This is the way there. After how many frames is it back?": (
            lambda speed: np.ceil(1 / speed)
        ),
        "Digits move in whole steps: a wall that is reached in 14.3 steps is met in the 15th.": (
            lambda speed: 2 / speed
        ),
    },
    shows="lines",
)
