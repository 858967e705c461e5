"""Lessons 03 and 06 as a student meets them: open, run, move, train, stop, look."""

import re
import time

import pytest

from conftest import SCREENSHOTS, TOKEN
from lstm_video_lab import load_model

BOX = "xpath=ancestor::*[contains(@class, 'widget-vbox')][.//img][1]"


def open_lesson(page, address, name):
    """Open a lesson and run all its cells."""
    page.goto(f"{address}/lab/tree/{name}?token={TOKEN}&reset")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    page.wait_for_selector('.jp-Toolbar-kernelStatus[title*="Idle" i], [data-status="idle"]')
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_function(
        """() => {
            const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];
            return prompts.length && prompts.every(p => /\\[\\d+\\]/.test(p.textContent));
        }""",
        timeout=300_000,
    )
    errors = page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').all_inner_texts()
    failed = page.locator('[data-mime-type="application/vnd.jupyter.error"]').all_inner_texts()
    assert not failed, failed[0]
    assert not [text for text in errors if "Error" in text]


def keep(page, name):
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


def source_of(box):
    """The pictures of a widget, as the browser shows them: a new picture has a new address."""
    return box.locator("img").evaluate_all("images => images.map(image => image.src)")


def wait_for(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def move_each_slider(page):
    """Arrow keys on every slider of the page: each changes the picture of its widget."""
    handles = page.locator('.jupyter-widgets [role="slider"]')
    page.wait_for_selector('.jupyter-widgets [role="slider"]')
    moved = []
    for n in range(handles.count()):
        handle = handles.nth(n)
        box, label = (
            handle.locator(BOX),
            handle.locator("xpath=ancestor::*[contains(@class, 'widget-inline-hbox')][1]//label"),
        )
        handle.scroll_into_view_if_needed()
        name, before = label.first.inner_text(), source_of(box)
        at_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
        handle.focus()
        page.keyboard.press("ArrowLeft" if at_end else "ArrowRight")
        wait_for(
            lambda box=box, before=before: source_of(box) != before,
            30,
            f"slider {name!r} was moved and its picture stayed the same",
        )
        moved.append(name)
    return moved


def test_lesson_03_every_slider_changes_its_picture(page, lab):
    address, _ = lab
    open_lesson(page, address, "03_bouncing_digits.ipynb")
    moved = move_each_slider(page)
    assert {"Digits", "Speed", "Seed", "Frame number"} <= set(moved)
    first = page.locator(".widget-vbox img").first
    first.scroll_into_view_if_needed()
    keep(page, "03_bouncing_digits")


def test_lesson_06_moves_trains_and_stops(page, lab):
    address, copy = lab
    open_lesson(page, address, "06_composite.ipynb")
    moved = move_each_slider(page)
    assert {"Units", "Layers"} <= set(moved)
    studio = page.locator(".widget-vbox", has=page.get_by_role("button", name="Reset")).last
    studio = studio.locator(BOX)
    status = studio.get_by_role("status").last
    press = lambda name: studio.get_by_role("button", name=name, exact=True).click()  # noqa: E731

    def loss():
        found = re.search(r"future ([\d.]+) nats", status.inner_text())
        return float(found[1]) if found else None

    status.scroll_into_view_if_needed()
    press("Train")
    wait_for(lambda: loss() is not None, 60, "the studio does not begin to train")
    first, picture = loss(), source_of(studio)
    wait_for(lambda: loss() < 0.9 * first, 90, f"the loss stays at {first}")
    assert source_of(studio) != picture, "the picture does not follow the training"
    press("Stop")
    wait_for(lambda: "Stopped" in status.inner_text(), 30, "the run does not stop")
    status.scroll_into_view_if_needed()
    keep(page, "06_composite")
    folder = re.search(r"runs/studio-\d+", status.inner_text())[0]
    assert load_model(copy / folder).layers >= 1


@pytest.mark.parametrize(
    "lesson", ["00_start_here", "02_lstm_cell", "04_autoencoder", "05_future_predictor"]
)
def test_the_other_lessons_run_and_their_sliders_move(page, lab, lesson):
    address, _ = lab
    open_lesson(page, address, f"{lesson}.ipynb")
    assert move_each_slider(page)
    keep(page, lesson)
