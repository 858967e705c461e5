"""What was handed in: read and sorted by student, without running any of it.

Whose a file is, `owners` and `students` find out. Which exercise a notebook is, its file name says;
else the answers in it. Of several notebooks of one student for one exercise the newest by Canvas's
number, then by time, counts; the others are named in the report, and so is all that could not be
read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lstm_video_lab.course.exercises import Exercise
from lstm_video_lab.course.grading.answers import Answers, defined_functions
from lstm_video_lab.course.grading.handed_in import CANNOT_BE_OPENED
from lstm_video_lab.course.grading.notebook_cells import (
    NotebookError,
    UnreadableError,
    read_cells,
)
from lstm_video_lab.course.grading.owners import Owner, exercise_named, label
from lstm_video_lab.course.grading.roster import Roster
from lstm_video_lab.course.grading.students import OwnedEntry, find_students

MOST_NAMED = 5  # of the things of one student that are no notebook


@dataclass
class Submission:
    """One student's work: which source each answer has, and what was odd about it."""

    student: str
    section: str = ""  # of the roster
    is_stranger: bool = False  # whether a roster does not know the name
    owners: dict[str, Owner] = field(default_factory=dict)  # exercise → its notebook's
    files: dict[str, Path] = field(default_factory=dict)  # exercise → notebook
    answers: dict[str, str] = field(default_factory=dict)  # answer → code
    cells: dict[str, list[tuple[int, str]]] = field(default_factory=dict)  # all that it may need
    written: dict[str, str] = field(default_factory=dict)  # question → text
    blank: set[str] = field(default_factory=set)  # questions that were left empty
    unread: bool = False  # whether a file could not be read
    failed: str = ""  # why this machine could not read one: then what is missing is not known
    times: dict[str, float] = field(default_factory=dict)  # exercise → seconds since 1970
    notes: list[str] = field(default_factory=list)  # a line each, for student and instructor
    left_out: list[str] = field(default_factory=list)  # the same, of what could not be graded
    ids: dict[str, list[str]] = field(default_factory=dict)  # "canvas" or "moodle" → ids
    odd: list[tuple[Path, Owner]] = field(default_factory=list)  # what could not be graded

    @property
    def is_missing(self) -> bool:
        """Whether somebody of the roster has handed in nothing at all."""
        return not self.files and not self.left_out

    def wrote_nothing(self, question: str) -> bool:
        """Whether nothing was handed in: an answer that was not found is another thing."""
        return question in self.blank or (question not in self.written and not self.unread)


def read_submissions(
    folder: Path,
    exercises: dict[str, Exercise],
    roster: Roster | None = None,
) -> list[Submission]:
    """All submissions below a folder, by name of student; with a roster its other students too.

    Raises ValueError where there is none.
    """
    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder: name the one that holds the submissions")
    submissions = {}
    for student, things in find_students(folder, exercises, roster).items():
        works = [one for one in things if one.entry.odd or one.entry.is_notebook]
        if works:
            submissions[student] = _submission(student, works, exercises)
            submissions[student].is_stranger = roster is not None and not works[0].person
    if not submissions:
        raise ValueError(f"{folder} holds no notebooks: see the accepted names in the guide")
    for person in roster.people if roster else []:
        absent = Submission(person.student, notes=["handed nothing in"])
        submissions.setdefault(person.student, absent).section = person.section
    if roster and _has_canvas_ids(roster, submissions):
        for person in roster.people:
            if person.id:
                submissions[person.student].ids.setdefault("canvas", [person.id])
    return [submissions[student] for student in sorted(submissions)]


def _has_canvas_ids(roster: Roster, submissions: dict[str, Submission]) -> bool:
    """Whether the ids of a roster are Canvas's: its head says so, or all files that have some."""
    both = [(person.id, submissions[person.student].ids.get("canvas")) for person in roster.people]
    same = [person_id in ids for person_id, ids in both if person_id and ids]
    return roster.is_of_canvas or (bool(same) and all(same))


def _submission(
    student: str, things: list[OwnedEntry], exercises: dict[str, Exercise]
) -> Submission:
    submission = Submission(student)
    newest: dict[str, tuple[tuple[float, float], Path]] = {}
    odd = [one for one in things if one.entry.odd]
    for one in things:
        for platform, number in one.owner.ids.items():
            ids = submission.ids.setdefault(platform, [])
            if number not in ids:
                ids.append(number)
        if one.entry.is_notebook:
            _add_notebook(submission, one, newest, exercises)
    submission.odd += [(one.entry.path, one.owner) for one in odd]
    for one in odd[:MOST_NAMED]:
        submission.left_out.append(f"{label(one.entry.path)}: {one.entry.odd}")
        if one.entry.odd == CANNOT_BE_OPENED:
            submission.failed = submission.left_out[-1]
    if len(odd) > MOST_NAMED:
        submission.left_out.append(f"{len(odd) - MOST_NAMED} other files are no notebooks either")
    submission.unread = bool(submission.left_out)
    submission.notes += submission.left_out
    return submission


def _add_notebook(
    submission: Submission,
    owned: OwnedEntry,
    newest: dict[str, tuple[tuple[float, float], Path]],
    exercises: dict[str, Exercise],
) -> None:
    path, owner = owned.entry.path, owned.owner
    try:
        cells = read_cells(path)
    except NotebookError as error:
        submission.odd.append((path, owner))
        submission.left_out.append(f"{label(path)}: {error}")
        if isinstance(error, UnreadableError):
            submission.failed = submission.left_out[-1]
        return
    name = exercise_of(owner.file, cells, exercises)
    if name is None:
        submission.odd.append((path, owner))
        submission.left_out.append(f"{label(path)}: no exercise of this course: left out")
        return
    time = path.lstat().st_mtime
    dated = (owner.number, time), path
    if name in newest:
        older = min(newest[name], dated)
        note = f"{label(older[1])}: there is a newer one of {name}: left out"
        submission.notes.append(note)
        if older == dated:
            return
    newest[name] = dated
    submission.files[name] = path
    submission.owners[name] = owner
    submission.times[name] = time
    _collect_answers(submission, cells, exercises[name])


def exercise_of(
    file: str, cells: list[dict[str, Any]], exercises: dict[str, Exercise]
) -> str | None:
    """The exercise that a notebook is: by its name, else by the answers in it."""
    if name := exercise_named(file, exercises):
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
    parts = Answers(cells, exercise)
    for name in exercise.answers:
        submission.answers.pop(name, None)
        submission.cells.pop(name, None)
    submission.answers |= parts.code
    submission.cells |= parts.cells
    submission.written |= parts.words
    submission.blank = submission.blank - {*exercise.written} | parts.blank
    submission.notes += parts.notes
