"""Lessons 03 and 06 as a student meets them: open, run, move, train, stop, look."""

import re

import pytest
from browsing import BOX, keep, move_each_slider, open_lesson, source_of, wait_for

from lstm_video_lab import load_model


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
