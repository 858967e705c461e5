"""The line that a reader of lesson 11 writes: the baseline that is hard to beat."""

import torch

from lstm_video_lab.questions import Line

_PAST = torch.rand(4, 2, 6, 6, generator=torch.Generator().manual_seed(11))

last_frame_repeated = Line(
    reference=lambda past, ahead: past[-1:].repeat(ahead, 1, 1, 1),
    cases=[{"past": _PAST, "ahead": 3}, {"past": _PAST[:, :1], "ahead": 5}],
    hints=(
        "past[-1:] is the last frame of each clip, with time still as its first axis.",
        "Tensor.repeat says for each axis how many times.",
        "return past[-1:].repeat(ahead, 1, 1, 1)",
    ),
    mistakes={
        "This is the first frame of the past: the last one is nearer to what comes.": (
            lambda past, ahead: past[:1].repeat(ahead, 1, 1, 1)
        ),
        "One frame is not enough: give one for each of the frames ahead.": (
            lambda past, ahead: past[-1:]
        ),
    },
    shows="frames",
)
