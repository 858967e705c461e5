"""Live runs count steps; where time runs out the stored run of the same settings takes over."""

import json

import pytest
import torch

from lstm_video_lab import Settings, evaluate, train
from lstm_video_lab.training import learn, live


def smoke(**changes):
    return Settings.for_scale("smoke", **changes)


RUNS = sorted(live.STORED.glob("*.json"))


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
    assert "step 1 of 20; no run of these settings is stored" in capsys.readouterr().out
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


def test_a_build_refuses_a_stored_run_of_other_code(shelf, monkeypatch):
    settings = smoke(steps=2).changed(scale="laptop")
    run = learn(settings)
    curve = {name: [2 * value for value in values] for name, values in run.curve.items()}
    live.store_run(live.LiveRun(run.model, 1.0, curve), settings, "other")
    monkeypatch.setenv("LAB_STATIC", "1")
    with pytest.raises(ValueError, match=r"the stored run ended at .* delete .*other-"):
        learn(settings)


def test_a_run_by_the_clock_ends_by_its_own(shelf):
    by_clock = smoke(minutes=0.02)
    assert learn(by_clock, seconds=0.0).curve["step"][-1] > 1


def test_at_smoke_scale_a_lesson_keeps_the_pace_of_that_scale(monkeypatch):
    changes = {"steps": 700, "batch_size": 9, "learning_rate": 0.02, "reconstruct": False}
    monkeypatch.setenv("LAB_SCALE", "smoke")
    assert Settings.for_lesson(**changes) == smoke(reconstruct=False)
    monkeypatch.setenv("LAB_SCALE", "laptop")
    assert Settings.for_lesson(**changes) == Settings.for_scale("laptop", **changes)


def test_stored_runs_are_light():
    files = list(live.STORED.iterdir())
    assert RUNS and sum(path.stat().st_size for path in files) <= 24 * 2**20
    assert {path.name.split(".")[0] for path in files} == {path.stem for path in RUNS}


@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.stem)
def test_a_stored_run_is_as_good_as_its_curve_ends(path):
    settings = Settings.from_dict(json.loads(path.read_text())["settings"])
    run = live.find_run(settings)
    assert path == live._card_path(settings) and run.curve["step"][-1] == settings.steps
    measure = "cross_entropy" if settings.output == "logistic" else "mse"
    report = evaluate(run.model, settings, 50, similarity=False, compare=False)
    for part in ("future", "reconstruction"):
        if part in run.curve and settings.data == "digits":  # held-out ones cost somewhat more
            assert 0.7 < report[part][measure] / run.curve[part][-1] < 1.5
        elif part in run.curve:  # other photographs: how hard they are is another matter
            assert report[part][measure] < 0.5 * run.curve[part][0]
