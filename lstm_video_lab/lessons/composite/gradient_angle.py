"""Two gradients that meet at one state: their lengths, the angle between them, what they share.

B sequences, D numbers of a state.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from lstm_video_lab.checks import LabError

DIRECTIONS = 10


class GradientPair(NamedTuple):
    """The lengths (L2 norms) of two gradients and of their sum, and the cosine between the two."""

    future: float
    reconstruction: float
    sum: float
    cosine: float


def compare_gradients(future: Tensor, reconstruction: Tensor) -> GradientPair:
    """How two gradients of one shape lie to each other.

    Raises ValueError where one of them is zero, or no numbers: it has no direction.
    """
    a, b = (part.detach().cpu().double().numpy().ravel() for part in (future, reconstruction))
    lengths = np.linalg.norm(a), np.linalg.norm(b)
    if not all(0 < length < math.inf for length in lengths):
        raise LabError(f"gradients of lengths {lengths}: only finite ones above 0 have an angle")
    cosine = float(np.clip(a @ b / math.prod(lengths), -1, 1))
    return GradientPair(float(lengths[0]), float(lengths[1]), float(np.linalg.norm(a + b)), cosine)


def energy_within(gradients: Tensor, others: Tensor, count: int = DIRECTIONS) -> float:
    """The share of `others` (B, D) that lies in the first directions of `gradients` (B', D).

    The first `count` directions are those that hold the most of `gradients`, summed over sequences
    (singular vectors). Random gradients would have count / D in them.
    """
    basis = torch.linalg.svd(gradients.double(), full_matrices=False)[2][:count]  # (count, D)
    within = others.double() @ basis.T
    return float(within.square().sum() / others.double().square().sum())
