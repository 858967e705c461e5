"""Patches to look at, and the blind test: the truth comes last, and luck is counted."""

from itertools import product
from unittest import mock

import numpy as np
import pytest
import torch

from lstm_video_lab import VideoModel, metrics
from lstm_video_lab.lessons.natural_patches import experiment, figures, widgets
from lstm_video_lab.lessons.natural_patches.widgets import BlindTest, PatchExplorer


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")
    monkeypatch.delenv("LAB_VIDEOS", raising=False)


def test_the_explorer_tells_the_error_of_the_clip_it_shows():
    settings = experiment.settings_for(scale="smoke")
    explorer = PatchExplorer(VideoModel(**settings.model_fields()).eval(), settings)
    for clip, part in ((1, "future"), (7, "past")):
        text = explorer.render(clip, part).text
        n = clip - 1
        future = part == "future"
        predicted = explorer.future if future else explorer.reconstruction
        truth = explorer.truth if future else explorer.past.flip(0)
        error = metrics.squared_error(predicted[:, n : n + 1], truth[:, n : n + 1]).mean()
        assert f"Clip {clip} of 40" in text and f" {error:.2f}" in text
    still = explorer.past[-1:].expand_as(explorer.truth)
    copied = metrics.squared_error(still[:, :1], explorer.truth[:, :1]).mean()
    assert f"last frame {copied:.2f}" in explorer.render(1, "future").text


def two_models(count=4):
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 200, (3, count, 8, 8), dtype=np.uint8)
    return truth, truth + np.uint8(20), truth + np.uint8(5)


def test_nothing_is_said_before_the_last_vote():
    widget = BlindTest(*two_models())
    for k in range(4):
        assert f"Clip {k + 1} of 4" in widget.text.value and "right in" not in widget.text.value
        widget.buttons[k % 2].click()
    assert "right in" in widget.text.value
    assert "the larger model is the closer one in 4 of 4" in widget.text.value
    assert all(button.disabled for button in widget.buttons)
    before = widget.text.value
    widget.vote(True)
    assert widget.text.value == before and len(widget.votes) == 4


def test_the_score_is_the_number_of_right_votes_and_luck_is_the_share_of_ways():
    """Against counting all ways to vote."""
    for votes in product((True, False), repeat=4):
        widget = BlindTest(*two_models(), seed=3)
        for says_a in votes:
            widget.vote(says_a)
        right = sum(a == b for a, b in zip(votes, widget.large_is_a, strict=True))
        assert f"right in {right} of 4" in widget.verdict()
        as_good = sum(
            sum(a == b for a, b in zip(other, widget.large_is_a, strict=True)) >= right
            for other in product((True, False), repeat=4)
        )
        assert f"probability of {100 * as_good / 16:.0f} %" in widget.verdict()


def test_which_clip_is_called_a_changes_from_clip_to_clip_and_with_the_seed():
    orders = {tuple(BlindTest(*two_models(12), seed=seed).large_is_a) for seed in range(4)}
    assert len(orders) == 4 and all(0 < sum(order) < 12 for order in orders)


def test_the_clips_shown_are_those_of_the_two_models():
    truth, small, large = two_models()
    widget = BlindTest(torch.from_numpy(truth), small, large)
    assert widget.distance(widget.small, 0) == pytest.approx(3 * 64 * (20 / 255) ** 2)
    assert widget.distance(widget.large, 0) == pytest.approx(3 * 64 * (5 / 255) ** 2)


def test_frames_to_come_are_numbered_after_those_seen():
    settings = experiment.settings_for(scale="smoke")
    explorer = PatchExplorer(VideoModel(**settings.model_fields()).eval(), settings)
    with mock.patch.object(widgets, "draw_rows", wraps=widgets.draw_rows) as frames:
        explorer.render(1, "future")
        explorer.render(1, "past")
    assert [call.kwargs["first"] for call in frames.call_args_list] == [settings.frames_in + 1, 1]


def test_what_is_recalled_stands_below_the_frame_that_it_recalls():
    settings = experiment.settings_for(scale="smoke")
    explorer = PatchExplorer(VideoModel(**settings.model_fields()).eval(), settings)
    with mock.patch.object(widgets, "draw_rows", wraps=widgets.draw_rows) as frames:
        explorer.render(3, "past")
    rows = frames.call_args.args[0]
    np.testing.assert_array_equal(rows["input"], explorer.past[:, 2])
    np.testing.assert_array_equal(rows["recalled"], explorer.reconstruction[:, 2].flip(0))


def test_each_frame_of_a_row_stands_below_its_own_number():
    clip = np.zeros((29, 8, 8), dtype=np.uint8)
    clip += np.arange(1, 30, dtype=np.uint8)[:, None, None]  # each frame is as bright as its number
    for every in (2, 4):
        with mock.patch.object(figures.Page, "frames") as drawn:
            figures.draw_rows({"clip": clip}, "words", every=every)
        rows, numbers = drawn.call_args.args
        assert rows["clip"][:, 0, 0].tolist() == numbers == list(range(1, 30, every))
