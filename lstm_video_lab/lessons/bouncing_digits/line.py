"""The line to write in lesson 03: what one pixel costs."""

import torch

from lstm_video_lab.questions import Line

cost_of_pixel = Line(
    reference=lambda x, p: -x * torch.log(p) - (1 - x) * torch.log(1 - p),
    cases=[
        {"x": torch.tensor([1.0, 1.0, 0.0, 0.0]), "p": torch.tensor([0.9, 0.1, 0.1, 0.9])},
        {"x": torch.tensor([0.5, 0.25]), "p": torch.tensor([0.5, 0.8])},
    ],
    hints=(
        "There are two terms: one for the ink that is there, x, and one for the dark, 1 - x.",
        "ln is torch.log; x and p are tensors, so write the formula as it stands.",
        "return -x * torch.log(p) - (1 - x) * torch.log(1 - p)",
    ),
    mistakes={
        "A cost is never below 0: the logarithm of a probability is, so it gets a minus.": (
            lambda x, p: x * torch.log(p) + (1 - x) * torch.log(1 - p)
        ),
        "Only ink is paid for: who is sure of ink where it is dark must pay too.": (
            lambda x, p: -x * torch.log(p)
        ),
        "These are bits. The lab counts in nats: take the natural logarithm.": (
            lambda x, p: -x * torch.log2(p) - (1 - x) * torch.log2(1 - p)
        ),
        "This is the squared error, the lab's other measure.": lambda x, p: (x - p) ** 2,
    },
)
