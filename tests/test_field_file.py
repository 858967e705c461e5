"""Sequences in one file, as the field exchanges them: written, scored, learned from, continued."""

import json
import mmap
from pathlib import Path

import numpy as np
import pytest
import torch

from lstm_video_lab.cli import main
from lstm_video_lab.commands import field_file
from lstm_video_lab.data.bouncing import BouncingDigits
from lstm_video_lab.data.clips import as_clips, open_clips
from lstm_video_lab.data.digits import load_digits
from lstm_video_lab.data.videos import load_videos
from lstm_video_lab.evaluation import heldout_data
from lstm_video_lab.pretrained import load_pretrained
from lstm_video_lab.settings import Settings
from lstm_video_lab.training.checkpoints import load_model, read_checkpoint

COUNT = 23
# scikit-image 0.18.3 on the frames of `pair`, called as OpenSTL calls it: `structural_similarity(
# pred.swapaxes(0, 2), true.swapaxes(0, 2), multichannel=True)`, floats of shape (C, H, W).
SSIM_BEFORE_0_20 = (0.6322671187774074, 0.6547463213261766, 0.6765859140375704, 0.6839080697971203)


def pair(k, height=16, width=20):
    y, x = np.mgrid[:height, :width]
    true = ((7 * y + 3 * x * x + 11 * k) % 17) / 16
    pred = 0.5 * true + 0.5 * ((5 * y * y + x + 13 * k) % 19) / 18
    return pred.astype(np.float32), true.astype(np.float32)


def test_the_measures_of_others_are_as_they_define_them():
    pred, true = (np.stack(part) for part in zip(*map(pair, range(4)), strict=True))  # (4, H, W)
    found = field_file.openstl(*(torch.from_numpy(part)[None] for part in (pred, true)))  # T = 1
    mse, mae = ((pred - true) ** 2).astype(float), np.abs(pred - true).astype(float)
    assert found["mse"].mean().item() == pytest.approx(np.mean(mse, 0).sum(), rel=1e-5)
    assert found["mae"].mean().item() == pytest.approx(np.mean(mae, 0).sum(), rel=1e-5)
    psnr = [20 * np.log10(1 / np.sqrt(frame.mean())) for frame in mse]
    assert found["psnr"].mean().item() == pytest.approx(np.mean(psnr), rel=1e-5)
    assert found["ssim"][0].tolist() == pytest.approx(SSIM_BEFORE_0_20, rel=1e-5)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A run that sees ten frames and predicts ten, and our sequences of its world in a file."""
    root = tmp_path_factory.mktemp("field")
    run, file = root / "run", root / "clips.npy"
    frames = ["--scale", "smoke", "--frames-in", "10", "--frames-out", "10"]
    assert main(["train", *frames, "--steps", "3", "--out", str(run)]) == 0
    words = ["digits", *frames, "--sequences", str(COUNT), "--out", str(file)]
    assert main(words) == 0
    return run, file


def report_of(tmp_path, *words):
    target = tmp_path / "e.json"
    assert main(["evaluate", *map(str, words), "--json", str(target)]) == 0
    return json.loads(target.read_text())


def test_the_file_holds_our_held_out_sequences_time_first(world):
    run, file = world
    stored = np.load(file)
    ours = heldout_data(read_checkpoint(run).settings).batch(0, COUNT)
    assert stored.dtype == np.uint8 and np.array_equal(stored, ours.numpy())


@pytest.mark.parametrize("sequences", [1, 6, 7, 8])  # of 7 frames each
def test_what_is_written_is_read_back_as_it_was_meant(tmp_path, capsys, sequences):
    file = tmp_path / "few.npy"
    words = ["digits", "--scale", "smoke", "--sequences", str(sequences), "--out", str(file)]
    if sequences < 7:
        assert main(words) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert f"--sequences {sequences}: fewer than the 7 frames" in line and not file.exists()
        return
    assert main(words) == 0
    assert open_clips(file)[0].shape[:2] == (sequences, 7)


@pytest.mark.parametrize("scale", ["smoke", "laptop", "paper"])
@pytest.mark.parametrize("count", [1, 2, 3, 6, 20, 50])
def test_time_is_told_by_the_pictures_where_sequences_are_few(scale, count, tmp_path):
    """The shorter axis would be the wrong one for fewer sequences than frames."""
    frames = heldout_data(Settings.for_scale(scale)).batch(0, count).numpy()  # (T, N, H, W)
    for first, stored in (("time", frames), ("batch", frames.swapaxes(0, 1))):
        clips, layout = as_clips(stored, tmp_path)
        assert layout.startswith(f"{first} first: {count} sequences of {len(frames)} frames")
        assert np.array_equal(clips[:, :, 0], frames.swapaxes(0, 1))


@pytest.mark.parametrize("draws", [2, 4, 100])
def test_sequences_that_are_repeated_are_no_motion(draws, tmp_path):
    """As one stores them to score several predictions of each."""
    frames = heldout_data(Settings.for_scale("laptop")).batch(0, 20).numpy()
    stored = np.repeat(frames if draws < 100 else frames[:, :1], draws, axis=1)
    clips, _ = as_clips(stored, tmp_path)
    assert np.array_equal(clips[:, :, 0], stored.swapaxes(0, 1))


@pytest.mark.parametrize("num_digits", [1, 2])
@pytest.mark.parametrize("seed", range(8))
def test_fast_digits_lie_time_first_as_the_field_stores_them(num_digits, seed, tmp_path):
    digits = load_digits("embedded", "test")
    world = BouncingDigits(digits, num_digits, 64, 20, speed=(0.6, 1.0), seed=seed)
    frames = world.batch(0, 30).numpy()
    assert np.array_equal(as_clips(frames, tmp_path)[0][:, :, 0], frames.swapaxes(0, 1))


@pytest.mark.parametrize("shape", [(20, 30), (30, 20), (20, 20), (1, 1)])
@pytest.mark.parametrize("kind", ["black", "noise"])
def test_where_pictures_do_not_tell_the_shorter_axis_is_time(shape, kind, tmp_path):
    stored = np.zeros((*shape, 32, 32), np.uint8)
    if kind == "noise":
        stored += np.random.default_rng(0).integers(0, 256, stored.shape, np.uint8)
    clips, _ = as_clips(stored, tmp_path)
    assert clips.shape[:2] == (max(shape), min(shape))


def test_a_score_on_it_is_the_score_in_the_run_s_own_world(world, tmp_path, capsys):
    run, file = world
    ours = report_of(tmp_path, run, "--sequences", COUNT)
    theirs = report_of(tmp_path, run, "--on", file)
    assert theirs["sequences"] == COUNT and theirs["layout"].startswith("time first")
    for part in ("future", "reconstruction"):
        for measure in ("cross_entropy", "mse", "ssim", "ssim_uniform"):
            assert theirs[part][measure] == pytest.approx(ours[part][measure], rel=1e-6)
    for name in ("entropy_bound", "copy_last"):
        assert theirs["baselines"][name]["mse"] == pytest.approx(ours["baselines"][name]["mse"])
    assert theirs["openstl"]["mse"] == pytest.approx(ours["future"]["mse"], rel=1e-6)
    assert "OpenSTL" in capsys.readouterr().out


def test_other_layouts_of_it_score_alike(world, tmp_path):
    run, file = world
    stored = np.load(file)
    expected = report_of(tmp_path, run, "--on", file)["openstl"]
    np.save(tmp_path / "batch.npy", stored.swapaxes(0, 1))
    np.save(tmp_path / "channel.npy", stored.swapaxes(0, 1)[:, :, None])
    np.savez_compressed(tmp_path / "some.npz", clips=stored[..., None])
    (tmp_path / "root" / "MovingMNIST").mkdir(parents=True)
    np.save(tmp_path / "root" / "MovingMNIST" / "mnist_test_seq.npy", stored)
    for name, layout in {"batch.npy": "batch", "channel.npy": "batch", "some.npz": "time",
                         "root": "time"}.items():  # fmt: skip
        report = report_of(tmp_path, run, "--on", tmp_path / name)
        assert report["openstl"] == pytest.approx(expected, rel=1e-6)
        assert report["layout"].startswith(f"{layout} first")


def test_a_large_file_is_not_read_into_memory(world):
    clips, _ = open_clips(world[1])
    while isinstance(clips, np.ndarray):
        clips = clips.base
    assert isinstance(clips, mmap.mmap)


def test_a_model_of_another_size_is_refused_by_name(world, capsys):
    assert main(["evaluate", "composite-two-digits", "--on", str(world[1])]) == 2
    assert "frames are 16×16" in (line := capsys.readouterr().err) and "built for 32×32" in line


def test_a_model_of_the_box_is_scored_in_its_own_world(tmp_path):
    assert report_of(tmp_path, "composite-two-digits", "--sequences", 5)["image_size"] == 32


def test_a_run_learns_from_it_and_is_tested_on_other_sequences_of_it(world, tmp_path, monkeypatch):
    _, file = world
    parts = {split: load_videos(file, split) for split in ("train", "test")}
    assert [len(part) for part in parts.values()] == [19, 4]
    everything = {clip.tobytes() for part in parts.values() for clip in part}
    assert everything == {clip.tobytes() for clip in np.load(file).swapaxes(0, 1)}
    monkeypatch.chdir(file.parent)
    words = f"train --scale smoke --data {file.name} --steps 2 --out {tmp_path / 'new'}"
    assert main(words.split()) == 0
    monkeypatch.chdir(tmp_path)  # its data is found again from anywhere
    assert main(["evaluate", "new", "--sequences", "5"]) == 0
    monkeypatch.chdir(file.parent)  # and named as before it is the same
    assert main([*words.replace("steps 2", "steps 3").split(), "--resume", "auto"]) == 0


def test_one_of_its_sequences_is_continued(world, tmp_path, capsys):
    run, file = world
    words = ["--frames", file, "--sequence", 17, "--out", tmp_path / "y.npy", "--steps", 4]
    assert main(["predict", *map(str, [run, *words])]) == 0
    past = torch.from_numpy(np.load(file)[:10, 17:18])
    with torch.inference_mode():
        expected = load_model(run)(past / 255, future=4).future.sigmoid()
    assert np.load(tmp_path / "y.npy")[:, 0] == pytest.approx(expected[:, 0].numpy(), abs=1e-5)
    assert "sequence 17" in capsys.readouterr().out


def test_the_page_of_results_has_the_numbers_of_the_cards():
    page = (Path(__file__).parents[1] / "docs" / "results.md").read_text("utf-8")
    for name in ("convlstm-two-digits", "fc-two-digits"):
        score = load_pretrained(name).card["metrics"]["mnist"]["future"]
        assert f"| {score['mse']:.1f} | {score['cross_entropy']:.1f} |" in page
