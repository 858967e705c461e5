"""Three digits in turn: what is shown, what is said, and what is counted as right."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from lstm_video_lab.data import Digits, load_digits
from lstm_video_lab.files import read_result
from lstm_video_lab.lessons import experiments
from lstm_video_lab.lessons.video_to_text import digit_order, figures
from lstm_video_lab.lessons.video_to_text.digit_order import DigitsInTurn, score, sentence

DIGITS = load_digits("embedded", "test")


def test_each_third_shows_its_own_digit_and_stands_still():
    shades = np.repeat(np.arange(10, 110, 10, dtype=np.uint8), 28 * 28).reshape(10, 28, 28)
    data = DigitsInTurn(Digits(shades, np.arange(10)), num_frames=6, seed=2)
    frames, labels = data.batch(0, 50), data.labels(0, 50)
    assert frames.shape == (6, 50, 32, 32) and frames.dtype == torch.uint8
    for part in range(3):
        shown = frames[2 * part : 2 * part + 2]
        assert torch.equal(shown[0], shown[1])
        assert shown[0].amax((1, 2)).tolist() == (10 * (labels[:, part] + 1)).tolist()
    assert all(len(set(row)) == 3 for row in labels.tolist())


def test_a_sentence_names_the_digits_as_they_came():
    data = DigitsInTurn(DIGITS, seed=1)
    assert sentence([3, 8, 1]) == "three then eight then one"
    assert data.captions(0, 5) == [sentence(row) for row in data.labels(0, 5)]
    assert set(" ".join(data.captions(0, 200)).split()) == set(digit_order.WORDS[1:])


def test_clips_depend_on_seed_and_number_alone():
    data = DigitsInTurn(DIGITS, seed=4)
    assert torch.equal(data.batch(2, 4), data.batch(0, 12)[:, 8:])
    assert data.captions(2, 4) == data.captions(0, 12)[8:]
    assert data.captions(0, 12) != DigitsInTurn(DIGITS, seed=5).captions(0, 12)


def test_every_order_comes_about_as_often():
    labels = DigitsInTurn(DIGITS, seed=0).labels(0, 5000)
    counts = np.bincount(labels.ravel(), minlength=10)
    assert abs(counts / counts.mean() - 1).max() < 0.1
    first = (labels[:, 0] < labels[:, 1]).mean()
    assert abs(first - 0.5) < 0.03


def test_the_digits_and_their_order_are_scored_apart():
    truth = np.array([[3, 8, 1], [0, 5, 9]])
    right = [sentence(row) for row in truth]
    found = score(right, truth)
    assert (found["in any order"], found["in order"]) == (100, 100)
    assert found["BLEU"] == pytest.approx(100)
    turned = score([sentence(row[::-1]) for row in truth], truth)
    assert (turned["in any order"], turned["in order"]) == (100, 0) and turned["BLEU"] < 60
    wrong = score([sentence([3, 8, 2]), right[1]], truth)
    assert (wrong["in any order"], wrong["in order"]) == (50, 50)


def test_frames_that_do_not_make_three_are_refused():
    with pytest.raises(ValueError, match="num_frames=4") as caught:
        DigitsInTurn(DIGITS, num_frames=4)
    assert "\n" not in str(caught.value)


def test_a_run_is_stored_and_drawn(tmp_path, monkeypatch):
    monkeypatch.setattr(digit_order, "SEEDS", (0, 1))
    lines = list(experiments.run("digit_order", "smoke", tmp_path))
    assert lines[-1].startswith("stored:")
    result = read_result(tmp_path / "digit_order.json")
    assert result["made"]["seeds"] == [0, 1] and list(result["means"]) == list(digit_order.VARIANTS)
    mine = [run["test"]["BLEU"] for run in result["runs"] if run["variant"] == "in order"]
    assert result["means"]["in order"]["BLEU"]["mean"] == pytest.approx(np.mean(mine))
    text = figures.draw_digit_order(result).text
    places = [text.index(f"{name}: BLEU") for name in digit_order.VARIANTS]
    assert all(a < b for a, b in pairwise(places))
