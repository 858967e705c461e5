"""The explorers of lesson 01: what they say against numbers that are known beforehand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_video_lab.experiments import keeping
from lstm_video_lab.widgets.keeping import KeepExplorer
from lstm_video_lab.widgets.recurrence import (
    SHOWN,
    GradientExplorer,
    describe_gains,
    draw_gains,
    measure,
    number,
)

STEPS = np.arange(41)
HALVES = np.stack([0.5**STEPS, 0.5**STEPS])  # two seeds, the same: half is lost in each step
MEASURED = {
    "RNN": {0.5: HALVES, 1.0: np.ones((2, 41))},
    "LSTM, forget 5": {0.5: np.ones((2, 41)), 1.0: 2.0 ** np.stack([STEPS, STEPS])},
}
RESULT = {
    "scale": "smoke",
    "lengths": [2, 4],
    "seeds": 2,
    "steps": 7,
    "recall": {name: [[1.0, 0.9], [0.5, 0.3]] for name in keeping.KEEPERS},
}


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")


def explorer():
    return GradientExplorer(MEASURED, scale=0.5, back=5)


def test_words_tell_what_is_left_and_of_which_step():
    words = draw_gains(HALVES, "RNN", 0.5, 20, 10).text
    assert "10 steps before the end" in words and "0.000977 times" not in words
    assert f"{number(np.log10(0.5**10))} times as large" in words
    assert "× 0.500 for each step" in words and "2 measured" in words


@pytest.mark.parametrize(
    ("power", "fate"),
    [(-4.0, "vanished"), (-2.0, "faint"), (0.5, "still counts"), (2.0, "grown"), (4.0, "exploded")],
)
def test_words_judge_by_the_mean_of_the_seeds(power, fate):
    powers = np.array([[0.0, power - 3], [0.0, power + 3]])
    assert fate in describe_gains(powers, "GRU", 1.0, 1)


@given(st.floats(-30, 30))
def test_a_number_reads_back_as_it_was(power):
    words = number(power).replace("−", "-").replace("·10^", "e")
    assert float(words) == pytest.approx(10**power, rel=0.05)


@pytest.mark.parametrize(
    ("name", "value"), [("cell", "LSTM, forget 5"), ("scale", 1.0), ("length", 10), ("back", 20)]
)
def test_each_control_changes_picture(name, value):
    widget = explorer()
    before = widget.picture()
    widget.values[name].value = value
    after = widget.picture()
    assert after.png != before.png and widget.image.value == after.png
    if name != "length":
        assert after.text != before.text


def test_one_looks_no_further_back_than_the_length():
    widget = explorer()
    widget.values["length"].value = 4
    widget.values["back"].value = 30
    assert "4 steps before the end" in widget.picture().text


@pytest.mark.parametrize("back", [1, 2, 6, 7, 40])
def test_every_distance_can_be_drawn(back):
    assert draw_gains(HALVES, "RNN", 0.5, 40, back).png


def test_measured_are_all_cells_at_all_scales():
    found = measure(seeds=(0,), scales=(0.5,), length=6)
    assert set(found) == set(SHOWN)
    for scales in found.values():
        assert scales[0.5].shape == (1, 7) and scales[0.5][0, 0] == pytest.approx(1.0)


def test_the_price_of_each_memory_is_told_with_what_it_gives_back():
    widget = KeepExplorer(RESULT)
    widget.values["frames"].value = 0
    words = widget.picture().text
    assert "T = 2 frames" in words and "LSTM, 16 units: 32 numbers kept" in words
    assert f"attention: {2 * (keeping.KINDS + keeping.PLACE)} numbers kept" in words
    assert "95 % given back (seeds from 90 to 100)" in words and "Chance is 25 %" in words
    before = widget.picture()
    widget.values["frames"].value = 1
    assert widget.picture().png != before.png and "T = 4 frames" in widget.picture().text
