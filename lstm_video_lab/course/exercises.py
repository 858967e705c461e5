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
    """A script in `solutions/` that is no exercise: which cell, what is wrong, and what to do."""


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
        return list(namespace[kind](np.random.default_rng(seed)))


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
        of_answers = sum(answer.points for answer in self.answers.values())
        return of_answers + sum(self.written.values())

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
    """(kind, name, points, words) from the title of a cell; kind "" for any other cell."""
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
    exercises: dict[str, Exercise] = {}
    scripts: dict[str, str] = {}  # answer or question → the script it is in
    for script in sorted(folder.glob("[0-9]*_*.py")):
        exercise = read_exercise(script)
        exercises[script.stem] = exercise
        for name in (*exercise.answers, *exercise.written):
            if name in scripts:
                raise ExerciseError(
                    f"{script.name}: {name!r} is in {scripts[name]} too: rename one"
                )
            scripts[name] = script.name
    if not exercises:
        raise ExerciseError(f"{folder} holds no exercises: name the folder of the solutions")
    return exercises


def read_exercise(script: Path) -> Exercise:
    """A script as an exercise. Raises ExerciseError that names what is wrong."""
    nb = jupytext.read(script, fmt="py:percent")
    answers: dict[str, Answer] = {}
    written: dict[str, int] = {}
    preamble = PREAMBLE
    for cell in nb.cells:
        kind, name, points, words = kind_of(cell)
        if kind == "given":
            preamble += "\n\n" + cell.source
        elif kind == "answer":
            answers[name] = Answer(name, points, cell.source, preamble=preamble)
            _check_marks(script, name, cell.source, BEGIN, END)
        elif kind == "written":
            written[name] = points
            _check_marks(script, name, cell.source, BEGIN_TEXT, END_TEXT)
        elif kind in ("check", *SECRET):
            if name not in answers:
                raise ExerciseError(f"{script.name}: {kind} {name!r} comes before its answer")
            _add_to_answer(answers[name], kind, cell.source, words)
        cell.metadata = NotebookNode(_metadata(cell, kind, name))
    for answer in answers.values():
        _check_answer(script, answer)
    return Exercise(script.stem, _title_of(nb), nb, answers, written)


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


def _add_to_answer(answer: Answer, kind: str, source: str, words: str) -> None:
    if kind == "hints":
        text = ast.get_docstring(ast.parse(source)) or ""
        paragraphs = re.split(r"\n\s*\n", text)
        answer.hints = tuple(" ".join(part.split()) for part in paragraphs if part)
    elif kind == "cases":
        answer.cases = source
        constants = _constants(source)
        answer.tolerance = constants.get("TOLERANCE", TOLERANCE)
        answer.shows = constants.get("SHOWS", "")
    elif kind in ("rewrite", "mistake"):
        function = next(n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef))
        hint = " ".join((ast.get_docstring(function) or "").split())
        variants = answer.rewrites if kind == "rewrite" else answer.mistakes
        variants.append(Variant(words, source, function.name, hint))


def _constants(source: str) -> dict[str, Any]:
    """TOLERANCE and SHOWS, where the code of the cases assigns them."""
    constants = {}
    for node in ast.parse(source).body:
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        name = node.targets[0].id
        if name in ("TOLERANCE", "SHOWS"):
            constants[name] = ast.literal_eval(node.value)
    return constants


def _check_marks(script: Path, name: str, source: str, begin: str, end: str) -> None:
    if source.count(begin) < 1 or source.count(begin) != source.count(end):
        raise ExerciseError(f"{script.name}: {name!r} needs lines from {begin!r} to {end!r}")


def _check_answer(script: Path, answer: Answer) -> None:
    """Each answer has what the grader needs."""
    needed = {
        "points": answer.points > 0,
        "cases": bool(answer.cases),
        "hints": bool(answer.hints),
        "two rewrites": len(answer.rewrites) >= 2,
        "five mistakes": len(answer.mistakes) >= 5,
        "a hint in each mistake": all(mistake.hint for mistake in answer.mistakes),
    }
    missing = [words for words, is_there in needed.items() if not is_there]
    if missing:
        raise ExerciseError(f"{script.name}: {answer.name!r} has no {', no '.join(missing)}")


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
