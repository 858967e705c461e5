"""Frames of one's own for `lstm-video-lab predict`: read from files, and what is predicted written.

Frames come from an array (.npy), a folder of images or a video; the continuation goes into an array
(.npy), a picture (.png) or an animation (.gif), by the ending of its name.

Letters: T frames, C channels, H × W the size of a frame, S the side that a model was built for.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from lstm_video_lab import plots
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.data.videos import decode
from lstm_video_lab.files import write_whole

IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp")
ENDINGS = (".npy", ".png", ".gif")
MILLISECONDS = 150  # of a frame in an animation


def read_frames(path: Path, channels: int = 1) -> np.ndarray:
    """Frames as they are stored: uint8 or float, (T, C, H, W).

    An array is (T, H, W) or (T, C, H, W); images come in the order of their names. Raises
    FileNotFoundError where there is nothing, ValueError for what are no frames.
    """
    if not path.exists():
        raise FileNotFoundError(f"{path}: not found: name an array, a folder of images or a video")
    if path.is_dir():
        frames = _read_folder(path, channels)
    elif path.suffix == ".npy":
        frames = _read_array(path)
    else:
        frames = decode(path, channels)
    if frames.shape[1] != channels:
        raise ValueError(f"{path}: {frames.shape[1]} channels, but the model has {channels}")
    return frames


def _read_array(path: Path) -> np.ndarray:
    try:
        frames = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ValueError(f"{path}: cannot be read as an array ({error})") from None
    frames = frames[:, None] if frames.ndim == 3 else frames
    is_pixels = frames.dtype == np.uint8 or (
        frames.dtype.kind == "f" and 0 <= frames.min(initial=0) <= frames.max(initial=1) <= 1
    )
    if frames.ndim != 4 or 0 in frames.shape or not is_pixels:
        raise ValueError(
            f"{path}: {frames.dtype} {frames.shape} are no frames: give (T, H, W) or (T, C, H, W), "
            "whole numbers of type uint8, or numbers from 0 to 1"
        )
    return frames


def _read_folder(path: Path, channels: int) -> np.ndarray:
    from PIL import Image

    images = [
        np.asarray(Image.open(file).convert("L" if channels == 1 else "RGB"))
        for file in sorted(path.iterdir())
        if file.suffix.lower() in IMAGES
    ]
    if not images or len({image.shape for image in images}) > 1:
        raise ValueError(f"{path}: {len(images)} images, of one size there must be at least one")
    frames = np.stack(images)
    return frames[:, None] if channels == 1 else frames.transpose(0, 3, 1, 2)


def fitted(frames: np.ndarray, side: int) -> Tensor:
    """Frames in [0, 1], the square in their middle averaged to S × S: float (T, C, S, S)."""
    values = to_unit(torch.from_numpy(np.ascontiguousarray(frames))).float()
    short = min(values.shape[2:])
    top, left = ((size - short) // 2 for size in values.shape[2:])
    square = values[:, :, top : top + short, left : left + short]
    if short == side:
        return square
    return F.interpolate(square, (side, side), mode="area" if short > side else "nearest")


def check_ending(path: Path) -> None:
    """Raises ValueError for a file whose name does not say what it is to be."""
    if path.suffix not in ENDINGS:
        raise ValueError(f"{path}: unknown ending: choose one of {', '.join(ENDINGS)}")


def write_frames(path: Path, seen: Tensor, predicted: Tensor) -> None:
    """Write what was predicted, (T, C, S, S); a picture or animation shows what was seen, too.

    Raises ValueError for an unknown ending, OSError where nothing can be written.
    """
    check_ending(path)
    if path.suffix == ".npy":
        buffer = io.BytesIO()
        np.save(buffer, predicted.numpy())
        write_whole(path, buffer.getvalue())
    elif path.suffix == ".png":
        rows = {"seen": _grey(seen), "predicted": _grey(predicted)}
        write_whole(path, plots.frames(rows, "Frames that were seen and frames predicted.").png)
    else:
        write_whole(path, _animation(seen, predicted))


def _grey(frames: Tensor) -> np.ndarray:
    return frames.mean(1).numpy()  # (T, C, S, S) → (T, S, S)


def _animation(seen: Tensor, predicted: Tensor) -> bytes:
    """Seen frames with a light border, then the predicted ones with a dark one."""
    from PIL import Image

    pages = []
    for frames, shade in ((seen, 255), (predicted, 90)):
        scaled = (frames.repeat_interleave(4, 2).repeat_interleave(4, 3) * 255).round().byte()
        framed = F.pad(scaled, (4, 4, 4, 4), value=shade)  # (T, C, 4S + 8, 4S + 8)
        for page in framed:
            array = page[0] if len(page) == 1 else page.movedim(0, -1)
            pages.append(Image.fromarray(array.numpy()))
    buffer = io.BytesIO()
    pages[0].save(
        buffer, "GIF", save_all=True, append_images=pages[1:], duration=MILLISECONDS, loop=0
    )
    return buffer.getvalue()
