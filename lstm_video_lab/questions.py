"""What a lesson asks of its reader: a guess before the answer, or one line of code.

Both are plain data, and lie in the lesson's room: `guesses.py` and `line.py`. A reader's guesses
are kept in one small file beside the lessons, `my_guesses.json`, which is theirs.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from lstm_video_lab.checks import LabError
from lstm_video_lab.files import write_json

LONGEST_OPTION = 80  # letters: radio buttons do not break lines
KEPT = "my_guesses.json"
VERSION = 1  # of that file
LARGEST_FILE = 2**20  # bytes
MOST_GUESSES = 1000
MOST_CHOICES = 20  # of one question: the first, and the newest others
LONGEST_TEXT = 2000  # letters of what a student wrote

Text = str | Callable[..., str]  # a function is called with the results of the lesson


@dataclass(frozen=True)
class Question:
    """A question whose answer is shown once the reader has committed to one of its options.

    name     "room/what": by this name a guess is kept, and found in the table of a class
    words    the question, as it stands in the text above the guess
    options  option → what is said to a reader who chose it and was wrong; "" for one that is
             always right
    answer   the right option, or a function that picks it
    reveal   why it is so: words, a picture, or a function that gives either

    Functions get the results that `Guess(question, *results)` was handed.
    """

    name: str
    words: str
    options: Mapping[str, Text]
    answer: Text
    reveal: Any = ""

    def __post_init__(self) -> None:
        room, slash, what = self.name.partition("/")
        if not (room and slash and what):
            raise LabError(f"question {self.name!r}: name it 'room/what', as autoencoder/order")
        if isinstance(self.answer, str):
            self.check_answer(self.answer)
        for option, reply in self.options.items():
            if len(option) > LONGEST_OPTION:
                raise LabError(
                    f"option {option!r} is cut off on a page: {LONGEST_OPTION} letters fit"
                )
            if not reply and option != self.answer:
                raise LabError(f"option {option!r} of {self.name} says nothing to who chose it")

    def check_answer(self, answer: str) -> None:
        """Raises LabError where `answer` is none of the options."""
        if answer not in self.options:
            raise LabError(f"{self.name}: answer {answer!r} is no option of {list(self.options)!r}")

    def right(self, *results: Any) -> str:
        """The option that is right for these results."""
        answer = text_of(self.answer, *results)
        self.check_answer(answer)
        return answer


def text_of(text: Any, *results: Any) -> Any:
    """A text, or what a function of the results gives."""
    return text(*results) if callable(text) else text


@dataclass(frozen=True)
class Line:
    """One line that a reader writes into a lesson, for `check("room/name", answer)`; ungraded.

    reference  a function in which the line stands
    cases      the arguments of some calls of it, a dict each
    hints      in steps, each of which gives away a little more
    mistakes   what is said of a known mistake → a function that makes it
    tolerance  of numbers; None: the usual one of `course/compare.py`
    shows      how a value is drawn beside the target: "frames" (T, H, W) in [0, 1], "strip" (T, U),
               "lines" (N,), each with or without a batch as the second axis; "" for no picture
    """

    reference: Callable[..., Any]
    cases: Sequence[Mapping[str, Any]]
    hints: Sequence[str]
    mistakes: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    tolerance: float | None = None
    shows: str = ""


@dataclass(frozen=True)
class Guessed:
    """What a reader has said to one question: every choice, oldest first, and a note."""

    question: str
    answer: str
    choices: tuple[str, ...]
    note: str = ""


def read_guesses(path: Path) -> dict[str, Guessed]:
    """The guesses in a file, by name of the question; {} where there is no file.

    Nothing in it is trusted: what is no guess is left out, and long texts are cut. Raises LabError
    for a file that is none of ours.
    """
    try:
        status = path.lstat()
    except FileNotFoundError:
        return {}
    if not stat.S_ISREG(status.st_mode):
        raise LabError(f"{path.name} is a link, or no plain file: put a plain one there")
    if status.st_size > LARGEST_FILE:
        raise LabError(f"{path.name} is too large for guesses: rename it")
    try:
        stored = json.loads(path.read_bytes().decode("utf-8"))["guesses"].items()
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        raise LabError(f"{path.name} holds no guesses: rename it, and a new one begins") from None
    guesses = {}
    for name, one in list(stored)[:MOST_GUESSES]:
        guessed = _read_one(one)
        if guessed is not None:
            guesses[_cut(name)] = guessed
    return guesses


def _read_one(stored: Any) -> Guessed | None:
    """None for what is no guess."""
    try:
        choices = tuple(_cut(choice) for choice in stored["choices"])
        texts = [_cut(stored[key]) for key in ("question", "answer", "note")]
    except (KeyError, TypeError):
        return None
    if not choices:
        return None
    return Guessed(texts[0], texts[1], _few(choices), texts[2])


def _cut(text: Any) -> str:
    if not isinstance(text, str):
        raise TypeError("no text")
    return text[:LONGEST_TEXT].encode("utf-8", "replace").decode()


def _few(choices: tuple[str, ...]) -> tuple[str, ...]:
    if len(choices) <= MOST_CHOICES:
        return choices
    return (choices[0], *choices[1 - MOST_CHOICES :])


def keep_guess(path: Path, name: str, guessed: Guessed) -> None:
    """Put a guess in place of the one of the same name; the others stay.

    Raises LabError where the file there is none of ours: it is left as it is.
    """
    guesses = read_guesses(path) | {name: guessed}
    stored = {key: asdict(one) for key, one in guesses.items()}
    write_json(path, {"version": VERSION, "guesses": stored})
