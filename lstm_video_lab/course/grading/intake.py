"""What was handed in: found, read and sorted, without running any of it.

Accepted: a folder for each student with notebooks in it (at any depth), or loose notebooks whose
names say whose they are:

    SUBMISSIONS/ada/01_lstm_cell.ipynb              a folder for each student
    SUBMISSIONS/01_lstm_cell_ada.ipynb              what it is, then whose
    SUBMISSIONS/ada_01_lstm_cell.ipynb              whose, then what it is
    SUBMISSIONS/lovelaceada_12345_6789_01_lstm_cell-2.ipynb             Canvas: name, ids, file
    SUBMISSIONS/Ada Lovelace_12345_assignsubmission_file_01_lstm_cell.ipynb          Moodle
    SUBMISSIONS/Ada Lovelace_12345_assignsubmission_file_/01_lstm_cell.ipynb         Moodle, folders

Which exercise a notebook is, its file name tells; else the answers in it. Of several notebooks of
one student for one exercise the newest by Canvas's number, then by time, counts; the others are
named in the report.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lstm_video_lab.course.exercises import (
    STUB,
    STUB_TEXT,
    Exercise,
    cut_code,
    cut_text,
    functions_of,
    kind_of,
)

LARGEST = 10 * 2**20  # bytes of a notebook
MOST_CELLS = 2000
MOST_TEXT = 500_000  # characters of all cells together
LONGEST_ANSWER = 100_000  # characters
LATE = re.compile(r"_LATE(?=_|$)")
CANVAS = re.compile(r"(?P<who>.+?)_(?:LATE_)?(?P<id>\d+)_(?P<number>\d+)_(?P<file>.+)")
MOODLE = re.compile(r"(?P<who>.+?)_(?P<id>\d+)_assignsubmission_\w+?_(?P<file>.*)")


@dataclass
class Submission:
    """One student's work: which source each answer has, and what was odd about it."""

    student: str
    ids: dict[str, str] = field(default_factory=dict)  # "canvas" or "moodle" → id
    files: dict[str, Path] = field(default_factory=dict)  # exercise → notebook
    answers: dict[str, str] = field(default_factory=dict)  # answer → code
    written: dict[str, str] = field(default_factory=dict)  # question → text
    times: dict[str, float] = field(default_factory=dict)  # exercise → seconds since 1970
    notes: list[str] = field(default_factory=list)  # a line each, for the instructor

    def digest(self) -> str:
        """Of all that is graded."""
        told = json.dumps([self.answers, self.written], sort_keys=True)
        return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()


class NotebookError(ValueError):
    """A file that is no notebook that could be read."""


def find(folder: Path, exercises: dict[str, Exercise]) -> list[Submission]:
    """All submissions below a folder, by name of student. Raises ValueError where there is none."""
    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder: name the one that holds the submissions")
    found: dict[str, Submission] = {}
    chosen: dict[tuple[str, str], tuple[tuple[float, float], Path]] = {}
    for path, who, told, file, number in _owned(folder, exercises):
        one = found.setdefault(who, Submission(who))
        one.ids |= told
        label = _text(path.name)
        try:
            cells = read_cells(path)
        except NotebookError as error:
            one.notes.append(f"{label}: {error}")
            continue
        name = which(file, cells, exercises)
        if name is None:
            one.notes.append(f"{label}: no exercise of this course: left out")
            continue
        age = (number, path.lstat().st_mtime)
        if (who, name) in chosen:
            older = min(chosen[who, name], (age, path))
            one.notes.append(f"{_text(older[1].name)}: there is a newer one of {name}: left out")
            if older == (age, path):
                continue
        chosen[who, name] = (age, path)
        one.files[name], one.times[name] = path, age[1]
        _take(one, cells, exercises[name])
    if not found:
        raise ValueError(f"{folder} holds no notebooks: see the accepted names in the guide")
    return [found[who] for who in sorted(found)]


def _notebooks(folder: Path) -> list[Path]:
    """What is named *.ipynb below a folder; links to folders are not followed."""
    paths = []
    for here, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f != "__MACOSX")
        for name in sorted(files):
            if name.lower().endswith(".ipynb") and not name.startswith("."):
                paths.append(Path(here) / name)
    return paths


def _owned(
    folder: Path, exercises: dict[str, Exercise]
) -> Iterator[tuple[Path, str, dict[str, str], str, float]]:
    """Every notebook with what `whose` tells; of several students of one name with the id."""
    told = [(path, *whose(path.relative_to(folder), exercises)) for path in _notebooks(folder)]
    names = Counter(who for who, *_ in {(who, *ids.values()) for _, who, ids, _, _ in told})
    for path, who, ids, file, number in told:
        apart = f"{who} ({', '.join(ids.values())})" if ids and names[who] > 1 else who
        yield path, apart.encode("utf-8", "backslashreplace").decode(), ids, file, number


def whose(path: Path, exercises: dict[str, Exercise]) -> tuple[str, dict[str, str], str, float]:
    """(student, ids, the file's own name, Canvas's number) from a path below the submissions."""
    first, stem = path.parts[0], path.stem
    inside = len(path.parts) > 1
    if match := MOODLE.fullmatch(first if inside else stem):
        return match["who"], {"moodle": match["id"]}, stem if inside else match["file"], 0.0
    if inside:
        return first, {}, stem, 0.0
    if match := CANVAS.fullmatch(stem):
        told = {"canvas": match["id"]}
        return LATE.sub("", match["who"]), told, match["file"], float(match["number"])
    for name in exercises:
        if name in stem:
            rest = LATE.sub("", stem.replace(name, "", 1)).strip(" _-.")
            return rest or "unknown", {}, name, 0.0
    return stem, {}, stem, 0.0


def read_cells(path: Path) -> list[dict[str, Any]]:
    """The cells of a notebook of any sort, as `{"id", "type", "source", "lab"}`.

    Raises NotebookError for what is no notebook.
    """
    told_of = path.lstat()
    if not stat.S_ISREG(told_of.st_mode):
        raise NotebookError("a link, or no plain file: left out")
    size = told_of.st_size
    if size > LARGEST:
        raise NotebookError(f"{size / 2**20:.0f} MB, {LARGEST // 2**20} at most")
    try:
        told = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError, OSError) as error:
        raise NotebookError(f"no notebook ({type(error).__name__})") from None
    cells = told.get("cells") if isinstance(told, dict) else None
    if not isinstance(cells, list) and isinstance(told, dict):  # version 3 has worksheets
        sheets = told.get("worksheets")
        sheets = sheets if isinstance(sheets, list) else []
        parts = [s.get("cells") for s in sheets if isinstance(s, dict)]
        cells = [cell for part in parts if isinstance(part, list) for cell in part]
    if not isinstance(cells, list) or not cells:
        raise NotebookError("a notebook without cells")
    if len(cells) > MOST_CELLS:
        raise NotebookError(f"{len(cells)} cells, {MOST_CELLS} at most")
    plain = [_plain(cell) for cell in cells if isinstance(cell, dict)]
    if (length := sum(len(cell["source"]) for cell in plain)) > MOST_TEXT:
        raise NotebookError(f"{length} characters of code and text, {MOST_TEXT} at most")
    return plain


def _plain(cell: dict[str, Any]) -> dict[str, Any]:
    """A cell, whatever is in it, as strings."""
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    words = {"id": cell.get("id"), "type": cell.get("cell_type"), "source": source}
    words = {key: _text(word) if isinstance(word, str) else "" for key, word in words.items()}
    metadata = cell.get("metadata")
    lab = metadata.get("lab") if isinstance(metadata, dict) else None
    lab = lab if isinstance(lab, dict) else {}
    return {**words, "lab": {k: v for k, v in lab.items() if isinstance(v, str)}}


def _text(word: str) -> str:
    """Words that any file can hold, whatever bytes they came from."""
    return word.encode("utf-8", "replace").decode()


def which(file: str, cells: list[dict[str, Any]], exercises: dict[str, Exercise]) -> str | None:
    """The exercise that a notebook is: by its name, else by the answers in it."""
    for name in exercises:
        if name in file:
            return name
    told = {cell["lab"].get(kind) for cell in cells for kind in ("answer", "written")}
    told |= {
        name for cell in cells if cell["type"] == "code" for name in functions_of(cell["source"])
    }
    for name, exercise in exercises.items():
        if told & {*exercise.answers, *exercise.written}:
            return name
    return None


def _take(one: Submission, cells: list[dict[str, Any]], exercise: Exercise) -> None:
    """The answers in a notebook: by id, then by cell id, then by the name that a cell defines."""
    for name in exercise.answers:
        code = [cell for cell in cells if cell["type"] == "code"]
        ways = (
            [c for c in code if c["lab"].get("answer") == name],
            [c for c in code if c["id"] == f"answer-{name}".replace("_", "-")],
            [c for c in cells if name in functions_of(c["source"])],
        )
        defining = [c for way in ways for c in way if name in functions_of(c["source"])]
        written = [c for c in defining if STUB not in c["source"]]  # a copy beside its stub
        candidates = written or defining or [c for way in ways for c in way]
        one.answers.pop(name, None)  # of an older notebook
        if not candidates:
            one.notes.append(f"{name}: no cell answers it")
            continue
        if len({c["source"] for c in written}) > 1:
            one.notes.append(f"{name}: several cells answer it; the first one counts")
        source = candidates[0]["source"]
        whole = "\n\n".join([*_helpers(code, exercise, name, source), source])
        if len(whole) > LONGEST_ANSWER:
            one.notes.append(f"{name}: {len(whole)} characters, {LONGEST_ANSWER} at most")
            continue
        one.answers[name] = whole
    for name in exercise.written:
        texts = [c["source"] for c in cells if c["lab"].get("written") == name]
        one.written[name] = _own_words(texts[0], exercise, name) if texts else ""


def _own_words(text: str, exercise: Exercise, name: str) -> str:
    """What a student wrote, without the question above it."""
    asked = next(c.source for c in exercise.notebook.cells if kind_of(c)[:2] == ("written", name))
    question = cut_text(asked).partition(STUB_TEXT)[0].strip()
    _, stub, after = text.partition(STUB_TEXT)
    own = after if stub else text.strip().removeprefix(question)
    return own.strip()[:LONGEST_ANSWER]


def _helpers(code: list[dict[str, Any]], exercise: Exercise, name: str, answer: str) -> list[str]:
    """Imports and functions from cells that the student has added or split off, in their order."""
    own = {cut_code(cell.source) for cell in exercise.notebook.cells} | {answer}
    others = set(exercise.answers) - {name}
    found = []
    for cell in code:
        if cell["source"] in own or cell["lab"].get("answer") in others:
            continue
        try:
            body = ast.parse(cell["source"]).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        wanted = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
        kept = [ast.get_source_segment(cell["source"], node) for node in body
                if isinstance(node, wanted)]  # fmt: skip
        found += [text for text in kept if text and "lstm_video_lab" not in text]
    return found
