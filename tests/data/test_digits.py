"""`load_digits`: the embedded digits, folders of IDX files, and what damaged files get."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits as load_small
from sklearn.neighbors import KNeighborsClassifier

from lstm_video_lab.data import Digits, load_digits

MNIST = Path(__file__).resolve().parents[3] / "shared" / "data" / "mnist"
needs_mnist = pytest.mark.skipif(not MNIST.is_dir(), reason="MNIST is not beside the project")
IMAGES, LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"


def idx(array: np.ndarray) -> bytes:
    """The IDX file of a uint8 array, written from the format's description."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.fixture
def files() -> dict[str, bytes]:
    """Three small digits and their labels, as a test split."""
    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28), dtype=np.uint8)
    return {IMAGES: idx(images), LABELS: idx(np.array([7, 0, 9], np.uint8))}


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("split", "part"), [("train", slice(0, 1500)), ("test", slice(1500, 1797))]
)
def test_embedded_digits_are_scikit_learns_enlarged(split, part):
    digits, small = load_digits("embedded", split), load_small()
    assert digits.images.dtype == np.uint8 and digits.labels.dtype == np.int64
    assert digits.images.shape == (part.stop - part.start, 28, 28)
    np.testing.assert_array_equal(digits.labels, small.target[part])
    ink = digits.images[:, 4:24, 4:24].astype(float)
    assert digits.images.sum() == ink.sum()  # the margin is black
    fine = np.kron(ink, np.ones((1, 2, 2)))  # 20 is no multiple of 8, 40 is
    coarse = fine.reshape(-1, 8, 5, 8, 5).mean((2, 4))
    likeness = [
        np.corrcoef(a.ravel(), b.ravel())[0, 1]
        for a, b in zip(coarse, small.images[part], strict=True)
    ]
    assert min(likeness) > 0.9


def test_embedded_digits_look_like_mnist():
    """Mean 33.3, black 0.809, at least 250 0.074 in MNIST's training set."""
    images = load_digits().images
    assert 31 < images.mean() < 38
    assert 0.79 < (images == 0).mean() < 0.82
    assert 0.06 < (images >= 250).mean() < 0.09


def test_embedded_splits_teach_each_other():
    train, test = load_digits("embedded", "train"), load_digits("embedded", "test")
    neighbours = KNeighborsClassifier(3).fit(train.images.reshape(-1, 784) / 255, train.labels)
    assert neighbours.score(test.images.reshape(-1, 784) / 255, test.labels) > 0.93


@needs_mnist
@pytest.mark.parametrize(
    ("split", "zeros", "mean"), [("train", 5923, 33.3184), ("test", 980, 33.7912)]
)
def test_mnist_folder_has_its_known_counts(split, zeros, mean):
    digits = load_digits(MNIST, split)
    assert len(digits.labels) == {"train": 60000, "test": 10000}[split]
    assert (digits.labels == 0).sum() == zeros
    assert digits.images.mean() == pytest.approx(mean, abs=1e-3)


@pytest.mark.parametrize("packed", [False, True])
def test_folder_plain_or_gzip(tmp_path, files, packed):
    if packed:
        files = {f"{name}.gz": gzip.compress(content) for name, content in files.items()}
    digits = load_digits(write(tmp_path, files), "test")
    expected = np.random.default_rng(0).integers(0, 256, (3, 28, 28), dtype=np.uint8)
    np.testing.assert_array_equal(digits.images, expected)
    assert digits.labels.tolist() == [7, 0, 9]


BAD_IMAGES = {
    "truncated": lambda good: good[:-1],
    "truncated in its header": lambda good: good[:9],
    "trailing bytes": lambda good: good + b"\0",
    "magic number": lambda good: b"\0\0\x0b\x03" + good[4:],
    "2 images, but .* 3 labels": lambda good: good[:4] + struct.pack(">I", 2) + good[8:-784],
    r"\[14, 56\]": lambda good: good[:8] + struct.pack(">II", 14, 56) + good[16:],
    "header: fetch": lambda good: b"",
}


@pytest.mark.parametrize("message", BAD_IMAGES)
@pytest.mark.parametrize("packed", [False, True])
def test_damaged_images_are_one_line_that_names_the_file(tmp_path, files, message, packed):
    bad = BAD_IMAGES[message](files.pop(IMAGES))
    files[f"{IMAGES}.gz" if packed else IMAGES] = gzip.compress(bad) if packed else bad
    with pytest.raises(ValueError, match=message) as caught:
        load_digits(write(tmp_path, files), "test")
    assert IMAGES in str(caught.value) and "\n" not in str(caught.value)


def test_labels_and_images_in_each_others_place(tmp_path, files):
    files[IMAGES], files[LABELS] = files[LABELS], files[IMAGES]
    with pytest.raises(ValueError, match="00000801 instead of 00000803"):
        load_digits(write(tmp_path, files), "test")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda packed: packed[:-9],
        lambda packed: packed[:40] + bytes([packed[40] ^ 255]) + packed[41:],
        lambda packed: packed[:10] + b"\xff" + packed[11:],
        lambda packed: b"plain words",
        lambda packed: packed + b"more",
    ],
    ids=["cut", "flipped", "no block", "no gzip", "tail"],
)
def test_broken_gzip_names_the_file(tmp_path, files, spoil):
    files[f"{IMAGES}.gz"] = spoil(gzip.compress(files.pop(IMAGES)))
    with pytest.raises(ValueError, match=rf"{IMAGES}\.gz: broken gzip") as caught:
        load_digits(write(tmp_path, files), "test")
    assert "\n" not in str(caught.value)


def test_what_is_missing_is_named(tmp_path, files):
    with pytest.raises(FileNotFoundError, match="nowhere does not exist"):
        load_digits(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError, match=r"train-images-idx3-ubyte\.gz"):
        load_digits(write(tmp_path, files), "train")
    with pytest.raises(FileNotFoundError, match="is no folder"):
        load_digits(tmp_path / IMAGES)


def test_unknown_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="split='valid' is unknown"):
        load_digits("embedded", "valid")
    with pytest.raises(ValueError, match="digits='mnits' is unknown"):
        load_digits("mnits")


def test_a_set_of_digits_has_one_shape():
    with pytest.raises(ValueError, match="uint8"):
        Digits(np.zeros((2, 28, 28)), np.zeros(2, np.int64))
    with pytest.raises(ValueError, match=r"\(2, 14, 14\)"):
        Digits(np.zeros((2, 14, 14), np.uint8), np.zeros(2, np.int64))
    with pytest.raises(ValueError, match="as many labels"):
        Digits(np.zeros((2, 28, 28), np.uint8), np.zeros(3, np.int64))


def test_several_sources_count_alike(tmp_path):
    """A smaller one is repeated; digits and labels stay together."""
    embedded = load_digits("embedded", "test")
    small = embedded.images[:7], embedded.labels[:7]
    write(tmp_path, {IMAGES: idx(small[0]), LABELS: idx(small[1].astype(np.uint8))})
    both = load_digits(f"embedded+{tmp_path}", "test")
    n = len(embedded.labels)
    assert len(both.labels) == 2 * n
    assert np.array_equal(both.images[:n], embedded.images)
    for k in range(n):
        assert np.array_equal(both.images[n + k], small[0][k % 7])
        assert both.labels[n + k] == small[1][k % 7]
    with pytest.raises(ValueError, match="'nonsense' is unknown"):
        load_digits("embedded+nonsense")
