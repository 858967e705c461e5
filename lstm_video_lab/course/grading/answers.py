"""The answers in the cells of a notebook, in code and in words, without running any of it.

In code, all that a student changed or added counts: the kernel would have had it, and what an
answer needs of it is found where it runs. An answer in words is looked for in the cell of its
question, however that was copied or retyped, and below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from lstm_video_lab.course.exercises import (
    STUB_TEXT,
    Exercise,
    cut_text,
    functions_of,
    kind_of,
)

LONGEST_ANSWER = 100_000  # characters
SAME = 3  # words in a row that are the question's own
KNOWN_AGAIN = 0.6  # share of a question's words by which its cell is known without its id
_DEFINES = re.compile(r"^[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)", re.MULTILINE)
_MARK = re.compile(r"[*_]{0,3}[ \t]*your answer[ \t]*:?[ \t]*[*_]{0,3}[ \t]*:?", re.IGNORECASE)
Cell = dict[str, Any]


def defined_functions(source: str) -> set[str]:
    """Names of functions in a cell, whatever magics stand around them."""
    return set(_DEFINES.findall(source))


def _binds(name: str) -> re.Pattern[str]:
    """What gives a name its value, as far as that is seen without taking the code apart."""
    word = rf"\b{re.escape(name)}\b"
    return re.compile(
        rf"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+{word}"
        rf"|^[ \t]*[\w, \t]*{word}[\w, \t]*(?::[^=\n]*)?=(?!=)|\bimport\b.*{word}",
        re.MULTILINE,
    )


def plain(source: str) -> str:
    """Source whatever its line ends and the blanks around it."""
    return source.replace("\r\n", "\n").strip()


class Answers:
    """What a student has answered in one notebook.

    code     answer → the cell that answers it
    cells    answer → (number, source) of all cells that it may need
    words    question → what was written, "" where nothing was found
    blank    questions whose cell is there and was left empty
    notes    what was odd
    """

    def __init__(self, cells: list[Cell], exercise: Exercise) -> None:
        self.exercise = exercise
        self.code: dict[str, str] = {}
        self.cells: dict[str, list[tuple[int, str]]] = {}
        self.words: dict[str, str] = {}
        self.blank: set[str] = set()
        self.notes: list[str] = []
        self._cells = cells
        handed_out = exercise.cut().cells
        self._handed_out = {plain(cell.source) for cell in handed_out}
        self._stubs = {
            plain(cell.source): name
            for cell in handed_out
            if (name := cell.metadata.get("lab", {}).get("answer"))
        }
        self._find_code()
        self._find_words()

    def _is_own(self, cell: Cell) -> bool:
        return bool(cell["source"].strip()) and plain(cell["source"]) not in self._handed_out

    def _find_code(self) -> None:
        own = list(self._own_code())
        stubs = {}
        for number, cell in enumerate(self._cells, 1):
            if name := self._stubs.get(plain(cell["source"])):
                stubs[name] = number, cell["source"]
        for name in self.exercise.answers:
            answering = [
                source
                for number, source in own
                if _binds(name).search(source)
                or self._cells[number - 1]["lab"].get("answer") == name
            ]
            if len(set(answering)) > 1:
                self.notes.append(f"{name}: several cells define it; the last one counts")
            if not answering and name not in stubs:
                self.notes.append(f"{name}: no cell answers it")
                continue
            self.code[name] = answering[-1] if answering else stubs[name][1]
            # The stubs first: whatever stands elsewhere was written later.
            self.cells[name] = [*stubs.values(), *own]

    def _own_code(self) -> Iterator[tuple[int, str]]:
        """The cells that run, and those that would if they were no text."""
        code = [cell for cell in self._cells if cell["type"] == "code" and self._is_own(cell)]
        defined = {name for cell in code for name in defined_functions(cell["source"])}
        for number, cell in enumerate(self._cells, 1):
            source = cell["source"]
            if not self._is_own(cell):
                continue
            if len(source) > LONGEST_ANSWER:
                length = f"{len(source)} characters, {LONGEST_ANSWER} at most: left out"
                self.notes.append(f"cell {number}: {length}")
                continue
            if cell["type"] == "code" or self._answers_as_text(source, defined):
                yield number, source

    def _answers_as_text(self, source: str, defined: set[str]) -> bool:
        names = {*self.exercise.answers} - defined
        return bool(names & defined_functions(source) and names & {*functions_of(source)})

    def _find_words(self) -> None:
        taken: set[int] = set()
        for name in self.exercise.written:
            asked = _question(self.exercise, name)
            places = [k for k, cell in enumerate(self._cells) if self._asks(cell, name, asked)]
            texts = [own_words(self._cells[place]["source"], asked) for place in places]
            below = [k for place in places for k in self._added_below(place) if k not in places]
            taken |= {*places, *below}
            texts += [_as_words(self._cells[k]) for k in below]
            self.words[name] = _joined(texts)
            if places and not self.words[name]:
                self.blank.add(name)
        self._take_what_is_left(taken)

    def _take_what_is_left(self, taken: set[int]) -> None:
        """Text that stands anywhere else: it may be an answer, so nothing is called blank."""
        left = [
            cell["source"]
            for k, cell in enumerate(self._cells)
            if k not in taken and cell["type"] != "code" and self._is_own(cell)
        ]
        for name, words in self.words.items():
            if words:
                continue
            if name not in self.blank:
                what_to_do = "the text of other cells is taken: look" if left else "look for it"
                self.notes.append(f"{name}: the cell of its question is gone; {what_to_do}")
            if left:
                self.words[name] = _joined(left)
                self.blank.discard(name)

    def _asks(self, cell: Cell, name: str, asked: str) -> bool:
        """Whether a cell is that of a question: by its labels, else by its words."""
        named = cell["lab"].get("written") == name
        if named or cell["id"] == f"written-{name}".replace("_", "-"):
            return True
        if cell["type"] == "code" or len(cell["source"]) > LONGEST_ANSWER:
            return False
        return bool(_blocks_of_question(asked.split(), cell["source"].split()))

    def _added_below(self, place: int) -> Iterator[int]:
        """Cells of words that stand between a question and the next cell that was handed out."""
        for k in range(place + 1, len(self._cells)):
            cell = self._cells[k]
            if plain(cell["source"]) in self._handed_out or cell["lab"]:
                return
            if self._is_own(cell) and (cell["type"] != "code" or _is_prose(cell["source"])):
                yield k


def _question(exercise: Exercise, name: str) -> str:
    asked = next(c.source for c in exercise.notebook.cells if kind_of(c)[:2] == ("written", name))
    return cut_text(asked).replace(STUB_TEXT, "").strip()


def _same_words(asked: list[str], words: list[str]) -> list[Any]:
    """Where words of a question stand in a text, in their order."""
    blocks = SequenceMatcher(None, asked, words, autojunk=False).get_matching_blocks()
    return [block for block in blocks if block.size >= min(SAME, len(asked)) > 0]


def _blocks_of_question(asked: list[str], words: list[str]) -> list[Any]:
    """The same, and none where most of the question is not there: an answer may quote it."""
    blocks = _same_words(asked, words)
    same = sum(block.size for block in blocks)
    return blocks if same >= KNOWN_AGAIN * len(asked) else []


def own_words(text: str, asked: str) -> str:
    """What a student wrote, without the question and the mark for the answer."""
    words = re.findall(r"\S+\s*", text[:LONGEST_ANSWER])
    own = []
    at = 0
    for block in _blocks_of_question(asked.split(), [word.strip() for word in words]):
        own += words[at : block.b]
        at = block.b + block.size
    own += words[at:]
    kept = "".join(own)
    mark = _MARK.search(kept)
    left = _MARK.sub("\n", kept).strip()
    if mark and mark[0].startswith(("*", "_")) and not mark[0].rstrip(" :").endswith(("*", "_")):
        left = left.removesuffix(mark[0][0])  # the answer stands inside of the mark
    return left.strip() if re.search(r"\w", left) else ""


def _is_prose(source: str) -> bool:
    """A cell of code with remarks alone."""
    return all(line.lstrip().startswith("#") for line in source.splitlines() if line.strip())


def _as_words(cell: Cell) -> str:
    if cell["type"] != "code":
        return _MARK.sub("\n", cell["source"]).strip()
    return "\n".join(line.lstrip(" #") for line in cell["source"].splitlines())


def _joined(texts: list[str]) -> str:
    different = dict.fromkeys(text.strip() for text in texts if text.strip())
    return "\n\n".join(different)[:LONGEST_ANSWER]
