"""What a run learns from, and what it minimises.

Letters: T time, B batch, H × W the size of a frame.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from lstm_video_lab import metrics
from lstm_video_lab.data import BouncingDigits, load_digits
from lstm_video_lab.data.patches import CameraPatches, VideoPatches
from lstm_video_lab.data.videos import load_videos


def composite_loss(
    model: nn.Module, frames: Tensor, frames_in: int, **feeding: Any
) -> dict[str, Tensor]:
    """The loss of each decoder on (T, B, H, W) frames, a mean over time and batch, and their sum.

    The sum's gradient at the encoder's state is the sum of the decoders' gradients: this is how two
    tasks teach one representation.
    """
    past, following = frames[:frames_in], frames[frames_in:]
    predicted = model(past, future=len(following), truth=following, **feeding)
    settings: Any = getattr(model, "module", model).settings  # ranks train it in a wrapper
    error = metrics.cross_entropy if settings.output == "logistic" else metrics.squared_error
    losses = {}
    if predicted.reconstruction is not None:
        losses["reconstruction"] = error(predicted.reconstruction, past.flip(0)).mean()
    if predicted.future is not None:
        losses["future"] = error(predicted.future, following).mean()
    losses["loss"] = torch.stack(list(losses.values())).sum()
    return losses


def open_data(settings: Any, split: str = "train") -> Any:
    """The endless sequences that `settings` describe: `.batch(index, B)` is uint8 (T, B, …).

    Raises what its source raises: ValueError or OSError for digits or videos that cannot be had.
    """
    s = settings
    num_frames = s.frames_in + s.frames_out
    if s.data == "digits":
        return BouncingDigits(
            load_digits(s.digits, split),
            num_digits=s.num_digits,
            image_size=s.image_size,
            num_frames=num_frames,
            digit_size=s.digit_size,
            speed=s.speed,
            seed=s.seed,
        )
    if s.data == "camera":
        return CameraPatches(split, s.image_size, num_frames, s.channels, s.seed)
    return VideoPatches(load_videos(s.data, split, s.channels), s.image_size, num_frames, s.seed)
