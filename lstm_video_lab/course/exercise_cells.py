"""The cells of a script in `solutions/`, each with its line; what is not understood is refused.

A solution that reaches students cannot be taken back. So nothing is guessed here: a title is
exactly one that is known, a mark stands alone and in order in a cell that is answered, and what
jupytext reads is what stands in the script.
"""

from __future__ import annotations

import ast
import difflib
import functools
import itertools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import jupytext
from nbformat import NotebookNode

from lstm_video_lab.course.building import scripts
from lstm_video_lab.course.titles import SECRET, TEXT, Title, read_title, unknown_title

BEGIN, END = "# BEGIN SOLUTION", "# END SOLUTION"
BEGIN_TEXT, END_TEXT = "BEGIN SOLUTION", "END SOLUTION"
TAGS = ("hide-input", "hide-output", "raises-exception", "skip-execution")

HEADER = re.compile(
    r"# %%(?: (?P<title>[^\[\]{}= ](?:[^\[\]{}=]*[^\[\]{}= ])?))?"
    r"(?P<text> \[markdown\])?(?: (?:tags|timeout)=.*)?"
)
LIKE_A_HEADER = re.compile(r"#\s*%%|^\s*#+\s*%|^%|^\s+%%|^\s*#\s*(?:In\[|<codecell>)")
OF_JUPYTEXT = {"lines_to_next_cell", "lines_to_end_of_cell_marker", "cell_marker"}


class ExerciseError(ValueError):
    """A script in `solutions/` that is no exercise: file and line, what is wrong, what to do."""


@dataclass(frozen=True)
class Cell:
    """A cell as it stands in the script; a line of text is without its `# `."""

    script: Path
    line: int  # of the title, from 1
    title: Title
    is_text: bool
    lines: tuple[str, ...]

    @property
    def source(self) -> str:
        return "\n".join(self.lines).strip("\n")

    @functools.cached_property
    def tree(self) -> ast.Module:
        """Its code. Raises ExerciseError where it is no Python."""
        try:
            return ast.parse("\n".join(self.lines))
        except SyntaxError as error:
            words = error.msg.partition(" (detected")[0]
            self.refuse(f"no Python: {words}", (error.lineno or 1) - 1)
        except ValueError as error:  # a null character
            self.refuse(f"no Python: {error}")

    @property
    def is_secret(self) -> bool:
        return self.title.kind in SECRET

    def refuse(self, words: str, number: int = -1) -> NoReturn:
        """Raise ExerciseError for the line with this number, from 0; -1 is the title."""
        refuse(self.script, self.line + 1 + number, words)


def refuse(script: Path, line: int, words: str) -> NoReturn:
    raise ExerciseError(f"{script.name}:{line}: {words}")


def read_cells(script: Path) -> tuple[NotebookNode, list[Cell]]:
    """A script as a notebook and as its cells, in the same order. Raises ExerciseError."""
    try:
        text = scripts.read_text(script)
    except ValueError as error:
        raise ExerciseError(str(error)) from None
    cells = _cut_into_cells(script, text.splitlines())
    for cell in cells:
        if not cell.is_text:
            _ = cell.tree  # what is no Python, as a string left open, is named before all else
    nb = jupytext.reads(text, fmt="py:percent")
    _compare(cells, nb)
    for cell in cells:
        _check_marks(cell)
    return nb, cells


def _cut_into_cells(script: Path, lines: list[str]) -> list[Cell]:
    starts = []
    for number, line in enumerate(lines, 1):
        if HEADER.fullmatch(line.rstrip(" ")) and line.count("%%") == 1:
            starts.append(number)
        elif LIKE_A_HEADER.search(line):
            words = "write '# %% TITLE' or '# %% TITLE [markdown]', and no other [, ], {, } or ="
            refuse(script, number, f"{line!r} begins no cell: {words}")
        elif _is_lost_title(line):
            refuse(script, number, f"{line.strip()!r} reads like a title: begin it with '# %% '")
        elif not starts and line.strip():
            refuse(script, number, "text above the first cell: begin with '# %% [markdown]'")
    if not starts:
        refuse(script, 1, "the script has no cells: begin with '# %% [markdown]'")
    cells = []
    for start, end in itertools.pairwise([*starts, len(lines) + 1]):
        cells.append(_cell(script, start, lines[start - 1].rstrip(" "), lines[start : end - 1]))
    return cells


def _is_lost_title(line: str) -> bool:
    """Whether a comment would be the title of a cell, were there its `%%`."""
    if not line.lstrip().startswith("#"):
        return False
    words = re.sub(r"^\W+", "", line).rstrip()
    title = read_title(words.removesuffix(TEXT))
    return line.rstrip().endswith(TEXT) or (bool(words) and title not in (None, Title("given")))


def _cell(script: Path, start: int, header: str, lines: list[str]) -> Cell:
    match = HEADER.fullmatch(header)
    assert match is not None
    is_text = bool(match["text"])
    title = read_title(match["title"] or "")
    if title is None:
        refuse(script, start, unknown_title(match["title"]))
    if title.kind and is_text != (title.kind == "written"):
        words = "is text: put ' [markdown]' behind its title"
        if is_text:
            words = "is code: take away the ' [markdown]' behind its title"
        refuse(script, start, f"the kind {title.kind!r} {words}")
    if not is_text:
        is_prose = any(lines) and all(not line or line.startswith("#") for line in lines)
        if is_prose and (title.kind or not match["title"]):
            words = "put ' [markdown]' behind '# %%'"
            refuse(script, start, f"only comments in a cell of code: {words}")
        if not match["title"]:
            words = "give it a title that says what it is, or delete it"
            refuse(script, start, f"students would get this cell of code: {words}")
        return Cell(script, start, title, is_text, tuple(lines))
    for number, line in enumerate(lines, start + 1):
        if line.strip() and not line.startswith("#"):
            words = "begin it with '# ', or a cell of code with '# %%'"
            refuse(script, number, f"{line.strip()!r} is no text: {words}")
    uncommented = [line[1:].removeprefix(" ") for line in lines]
    return Cell(script, start, title, is_text, tuple(uncommented))


def _compare(cells: list[Cell], nb: NotebookNode) -> None:
    """What was checked is what becomes the notebook."""
    for cell, read in itertools.zip_longest(cells, nb.cells):
        if cell is None:
            cells[-1].refuse("Jupyter reads more cells than these: begin each with '# %% '")
        theirs = read.source.strip("\n").splitlines() if read else ["no cell"]
        ours = cell.source.splitlines()
        if theirs != ours:
            pairs = enumerate(itertools.zip_longest(ours, theirs))
            number = next(n for n, (mine, other) in pairs if mine != other)
            number += next((n for n, line in enumerate(cell.lines) if line), 0)
            words = "a string or a fence above is not closed, or a comment reads like a command"
            cell.refuse(f"Jupyter reads this line otherwise: {words}", number)
        if (read.cell_type == "markdown") != cell.is_text:
            cell.refuse("Jupyter takes this cell for one of another type: mend its title")
        if read_title(read.metadata.get("title", "")) != cell.title:
            cell.refuse("Jupyter reads another title here: use plain words in it")
        _check_metadata(cell, read.metadata)


def _check_metadata(cell: Cell, metadata: NotebookNode) -> None:
    """Nothing travels with a cell that nobody has looked at."""
    for key, value in metadata.items():
        if key in ("title", *OF_JUPYTEXT):
            continue
        if key == "tags":
            if not isinstance(value, list) or any(tag not in TAGS for tag in value):
                cell.refuse(f"the tags {value!r} are not known: write a list of {', '.join(TAGS)}")
        elif key != "timeout":
            cell.refuse(f"the setting {key!r} is not known: there are tags and timeout")
        elif type(value) is not int or value < 1:
            cell.refuse(f"the timeout {value!r} is no number of seconds: write one such as 60")


def _check_marks(cell: Cell) -> None:
    """Marks stand alone, in order, and only where there is something to be answered."""
    marks = []
    for number, line in enumerate(cell.lines):
        if mark_of(cell, line):
            marks.append(number)
        elif _is_like_a_mark(cell, line):
            words = f"write {BEGIN!r} or {END!r}, alone on its line, or other words"
            cell.refuse(f"{line.strip()!r} is no mark: {words}", number)
    if cell.title.kind not in ("answer", "written"):
        if marks:
            words = "mend its title, or take the mark out"
            cell.refuse(f"a mark in a cell that is neither answer nor written: {words}", marks[0])
        return
    for number, expected in zip(marks, itertools.cycle((BEGIN, END)), strict=False):
        if mark_of(cell, cell.lines[number]) != expected:
            cell.refuse(f"this mark is out of order: {expected!r} comes first", number)
    if not marks or len(marks) % 2:
        cell.refuse(f"{cell.title.name!r} needs lines from {BEGIN!r} to {END!r}")
    _check_places(cell, marks)


def _check_places(cell: Cell, marks: list[int]) -> None:
    below = [n for n, line in enumerate(cell.lines) if n > marks[-1] and line.strip()]
    if below:
        words = "move the mark below it, or what is given above the marks"
        cell.refuse(f"students would get this line, below the last {END!r}: {words}", below[0])
    for begin, end in zip(marks[::2], marks[1::2], strict=True):
        between = [line.strip() for line in cell.lines[begin + 1 : end]]
        if not any(line and (cell.is_text or not line.startswith("#")) for line in between):
            cell.refuse("nothing stands between these marks: move them around the answer", begin)
        if not cell.is_text and _indent(cell, begin) != _indent(cell, end):
            cell.refuse("this mark is not indented as its BEGIN is: indent both alike", end)
        if not cell.is_text and _indent(cell, begin) == 0:
            cell.refuse("the marks stand outside of the function: indent them", begin)
    if cell.is_text and len(marks) > 2:
        cell.refuse("a question has one model answer: leave one pair of marks", marks[2])
    if cell.is_text and "".join(cell.lines[: marks[0]][-1:]).strip():
        cell.refuse("no empty line above the model answer: add one, or move the mark up", marks[0])


def _indent(cell: Cell, number: int) -> int:
    line = cell.lines[number]
    return len(line) - len(line.lstrip())


def mark_of(cell: Cell, line: str) -> str:
    """BEGIN, END, or "" for any other line."""
    mark = f"# {line.rstrip()}" if cell.is_text else line.strip()
    return mark if mark in (BEGIN, END) else ""


def _is_like_a_mark(cell: Cell, line: str) -> bool:
    """Whether somebody may have meant a mark, by the words or by most of the letters."""
    if "SOLUTION" in line or re.search(r"\b(begin|end|start|stop)[\W_]*solution", line, re.I):
        return True
    if not cell.is_text and not line.lstrip().startswith("#"):
        return False
    if re.match(r"\W*(BEGIN|END)\b", line):
        return True
    letters = re.sub(r"[\W\d_]+", "", line)
    least = 0.7 if letters.isupper() else 0.87
    matcher = difflib.SequenceMatcher(None, "", letters.casefold())
    for mark in (BEGIN_TEXT, END_TEXT):
        matcher.set_seq1(mark.replace(" ", "").casefold())
        if len(letters) < 30 and matcher.ratio() >= least:
            return True
    return False
