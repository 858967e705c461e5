"""Filters from stills for clips: digits kept apart, the classes, and the grid of trials."""

import numpy as np
import pytest
import torch

from lstm_video_lab.data import load_digits
from lstm_video_lab.data.digits import Digits
from lstm_video_lab.lessons.temporal_models import figures, inflating
from lstm_video_lab.lessons.temporal_models.inflating import NEW, SEEN, SMOKE, STARTS
from lstm_video_lab.lessons.temporal_models.localise import GRID, what_it_hangs_on
from lstm_video_lab.lessons.temporal_models.model import TemporalModel


def finish(generator):
    """All lines that it yields, and what it returns."""
    lines = []
    while True:
        try:
            lines.append(next(generator))
        except StopIteration as end:
            return lines, end.value


def test_stills_and_clips_share_no_digit():
    digits = load_digits("embedded", "train")
    parts = [inflating.only(digits, names) for names in (SEEN, NEW)]
    assert [set(part.labels.tolist()) for part in parts] == [set(SEEN), set(NEW)]
    assert sum(len(part.labels) for part in parts) == len(digits.labels)


def test_a_class_is_a_digit_and_a_direction():
    data = inflating.open_new(SMOKE, "train", 1)
    clips, labels = inflating.labelled_clips(data, 40)
    assert clips.shape == (SMOKE.frames, 40, 16, 16) and labels.max() < inflating.CLASSES
    chosen = data.digits.labels[data.scene(0, 40).chosen[:, 0]]
    assert (labels.numpy() // 4 + NEW[0] == chosen).all()
    assert (labels.numpy() % 4 == np.arange(40) % 4).all()


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    _, result = finish(inflating.run("smoke", tmp_path_factory.mktemp("inflating")))
    return result


def test_every_start_is_tried_with_few_clips_and_is_drawn(result):
    rows = [(row["start"], row["clips"], row["seed"]) for row in result["trials"]]
    assert len(set(rows)) == len(rows) == 2 * len(STARTS) + 2 * 3
    assert {start for start, clips, _ in rows if clips == SMOKE.few} == set(STARTS)
    for row in result["trials"]:
        parts = row["accuracy"]
        assert parts["both"] <= min(parts["digit"], parts["direction"])
    mean, _ = inflating.accuracy(result, "random", SMOKE.few, "digit")
    assert f"digit {mean:.1f} ±" in figures.draw_inflating({"scale": "smoke", **result}).text
    assert figures.draw_labels(result).png


def test_a_start_is_what_it_says():
    stills = inflating.train_on_stills(SMOKE, 0)
    still = stills.trunk[0].weight
    models = {name: inflating.train_few(name, 8, replaced(SMOKE, 0), 0, stills) for name in STARTS}
    torch.testing.assert_close(models["W in the last slice"].trunk[0].weight[:, :, -1], still)
    torch.testing.assert_close(models["W/3 everywhere"].trunk[0].weight.sum(2), still)
    other = models["last slice, W random"].trunk[0].weight[:, :, -1]
    assert (other - still).abs().max() > 0.1


def replaced(sizes, steps):
    return type(sizes)(**{**vars(sizes), "steps": steps})


def test_an_answer_hangs_on_nothing_where_nothing_is():
    clip = torch.zeros(4, 16, 16)
    clip[:, 4:8, 4:8] = 1.0  # squares (2, 2), (2, 3), (3, 2), (3, 3) of 2×2 pixels
    fall = what_it_hangs_on(TemporalModel("3d", 4, 16), clip, 1)
    assert fall.shape == (4, GRID, GRID)
    blank = fall.clone()
    blank[:, 2:4, 2:4] = 0
    assert blank.abs().max() < 1e-6 and fall.abs().max() > 1e-6


def test_digits_are_kept_whole():
    images = np.zeros((3, 28, 28), np.uint8)
    kept = inflating.only(Digits(images, np.array([1, 7, 3])), (7,))
    assert kept.labels.tolist() == [7] and kept.images.shape == (1, 28, 28)
