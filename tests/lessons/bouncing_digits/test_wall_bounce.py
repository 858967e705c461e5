"""The wall explorer: its two laws against slow plain forms."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_video_lab.data.bouncing import bounce
from lstm_video_lab.lessons.bouncing_digits.figures import draw_walls, mirror
from lstm_video_lab.lessons.bouncing_digits.widgets import WallExplorer

PLACES = st.floats(0, 1)
STEPS = st.floats(-0.3, 0.3)


def reflected(place, step, num_frames):
    """A mirror in tiny steps: the direction turns exactly where the wall is."""
    places = []
    for _ in range(num_frames):
        place += step
        if place < 0:
            place, step = -place, -step
        if place > 1:
            place, step = 2 - place, -step
        places.append(place)
    return places


@given(PLACES, STEPS)
def test_the_mirror_reflects(start, step):
    np.testing.assert_allclose(mirror(start, step, 30), reflected(start, step, 30), atol=1e-9)


@given(PLACES, STEPS)
def test_until_a_wall_is_met_both_laws_agree(start, step):
    places, walls = (a[:, 0] for a in bounce(np.array([start]), np.array([step]), 20))
    first = int(walls.argmax()) if walls.any() else 20
    np.testing.assert_allclose(places[:first], mirror(start, step, 20)[:first], atol=1e-9)


def test_words_say_what_the_clamp_cost():
    # 0.5 + 6 · 0.09 = 1.04: put back onto the wall, 0.04 of the box in front of the mirror's 0.96.
    words = draw_walls(0.5, 0.09, width=100, num_frames=6).text
    assert "into frame 6" in words and "as far as 4.0 pixels apart" in words
    assert "No wall was met" in draw_walls(0.5, 0.0, width=100, num_frames=6).text
    assert "exactly on the wall" in draw_walls(0.5, 0.25, width=100, num_frames=5).text


@pytest.mark.parametrize("name, value", [("start", 0.9), ("step", -0.2)])
def test_each_slider_changes_picture_and_words(name, value):
    widget = WallExplorer(width=18)
    before = widget.picture()
    widget.values[name].value = value
    after = widget.picture()
    assert after.png != before.png and after.text != before.text
    assert re.search(r"\d", widget.text.value)
