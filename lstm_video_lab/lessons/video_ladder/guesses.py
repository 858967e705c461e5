"""What lesson 14 asks before it shows: options, what is said to who chose them, and why."""

from __future__ import annotations

import torch
from torch import Tensor

from lstm_video_lab.questions import Question

Errors = dict[str, Tensor]

HEART = ("no: it has learnt five clips by heart", "for a few frames", "for all nine frames")


def _frames_won(errors: Errors, levels: Errors) -> int:
    best = torch.stack(list(levels.values())).amin(0)
    return int((errors["circles between"] < best).sum())


def _by_heart(errors: Errors, levels: Errors) -> str:
    won = _frames_won(errors, levels)
    return HEART[0 if won == 0 else 2 if won == len(errors["circles between"]) else 1]


BY_HEART = Question(
    "video_ladder/by_heart",
    "Five clips, and tens of thousands of weights. Does it also continue circles at heights and "
    "speeds between those five, better than all three rivals?",
    {
        HEART[0]: "It could have. But a convolution does the same at every height, so what is "
        "learnt from five clips may hold for others.",
        HEART[1]: "Errors grow with every frame that is fed back; here they stay below.",
        HEART[2]: "What is learnt in one place holds in others, but each frame that is fed back "
        "adds an error.",
    },
    _by_heart,
    lambda errors, levels: (
        f"It is ahead of all three at {_frames_won(errors, levels)} of "
        f"{len(levels['copy last'])} frames."
    ),
)

RIVALS = (
    "the ladder, near and far",
    "the LSTM, near and far",
    "the ladder near, the LSTM far",
    "the LSTM near, the ladder far",
)


def _rival(errors: Errors) -> str:
    near, far = ([errors[name][t] for name in ("ladder", "LSTM")] for t in (0, -1))
    ladder_near, ladder_far = near[0] < near[1], far[0] < far[1]
    if ladder_near:
        return RIVALS[0] if ladder_far else RIVALS[2]
    return RIVALS[3] if ladder_far else RIVALS[1]


LADDER_OR_LSTM = Question(
    "video_ladder/ladder_or_lstm",
    "Which has the lower squared error at the first predicted frame (near), and at the tenth "
    "(far)?",
    {
        RIVALS[
            0
        ]: "A ladder need not learn for each place anew how a stroke moves. But it lives on "
        "what it has just predicted.",
        RIVALS[1]: "It has learnt from more clips. But it paints a whole frame from one vector.",
        RIVALS[2]: "It is the other way.",
        RIVALS[3]: "It is the other way.",
    },
    _rival,
    lambda errors: (
        f"First frame: ladder {errors['ladder'][0]:.1f}, LSTM {errors['LSTM'][0]:.1f}. "
        f"Tenth: {errors['ladder'][-1]:.1f} and {errors['LSTM'][-1]:.1f}."
    ),
)
