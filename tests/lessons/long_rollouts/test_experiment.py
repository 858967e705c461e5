"""Long rollouts: the rulers against slow or independent forms, and the whole at smoke scale."""

import math

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import ndimage

from lstm_video_lab import Settings, VideoModel, evaluation, metrics
from lstm_video_lab.data.bouncing import bounce
from lstm_video_lab.data.frames import to_unit, unpack_frames
from lstm_video_lab.files import read_result
from lstm_video_lab.lessons import experiments
from lstm_video_lab.lessons.long_rollouts import experiment, periods
from lstm_video_lab.training import runs

SIDE, SEEN, STEPS, B = 8, 3, 7, 2
MODELS = {
    "unconditional": {},
    "conditional": {"conditional": "future", "layers": 2},
    "convolutional": {"cell": "convlstm", "units": (3, 2), "layers": 2, "kernel_size": 3},
    "convolutional, fed": {"cell": "convlstm", "units": 3, "conditional": "future"},
}


def small(name: str) -> VideoModel:
    return VideoModel(**{"units": 6, "image_size": SIDE, **MODELS[name]}).eval()


@pytest.fixture
def seen():
    return torch.rand(SEEN, B, SIDE, SIDE, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", MODELS)
def test_a_rollout_is_the_future_that_the_model_gives(name, seen):
    model = small(name)
    logits, units = experiment.roll_out(model, seen, STEPS)
    with torch.inference_mode():
        torch.testing.assert_close(logits, model(seen, future=STEPS).future)
    assert units.shape[:2] == (STEPS, B)


@pytest.mark.parametrize("name", MODELS)
def test_the_units_are_what_the_frames_are_read_from(name, seen):
    model = small(name)
    logits, units = experiment.roll_out(model, seen, STEPS)
    decoder = model.decoders["future"]
    with torch.inference_mode():
        if decoder.convolutional:
            maps = units.reshape(STEPS * B, sum(decoder.recurrent.sizes), SIDE // 4, SIDE // 4)
            read = decoder.readout(maps).unflatten(0, (STEPS, B))
        else:
            read = decoder.readout(units)
        torch.testing.assert_close(model._to_frames(read).squeeze(2), logits)
    assert not decoder.readout._forward_pre_hooks  # nothing is left behind


def test_shuffled_weights_are_the_same_numbers_in_other_places():
    model = small("unconditional")
    before = {name: w.clone() for name, w in model.state_dict().items()}
    made = experiment.controls(model, seed=1)
    for name, weight in model.state_dict().items():
        assert torch.equal(weight, before[name])
        mixed = made["shuffled"].state_dict()[name]
        assert torch.equal(mixed.flatten().sort().values, weight.flatten().sort().values)
    name = "encoder.weight_ih_l0"
    for control in made.values():
        assert not torch.equal(control.state_dict()[name], before[name])


def test_sharpness_is_that_of_neighbours_and_the_centre_that_of_mass():
    frames = torch.rand(2, 3, 5, 6, dtype=torch.float64)
    for t, b in np.ndindex(2, 3):
        x = frames[t, b].numpy()
        down = sum((x[y + 1, c] - x[y, c]) ** 2 for y in range(4) for c in range(6))
        across = sum((x[y, c + 1] - x[y, c]) ** 2 for y in range(5) for c in range(5))
        assert experiment.sharpness(frames)[t, b].item() == pytest.approx(down + across)
        middle = metrics.centre_of_mass(frames.float())[t, b].tolist()
        assert middle == pytest.approx(ndimage.center_of_mass(x), rel=1e-4)


def test_a_perfect_rollout_is_sharp_in_its_place_and_as_fast_as_the_truth():
    truth = torch.zeros(3, 1, 6, 6)
    for t in range(3):
        truth[t, 0, 2, 2 * t] = 1
    found = experiment.measure(torch.where(truth > 0, 50.0, -50.0), truth)
    assert found["place"].abs().max() < 1e-4 and found["mse"].max() < 1e-6
    assert found["path"].flatten().tolist() == pytest.approx([2, 2, 2])
    assert found["sharpness"].mean().item() == pytest.approx(1)


@settings(deadline=None)
@given(st.integers(4, 12), st.floats(0, 6), st.floats(-3, 3))
def test_a_wave_is_found_at_its_period(period, phase, level):
    t = np.arange(40)[:, None, None]
    waves = np.sin(2 * math.pi * t / period + phase + np.arange(5)) + level  # (T, 1, U)
    for lags in (period + 3, 2 * period + 3):  # also where it comes back twice
        lag, height = periods.peak(periods.autocorrelation(waves, lags))
        assert lag[0] == period and height[0] > 0.95


def test_autocorrelation_is_a_cosine_of_two_stretches():
    values = np.random.default_rng(0).normal(size=(9, 2, 3))
    curve = periods.autocorrelation(values, 4)
    centred = values - values.mean(0)
    for k, b in np.ndindex(5, 2):
        early, late = centred[: 9 - k, b].ravel(), centred[k:, b].ravel()
        cosine = early @ late / np.linalg.norm(early) / np.linalg.norm(late)
        assert curve[k, b] == pytest.approx(cosine)


def test_what_dies_down_or_drifts_has_no_period():
    t = np.arange(40)[:, None, None]
    for values in (np.exp(-t / 5), t / 40.0, np.zeros((40, 1, 1)), 0 * t + 3.0):
        lag, height = periods.peak(periods.autocorrelation(values, 20))
        assert lag[0] == 0 and height[0] == 0


@settings(max_examples=20, deadline=None)
@given(st.floats(0.06, 0.3), st.floats(0, 1))
def test_the_period_of_a_bounce_is_twice_the_steps_between_walls(speed, start):
    assume(abs(1 / speed - round(1 / speed)) > 1e-6)  # else rounding decides on the last step
    place = np.array([[[start, 0.5]]])
    places, _ = bounce(place, np.array([[[speed, 0.0]]]), 110)  # (T, 1, 1, 2)
    found = periods.bounce_periods(places[10:])
    assert found[0, 0] == 2 * math.ceil(1 / speed)
    assert found[0, 1] == 0  # it stands still on this axis


def test_passing_is_the_first_step_above_the_level():
    assert experiment.first_step_above([1, 2, 5, 1, 6], [3, 3, 3, 3, 3]) == 3
    assert experiment.first_step_above([1, 2], [3, 3]) is None


def test_units_that_repeat_the_digits_follow_them_and_a_clock_of_its_own_does_not():
    rng = np.random.default_rng(0)
    true = rng.choice([22, 24, 26, 30], 40)
    one = {"periods": np.stack([true, np.full(40, 60)], 1).tolist(), "windows": {}}
    for name, lag in (("right", true), ("own", rng.choice([15, 16, 17], 40))):
        one["windows"][name] = {"lag": lag.tolist(), "height": [0.9] * 40}
    assert experiment.period_correlation(one, "right")[0] == pytest.approx(1)
    assert abs(experiment.period_correlation(one, "own")[0]) < 0.4
    quick = int((true == 22).sum())
    assert experiment.beats_of(one, "right", 0.5) == (quick, 0)
    assert experiment.beats_of(one, "own", 0.5) == (quick, 40 - quick)
    one["windows"]["none"] = {"lag": [0] * 40, "height": [0.0] * 40}
    assert experiment.period_correlation(one, "none") == (0.0, 0)


def test_an_encoder_that_watches_ends_in_the_state_of_its_last_frame():
    s = Settings.for_scale("smoke")
    model = VideoModel(**s.model_fields()).eval()
    frames = to_unit(evaluation.heldout_data(experiment.long_settings(s)).batch(0, 2))
    with torch.inference_mode():
        h, _ = model.encode(frames)[0]
    watched = experiment.watch(model, s, 3, batch=2)
    assert watched.shape[:2] == (experiment.STEPS, 3)
    units = experiment.random_units(h.shape[1])
    np.testing.assert_allclose(watched[-1, :2], h.numpy()[:, units], rtol=1e-5, atol=1e-6)


def test_the_longer_one_differs_in_its_horizon_alone():
    short, longer = (experiment.settings_for(name, "smoke") for name in ("unconditional", "thirty"))
    assert longer == short.changed(frames_out=3 * short.frames_out)


def test_the_experiment_stores_what_a_lesson_asks_for(tmp_path, monkeypatch):
    monkeypatch.setitem(runs.SEQUENCES, "smoke", 3)
    lines = list(experiments.run("rollouts", "smoke", tmp_path))
    assert lines[-1].startswith("stored:")
    result = read_result(tmp_path / "rollouts.json")
    assert result["made"]["seeds"] == [0]
    assert set(result["models"]) == {*experiment.TRAINED, *experiment.PRETRAINED}
    for name, one in result["models"].items():
        per_step, mean = one["per_step"], one["baselines"]["mean_image"]
        assert {len(values) for values in per_step.values()} == {experiment.STEPS}
        assert len(mean["cross_entropy"]) == len(mean["sharpness"]) == experiment.STEPS
        assert set(one["controls"]) == (
            {"random", "shuffled"} if name in experiment.PRETRAINED else set()
        )
        assert np.shape(one["periods"])[0] == one["sequences"] == 3
        clips = {key: unpack_frames(text) for key, text in one["example"].items()}
        assert clips["truth"].shape == clips["rollout"].shape == (20, *clips["truth"].shape[1:])
        assert set(one["true places"]) == set(experiment.WINDOWS)
    for name in experiment.PRETRAINED:
        one = result["models"][name]
        mean_image = one["baselines"]["mean_image"]
        assert one["per_step"]["cross_entropy"][0] < mean_image["cross_entropy"][0]
        assert one["controls"]["random"]["swing"][-1] < 0.01 * one["swing"][-1]  # it has settled


def test_a_rollout_needs_no_download():
    there = Settings.for_scale("smoke", digits="embedded+mnist")
    assert experiment.long_settings(there).digits == "embedded"
