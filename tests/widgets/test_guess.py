"""Predict, then reveal: nothing is shown before a student commits, and what they said is kept."""

import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display
from IPython.utils.capture import capture_output

from lstm_video_lab.plots import Picture, images
from lstm_video_lab.questions import KEPT, LONGEST_OPTION, Question
from lstm_video_lab.widgets.guess import Guess, reply

WORDS = "Is 1 < 2 & so on?"
WHY = "Since <one> comes before two."
NO, PERHAPS = "You took the < for a >.", "It does not hang on chance."


def question(reveal=WHY, answer="yes") -> Question:
    return Question(
        "numbers/order", WORDS, {"yes": "", "no": NO, "perhaps": PERHAPS}, answer, reveal
    )


@pytest.fixture(autouse=True)
def strict(monkeypatch, tmp_path):
    monkeypatch.setenv("LAB_STRICT", "1")
    monkeypatch.delenv("LAB_STATIC", raising=False)
    monkeypatch.chdir(tmp_path)


def guess(reveal=WHY) -> Guess:
    return Guess(question(reveal))


def choose(widget: Guess, choice: str) -> None:
    widget.values["choice"].value = choice


def commit(widget: Guess, choice: str) -> None:
    choose(widget, choice)
    widget.commit.click()


def shown(widget):
    """What a notebook is sent for it."""
    InteractiveShell.instance()
    try:
        with capture_output() as said:
            display(widget)
    finally:
        InteractiveShell.clear_instance()
    return said.outputs


def test_the_reply_speaks_to_the_choice():
    assert reply("yes", "yes", "") == "You said “yes”, and so it is."
    assert reply("no", "yes", "Not so.") == "You said “no”. Not so. It is “yes”."


def test_nothing_is_chosen_or_told_at_first():
    widget = guess()
    assert widget.values["choice"].value is None
    assert widget.commit.disabled and widget.again.disabled
    assert "Since" not in widget.text.value and widget.note.layout.display == "none"


def test_a_choice_alone_tells_nothing():
    widget = guess()
    choose(widget, "no")
    assert not widget.commit.disabled
    assert "Since" not in widget.text.value and "yes" not in widget.text.value


@pytest.mark.parametrize(
    ("choice", "words", "others"),
    [("yes", "so it is", [NO, PERHAPS]), ("no", NO, [PERHAPS]), ("perhaps", PERHAPS, [NO])],
)
def test_after_committing_the_choice_stays_and_gets_its_own_answer(choice, words, others):
    widget = guess()
    commit(widget, choice)
    said = widget.shown.text
    assert f"You said “{choice}”" in said and words in said and WHY in said
    assert not [other for other in others if other in said]
    assert widget.values["choice"].value == choice
    assert widget.values["choice"].disabled and widget.commit.disabled
    assert not widget.again.disabled


def test_answer_replies_and_reveal_may_hang_on_results():
    asked = Question(
        "numbers/larger",
        "Which is larger?",
        {"the first": lambda a, b: f"{a} it is not.", "the second": lambda a, b: f"Not {b}."},
        lambda a, b: "the first" if a > b else "the second",
        lambda a, b: f"They are {a} and {b}.",
    )
    for numbers, right in (((3, 2), True), ((2, 3), False)):
        widget = Guess(asked, *numbers)
        commit(widget, "the first")
        assert ("so it is" in widget.shown.text) is right
        assert ("2 it is not." in widget.shown.text) is not right
        assert f"They are {numbers[0]} and {numbers[1]}." in widget.shown.text


def test_guess_again_starts_over():
    widget = guess()
    commit(widget, "no")
    widget.again.click()
    assert widget.values["choice"].value is None and not widget.values["choice"].disabled
    assert "Since" not in widget.text.value and widget.again.disabled


def test_one_cannot_commit_to_nothing():
    widget = guess()
    widget.commit.click()
    choose(widget, "yes")
    assert "Since" not in widget.text.value


def test_a_function_is_called_only_when_its_picture_is_due():
    calls = []

    def reveal() -> Picture:
        calls.append(1)
        return images(np.zeros((1, 8, 8)), text="A black square.")

    widget = guess(reveal)
    choose(widget, "yes")
    assert not calls and widget.frame.layout.display == "none"
    widget.commit.click()
    assert calls == [1]
    assert bytes(widget.image.value).startswith(b"\x89PNG")
    assert widget.frame.layout.display is None and "A black square." in widget.text.value


def test_a_reveal_that_fails_says_so(monkeypatch):
    monkeypatch.delenv("LAB_STRICT")
    widget = guess(lambda: Path("no such folder/file").read_text())
    commit(widget, "yes")
    assert "FileNotFoundError" in widget.error.value


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"answer": "never"}, "'never' is no option"),
        ({"options": {"yes": "", "n" * (LONGEST_OPTION + 1): "No."}}, "80 letters fit"),
        ({"options": {"yes": "", "no": ""}}, "says nothing to who chose it"),
        ({"name": "order"}, "name it 'room/what'"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(wrong, words):
    fields = {"name": "a/b", "words": WORDS, "options": {"yes": "", "no": NO}, "answer": "yes"}
    with pytest.raises(ValueError, match=words):
        Question(**fields | wrong)


def test_an_answer_that_is_picked_must_be_an_option():
    asked = Question("a/b", WORDS, {"yes": "No.", "no": NO}, lambda: "never")
    with pytest.raises(ValueError, match="'never' is no option"):
        asked.right()


def test_what_was_said_is_kept_and_stands_there_again():
    first = guess()
    shown(first)
    commit(first, "no")
    first.note.value = "I read it backwards."
    first.again.click()
    commit(first, "perhaps")
    stored = json.loads(Path(KEPT).read_text())["guesses"]["numbers/order"]
    assert stored["choices"] == ["no", "perhaps"] and stored["note"] == "I read it backwards."
    second = guess()
    shown(second)
    assert second.values["choice"].value == "perhaps" and not second.committed
    assert "So you said last time" in second.shown.text and WHY not in second.shown.text
    second.commit.click()
    assert second.note.value == "I read it backwards."


def test_the_guesses_of_other_questions_stay():
    for name in ("numbers/one", "numbers/two"):
        asked = Question(name, WORDS, {"yes": "", "no": NO}, "yes")
        widget = Guess(asked)
        shown(widget)
        commit(widget, "no")
    assert list(json.loads(Path(KEPT).read_text())["guesses"]) == ["numbers/one", "numbers/two"]


def test_a_file_that_is_none_of_ours_stays_as_it_is(monkeypatch):
    monkeypatch.delenv("LAB_STRICT")
    Path(KEPT).write_text("my shopping list")
    widget = guess()
    shown(widget)
    assert "holds no guesses: rename it" in widget.error.value
    commit(widget, "no")
    assert Path(KEPT).read_text() == "my shopping list"
    assert NO in widget.shown.text


def test_nothing_is_kept_of_a_widget_that_no_notebook_shows(monkeypatch):
    commit(guess(), "no")
    monkeypatch.setenv("LAB_STATIC", "1")
    widget = guess()
    shown(widget)
    commit(widget, "no")
    assert not Path(KEPT).exists()


def test_a_saved_page_keeps_choice_and_note():
    widget = guess()
    shown(widget)
    commit(widget, "no")
    widget.note.value = "<b>mine</b>"
    page = widget.still_page(widget.shown)
    assert "You said “no”" in page and "&lt;b&gt;mine&lt;/b&gt;" in page


class Folded(HTMLParser):
    """Words inside and outside the folded part."""

    def __init__(self) -> None:
        super().__init__()
        self.depth, self.inside, self.outside, self.images = 0, "", "", []

    def handle_starttag(self, tag, attrs):
        self.depth += tag == "details"
        if tag == "img":
            self.images.append((self.depth, dict(attrs)))

    def handle_endtag(self, tag):
        self.depth -= tag == "details"

    def handle_data(self, data):
        if self.depth:
            self.inside += data
        else:
            self.outside += data


@pytest.mark.parametrize("reveal", [WHY, images(np.zeros((1, 8, 8)), text=WHY)])
def test_without_a_kernel_the_answer_is_folded_away(reveal, monkeypatch):
    monkeypatch.setenv("LAB_STATIC", "1")
    (output,) = shown(guess(reveal))
    assert set(output.data) == {"text/html", "text/plain"}
    assert WHY not in output.data["text/plain"]
    page = Folded()
    page.feed(output.data["text/html"])
    assert page.depth == 0
    assert all(option in page.outside for option in question().options)
    for words in (WHY, "The answer: yes.", NO, PERHAPS):
        assert words in page.inside and words not in page.outside
    for depth, image in page.images:
        assert depth == 1 and image["alt"] == WHY
    assert len(page.images) == isinstance(reveal, Picture)
