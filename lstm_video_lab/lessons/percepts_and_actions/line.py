"""The line to write in lesson 12: one answer out of the answers after every frame."""

import torch
from torch import Tensor

from lstm_video_lab.questions import Line


def some_logits(frames: int, clips: int, classes: int) -> Tensor:
    """Answers that grow surer from frame to frame, and change their mind on the way: (T, B, K)."""
    t, b, k = torch.meshgrid(*map(torch.arange, (frames, clips, classes)), indexing="ij")
    return (3 * torch.sin(1.7 * k + b + 0.4 * t) * (1 + t)).float()


mean_answer = Line(
    reference=lambda logits: logits.softmax(-1).mean(0),
    cases=[{"logits": some_logits(5, 2, 3)}, {"logits": some_logits(16, 3, 5)}],
    hints=(
        "Two steps: logits → probabilities, along the axis of the classes; then the mean, along "
        "the axis of time.",
        "`logits.softmax(-1)` are probabilities that add up to 1 over the classes.",
        "return logits.softmax(-1).mean(0)",
    ),
    mistakes={
        "You took the mean of the logits: the probabilities come first, then their mean.": (
            lambda logits: logits.mean(0).softmax(-1)
        ),
        "These are logits still: no probabilities, they do not add up to 1.": (
            lambda logits: logits.mean(0)
        ),
        "The mean goes over the clips here. Which axis is time?": (
            lambda logits: logits.softmax(-1).mean(1)
        ),
        "The softmax goes over the frames here. Which axis has the classes?": (
            lambda logits: logits.softmax(0).mean(0)
        ),
        "This is the last answer alone: ask all of them.": (lambda logits: logits[-1].softmax(-1)),
    },
)
