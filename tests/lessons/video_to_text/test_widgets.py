"""The caption explorer: a path of squares, clips with black frames, and what is said of them."""

import numpy as np
import pytest
import torch

from lstm_video_lab.data import load_digits
from lstm_video_lab.lessons.video_to_text.data import (
    SQUARES,
    CaptionedDigits,
    vocabulary,
    waypoints,
)
from lstm_video_lab.lessons.video_to_text.figures import draw_caption
from lstm_video_lab.lessons.video_to_text.model import Captioner, black_out, generate, word_scores
from lstm_video_lab.lessons.video_to_text.widgets import CaptionExplorer

DATA = CaptionedDigits(load_digits("embedded", "test"), num_frames=6)
STATE = {"digit": 3, "number": 1, "motion": 0, "path": "", "width": 1, "out": 1}


def percepts_of(frames: torch.Tensor) -> torch.Tensor:
    """Sums over the blocks of 4 × 4 pixels: (T, B, 64)."""
    blocks = frames.float().unflatten(2, (8, 4)).unflatten(4, (8, 4)).sum((3, 5))
    return blocks.flatten(2) / 2000


@pytest.fixture
def model():
    model = Captioner(vocabulary(), inputs=64, units=12, embedding=8, seed=1).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(3.0)
    return model


def test_a_path_goes_evenly_from_square_to_square():
    assert waypoints("a1 e1 e5", 5).tolist() == [[0, 0], [0, 0.5], [0, 1], [0.5, 1], [1, 1]]
    assert waypoints(" c3 ", 2).tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert len(SQUARES) == len(set(SQUARES)) == 25
    with pytest.raises(ValueError, match="'f9' is no square") as caught:
        waypoints("a1 f9", 4)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("out", [1, 2, 3])
def test_in_clip_t_the_frames_about_t_are_black(out):
    frames = torch.full((5, 1, 2, 2), 7, dtype=torch.uint8)
    clips = black_out(frames, out)
    assert clips.shape == (5, 6, 2, 2) and torch.equal(clips[:, :1], frames)
    for t in range(5):
        black = {k for k in range(5) if clips[k, 1 + t].sum() == 0}
        near = {1: {t}, 2: {t, t + 1}, 3: {t - 1, t, t + 1}}[out]
        assert black == near & set(range(5))
    assert (frames == 7).all()


def test_each_control_changes_the_picture(model):
    widget = CaptionExplorer(model, DATA, percepts_of)
    assert set(widget.values) == set(STATE)
    first = widget.render(**STATE)
    assert first == widget.render(**STATE) and len(first.png) < 60 * 1024
    for change in ({"digit": 4}, {"number": 2}, {"motion": 7}, {"path": "a1 e5"}, {"out": 3}):
        assert widget.render(**{**STATE, **change}) != first, change
    texts = {widget.render(**{**STATE, "digit": d, "width": w}).text
             for d in range(3) for w in (1, 5)}  # fmt: skip
    assert len(texts) > 3  # a beam finds another sentence at least once


def test_the_words_are_those_of_the_model_and_the_loss_is_counted(model):
    frames = DATA.batch(0, 1)
    picture = draw_caption(model, percepts_of, frames, "a clip", count=2)
    (said,), score = generate(model, percepts_of(frames))
    assert f"Written: “{said}” (log p {score[0]:.2f} nats)" in picture.text
    whole, black = frames, frames.clone()
    scores = []
    for t in range(6):
        black = whole.clone()
        black[t : t + 2] = 0
        pair = [word_scores(model, percepts_of(clip), [said])[:, 0] for clip in (whole, black)]
        scores.append(pair[0] - pair[1])
    loss = torch.stack(scores)  # (T, L)
    t, k = divmod(int(loss.argmax()), loss.shape[1])
    word = [*said.split(), "."][k]
    assert f"Most, in nats: “{word}” {loss.max():.1f} (frame {t + 1})" in picture.text


def test_the_pad_writes_the_path(model, monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")
    widget = CaptionExplorer(model, DATA, percepts_of)
    pad = {key.description: key for key in widget.box.children[0].children[1].children}
    assert set(pad) == set(SQUARES)
    for name in ("a1", "e1", "e5"):
        pad[name].click()
    assert widget.values["path"].value.split() == ["a1", "e1", "e5"]
    assert "Shown: 3, along a1 e1 e5." in widget.text.value
    widget.values["path"].value = ""
    assert "Shown: 3, upwards." in widget.text.value


def test_a_bad_square_is_told_in_the_error_line(model, monkeypatch):
    monkeypatch.delenv("LAB_STRICT", raising=False)
    widget = CaptionExplorer(model, DATA, percepts_of)
    widget.values["path"].value = "z9"
    assert "is no square" in widget.error.value


def test_every_control_has_a_label_and_only_digits_that_there_are_can_be_chosen(model):
    widget = CaptionExplorer(model, DATA, percepts_of)
    assert all(control.description for control in widget.values.values())
    number = widget.values["number"].max
    assert number == min(np.bincount(DATA.digits.labels))
    for digit in range(10):
        assert widget.render(**{**STATE, "digit": digit, "number": number}).png
