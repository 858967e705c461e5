"""Predict, then reveal: a question whose answer is shown once the student has committed to one."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets
from IPython.display import display

from lstm_video_lab.plots.canvas import Picture
from lstm_video_lab.questions import KEPT, Guessed, Question, keep_guess, read_guesses, text_of
from lstm_video_lab.widgets.base import LABEL, LabWidget, row, static


def reply(choice: str, answer: str, if_wrong: str) -> str:
    """What is said to who made this choice."""
    if choice == answer:
        return f"You said “{choice}”, and so it is."
    return f"You said “{choice}”. {if_wrong} It is “{answer}”."


class Guess(LabWidget):
    """The options of a question; what is right and why comes only after a choice is committed to.

    The question itself stands in the text above the cell. `results` are handed to those parts of
    the question that are functions. Once it is shown in a notebook, every guess and a note are kept
    in `my_guesses.json` beside it, and stand there again when the lesson is run again.
    """

    title = "the answer"

    def __init__(self, question: Question, *results: Any) -> None:
        self.question, self.results = question, results
        self.committed = False
        self.kept: Guessed | None = None
        self.file: Path | None = None  # where guesses are kept: nowhere before it is displayed
        self.commit = ipywidgets.Button(description="Commit", button_style="primary", disabled=True)
        self.again = ipywidgets.Button(description="Guess again", disabled=True)
        self.note = ipywidgets.Textarea(
            description="Your note:",
            placeholder="What surprised you? It is kept for you.",
            style=LABEL,
            layout={"width": "min(40em, 95%)", "display": "none"},
            continuous_update=False,
        )
        super().__init__()
        options, image, text, *rest = self.box.children
        self.box.children = (options, text, image, self.note, *rest)
        self.commit.on_click(self.guarded(lambda _: self._settle(True)))
        self.again.on_click(self.guarded(lambda _: self._settle(False)))
        self.note.observe(self.guarded(lambda _: self._keep_guess()), "value")

    def controls(self) -> dict[str, Any]:
        radio = ipywidgets.RadioButtons(
            options=list(self.question.options),
            value=None,
            description="Your guess:",
            style=LABEL,
            layout={"width": "max-content"},
        )
        return {"choice": radio}

    def arrange(self, controls: dict[str, Any]) -> ipywidgets.Widget:
        return ipywidgets.VBox([controls["choice"], row(self.commit, self.again)])

    def explanation(self) -> Picture:
        """What is revealed."""
        shown = text_of(self.question.reveal, *self.results)
        return shown if isinstance(shown, Picture) else Picture(b"", shown)

    def render(self, choice: str | None) -> Picture:
        if choice is None:
            return Picture(b"", "Choose one: the answer comes after you commit to a guess.")
        if not self.committed:
            before = ""
            if self.kept is not None and self.kept.choices[-1] == choice:
                before = "So you said last time. "
            return Picture(b"", f"{before}Press Commit to say “{choice}” and see the answer.")
        if_wrong = text_of(self.question.options[choice], *self.results)
        said = reply(choice, self.question.right(*self.results), if_wrong)
        shown = self.explanation()
        return Picture(shown.png, f"{said} {shown.text}".rstrip())

    def show(self, picture: Picture) -> None:
        super().show(picture)
        radio = self.values["choice"]
        radio.disabled = self.committed
        self.commit.disabled = self.committed or radio.value is None
        self.again.disabled = not self.committed
        self.note.layout.display = None if self.committed else "none"

    def _settle(self, committed: bool) -> None:
        """Commit to the choice, or, with False, take it back."""
        radio = self.values["choice"]
        self.committed = committed and radio.value is not None
        if not committed:
            radio.value = None
        self.update()
        if self.committed:
            self._keep_guess(radio.value)

    def _keep_guess(self, choice: str | None = None) -> None:
        """Keep a new choice, or, without one, the note that now stands there."""
        if self.file is None or (choice is None and self.kept is None):
            return
        choices = self.kept.choices if self.kept else ()
        if choice is not None:
            choices = (*choices, choice)
        answer = self.question.right(*self.results)
        self.kept = Guessed(self.question.words, answer, choices, self.note.value)
        keep_guess(self.file, self.question.name, self.kept)
        self._keep_later(self.shown)

    def _recall(self) -> None:
        """Let what was said when the lesson was run before stand there again."""
        self.file = Path(KEPT)
        kept = read_guesses(self.file).get(self.question.name)
        if kept is None:
            return
        self.kept = replace(kept, question=self.question.words)
        self.note.value = kept.note
        if kept.choices[-1] in self.question.options:
            self.values["choice"].value = kept.choices[-1]
            self.update()

    def still_page(self, picture: Picture) -> str:
        """The options stay to be read, and what was said of one; the answer is not given away."""
        note = f"<p>Your note: {escape(self.note.value)}</p>" if self.note.value else ""
        return f"{self._asked()}{picture.as_html()}{note}"

    def _asked(self) -> str:
        """The options; the question itself stands in the text above."""
        items = "".join(f"<li>{escape(option)}</li>" for option in self.question.options)
        return f"<ul>{items}</ul>"

    def folded(self) -> str:
        """Options and the folded answer as HTML, for readers without a kernel."""
        answer = self.question.right(*self.results)
        lines = [f"<p>The answer: {escape(answer)}.</p>"]
        for option, if_wrong in self.question.options.items():
            if option != answer:
                words = escape(text_of(if_wrong, *self.results))
                lines.append(f"<p>If you said “{escape(option)}”: {words}</p>")
        return (
            f"{self._asked()}<details><summary>Guess first, then open this</summary>"
            f"{''.join(lines)}{self.explanation().as_html()}</details>"
        )

    def _ipython_display_(self) -> None:
        if static():
            words = f"{self.question.words} {' / '.join(self.question.options)}"
            display({"text/html": self.folded(), "text/plain": words}, raw=True)
            return
        self.guarded(self._recall)()
        super()._ipython_display_()
