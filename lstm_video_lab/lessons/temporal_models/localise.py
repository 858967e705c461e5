"""Where and when does a model look? Cover a part of a clip, and see what becomes of its answer.

T time, S side of a frame, G side of a grid of places, K classes.
"""

import torch
from torch import Tensor

from lstm_video_lab.lessons.temporal_models.model import TemporalModel

GRID = 8  # G


@torch.no_grad()
def what_it_hangs_on(model: TemporalModel, clip: Tensor, label: int) -> Tensor:
    """How much the probability of a class falls where a place of a frame is painted black.

    clip (T, S, S) in [0, 1]; → (T, G, G), each the fall with that place of that frame covered.
    """
    T, S = len(clip), clip.shape[1]
    side = S // GRID
    covered = clip[:, None].repeat(1, T * GRID * GRID, 1, 1)  # (T, T·G², S, S)
    for n in range(T * GRID * GRID):
        t, place = divmod(n, GRID * GRID)
        y, x = (side * k for k in divmod(place, GRID))
        covered[t, n, y : y + side, x : x + side] = 0
    whole = model(clip[:, None])[-1].softmax(-1)[0, label]
    parts = model(covered)[-1].softmax(-1)[:, label]
    return (whole - parts).view(T, GRID, GRID)
