"""What was handed in: found, read and sorted, without running any of it.

Accepted: a folder for each student with notebooks in it (at any depth), or loose notebooks whose
names say whose they are:

    SUBMISSIONS/ada/01_lstm_cell.ipynb              a folder for each student
    SUBMISSIONS/01_lstm_cell_ada.ipynb              what it is, then whose
    SUBMISSIONS/ada_01_lstm_cell.ipynb              whose, then what it is
    SUBMISSIONS/lovelaceada_12345_6789_01_lstm_cell-2.ipynb             Canvas: name, ids, file
    SUBMISSIONS/Ada Lovelace_12345_assignsubmission_file_01_lstm_cell.ipynb          Moodle
    SUBMISSIONS/Ada Lovelace_12345_assignsubmission_file_/01_lstm_cell.ipynb         Moodle, folders

Which exercise a notebook is, its file name says; else the answers in it. Of several notebooks of
one student for one exercise the newest by Canvas's number, then by time, counts; the others are
named in the report. A file of guesses, `my_guesses.json`, belongs to whom its path says, too.
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
from typing import Any, NamedTuple

from lstm_video_lab.course.exercises import (
    STUB,
    STUB_TEXT,
    Exercise,
    cut_code,
    cut_text,
    functions_of,
    kind_of,
)
from lstm_video_lab.questions import KEPT

LARGEST = 10 * 2**20  # bytes of a notebook
MOST_CELLS = 2000
MOST_TEXT = 500_000  # characters of all cells together
LONGEST_ANSWER = 100_000  # characters
GUESSES = Path(KEPT).stem
WANTED = re.compile(rf"\.ipynb$|{GUESSES}.*\.json$", re.I)  # Canvas adds names and numbers
LATE = re.compile(r"_LATE(?=_|$)")
CANVAS = re.compile(r"(?P<student>.+?)_(?:LATE_)?(?P<id>\d+)_(?P<number>\d+)_(?P<file>.+)")
MOODLE = re.compile(r"(?P<student>.+?)_(?P<id>\d+)_assignsubmission_\w+?_(?P<file>.*)")


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

    def wrote_nothing(self, question: str) -> bool:
        """Whether nothing was handed in: an answer that was not found is another thing."""
        return not self.written.get(question)

    def digest(self) -> str:
        """Of all that is graded."""
        text = json.dumps([self.answers, self.written], sort_keys=True)
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


class NotebookError(ValueError):
    """A file that is no notebook that could be read."""


class Owner(NamedTuple):
    """Whose a notebook is, from its path."""

    student: str
    ids: dict[str, str]  # "canvas" or "moodle" → id
    file: str  # the file's own name
    number: float = 0.0  # Canvas's, which grows with time


def read_submissions(folder: Path, exercises: dict[str, Exercise]) -> list[Submission]:
    """All submissions below a folder, by name of student. Raises ValueError where there is none."""
    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder: name the one that holds the submissions")
    submissions: dict[str, Submission] = {}
    newest: dict[tuple[str, str], tuple[tuple[float, float], Path]] = {}
    for path, owner in files_of_students(folder, exercises):
        if not path.name.lower().endswith(".ipynb"):
            continue
        submission = submissions.setdefault(owner.student, Submission(owner.student))
        submission.ids |= owner.ids
        label = _text(path.name)
        try:
            cells = read_cells(path)
        except NotebookError as error:
            submission.notes.append(f"{label}: {error}")
            continue
        name = exercise_of(owner.file, cells, exercises)
        if name is None:
            submission.notes.append(f"{label}: no exercise of this course: left out")
            continue
        key = owner.student, name
        time = path.lstat().st_mtime
        dated = (owner.number, time), path
        if key in newest:
            older = min(newest[key], dated)
            note = f"{_text(older[1].name)}: there is a newer one of {name}: left out"
            submission.notes.append(note)
            if older == dated:
                continue
        newest[key] = dated
        submission.files[name] = path
        submission.times[name] = time
        _collect_answers(submission, cells, exercises[name])
    if not submissions:
        raise ValueError(f"{folder} holds no notebooks: see the accepted names in the guide")
    return [submissions[student] for student in sorted(submissions)]


def _files(folder: Path) -> list[Path]:
    """Notebooks and guesses below a folder, by name; links to folders are not followed."""
    paths = []
    for here, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f != "__MACOSX")
        for name in sorted(files):
            if WANTED.search(name) and not name.startswith("."):
                paths.append(Path(here) / name)
    return paths


def files_of_students(folder: Path, exercises: dict[str, Exercise]) -> Iterator[tuple[Path, Owner]]:
    """Every notebook and file of guesses with its owner; several students of one name are told
    apart by their ids.
    """
    paths = _files(folder)
    owners = [owner_of(path.relative_to(folder), exercises) for path in paths]
    different = {(owner.student, *owner.ids.values()) for owner in owners}
    namesakes = Counter(student for student, *_ in different)
    for path, owner in zip(paths, owners, strict=True):
        student = owner.student
        if owner.ids and namesakes[student] > 1:
            student = f"{student} ({', '.join(owner.ids.values())})"
        readable = student.encode("utf-8", "backslashreplace").decode()
        yield path, owner._replace(student=readable)


def owner_of(path: Path, exercises: dict[str, Exercise]) -> Owner:
    """The owner of a file, from its path below the folder of submissions."""
    stem = path.stem
    if len(path.parts) > 1:
        folder = path.parts[0]
        if match := MOODLE.fullmatch(folder):
            return Owner(match["student"], {"moodle": match["id"]}, stem)
        return Owner(folder, {}, stem)
    if match := MOODLE.fullmatch(stem):
        return Owner(match["student"], {"moodle": match["id"]}, match["file"])
    if match := CANVAS.fullmatch(stem):
        student = LATE.sub("", match["student"])
        return Owner(student, {"canvas": match["id"]}, match["file"], float(match["number"]))
    for name in (*exercises, GUESSES):
        if name in stem:
            rest = LATE.sub("", stem.replace(name, "", 1)).strip(" _-.")
            return Owner(rest or "unknown", {}, name)
    return Owner(stem, {}, stem)


def read_cells(path: Path) -> list[dict[str, Any]]:
    """The cells of a notebook of any sort, as `{"id", "type", "source", "lab"}`.

    Raises NotebookError for what is no notebook.
    """
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise NotebookError("a link, or no plain file: left out")
    if status.st_size > LARGEST:
        raise NotebookError(f"{status.st_size / 2**20:.0f} MB, {LARGEST // 2**20} at most")
    try:
        notebook = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError, OSError) as error:
        raise NotebookError(f"no notebook ({type(error).__name__})") from None
    cells = _cells_in(notebook)
    if not cells:
        raise NotebookError("a notebook without cells")
    if len(cells) > MOST_CELLS:
        raise NotebookError(f"{len(cells)} cells, {MOST_CELLS} at most")
    plain = [_plain_cell(cell) for cell in cells if isinstance(cell, dict)]
    length = sum(len(cell["source"]) for cell in plain)
    if length > MOST_TEXT:
        raise NotebookError(f"{length} characters of code and text, {MOST_TEXT} at most")
    return plain


def _cells_in(notebook: Any) -> list[Any]:
    """The cells of a notebook of version 4, or of all worksheets of version 3; [] without any."""
    if not isinstance(notebook, dict):
        return []
    if isinstance(notebook.get("cells"), list):
        return notebook["cells"]
    sheets = notebook.get("worksheets")
    cells = []
    for sheet in sheets if isinstance(sheets, list) else []:
        if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list):
            cells += sheet["cells"]
    return cells


def _plain_cell(cell: dict[str, Any]) -> dict[str, Any]:
    """A cell, whatever is in it, as strings."""
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    plain: dict[str, Any] = {}
    for key, value in (("id", cell.get("id")), ("type", cell.get("cell_type")), ("source", source)):
        plain[key] = _text(value) if isinstance(value, str) else ""
    metadata = cell.get("metadata")
    lab = metadata.get("lab") if isinstance(metadata, dict) else None
    if not isinstance(lab, dict):
        lab = {}
    plain["lab"] = {key: value for key, value in lab.items() if isinstance(value, str)}
    return plain


def _text(string: str) -> str:
    """Text that any file can hold, whatever bytes it came from."""
    return string.encode("utf-8", "replace").decode()


def exercise_of(
    file: str, cells: list[dict[str, Any]], exercises: dict[str, Exercise]
) -> str | None:
    """The exercise that a notebook is: by its name, else by the answers in it."""
    for name in exercises:
        if name in file:
            return name
    names = set()
    for cell in cells:
        names |= {cell["lab"].get("answer"), cell["lab"].get("written")}
        if cell["type"] == "code":
            names |= set(functions_of(cell["source"]))
    for name, exercise in exercises.items():
        if names & {*exercise.answers, *exercise.written}:
            return name
    return None


def _collect_answers(
    submission: Submission, cells: list[dict[str, Any]], exercise: Exercise
) -> None:
    """The answers in a notebook, in code and in words."""
    code = [cell for cell in cells if cell["type"] == "code"]
    for name in exercise.answers:
        submission.answers.pop(name, None)  # of an older notebook
        candidates = _cells_that_answer(submission, name, cells, code)
        if not candidates:
            submission.notes.append(f"{name}: no cell answers it")
            continue
        source = candidates[0]["source"]
        whole = "\n\n".join([*_helpers(code, exercise, name, source), source])
        if len(whole) > LONGEST_ANSWER:
            note = f"{name}: {len(whole)} characters, {LONGEST_ANSWER} at most"
            submission.notes.append(note)
            continue
        submission.answers[name] = whole
    for name in exercise.written:
        texts = [cell["source"] for cell in cells if cell["lab"].get("written") == name]
        submission.written[name] = _own_words(texts[0], exercise, name) if texts else ""


def _cells_that_answer(
    submission: Submission,
    name: str,
    cells: list[dict[str, Any]],
    code: list[dict[str, Any]],
) -> list[dict[str, Any]]:
    """By id, then by cell id, then by the function that a cell defines; the best one first."""
    cell_id = f"answer-{name}".replace("_", "-")
    candidates = [cell for cell in code if cell["lab"].get("answer") == name]
    candidates += [cell for cell in code if cell["id"] == cell_id]
    candidates += [cell for cell in cells if name in functions_of(cell["source"])]
    defining = [cell for cell in candidates if name in functions_of(cell["source"])]
    filled_in = [cell for cell in defining if STUB not in cell["source"]]  # a copy beside its stub
    if len({cell["source"] for cell in filled_in}) > 1:
        submission.notes.append(f"{name}: several cells answer it; the first one counts")
    return filled_in or defining or candidates


def _own_words(text: str, exercise: Exercise, name: str) -> str:
    """What a student wrote, without the question above it."""
    asked = next(c.source for c in exercise.notebook.cells if kind_of(c)[:2] == ("written", name))
    question = cut_text(asked).partition(STUB_TEXT)[0].strip()
    _, stub, after = text.partition(STUB_TEXT)
    own = after if stub else text.strip().removeprefix(question)
    return own.strip()[:LONGEST_ANSWER]


def _helpers(code: list[dict[str, Any]], exercise: Exercise, name: str, answer: str) -> list[str]:
    """Imports and functions from cells that the student has added or split off, in their order."""
    handed_out = {cut_code(cell.source) for cell in exercise.notebook.cells}
    others = set(exercise.answers) - {name}
    helpers = []
    for cell in code:
        source = cell["source"]
        if source in handed_out or source == answer or cell["lab"].get("answer") in others:
            continue
        for text in _definitions(source):
            if "lstm_video_lab" not in text:
                helpers.append(text)
    return helpers


def _definitions(source: str) -> Iterator[str]:
    """The code of imports, functions and classes; nothing of what is no Python."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef):
            segment = ast.get_source_segment(source, node)
            if segment:
                yield segment
