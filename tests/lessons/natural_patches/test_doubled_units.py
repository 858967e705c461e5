"""Twice the units at smoke scale: what is stored, and that the pair differs in its units alone."""

import numpy as np
import pytest
import torch

from lstm_video_lab import VideoModel, evaluation
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.files import read_result
from lstm_video_lab.lessons import experiments
from lstm_video_lab.lessons.natural_patches import doubled_units, figures
from lstm_video_lab.lessons.natural_patches.doubled_units import HALF, WHOLE
from lstm_video_lab.prediction import predict


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    out = tmp_path_factory.mktemp("doubled")
    list(experiments.run("doubled_units", "smoke", out))
    return read_result(out / "doubled_units.json")


def test_the_models_differ_in_their_units_alone(stored):
    half, whole = (stored["models"][name] for name in (HALF, WHOLE))
    assert whole["units"] == 2 * half["units"] and whole["steps"] == half["steps"]
    assert whole["parameters"] > half["parameters"]
    settings = doubled_units.settings_of_large("laptop")
    assert settings.units == 512 and settings.changed(units=256).steps == settings.steps


def test_clips_and_their_errors_are_those_of_the_picture(stored):
    clips = doubled_units.clips_of(stored)
    assert list(clips) == ["truth", HALF, WHOLE]
    error = (clips[WHOLE][:, 2] - clips["truth"][:, 2]).square().sum((-2, -1)).mean()
    picture = figures.draw_recalled(stored, clip=3)
    assert f"{stored['models'][WHOLE]['units']} units {error:.2f}" in picture.text
    assert figures.draw_doubled_units(stored).png
    small, large = (stored["models"][name]["future"]["mean"] for name in (HALF, WHOLE))
    gain = stored["gain"]["future"]
    assert gain["mean"] == pytest.approx(small - large, rel=1e-3, abs=1e-4)
    assert f"predicted {gain['mean']:.2f} ±" in figures.draw_gain(stored).text


def test_errors_are_means_over_clips_and_frames():
    settings = doubled_units.settings_of_large("smoke")
    model = VideoModel(**settings.model_fields()).eval()
    measured, by_clip = doubled_units.measure(model, settings, 7)
    assert by_clip["future"].mean().item() == pytest.approx(measured["future"]["mean"])
    past, later = to_unit(evaluation.heldout_data(settings).batch(0, 7)).tensor_split(
        [settings.frames_in]
    )
    given = predict(model, past, len(later))
    for part, truth in (("reconstruction", past.flip(0)), ("future", later)):
        errors = ((getattr(given, part) - truth) ** 2).flatten(2).sum(-1).numpy()  # (T, N)
        assert measured[part]["mean"] == pytest.approx(errors.mean(), rel=1e-5)
        each = errors.mean(0)
        assert measured[part]["stderr"] == pytest.approx(each.std(ddof=1) / 7**0.5, rel=1e-4)
    steps = measured["reconstruction"]["per_step"]  # in the order of time
    assert steps[-1] == pytest.approx(
        ((given.reconstruction[0] - past[-1]) ** 2).sum((1, 2)).mean()
    )
    assert np.isfinite(measured["power"]).all() and torch.isfinite(past).all()
