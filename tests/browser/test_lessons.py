"""The lessons as a student meets them: open, run, move, train, stop, look."""

import re

import pytest
from browsing import assert_axe_is_content, keep, move_each_slider, open_lesson, source_of, wait_for

from lstm_video_lab import load_model


def test_lesson_03_every_slider_changes_its_picture(page, lab):
    address, _ = lab
    open_lesson(page, address, "03_bouncing_digits.ipynb")
    assert_axe_is_content(page)
    moved = move_each_slider(page)
    assert {"Digits", "Speed", "Seed", "Frame number"} <= set(moved)
    first = page.locator(".widget-vbox img").first
    first.scroll_into_view_if_needed()
    keep(page, "03_bouncing_digits")


def test_lesson_06_trains_stops_and_moves(page, lab):
    address, copy = lab
    open_lesson(page, address, "06_composite.ipynb")
    assert_axe_is_content(page)
    studio = page.locator(".lab-live", has=page.get_by_role("button", name="More settings"))
    status = studio.locator(".lab-words")

    def press(name):
        studio.get_by_role("button", name=name, exact=True).click()

    def share():
        """Per cent of the mean image's error; None before training."""
        found = re.search(r"([\d.]+) % of the mean image's", status.inner_text())
        return float(found[1]) if found else None

    press("Train")
    wait_for(lambda: share() is not None, 60, "the studio does not begin to train")
    first, picture = share(), source_of(studio)
    wait_for(lambda: share() < 85, 150, f"the error began at {first} % and stays above 85 %")
    assert source_of(studio) != picture, "the picture does not follow the training"
    press("Stop")
    wait_for(lambda: "Stopped" in status.inner_text(), 30, "the run does not stop")
    studio.locator("img").scroll_into_view_if_needed()
    keep(page, "06_composite")
    folder = re.search(r"runs/studio-\d+", status.inner_text())[0]
    assert load_model(copy / folder).units == 256
    press("Reset")
    wait_for(lambda: "Not trained yet" in status.inner_text(), 30, "Reset keeps the run")
    assert {"Units", "Layers", "Learning rate", "Minutes"} <= set(move_each_slider(page))


@pytest.mark.parametrize(
    "lesson",
    [
        "00_start_here",
        "01_recurrence_and_memory",
        "02_lstm_cell",
        "04_autoencoder",
        "05_future_predictor",
        "06b_overlaps_and_bounces",
        "06c_table2",
        "07_convlstm",
        "08_one_and_three_digits",
        "09_long_rollouts",
        "10_features",
        "12_percepts_and_actions",
        "13_temporal_models",
        "14_video_ladder",
        "14b_ladder_claims",
        "15_video_to_text",
        "16_pixel_by_pixel",
    ],
)
def test_the_other_lessons_run_and_their_sliders_move(page, lab, lesson):
    address, _ = lab
    open_lesson(page, address, f"{lesson}.ipynb")
    assert_axe_is_content(page)
    assert move_each_slider(page)
    keep(page, lesson)


def test_lesson_11_tells_a_blind_test_s_result_after_the_last_vote_and_its_sliders_move(page, lab):
    address, _ = lab
    open_lesson(page, address, "11_natural_patches.ipynb")
    assert_axe_is_content(page)
    vote = page.get_by_role("button", name="A is the larger model's")
    box = vote.locator("xpath=ancestor::*[contains(@class, 'widget-vbox')][1]")
    status = box.locator(".lab-words")
    for k in range(8):
        wait_for(lambda k=k: f"Clip {k + 1} of 8" in status.inner_text(), 30, f"no clip {k + 1}")
        assert "You were right" not in status.inner_text()
        vote.click()
    wait_for(lambda: "You were right in" in status.inner_text(), 30, "no result is told")
    assert move_each_slider(page)
    keep(page, "11_natural_patches")
