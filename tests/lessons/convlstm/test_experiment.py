"""Conv against fully connected: fair counts, one model on other data, and how far a pixel gets."""

import numpy as np
import pytest
import torch

from lstm_video_lab import Settings, VideoModel, evaluation, load_digits
from lstm_video_lab.cli import main
from lstm_video_lab.files import read_result
from lstm_video_lab.lessons.convlstm import datasets, experiment, reach

SMOKE = Settings.for_scale("smoke")


def parameters(name):
    settings = experiment.settings_for(name, "laptop")
    return sum(p.numel() for p in VideoModel(**settings.model_fields()).parameters())


def test_equal_parameters_are_equal_within_a_hundredth():
    conv, few, many = (
        parameters(name) for name in ("conv", "few, equal steps", "many, equal time")
    )
    assert abs(few / conv - 1) < 0.01 and 20 < many / conv < 30


def test_rivals_see_the_same_sequences_in_the_same_batches():
    keys = ("digits", "num_digits", "image_size", "digit_size", "speed", "batch_size", "seed")
    first, *others = (
        experiment.settings_for(name, "laptop", 2).to_dict() for name in experiment.MODELS
    )
    assert all(other[key] == first[key] for other in others for key in keys)


def test_the_command_stores_every_model(tmp_path, monkeypatch):
    kept = ("conv", "few, equal time", "conv autoencoder")
    monkeypatch.setattr(experiment, "MODELS", {name: experiment.MODELS[name] for name in kept})
    monkeypatch.setattr(experiment, "SEEDS", (0, 1))
    assert main(["experiment", "convolution", "--scale", "smoke", "--out", str(tmp_path)]) == 0
    result = read_result(tmp_path / "convolution.json")
    assert result["made"]["seeds"] == [0, 1]
    assert tuple(result["models"]) == tuple(result["step_seconds"]) == kept
    conv, alone = result["models"]["conv"], result["models"]["conv autoencoder"]
    assert conv["seeds"] == len(conv["future"]) == 2 and alone["future"] is None
    assert "examples" in conv and "examples" in alone
    mean, deviation = experiment.error_over_seeds(conv)
    a, b = (score["cross_entropy"] for score in conv["future"])
    assert mean == pytest.approx((a + b) / 2)
    assert deviation == pytest.approx(abs(a - b) / 2**0.5)
    assert conv["curve"]["step"] == [10, 20] and len(conv["curve"]["future"]) == 2
    assert (tmp_path / "convolution.png").read_bytes().startswith(b"\x89PNG")


def test_the_first_dataset_is_that_of_every_report():
    model = VideoModel(**SMOKE.model_fields(), seed=1)
    scores = datasets.score_on_datasets(model, SMOKE, 40)
    report = evaluation.evaluate(model, SMOKE, 40, similarity=False)
    here = scores["one speed, unseen digits"]
    assert here["nats"] == pytest.approx(report["future"]["cross_entropy"], rel=1e-5)
    assert here["stderr"] == pytest.approx(report["future"]["stderr"]["cross_entropy"], rel=1e-4)
    assert here["mse"] == pytest.approx(report["future"]["mse"], rel=1e-5)
    base = report["baselines"]
    assert here["bound"] == pytest.approx(base["entropy_bound"]["cross_entropy"], rel=1e-5)
    assert here["copy last mse"] == pytest.approx(base["copy_last"]["mse"], rel=1e-5)
    assert here["mean image"] == pytest.approx(base["mean_image"]["cross_entropy"], rel=0.03)


def test_datasets_differ_in_what_their_names_say():
    (one, _), (fast, _), (known, other) = datasets.make_datasets(SMOKE).values()
    assert one.speed == (0.1, 0.1) and fast.speed == known.speed == datasets.SHI_SPEED
    assert one.digits.labels.shape == fast.digits.labels.shape
    assert len(known.digits.labels) == datasets.SHI_DIGITS and known.seed != other.seed
    train = load_digits("embedded", "train").images
    assert np.array_equal(known.digits.images, train[: datasets.SHI_DIGITS])
    # 64×64 pixels, digits of 28: 3 to 5 pixels a frame
    assert [round(speed * (64 - 28), 6) for speed in datasets.SHI_SPEED] == [3, 5]


@pytest.mark.parametrize("kernel, layers", [(1, 1), (3, 1), (3, 2), (5, 1), (5, 3)])
def test_a_change_gets_exactly_as_far_as_the_rule_says(kernel, layers):
    model = VideoModel(
        cell="convlstm", units=3, layers=layers, kernel_size=kernel, patch=2, image_size=32,
        reconstruct=False,
    ).double()  # fmt: skip
    frames = torch.rand(4, 32, 32, dtype=torch.float64, generator=torch.manual_seed(0))
    changes = reach.state_change(model, frames, (16, 16))  # (T, 16, 16)
    away = np.abs(np.mgrid[:16, :16] - 8).max(0)
    for steps, change in enumerate(changes):
        inside = away <= reach.receptive_radius(kernel, layers, steps)
        np.testing.assert_array_equal(change > 0, inside)


def test_in_an_lstm_every_change_reaches_all_units_at_once():
    model = VideoModel(**SMOKE.model_fields())
    changes = reach.state_change(model, torch.rand(3, 16, 16), (0, 0))
    assert changes.shape == (3, 1, 1) and (changes > 0).all()


def test_the_clock_looks_at_every_model(monkeypatch):
    monkeypatch.setattr(
        experiment,
        "MODELS",
        {name: experiment.MODELS[name] for name in ("conv", "few, equal time")},
    )
    seconds = experiment.clock("smoke", rounds=3)
    assert set(seconds) == set(experiment.MODELS) and min(seconds.values()) > 0
