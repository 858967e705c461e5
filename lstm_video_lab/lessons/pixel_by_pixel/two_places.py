"""A world with few futures, all of which can be listed: what does the one that comes cost?

As a whole, −log P(future). By the chain rule that is also the sum over its pixels, where each is
told those before it. A model whose pixels do not know of each other gives each a probability of its
own, and multiplies them: what is decided once it pays for at every pixel that hangs on it.

Letters: K futures, T pixels of a future, h × w a frame, s side of a digit, N draws. Costs are in
nats, pixels are 0 or 1.
"""

from __future__ import annotations

import numpy as np

from lstm_video_lab.data import load_digits
from lstm_video_lab.data.bouncing import area_average

SIDE, WIDTH = 10, 26  # s = h of the frame, and w
LEFT, MIDDLE, RIGHT = 0, 8, 16  # columns where a digit begins


def two_places(label: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """A digit in the middle (h, w), and its two futures: on the left or on the right (2, h, w)."""
    digits = load_digits("embedded", "test")
    image = digits.images[digits.labels == label][:1, 4:24, 4:24]
    digit = area_average(image, SIDE)[0] > 127
    frames = np.zeros((3, SIDE, WIDTH), np.int64)
    for frame, column in zip(frames, (MIDDLE, LEFT, RIGHT), strict=True):
        frame[:, column : column + SIDE] = digit
    return frames[0], frames[1:]


def whole_cost(chances: np.ndarray) -> float:
    """The expected cost of the future as a whole, −Σ P log P; chances: P of each future (K,)."""
    possible = chances[chances > 0]
    return float(-(possible * np.log(possible)).sum())


def costs_in_turn(futures: np.ndarray, chances: np.ndarray) -> np.ndarray:
    """What each pixel costs that is told those before it, for each future that may come: (K, T).

    futures: (K, T), pixels in the order in which they are told; chances: (K,).
    """
    costs = np.zeros(futures.shape)
    for k in np.flatnonzero(chances):
        still = np.ones(len(futures), bool)  # futures that agree with the pixels told so far
        for t, pixel in enumerate(futures[k]):
            before = chances[still].sum()
            still &= futures[:, t] == pixel
            costs[k, t] = np.log(before / chances[still].sum())
    return costs


def costs_alone(futures: np.ndarray, chances: np.ndarray) -> np.ndarray:
    """What each pixel costs that knows of no other pixel, for each future that may come: (K, T)."""
    bright = chances @ futures  # (T,)
    share = np.where(futures == 1, bright, 1 - bright)
    with np.errstate(divide="ignore"):
        return -np.log(share)


def expected(costs: np.ndarray, chances: np.ndarray) -> np.ndarray:
    """The expected cost of each pixel, (T,): futures that never come do not count."""
    return chances[chances > 0] @ costs[chances > 0]


def draw_whole(
    futures: np.ndarray, chances: np.ndarray, count: int, draw: np.random.Generator
) -> np.ndarray:
    """N futures as they come, (N, T)."""
    return futures[draw.choice(len(futures), count, p=chances)]


def draw_alone(
    futures: np.ndarray, chances: np.ndarray, count: int, draw: np.random.Generator
) -> np.ndarray:
    """N futures whose every pixel is drawn by itself, with its own right probability: (N, T)."""
    bright = chances @ futures
    return (draw.random((count, futures.shape[1])) < bright).astype(np.int64)
