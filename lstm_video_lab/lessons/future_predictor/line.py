"""The line to write in lesson 05: what a conditional decoder is fed."""

import torch

from lstm_video_lab.questions import Line

TRUE, OWN = torch.full((2, 3, 3), 1.0), torch.full((2, 3, 3), 0.25)

fed = Line(
    reference=lambda true_frame, own_frame, is_training: true_frame if is_training else own_frame,
    cases=[
        {"true_frame": TRUE, "own_frame": OWN, "is_training": True},
        {"true_frame": TRUE, "own_frame": OWN, "is_training": False},
    ],
    hints=(
        "While it is trained by teacher forcing it gets the true frame. And in use?",
        "One line can choose: a if condition else b.",
        "return true_frame if is_training else own_frame",
    ),
    mistakes={
        "In use the true frame is not there: it is what we want to know.": (
            lambda true_frame, own_frame, is_training: true_frame
        ),
        "So it would never see a true frame. That is a way to train, but not teacher forcing.": (
            lambda true_frame, own_frame, is_training: own_frame
        ),
    },
)
