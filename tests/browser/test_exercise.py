"""The whole path of an exercise: open, fail a check, read a hint, solve, save, grade, feedback."""

import csv
from pathlib import Path

from browsing import keep, open_lesson, wait_for

from lstm_video_lab.cli import main
from lstm_video_lab.course.exercises import read_exercise

ROOT = Path(__file__).parents[2]
NAME = "01_lstm_cell"


def write_and_run(page, cell, code):
    """Replace what is in a cell and run it, as with the keyboard."""
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(code)
    page.keyboard.press("Shift+Enter")


def run(page, cell):
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")


def test_from_the_first_look_to_the_feedback(page, lab, tmp_path):
    address, copy = lab
    answer = read_exercise(ROOT / "solutions" / f"{NAME}.py").answers["lstm_step"]
    open_lesson(page, address, f"exercises/{NAME}.ipynb")
    cells = page.locator(".jp-CodeCell")
    mine = cells.filter(has_text="def lstm_step").first
    checking = cells.filter(has_text='check("lstm_step"').first
    told = checking.get_by_role("status")
    assert "not attempted" in told.inner_text()

    mistake = next(m for m in answer.mistakes if "old state" in m.words)
    write_and_run(page, mine, mistake.source.replace(mistake.name, "lstm_step"))
    run(page, checking)
    wait_for(lambda: "incorrect" in told.inner_text(), 60, "a wrong answer is not refused")
    assert mistake.hint in told.inner_text()
    assert "yours and target" in checking.locator("img").get_attribute("alt")
    checking.locator("img").scroll_into_view_if_needed()
    keep(page, "exercise_incorrect")

    hinting = cells.filter(has_text='hint("lstm_step")').last
    write_and_run(page, hinting, 'hint("lstm_step")')
    wait_for(lambda: "Hint 1 of 3" in hinting.inner_text(), 60, "no hint is shown")

    write_and_run(page, mine, answer.source)
    run(page, checking)
    wait_for(lambda: "✓ lstm_step: correct" in told.inner_text(), 60, "a right answer is refused")
    keep(page, "exercise_correct")
    page.keyboard.press("Control+S")
    saved = copy / "exercises" / f"{NAME}.ipynb"
    wait_for(lambda: "output_peeps" not in saved.read_text() and "i + p[0] * c" in
             saved.read_text(), 60, "the notebook is not saved")  # fmt: skip
    grade_and_look(page, saved, tmp_path)


def grade_and_look(page, saved, tmp_path):
    """The saved notebook of a student named ada, and her page."""
    (tmp_path / "in" / "ada").mkdir(parents=True)
    (tmp_path / "in" / "ada" / saved.name).write_bytes(saved.read_bytes())
    out, solutions = tmp_path / "out", tmp_path / "solutions"
    solutions.mkdir()
    (solutions / f"{NAME}.py").write_bytes((ROOT / "solutions" / f"{NAME}.py").read_bytes())
    command = ["grade", str(tmp_path / "in"), "--out", str(out), "--solutions", str(solutions)]
    assert main([*command, "--seed", "1"]) == 0
    rows = {row["student"]: row for row in csv.DictReader((out / "gradebook.csv").open())}
    assert rows["points possible"][NAME] == "7" and rows["ada"]["total"] == "4"
    (feedback,) = (out / "feedback").glob("ada-*.html")
    page.goto(feedback.as_uri())
    text = page.locator("body").inner_text()
    assert "lstm_step ✓ correct, 4 of 4" in text and "run_lstm ○ not attempted, 0 of 2" in text
    assert page.locator("img").first.evaluate("image => image.naturalWidth") > 300
    keep(page, "exercise_feedback")
