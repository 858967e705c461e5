"""The ladder's experiment, small; its measures of grids, colours and contours on known frames."""

import pytest
import torch

from lstm_video_lab.cli import main
from lstm_video_lab.data.frames import unpack_frames
from lstm_video_lab.files import read_result
from lstm_video_lab.lessons.video_ladder import experiment

RAMP = torch.linspace(0, 1, 16).expand(4, 16, 16)


def test_trials_are_stored_and_picked_up_again(tmp_path, monkeypatch):
    chosen = ("base", "three at once", "mix 1.0 0.0", "actions", "5 clips", "any length")
    all_trials = experiment.TRIALS
    monkeypatch.setattr(experiment, "TRIALS", {name: all_trials[name] for name in chosen})
    command = ["experiment", "ladder", "--scale", "smoke", "--out", str(tmp_path)]
    assert main(command) == 0
    result = read_result(tmp_path / "ladder.json")
    assert result["made"]["seeds"] == [0, 1, 2]
    assert list(result["trials"]) == [f"{name}/0" for name in chosen]
    for scores in result["trials"].values():
        assert len(scores["mse"]) == len(scores["clip changed"]) == experiment.AHEAD
        assert unpack_frames(scores["shown"]).shape[1] == experiment.SHOWN
    assert len(result["trials"]["any length/0"]["lengths"]) == experiment.FIRST
    heads = result["trials"]["actions/0"]["actions"]
    assert len(heads) == 12 and all(0 <= value <= 100 for value in heads.values())
    assert result["baselines"]["digits"]["truth"]["mse"] == [0] * experiment.AHEAD
    assert result["baselines"]["colour"]["copy last"]["mse"][0] > 0
    log = tmp_path / "runs" / "ladder-smoke.jsonl"
    log.write_text(log.read_text()[:-100])  # as if cut off in the midst of the last trial's line
    known = {"mse": [1.0], "seconds": 0.0}
    monkeypatch.setattr(experiment, "run_trial", lambda *_: known)
    assert main(command) == 0
    again = read_result(tmp_path / "ladder.json")["trials"]
    last = again.pop("any length/0")
    assert last == known and again == {k: v for k, v in result["trials"].items() if k in again}


def test_some_trials_have_more_seeds_and_all_are_new():
    points = [(point["seed"], point["trial"]) for point in experiment.plan({"seeds": 3})]
    assert len(set(points)) == len(points)
    for name in experiment.TRIALS:
        count = sum(trial == name for _, trial in points)
        assert count == 3 + experiment.MORE_SEEDS.get(name, 0)


def test_a_longer_training_is_looked_at_on_the_way():
    size = experiment.SIZES["smoke"] | {"steps": 50}
    scores = experiment.run_trial("photo nearest", size | {"tests": 2}, 0)
    assert [moment["step"] for moment in scores["moments"]] == [1, 5, 15, 50]
    assert all(moment["blocks"] == pytest.approx(1, abs=1e-3) for moment in scores["moments"])
    assert unpack_frames(scores["moments"][0]["seen"]).shape == (2, 3, 16, 16)
    assert "moments" not in experiment.run_trial("nowhere", experiment.SIZES["smoke"], 0)


def test_another_scale_is_refused_in_one_line(tmp_path, capsys):
    assert main(["experiment", "ladder", "--scale", "paper", "--out", str(tmp_path)]) == 2
    assert "experiment ladder has no scale 'paper'" in capsys.readouterr().err


def test_all_mixes_sum_to_one_and_differ():
    assert len(set(experiment.MIXES.values())) == len(experiment.MIXES) == 7
    assert all(sum(mix) == pytest.approx(1) and min(mix) >= 0 for mix in experiment.MIXES.values())


def test_blocks_are_found_and_nature_has_none():
    small = torch.rand(4, 8, 8)
    doubled = small.repeat_interleave(2, -1).repeat_interleave(2, -2)
    assert experiment.blocks(doubled) == pytest.approx(1)
    assert abs(experiment.blocks(torch.rand(50, 16, 16))) < 0.1
    assert abs(experiment.blocks(RAMP)) < 1e-4
    assert (
        max(abs(f(torch.zeros(1, 8, 8))) for f in (experiment.blocks, experiment.chessboard)) < 1e-5
    )


def test_a_chessboard_is_found_however_faint():
    y, x = torch.meshgrid(torch.arange(16), torch.arange(16), indexing="ij")
    board = ((y + x) % 2).float()
    assert experiment.chessboard(board[None]) == pytest.approx(2)  # its one wave lies on both lines
    assert experiment.chessboard((x % 2).float()[None]) == pytest.approx(1)
    slow = torch.sin(2 * torch.pi * x / 16)[None]
    assert experiment.chessboard(slow) < 1e-6 < 0.01 < experiment.chessboard(slow + 0.2 * (x % 2))


def test_what_is_explained():
    truth = torch.randn(3, 8)
    assert experiment.explained(truth, truth) == 1
    assert experiment.explained(torch.zeros(3, 8), truth) == 0
    assert experiment.explained(-truth, truth) == pytest.approx(-3)


def test_grey_answers_have_contours_and_no_colours():
    frames = torch.rand(experiment.FIRST + experiment.AHEAD, 3, 3, 16, 16)
    truth = frames[experiment.FIRST :]
    grey = experiment.score(lambda *_: truth.mean(2, keepdim=True).expand_as(truth), frames, 1)
    assert abs(grey["colours"]) < 1e-6 < grey["contours"]
    paint = truth - truth.mean(2, keepdim=True)
    assert experiment.score(lambda *_: paint, frames, 1)["colours"] == pytest.approx(1)


def test_circles_move_sideways_and_come_back():
    clips = experiment.circles([0, 1, 2], 16, 40)  # uint8 (T, B, S, S)
    rows = clips.float().sum(-1)
    torch.testing.assert_close(rows, rows[:1].expand_as(rows), rtol=0.2, atol=80)  # same heights
    assert clips.dtype == torch.uint8 and clips.amax((2, 3)).min() > 200
    assert torch.equal(clips[0, 0], clips[16, 0])  # a pixel a step, sixteen pixels round
    torch.testing.assert_close(clips[:5, 0].roll(1, -1)[:-1], clips[1:5, 0])
    assert torch.equal(experiment.circles([1], 16, 5)[:, 0], clips[:5, 1])


def test_a_memory_says_what_followed_the_most_alike_moment():
    stored = torch.rand(12, 3, 5, 5)
    for clip in range(3):
        seen = stored[4:7, clip : clip + 1] + 1e-4
        assert torch.equal(experiment.recall(seen, stored, 2), stored[7:9, clip : clip + 1])
    same = experiment.recall(stored[:3], stored, 9)
    assert torch.equal(same, stored[3:])


@pytest.fixture
def trained_on(monkeypatch):
    """The clips that a ladder would have been trained on, step by step."""
    batches = []
    monkeypatch.setattr(
        experiment,
        "train_ladder",
        lambda model, clips, steps, **_: batches.extend(map(clips, range(steps))),
    )
    return batches


def test_few_clips_are_seen_again_and_again(trained_on):
    experiment.train_trial({"side": 16, "steps": 6, "batch": 4}, 0, clips=2)
    first = experiment.open_clips("digits", "train", 16).batch(0, 2)
    kinds = {clip.numpy().tobytes() for frames in trained_on for clip in frames.unbind(1)}
    assert kinds == {clip.numpy().tobytes() for clip in first.unbind(1)}


def test_the_frame_rate_falls_in_thirds_and_digits_go_faster(trained_on):
    size = {"side": 16, "steps": 6, "batch": 40}
    experiment.train_trial(size, 0, rates=(25, 15, 10))
    moved = [frames.float().diff(dim=0).abs().mean().item() for frames in trained_on]
    assert moved[0] < moved[2] < moved[4]
    experiment.train_trial(size, 0, rates=(25, 15, 10), mixed=True)
    moved = [frames.float().diff(dim=0).abs().mean().item() for frames in trained_on[6:]]
    assert moved[0] < moved[1] < moved[2] and moved[3] < moved[4] < moved[5]
    slow, fast = (
        experiment.open_clips("digits", "test", 16, rate).batch(0, 5) for rate in (25, 10)
    )
    assert torch.equal(fast, experiment.open_clips("digits", "test", 16).batch(0, 5))
    assert not torch.equal(slow, fast)
