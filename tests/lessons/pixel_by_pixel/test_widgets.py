"""The explorer of writing, on an image whose probabilities are known."""

import ipywidgets
import numpy as np
import pytest

from lstm_video_lab.lessons.pixel_by_pixel.figures import draw_writing, striped
from lstm_video_lab.lessons.pixel_by_pixel.widgets import WritingExplorer

ORDER = np.array([(0, 0), (0, 1), (1, 0), (1, 1)])
IMAGE = np.array([[3, 0], [1, 2]])
OTHER = np.array([[0, 1], [1, 3]])
SHARES = np.array([[0.25] * 4, [0.5, 0.5, 0, 0], [0, 1.0, 0, 0], [0.125, 0.25, 0.5, 0.125]])
GIVEN = np.array([[3, -1], [-1, -1]])


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")


def test_the_words_tell_level_probability_and_bits():
    text = draw_writing(2, GIVEN, IMAGE, ORDER, SHARES).text
    assert "Pixel 2 of 4 (row 1, column 2) is level 0 of 0 to 3: P = 0.50, 1.00 bits" in text
    assert "So far 1.50 bits per pixel (uniform 2.00)" in text
    assert "So far 1.00 bits" in draw_writing(4, GIVEN, IMAGE, ORDER, SHARES).text


def test_what_is_not_yet_written_is_not_shown():
    other = IMAGE.copy()
    other[1, 1] = 0
    certain = np.eye(4)[[3, 0, 1, 0]]
    early, late = (draw_writing(step, GIVEN, IMAGE, ORDER, SHARES).png for step in (3, 4))
    assert early != late
    shown = [
        draw_writing(3, GIVEN, image, ORDER, np.full((4, 4), 0.25)).png for image in (IMAGE, other)
    ]
    assert shown[0] == shown[1]
    assert draw_writing(4, GIVEN, other, ORDER, certain).png  # nothing costs anything


def test_unknown_pixels_are_striped_and_others_enlarged():
    seen = striped(np.array([[0.0, np.nan], [1.0, 0.5]]))
    half = len(seen) // 2
    assert seen.shape == (2 * half, 2 * half) and half > 50
    quarters = [seen[:half, :half], seen[half:, :half], seen[half:, half:]]
    assert [np.unique(quarter).tolist() for quarter in quarters] == [[0], [1], [0.5]]
    assert len(np.unique(seen[:half, half:])) == 2


def test_controls_choose_the_writing_and_the_step():
    calls = []

    def write(flip):
        calls.append(flip)
        return GIVEN, OTHER if flip else IMAGE, ORDER, SHARES

    flip = ipywidgets.Checkbox(description="Flip", value=False)
    widget = WritingExplorer(write, 4, flip=flip)
    first = widget.picture()
    assert "Pixel 2 of 4" in widget.text.value
    widget.values["step"].value = 3
    assert "Pixel 3 of 4" in widget.text.value and widget.picture() != first
    assert calls == [False]  # a step does not write anew
    flip.value = True
    assert calls == [False, True] and widget.picture() == draw_writing(
        3, GIVEN, OTHER, ORDER, SHARES
    )
