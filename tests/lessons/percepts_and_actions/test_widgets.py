"""The explorers of lesson 12, on a small result and on answers whose numbers are known."""

from itertools import product
from pathlib import Path

import pytest
import torch

from lstm_video_lab.data.actions import ACTIONS
from lstm_video_lab.files import read_result
from lstm_video_lab.lessons.percepts_and_actions.clip_figures import draw_answers
from lstm_video_lab.lessons.percepts_and_actions.few_labels import SHARES, SMOKE, levels
from lstm_video_lab.lessons.percepts_and_actions.figures import (
    draw_dropout,
    draw_labels,
    draw_predictors,
)
from lstm_video_lab.lessons.percepts_and_actions.widgets import ActionExplorer, LabelsExplorer

ROOT = Path(__file__).parents[3]


def small_result():
    """Accuracies that tell what a trial was: 20 + labelled, 5 more pretrained, 7 more on images,
    way and draw; 3 less where the encoder is frozen.
    """
    usual = {"unlabelled": 20, "dropout": 0.3, "length": 4, "pretraining": 0}
    rows = []
    for start, n, encoder, draw, kind in product(
        ("random", "composite"), (1, 2, 4), SHARES, (0, 1), ("flow", "image")
    ):
        value = 20.0 + n + 5 * (start == "composite") - 3 * (encoder == "frozen")
        value += 7 * (kind == "image")
        ways = {way: value + 10 * k + draw for k, way in enumerate(("mean", "last", "max"))}
        rows.append(usual | {"start": start, "labelled": n, "encoder": encoder, "draw": draw,
                             "percepts": kind, "accuracy": ways, "chosen_on": value})  # fmt: skip
    alone = {"start": "random", "labelled": 4, "encoder": "trained", "draw": 0, "length": 1}
    for kind, value in (("flow", 21.0), ("image", 22.0)):
        rows.append(
            usual | alone | {"percepts": kind, "accuracy": {"mean": value}, "chosen_on": 0.0}
        )
    return {"scale": "smoke", "sizes": vars(SMOKE), "trials": rows}


RESULT = small_result()


def answers():
    """Ten clips of two frames; clip n is of class n mod 5 and answered so after its last frame."""
    frames = torch.randint(256, (2, 10, 8, 8), generator=torch.manual_seed(0)).to(torch.uint8)
    labels = torch.arange(10) % 5
    logits = torch.zeros(2, 10, 5)
    logits[0, :, 0] = 1.0  # first "still", for all
    logits[1, torch.arange(10), labels] = 4.0
    return frames, labels, logits


def test_the_curve_tells_its_numbers():
    text = draw_labels(RESULT).text
    assert "With 1 and 4 clips of a class: 21.5 ± 0.7 % and 24.5 ± 0.7 % from random" in text
    assert "26.5 ± 0.7 % and 29.5 ± 0.7 % pretrained" in text
    assert "standard error: 1: +5.0 ± 0.0, 2: +5.0 ± 0.0, 4: +5.0 ± 0.0" in text
    assert "smoke scale" in text
    assert "31.5 ± 0.7 % and" in draw_labels(RESULT, way="last").text
    assert "18.5 ± 0.7 % and" in draw_labels(RESULT, encoder="frozen").text
    assert "33.5 ± 0.7 % and" in draw_labels(RESULT, percepts="image").text
    assert levels(RESULT, "flow") == {"chance": 20.0, "single frames, 4 a class": 21.0}
    assert levels(RESULT) == {"chance": 20.0, "single frames, 4 a class": 22.0}


def test_every_control_of_the_curve_changes_the_picture():
    widget = LabelsExplorer(RESULT)
    state = {"percepts": "flow", "way": "mean", "encoder": "best"}
    assert set(widget.values) == set(state)
    first = widget.render(**state)
    assert first == widget.render(**state) and len(first.png) < 60 * 1024
    for change in ({"way": "max"}, {"encoder": "frozen"}, {"percepts": "image"}):
        assert first.png != widget.render(**{**state, **change}).png


def test_a_clip_is_answered_in_words():
    frames, labels, logits = answers()
    widget = ActionExplorer(frames, labels, logits)
    assert widget.values["number"].max == 2
    assert [name for name, _ in widget.values["action"].options] == list(ACTIONS)
    picture = widget.render(4, 2)
    sure = torch.tensor([4.0, 0, 0, 0, 0]).softmax(0)[0]
    assert picture.text.startswith("The truth: colliding.")
    assert "after frame 1: still (0.40)" in picture.text
    assert f"after frame 2: colliding ({sure:.2f})" in picture.text
    assert f"last: colliding ({sure:.2f})" in picture.text
    assert picture == draw_answers(frames[:, 9], logits[:, 9], 4)
    for change in ((3, 2), (4, 1)):
        assert widget.render(*change).png != picture.png


@pytest.mark.parametrize("missing", range(5))
def test_only_actions_that_there_are_can_be_chosen(missing):
    frames, labels, logits = answers()
    chosen = labels != missing
    widget = ActionExplorer(frames[:, chosen], labels[chosen], logits[:, chosen])
    assert missing not in [value for _, value in widget.values["action"].options]
    assert widget.picture().png


def test_what_the_lesson_leaves_to_try_is_drawn():
    stored = read_result(ROOT / "notebooks" / "results" / "actions.json")
    assert "Dropout 0.3 or none" in draw_dropout(stored).text
    assert "mean percept" in draw_predictors(stored).text
