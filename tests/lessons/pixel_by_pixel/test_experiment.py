"""Lesson 16's figures: what the symbols are, what counting gives, and the command that stores."""

import math

import numpy as np
import pytest
import torch

from lstm_video_lab.data import load_digits
from lstm_video_lab.files import read_result
from lstm_video_lab.lessons import experiments
from lstm_video_lab.lessons.pixel_by_pixel import experiment, figures


def test_symbols_are_levels_in_raster_order():
    images = np.array([[[0, 15], [16, 255]], [[128, 127], [240, 239]]], np.uint8)
    expected = [[0, 0, 1, 15], [8, 7, 15, 14]]
    assert experiment.to_symbols(images).T.tolist() == expected
    assert experiment.to_symbols(torch.from_numpy(images), 2).T.tolist() == [
        [0, 0, 0, 1],
        [1, 0, 1, 1],
    ]


def test_digits_are_the_ink_at_half_its_size():
    symbols = experiment.digits("test")
    images = load_digits("embedded", "test").images[:, 4:24, 4:24].astype(float)
    means = images.reshape(-1, 10, 2, 10, 2).mean((2, 4)).reshape(-1, 100).T
    assert symbols.shape == (100, 297)
    assert np.abs(symbols.numpy() - means / 16).max() <= 1.05  # the level below, rounding apart


def test_baselines_of_data_whose_entropy_is_known():
    draw = torch.Generator().manual_seed(0)
    even = torch.randint(4, (6, 20_000), generator=draw)
    even[1] = 0  # one place is always black
    even[5] = even[2]  # one repeats the place above it (shape 2 × 3)
    found = experiment.baselines(even[:, :15_000], even[:, 15_000:], (2, 3), 4)
    p0 = (5 * 0.25 + 1) / 6
    rest = (1 - p0) / 3
    assert found["uniform"] == 2
    assert found["histogram"] == pytest.approx(
        -(p0 * math.log2(p0) + 3 * rest * math.log2(rest)), abs=0.01
    )
    assert found["histogram of each place"] == pytest.approx(10 / 6, abs=0.01)
    assert found["table of neighbours"] < found["histogram"] - 0.2


def test_the_command_stores_all_models_and_resumes(tmp_path, monkeypatch):
    monkeypatch.setattr(experiment, "STEPS", {"smoke": 1})
    monkeypatch.setattr(experiment, "SEEDS", (0, 1))
    lines = list(experiments.run("pixels", "smoke", tmp_path))
    assert lines[-1].startswith("stored:")
    result = read_result(tmp_path / "pixels.json")
    assert result["made"]["seeds"] == [0, 1]
    assert set(result["models"]) == set(experiment.MODELS)
    for runs in result["models"].values():
        assert len(runs) == 2 and all(0 < run["test"] < 5 for run in runs)
    assert result["baselines"]["uniform"] == 4
    monkeypatch.setattr(experiment, "train_pixels", None)  # would fail if it were called again
    assert list(experiments.run("pixels", "smoke", tmp_path)) == lines
    assert "memory" in figures.overview(result).text
