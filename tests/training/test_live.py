"""Live runs count steps; where time runs out the stored run of the same settings takes over."""

import pytest
import torch

from lstm_video_lab import Settings, train
from lstm_video_lab.training import learn, live


def smoke(**changes):
    return Settings.for_scale("smoke", **changes)


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """An empty folder of stored runs, and a person in front of the lesson."""
    monkeypatch.setattr(live, "STORED", tmp_path)
    monkeypatch.delenv("LAB_STATIC", raising=False)
    monkeypatch.delenv("LAB_STORE_RUNS", raising=False)
    return tmp_path


def test_learn_gives_the_same_model_as_the_loop_and_means_of_its_losses():
    seen = list(train(smoke(steps=20)))
    learned = learn(smoke(steps=20))
    assert not learned.model.training
    for a, b in zip(learned.model.parameters(), seen[-1].model.parameters(), strict=True):
        assert torch.equal(a, b)
    assert learned.curve["step"] == list(range(1, 21))
    assert learned.curve["future"] == [progress.future for progress in seen]
    only = learn(smoke(steps=250, predict=False))
    assert "future" not in only.curve and len(only.curve["step"]) == 100
    losses = [progress.reconstruction for progress in train(smoke(steps=250, predict=False))]
    assert only.curve["reconstruction"][0] == pytest.approx(sum(losses[:3]) / 3)


def test_where_time_runs_out_the_stored_run_takes_over_and_a_line_says_so(shelf, capsys):
    whole = learn(smoke(), "composite")
    live.store_run(whole, smoke(), "composite")
    again = learn(smoke(validate_every=3), "composite", seconds=0.0)  # a look changes no result
    assert "composite: 0 s are over at step 1 of 20; the stored run" in capsys.readouterr().out
    assert again.curve == whole.curve and not again.model.training
    for a, b in zip(again.model.parameters(), whole.model.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=2e-3)


def test_without_a_stored_run_of_just_these_settings_the_short_one_is_used(shelf, capsys):
    live.store_run(learn(smoke()), smoke(), "composite")
    short = learn(smoke(learning_rate=1e-3), seconds=0.0)
    assert "step 1 of 20; the lesson goes on with this model" in capsys.readouterr().out
    assert short.curve["step"] == [1]


def test_each_step_can_be_followed(shelf):
    steps = []
    learn(smoke(steps=4), on_step=lambda progress: steps.append(progress.step))
    assert steps == [1, 2, 3, 4]


def test_a_build_waits_and_refuses_a_run_that_is_not_stored(shelf, monkeypatch):
    monkeypatch.setenv("LAB_STATIC", "1")
    settings = smoke(steps=2).changed(scale="laptop")
    with pytest.raises(ValueError, match="this run is not stored: build with LAB_STORE_RUNS=1"):
        learn(settings, seconds=0.0)
    monkeypatch.setenv("LAB_STORE_RUNS", "1")
    assert learn(settings, seconds=0.0).curve["step"] == [1, 2]
    monkeypatch.delenv("LAB_STORE_RUNS")
    cards = list(shelf.glob("*.json"))
    learn(settings, seconds=0.0)
    assert len(cards) == 1 and list(shelf.glob("*.json")) == cards
    learn(smoke(steps=2))  # nothing is asked of a test at smoke scale


def test_at_smoke_scale_a_lesson_keeps_the_pace_of_that_scale(monkeypatch):
    changes = {"steps": 700, "batch_size": 9, "learning_rate": 0.02, "reconstruct": False}
    monkeypatch.setenv("LAB_SCALE", "smoke")
    assert Settings.for_lesson(**changes) == smoke(reconstruct=False)
    monkeypatch.setenv("LAB_SCALE", "laptop")
    assert Settings.for_lesson(**changes) == Settings.for_scale("laptop", **changes)
