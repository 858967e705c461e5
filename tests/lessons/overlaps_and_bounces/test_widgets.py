"""The sequence browser: what is offered, and what is said of it."""

import dataclasses

import numpy as np
import pytest
import torch

from lstm_video_lab import Settings, VideoModel, evaluation
from lstm_video_lab.lessons.overlaps_and_bounces.error_by_event import measure
from lstm_video_lab.lessons.overlaps_and_bounces.figures import spans, what_happens
from lstm_video_lab.lessons.overlaps_and_bounces.widgets import SequenceBrowser

N = 60  # sequences to browse
SETTINGS = Settings.for_scale("smoke", num_digits=2)
MODEL = VideoModel(**SETTINGS.model_fields()).eval()


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")


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
    assert f"overlap in frame{'s' * (len(frames) > 1)} {spans(frames)}" in words
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


def test_one_frame_is_no_frames(errors):
    bounces = np.zeros_like(errors.bounce)
    bounces[1, 0] = True
    one = dataclasses.replace(errors, bounces=bounces)
    assert what_happens(one, 0, seen=10).endswith("bounce in frame 12")


def test_spans():
    assert spans(np.array([12, 13, 14, 17, 19, 20])) == "12–14, 17, 19–20"
    assert spans(np.array([5])) == "5"
