"""A camera's motion as percepts, held against its pictures; and the experiment, small."""

import pytest
import torch
from torch.nn import functional as F

from lstm_video_lab.data.patches import CameraPatches
from lstm_video_lab.files import read_result
from lstm_video_lab.lessons import experiments
from lstm_video_lab.lessons.percepts_and_actions import few_labels, figures, guesses, unrelated
from lstm_video_lab.lessons.percepts_and_actions.few_labels import SMOKE

SIDE, FRAMES = 32, 6


def test_each_picture_is_the_one_before_moved_by_the_motion():
    pictures = CameraPatches("train", SIDE, FRAMES + 1, seed=5).batch(1, 20).float()
    motion = unrelated.CameraMotion("train", SIDE, FRAMES, seed=5).batch(1, 20)
    assert motion.shape == (FRAMES, 20, 2, 8, 8)
    down, right = F.interpolate(motion.flatten(0, 1), (SIDE, SIDE), mode="bilinear").unbind(1)
    pixel = torch.arange(SIDE).float()
    places = torch.stack((pixel - right, pixel[:, None] - down), -1)  # where each pixel was before
    before, after = pictures[:-1].flatten(0, 1), pictures[1:].flatten(0, 1)
    moved = F.grid_sample(before[:, None], 2 * places / (SIDE - 1) - 1, align_corners=True)[:, 0]
    middle = (..., slice(6, -6), slice(6, -6))  # what comes in at the edge was not there before
    error, still = ((x[middle] - after[middle]).square().mean() for x in (moved, before))
    assert error < 0.1 * still


def test_clips_are_a_function_of_their_number():
    camera = unrelated.CameraMotion("train", SIDE, FRAMES)
    assert torch.equal(camera.batch(0, 6)[:, 4:], camera.batch(2, 2))


def test_percepts_are_scaled_number_by_number():
    percepts = unrelated.camera_percepts(SMOKE)
    assert percepts.shape == (SMOKE.frames, SMOKE.unlabelled, 2, 8, 8)
    assert percepts.mean((0, 1)).abs().max() < 1e-4
    torch.testing.assert_close(percepts.std((0, 1)), torch.ones(2, 8, 8))


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    out = tmp_path_factory.mktemp("unrelated")
    list(experiments.run("unrelated", "smoke", out))
    return read_result(out / "unrelated.json")


def test_trials_are_those_of_the_main_curve_but_for_their_start(stored):
    labelled = unrelated.LABELLED["smoke"]
    main = [
        {**point, "start": unrelated.START}
        for point in few_labels.plan(SMOKE)
        if (point["percepts"], point["start"]) == ("flow", "composite")
        and point["labelled"] in labelled
    ]
    mine = unrelated.plan(SMOKE, labelled)
    assert sorted(map(few_labels.key_of, mine)) == sorted(map(few_labels.key_of, main))
    assert len(stored["trials"]) == len(mine)


def test_gains_are_differences_to_random_weights_draw_by_draw(stored):
    sizes = {**stored["sizes"], "few": 2}
    others = []
    for start in ("random", "composite"):
        others += [{**row, "start": start} for row in stored["trials"]]
    better = []
    for row in stored["trials"]:
        accuracy = {way: value + 3 + row["draw"] for way, value in row["accuracy"].items()}
        better.append({**row, "accuracy": accuracy})
    actions, result = ({"sizes": sizes, "trials": rows} for rows in (others, better))
    both = few_labels.join(actions, result)
    how = {"labelled": 2, "encoder": "best", "percepts": "flow"}
    assert few_labels.gain(both, unrelated.START, **how) == pytest.approx((3.5, 0.5))
    assert "+3.5 ± 0.5" in guesses.UNRELATED.reveal(both)
    assert guesses.UNRELATED.right(both) == guesses.LEFT[2]
    text = figures.draw_unrelated({**result, "scale": "smoke"}, actions).text
    assert "clips of a camera +3.5 ± 0.5" in text
