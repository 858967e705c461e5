"""Two gradients that meet at one state: their lengths, and the angle between them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from torch import Tensor

from lstm_video_lab.checks import LabError


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
