"""What an exercise is: one script in `solutions/`, with everything that is cut from it.

A script is in jupytext's percent format. The title of a cell says what it is for:

    # %% given            code that students get, and that runs before every answer
    # %% answer NAME, 3 points
                          what they write: the lines from `# BEGIN SOLUTION` to `# END SOLUTION`
                          go; the cell defines the function NAME
    # %% check NAME       a visible check, as a student runs it
    # %% written NAME, 2 points [markdown]
                          a question to be answered in words, with a model answer between the marks
    # %% cases NAME        `visible(rng)` and `hidden(rng)` yield the arguments of calls, as dicts;
                          TOLERANCE and SHOWS (see `Answer`) if they are not the usual ones
    # %% hints NAME       a docstring: a paragraph for each step
    # %% rewrite NAME: words        another correct answer: the first function in it
    # %% mistake NAME: words        a plausible wrong one, whose docstring is the hint

All other cells (text, pictures) stay as they are; their titles, if any, are in `PLAIN_TITLES`. The
last four kinds never leave `solutions/`. They stand below all others, and the first is a `cases`.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from nbformat import NotebookNode

from lstm_video_lab.course.compare import TOLERANCE
from lstm_video_lab.course.exercise_cells import (
    BEGIN,
    BEGIN_TEXT,
    END,
    END_TEXT,
    Cell,
    ExerciseError,
    read_cells,
    refuse,
)
from lstm_video_lab.course.exercise_code import (
    check_definitions,
    check_order,
    constants_of_cases,
    functions,
    secret_lines,
)
from lstm_video_lab.course.titles import SECRET, Title, read_title

MOST_CALLS = 100  # that `visible` or `hidden` yields
STUB = 'raise NotImplementedError("your answer")'
STUB_TEXT = "*Your answer:*"
PREAMBLE = "import math\n\nimport numpy as np\nimport torch\n"


@dataclass(frozen=True)
class Variant:
    """Another answer: right (a rewrite) or wrong (a mistake, with a hint)."""

    words: str
    source: str
    name: str  # of its function
    hint: str = ""


@dataclass
class Answer:
    """One function that a student writes.

    shows     how a value is drawn beside the target: "frames" (T, H, W) in [0, 1], "strip" (T, U),
              "lines" (N,), each with or without a batch as the second axis; "" for no picture
    cases     code that defines `visible(rng)` and `hidden(rng)`
    preamble  code that runs before the answer: PREAMBLE and all cells "given" above it
    """

    name: str
    points: int
    source: str = ""
    cases: str = ""
    hints: tuple[str, ...] = ()
    rewrites: list[Variant] = field(default_factory=list)
    mistakes: list[Variant] = field(default_factory=list)
    preamble: str = ""
    tolerance: float = TOLERANCE
    shows: str = ""

    def function(self, variant: Variant | None = None) -> Callable[..., Any]:
        """The reference, or another version of it, as a function of this process: trusted code."""
        source, name = (variant.source, variant.name) if variant else (self.source, self.name)
        namespace = _run_preamble(self.preamble)
        exec(compile(source, f"<{self.name}>", "exec"), namespace)
        return namespace[name]

    def calls(self, kind: str, seed: int) -> list[dict[str, Any]]:
        """The arguments of the visible or the hidden calls, a function of the seed."""
        namespace = _run_preamble(self.preamble)
        exec(compile(self.cases, f"<cases {self.name}>", "exec"), namespace)
        torch.manual_seed(seed)
        calls = list(itertools.islice(namespace[kind](np.random.default_rng(seed)), MOST_CALLS + 1))
        if len(calls) > MOST_CALLS:
            raise ValueError(f"`{kind}` yields more than {MOST_CALLS} calls: does it ever end?")
        return calls


@dataclass
class Exercise:
    """A script, read: `notebook` has all of its cells, `cut()` what students get."""

    name: str
    title: str
    notebook: NotebookNode
    answers: dict[str, Answer]
    written: dict[str, int]  # name → points
    secrets: dict[str, int] = field(default_factory=dict)  # line → where it stands in the script

    @property
    def points(self) -> int:
        of_answers = sum(answer.points for answer in self.answers.values())
        return of_answers + sum(self.written.values())

    def cut(self) -> NotebookNode:
        """The notebook without answers and without all that is secret."""
        nb = NotebookNode(self.notebook)
        nb.cells = []
        for cell in self.notebook.cells:
            title = read_title(cell.metadata.get("title", ""))
            if title is None or title.kind in SECRET:
                continue
            cell = NotebookNode({**cell, "metadata": NotebookNode(cell.metadata)})
            cut = cut_text if cell.cell_type == "markdown" else cut_code
            cell.source = cut(cell.source)
            nb.cells.append(cell)
        return nb


def kind_of(cell: NotebookNode) -> Title:
    """(kind, name, points, words) from the title of a cell; kind "" for any other cell."""
    return read_title(cell.metadata.get("title", "")) or Title()


def cut_code(source: str) -> str:
    """Code without what stands between the marks: a stub is there instead."""
    lines, inside = [], False
    for line in source.splitlines():
        if line.strip() == BEGIN:
            inside = True
            lines.append(line[: len(line) - len(line.lstrip())] + STUB)
        elif line.strip() == END:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines)


def cut_text(source: str) -> str:
    """A question without its model answer."""
    lines = [line.rstrip() for line in source.splitlines()]
    if BEGIN_TEXT not in lines:
        return source
    begin = lines.index(BEGIN_TEXT)
    end = lines.index(END_TEXT) if END_TEXT in lines else len(lines)
    head, tail = "\n".join(lines[:begin]), "\n".join(lines[end + 1 :])
    return f"{head.rstrip()}\n\n{STUB_TEXT}\n{tail.rstrip()}".rstrip()


def read_exercises(folder: Path) -> dict[str, Exercise]:
    """Every script of a folder, in order. Raises ExerciseError, also where a name comes twice."""
    exercises: dict[str, Exercise] = {}
    scripts: dict[str, str] = {}  # number, answer or question → the script it is in
    for script in sorted(folder.glob("*.py")):
        if not re.fullmatch(r"[0-9]{2}_[a-z0-9_]+", script.stem):
            refuse(script, 1, "no name of an exercise: rename the script NN_name.py")
        exercise = read_exercise(script)
        exercises[script.stem] = exercise
        for name in (script.stem[:2], *exercise.answers, *exercise.written):
            if name in scripts:
                refuse(script, 1, f"{name!r} is in {scripts[name]} too: rename one")
            scripts[name] = script.name
    if not exercises:
        raise ExerciseError(f"{folder} holds no exercises: name the folder of the solutions")
    return exercises


def read_exercise(script: Path) -> Exercise:
    """A script as an exercise. Raises ExerciseError that names what is wrong."""
    nb, cells = read_cells(script)
    check_definitions(cells)
    check_order(cells)
    answers: dict[str, Answer] = {}
    written: dict[str, int] = {}
    preamble = PREAMBLE
    for cell, read in zip(cells, nb.cells, strict=True):
        kind, name, points, _ = cell.title
        if kind in ("answer", "written") and name in {*answers, *written}:
            cell.refuse(f"{name!r} stands above already: rename one, or take it out")
        if kind == "given":
            preamble += "\n\n" + cell.source
        elif kind == "answer":
            answers[name] = Answer(name, points, cell.source, preamble=preamble)
        elif kind == "written":
            written[name] = points
        elif kind:
            if name not in answers:
                cell.refuse(f"{kind} {name!r} comes before its answer: is the name right?")
            _add_to_answer(answers[name], cell)
        read.metadata = NotebookNode(_metadata(read, kind, name))
    for cell in cells:
        if cell.title.kind == "answer":
            _check_answer(cell, answers[cell.title.name])
    return Exercise(script.stem, _title_of(nb), nb, answers, written, secret_lines(cells))


def _title_of(nb: NotebookNode) -> str:
    """The first line of the first text."""
    for cell in nb.cells:
        if cell.cell_type == "markdown" and cell.source:
            return cell.source.splitlines()[0].lstrip("# ")
    return ""


def _metadata(cell: NotebookNode, kind: str, name: str) -> dict[str, Any]:
    metadata: dict[str, Any] = {}
    for key in ("title", "tags", "timeout"):
        if key in cell.metadata:
            metadata[key] = cell.metadata[key]
    if kind in ("answer", "written"):
        metadata["lab"] = {kind: name}
    return metadata


def _add_to_answer(answer: Answer, cell: Cell) -> None:
    kind = cell.title.kind
    if kind == "hints":
        text = ast.get_docstring(cell.tree) or ""
        paragraphs = re.split(r"\n\s*\n", text)
        _refuse_second(cell, answer.hints)
        answer.hints = tuple(" ".join(part.split()) for part in paragraphs if part)
    elif kind == "cases":
        _refuse_second(cell, answer.cases)
        answer.cases = cell.source
        constants = constants_of_cases(cell)
        answer.tolerance = constants.get("TOLERANCE", TOLERANCE)
        answer.shows = constants.get("SHOWS", "")
    elif kind in ("rewrite", "mistake"):
        variants = answer.rewrites if kind == "rewrite" else answer.mistakes
        variants.append(_variant(cell))


def _refuse_second(cell: Cell, present: Any) -> None:
    if present:
        cell.refuse(f"{cell.title.name!r} has {cell.title.kind} already: make one cell of both")


def _variant(cell: Cell) -> Variant:
    """A rewrite or a mistake. Raises ExerciseError where it lacks its function or its hint."""
    found = functions(cell)
    if not found:
        cell.refuse(f"a {cell.title.kind} without a function: write one")
    if cell.title.name in [function.name for function in found[1:]]:
        words = f"{cell.title.name!r} is not the first function, which is the one that is called"
        cell.refuse(f"{words}: move the others below it", found[0].lineno - 1)
    hint = " ".join((ast.get_docstring(found[0]) or "").split())
    if cell.title.kind == "mistake" and not hint:
        cell.refuse("a mistake without a hint: write it as the docstring of its function")
    return Variant(cell.title.words, cell.source, found[0].name, hint)


def _check_answer(cell: Cell, answer: Answer) -> None:
    """What is left for students is a function, and the grader has what it needs."""
    if answer.name not in functions_of(cut_code(answer.source)):
        cell.refuse("no Python is left without the answer: put the marks around whole statements")
    needed = {
        "cases": bool(answer.cases),
        "hints": bool(answer.hints),
        "two rewrites": len(answer.rewrites) >= 2,
        "five mistakes": len(answer.mistakes) >= 5,
    }
    missing = [words for words, is_there in needed.items() if not is_there]
    if missing:
        cell.refuse(f"{answer.name!r} lacks {', '.join(missing)}: write them")


def _run_preamble(preamble: str) -> dict[str, Any]:
    """A namespace in which the preamble has run."""
    namespace: dict[str, Any] = {"__name__": "exercise"}
    exec(compile(preamble, "<preamble>", "exec"), namespace)
    return namespace


def functions_of(source: str) -> Iterator[str]:
    """The names of the functions that a cell defines; nothing for what is no Python."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    yield from (node.name for node in body if isinstance(node, ast.FunctionDef))
