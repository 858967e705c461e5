"""Frames as they rest (uint8) and as models see them, in which order they are shown, and as text.

Letters: T time, B batch, H × W the size of a frame.
"""

import base64
import zlib

import numpy as np
import torch
from torch import Tensor

from lstm_video_lab.checks import LabError, check_choice


def to_unit(frames: Tensor) -> Tensor:
    """Frames as floats in [0, 1]: bytes are divided by 255, half precision becomes float32."""
    if frames.dtype == torch.uint8:
        return frames.float() / 255
    if not frames.is_floating_point():
        raise LabError(
            f"frames of type {frames.dtype} are no pixels: give uint8, or floats in [0, 1]"
        )
    return frames if frames.dtype == torch.float64 else frames.float()


FRAME_ORDERS = ("in order", "shuffled", "one repeated")


def reorder(sequences: Tensor, how: str, seed: int = 0) -> Tensor:
    """Sequences (T, B, …) "in order", each "shuffled" for itself, or "one repeated" T times.

    Which one is drawn. Raises ValueError for other words.
    """
    check_choice("how", how, FRAME_ORDERS)
    if how == "in order":
        return sequences
    T, B = sequences.shape[:2]
    order = torch.rand(T, B, generator=torch.Generator().manual_seed(seed)).argsort(0)
    return sequences[order if how == "shuffled" else order[:1].expand(T, B), torch.arange(B)]


def pack_frames(array: np.ndarray) -> str:
    """A uint8 array as text: its shape, and its bytes compressed."""
    shape = "x".join(map(str, array.shape))
    return f"{shape}:{base64.b64encode(zlib.compress(array.tobytes(), 9)).decode()}"


def unpack_frames(text: str) -> np.ndarray:
    """The array that `pack_frames` took."""
    shape, data = text.split(":", 1)
    flat = np.frombuffer(zlib.decompress(base64.b64decode(data)), np.uint8)
    return flat.reshape(*map(int, shape.split("x")))
