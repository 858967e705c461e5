"""Handwritten digits as MNIST frames them: 28×28 pixels, white ink on black, 20×20 of them used.

Letters: N digits.
"""

import gzip
import math
import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lstm_video_lab.checks import LabError, check_choice
from lstm_video_lab.data.download import cache_folder, fetch

SIDE = 28  # pixels, of a digit with its margin
INK_SIDE = 20  # pixels, of the part inside the margin that carries ink
EMBEDDED_TRAIN = 1500  # the embedded digits before this one train, the others test

# How much of a pen's full stroke is still black, and how much is already white. With these two
# the enlarged digits have MNIST's share of black and of white pixels, and its entropy per digit.
BLACK, WHITE = 0.35, 0.80

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
CHECKSUMS = {
    "train-images-idx3-ubyte.gz": "md5:f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "train-labels-idx1-ubyte.gz": "md5:d53e105ee54ea40749a09fcbcd1e9432",
    "t10k-images-idx3-ubyte.gz": "md5:9fb629c4189551a2d022fa330f9573f3",
    "t10k-labels-idx1-ubyte.gz": "md5:ec29112dd5afa0611ce80d1b7f02629c",
}
PREFIX = {"train": "train", "test": "t10k"}  # how MNIST's files call the two splits


@dataclass(frozen=True, eq=False)
class Digits:
    """A set of digits: `images` uint8 (N, 28, 28), 0 black to 255 white; `labels` int64 (N,)."""

    images: np.ndarray
    labels: np.ndarray

    def __post_init__(self) -> None:
        if self.images.dtype != np.uint8 or self.images.shape[1:] != (SIDE, SIDE):
            kind = f"{self.images.dtype} {self.images.shape}"
            raise LabError(f"images of digits must be uint8 (N, {SIDE}, {SIDE}), not {kind}")
        if self.labels.shape != self.images.shape[:1]:
            raise LabError(f"{len(self.images)} images need as many labels: {self.labels.shape}")


def load_digits(source: str | os.PathLike[str] = "embedded", split: str = "train") -> Digits:
    """Real handwritten digits.

    source: ``"embedded"``: scikit-learn's 1,797 digits of 8×8 pixels, enlarged; always there
        (Alpaydin & Kaynak, UCI 1998; the first 1,500 train, the last 297 test).
        ``"mnist"``: 60,000 and 10,000 digits (LeCun et al. 1998), downloaded once and verified.
        Else a folder with MNIST's four IDX files, plain or ``.gz``.
        Several with a plus between them, ``"embedded+mnist"``, count alike: a smaller one is
        repeated until it is as long as the longest.
    split: ``"train"`` or ``"test"``.

    Raises ValueError for an unknown name or a damaged file, FileNotFoundError for a missing
    one, OSError when MNIST can be had neither from the cache nor from the net.
    """
    check_choice("split", split, PREFIX)
    if "+" in str(source) and not Path(source).exists():
        return _together([load_digits(part, split) for part in str(source).split("+")])
    if source == "embedded":
        return _embedded(split)
    if source == "mnist":
        return _read_folder(_download(split), split)
    folder = Path(source)
    if str(source) and folder.is_dir():
        return _read_folder(folder, split)
    if folder.exists() or len(folder.parts) > 1:
        what = "is no folder" if folder.exists() else "does not exist"
        raise FileNotFoundError(f"digits: {folder} {what}: name the folder that holds IDX files")
    known = 'choose "embedded", "mnist", or an existing folder of IDX files'
    raise LabError(f"digits={str(source)!r} is unknown: {known}")


def _embedded(split: str) -> Digits:
    """scikit-learn's digits in MNIST's frame."""
    import torch
    from sklearn.datasets import load_digits as load_small
    from torch.nn.functional import interpolate

    small = load_small()
    part = slice(None, EMBEDDED_TRAIN) if split == "train" else slice(EMBEDDED_TRAIN, None)
    ink = torch.from_numpy(small.images[part] / 16)  # (N, 8, 8) in [0, 1]
    size = (INK_SIDE, INK_SIDE)
    ink = interpolate(ink[:, None], size=size, mode="bicubic", align_corners=False)[:, 0]
    ink = ((ink - BLACK) / (WHITE - BLACK)).clamp(0, 1)  # (N, 20, 20)
    margin = (SIDE - INK_SIDE) // 2
    images = np.zeros((len(ink), SIDE, SIDE), np.uint8)
    images[:, margin:-margin, margin:-margin] = (255 * ink).round().numpy()
    return Digits(images, small.target[part].astype(np.int64))


def _together(sets: list[Digits]) -> Digits:
    """Several sets as one, of which each is the same share."""
    length = max(len(part.labels) for part in sets)
    images = [np.resize(part.images, (length, SIDE, SIDE)) for part in sets]  # repeats
    labels = [np.resize(part.labels, length) for part in sets]
    return Digits(np.concatenate(images), np.concatenate(labels))


def _download(split: str) -> Path:
    """The cache's folder, holding MNIST's two files of this split."""
    folder = cache_folder() / "mnist"
    try:
        for name in (name for name in CHECKSUMS if name.startswith(PREFIX[split])):
            fetch(name, MIRRORS, CHECKSUMS[name], folder)
    except ConnectionError as error:
        advice = 'use "embedded", or pass a folder of MNIST\'s IDX files'
        raise ConnectionError(f"{error}: {advice}") from None
    return folder


def _read_folder(folder: Path, split: str) -> Digits:
    """The digits of one split from a folder of IDX files."""
    images_path = _find(folder, f"{PREFIX[split]}-images-idx3-ubyte")
    labels_path = _find(folder, f"{PREFIX[split]}-labels-idx1-ubyte")
    images = read_idx(images_path, (SIDE, SIDE))
    labels = read_idx(labels_path, ())
    if len(images) != len(labels):
        where = f"{images_path} has {len(images)} images"
        raise LabError(f"{where}, but {labels_path.name} has {len(labels)} labels")
    return Digits(images, labels.astype(np.int64))


def _find(folder: Path, name: str) -> Path:
    for path in (folder / f"{name}.gz", folder / name):
        if path.is_file():
            return path
    raise FileNotFoundError(f"{folder} holds neither {name}.gz nor {name}: add one of them")


def read_idx(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """The uint8 array (N, *shape) of an IDX file, gzip if its name ends in ``.gz``.

    The format: bytes 0, 0, 8 (which means uint8) and the number of dimensions; each dimension
    as a big-endian uint32; the values. Raises ValueError naming the file unless all of that holds.
    """
    content = path.read_bytes()
    if path.suffix == ".gz":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise LabError(f"{path}: broken gzip ({error}): fetch the file again") from None
    magic = bytes([0, 0, 8, 1 + len(shape)])
    if not magic.startswith(content[:4]):
        numbers = f"magic number {content[:4].hex()} instead of {magic.hex()}"
        raise LabError(f"{path}: {numbers}: it is no IDX file of {'images' if shape else 'labels'}")
    start = 4 + 4 * magic[3]
    if len(content) < start:
        raise LabError(f"{path}: truncated in its header: fetch the file again")
    count, *size = struct.unpack_from(f">{magic[3]}I", content, 4)
    if tuple(size) != shape:
        raise LabError(f"{path}: digits are {size}, and must be {list(shape)} pixels")
    expected = start + count * math.prod(shape)
    if len(content) != expected:
        what = "truncated" if len(content) < expected else "trailing bytes"
        sizes = f"{len(content)} bytes where its header announces {expected}"
        raise LabError(f"{path}: {what}: {sizes}: fetch the file again")
    return np.frombuffer(content, np.uint8, offset=start).reshape(count, *shape).copy()
