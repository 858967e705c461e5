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

import hashlib
import json
import os
import re
import stat
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from lstm_video_lab.course.exercises import Exercise
from lstm_video_lab.course.grading.answers import Answers, defined_functions
from lstm_video_lab.questions import KEPT

LARGEST = 10 * 2**20  # bytes of a notebook
MOST_CELLS = 2000
MOST_TEXT = 500_000  # characters of all cells together
GUESSES = Path(KEPT).stem
WANTED = re.compile(rf"\.ipynb$|{GUESSES}.*\.json$", re.I)  # Canvas adds names and numbers
OF_THE_SYSTEM = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".git", ".lock")
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
    cells: dict[str, list[tuple[int, str]]] = field(default_factory=dict)  # all that it may need
    written: dict[str, str] = field(default_factory=dict)  # question → text
    blank: set[str] = field(default_factory=set)  # questions that were left empty
    unread: bool = False  # whether a file could not be read
    times: dict[str, float] = field(default_factory=dict)  # exercise → seconds since 1970
    notes: list[str] = field(default_factory=list)  # a line each, for the instructor

    def wrote_nothing(self, question: str) -> bool:
        """Whether nothing was handed in: an answer that was not found is another thing."""
        return question in self.blank or (question not in self.written and not self.unread)

    def digest(self) -> str:
        """Of all that is graded."""
        text = json.dumps([self.answers, self.cells, self.written], sort_keys=True)
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
            submission.unread = True
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
    for entry in _without_notebook(folder, exercises):
        inside = entry.is_dir() and not entry.is_symlink()
        owner = owner_of(Path(entry.name, "file") if inside else Path(entry.name), exercises)
        student = unicodedata.normalize("NFC", _text(owner.student))
        submission = submissions.setdefault(student, Submission(student, dict(owner.ids)))
        submission.unread = submission.unread or not submission.files
        submission.notes.append(f"{_text(entry.name)}: {_what_it_is(entry)}: hand in a notebook")
    return [submissions[student] for student in sorted(submissions)]


def _without_notebook(folder: Path, exercises: dict[str, Exercise]) -> list[Path]:
    """What somebody handed in and that is no notebook: nobody vanishes."""
    read = {path.relative_to(folder).parts[0] for path, _ in files_of_students(folder, exercises)}
    return [
        entry
        for entry in sorted(folder.iterdir())
        if entry.name not in {*read, *OF_THE_SYSTEM}
        and (entry.is_dir() or entry.is_symlink() or not entry.name.startswith("."))
    ]


def _what_it_is(entry: Path) -> str:
    if entry.is_symlink():
        return "a link"
    if not entry.is_dir():
        return f"no notebook but {entry.suffix or 'a file'}"
    names = sorted(_text(path.name) for path in entry.rglob("*") if not path.is_dir())
    return f"no notebook but {', '.join(names[:3])}" if names else "an empty folder"


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
        readable = unicodedata.normalize("NFC", readable)  # macOS takes letters apart
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
    except PermissionError:
        raise NotebookError("you may not read it: change its permissions") from None
    except (ValueError, RecursionError) as error:
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
            names |= defined_functions(cell["source"])
    for name, exercise in exercises.items():
        if names & {*exercise.answers, *exercise.written}:
            return name
    return None


def _collect_answers(
    submission: Submission, cells: list[dict[str, Any]], exercise: Exercise
) -> None:
    """The answers in a notebook, in place of those of an older one."""
    found = Answers(cells, exercise)
    for name in exercise.answers:
        submission.answers.pop(name, None)
        submission.cells.pop(name, None)
    submission.answers |= found.code
    submission.cells |= found.cells
    submission.written |= found.words
    submission.blank = submission.blank - {*exercise.written} | found.blank
    submission.notes += found.notes
