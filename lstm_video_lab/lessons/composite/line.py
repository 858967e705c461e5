"""The line to write in lesson 06: how two losses become one."""

import torch

from lstm_video_lab.questions import Line

one_loss = Line(
    reference=lambda parts: parts["reconstruction"] + parts["future"],
    cases=[
        {"parts": {"reconstruction": torch.tensor(3.0), "future": torch.tensor(5.0)}},
        {"parts": {"reconstruction": torch.tensor(0.5), "future": torch.tensor(0.0)}},
    ],
    hints=(
        "The paper's composite has no weights between its two losses, and takes no mean.",
        "The loss of a composite is the sum of its parts.",
        'return parts["reconstruction"] + parts["future"]',
    ),
    mistakes={
        "A mean is half of the sum: the same direction, and half the step. The paper adds.": (
            lambda parts: (parts["reconstruction"] + parts["future"]) / 2
        ),
        "That is one of the two losses: the other decoder would never learn.": (
            lambda parts: parts["future"]
        ),
    },
)
