"""Which unit goes along with the digit's place: chosen on half of the clips, judged on the others.

T time, N clips, H units.
"""

from __future__ import annotations

import torch
from torch import Tensor


def find_unit(units: Tensor, place: Tensor) -> tuple[int, float]:
    """The unit that fits best on the first half of the clips, and its |r| on the second half.

    units: (T, N, H), place: (T, N).
    """
    half = units.shape[1] // 2
    best = int(correlation(units[:, :half], place[:, :half]).argmax())
    return best, float(correlation(units[:, half:, best : best + 1], place[:, half:])[0])


def correlation(units: Tensor, place: Tensor) -> Tensor:
    """|r| of each unit with the place, over all steps and clips: (T, N, H), (T, N) → (H,)."""
    both = torch.cat([units.flatten(0, 1).double(), place.reshape(-1, 1)], 1)  # (T·N, H + 1)
    return torch.corrcoef(both.T)[-1, :-1].abs().nan_to_num()


def profile(c: Tensor, place: Tensor) -> tuple[Tensor, Tensor]:
    """The places, and a unit's mean state (T, N) at each, in its standard deviations.

    Of the second half of the clips, which did not choose the unit.
    """
    half = c.shape[1] // 2
    c, where = c[:, half:].double(), place[:, half:]
    c = (c - c.mean()) / c.std()
    return where.unique(), torch.stack([c[where == p].mean() for p in where.unique()])
