"""Whether activity repeats, and after how many steps: autocorrelation and its peaks.

T steps, B sequences, U units, D digits, K lags.
"""

from __future__ import annotations

import numpy as np

NEAR = 0.8  # of the highest peak: so high is the one that counts, at the least


def autocorrelation(values: np.ndarray, lags: int) -> np.ndarray:
    """(T, B, U) -> (K, B) for lags 0 … `lags`: how alike activity is to itself so much later.

    Each unit's mean is taken off; all units of a sequence count together. 1: the same again.
    """
    v = values - values.mean(0)
    curve = []
    for k in range(min(lags, len(v) - 2) + 1):
        early, late = v[: len(v) - k], v[k:]
        power = (early**2).sum((0, 2)) * (late**2).sum((0, 2))
        curve.append((early * late).sum((0, 2)) / np.sqrt(power + 1e-20))
    return np.stack(curve)


def peak(curve: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lag and height (B,) of the first high peak after the curve first fell below 0; 0 for none.

    High: at least NEAR of the highest. What comes back after 16 steps does so after 32 as well, and
    by chance a little better.
    """
    inner, before, after = curve[1:-1], curve[:-2], curve[2:]
    fallen = np.cumsum(curve < 0, axis=0)[1:-1] > 0
    is_peak = fallen & (inner >= before) & (inner > after) & (inner > 0)
    heights = np.where(is_peak, inner, 0.0)  # (K − 2, B)
    first = (is_peak & (heights >= NEAR * heights.max(0))).argmax(0)
    height = heights[first, np.arange(heights.shape[1])]
    return np.where(height > 0, first + 1, 0), height


def bounce_periods(positions: np.ndarray) -> np.ndarray:
    """Positions (T, B, D, 2) -> frames until each coordinate is back, (B, 2 D); 0: none found."""
    paths = positions.reshape(*positions.shape[:2], -1, 1).astype(float)  # (T, B, 2 D, 1)
    lags = len(paths) * 2 // 3
    periods = [peak(autocorrelation(path, lags))[0] for path in np.moveaxis(paths, 2, 0)]
    return np.stack(periods, 1)
