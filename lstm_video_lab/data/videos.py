"""Video files of a folder, decoded with PyAV.

Two layouts are read: a folder for each class, as UCF-101 and HMDB-51 have it, and any folder of
videos. Clips that were cut from one recording stay on one side of the split, for otherwise a model
could be tested on pictures that it was trained on.
"""

import re
from itertools import islice
from pathlib import Path

import numpy as np

from lstm_video_lab.checks import LabError

ENDINGS = (".avi", ".mp4", ".mkv", ".mov", ".webm", ".mpg", ".mpeg")
MOST_FRAMES = 300  # of one video
MOST_BYTES = 2**28  # of all that are kept in memory
UCF_NAME = re.compile(r"v_.+_g(\d+)_c\d+$")  # a class, a group (one recording), a clip
UCF_TEST_GROUPS = range(1, 8)  # of its official first split
ONE_IN = 5  # recordings of other folders is for tests


def find_videos(folder: Path | str, split: str) -> list[Path]:
    """The videos of one split, in order of their names.

    Raises FileNotFoundError for a missing folder, ValueError where it holds too few videos.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no such folder: name one that holds videos")
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS)
    recordings = sorted({_recording(path) for path in paths})
    if len(recordings) < 2:
        raise LabError(
            f"{folder}: {len(recordings)} video recordings are too few: one to train on and one to "
            f"test on are needed ({', '.join(ENDINGS)})"
        )
    tests = {name for k, name in enumerate(recordings) if k % ONE_IN == ONE_IN - 1}
    tests = tests or {recordings[-1]}
    return [path for path in paths if _is_test(path, tests) == (split == "test")]


def load_videos(folder: Path | str, split: str, channels: int = 1) -> list[np.ndarray]:
    """Videos as uint8 arrays (frames, C, h, w), mixed, until `MOST_BYTES` are full.

    Raises ImportError without PyAV, ValueError for a file that is no video.
    """
    paths = find_videos(folder, split)
    kept: list[np.ndarray] = []
    for k in np.random.default_rng(0).permutation(len(paths)):
        kept.append(decode(paths[k], channels))
        if sum(video.nbytes for video in kept) > MOST_BYTES:
            break
    return kept


def decode(path: Path | str, channels: int = 1, most: int = MOST_FRAMES) -> np.ndarray:
    """The first frames of a video, grey or in colour: uint8 (frames, C, h, w)."""
    try:
        import av
    except ImportError:
        raise ImportError(
            "videos are decoded with PyAV, which is not installed: pip install av"
        ) from None
    try:
        with av.open(str(path)) as container:
            frames = [
                frame.to_ndarray(format="gray" if channels == 1 else "rgb24")
                for frame in islice(container.decode(video=0), most)
            ]
    except (av.FFmpegError, IndexError) as error:  # IndexError: sound alone
        raise LabError(f"{path}: cannot be read as a video ({error}): take it away") from None
    if not frames:
        raise LabError(f"{path}: a video without frames: take it away")
    video = np.stack(frames)
    return video[:, None] if channels == 1 else np.ascontiguousarray(video.transpose(0, 3, 1, 2))


def _recording(path: Path) -> str:
    """Class and recording of a clip: UCF-101 numbers them; elsewhere clips end in a number."""
    ucf = UCF_NAME.match(path.stem)
    name = f"g{ucf[1]}" if ucf else re.sub(r"[_-]\d+$", "", path.stem)
    return f"{path.parent.name}/{name}"


def _is_test(path: Path, tests: set[str]) -> bool:
    ucf = UCF_NAME.match(path.stem)
    return int(ucf[1]) in UCF_TEST_GROUPS if ucf else _recording(path) in tests
