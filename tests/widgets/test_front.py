"""The page's half of the widgets, as far as it can be judged without a page."""

import re

import pytest

from lstm_video_lab.widgets.front import HERE, Front


def test_module_and_style_travel_with_the_widget():
    state = Front(words="a sentence").get_state()
    assert state["words"] == "a sentence"
    for name in ("front.js", "controls.js"):
        assert (HERE / name).read_text("utf-8") in state["_esm"]
    assert state["_css"] == (HERE / "front.css").read_text("utf-8")


@pytest.mark.parametrize("name", ["front.js", "controls.js", "front.css"])
def test_nothing_is_fetched(name):
    text = (HERE / name).read_text("utf-8")
    assert not re.findall(r"https?:|\bfetch\(|\bimport\b|\burl\(|XMLHttpRequest|WebSocket", text)


def test_what_the_page_asks_is_answered():
    front = Front()
    front.asked = 3
    assert front.answered == 3
