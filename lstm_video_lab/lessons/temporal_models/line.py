"""The line to write in lesson 13: a photograph of a clip with a long exposure."""

import torch
from torch import Tensor

from lstm_video_lab.questions import Line

T, S = 6, 9  # frames, side of a frame


def moving_bars() -> Tensor:
    """A bar that goes right, one that goes left, one that goes down: (T, 3, S, S).

    It is two pixels wide, and stands on each for two frames.
    """
    clips = torch.zeros(T, 3, S, S)
    for t in range(T):
        clips[t, 0, 3:6, t + 1 : t + 3] = 1
        clips[t, 1, 3:6, T - t : T - t + 2] = 1
        clips[t, 2, t + 1 : t + 3, 3:6] = 1
    return clips


long_exposure = Line(
    reference=lambda clips: clips.mean(0),
    cases=[{"clips": moving_bars()}, {"clips": torch.arange(24.0).view(3, 2, 2, 2) / 24}],
    hints=(
        "Light falls on one and the same photograph, from every frame a share.",
        "It is a mean. Over which axis of (T, B, S, S)?",
        "return clips.mean(0)",
    ),
    mistakes={
        "This is the sum: T times too bright.": lambda clips: clips.sum(0),
        "This takes the brightest moment of each pixel: every frame has its share.": (
            lambda clips: clips.amax(0)
        ),
        "You took the mean over the clips. Which axis is time?": lambda clips: clips.mean(1),
        "This is the last frame alone.": lambda clips: clips[-1],
    },
    shows="frames",
)
