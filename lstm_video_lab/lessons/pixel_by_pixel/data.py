"""What is written pixel by pixel in lesson 16: textures, strings, digits in colour, short clips.

Letters: T symbols of a sequence, N sequences, S side of a frame.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor

from lstm_video_lab.data import BouncingDigits, load_digits
from lstm_video_lab.data.bouncing import area_average
from lstm_video_lab.lessons.pixel_by_pixel.experiment import LEVELS, to_symbols

MORTAR = 15  # its level in the bricks
INKS = 102 + 153 * torch.tensor([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [1, 1, 1]])


def textures(side: int = 32) -> dict[str, np.ndarray]:
    """Bricks and cloth, made by a few lines of code: levels (side, side) each."""
    y, x = np.mgrid[:side, :side]
    shifted = x + 5 * (y // 6 % 2)
    tone = np.random.default_rng(0).integers(4, 11, (side // 6 + 1, side // 10 + 1))
    lying = (x // 5 + y // 5) % 2 == 0
    thread = np.sin(np.pi * (np.where(lying, y, x) % 5 + 0.5) / 5)
    is_mortar = (y % 6 == 0) | (shifted % 10 == 0)
    return {
        "bricks": np.where(is_mortar, MORTAR, tone[y // 6, shifted // 10]),
        "cloth": (2 + 10 * thread + 3 * lying).astype(int),
    }


def share_from_sample(image: np.ndarray, sample: np.ndarray, side: int = 6) -> float:
    """The share of an image's pieces, side × side of mortar or brick, that the sample has too."""
    known = set(_pieces(sample == MORTAR, side))
    return float(np.mean([piece in known for piece in _pieces(image == MORTAR, side)]))


def _pieces(image: np.ndarray, side: int) -> list[bytes]:
    views = np.lib.stride_tricks.sliding_window_view(image, (side, side)).reshape(-1, side**2)
    return [view.tobytes() for view in views.astype(np.uint8)]


def share_whole(clips: Tensor, shape: tuple[int, int, int]) -> list[float]:
    """The share of clips (T, N), black and white, whose ink is one piece, frame by frame.

    shape: (frames, rows, columns). Pixels that touch at a corner are of one piece.
    """
    shares = []
    for frame in clips.T.reshape(-1, *shape).unbind(1):
        pieces = [ndimage.label(image.numpy(), np.ones((3, 3)))[1] for image in frame]
        shares.append(float(np.mean([count == 1 for count in pieces])))
    return shares


def blue_first(symbols: Tensor) -> Tensor:
    """Digits in colour (192, N) with each pixel's channels the other way round."""
    return symbols.view(64, 3, -1).flip(1).reshape(192, -1)


def strings(count: int, seed: int, length: int = 96) -> Tensor:
    """Plucked strings, (T, N): three overtones, dying away; each has its pitch and phase."""
    draw, t = np.random.default_rng(seed), np.arange(length)
    period, phase = draw.uniform(9, 24, (count, 1)), draw.uniform(0, 1, (count, 1))
    wave = sum(np.sin(2 * np.pi * k * (t / period + phase)) / k for k in (1, 2, 3))
    return to_symbols((127.5 + 70 * wave * np.exp(-t / 60)).clip(0, 255).astype(np.uint8), LEVELS)


def coloured_digits(split: str) -> Tensor:
    """Digits of 8×8 pixels, each in one of INKS, in 4 levels of red, green and blue: (192, N)."""
    small = area_average(load_digits("embedded", split).images[:, 4:24, 4:24], 8)  # (N, 8, 8)
    inks = INKS[torch.randint(6, (len(small),), generator=torch.Generator().manual_seed(8))]
    return to_symbols(torch.tensor(small)[..., None] * inks[:, None, None] // 255, 4)


def short_clips(split: str, count: int, side: int, num_frames: int, seed: int) -> Tensor:
    """Clips of one bouncing digit, black and white: (T, N), frame after frame."""
    data = BouncingDigits(load_digits("embedded", split), 1, side, num_frames, 7, seed=seed)
    return to_symbols(data.batch(0, count).movedim(1, 0), 2)
