"""The line to write in lesson 02: what a unit remembers next."""

import torch

from lstm_video_lab.questions import Line

new_memory = Line(
    reference=lambda c, f, i, g: f * c + i * g,
    cases=[
        {
            "c": torch.tensor([0.5, -2.0, 1.0]),
            "f": torch.tensor([1.0, 0.5, 0.1]),
            "i": torch.tensor([0.0, 0.9, 0.2]),
            "g": torch.tensor([0.7, -0.3, 0.6]),
        },
    ],
    hints=(
        "Two things happen to the memory: a part of it is kept, and a part of what is on offer is "
        "added.",
        "A gate between 0 and 1 takes a part of something when it is multiplied with it.",
        "return f * c + i * g",
    ),
    mistakes={
        "The gates are exchanged: f is for what is kept, i for what comes in.": (
            lambda c, f, i, g: i * c + f * g
        ),
        "What is on offer comes in whole: the input gate is not asked.": (
            lambda c, f, i, g: f * c + g
        ),
        "Nothing is ever forgotten: the forget gate is not asked.": lambda c, f, i, g: c + i * g,
        "What comes in has to pass the input gate, not the forget gate.": (
            lambda c, f, i, g: f * (c + g)
        ),
    },
)
