"""The widgets of lesson 14, on a ladder whose numbers are known."""

import pytest
import torch

from lstm_video_lab import metrics
from lstm_video_lab.lessons.video_ladder.model import Ladder
from lstm_video_lab.lessons.video_ladder.widgets import StateExplorer


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")


def test_states_are_those_of_the_ladder_and_errors_those_of_the_frame():
    model, clip = Ladder(16, 1, 2, 4), torch.rand(6, 16, 16)
    widget = StateExplorer(model, clip)
    assert [words for words, _ in widget.values["rung"].options] == ["8×8", "4×4"]
    assert widget.values["frame"].max == 5
    text = widget.render(4, 1).text
    predicted = metrics.squared_error(model(clip[:4, None]), clip[4:5, None]).item()
    copied = metrics.squared_error(clip[3:4, None], clip[4:5, None]).item()
    assert f"error {predicted:.1f}, of a copy {copied:.1f}" in text and "12 maps" in text
    pictures = {widget.render(frame, rung).png for frame in (1, 5) for rung in (0, 1)}
    assert len(pictures) == 4 and max(map(len, pictures)) < 60 * 1024
    assert widget.render(2, 0) == widget.render(2, 0)
