"""The line to write in lesson 01: what one step does to a small change of the state."""

import torch

from lstm_video_lab.questions import Line

one_step = Line(
    reference=lambda h, W: torch.diag(1 - h**2) @ W,
    cases=[
        {
            "h": torch.tensor([0.5, -0.8, 0.0]),
            "W": torch.tensor([[1.0, 2.0, 0.0], [0.5, -1.0, 3.0], [0.1, 0.2, 0.3]]),
        },
        {"h": torch.zeros(2), "W": torch.tensor([[0.0, 1.0], [2.0, 0.0]])},
    ],
    hints=(
        "torch.diag makes a matrix of a vector; @ multiplies matrices.",
        "The slope of tanh, where it gives h, is 1 - h**2.",
        "return torch.diag(1 - h**2) @ W",
    ),
    mistakes={
        "The other way round: the change passes W first, then tanh, and a matrix that acts later "
        "stands on the left.": lambda h, W: W @ torch.diag(1 - h**2),
        "W alone would be the slope if there were no tanh.": lambda h, W: W,
        "The slope of tanh is 1 − h², not 1 − h.": lambda h, W: torch.diag(1 - h) @ W,
        "This is W applied to a vector: a matrix is asked for, with a slope in each line.": (
            lambda h, W: (1 - h**2) @ W
        ),
    },
)
