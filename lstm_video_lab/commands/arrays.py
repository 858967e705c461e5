"""Arrays in files, .npy or .npz, whatever their names are."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from lstm_video_lab.checks import LabError
from lstm_video_lab.commands import needs

NUMPY = b"\x93NUMPY"


def is_array(path: Path) -> bool:
    """By its name or its content."""
    with path.open("rb") as file:
        begins = file.read(len(NUMPY))
    is_named = path.suffix.lower() in (".npy", ".npz")
    return is_named or begins == NUMPY or zipfile.is_zipfile(path)


def load_array(path: Path) -> np.ndarray:
    """A .npy by memory map, the one array of a .npz in memory.

    Raises ValueError for what is neither, holds several, or would not fit.
    """
    try:
        if not zipfile.is_zipfile(path):
            return np.load(path, mmap_mode="r", allow_pickle=False)
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
        needs.check_memory(size, "a .npz, which is read as a whole,", "save its array as .npy")
        with np.load(path, allow_pickle=False) as arrays:
            if len(arrays.files) != 1:
                raise ValueError(f"{len(arrays.files)} arrays: save one alone")
            return arrays[arrays.files[0]]
    except MemoryError:
        raise
    except Exception as error:  # of damaged content a reader raises whatever comes
        raise LabError(f"{path}: cannot be read as an array ({error})") from None
