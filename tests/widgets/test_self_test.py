"""The self-test must not claim that widgets work before they have."""

import io
from importlib.metadata import version

import matplotlib.image
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display
from IPython.utils.capture import capture_output

from lstm_video_lab.widgets.self_test import HELP, MOST, SelfTest, draw


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")


def test_it_is_honest_before_the_slider_moves():
    text = SelfTest().text.value
    assert "Widgets work" not in text
    assert "Move the slider" in text and HELP in text.replace("&#x27;", "'")


def test_it_says_where_the_slider_is_and_on_what_machine():
    widget = SelfTest()
    widget.values["number"].value = 7
    assert "Widgets work: the slider says 7." in widget.text.value
    for package in ("ipywidgets", "jupyterlab-widgets", "torch"):
        assert f"{package} {version(package)}" in widget.text.value
    widget.values["number"].value = 3  # where it started: it has moved all the same
    assert "Widgets work: the slider says 3." in widget.text.value


@pytest.mark.parametrize("number", range(MOST + 1))
def test_the_picture_has_as_many_dark_squares(number):
    image = matplotlib.image.imread(io.BytesIO(draw(number, True).png))[..., 0]
    row = image[image.shape[0] // 3] < 0.2  # a line through all squares
    assert np.count_nonzero(np.diff(row.astype(int)) == 1) == number


def test_a_stored_notebook_tells_the_reader_to_run_it(monkeypatch):
    monkeypatch.setenv("LAB_STATIC", "1")
    InteractiveShell.instance()
    try:
        with capture_output() as said:
            display(SelfTest())
    finally:
        InteractiveShell.clear_instance()
    words = said.outputs[-1].data["text/plain"]
    assert "run this cell in JupyterLab" in words and "Move the slider" not in words
