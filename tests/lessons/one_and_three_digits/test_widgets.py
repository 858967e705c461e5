"""The digit count explorers: blobs and ink that are known beforehand."""

import numpy as np
import pytest

from lstm_video_lab import Settings, VideoModel
from lstm_video_lab.data.frames import pack_frames
from lstm_video_lab.lessons.one_and_three_digits.experiment import (
    MOST,
    PARTS,
    PRETRAINED,
    SMALL,
    THRESHOLDS,
    Examples,
)
from lstm_video_lab.lessons.one_and_three_digits.figures import (
    draw_blobs,
    draw_count,
    draw_empty,
    draw_kept,
    draw_pieces,
    draw_second_blobs,
)
from lstm_video_lab.lessons.one_and_three_digits.widgets import BlobExplorer, DigitCountExplorer

SEEN, AHEAD, B, SIDE = 3, 2, 2, 8


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")


def counts(guess: int, frames: int = 10) -> list[list[int]]:
    row = np.zeros((1, MOST + 1), int)  # of one frame to come
    row[0, guess] = frames
    return row.tolist()


@pytest.fixture
def result():
    def one(guesses):
        return {part: {"blobs": [counts(guess) for guess in guesses]} for part in PARTS}

    falling = [2] * 3 + [1] * (len(THRESHOLDS) - 3)  # two blobs, above 0.3 one
    model = {
        "settings": {"image_size": 8},
        "sequences": 5,
        "digits": {str(n): one(falling) for n in (1, 2, 3, 4)},
    }
    return {
        "thresholds": list(THRESHOLDS),
        "scale": "smoke",
        "models": dict.fromkeys(PRETRAINED, model),
        "control": {**one([1] * len(THRESHOLDS)), "settings": {"num_digits": 1}},
    }


@pytest.fixture
def examples():
    truth = np.zeros((SEEN, B, SIDE, SIDE))
    truth[:, :, :2, :2] = truth[:, :, 6:, 6:] = 1  # two blobs, 8 of ink
    predicted = 0.5 * truth
    predicted[:, 1, 3:5, 3:5] = 0.5  # sequence 2: a third one
    parts = {part: (truth[:n], predicted[:n]) for part, n in zip(PARTS, (SEEN, AHEAD), strict=True)}
    return Examples(
        {part: pair[0] for part, pair in parts.items()},
        {part: pair[1] for part, pair in parts.items()},
        SEEN,
    )


def test_blobs_are_told_as_they_are_and_no_number_that_a_guess_asks_for(examples):
    words = draw_count(examples, 2, 1, 0.3).text
    assert "truth 2.0, model 2.0" in words and "ink" not in words and "nats" not in words
    assert "truth 2.0, model 3.0" in draw_count(examples, 2, 2, 0.3).text
    assert "truth 2.0, model 0.0" in draw_count(examples, 2, 2, 0.6).text


def test_both_parts_are_drawn(examples):
    assert draw_count(examples, 2, 1, 0.3).png != draw_count(examples, 2, 1, 0.3, PARTS[0]).png


def test_a_student_moves_the_number_of_digits():
    s = Settings.for_scale("smoke", num_digits=2)
    models = {name: (VideoModel(**s.model_fields()).eval(), s) for name in ("one", "another")}
    widget = DigitCountExplorer(models)
    assert widget.text.value.count("1 digit, sequence 1")
    for number in (2, 3, 4):
        widget.values["number"].value = number
        assert f"{number} digits, sequence 1" in widget.text.value
    widget.values["name"].value = "another"
    widget.values["part"].value = PARTS[0]
    widget.values["threshold"].value = 0.6
    assert "above 0.6" in widget.text.value and not widget.error.value


def test_the_threshold_decides_and_is_seen_to(result):
    widget = BlobExplorer(result, number=3)
    assert "2: 100.0 %" in widget.text.value
    widget.values["threshold"].value = 0.5
    assert "1: 100.0 %" in widget.text.value and "2: 100.0 %" not in widget.text.value


def test_the_control_stands_beside_its_own_model_and_number_alone(result):
    words = "control, trained on one: 1: 100.0 % (of 10 frames)"
    assert words in draw_blobs(result, SMALL, 1, 0.2, "future").text
    assert "control" not in draw_blobs(result, SMALL, 2, 0.2, "future").text
    assert "control" not in draw_blobs(result, PRETRAINED[0], 1, 0.2, "future").text


def test_second_blobs_are_those_of_more_than_one(result):
    text = draw_second_blobs(result).text
    assert "fully connected 100.0, 100.0, 100.0, 0.0" in text and "knows one 0.0, 0.0" in text


def test_frames_without_any_blob_are_counted(result):
    control = result["control"]["future"]["blobs"]
    control[-1] = counts(0)
    assert "knows one 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 100.0" in draw_empty(result).text


def test_lines_of_one_model_share_its_colour(result):
    words = draw_kept(result, "future").text
    assert "3 of 3: 0 % above 0.1" in words and "2 of 2: 100 % above 0.1" in words


def test_the_clip_with_most_pieces_is_shown(result):
    whole = np.zeros((2, 3, 8, 8), np.uint8)
    whole[:, :, 1:3, 1:3] = 255
    pieces = whole.copy()
    pieces[:, 1, 6, 6] = 255  # in clip 2 only
    result["clips"] = {
        "truth": pack_frames(whole),
        SMALL: pack_frames(whole),
        "control": pack_frames(pieces),
    }
    words = draw_pieces(result).text
    assert "knows two: 1, 1" in words and "knows one: 2, 2" in words and "Of 3 clips" in words
