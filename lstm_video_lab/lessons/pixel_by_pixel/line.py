"""The line to write in lesson 16: what an image costs."""

import torch

from lstm_video_lab.questions import Line

image_bits = Line(
    reference=lambda chances: -chances.log2().sum(),
    cases=[
        {"chances": torch.tensor([0.5, 0.25, 1.0])},
        {"chances": torch.tensor([[0.9, 0.1], [0.3, 0.8]])},
    ],
    hints=(
        "The probability of the image is the product of those of its pixels, each given those "
        "before.",
        "A bit is a logarithm to the base 2, and the cost of what is unlikely is high: mind the "
        "sign.",
        "return -chances.log2().sum()",
    ),
    mistakes={
        "These are nats: the logarithm is to the base 2 for bits.": (
            lambda chances: -chances.log().sum()
        ),
        "These are bits per pixel. The whole image is asked for.": (
            lambda chances: -chances.log2().mean()
        ),
    },
)
