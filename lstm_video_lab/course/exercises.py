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

All other cells (text, pictures) stay as they are. The last four kinds never leave `solutions/`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jupytext
import numpy as np
import torch
from nbformat import NotebookNode

from lstm_video_lab.course.compare import TOLERANCE

BEGIN, END = "# BEGIN SOLUTION", "# END SOLUTION"
BEGIN_TEXT, END_TEXT = "BEGIN SOLUTION", "END SOLUTION"
STUB = 'raise NotImplementedError("your answer")'
STUB_TEXT = "*Your answer:*"
SECRET = ("cases", "hints", "rewrite", "mistake")
KINDS = ("given", "answer", "check", "written", *SECRET)
TITLE = re.compile(r"(\w+)(?: (\w+))?(?:, (\d+) points?)?(?:: (.+))?")
PREAMBLE = "import math\n\nimport numpy as np\nimport torch\n"


class ExerciseError(ValueError):
    """A script in `solutions/` that is no exercise: which cell, what is wrong, and the mend."""


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
              "lines" (N,), each with or without films as the second axis; "" for no picture
    """

    name: str
    points: int
    source: str = ""
    checks: str = ""  # the module `cases`
    hints: tuple[str, ...] = ()
    rewrites: list[Variant] = field(default_factory=list)
    mistakes: list[Variant] = field(default_factory=list)
    given: str = ""
    tolerance: float = TOLERANCE
    shows: str = ""

    def function(self, variant: Variant | None = None) -> Callable[..., Any]:
        """The reference, or another version of it, as a function of this process: trusted code."""
        space = _space(self.given)
        exec(compile(variant.source if variant else self.source, f"<{self.name}>", "exec"), space)
        return space[variant.name if variant else self.name]

    def calls(self, kind: str, seed: int) -> list[dict[str, Any]]:
        """The arguments of the visible or the hidden calls, a function of the seed."""
        space = _space(self.given)
        exec(compile(self.checks, f"<cases {self.name}>", "exec"), space)
        torch.manual_seed(seed)
        return list(space[kind](np.random.default_rng(seed)))


@dataclass
class Exercise:
    """A script, read: `notebook` has all of its cells, `cut()` what students get."""

    name: str
    title: str
    notebook: NotebookNode
    answers: dict[str, Answer]
    written: dict[str, int]  # name → points

    @property
    def points(self) -> int:
        return sum(answer.points for answer in self.answers.values()) + sum(self.written.values())

    def cut(self) -> NotebookNode:
        """The notebook without answers and without all that is secret."""
        nb = NotebookNode(self.notebook)
        nb.cells = []
        for cell in self.notebook.cells:
            kind = kind_of(cell)[0]
            if kind in SECRET:
                continue
            cell = NotebookNode({**cell, "metadata": NotebookNode(cell.metadata)})
            cell.source = cut_text(cell.source) if kind == "written" else cut_code(cell.source)
            nb.cells.append(cell)
        return nb


def kind_of(cell: NotebookNode) -> tuple[str, str, int, str]:
    """(kind, name, points, words) that the title of a cell tells; kind "" for any other cell."""
    match = TITLE.fullmatch(cell.metadata.get("title", ""))
    if match is None or match[1] not in KINDS:
        return "", "", 0, ""
    return match[1], match[2] or "", int(match[3] or 0), match[4] or ""


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
    head, begin, rest = source.partition(BEGIN_TEXT)
    if not begin:
        return source
    _, _, tail = rest.partition(END_TEXT)
    return f"{head.rstrip()}\n\n{STUB_TEXT}\n{tail.rstrip()}".rstrip()


def read_exercises(folder: Path) -> dict[str, Exercise]:
    """Every script of a folder, in order. Raises ExerciseError, also where a name comes twice."""
    found: dict[str, Exercise] = {}
    names: dict[str, str] = {}
    for script in sorted(folder.glob("[0-9]*_*.py")):
        exercise = found[script.stem] = read_exercise(script)
        for name in (*exercise.answers, *exercise.written):
            if name in names:
                raise ExerciseError(f"{script.name}: {name!r} is in {names[name]} too: rename one")
            names[name] = script.name
    if not found:
        raise ExerciseError(f"{folder} holds no exercises: name the folder of the solutions")
    return found


def read_exercise(script: Path) -> Exercise:
    """A script as an exercise. Raises ExerciseError that names what is wrong."""
    nb = jupytext.read(script, fmt="py:percent")
    answers: dict[str, Answer] = {}
    written: dict[str, int] = {}
    given = PREAMBLE
    for cell in nb.cells:
        kind, name, points, words = kind_of(cell)
        if kind == "given":
            given += "\n\n" + cell.source
        elif kind == "answer":
            answers[name] = Answer(name, points, cell.source, given=given)
            _check_marks(script, name, cell.source, BEGIN, END)
        elif kind == "written":
            written[name] = points
            _check_marks(script, name, cell.source, BEGIN_TEXT, END_TEXT)
        elif kind in ("check", *SECRET):
            if name not in answers:
                raise ExerciseError(f"{script.name}: {kind} {name!r} comes before its answer")
            _add(answers[name], kind, cell.source, words)
        cell.metadata = NotebookNode(_metadata(cell, kind, name))
    for answer in answers.values():
        _check_answer(script, answer)
    title = next((c.source for c in nb.cells if c.cell_type == "markdown"), "").splitlines()
    return Exercise(script.stem, title[0].lstrip("# ") if title else "", nb, answers, written)


def _metadata(cell: NotebookNode, kind: str, name: str) -> dict[str, Any]:
    kept = {key: cell.metadata[key] for key in ("title", "tags", "timeout") if key in cell.metadata}
    return {**kept, "lab": {kind: name}} if kind in ("answer", "written") else kept


def _add(answer: Answer, kind: str, source: str, words: str) -> None:
    if kind == "hints":
        text = ast.get_docstring(ast.parse(source)) or ""
        answer.hints = tuple(" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part)
    elif kind == "cases":
        answer.checks = source
        told = {
            node.targets[0].id: ast.literal_eval(node.value)
            for node in ast.parse(source).body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id in ("TOLERANCE", "SHOWS")
        }  # fmt: skip
        answer.tolerance = told.get("TOLERANCE", TOLERANCE)
        answer.shows = told.get("SHOWS", "")
    elif kind in ("rewrite", "mistake"):
        function = next(n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef))
        hint = " ".join((ast.get_docstring(function) or "").split())
        variants = answer.rewrites if kind == "rewrite" else answer.mistakes
        variants.append(Variant(words, source, function.name, hint))


def _check_marks(script: Path, name: str, source: str, begin: str, end: str) -> None:
    if source.count(begin) < 1 or source.count(begin) != source.count(end):
        raise ExerciseError(f"{script.name}: {name!r} needs lines from {begin!r} to {end!r}")


def _check_answer(script: Path, answer: Answer) -> None:
    """Each answer has what the grader needs."""
    faults = {
        "points": answer.points > 0,
        "cases": bool(answer.checks),
        "hints": bool(answer.hints),
        "two rewrites": len(answer.rewrites) >= 2,
        "five mistakes": len(answer.mistakes) >= 5,
        "a hint in each mistake": all(mistake.hint for mistake in answer.mistakes),
    }
    missing = [words for words, held in faults.items() if not held]
    if missing:
        raise ExerciseError(f"{script.name}: {answer.name!r} has no {', no '.join(missing)}")


def _space(given: str) -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": "exercise"}
    exec(compile(given, "<given>", "exec"), space)
    return space


def functions_of(source: str) -> Iterator[str]:
    """The names of the functions that a cell defines; nothing for what is no Python."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    yield from (node.name for node in body if isinstance(node, ast.FunctionDef))
