"""Two futures and one guess: the best guess against a search that knows no formula."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_video_lab.lessons.future_predictor.two_futures import (
    FUTURE,
    PAST,
    best_guess,
    expected_error,
    two_futures,
)
from lstm_video_lab.lessons.future_predictor.widgets import FuturesExplorer
from lstm_video_lab.settings import Settings

SETTINGS = Settings.for_scale("smoke")
FUTURES = two_futures(SETTINGS)
chances = st.floats(0, 1)


@pytest.mark.parametrize("scale", ["smoke", "laptop", "paper"])
def test_one_past_has_two_futures_that_reach_the_walls(scale):
    settings = Settings.for_scale(scale)
    futures, size = two_futures(settings), settings.image_size
    assert futures.past.shape == (PAST, size, size)
    assert futures.left.shape == futures.right.shape == (FUTURE, size, size)
    ink = futures.past[-1].sum()
    columns = [
        [(frame.sum(0) @ np.arange(size)) / ink for frame in future]
        for future in (futures.left, futures.right)
    ]
    for frame in (*futures.past, *futures.left, *futures.right):
        assert frame.sum() == pytest.approx(ink)  # the whole digit, nothing is cut off
    assert (np.diff(columns[0]) <= 0).all() and (np.diff(columns[1]) >= 0).all()
    reach = size - settings.digit_size
    assert columns[1][-1] - columns[0][-1] == pytest.approx(reach)  # from wall to wall


@pytest.mark.parametrize("p", [0.0, 0.3, 0.5, 1.0])
def test_no_grey_of_any_pixel_beats_the_best_guess(p):
    greys = np.linspace(0, 1, 101)[:, None, None, None]
    costs = p * (greys - FUTURES.left) ** 2 + (1 - p) * (greys - FUTURES.right) ** 2
    cheapest = greys[costs.argmin(0), 0, 0, 0]  # pixel by pixel
    np.testing.assert_allclose(best_guess(FUTURES, p), cheapest, atol=0.00501)
    least = costs.min(0).sum((1, 2)).mean()
    assert expected_error(best_guess(FUTURES, p), FUTURES, p) <= least + 1e-12


@given(chances, st.integers(0, 2**32 - 1))
def test_any_other_clip_costs_more(p, seed):
    other = np.random.default_rng(seed).random(FUTURES.left.shape)
    best = expected_error(best_guess(FUTURES, p), FUTURES, p)
    distance = ((other - best_guess(FUTURES, p)) ** 2).sum((1, 2)).mean()
    assert expected_error(other, FUTURES, p) == pytest.approx(best + distance)


def test_the_slider_changes_picture_and_words():
    widget = FuturesExplorer(FUTURES)
    even = widget.picture()
    assert even == widget.picture() and len(even.png) < 60 * 1024
    widget.values["p"].value = 0.8
    assert widget.picture().png != even.png
    words = widget.picture().text
    assert "probability 0.80" in words and "right one at 20 %" in words
    assert f"say right {expected_error(FUTURES.right, FUTURES, 0.8):.1f}" in words
