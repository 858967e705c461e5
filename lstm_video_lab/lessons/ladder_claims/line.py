"""The line to write in lesson 14b: the share of a truth that is explained."""

import torch
from torch import Tensor

from lstm_video_lab.questions import Line


def pair(offset: float, size: int) -> dict[str, Tensor]:
    """A truth (3, S, S) around `offset`, and a prediction that is not far from it."""
    n = torch.arange(3 * size * size, dtype=torch.float32).view(3, size, size)
    truth = offset + torch.sin(n)
    return {"predicted": 0.8 * truth + 0.1 * torch.cos(3 * n), "truth": truth}


explained = Line(
    reference=lambda predicted, truth: (
        1 - (predicted - truth).square().sum() / truth.square().sum()
    ),
    cases=[pair(0.0, 3), pair(0.5, 4)],
    hints=(
        "What is the squared error of this prediction, as a part of that of predicting 0?",
        "1 less the sum of (predicted − truth)² divided by the sum of truth².",
        "return 1 - (predicted - truth).square().sum() / truth.square().sum()",
    ),
    mistakes={
        "This is the part that is left; what is explained is 1 less it.": (
            lambda predicted, truth: (predicted - truth).square().sum() / truth.square().sum()
        ),
        "Divide by the squares of the truth: leaving it out, all of them are the error.": (
            lambda predicted, truth: (
                1 - (predicted - truth).square().sum() / predicted.square().sum()
            )
        ),
        "Squares, not sizes, of what is wrong and of what is there.": (
            lambda predicted, truth: 1 - (predicted - truth).abs().sum() / truth.abs().sum()
        ),
    },
)
