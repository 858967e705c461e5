"""Counting digits: the rulers against another library or a slow form, and the whole when small."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from skimage import measure

from lstm_video_lab import Settings, VideoModel, evaluation, pretrained
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.files import read_result
from lstm_video_lab.lessons import experiments
from lstm_video_lab.lessons.one_and_three_digits import experiment
from lstm_video_lab.training import runs

FRAMES = arrays(np.float32, (2, 2, 5, 5), elements=st.sampled_from([0.0, 0.25, 0.5, 1.0]))
SMALL = Settings.for_scale("smoke", num_digits=2)


@settings(deadline=None)
@given(FRAMES, st.sampled_from([0.1, 0.3, 0.6]))
def test_blobs_are_counted_as_another_library_counts_them(frames, threshold):
    found = experiment.count_blobs(torch.from_numpy(frames), threshold)
    for t, b in np.ndindex(2, 2):
        other = measure.label(frames[t, b] > threshold, connectivity=2).max()
        assert found[t, b] == other == experiment.label_blobs(frames[t, b], threshold)[1]


def test_a_full_and_an_empty_frame_have_one_blob_and_none():
    frames = torch.stack([torch.ones(1, 4, 4), torch.zeros(1, 4, 4)])
    assert experiment.count_blobs(frames, 0.5).tolist() == [[1], [0]]


@settings(deadline=None)
@given(FRAMES, st.integers(0, 3))
def test_a_guess_like_the_truth_has_as_many_blobs(frames, number):
    frames = torch.from_numpy(frames)
    counts = experiment.blob_counts(frames, frames, 0.3, number)  # (T, MOST + 1)
    clear = experiment.count_blobs(frames, 0.3) == number
    assert counts[:, number].tolist() == clear.sum(1).tolist()
    assert counts.sum() == clear.sum()


def test_blobs_are_counted_where_the_truth_shows_the_digits():
    two = torch.zeros(1, 1, 5, 5)
    two[..., 0, 0] = two[..., 4, 4] = 1
    one = two.clone()
    one[..., 4, 4] = 0
    counts = experiment.blob_counts(one, two, 0.5, 2)
    assert counts.tolist() == [[0, 1, 0, 0, 0, 0]]
    share, frames = experiment.blob_shares(counts.tolist())
    assert share[1] == 1 and frames == 1
    assert experiment.blob_shares(experiment.blob_counts(one, two, 0.5, 3))[1] == 0


@pytest.mark.parametrize("number", (1, 2, 3))
def test_own_pixels_are_bright_in_the_frame_and_nobody_elses(number):
    data = evaluation.heldout_data(experiment.with_digits(SMALL, number))
    own, frames = experiment.own_pixels(data, 1, 4), data.batch(1, 4)
    assert own.shape == (number, *frames.shape)
    assert own.sum(0).max() <= 1 and own.any()
    assert (frames[own.any(0)] > 127).all()
    if number == 1:
        assert torch.equal(own[0], frames > 127)


def test_all_ink_of_the_truth_lies_inside_its_squares():
    data = evaluation.heldout_data(experiment.with_digits(SMALL, 2))
    inside, scene = experiment.digit_squares(data, 1, 4), data.scene(1, 4)
    frames = data.batch(1, 4)
    assert not (frames.bool() & ~inside).any()
    for t, b in ((0, 0), (3, 2)):
        slow = np.zeros(frames.shape[2:], bool)
        for y, x in scene.positions[t, b]:
            slow[y : y + data.digit_size, x : x + data.digit_size] = True
        assert np.array_equal(inside[t, b], slow)


def test_strengths_are_sorted_and_those_of_each_digit():
    own = torch.zeros(2, 1, 1, 4, 4, dtype=torch.bool)
    own[0, ..., :2, :], own[1, ..., 2:, :] = True, True
    guess = torch.zeros(1, 1, 4, 4)
    guess[..., :2, :], guess[..., 2:, :] = 0.75, 0.25
    assert experiment.strengths(guess, own).tolist() == [[0.25, 0.75]]
    own[1, ..., 3, :] = False  # too few pixels are left to judge by
    assert experiment.strengths(guess, own).shape == (0, 2)


def test_errors_are_those_of_the_evaluation_and_baselines_of_their_own_number():
    model = VideoModel(**SMALL.model_fields())
    three = experiment.with_digits(SMALL, 3)
    found = experiment.measure(model, three, 7, batch=3)
    report = evaluation.evaluate(model, three, 7, similarity=False)
    for part, one in found.items():
        for name in ("cross_entropy", "mse"):
            assert one[name]["mean"] == pytest.approx(report[part][name], rel=1e-5)
            assert one[name]["stderr"] == pytest.approx(report[part]["stderr"][name], rel=1e-4)
        length = three.frames_in if part == "reconstruction" else three.frames_out
        assert len(one["ink"]["per_step"]) == length
        assert np.shape(one["blobs"]) == (len(experiment.THRESHOLDS), length, experiment.MOST + 1)
        assert all(0 < np.sum(counts) <= 7 * length for counts in one["blobs"])
    levels = experiment.baselines(three, SMALL, 7)
    assert levels["mean_image"]["mse"] == pytest.approx(report["baselines"]["mean_image"]["mse"])
    assert levels["two-digit mean"]["mse"] > levels["mean_image"]["mse"]
    same = experiment.baselines(SMALL, SMALL, 7)
    assert same["two-digit mean"]["mse"] == pytest.approx(same["mean_image"]["mse"], rel=1e-5)


def test_a_reconstruction_is_compared_in_the_order_of_time():
    model = VideoModel(**SMALL.model_fields()).eval()
    frames = evaluation.heldout_data(SMALL).batch(0, 2)
    logits, truth = experiment.predicted_and_true(model, frames, SMALL.frames_in)["reconstruction"]
    assert torch.equal(truth, to_unit(frames[: SMALL.frames_in]))
    with torch.inference_mode():
        assert torch.equal(logits.flip(0), model(truth, future=1).reconstruction)


def test_ink_is_given_in_digits():
    ink = {str(n): {"future": {"ink": {"mean": 2 / n}}} for n in (1, 2, 4)}
    assert experiment.ink_in_digits({"digits": ink}, "future") == [2, 2, 2]


def test_the_experiment_stores_what_a_lesson_asks_for(tmp_path, monkeypatch):
    monkeypatch.setitem(runs.SEQUENCES, "smoke", 3)
    lines = list(experiments.run("digit_count", "smoke", tmp_path))
    assert lines[-1].startswith("stored:")
    result = read_result(tmp_path / "digit_count.json")
    assert result["made"]["seeds"] == [0]
    assert tuple(result["models"]) == experiment.PRETRAINED
    assert result["control"]["settings"]["num_digits"] == 1
    assert set(result["clips"]) == {"truth", "control", experiment.SMALL}
    for model in result["models"].values():
        assert set(model["digits"]) == {"1", "2", "3", "4"} and model["sequences"] == 3
        for number, one in model["digits"].items():
            assert np.shape(one["future"]["blobs"])[0] == len(result["thresholds"])
            assert one["baselines"]["entropy_bound"]["mse"] == 0
            assert len(one["reconstruction"]["strengths"] or range(int(number))) == int(number)
        two = model["digits"]["2"]
        error, mean = two["future"]["cross_entropy"]["mean"], two["baselines"]["mean_image"]
        assert error < 0.8 * mean["cross_entropy"]  # in its own world a model is good


def test_the_control_differs_from_its_model_in_the_number_of_digits_alone():
    card = pretrained.load_pretrained(experiment.SMALL).card
    own = experiment.control_settings("laptop").to_dict()
    assert own == card["settings"] | own | {"num_digits": 1}
    assert {k for k in card["settings"] if card["settings"][k] != own[k]} == {"num_digits"}
