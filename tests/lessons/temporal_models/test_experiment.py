"""Temporal models at smoke scale: what their clips tell, how they are shown, memory, resuming."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from lstm_video_lab.data import load_digits
from lstm_video_lab.data.frames import FRAME_ORDERS, reorder
from lstm_video_lab.files import read_result
from lstm_video_lab.lessons import experiments
from lstm_video_lab.lessons.temporal_models import experiment as lab
from lstm_video_lab.lessons.temporal_models.experiment import (
    SMOKE,
    TASKS,
    TOWARDS,
    labelled_batch,
    open_clips,
)

LAPTOP = lab.SIZES["laptop"]


@pytest.mark.parametrize("task", TASKS)
def test_test_clips_show_digits_that_nobody_trained_on(task):
    data = {split: open_clips(task, SMOKE, split) for split in ("train", "test")}
    for split, one in data.items():
        assert (one.digits.images == load_digits("embedded", split).images).all()
    seeds = [open_clips(task, SMOKE, "train", seed).seed for seed in (0, 1, 50)]
    assert {seed % 2 for seed in seeds} == {0} and data["test"].seed % 2 == 1
    assert len(set(seeds)) == 3
    seen, labels = labelled_batch(task, data["test"], 2, 10)
    assert seen.shape == (4, 10, 16, 16) and seen.min() >= 0 and seen.max() <= 1
    assert labels.min() >= 0 and labels.max() < len(TASKS[task])


def test_a_digit_moves_where_its_label_says_and_comes_back_at_the_other_side():
    data = open_clips("direction", LAPTOP)
    _, labels = labelled_batch("direction", data, 1, 40)
    positions = data.scene(1, 40).positions[:, :, 0]  # (T, B, 2)
    box = LAPTOP.image_size - data.digit_size
    for n in range(40):
        towards = np.array(TOWARDS[TASKS["direction"][labels[n]]])
        for before, after in pairwise(positions[:, n]):
            steps = (after - before) * np.where(towards == 0, 1, towards)
            across = steps[towards == 0]
            along = steps[towards != 0] % box
            assert (across == 0).all() and (along >= 1).all() and (along <= 2).all()
    assert sorted(np.bincount(labels)) == [10] * 4


def test_a_frame_says_nothing_of_the_direction():
    """Places of every class in every frame have the mean and the variance of an even spread."""
    data, count = open_clips("direction", LAPTOP), 4000
    places = data.scene(0, count).positions[:, :, 0] / (LAPTOP.image_size - data.digit_size)
    labels = np.arange(count) % 4
    wide = 12  # as many whole pixels as places: their mean is 0.5 − 0.5/12
    for label in range(4):
        mine = places[:, labels == label]  # (T, 1000, 2)
        assert np.abs(mine.mean(1) - (0.5 - 0.5 / wide)).max() < 5 * (1 / 12 / 1000) ** 0.5
        assert np.abs(mine.var(1) - (1 - 1 / wide**2) / 12).max() < 0.015


def test_names_and_directions_are_asked_of_the_same_clips():
    one, two = (
        labelled_batch(task, open_clips(task, SMOKE), 3, 8) for task in ("name", "direction")
    )
    assert torch.equal(one[0], two[0])
    chosen = open_clips("name", SMOKE).scene(3, 8).chosen[:, 0]
    assert (one[1].numpy() == load_digits("embedded").labels[chosen]).all()


def test_frames_are_shown_in_three_ways():
    seen = torch.arange(5).view(5, 1, 1, 1).expand(5, 30, 2, 2)
    assert torch.equal(reorder(seen, "in order"), seen)
    shuffled = reorder(seen, "shuffled", seed=1)[..., 0, 0]  # (T, B)
    assert torch.equal(shuffled.sort(0).values, seen[..., 0, 0])
    assert len({tuple(clip.tolist()) for clip in shuffled.T}) > 15  # each has its own order
    assert torch.equal(shuffled, reorder(seen, "shuffled", seed=1)[..., 0, 0])
    repeated = reorder(seen, "one repeated")[..., 0, 0]
    assert (repeated == repeated[:1]).all() and set(repeated[0].tolist()) == set(range(5))
    with pytest.raises(ValueError, match="how='backwards'") as caught:
        reorder(seen, "backwards")
    assert "\n" not in str(caught.value)


def test_single_frames_are_samples_of_their_own():
    """Two steps on clips are two steps on their frames, which have no order."""
    models = [lab.train_model("direction", "frames", SMOKE, how) for how in FRAME_ORDERS[:2]]
    weights = [model.state_dict().values() for model in models]
    for one, other in zip(*weights, strict=True):
        torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-3)


def test_the_command_stores_every_trial_once_and_resumes(tmp_path, monkeypatch):
    one = replace(SMOKE, seeds=1)
    monkeypatch.setitem(lab.SIZES, "smoke", one)
    run = experiments.run("temporal_models", "smoke", tmp_path)
    for _ in range(20):
        next(run)
    run.close()
    log = tmp_path / "runs" / "temporal_models-smoke.jsonl"
    first = log.read_text()
    assert len(first.splitlines()) == 20
    assert list(experiments.run("temporal_models", "smoke", tmp_path))[-1].startswith("stored:")
    assert log.read_text().startswith(first)
    result = read_result(tmp_path / "temporal_models.json")
    assert result["made"]["seeds"] == [0]
    keys = [(row["task"], row["kind"], row["trained"], row["seed"]) for row in result["trials"]]
    assert keys == [tuple(point.values()) for point in lab.plan(one)]
    assert len(set(keys)) == len(keys) == 3 * 9
    again = lab.train_model(*keys[2][:2], SMOKE, *keys[2][2:])
    assert result["trials"][2]["accuracy"] == lab.score(again, keys[2][0], SMOKE)
    for row in result["trials"]:
        assert set(row["accuracy"]) == set(FRAME_ORDERS)
        assert all(len(each) == SMOKE.frames for each in row["accuracy"].values())
        if row["kind"] != "lstm":  # an answer to a still clip stays as it is
            assert len(set(row["accuracy"]["one repeated"])) == 1
    assert (tmp_path / "temporal_models.png").read_bytes().startswith(b"\x89PNG")


def test_accuracies_are_found_by_what_was_tried():
    rows = [
        {"task": "name", "kind": "3d", "trained": trained, "seed": seed,
         "accuracy": {how: [10.0 * k + seed, 50.0 + seed] for k, how in enumerate(FRAME_ORDERS)}}
        for trained in FRAME_ORDERS for seed in (0, 2)
    ]  # fmt: skip
    result = {"trials": rows}
    assert lab.accuracy(result, task="name", kind="3d") == (51.0, pytest.approx(2**0.5))
    assert lab.accuracy(result, "shuffled", 1, task="name", kind="3d")[0] == 11.0
    assert lab.accuracy(result, frames=2, task="name", kind="3d", trained="shuffled")[0] == 51.0
