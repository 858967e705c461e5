"""The line to write in lesson 04: in which order a decoder gives the frames back."""

import torch

from lstm_video_lab.questions import Line

T, B, S = 5, 2, 9  # frames, sequences, side of a frame


def moving_dots() -> torch.Tensor:
    """A dot that goes down in one sequence, and to the right in the other: (T, B, S, S)."""
    frames = torch.zeros(T, B, S, S)
    for t in range(T):
        frames[t, 0, t + 1, 2] = 1
        frames[t, 1, 3, t + 2] = 1
    return frames


newest_first = Line(
    reference=lambda frames: frames.flip(0),
    cases=[{"frames": moving_dots()}, {"frames": torch.arange(6.0).reshape(6, 1, 1, 1) / 6}],
    hints=(
        "Which axis of (T, B, H, W) is time?",
        "A tensor can be turned over along one axis: look up torch.flip.",
        "return frames.flip(0)",
    ),
    mistakes={
        "These are the frames as they came. The newest one is to be first.": lambda frames: frames,
        "You turned over the batch: each clip got its neighbour's frames. Which axis is time?": (
            lambda frames: frames.flip(1)
        ),
        "Each frame stands on its head now, and the order is as before. Which axis is time?": (
            lambda frames: frames.flip(2)
        ),
        "Each frame is mirrored now, and the order is as before. Which axis is time?": (
            lambda frames: frames.flip(3)
        ),
    },
    shows="frames",
)
