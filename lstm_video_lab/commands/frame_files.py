"""Frames of one's own for `lstm-video-lab predict`: read from files, and said how.

They come from an array, a file of sequences, a folder of pictures, an animation or a video.

Letters: T frames, C channels, H × W the size of a frame, S the side that a model was built for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from lstm_video_lab.checks import LabError
from lstm_video_lab.commands import pictures
from lstm_video_lab.commands.arrays import is_array, load_array
from lstm_video_lab.data.clips import as_clips, find_clips
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.data.videos import as_frames, decoded

STEADY = 0.1  # part of the usual time between two frames by which a steady rate may differ
Timed = Iterator[tuple[float, list[str], np.ndarray]]  # time in seconds, what was done, pixels


@dataclass(frozen=True)
class Clip:
    """Frames as they were read, (T, C, H, W), uint8 or in [0, 1], and in words what was done."""

    path: Path
    frames: np.ndarray
    notes: list[str] = field(default_factory=list)


def read_clip(
    path: Path,
    channels: int = 1,
    sequence: int | None = None,
    rate: float | None = None,
    most: int | None = None,
) -> Clip:
    """Frames, `most` at the most: of an array (T, H, W) or (T, C, H, W), one `sequence` of a file,
    the pictures of a folder in their order, an animation or a video, sampled at `rate` a second.

    Raises FileNotFoundError where there is nothing, ValueError for what are no frames.
    """
    if not path.exists():
        raise FileNotFoundError(f"{path}: not found: name an array, a folder of images or a video")
    file = find_clips(path)
    if file is not None and (path.is_dir() or is_array(file)):
        _refuse(rate, "--rate", path, "is no video")
        clip = _read_array(file, channels, sequence)
    elif not path.is_dir() and not path.is_file():
        raise LabError(f"{path}: is no regular file: name an array, images or a video")
    else:
        _refuse(sequence, "--sequence", path, "is no file of sequences")
        clip = _read_pictures(path, channels, rate, most)
    frames = _checked(path, clip.frames[:most])
    if frames.shape[1] != channels:
        raise LabError(f"{path}: {frames.shape[1]} channels, but the model has {channels}")
    return Clip(path, frames, clip.notes)


def _refuse(value: object, flag: str, path: Path, what: str) -> None:
    if value is not None:
        raise LabError(f"{flag} {value}: {path} {what}: leave {flag} out")


def _read_array(path: Path, channels: int, sequence: int | None) -> Clip:
    array = load_array(path)
    channels_last = array.ndim == 4 and array.shape[1] not in (1, 3) and array.shape[-1] in (1, 3)
    is_frames = array.ndim == 3 or (array.ndim == 4 and (array.shape[1] <= 4 or channels_last))
    if sequence is None and array.ndim in (4, 5) and not is_frames:
        count = max(array.shape[:2])
        raise LabError(f"{path}: holds {count} sequences: choose one, --sequence 0 to {count - 1}")
    if sequence is not None:
        clips, layout = as_clips(array, path)
        if sequence >= len(clips):
            raise LabError(f"--sequence {sequence}: {path} holds {len(clips)}, from 0")
        return Clip(path, clips[sequence], [f"sequence {sequence}, {layout}"])
    if channels_last:
        return Clip(path, np.moveaxis(array, -1, 1), ["channels last"])
    return Clip(path, array[:, None] if array.ndim == 3 else array)


def _checked(path: Path, frames: np.ndarray) -> np.ndarray:
    """uint8, or float32 in [0, 1] in this machine's order of bytes."""
    kind = frames.dtype.kind
    if frames.ndim == 4 and 0 not in frames.shape:
        if kind == "b":
            return frames.astype(np.uint8) * 255
        if frames.dtype == np.uint8:
            return np.asarray(frames)
        if kind == "f" and frames.min() >= 0 and frames.max() <= 1:
            return frames.astype(np.float32)
    raise LabError(
        f"{path}: {frames.dtype} {frames.shape} are no frames: give (T, H, W) or (T, C, H, W), "
        "whole numbers of type uint8, or numbers from 0 to 1"
    )


def _read_pictures(path: Path, channels: int, rate: float | None, most: int | None) -> Clip:
    if path.is_dir():
        found = pictures.find_pictures(path)
        if not found:
            raise LabError(f"{path}: 0 images, of one size there must be at least one")
        if len(found) > 1:
            _refuse(rate, "--rate", path, "is a folder of images")
            return _read_folder(path, found[:most], channels, len(found))
        path = found[0]
    pictures.refuse_heic(path)
    read_pages = pictures.read_pages if pictures.is_picture(path) else decoded
    pages: Timed = read_pages(path, channels)
    if rate is not None:
        pages = _resampled(pages, rate)
    read = list(islice(pages, most))
    notes = _once(note for _, notes, _ in read for note in notes)
    notes += (
        [_rate_in_words([time for time, _, _ in read])] if rate is None else [f"{rate:g} frames/s"]
    )
    return Clip(path, as_frames(path, [pixels for *_, pixels in read]), [n for n in notes if n])


def _read_folder(path: Path, found: list[Path], channels: int, count: int) -> Clip:
    images, notes = [], [f"{count} images, {found[0].name} first"]
    for file in found:
        pages = list(islice(pictures.read_pages(file, channels), 2))
        if len(pages) > 1:
            raise LabError(f"{file}: is an animation beside other images: name it alone")
        images.append(pages[0][2])
        notes += pages[0][1]
        if images[-1].shape != images[0].shape:
            sizes = [f"{image.shape[1]}×{image.shape[0]}" for image in (images[-1], images[0])]
            raise LabError(f"{file}: is {sizes[0]}, {found[0].name} is {sizes[1]}: make them alike")
    return Clip(path, as_frames(path, images), _once(notes))


def _once(notes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(notes))


def _resampled(pages: Timed, rate: float) -> Timed:
    """At each moment from the first page to the last the one that is seen then."""
    moment, last = 0.0, None
    for page in pages:
        while last is not None and moment < page[0] - 1e-9:
            yield last
            moment += 1 / rate
        moment = page[0] if last is None else moment
        last = page
    if last is not None and moment <= last[0] + 1e-9:
        yield last


def _rate_in_words(times: list[float]) -> str:
    steps = np.diff(times)
    if len(steps) == 0 or steps.max() <= 0:
        return ""
    usual = float(np.median(steps))
    if usual > 0 and np.abs(steps - usual).max() <= STEADY * usual:
        return f"{1 / usual:.4g} frames/s"
    least = f"{1 / steps.max():.3g}"
    return f"of a variable rate, from {least} frames/s, taken as they come (--rate samples them)"


def describe(clip: Clip, side: int) -> str:
    """A line: what was read, and what the model sees of it."""
    count, _, height, width = clip.frames.shape
    words = [f"{count} frames of {width}×{height} pixels", *clip.notes]
    short = min(height, width)
    if height != width:
        words.append(f"cropped to the {short}×{short} in their middle")
    if short != side:
        words.append(f"{'averaged' if short > side else 'enlarged'} to {side}×{side}")
    return f"{clip.path}: {', '.join(words)}"


def fitted(frames: np.ndarray, side: int) -> Tensor:
    """Frames in [0, 1], the square in their middle averaged to S × S: float (T, C, S, S)."""
    values = to_unit(torch.from_numpy(np.array(frames))).float()
    short = min(values.shape[2:])
    top, left = ((size - short) // 2 for size in values.shape[2:])
    square = values[:, :, top : top + short, left : left + short]
    if short == side:
        return square
    return F.interpolate(square, (side, side), mode="area" if short > side else "nearest")
