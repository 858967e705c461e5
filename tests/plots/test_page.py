"""Parts of a page: each stands below the one before, and nothing is cut off."""

import io

import numpy as np
import pytest
from PIL import Image

from lstm_video_lab.plots.canvas import BLUE, WIDTH, room_for
from lstm_video_lab.plots.page import Page

FRAMES = np.linspace(0, 1, 10 * 8 * 8).reshape(10, 8, 8)


def shades(picture) -> np.ndarray:
    """(height, width, 3)"""
    return np.asarray(Image.open(io.BytesIO(picture.png)).convert("RGB")).astype(int)


def rows_with(picture, colour: str) -> np.ndarray:
    """The lines of pixels in which a colour is."""
    wanted = np.array(list(bytes.fromhex(colour[1:])))
    return np.flatnonzero((np.abs(shades(picture) - wanted).max(2) < 8).any(1))


def test_each_part_begins_where_the_one_before_ends():
    page = Page(room_for(["frame"]))
    tops = [page.top]
    page.heading("heading")
    tops.append(page.top)
    page.frames({"one": FRAMES, "two": FRAMES}, above=24)
    tops.append(page.top)
    page.strip(FRAMES[:, 0], 30, "units", below=10)
    tops.append(page.top)
    axes = page.chart(100, below=40)
    axes.axhline(0.5, color=BLUE, linewidth=3)
    tops.append(page.top)
    page.gap(5)
    picture = page.finish("words")
    assert tops[1] == 24 and tops[3] - tops[2] == 40 and tops[4] - tops[3] == 140
    assert shades(picture).shape[:2] == (tops[4] + 5, WIDTH) and picture.text == "words"
    middle = tops[3] + 50  # of the axes
    assert np.abs(rows_with(picture, BLUE) - middle).max() <= 3


def test_axes_can_stand_beside_each_other():
    page = Page()
    left = page.axes(100, 60, 300, below=-100)
    right = page.axes(100, 460, 300)
    page.finish("words")
    assert [round(axes.get_window_extent().x0) for axes in (left, right)] == [60, 460]
    assert left.get_window_extent().y0 == right.get_window_extent().y0


def test_a_heading_without_words_takes_no_room():
    page = Page()
    page.heading("")
    assert page.top == 0


@pytest.mark.parametrize("count", [2, 10])
def test_columns_of_frames_are_as_wide_as_is_told(count):
    page = Page(80, narrow=True)
    shown, pitch = page.frames({"one": FRAMES[:count]})
    picture = page.finish("words")
    assert list(shown) == list(range(count)) and page.right == 80 + count * pitch
    assert shades(picture).shape[1] == max(page.right + 8, WIDTH / 2)
