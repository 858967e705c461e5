"""A guess in a real page: the choice stays in sight, and is there when the lesson is run again."""

import json

import nbformat
from browsing import keep, open_lesson, wait_for

CELL = """from lstm_video_lab.questions import Question
from lstm_video_lab.widgets import Guess
options = {"this": "This is too near.", "that": "", "neither": "One of both is."}
Guess(Question("guessing/which", "This or that?", options, "that", "Because that is so."))"""


def test_a_guess_is_kept_and_stands_there_again(page, lab):
    address, copy = lab
    cells = [nbformat.v4.new_code_cell(CELL)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), copy / "guessing.ipynb")
    open_lesson(page, address, "guessing.ipynb")
    box = page.locator(".lab-live")
    box.get_by_role("radio", name="neither").check()
    box.get_by_role("button", name="Commit").click()
    words = box.locator(".lab-words")
    wait_for(lambda: "You said “neither”" in words.inner_text(), 60, "no answer to the choice")
    assert "One of both is." in words.inner_text() and "too near" not in words.inner_text()
    assert box.get_by_role("radio", name="neither").is_checked()
    weight = "label => getComputedStyle(label).fontWeight"
    assert box.locator("label", has_text="neither").evaluate(weight) == "700"
    note = box.get_by_role("textbox", name="Your note:")
    note.fill("I did not think of that.")
    note.blur()
    file = copy / "my_guesses.json"
    wait_for(lambda: file.is_file() and "think" in file.read_text(), 30, "the note is not kept")
    keep(page, "guess_committed")
    open_lesson(page, address, "guessing.ipynb")
    wait_for(lambda: "So you said last time" in words.inner_text(), 60, "it is forgotten")
    assert box.get_by_role("radio", name="neither").is_checked()
    box.get_by_role("radio", name="that").check()
    box.get_by_role("button", name="Commit").click()
    wait_for(lambda: "so it is" in words.inner_text(), 60, "no answer to the second choice")
    stored = json.loads(file.read_text())["guesses"]["guessing/which"]
    assert stored["choices"] == ["neither", "that"]
    keep(page, "guess_again")
