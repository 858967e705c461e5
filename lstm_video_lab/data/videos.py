"""Video files of a folder, decoded with PyAV, upright as a viewer shows them.

Two layouts are read: a folder for each class, as UCF-101 and HMDB-51 have it, and any folder of
videos. Clips that were cut from one recording stay on one side of the split, for otherwise a model
could be tested on pictures that it was trained on.
"""

import re
import warnings
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from lstm_video_lab.checks import LabError
from lstm_video_lab.data.clips import find_clips, open_clips

ENDINGS = (".avi", ".mp4", ".mkv", ".mov", ".webm", ".mpg", ".mpeg", ".m4v")
MOST_FRAMES = 300  # of one video
MOST_BYTES = 2**28  # of all that are kept in memory
UCF_NAME = re.compile(r"v_.+_g(\d+)_c\d+$")  # a class, a group (one recording), a clip
PHONE = re.compile(r"(img|vid|pxl|mvi|mov|dsc\w?|g[xh]\d\d|gopr?)[_-]?\d{4,}([_-]\d{4,})?", re.I)
UCF_TEST_GROUPS = range(1, 8)  # of its official first split
WIDEST = 4.0  # of a pixel that is not square: what is more is a damaged header
ONE_IN = 5  # recordings of other folders, or sequences of a file, is for tests


def find_videos(folder: Path | str, split: str) -> list[Path]:
    """The videos of one split, in order of their names.

    Raises FileNotFoundError for a missing folder, ValueError where it holds too few videos.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no such folder: name one that holds videos")
    found = (path for path in folder.rglob("[!.]*") if path.suffix.lower() in ENDINGS)
    paths = sorted(path for path in found if path.is_file())
    recordings = sorted(set(map(recording_of, paths)))
    if len(recordings) < 2:
        raise LabError(
            f"{folder}: {len(paths)} videos of {len(recordings)} recordings are too few: two are "
            "needed (where names differ in their last number, they are clips of one recording)"
        )
    tests = set(recordings[ONE_IN - 1 :: ONE_IN]) or {recordings[-1]}
    chosen = [path for path in paths if _is_test(path, tests) == (split == "test")]
    if not chosen:
        raise LabError(
            f"{folder}: no video to {split} on: of UCF-101 groups 1 to 7 are for tests, the others "
            "to train on: take some of both"
        )
    return chosen


def load_videos(source: Path | str, split: str, channels: int = 1) -> list[np.ndarray]:
    """Videos as uint8 arrays (frames, C, h, w): of a folder, mixed, until `MOST_BYTES` are full, or
    the sequences of one file, left where they are.

    Raises ImportError without PyAV, ValueError for a file that is no video.
    """
    if (file := find_clips(source)) is not None:
        clips, _ = open_clips(file)
        if clips.shape[2] != channels:
            raise LabError(f"{file}: {clips.shape[2]} channels, where channels={channels}")
        tests = range(ONE_IN - 1, len(clips), ONE_IN)
        return [clip for n, clip in enumerate(clips) if (n in tests) == (split == "test")]
    paths = find_videos(source, split)
    kept: list[np.ndarray] = []
    for k in np.random.default_rng(0).permutation(len(paths)):
        kept.append(decode(paths[k], channels))
        if sum(video.nbytes for video in kept) > MOST_BYTES:
            break
    return kept


def decode(path: Path | str, channels: int = 1, most: int = MOST_FRAMES) -> np.ndarray:
    """The first frames of a video, grey or in colour: uint8 (frames, C, h, w)."""
    return as_frames(path, [frame for *_, frame in islice(decoded(path, channels), most)])


def as_frames(path: Path | str, images: list[np.ndarray]) -> np.ndarray:
    """Images (h, w) or (h, w, 3) as (frames, C, h, w). Raises ValueError for several sizes."""
    if not images or len({image.shape for image in images}) > 1:
        raise LabError(f"{path}: {len(images)} frames, of one size there must be at least one")
    video = np.stack(images)
    return video[:, None] if video.ndim == 3 else np.ascontiguousarray(video.transpose(0, 3, 1, 2))


def decoded(path: Path | str, channels: int = 1) -> Iterator[tuple[float, list[str], np.ndarray]]:
    """Each frame of a video as a viewer shows it, after its time in seconds and what was done to it
    for that.

    A video that breaks off ends there, with a warning. Raises ImportError without PyAV, ValueError
    for a file that is no video.
    """
    try:
        import av
    except ImportError:
        raise ImportError("videos need PyAV, which is missing: pip install av") from None
    count = 0
    try:
        with av.open(f"file:{path}") as container:
            if not container.streams.video:
                raise av.InvalidDataError(0, "sound alone")
            stream, kind = container.streams.video[0], "gray" if channels == 1 else "rgb24"
            stretch = float(stream.sample_aspect_ratio or 1)  # a pixel's width by its height
            stretch = stretch if 1 / WIDEST <= stretch <= WIDEST else 1.0
            seen, of_avi = 0.0, stream.frames if container.format.name == "avi" else 0
            for packet in container.demux():
                if packet.pts is not None:  # seconds, of sound too
                    end = (packet.pts + (packet.duration or 0)) * packet.time_base
                    seen = max(seen, float(end))
                for frame in stream.decode(packet) if packet.stream == stream else ():
                    width, turned = round(frame.width * stretch), round(frame.rotation)
                    image = frame.to_ndarray(format=kind, width=width)
                    notes = [f"turned by {turned}°"] if turned else []
                    if width != frame.width:
                        notes.append(f"stretched from {frame.width} to {width} pixels")
                    upright = np.rot90(image, round(turned / 90))
                    count += 1
                    yield frame.time or 0.0, notes, upright
            ends = ((container.start_time or 0) + (container.duration or 0)) / 1e6  # by its header
            if count and (ends > seen + 3 / (stream.average_rate or 1) or of_avi > count + 3):
                raise av.InvalidDataError(0, "its end is missing")
    except MemoryError:
        raise
    except Exception as error:  # of damaged content a decoder raises whatever comes
        if not count:
            raise LabError(f"{path}: cannot be read as a video ({error}): take it away") from None
        warnings.warn(f"{path}: breaks off after {count} frames ({error})", stacklevel=2)


def recording_of(path: Path) -> str:
    """Class and recording of a clip: UCF-101 numbers them, a phone numbers recordings; elsewhere
    clips end in a number.
    """
    ucf, phone = UCF_NAME.match(path.stem), PHONE.match(path.stem)
    name = f"g{ucf[1]}" if ucf else phone[0] if phone else re.sub(r"[_-]\d+$", "", path.stem)
    return f"{path.parent.name}/{name}"


def _is_test(path: Path, tests: set[str]) -> bool:
    ucf = UCF_NAME.match(path.stem)
    return int(ucf[1]) in UCF_TEST_GROUPS if ucf else recording_of(path) in tests
