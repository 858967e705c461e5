"""Runs and trials that are done once: whatever was cut off, the result is that of a whole one."""

import json

from hypothesis import given
from hypothesis import strategies as st

from lstm_video_lab.settings import Settings
from lstm_video_lab.training.runs import train_models
from lstm_video_lab.training.trials import resume_trials

POINTS = [{"name": name, "seed": seed} for name in ("a", "b") for seed in range(3)]


def work(point):
    return {"found": [point["seed"], len(point["name"])], "shape": {"n": 1}}


@given(st.integers(0, 2000))
def test_a_log_that_was_cut_anywhere_is_completed(tmp_path_factory, at):
    folder = tmp_path_factory.mktemp("log")
    whole = list(resume_trials(folder / "runs" / "whole.jsonl", POINTS, work))
    text = (folder / "runs" / "whole.jsonl").read_text()
    assert [row for row, _ in whole] == [point | work(point) for point in POINTS]
    assert all(is_new for _, is_new in whole)

    cut, asked = folder / "cut.jsonl", []
    cut.write_text(text[:at])
    again = list(resume_trials(cut, POINTS, lambda point: asked.append(point) or work(point)))
    assert [row for row, _ in again] == [row for row, _ in whole] and cut.read_text() == text
    assert len(asked) == len(POINTS) - text[:at].count("\n")
    assert asked == [{key: row[key] for key in ("name", "seed")} for row, is_new in again if is_new]


def test_a_row_is_what_the_file_will_say(tmp_path):
    """Not what `work` gave: JSON knows no tuples, so that a resumed run would differ."""
    ((row, _),) = resume_trials(tmp_path / "log.jsonl", [{"n": 1}], lambda _: {"pair": (1, 2)})
    assert row == {"n": 1, "pair": [1, 2]} == json.loads((tmp_path / "log.jsonl").read_text())


def test_the_order_of_the_points_may_change(tmp_path):
    list(resume_trials(tmp_path / "log.jsonl", POINTS, work))
    rows = list(resume_trials(tmp_path / "log.jsonl", POINTS[::-1], lambda _: {}))
    assert [row for row, _ in rows] == [point | work(point) for point in POINTS[::-1]]
    assert not any(is_new for _, is_new in rows)


MODELS = {
    "small, of two": Settings.for_scale("smoke", steps=4, units=3),
    "large": Settings.for_scale("smoke", steps=4, units=5, predict=False),
}


def returned(lines):
    """What a generator yields and what it returns."""
    seen = []
    while True:
        try:
            seen.append(next(lines))
        except StopIteration as end:
            return seen, end.value


def test_every_model_is_trained_with_every_seed_and_only_once(tmp_path):
    lines, results = returned(train_models("test", MODELS, tmp_path, seeds=(0, 7)))
    assert [line.split(":")[0] for line in lines if "nats per frame" in line] == list(MODELS)
    for name, settings in MODELS.items():
        assert [one["settings"] for one in results[name]] == [
            settings.changed(seed=seed).to_dict() for seed in (0, 7)
        ]
        first, second = (one["report"] for one in results[name])
        assert first != second
    stems = ("test-small-of-two", "test-large")
    assert {run.name for run in (tmp_path / "runs").iterdir()} == {
        f"{stem}-{seed}" for stem in stems for seed in (0, 7)
    }
    again, same = returned(train_models("test", MODELS, tmp_path, seeds=(0, 7)))
    assert same == results and len(again) < len(lines)


def test_without_seeds_each_model_has_its_own_and_a_study_adds_to_its_result(tmp_path):
    def study(name, model, settings):
        return {"units of": f"{name}: {model.settings.units} {settings.units}"}

    _, results = returned(train_models("test", MODELS, tmp_path, measure="mse", study=study))
    assert results["large"][0]["units of"] == "large: 5 5"
    assert {run.name for run in (tmp_path / "runs").iterdir()} == {
        "test-small-of-two",
        "test-large",
    }
