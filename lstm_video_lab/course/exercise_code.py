"""The code of a cell in `solutions/`: what it defines, and what a cell of its kind may define."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator
from typing import Any

from lstm_video_lab.course.exercise_cells import BEGIN, Cell, mark_of

LEAST = 25  # characters of a line that is known again wherever it stands
SHOWS = ("", "frames", "strip", "lines")


def check_order(cells: list[Cell]) -> None:
    """What students get stands above, what they do not get from the first `cases` on."""
    first = next((number for number, cell in enumerate(cells) if cell.is_secret), len(cells))
    for cell in cells[first:]:
        if not cell.is_secret:
            words = f"students get this cell: move it above line {cells[first].line}"
            cell.refuse(f"{words}, where the secret cells begin")
    if first < len(cells) and cells[first].title.kind != "cases":
        cells[first].refuse("the first of the secret cells is no `cases`: move one above it")


def check_definitions(cells: list[Cell]) -> None:
    """What students get defines no answer but its own and nothing of the calls that are hidden.

    So a secret cell that lost its title, or got a wrong one, is refused by what it defines.
    """
    answers = {cell.title.name for cell in cells if cell.title.kind == "answer"}
    for cell in cells:
        if cell.is_text:
            continue
        kind, own = cell.title.kind, cell.title.name
        if kind == "answer" and own not in [function.name for function in functions(cell)]:
            cell.refuse(f"the cell defines no function {own!r}: write it, or mend the title")
        if cell.is_secret:
            continue
        others = answers - {own} if kind == "answer" else answers
        for name, node in _names(cell):
            if name in others:
                words = f"{name!r} is an answer: only its own cell defines it"
                cell.refuse(f"{words}, rename this one or mend the title above", node.lineno - 1)
            if name in ("TOLERANCE", "SHOWS") or _is_of_cases(node):
                words = f"{name!r} belongs to a cell of cases, which students do not get"
                cell.refuse(f"{words}: mend the title above, or rename it", node.lineno - 1)
        if kind not in ("given", "answer"):
            _refuse_functions(cell)


def _refuse_functions(cell: Cell) -> None:
    for node in ast.walk(cell.tree):
        if isinstance(node, ast.Lambda):
            words = "a function is defined in a cell that is neither given nor answer"
            cell.refuse(f"{words}: mend its title, or move it to one", node.lineno - 1)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            words = f"{node.name!r} is defined in a cell that is neither given nor answer"
            cell.refuse(f"{words}: mend its title, or move it to one", node.lineno - 1)


def _is_of_cases(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name in ("visible", "hidden")


def functions(cell: Cell) -> list[ast.FunctionDef]:
    """The functions that stand by themselves."""
    return [node for node in cell.tree.body if isinstance(node, ast.FunctionDef)]


def _names(cell: Cell) -> Iterator[tuple[str, ast.stmt]]:
    """What a cell defines or assigns outside of its functions, each with its statement."""
    for statement in cell.tree.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield statement.name, statement
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id, statement


def constants_of_cases(cell: Cell) -> dict[str, Any]:
    """TOLERANCE and SHOWS, where a cell of cases assigns them. Raises ExerciseError."""
    missing = {"visible", "hidden"} - {function.name for function in functions(cell)}
    if missing:
        cell.refuse(f"the cell defines no function {sorted(missing)[0]}(rng): write it")
    constants: dict[str, Any] = {}
    for name, node in _names(cell):
        if name not in ("TOLERANCE", "SHOWS"):
            if difflib.get_close_matches(name.upper(), ("TOLERANCE", "SHOWS"), 1, 0.75):
                words = "is not read: write TOLERANCE or SHOWS, or another name"
                cell.refuse(f"{name!r} {words}", node.lineno - 1)
            continue
        constant = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        constants[name] = constant.value if isinstance(constant, ast.Constant) else None
        if not _is_right(name, constants[name]):
            words = "a number above 0" if name == "TOLERANCE" else f"one of {', '.join(SHOWS[1:])}"
            cell.refuse(f"{name} is not as it should be: write {words}", node.lineno - 1)
    return constants


def _is_right(name: str, value: Any) -> bool:
    if name == "SHOWS":
        return isinstance(value, str) and value in SHOWS
    return type(value) in (int, float) and value > 0


def secret_lines(cells: list[Cell]) -> dict[str, int]:
    """The lines of LEAST characters that no student may see → where they stand in the script.

    The docstring of a mistake is no secret; nor is a line that a rewrite, a mistake or a call has
    in common with the code around an answer. Raises ExerciseError for any other that students
    read.
    """
    divided = [_divide(cell) for cell in cells]
    around = set()
    for cell, (public, _) in zip(cells, divided, strict=True):
        if cell.title.kind in ("given", "answer"):
            around |= _lines_of_code(cell, public)
    secrets: dict[str, int] = {}
    for cell, (_, of_cell) in zip(cells, divided, strict=True):
        for line, number in of_cell.items():
            if cell.is_secret and line in around:
                continue
            for other, (public, _) in zip(cells, divided, strict=True):
                if any(line in one for one in public):
                    words = f"students read this line in the cell of line {other.line}"
                    cell.refuse(f"{words}: say it there in other words", number - cell.line - 1)
            secrets[line] = number
    return secrets


def _lines_of_code(cell: Cell, lines: list[str]) -> set[str]:
    """Those of its lines that are neither a comment nor within a text."""
    words: set[str] = set()
    for node in ast.walk(cell.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words.update(line.strip() for line in node.value.splitlines())
    stripped = {line.strip() for line in lines}
    return {line for line in stripped - words if not line.startswith("#")}


def _divide(cell: Cell) -> tuple[list[str], dict[str, int]]:
    """The public lines of a cell, and the longer secret ones with their places in the script."""
    public: list[str] = []
    secret: dict[str, int] = {}
    if cell.title.kind == "hints":
        return public, secret
    is_within = cell.is_secret
    hint = _lines_of_hint(cell) if cell.title.kind == "mistake" else range(0)
    for number, line in enumerate(cell.lines, 1):
        if mark := mark_of(cell, line):
            is_within = mark == BEGIN
        elif not is_within:
            public.append(line)
        elif len(line.strip()) >= LEAST and number not in hint:
            secret[line.strip()] = cell.line + number
    return public, secret


def _lines_of_hint(cell: Cell) -> range:
    docstring = functions(cell)[0].body[0]
    return range(docstring.lineno, (docstring.end_lineno or docstring.lineno) + 1)
