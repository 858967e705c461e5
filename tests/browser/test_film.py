"""A film in a real JupyterLab: it plays, pauses and is scrubbed, and asks the kernel nothing."""

import re

import nbformat
import pytest
from browsing import TOKEN, keep, open_lesson, wait_for

NAME = "film.ipynb"
CODE = """
import numpy as np
from lstm_video_lab.widgets import FilmPlayer
clip = np.stack([np.full((8, 8), 12 * t, np.uint8) for t in range(20)])
player = FilmPlayer({"truth": clip, "predicted": clip[10:]}, "Words.", seen=10)
player
"""


@pytest.fixture
def sent(page):
    """What the page tells the server of widgets, from the moment that it is opened."""
    messages = []

    def keep_message(message):
        text = message if isinstance(message, str) else message.decode("utf-8", "replace")
        if "comm_" in text:
            messages.append(text)

    page.on("websocket", lambda socket: socket.on("framesent", lambda m: keep_message(m)))
    return messages


@pytest.fixture
def open_film(page, lab, sent):
    """A function that opens a notebook with a film and runs it."""
    address, copy = lab
    cells = [nbformat.v4.new_code_cell(code) for code in (CODE, "# room for more")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, copy / NAME)

    def start():
        open_lesson(page, address, NAME)
        page.locator(".film").wait_for()
        return page.locator(".film")

    yield start
    (copy / NAME).unlink()


def number(film):
    return int(re.match(r"frame (\d+)", film.locator(".film-number").inner_text())[1])


def greys(film):
    """The middle of each canvas; None where nothing is drawn."""
    middle = "all => all.map(c => [...c.getContext('2d').getImageData(4, 4, 1, 1).data])"
    return [c[0] if c[3] else None for c in film.locator("canvas").evaluate_all(middle)]


def press(film, name):
    film.get_by_role("button", name=f"{name} the film", exact=True).click()


def test_it_plays_again_and_again_pauses_and_is_scrubbed_without_the_kernel(page, open_film, sent):
    film = open_film()
    assert sent, "this test is blind: a widget has been displayed, and nothing was sent"
    sent.clear()
    wait_for(lambda: number(film) >= 15, 20, "it does not come to the future")
    wait_for(lambda: number(film) <= 10, 20, "it does not begin again")
    press(film, "Pause")
    at = number(film)
    page.wait_for_timeout(400)
    assert number(film) == at
    press(film, "Play")
    wait_for(lambda: number(film) != at, 20, "it does not go on")
    slider = film.get_by_role("slider", name="frame")
    slider.fill("12")
    assert number(film) == 12 and greys(film) == [12 * 11, 12 * 11]
    assert slider.get_attribute("aria-valuetext") == "frame 12, future"
    keep(page, "film_paused")
    slider.fill("3")
    assert film.locator(".film-number").inner_text() == "frame 3 · seen" and greys(film) == [
        24,
        None,
    ]
    page.wait_for_timeout(400)
    assert number(film) == 3
    assert sent == []
    film.evaluate("film => (film.style.width = '280px')")
    tops = film.locator("canvas").evaluate_all("all => all.map(c => c.getBoundingClientRect().top)")
    assert tops[0] == tops[1], "what is to be compared does not lie side by side on a narrow page"


def test_other_clips_come_to_the_frame_that_stands_there(page, open_film):
    film = open_film()
    slider = film.get_by_role("slider")
    slider.fill("12")
    page.locator(".jp-CodeCell .cm-content").last.click()
    page.keyboard.insert_text(
        "\nplayer.show({'truth': clip[:15], 'b': clip[5:10]}, 'Other.', seen=8)"
    )
    page.keyboard.press("Control+Enter")
    film.get_by_text("Other.").wait_for()
    assert number(film) == 12 and greys(film) == [12 * 11, 12 * 6]
    assert slider.get_attribute("max") == "15"
    assert film.locator(".film-future").inner_text() == "future 9–15"
    assert film.get_by_role("button", name="Play the film", exact=True).count() == 1, (
        "it is not paused"
    )


def test_it_plays_on_when_its_kernel_is_gone(page, lab, open_film):
    film = open_film()
    press(film, "Pause")
    sessions = f"{lab[0]}/api/sessions"
    for session in page.request.get(f"{sessions}?token={TOKEN}").json():
        page.request.delete(f"{sessions}/{session['id']}?token={TOKEN}")
    at = number(film)
    press(film, "Play")
    wait_for(lambda: number(film) != at, 20, "it does not play without its kernel")


def test_keys_move_the_film_and_leave_the_notebook_alone(page, open_film):
    film = open_film()
    press(film, "Pause")
    film.get_by_role("slider").fill("10")
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    film.get_by_role("button").focus()
    for key, expected in {
        "ArrowRight": 11,
        "ArrowUp": 12,
        "ArrowLeft": 11,
        "x": 11,
        "a": 11,
    }.items():
        page.keyboard.press(key)
        assert number(film) == expected
    film.get_by_role("slider").focus()
    for key, expected in {"ArrowRight": 12, "ArrowDown": 11, "Home": 1, "End": 20, "d": 20}.items():
        page.keyboard.press(key)
        assert number(film) == expected
    page.keyboard.press(" ")
    wait_for(lambda: number(film) not in (1, 20), 20, "the space bar does not play it")
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells
    assert film.get_by_role("slider").evaluate("slider => slider === document.activeElement")


def test_who_asks_for_less_motion_gets_a_film_that_waits_and_ends(page, open_film):
    page.emulate_media(reduced_motion="reduce")
    film = open_film()
    page.wait_for_timeout(400)
    assert number(film) == 1
    press(film, "Play")
    button = film.get_by_role("button", name="Play the film", exact=True)
    wait_for(lambda: number(film) > 1, 20, "it does not play")
    wait_for(lambda: button.count() == 1, 20, "it does not end")
    assert number(film) == 20
    press(film, "Play")
    wait_for(lambda: 1 < number(film) < 20, 20, "it does not begin again when it is asked to")
