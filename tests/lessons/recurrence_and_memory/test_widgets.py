"""The explorers of lesson 01: what they say against numbers that are known beforehand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_video_lab.lessons.recurrence_and_memory import memory, widgets
from lstm_video_lab.lessons.recurrence_and_memory.figures import (
    describe_gains,
    draw_gains,
    number,
)
from lstm_video_lab.lessons.recurrence_and_memory.widgets import (
    SCALES,
    SHOWN,
    GradientExplorer,
    MemoryExplorer,
)

STEPS = np.arange(41)
HALVES = np.stack([0.5**STEPS, 0.5**STEPS])  # two seeds, the same: half is lost in each step
MEASURED = {
    ("RNN", 0.5): HALVES,
    ("RNN", 1.0): np.ones((2, 41)),
    ("LSTM, forget 5", 0.5): np.ones((2, 41)),
}
RESULT = {
    "scale": "smoke",
    "lengths": [2, 4],
    "seeds": 2,
    "steps": 7,
    "recall": {name: [[1.0, 0.9], [0.5, 0.3]] for name in memory.MEMORIES},
}


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")


@pytest.fixture
def widget(monkeypatch):
    def known(cell, scale, seeds, length):
        assert (seeds, length) == ((0, 1), 40)
        return MEASURED[cell, scale]

    monkeypatch.setattr(widgets, "measure_gains", known)
    return GradientExplorer((0, 1), 40, scale=0.5, back=5)


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
def test_each_control_changes_picture(widget, name, value):
    before = widget.picture()
    widget.values[name].value = value
    after = widget.picture()
    assert after.png != before.png and widget.image.value == after.png
    if name != "length":
        assert after.text != before.text


def test_one_looks_no_further_back_than_the_length(widget):
    widget.values["length"].value = 4
    widget.values["back"].value = 30
    assert "4 steps before the end" in widget.picture().text


@pytest.mark.parametrize("back", [1, 2, 6, 7, 40])
def test_every_distance_can_be_drawn(back):
    assert draw_gains(HALVES, "RNN", 0.5, 40, back).png


def test_all_cells_are_measured_at_all_scales_when_asked_for():
    widget = GradientExplorer((0,), 6)
    for cell in SHOWN:
        widget.values["cell"].value = cell
        for scale in (SCALES[0], SCALES[-1]):
            widget.values["scale"].value = scale
            assert "1 measured" in widget.picture().text


def test_the_price_of_each_memory_is_told_with_what_it_gives_back():
    widget = MemoryExplorer(RESULT)
    widget.values["frames"].value = 0
    words = widget.picture().text
    assert "T = 2 frames" in words and "LSTM, 16 units: 32 numbers kept" in words
    assert f"attention: {2 * (memory.RECALL_SYMBOLS + memory.KEY_SIZE)} numbers kept" in words
    assert "95 % given back (seeds from 90 to 100)" in words and "Chance is 25 %" in words
    before = widget.picture()
    widget.values["frames"].value = 1
    assert widget.picture().png != before.png and "T = 4 frames" in widget.picture().text
