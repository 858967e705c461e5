"""The composite explorer, on a made-up grid whose effects are known; the sequence browser."""

import dataclasses
from itertools import product

import numpy as np
import pytest
import torch

from lstm_video_lab import Settings, VideoModel, evaluation
from lstm_video_lab.data.frames import pack_frames
from lstm_video_lab.lessons.composite.error_by_event import measure
from lstm_video_lab.lessons.composite.experiment import effects, name_of
from lstm_video_lab.lessons.composite.sequence_figures import (
    draw_composite,
    draw_past_and_future,
    spans,
)
from lstm_video_lab.lessons.composite.sequences import predict_sequence, stored_sequence
from lstm_video_lab.lessons.composite.widgets import CompositeExplorer, SequenceBrowser

N = 60  # sequences to browse
SETTINGS = Settings.for_scale("smoke", num_digits=2)
MODEL = VideoModel(**SETTINGS.model_fields()).eval()
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


def test_a_live_model_is_shown_as_it_predicts():
    settings = Settings.for_scale("smoke")
    model = VideoModel(**settings.model_fields()).eval()
    frames = evaluation.heldout_data(settings).batch(0, 3).float() / 255
    seen = settings.frames_in
    (_, past), (first, future) = parts = predict_sequence(model, frames[:, 1], seen)
    with torch.inference_mode():
        prediction = model(frames[:seen], future=settings.frames_out)
    recalled = prediction.reconstruction[:, 1].sigmoid().flip(0)
    np.testing.assert_allclose(past["recalled"], recalled, atol=1e-5)
    np.testing.assert_allclose(future["predicted"], prediction.future[:, 1].sigmoid(), atol=1e-5)
    assert first == seen + 1
    assert draw_past_and_future(parts, "words").text == "words"


@pytest.fixture(scope="module")
def errors():
    return measure(MODEL, SETTINGS, N)


def test_only_sequences_in_which_it_happens_are_offered(errors):
    widget = SequenceBrowser(MODEL, SETTINGS, errors)
    for kind, expected in (("overlap", errors.overlap.any(0)), ("bounce", errors.bounce.any(0))):
        assert 0 < expected.sum() < N
        assert set(widget.sequences_with(kind)) == {n for n in range(N) if expected[n]}
        widget.values["kind"].value = kind
        assert widget.values["number"].max == expected.sum()
    widget.values["kind"].value = "any"
    assert widget.values["number"].max == N


def test_the_last_number_survives_a_change_to_fewer_sequences(errors):
    widget = SequenceBrowser(MODEL, SETTINGS, errors)
    widget.values["kind"].value = "any"
    widget.values["number"].value = N
    widget.values["kind"].value = "bounce"
    assert widget.values["number"].value == len(widget.sequences_with("bounce"))
    assert widget.error.value == "" and widget.picture().png


@pytest.mark.parametrize("name, value", [("kind", "bounce"), ("number", 3)])
def test_each_control_changes_picture_and_words(errors, name, value):
    widget = SequenceBrowser(MODEL, SETTINGS, errors)
    before = widget.picture()
    widget.values[name].value = value
    assert widget.picture().png != before.png and widget.picture().text != before.text


def test_words_say_where_it_happens_and_what_it_costs(errors):
    widget = SequenceBrowser(MODEL, SETTINGS, errors)
    n = widget.sequences_with("overlap")[0]
    words, at = widget.picture().text, errors.overlap[:, n]
    frames = np.flatnonzero(at) + SETTINGS.frames_in + 1
    assert words.startswith(f"Sequence {n}, digits")
    assert f"overlap in frames {spans(frames)}" in words
    assert f"costs {errors.predictor[:, n].mean():.1f} nats" in words
    assert f"in the marked frames {errors.predictor[at, n].mean():.1f} nats" in words


def test_the_prediction_shown_is_the_models_own(errors):
    widget, seen = SequenceBrowser(MODEL, SETTINGS, errors), SETTINGS.frames_in
    frames = evaluation.heldout_data(SETTINGS).batch(0, N).float() / 255
    with torch.inference_mode():
        predicted = MODEL(frames[:seen], future=SETTINGS.frames_out).future.sigmoid()
    rows = widget.predict(7)
    np.testing.assert_allclose(rows["predicted"], predicted[:, 7], atol=1e-5)
    np.testing.assert_array_equal(rows["input"], frames[:seen, 7])
    np.testing.assert_array_equal(rows["truth"], frames[seen:, 7])


def test_where_nothing_happens_it_is_said_in_words(errors):
    calm = dataclasses.replace(errors, overlaps=np.zeros_like(errors.overlaps))
    picture = SequenceBrowser(MODEL, SETTINGS, calm).picture()
    assert picture.png == b"" and f"0 of the {N} sequences" in picture.text


def test_spans():
    assert spans(np.array([12, 13, 14, 17, 19, 20])) == "12–14, 17, 19–20"
    assert spans(np.array([5])) == "5"
