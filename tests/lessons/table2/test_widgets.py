"""The explorer of a grid, on a made-up grid whose effects are known."""

from itertools import product

import numpy as np
import pytest

from lstm_video_lab.data.frames import pack_frames
from lstm_video_lab.lessons.table2.experiment import effects, name_of
from lstm_video_lab.lessons.table2.sequence_figures import draw_composite
from lstm_video_lab.lessons.table2.sequences import stored_sequence
from lstm_video_lab.lessons.table2.widgets import CompositeExplorer

UNITS, LAYERS, CONDITIONAL = (8, 16, 32), (1, 2), (False, "future")
SEEN, AHEAD, STORED, SIDE = 4, 3, 2, 8


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")


def stored_model(n: int, units: int, layers: int, conditional) -> dict:
    """Units save 10 nats, layers 3, conditioning 1; every standard error is 1."""
    nats = 90.0 - 5 * UNITS.index(units) - 3 * (layers - 1) - bool(conditional)
    rng = np.random.default_rng(n)
    parts = {"frames": SEEN + AHEAD, "reconstruction": SEEN, "future": AHEAD}
    return {
        "settings": {
            "units": units, "layers": layers, "conditional": conditional, "frames_in": SEEN
        },
        "parameters": 1000 * units,
        "steps": 20,
        "seconds": 1.0,
        "curve": {"step": [10, 20], "future": [nats + 5, nats]},
        "report": {
            "sequences": 50, "future": {"cross_entropy": nats, "stderr": {"cross_entropy": 1.0}}
        },
        "examples": {
            name: pack_frames(rng.integers(0, 256, (T, STORED, SIDE, SIDE), np.uint8))
            for name, T in parts.items()
        },
    }  # fmt: skip


@pytest.fixture
def result():
    points = enumerate(product(UNITS, LAYERS, CONDITIONAL))
    return {
        "scale": "smoke",
        "models": {name_of(*point): stored_model(n, *point) for n, point in points},
        "baselines": {
            "mean_image": {"cross_entropy": 100.0},
            "entropy_bound": {"cross_entropy": 20.0},
        },
    }


def test_effects_are_those_that_were_put_in(result):
    changes = effects(result)
    assert changes["units"][0] == pytest.approx(-10)
    assert changes["layers"][0] == pytest.approx(-3)
    assert changes["conditioning"][0] == pytest.approx(-1)
    # The mean of so many differences, each of variance 2.
    pairs = {"units": 4, "layers": 6, "conditioning": 6}
    assert {k: e for k, (_, e) in changes.items()} == pytest.approx(
        {k: (2 / n) ** 0.5 for k, n in pairs.items()}
    )


def test_what_is_recalled_is_shown_in_the_order_of_time(result):
    model = result["models"]["16-1-none"]
    (first, past), (second, future) = stored_sequence(model, 2)
    assert (first, second) == (1, SEEN + 1)
    assert list(past) == ["input", "recalled"] and list(future) == ["truth", "predicted"]
    rng = np.random.default_rng(list(result["models"]).index("16-1-none"))
    frames = rng.integers(0, 256, (SEEN + AHEAD, STORED, SIDE, SIDE), np.uint8)[:, 1]
    reversed_input = rng.integers(0, 256, (SEEN, STORED, SIDE, SIDE), np.uint8)[:, 1]
    np.testing.assert_array_equal(past["input"], frames[:SEEN])
    np.testing.assert_array_equal(future["truth"], frames[SEEN:])
    for t in range(SEEN):
        np.testing.assert_array_equal(past["recalled"][t], reversed_input[SEEN - 1 - t])


def test_words_give_the_numbers_and_the_place(result):
    words = draw_composite(result, "32-2-future").text
    assert "76.0 ± 1.0" in words and "76 % of the mean image" in words
    assert "number 1 of 12" in words and "50 held-out sequences" in words
    assert "number 12 of 12" in draw_composite(result, "8-1-none").text


@pytest.mark.parametrize("name, value", [("units", 8), ("layers", 2), ("conditional", "future")])
def test_each_slider_changes_picture_and_words(result, name, value):
    widget = CompositeExplorer(result)
    before = widget.picture()
    widget.values[name].value = value
    after = widget.picture()
    assert after.png != before.png and after.text != before.text


def test_another_sequence_is_another_picture_of_the_same_numbers(result):
    widget = CompositeExplorer(result)
    before = widget.picture()
    widget.values["sequence"].value = 2
    assert widget.picture().png != before.png and widget.picture().text == before.text
