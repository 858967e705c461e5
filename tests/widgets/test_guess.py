"""Predict, then reveal: nothing is shown before a student commits."""

from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display
from IPython.utils.capture import capture_output

from lstm_video_lab.plots import Picture, images
from lstm_video_lab.widgets.guess import LONGEST, Guess, verdict

QUESTION = "Is 1 < 2 & so on?"
CHOICES = ["yes", "no", "perhaps"]
WHY = "Since <one> comes before two."


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")
    monkeypatch.delenv("LAB_STATIC", raising=False)


def guess(reveal=WHY) -> Guess:
    return Guess(QUESTION, CHOICES, "yes", reveal)


def choose(widget: Guess, choice: str) -> None:
    widget.values["choice"].value = choice


def test_the_verdict_is_about_the_choice():
    assert verdict("yes", "yes").startswith("Yes")
    wrong = verdict("no", "yes")
    assert wrong.startswith("Not this time") and "“yes”" in wrong


def test_nothing_is_chosen_or_told_at_first():
    widget = guess()
    assert widget.values["choice"].value is None
    assert widget.commit.disabled and widget.again.disabled
    assert "Since" not in widget.text.value


def test_a_choice_alone_tells_nothing():
    widget = guess()
    choose(widget, "no")
    assert not widget.commit.disabled
    assert "Since" not in widget.text.value and "yes" not in widget.text.value


@pytest.mark.parametrize(("choice", "word"), [("yes", "Yes"), ("no", "Not this time")])
def test_after_committing_the_answer_is_shown_and_the_choice_locked(choice, word):
    widget = guess()
    choose(widget, choice)
    widget.commit.click()
    assert word in widget.text.value and "Since &lt;one&gt; comes" in widget.text.value
    assert widget.values["choice"].disabled and widget.commit.disabled
    assert not widget.again.disabled


def test_guess_again_starts_over():
    widget = guess()
    choose(widget, "no")
    widget.commit.click()
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
    assert not calls and widget.image.layout.display == "none"
    widget.commit.click()
    assert calls == [1]
    assert bytes(widget.image.value).startswith(b"\x89PNG")
    assert widget.image.layout.display is None and "A black square." in widget.text.value


def test_a_reveal_that_fails_says_so(monkeypatch):
    monkeypatch.delenv("LAB_STRICT")
    widget = guess(lambda: Path("no such folder/file").read_text())
    choose(widget, "yes")
    widget.commit.click()
    assert "FileNotFoundError" in widget.error.value


def test_an_answer_that_cannot_be_chosen_is_refused():
    with pytest.raises(ValueError, match="'never' is none of the choices"):
        Guess(QUESTION, CHOICES, "never", WHY)


def test_a_choice_too_long_for_a_page_is_refused():
    with pytest.raises(ValueError, match=f"{LONGEST} letters fit"):
        Guess(QUESTION, ["yes", "n" * (LONGEST + 1)], "yes", WHY)


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
    InteractiveShell.instance()
    try:
        with capture_output() as said:
            display(guess(reveal))
    finally:
        InteractiveShell.clear_instance()
    (output,) = said.outputs
    assert set(output.data) == {"text/html", "text/plain"}
    assert WHY not in output.data["text/plain"]
    page = Folded()
    page.feed(output.data["text/html"])
    assert page.depth == 0
    assert QUESTION in page.outside and all(choice in page.outside for choice in CHOICES)
    assert WHY in page.inside and "The answer: yes." in page.inside
    assert WHY not in page.outside
    for depth, image in page.images:
        assert depth == 1 and image["alt"] == WHY
    assert len(page.images) == isinstance(reveal, Picture)
