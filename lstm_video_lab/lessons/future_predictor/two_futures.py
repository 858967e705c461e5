"""Two futures after one past: the digit turns left or right, and one picture is to be given.

T frames to come, H × W the size of a frame.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lstm_video_lab.data import load_digits
from lstm_video_lab.data.bouncing import area_average, render
from lstm_video_lab.settings import Settings

STEP = 0.1  # in a frame, as a part of the way from wall to wall
PAST, FUTURE = 4, 5  # frames seen, frames to come: as many as reach a wall from the middle


class Futures(NamedTuple):
    """Frames in [0, 1]: the past (PAST, H, W), and the futures left and right (T, H, W)."""

    past: np.ndarray
    left: np.ndarray
    right: np.ndarray


def two_futures(settings: Settings, label: int = 2) -> Futures:
    """A digit of the settings' world falls to the middle of the frame; there its ways part."""
    digits = load_digits(settings.digits, "test")
    image = digits.images[digits.labels == label][:1]
    reach = settings.image_size - settings.digit_size  # pixels from wall to wall
    ahead = STEP * np.arange(1, FUTURE + 1)
    fall = [(y, 0.5) for y in 0.5 - STEP * np.arange(PAST)[::-1]]
    left = [(0.5, 0.5 - step) for step in ahead]
    right = [(0.5, 0.5 + step) for step in ahead]
    ways = np.round([fall + left, fall + right], 6)
    places = (ways * reach).astype(np.int64)  # (2, PAST + T, 2)
    pair = np.repeat(area_average(image, settings.digit_size)[:, None], 2, 0)  # (2, 1, s, s)
    positions = places.swapaxes(0, 1)[:, :, None]  # (PAST + T, 2, 1, 2)
    frames = render(pair, positions, settings.image_size).numpy() / 255  # (PAST + T, 2, H, W)
    return Futures(frames[:PAST, 0], frames[PAST:, 0], frames[PAST:, 1])


def expected_error(guess: np.ndarray, futures: Futures, p: float) -> float:
    """Squared error per frame (summed over pixels, mean over T) that is to be expected where left
    has probability p.
    """
    left, right = (
        ((guess - future) ** 2).sum((1, 2)).mean() for future in (futures.left, futures.right)
    )
    return float(p * left + (1 - p) * right)


def best_guess(futures: Futures, p: float) -> np.ndarray:
    """The one clip with the least expected squared error: the mean of the futures, (T, H, W)."""
    return p * futures.left + (1 - p) * futures.right


def errors_of_guesses(futures: Futures, p: float) -> dict[str, float]:
    """Expected squared error per frame of the best guess and of four that do not depend on p."""
    guesses = {
        "best guess": best_guess(futures, p),
        "say left": futures.left,
        "say right": futures.right,
        "copy last": futures.past[-1:].repeat(FUTURE, 0),
        "all black": np.zeros_like(futures.left),
    }
    return {name: expected_error(guess, futures, p) for name, guess in guesses.items()}
