"""The experiments at smoke scale: what they store, and that they resume."""

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lstm_video_lab.cli import main
from lstm_video_lab.data.frames import pack_frames, unpack_frames
from lstm_video_lab.files import load_result, read_result
from lstm_video_lab.lessons import experiments
from lstm_video_lab.lessons.autoencoder import experiment
from lstm_video_lab.lessons.table2 import experiment as composite
from lstm_video_lab.training.runs import EXAMPLES


@pytest.fixture(autouse=True)
def small_grids(monkeypatch):
    monkeypatch.setattr(experiment, "UNITS", (4, 8))
    monkeypatch.setattr(experiment, "LARGE", 8)
    monkeypatch.setattr(composite, "UNITS", (4,))


@given(arrays(np.uint8, st.tuples(*[st.integers(1, 4)] * 3)))
def test_packed_frames_come_out_as_they_went_in(frames):
    assert np.array_equal(unpack_frames(pack_frames(frames)), frames)


def test_units(tmp_path):
    assert main(["experiment", "units", "--scale", "smoke", "--out", str(tmp_path)]) == 0
    result = read_result(tmp_path / "units.json")
    assert result["made"] == {
        "command": "lstm-video-lab experiment units --scale smoke --out DIR",
        "scale": "smoke",
        "seeds": [0, 1, 2],
        "date": datetime.date.today().isoformat(),
    }
    assert set(result["units"]) == {"4", "8"} and result["scale"] == "smoke"
    for count, one in result["units"].items():
        assert one["settings"]["units"] == int(count) and one["report"]["future"] is None
        assert one["curve"]["step"][-1] == one["steps"] == 20
        assert one["curve"]["reconstruction"][-1] > 0
        errors = one["seeds"]["mse"]
        assert errors[0] == pytest.approx(one["report"]["reconstruction"]["mse"], rel=1e-6)
        assert len(set(errors)) == len(errors) == (3 if int(count) < experiment.LARGE else 1)
    assert (tmp_path / "units.png").read_bytes().startswith(b"\x89PNG")


def test_conditioning_scores_each_model_twice(tmp_path):
    lines = list(experiments.run("conditioning", "smoke", tmp_path))
    assert lines[-1].startswith("stored:")
    result = read_result(tmp_path / "conditioning.json")
    assert result["made"]["seeds"] == [0, 1, 2]
    models = result["models"]
    assert set(models) == {"unconditional", "teacher", "scheduled", "own"}
    for one in models.values():
        first = one["report"]["future"]["per_step"]["cross_entropy"]
        assert one["seeds"]["free"][0] == pytest.approx(first, rel=1e-5)
        for errors in one["seeds"].values():
            assert len(errors) == 3 and errors[0] != errors[1] != errors[2]
    free, forced = (
        models["unconditional"]["report"]["future"],
        models["unconditional"]["teacher_forced"],
    )
    assert forced["cross_entropy"] == pytest.approx(free["cross_entropy"], rel=1e-5)
    assert forced["per_step"] == pytest.approx(free["per_step"]["cross_entropy"], rel=1e-5)
    own = models["own"]
    assert (
        own["teacher_forced"]["per_step"][1]
        != own["report"]["future"]["per_step"]["cross_entropy"][1]
    )
    first = own["teacher_forced"]["per_step"][0]  # the first step is fed nothing either way
    assert first == pytest.approx(own["report"]["future"]["per_step"]["cross_entropy"][0], rel=1e-5)


def test_composite_keeps_predictions_of_the_same_sequences(tmp_path):
    lines = list(experiments.run("composite", "smoke", tmp_path))
    kinds = ("clips.json", "json", "png")
    assert lines[-1] == f"stored: {', '.join(f'{tmp_path}/composite.{kind}' for kind in kinds)}"
    result = read_result(tmp_path / "composite.json")
    assert result["made"]["seeds"] == [0]
    models = result["models"]
    assert set(models) == {"4-1-none", "4-1-future", "4-2-none", "4-2-future"}
    frames = {name: unpack_frames(one["examples"]["frames"]) for name, one in models.items()}
    assert all(np.array_equal(f, frames["4-1-none"]) for f in frames.values())
    assert frames["4-1-none"].shape == (7, EXAMPLES, 16, 16)
    assert unpack_frames(models["4-2-future"]["examples"]["future"]).shape == (3, EXAMPLES, 16, 16)


def test_an_experiment_that_was_cut_off_goes_on_and_gives_the_same(tmp_path):
    whole = list(experiments.run("units", "smoke", tmp_path / "whole"))
    cut = experiments.run("units", "smoke", tmp_path / "cut")
    for _ in range(3):  # the first size is done, the second has begun
        next(cut)
    cut.close()
    rest = list(experiments.run("units", "smoke", tmp_path / "cut"))
    assert len(rest) < len(whole)
    results = [read_result(tmp_path / name / "units.json") for name in ("whole", "cut")]
    for one in results:
        for entry in one["units"].values():
            del entry["seconds"], entry["curve"]["seconds"]
    assert results[0] == results[1]


def test_results_are_found_beside_the_lesson_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "composite.json").write_text('{"mine": 1}')
    assert load_result("composite") == {"mine": 1}
    with pytest.raises(FileNotFoundError, match="lstm-video-lab experiment nothing"):
        load_result("nothing")
    with pytest.raises(ValueError, match="'nothing' is unknown"):
        next(experiments.run("nothing", "smoke", tmp_path))


@pytest.mark.parametrize("name", experiments.WITHOUT_PAPER)
def test_a_scale_that_an_experiment_does_not_have_is_one_line(name, tmp_path):
    with pytest.raises(ValueError, match=f"experiment {name} has no scale 'paper': choose laptop"):
        next(experiments.run(name, "paper", tmp_path))
    assert list(tmp_path.iterdir()) == []
