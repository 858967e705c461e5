"""Video files: decoded as they were written, and split so that no recording is on both sides."""

import builtins

import numpy as np
import pytest

from lstm_video_lab.data import videos

av = pytest.importorskip("av", reason="PyAV is not installed")


def write(path, frames):
    """uint8 (T, h, w, 3) without any loss."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "bgr0"
        for image in frames:
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            container.mux(stream.encode(frame.reformat(format="bgr0")))
        container.mux(stream.encode())


def noise(frames=4, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (frames, 16, 24, 3), np.uint8)


def test_a_video_comes_back_as_it_was_written(tmp_path):
    write(tmp_path / "a.mkv", noise())
    found = videos.decode(tmp_path / "a.mkv", channels=3)
    assert np.array_equal(found.transpose(0, 2, 3, 1), noise())
    grey = videos.decode(tmp_path / "a.mkv", channels=1)
    luma = noise() @ np.array([0.299, 0.587, 0.114])
    assert grey.shape == (4, 1, 16, 24) and np.abs(grey[:, 0] - luma).max() <= 2
    assert len(videos.decode(tmp_path / "a.mkv", most=3)) == 3


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_ucf_101_is_split_by_the_groups_of_its_first_split(tmp_path):
    names = [f"Kayak/v_Kayak_g{g:02}_c{c:02}.avi" for g in range(1, 26) for c in (1, 2)]
    touch(tmp_path, *names)
    tests = videos.find_videos(tmp_path, "test")
    train = videos.find_videos(tmp_path, "train")
    assert {int(p.stem[9:11]) for p in tests} == set(range(1, 8)) and len(tests) == 14
    assert not set(tests) & set(train) and len(tests) + len(train) == 50


@pytest.mark.parametrize(("groups", "lacks"), [(range(8, 12), "test"), (range(1, 5), "train")])
def test_a_part_of_ucf_101_with_nothing_for_one_side_says_so(tmp_path, groups, lacks):
    touch(tmp_path, *(f"Kayak/v_Kayak_g{g:02}_c01.avi" for g in groups))
    with pytest.raises(ValueError, match=f"no video to {lacks} on: of UCF-101 groups 1 to 7"):
        videos.find_videos(tmp_path, lacks)


def test_clips_of_one_recording_stay_together(tmp_path):
    """HMDB-51's clips of a film are called film_0, film_1 …"""
    touch(tmp_path, *(f"run/film{k}_x_{c}.avi" for k in range(10) for c in range(3)))
    sides = {
        side: {p.stem.rsplit("_", 1)[0] for p in videos.find_videos(tmp_path, side)}
        for side in ("train", "test")
    }
    assert not sides["train"] & sides["test"]
    assert len(sides["test"]) == 2 and len(sides["train"]) == 8


def test_two_clips_are_enough(tmp_path):
    write(tmp_path / "a.mkv", noise(seed=1))
    write(tmp_path / "b.mkv", noise(seed=2))
    (tmp_path / "notes.txt").write_text("no video")
    train, test = (videos.load_videos(tmp_path, side) for side in ("train", "test"))
    assert len(train) == len(test) == 1 and not np.array_equal(train[0], test[0])


def test_what_cannot_be_read_is_named_in_one_line(tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError, match="no such folder"):
        videos.find_videos(tmp_path / "none", "train")
    touch(tmp_path, "one.avi")
    with pytest.raises(ValueError, match="1 videos of 1 recordings are too few"):
        videos.find_videos(tmp_path, "train")
    with pytest.raises(ValueError, match=r"one\.avi: cannot be read as a video"):
        videos.decode(tmp_path / "one.avi")
    real = builtins.__import__

    def without(name, *rest, **more):
        if name == "av":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match="pip install av"):
        videos.decode(tmp_path / "one.avi")
