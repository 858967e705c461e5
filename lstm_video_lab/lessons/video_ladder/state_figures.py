"""The pictures of lesson 14 of what a ladder remembers: a rung's maps, and a rung silenced.

T frames, B clips, S side of a frame, W maps of a ConvGRU.
"""

from __future__ import annotations

import torch
from torch import Tensor

from lstm_video_lab import metrics, plots
from lstm_video_lab.lessons.video_ladder.model import KERNELS, Ladder, States, silenced
from lstm_video_lab.plots import Picture


@torch.no_grad()
def draw_silenced(model: Ladder, past: Tensor, later: Tensor, clip: int) -> Picture:
    """One clip as the ladder predicts it, whole and with each of its rungs silenced in turn."""
    predicted = {"whole": model(past, len(later))}
    for k in range(len(model.laterals)):
        side = past.shape[-1] // 2 ** (k + 1)
        with silenced(model, k):
            predicted[f"no {side}×{side}"] = model(past, len(later))
    errors = {w: metrics.squared_error(p, later)[0].mean().item() for w, p in predicted.items()}
    rows = {"truth": later[:, clip]}
    rows |= {words: frames[:, clip].clamp(0, 1) for words, frames in predicted.items()}
    return plots.frames(
        rows,
        "One held-out clip, and what is predicted while the decoder is told nothing of what one "
        "rung remembers. Squared error at the first predicted frame: "
        + ", ".join(f"{words} {error:.1f}" for words, error in errors.items())
        + f" ({past.shape[1]} clips).",
        first=len(past) + 1,
    )


def draw_states(
    clip: Tensor, states: list[States], predicted: list[Tensor], frame: int, rung: int
) -> Picture:
    """The maps of a rung after `frame` frames of a clip (T, S, S), below the frames around.

    `states`: after each frame; `predicted`: the next frame (S, S), after each frame.
    """
    h = torch.cat([kernel[0] for kernel in states[frame - 1][rung]])  # (3 W, h, w)
    last, ahead, true = clip[frame - 1], predicted[frame - 1], clip[frame]
    error, copied = (
        metrics.squared_error(x[None, None], true[None, None]).item() for x in (ahead, last)
    )
    wide = len(h) // len(KERNELS)
    columns = min(wide, 8)
    empty = [torch.full_like(last, torch.nan)] * (columns - 3)
    frames = [2 * x - 1 for x in (last, ahead.clamp(0, 1), true)]
    names = [f"{k}×{k}" for k in KERNELS for _ in range(wide)]
    captions = ["seen", "predicted", "true", *[""] * len(empty), *names]
    text = (
        f"After {frame} frames: the last seen, the predicted and the true next one (squared error "
        f"{error:.1f}, of a copy {copied:.1f}). Below them the {len(h)} maps of the rung, kernel "
        "by kernel. Mid-grey is 0; each map has its own scale."
    )
    return plots.images([*frames, *empty, *h], captions, text, signed=True, columns=columns)
