"""Sequences in one file, as the field's test set `mnist_test_seq.npy` holds them.

Letters: N sequences, T frames, C channels, H × W the size of a frame.
"""

import zipfile
from pathlib import Path

import numpy as np

from lstm_video_lab.checks import LabError

FIELD_FILE = "mnist_test_seq.npy"  # uint8 (20, 10000, 64, 64)
SOME = 16  # of either axis, to tell which is time
CLEARLY = 0.85  # part of the other difference below which one is the smaller


def find_clips(path: Path | str) -> Path | None:
    """The file of sequences that is meant: itself, or in a folder as torchvision downloads it."""
    path = Path(path)
    places = (path, path / FIELD_FILE, path / "MovingMNIST" / FIELD_FILE)
    return next((place for place in places if place.is_file()), None)


def open_clips(path: Path) -> tuple[np.ndarray, str]:
    """The sequences (N, T, C, H, W) of a .npy, by memory map, and its layout in words.

    Raises ValueError for what is no such file.
    """
    try:
        if zipfile.is_zipfile(path):
            raise ValueError("a .npz cannot be read by memory map: save its array as .npy")
        stored = np.load(path, mmap_mode="r", allow_pickle=False)
    except Exception as error:  # of damaged content a reader raises whatever comes
        raise LabError(f"{path}: cannot be read as sequences ({error})") from None
    return as_clips(stored, path)


def as_clips(stored: np.ndarray, path: Path) -> tuple[np.ndarray, str]:
    """The sequences (N, T, C, H, W) of an array, and its layout in words."""
    clips = stored[..., None, :, :] if stored.ndim == 4 else stored
    if clips.ndim != 5 or clips.dtype != np.uint8 or 0 in clips.shape:
        words = f"{path}: {stored.dtype} {stored.shape} are no sequences"
        raise LabError(f"{words}: give uint8 (T, N, H, W), (N, T, H, W), or with 3 colours last")
    layout = "time first" if _is_time_first(clips) else "batch first"
    clips = clips.swapaxes(0, 1) if layout == "time first" else clips
    clips = clips if clips.shape[2] in (1, 3) else np.moveaxis(clips, -1, 2)
    return np.asarray(clips), f"{layout}: {len(clips):,} sequences of {clips.shape[1]} frames"


def _is_time_first(clips: np.ndarray) -> bool:
    """The shorter axis is time, unless frames along the longer one are clearly more alike, as those
    that follow each other are.
    """
    if 1 in clips.shape[:2]:
        return clips.shape[1] == 1  # of one frame there is nothing to continue
    shorter = int(clips.shape[0] > clips.shape[1])
    along_shorter, along_longer = (_mean_change(clips, axis) for axis in (shorter, 1 - shorter))
    is_longer_time = 0 < along_longer < CLEARLY * along_shorter
    return (1 - shorter if is_longer_time else shorter) == 0


def _mean_change(clips: np.ndarray, axis: int) -> float:
    """From one frame to the next along an axis, but for frames that are repeated; 0 if all are."""
    changes = np.diff(clips[:SOME, :SOME].astype(np.int16), axis=axis)
    sizes = np.abs(changes).mean((-3, -2, -1))
    return float(sizes.sum() / max(1, np.count_nonzero(sizes)))
