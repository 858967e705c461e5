"""Patches under a moving camera and from videos: counted, in bounds, and true to their source."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.data.patches import CameraPatches, VideoPatches


def volume(frames=12, height=20, width=30, channels=1):
    """A video whose every pixel says where it is."""
    t, y, x = np.meshgrid(*map(np.arange, (frames, height, width)), indexing="ij")
    one = (t * 7 + y * 3 + x * 5).astype(np.uint8)
    return np.stack([one + k for k in range(channels)], 1)


@settings(max_examples=15, deadline=None)
@given(
    index=st.integers(0, 50),
    size=st.integers(1, 6),
    seed=st.integers(0, 5),
    channels=st.sampled_from([1, 3]),
)
def test_a_sequence_hangs_on_its_number_and_the_seed_alone(index, size, seed, channels):
    for data in (
        CameraPatches("train", 16, 5, channels, seed),
        VideoPatches([volume(), volume(20)], 16, 5, seed),
    ):
        batch = data.batch(index, size)
        assert batch.dtype == torch.uint8 and batch.shape[:2] == (5, size)
        for k in range(size):
            assert torch.equal(batch[:, k], data.batch(index * size + k, 1)[:, 0])


def test_another_seed_and_another_split_show_something_else():
    first = CameraPatches("train", 16, 5).batch(0, 8)
    assert not torch.equal(first, CameraPatches("train", 16, 5, seed=1).batch(0, 8))
    assert not torch.equal(first, CameraPatches("test", 16, 5).batch(0, 8))


def test_the_camera_moves_smoothly_and_never_leaves_its_photograph():
    """Neighbouring frames are more alike than distant ones; a place outside would be black."""
    for split in ("train", "test"):
        data = CameraPatches(split, 32, 29)
        frames = to_unit(data.batch(0, 200))
        near = (frames[1:] - frames[:-1]).square().mean()
        far = (frames[20:] - frames[:-20]).square().mean()
        assert 0 < near < far / 2
        u = torch.rand(500, 20, 8, dtype=torch.float64)
        for picture in data.photographs:
            centre, zoom = data._paths(picture, u)
            half = zoom[..., None] * (32 - 1) / 2
            sides = torch.tensor(picture.shape[1:]) - 1
            assert (centre - half >= 0).all() and (centre + half <= sides).all()


def test_grey_patches_are_the_luma_of_coloured_ones():
    grey = CameraPatches("test", 16, 3).batch(0, 20).double()
    colour = CameraPatches("test", 16, 3, channels=3).batch(0, 20).double()
    weights = torch.tensor([0.299, 0.587, 0.114], dtype=torch.float64)[:, None, None]
    assert (grey - (colour * weights).sum(2)).abs().max() <= 1.01  # both are rounded


def test_a_patch_too_large_for_the_photographs_is_refused_with_one_that_fits():
    with pytest.raises(ValueError, match="too large") as caught:
        CameraPatches("test", 200)
    fits = int(str(caught.value).split()[-1])
    assert CameraPatches("test", fits, 2).batch(0, 1).shape[-1] == fits
    with pytest.raises(ValueError, match="too large"):
        CameraPatches("test", fits + 1)


def test_a_patch_of_a_video_is_a_window_on_it():
    video = volume(channels=3)
    patches = VideoPatches([video], 8, 5, seed=3).batch(0, 40).numpy()
    for k in range(40):
        found = any(
            np.array_equal(patches[:, k], video[t : t + 5, :, y : y + 8, x : x + 8])
            for t in range(8)
            for y in range(13)
            for x in range(23)
        )
        assert found


def test_every_part_of_every_video_may_be_seen():
    """Long ones more often: starts are drawn evenly from all starts there are."""
    videos = [np.full((frames, 1, 8, 8), k, np.uint8) for k, frames in enumerate((5, 13))]
    seen = VideoPatches(videos, 8, 5).batch(0, 3000)[0, :, 0, 0].float()
    assert abs(seen.mean().item() - 9 / 10) < 0.03


def test_videos_that_are_all_too_short_are_refused():
    with pytest.raises(ValueError, match="no video has 13 frames of at least 16×16"):
        VideoPatches([volume(12)], 16, 13)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: CameraPatches("test", 0), "image_size=0 is out of range"),
        (lambda: CameraPatches("test", 16, 2.5), "num_frames=2.5 is no whole number"),
        (lambda: CameraPatches("valid", 16), "split='valid' is unknown: choose one of train, test"),
        (lambda: VideoPatches([np.zeros((5, 1, 8, 8), np.uint8)], 8, 0), "num_frames=0 is out of"),
        (lambda: VideoPatches([np.zeros((5, 1, 8, 8), np.uint8)], 8, 2, -1), "seed=-1 is out of"),
    ],
)
def test_bad_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
