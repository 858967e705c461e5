"""The line to write in lesson 06c: how far apart two clips are."""

import torch

from lstm_video_lab.questions import Line

CLIP = torch.linspace(0, 1, 24).reshape(2, 3, 4)  # T, H, W

distance = Line(
    reference=lambda clip, other: ((clip - other) ** 2).sum(),
    cases=[
        {"clip": CLIP, "other": CLIP.flip(0)},
        {"clip": torch.zeros(2, 3, 3), "other": torch.ones(2, 3, 3)},
        {"clip": CLIP, "other": CLIP},
    ],
    hints=(
        "First the difference of the two clips, a number for each pixel of each frame.",
        "Square it, and add up all pixels of all frames: one number is left.",
        "return ((clip - other) ** 2).sum()",
    ),
    mistakes={
        "You took a mean. A sum over pixels is asked for.": (
            lambda clip, other: ((clip - other) ** 2).mean()
        ),
        "Without the square, what is too bright makes up for what is too dark.": (
            lambda clip, other: (clip - other).sum()
        ),
    },
)
