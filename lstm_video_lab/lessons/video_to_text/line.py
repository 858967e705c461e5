"""The line to write in lesson 15: what a sentence costs."""

import torch

from lstm_video_lab.questions import Line

sentence_cost = Line(
    reference=lambda chances: -chances.log().sum(),
    cases=[
        {"chances": torch.tensor([0.5, 0.5, 1.0])},
        {"chances": torch.tensor([0.9, 0.1, 0.3, 0.8])},
    ],
    hints=(
        "The probability of a sentence is the product of those of its words, each given those "
        "before.",
        "The logarithm of a product is a sum. And what is unlikely is to cost much: mind the sign.",
        "return -chances.log().sum()",
    ),
    mistakes={
        "That is log p, which is below 0: the cost is −log p.": (
            lambda chances: torch.log(chances).sum()
        ),
        "A mean over the words makes long sentences as cheap as short ones. Add up.": (
            lambda chances: -torch.log(chances).mean()
        ),
        "That is the probability of the sentence. Its cost is −log of it.": (
            lambda chances: chances.prod()
        ),
    },
)
