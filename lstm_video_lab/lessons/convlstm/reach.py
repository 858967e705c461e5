"""How far a change of one pixel reaches in a state, and what becomes of the state of a moved clip.

T time, B batch, C channels, S side of a frame, h × w patches.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from lstm_video_lab import evaluation
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings

UNITS = 4  # channels of the untrained networks: how far a change reaches does not depend on it


@torch.inference_mode()
def state_change(
    model: VideoModel, frames: Tensor, pixel: tuple[int, int], amount: float = 0.5
) -> np.ndarray:
    """What a change of one pixel of the first frame changes: |change of h| of the encoder's last
    layer, (T, h, w) for a ConvLSTM, the largest over channels; (T, 1, 1) for an LSTM.

    frames: (T, S, S) in [0, 1].
    """
    pair = torch.stack([frames, frames], 1)  # (T, 2, S, S)
    pair[0, 1, pixel[0], pixel[1]] += amount
    last = model.encoder.unroll(model._to_vectors(pair))[0][-1]  # (T, 2, C, …)
    change = (last[:, 1] - last[:, 0]).abs().amax(1)  # (T, …)
    return change.reshape(len(frames), *(change.shape[1:] or (1, 1))).numpy()


@lru_cache(maxsize=64)
def untrained_state_change(settings: Settings, kernel: int, patch: int, layers: int) -> np.ndarray:
    """|change of h| (T, h, w) of an untrained network when the pixel in the corner changes."""
    s = settings
    model = VideoModel(
        cell="convlstm",
        units=UNITS,
        layers=layers,
        kernel_size=kernel,
        patch=patch,
        image_size=s.image_size,
        reconstruct=False,
    ).double()
    frames = evaluation.heldout_data(s).batch(0, 1)[: s.frames_in, 0].double() / 255  # (T, S, S)
    return state_change(model, frames, (0, 0))


def receptive_radius(kernel_size: int, layers: int, steps: int) -> int:
    """Patches that a change can be away from where it was made, after so many further steps.

    A convolution sees (K − 1)/2 patches to each side. In the step itself a change passes the L
    input convolutions, one after the other; each further step adds one state convolution.
    """
    return (kernel_size - 1) // 2 * (layers + steps)


@torch.inference_mode()
def states_of_moved(model: VideoModel, frames: Tensor, by: int) -> tuple[Tensor, Tensor]:
    """The state h of the encoder's last layer for clips (T, B, S, S), and for the same clips moved
    `by` pixels to the right.
    """
    moved = torch.roll(frames, by, -1)
    return model.encode(frames)[-1][0], model.encode(moved)[-1][0]
