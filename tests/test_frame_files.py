"""`lstm-video-lab predict`: frames in from anywhere, a continuation out."""

import numpy as np
import pytest
import torch
from PIL import Image

from lstm_video_lab import Settings, load_pretrained, training
from lstm_video_lab.cli import main
from lstm_video_lab.commands import frame_files, frame_output
from lstm_video_lab.evaluation import heldout_data

NAME = "composite-two-digits"


@pytest.fixture(scope="module")
def world():
    """A model of the box, held-out frames (T, S, S) and what the model makes of them."""
    model = load_pretrained(NAME)
    settings = Settings.from_dict(model.card["settings"])
    frames = heldout_data(settings).batch(3, 1)  # (T, 1, S, S)
    with torch.inference_mode():
        given = model(frames[: settings.frames_in].float() / 255, future=12).future
    return frames[:, 0].numpy(), given[:, 0].sigmoid().numpy()


def run(*words):
    return main(["predict", *map(str, words)])


def test_an_array_goes_in_and_an_array_comes_out(world, tmp_path):
    frames, expected = world
    for kind, values in {"whole": frames, "part": frames.astype(np.float32) / 255}.items():
        np.save(tmp_path / f"{kind}.npy", values)
        out = tmp_path / f"{kind}-out.npy"
        assert run(NAME, "--frames", tmp_path / f"{kind}.npy", "--out", out, "--steps", 12) == 0
        found = np.load(out)
        np.testing.assert_allclose(found[:, 0], expected, atol=1e-5)


def test_images_and_videos_go_in_pictures_and_animations_come_out(world, tmp_path):
    frames, expected = world
    folder = tmp_path / "images"
    folder.mkdir()
    for k, frame in enumerate(frames):
        Image.fromarray(frame).save(folder / f"{k:02d}.png")
    assert run(NAME, "--frames", folder, "--out", tmp_path / "a.npy", "--steps", 12) == 0
    np.testing.assert_allclose(np.load(tmp_path / "a.npy")[:, 0], expected, atol=1e-5)
    assert run(NAME, "--frames", folder, "--out", tmp_path / "a.png") == 0
    assert Image.open(tmp_path / "a.png").width > 300
    assert run(NAME, "--frames", folder, "--out", tmp_path / "a.gif", "--steps", 7) == 0
    with Image.open(tmp_path / "a.gif") as clip:
        assert clip.n_frames == 10 + 7

    av = pytest.importorskip("av")
    with av.open(str(tmp_path / "clip.avi"), "w") as container:
        stream = container.add_stream("ffv1", rate=25)  # loses nothing
        stream.width, stream.height, stream.pix_fmt = 48, 32, "gray"
        for frame in frames:
            wide = np.pad(frame, ((0, 0), (8, 8)))  # its middle is what the model sees
            container.mux(stream.encode(av.VideoFrame.from_ndarray(wide, format="gray")))
        container.mux(stream.encode())
    clip = tmp_path / "clip.avi"
    assert run(NAME, "--frames", clip, "--out", tmp_path / "b.npy", "--steps", 12) == 0
    np.testing.assert_allclose(np.load(tmp_path / "b.npy")[:, 0], expected, atol=1e-5)


def test_a_picture_of_frames_in_colour_is_in_colour(tmp_path):
    red, blue = torch.zeros(2, 2, 3, 16, 16)  # two frames each
    red[:, 0] = blue[:, 2] = 1
    frame_output.write_frames(tmp_path / "y.png", red, torch.cat([blue, blue]))
    pixels = np.asarray(Image.open(tmp_path / "y.png"))
    high, wide, colours = pixels.shape
    assert colours == 3 and wide > 4 * 16
    assert pixels[high // 4, 8].tolist() == [255, 0, 0]  # seen above
    assert pixels[high * 3 // 4, wide - 20].tolist() == [0, 0, 255]  # and predicted below


def test_a_run_s_folder_serves_as_well(tmp_path):
    for _ in training.train(Settings.for_scale("smoke", steps=2), tmp_path / "run"):
        pass
    np.save(tmp_path / "x.npy", np.zeros((9, 40, 30), np.uint8))
    words = ["--frames", tmp_path / "x.npy", "--out", tmp_path / "y.npy", "--steps", 3]
    assert run(tmp_path / "run", *words) == 0
    assert np.load(tmp_path / "y.npy").shape == (3, 1, 16, 16)


def test_frames_are_averaged_to_the_size_of_the_model():
    frames = np.arange(2 * 8 * 8, dtype=np.uint8).reshape(2, 1, 8, 8)
    means = frames.reshape(2, 1, 4, 2, 4, 2).mean((3, 5)) / 255
    np.testing.assert_allclose(frame_files.fitted(frames, 4).numpy(), means, atol=1e-6)


BAD = {
    "a.npy": (np.zeros((3, 4, 4), np.int64), "are no frames"),
    "b.npy": (np.full((3, 4, 4), 7.0), "are no frames"),
    "c.npy": (np.zeros((3, 3, 4, 4), np.uint8), "3 channels, but the model has 1"),
    "d.npy": (np.zeros((0, 4, 4), np.uint8), "are no frames"),
    "e.npy": (np.array([{}]), "cannot be read as an array"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_are_no_frames_is_one_line(name, tmp_path, capsys):
    values, words = BAD[name]
    np.save(tmp_path / name, values, allow_pickle=True)
    assert run(NAME, "--frames", tmp_path / name, "--out", tmp_path / "y.npy") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line and not (tmp_path / "y.npy").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--out", "y.txt"], "unknown ending"),
        (["--out", "none/y.npy"], "folder does not exist"),
        (["--out", "y.npy"], "x.npy: not found"),
    ],
)
def test_what_cannot_be_done_is_one_line(words, message, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(NAME, "--frames", "x.npy", *words) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line


def test_a_network_that_predicts_nothing_is_refused_in_one_line(tmp_path, capsys):
    assert run("percept-net", "--frames", tmp_path, "--out", tmp_path / "y.npy") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "percept-net is no VideoModel" in line
