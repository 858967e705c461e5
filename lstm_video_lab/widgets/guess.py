"""Predict, then reveal: a question whose answer is shown once the student has committed to one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import ipywidgets
from IPython.display import display

from lstm_video_lab.checks import LabError
from lstm_video_lab.plots.canvas import Picture
from lstm_video_lab.widgets.base import LABEL, LabWidget, row, static

LONGEST = 80  # letters of a choice: radio buttons do not break lines
Reveal = str | Picture | Callable[[], "str | Picture"]


def verdict(choice: str, answer: str) -> str:
    """Kind words about a choice."""
    if choice == answer:
        return f"Yes, “{answer}” it is."
    return f"Not this time, and you will remember it the better: it is “{answer}”."


class Guess(LabWidget):
    """A question with choices; `reveal` comes only after a choice is committed to.

    `answer` is one of `choices`; `reveal` is words, a Picture, or a function without arguments that
    returns either and is called when it is needed.
    """

    title = "the answer"

    def __init__(self, question: str, choices: Sequence[str], answer: str, reveal: Reveal) -> None:
        if answer not in choices:
            raise LabError(f"answer {answer!r} is none of the choices {list(choices)!r}")
        for choice in choices:
            if len(choice) > LONGEST:
                raise LabError(f"choice {choice!r} is cut off on a page: {LONGEST} letters fit")
        self.question, self.choices, self.answer = question, list(choices), answer
        self.reveal = reveal
        self.committed = False
        self.commit = ipywidgets.Button(description="Commit", button_style="primary", disabled=True)
        self.again = ipywidgets.Button(description="Guess again", disabled=True)
        super().__init__()
        question, image, text, *rest = self.box.children
        self.box.children = (question, text, image, *rest)
        self.commit.on_click(self.guarded(lambda _: self._settle(True)))
        self.again.on_click(self.guarded(lambda _: self._settle(False)))

    def controls(self) -> dict[str, Any]:
        wide = {"width": "max-content"}
        radio = ipywidgets.RadioButtons(
            options=self.choices, value=None, description="Your guess:", style=LABEL, layout=wide
        )
        return {"choice": radio}

    def arrange(self, controls: dict[str, Any]) -> ipywidgets.Widget:
        question = ipywidgets.HTML(f"<b>{escape(self.question)}</b>")
        return ipywidgets.VBox([question, controls["choice"], row(self.commit, self.again)])

    def explanation(self) -> Picture:
        """What is revealed."""
        shown = self.reveal() if callable(self.reveal) else self.reveal
        return shown if isinstance(shown, Picture) else Picture(b"", shown)

    def render(self, choice: str | None) -> Picture:
        if choice is None:
            return Picture(b"", "Choose one: the answer comes after you commit to a guess.")
        if not self.committed:
            return Picture(b"", f"You are about to say: {choice}. Press Commit to see the answer.")
        shown = self.explanation()
        return Picture(shown.png, f"{verdict(choice, self.answer)} {shown.text}")

    def show(self, picture: Picture) -> None:
        super().show(picture)
        radio = self.values["choice"]
        radio.disabled = self.committed
        self.commit.disabled = self.committed or radio.value is None
        self.again.disabled = not self.committed

    def _settle(self, committed: bool) -> None:
        """Commit to the choice, or, with False, take it back."""
        radio = self.values["choice"]
        self.committed = committed and radio.value is not None
        if not committed:
            radio.value = None
        self.update()

    def still_page(self, picture: Picture) -> str:
        """The question stays to be read, and what was said of it; the answer is not given away."""
        items = "".join(f"<li>{escape(choice)}</li>" for choice in self.choices)
        return f"<p><b>{escape(self.question)}</b></p><ul>{items}</ul>{picture.as_html()}"

    def folded(self) -> str:
        """Question, choices and the folded answer as HTML, for readers without a kernel."""
        shown = self.explanation()
        items = "".join(f"<li>{escape(choice)}</li>" for choice in self.choices)
        return (
            f"<p><b>{escape(self.question)}</b></p><ul>{items}</ul>"
            "<details><summary>Guess first, then open this</summary>"
            f"<p>The answer: {escape(self.answer)}.</p>{shown.as_html()}"
            "</details>"
        )

    def _ipython_display_(self) -> None:
        if not static():
            super()._ipython_display_()
            return
        words = f"{self.question} {' / '.join(self.choices)}"
        display({"text/html": self.folded(), "text/plain": words}, raw=True)
