"""The two explorers of long rollouts, on rollouts whose numbers are known."""

import numpy as np
import pytest
import torch

from lstm_video_lab import Settings, VideoModel, evaluation, metrics
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.lessons.long_rollouts.experiment import Rollout, roll_out_models
from lstm_video_lab.lessons.long_rollouts.figures import draw_periods, draw_rollout
from lstm_video_lab.lessons.long_rollouts.widgets import PeriodExplorer, RolloutExplorer

T, B, U, SIDE, PERIOD = 24, 2, 5, 8, 6


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")


@pytest.fixture
def rollouts():
    rng = np.random.default_rng(0)
    t = np.arange(T)[:, None, None]
    waves = np.sin(2 * np.pi * t / PERIOD + np.arange(B)[:, None] + np.arange(U))  # (T, B, U)
    still = np.zeros((T, B, U))
    return {
        name: Rollout(
            rng.random((T, B, SIDE, SIDE)),
            units,
            {"cross_entropy": level + t[..., 0] + np.zeros((T, B)), "sharpness": np.ones((T, B))},
        )
        for name, units, level in (("trained", waves, 10.0), ("random", still, 50.0))
    }


@pytest.fixture
def truth():
    return torch.rand(T, B, SIDE, SIDE, generator=torch.Generator().manual_seed(0))


def test_the_line_tells_errors_and_movement_of_the_step(rollouts, truth):
    widget = RolloutExplorer(rollouts, truth, {"mean image": 30.0}, step=3)
    assert "3 of 24 frames ahead" in widget.text.value
    assert "trained 12.0 nats" in widget.text.value and "random 52.0 nats" in widget.text.value
    before = widget.image.value
    widget.values["step"].value = 20
    assert "trained 29.0 nats" in widget.text.value and widget.image.value != before
    widget.values["sequence"].value = B
    assert "Sequence 2" in widget.text.value
    units = rollouts["trained"].units[:, 1]
    moved = np.sqrt(((units[19] - units[18]) ** 2).mean())
    assert f"units move by {moved:.3f}" in widget.text.value
    assert "units move by 0.000" in widget.text.value


def test_every_step_and_sequence_is_drawn(rollouts, truth):
    pictures = {
        draw_rollout(rollouts, truth.numpy(), {}, sequence, step).png
        for sequence in (1, B)
        for step in (1, T)
    }
    assert len(pictures) == 4


def test_a_constant_unit_is_blank_once_its_mean_is_taken_off(rollouts, truth):
    high = {"on": rollouts["random"]._replace(units=np.full((T, B, U), 0.75))}
    off = {"on": rollouts["random"]}
    raw, centred = (draw_rollout(high, truth.numpy(), {}, 1, 2, way).png for way in (False, True))
    assert raw != centred == draw_rollout(off, truth.numpy(), {}, 1, 2).png


def test_a_slider_never_starts_beyond_the_last_frame(rollouts, truth):
    short = {
        name: Rollout(one.frames[:4], one.units[:4], one.measures) for name, one in rollouts.items()
    }
    assert RolloutExplorer(short, truth[:4], {}, step=15).values["step"].value == 4


def test_the_period_of_the_units_is_found_beside_that_of_the_digits(rollouts):
    t = np.arange(T)
    places = np.zeros((T, B, 1, 2))
    places[..., 0] = np.abs((t + 2) % 8 - 4)[:, None, None]  # there and back in 8 frames
    activity = {name: one.units for name, one in rollouts.items()}
    widget = PeriodExplorer(activity, places)
    for start in (1, T // 2 + 1):
        widget.values["start"].value = start
        words = widget.text.value
        assert f"Frames {start} to {start + 11}" in words and f"at {PERIOD} steps" in words
        assert "random: none" in words and "at 8 steps" not in words.split("true places")[0]
    one = draw_periods(widget.activity, 1, 2).text
    assert "sequence 2" in one and f"at {PERIOD} steps" in one


def test_rollouts_of_models_are_their_futures():
    s = Settings.for_scale("smoke", conditional="future")
    frames = to_unit(evaluation.heldout_data(s).batch(0, 3))
    model = VideoModel(**s.model_fields()).eval()
    one = roll_out_models({"m": model}, frames, s.frames_in)["m"]
    with torch.inference_mode():
        future = torch.sigmoid(model(frames[: s.frames_in], future=s.frames_out).future)
    np.testing.assert_allclose(one.frames, future.numpy(), rtol=1e-5, atol=1e-6)
    error = metrics.squared_error(future, frames[s.frames_in :])
    np.testing.assert_allclose(one.measures["mse"], error.numpy(), rtol=1e-5)
    assert one.units.shape == (s.frames_out, 3, s.units)
