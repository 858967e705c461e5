"""The natural patches experiment, small; and its power spectrum, on waves of known length."""

import math

import pytest
import torch

from lstm_video_lab.cli import main
from lstm_video_lab.files import read_result
from lstm_video_lab.lessons.natural_patches import experiment, figures


def test_the_five_models_are_stored_with_their_spread(tmp_path, monkeypatch):
    monkeypatch.delenv("LAB_VIDEOS", raising=False)
    monkeypatch.setattr(experiment, "SEEDS", (0, 1))
    assert main(["experiment", "patches", "--scale", "smoke", "--out", str(tmp_path)]) == 0
    result = read_result(tmp_path / "patches.json")
    assert result["made"]["seeds"] == [0, 1]
    assert list(result["models"]) == list(experiment.MODELS) and result["data"] == "camera"
    for one in result["models"].values():
        low, high = sorted(one["seeds"])
        assert low <= one["mean"] <= high and one["spread"] > 0
        assert len(one["per_step"]) == 3
    assert result["models"]["composite"]["parameters"] > 0
    assert result["baselines"]["copy_last"]["mse"] > 0


def test_the_conditional_models_are_conditional_and_the_large_one_is_large():
    fields = {n: experiment.settings_for(c, "laptop") for n, c in experiment.MODELS.items()}
    assert [s.conditional for s in fields.values()] == [False, False, "future", "future", False]
    assert fields[experiment.LARGE].units == 2 * fields[experiment.SMALL].units
    assert all((s.frames_in, s.frames_out, s.output) == (16, 13, "linear") for s in fields.values())


@pytest.mark.parametrize("waves", [1, 3, 7, 15])
def test_a_wave_is_found_at_its_own_length(waves):
    x = torch.arange(32) / 32
    frames = (0.5 + 0.3 * torch.sin(2 * math.pi * waves * x)).expand(2, 3, 32, 32)
    for seen in (frames, frames.transpose(-1, -2)):
        power = experiment.power_spectrum(seen)
        assert power.argmax() == waves
        assert power[waves] == pytest.approx(32 * 32 * 0.3**2 / 2, rel=1e-4)
        assert power.sum() == pytest.approx(power[waves].item(), rel=1e-4)


def test_brightness_has_no_power():
    assert experiment.power_spectrum(torch.full((1, 1, 16, 16), 0.7)).abs().max() < 1e-9


def test_the_coarse_is_kept_and_the_grain_is_gone():
    x = torch.arange(32) / 32
    frames = {}
    for waves in (2, 11):
        row = 0.5 + 0.2 * torch.sin(2 * math.pi * waves * x)
        frames[waves] = row.expand(2, 3, 32, 32)
    for waves, kept in ((2, 0.8), (11, 0.02)):
        smooth = experiment.without_grain(frames[waves])
        middle = smooth[..., 8:-8] - smooth.mean()
        height = middle.abs().max() / 0.2
        assert height > kept if waves == 2 else height < kept
    grey = torch.full((1, 1, 16, 16), 0.7)
    torch.testing.assert_close(experiment.without_grain(grey), grey)


def test_models_whose_seeds_meet_share_a_place():
    seeds = {"a": [3.0, 3.1], "b": [1.0, 2.0], "c": [1.9, 2.5], "d": [2.4, 2.45], "e": [4.0, 4.1]}
    places = figures._places(seeds)
    assert places == [("1–3.", "b"), ("1–3.", "c"), ("1–3.", "d"), ("4.", "a"), ("5.", "e")]


def test_every_seed_of_the_four_models_is_told():
    one = {"mean": 2.0, "seeds": [1.75, 2.25], "steps": 5}
    result = {
        "models": dict.fromkeys([*experiment.PAPER, experiment.LARGE], one),
        "baselines": {"copy_last": {"mse": 9.0}, "mean_image": {"mse": 90.0}},
        "scale": "smoke",
        "data": "camera",
    }
    words = figures.draw_four_models(result).text
    assert words.count("2.00 (1.75, 2.25)") == 4 and "begins at 1.7" in words
    assert figures.order_beside_paper(result).count("1–4.") == 4
