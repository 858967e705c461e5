"""Tables of a few settings, small: every model with every seed, mean and spread."""

import dataclasses
import statistics

import pytest

from lstm_video_lab.files import read_result
from lstm_video_lab.lessons import experiments
from lstm_video_lab.lessons.table2 import grids
from lstm_video_lab.settings import Settings


@pytest.mark.parametrize("name", grids.GRIDS)
def test_a_grid_is_stored_with_every_seed(name, tmp_path, monkeypatch):
    grid = grids.GRIDS[name]
    few = dict(list(grid.models.items())[:2])
    monkeypatch.setitem(grids.GRIDS, name, dataclasses.replace(grid, models=few))
    monkeypatch.setattr(grids, "SEEDS", (0, 1))
    lines = list(experiments.run(name, "smoke", tmp_path))
    result = read_result(tmp_path / f"{name}.json")
    assert result["made"]["seeds"] == [0, 1]
    assert list(result["models"]) == list(few) and result["scale"] == "smoke"
    again = grids.run(name, "smoke", tmp_path)
    with pytest.raises(StopIteration) as end:
        while True:
            next(again)
    for key, one in end.value.value["models"].items():  # as it was before it was rounded
        assert result["models"][key]["mean"] == pytest.approx(one["mean"])
        assert one["mean"] == pytest.approx(statistics.mean(one["seeds"]))
        assert one["spread"] == pytest.approx(statistics.stdev(one["seeds"])) and one["spread"] > 0
        assert one["steps"] == 20 and one["parameters"] > 0
    assert (tmp_path / f"{name}.png").stat().st_size > 1000 and "stored" in lines[-1]


@pytest.mark.parametrize("name", grids.GRIDS)
def test_models_of_a_grid_differ_in_what_is_said_and_in_nothing_else(name):
    grid = grids.GRIDS[name]
    for model, changes in grid.models.items():
        settings = grids.settings_for(grid, model, "laptop", seed=5)
        free = {*changes, "steps", "validate_every", "seed"}
        plain = Settings.for_scale("laptop").to_dict()
        assert {k for k, v in settings.to_dict().items() if v != plain[k]} <= free
        assert settings.steps == grid.steps and settings.seed == 5


def test_the_best_rate_of_each_optimiser_is_the_one_with_the_least_error():
    results = {"adam 0.1": {"mean": 3.0}, "sgd 1": {"mean": 9.0}, "adam 0.2": {"mean": 2.0}}
    assert list(grids.best_rates(results)) == ["adam 0.2", "sgd 1"]


def test_every_name_of_an_experiment_is_known_to_its_module():
    assert sorted(grids.GRIDS) == sorted(experiments.GRIDS)


def test_a_share_is_what_is_left_of_the_way_from_mean_image_to_bound():
    baselines = {"mean_image": {"cross_entropy": 110.0}, "entropy_bound": {"cross_entropy": 10.0}}
    models = {"good": {"mean": 35.0}, "fog": {"mean": 110.0}}
    rows = grids.shares_left({"models": models, "baselines": baselines})
    assert rows == [("good", 35.0, 25.0), ("fog", 110.0, 100.0)]
