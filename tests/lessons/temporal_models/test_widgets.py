"""The explorer of lesson 13, on a model whose answers are known."""

import pytest
import torch
from torch import nn

from lstm_video_lab.data.frames import FRAME_ORDERS
from lstm_video_lab.lessons.temporal_models.experiment import TASKS
from lstm_video_lab.lessons.temporal_models.figures import draw_answers
from lstm_video_lab.lessons.temporal_models.widgets import TemporalExplorer

T, B = 4, 8


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")


class Counts(nn.Module):
    """Answers with the brightness of the frame, as a number from 0 to 3; counts its calls."""

    calls = 0

    def forward(self, clips):
        Counts.calls += 1
        bright = (clips[:, :, 0, 0] * 3).round().long()  # (T, B)
        return 9.0 * nn.functional.one_hot(bright, 4).float()


def explorer():
    brightness = torch.arange(T).view(T, 1, 1, 1) / 3  # frame t is answered with t
    clips = brightness.expand(T, B, 6, 6)
    tests = {"direction": (clips, torch.arange(B) % 4), "name": (clips, torch.arange(B) % 4)}
    return TemporalExplorer({("direction", "3d"): Counts(), ("name", "lstm"): Counts()}, tests)


def test_it_says_what_the_model_answers_after_so_many_frames():
    widget = explorer()
    for count, last in ((1, "left"), (2, "right"), (4, "down")):
        widget.values["count"].value = count
        said = widget.text.value
        assert f"sees {count} frames, in order" in said
        assert f"its last answer is {last} (1.00), the truth left" in said
        assert "right on 25% of 8 test clips; chance is 25%" in said
    widget.values["clip"].value = 3
    assert "the truth up" in widget.text.value


def test_clips_are_answered_once_for_all_numbers_of_frames():
    widget = explorer()
    before = Counts.calls
    for count in range(1, T + 1):
        widget.render(("direction", "3d"), "shuffled", count, 1)
        widget.render(("direction", "3d"), "shuffled", count, B)
    assert Counts.calls == before + 1


@pytest.mark.parametrize("how", FRAME_ORDERS)
def test_every_way_of_showing_is_drawn(how):
    picture = explorer().render(("name", "lstm"), how, T, 2)
    assert picture.png.startswith(b"\x89PNG") and how in picture.text


def test_of_many_classes_the_likeliest_and_the_true_one_are_drawn():
    given = torch.full((3, 10), 0.01)
    given[:, [1, 3, 4, 6]] = torch.tensor([0.2, 0.4, 0.15, 0.18])
    few = draw_answers(torch.zeros(3, 8, 8), given, TASKS["name"], 3)
    more = draw_answers(torch.zeros(3, 8, 8), given, TASKS["name"], 9)
    assert "the truth 9" in more.text and len(more.png) != len(few.png)
