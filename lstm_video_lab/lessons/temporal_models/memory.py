"""A predictor that only remembers: it looks up the stored stretch that is most like what it saw.

It learns nothing. L frames compared, B clips asked about, N stored clips, S side of a frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from lstm_video_lab.data import BouncingDigits, load_digits
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.metrics import squared_error

NUMBERS = (10, 30, 100, 300, 1000, 3000, 10_000)  # stored clips
ASKED = 200  # clips
CASES = {"1 frame": 1, "3 frames": 3, "3 frames, digits of the store": 3}  # frames compared


def nearest_next(seen: Tensor, stored: Tensor) -> Tensor:
    """What followed the most alike of N stored stretches: seen (L, B, S, S), stored
    (L + 1, N, S, S) → (B, S, S). Alike: the least squared error over all L frames.
    """
    here, there = (frames.transpose(0, 1).flatten(1) for frames in (seen, stored[:-1]))
    return stored[-1, torch.cdist(here, there).argmin(1)]


@dataclass(frozen=True, eq=False)
class Recalled:
    """What a memory gives: by case and number of stored clips, frames (B, S, S) and their error.

    levels: errors of the baselines; new: the clips asked about (4, B, S, S).
    """

    numbers: tuple[int, ...]
    errors: dict[str, list[float]]
    levels: dict[str, float]
    new: Tensor
    frames: dict[str, list[Tensor]]


def ask_memory(side: int, numbers: tuple[int, ...] = NUMBERS) -> Recalled:
    """Predict the fourth frame of clips of one bouncing digit from a growing store of others."""
    shape: dict[str, Any] = {"num_digits": 1, "image_size": side, "num_frames": 4}
    shape["digit_size"] = side // 2
    train, held = (load_digits("embedded", split) for split in ("train", "test"))
    stored = to_unit(BouncingDigits(train, **shape, seed=0).batch(0, numbers[-1]))
    new, known = (
        to_unit(BouncingDigits(digits, **shape, seed=1).batch(0, ASKED)) for digits in (held, train)
    )
    errors, frames = {}, {}
    for case, length in CASES.items():
        clips = known if "store" in case else new
        seen = clips[3 - length : 3]
        frames[case] = [nearest_next(seen, stored[3 - length :, :n]) for n in numbers]
        errors[case] = [_error(guess, clips) for guess in frames[case]]
    mean = stored[3].mean(0).expand_as(new[3])
    levels = {"copy last": _error(new[2], new), "mean image": _error(mean, new)}
    return Recalled(numbers, errors, levels, new, frames)


def _error(guess: Tensor, clips: Tensor) -> float:
    return squared_error(guess[None], clips[3:]).mean().item()
