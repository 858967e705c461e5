"""What a grading leaves for the instructor: the gradebook, marks for answers in words, exports.

`gradebook.csv` has a row for each student and a column for each exercise; its first row, "max", has
the points there are. Questions answered in words are gathered in `written/QUESTION.csv`, whose
column `points` a person fills in; the next grading adds them. Where an answer was not judged, the
points of its exercise are not known, and their cell is empty.
"""

from __future__ import annotations

import json
import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from lstm_video_lab.course.exercises import Exercise
from lstm_video_lab.course.grading import marks
from lstm_video_lab.course.grading.grade import (
    GradedSubmission,
    Grading,
    file_stem,
    questions_of,
    students_in,
)
from lstm_video_lab.course.grading.intake import LATE
from lstm_video_lab.course.grading.marks import MarksTable
from lstm_video_lab.course.grading.similarity import similar_pairs
from lstm_video_lab.course.grading.spreadsheets import csv_text
from lstm_video_lab.files import write_whole

DAY = 24 * 3600.0
CANVAS_HEAD = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE_HEAD = ("Identifier", "Full name")


@dataclass(frozen=True)
class Book:
    """A grading with what people add to it.

    tables        question → its table, which a person fills in
    due           until when, as 2026-12-01 or 2026-12-01T18:00; "" for any time
    late_per_day  per cent of an exercise's points that each day begun after that costs
    """

    grading: Grading
    tables: dict[str, MarksTable]
    due: str = ""
    late_per_day: float = 0.0

    def points(self, graded: GradedSubmission) -> list[float | None]:
        """Of each exercise: its answers, its words where they are marked, less what is late.

        None where an answer of it was not judged.
        """
        points: list[float | None] = []
        for name, exercise in self.grading.exercises.items():
            of_answers = graded.points(exercise)
            if of_answers is None:
                points.append(None)
                continue
            share = 1 - self.late_days(graded, name) * self.late_per_day / 100
            points.append((of_answers + self._marks_of(graded, exercise)) * max(0.0, share))
        return points

    def _marks_of(self, graded: GradedSubmission, exercise: Exercise) -> float:
        marks = (self.mark(graded, question) for question in exercise.written)
        return sum(mark or 0.0 for mark in marks)

    def mark(self, graded: GradedSubmission, question: str) -> float | None:
        """Of an answer in words; None where it is not marked yet."""
        table = self.tables.get(question)
        return table.points.get(graded.submission.student) if table else None

    def late_days(self, graded: GradedSubmission, exercise: str) -> int:
        """Days begun after `due`; at least one where the file's name says that it is late."""
        submission = graded.submission
        if not self.due or exercise not in submission.files:
            return 0
        least = 1 if LATE.search(submission.files[exercise].stem) else 0
        seconds = submission.times[exercise] - due_time(self.due)
        return max(least, math.ceil(seconds / DAY))


def total(points: Sequence[float | None]) -> float | None:
    """None where one of them is not known."""
    known = [one for one in points if one is not None]
    return sum(known) if len(known) == len(points) else None


def due_time(due: str) -> float:
    """Seconds since 1970. Raises ValueError for a date that cannot be read."""
    try:
        date = datetime.fromisoformat(due)
    except ValueError:
        raise ValueError(
            f"--due {due!r} is no date: write 2026-12-01 or 2026-12-01T18:00"
        ) from None
    return date.timestamp() + (DAY if len(due) <= 10 else 0)  # a day ends at midnight


def read_book(grading: Grading, out: Path, due: str = "", late_per_day: float = 0.0) -> Book:
    """The book of a grading with the marks in `out`.

    Raises ValueError for a table of marks that is not wholly understood.
    """
    questions = questions_of(grading.exercises)
    names = [graded.submission.student for graded in grading.students]
    tables = marks.read_tables(out / "written", questions, {*names, *students_in(out)})
    for question in questions:
        tables.setdefault(question, marks.MarksTable(out / "written" / f"{question}.csv"))
    return Book(grading, tables, due, late_per_day)


def write(book: Book, out: Path) -> list[str]:
    """Write every file of a grading; returns a line for each."""
    grading = book.grading
    reports = [
        out / "junit" / f"{file_stem(graded.submission.student)}.xml" for graded in grading.students
    ]
    files = {
        out / "gradebook.csv": csv_text(gradebook(book)),
        out / "gradebook.json": json.dumps(_as_json(book), indent=1) + "\n",
        out / "junit.xml": merge_junit(reports),
        out / "similarity.csv": csv_text(similar_pairs(grading)),
    }
    for platform, rows in exports(book):
        files[out / f"{platform}.csv"] = csv_text(rows)
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    return [f"written: {path}" for path in files] + _write_marks(book, out / "written")


def _write_marks(book: Book, folder: Path) -> list[str]:
    """Put what students wrote into the tables of marks, where that changes them."""
    lines = []
    for exercise in book.grading.exercises.values():
        for question in exercise.written:
            submissions = [graded.submission for graded in book.grading.students]
            answers = {one.student: one.written.get(question, "") for one in submissions}
            absent = [one.student for one in submissions if one.wrote_nothing(question)]
            table = book.tables[question]
            if marks.update_table(table, answers, absent) or not table.path.is_file():
                marks.write_table(table)
                lines.append(f"written: {table.path}")
    return lines + marks.unread_tables(folder)


def gradebook(book: Book) -> Iterator[list[Any]]:
    """The head, the row "max", and a row for each student; `late_days` are the most of any."""
    grading = book.grading
    most = [exercise.points for exercise in grading.exercises.values()]
    head: list[Any] = ["student", *grading.exercises]
    row_max: list[Any] = ["max", *most]
    if book.due:
        head.append("late_days")
        row_max.append("")
    yield [*head, "total"]
    yield [*row_max, sum(most)]
    for graded in grading.students:
        points = book.points(graded)
        row: list[Any] = [graded.submission.student, *map(_as_text, points)]
        if book.due:
            row.append(max(book.late_days(graded, name) for name in grading.exercises))
        yield [*row, _as_text(total(points))]


def _as_text(points: float | None) -> str:
    """Points to two places at most; "" where they are not known."""
    return "" if points is None else f"{points:.2f}".rstrip("0").rstrip(".")


def exports(book: Book) -> Iterator[tuple[str, list[list[Any]]]]:
    """Tables that Canvas and Moodle take in, for the students whose ids are known.

    An exercise that nobody has handed in stays empty: it may not have been due yet.
    """
    grading = book.grading
    handed_in = {name for graded in grading.students for name in graded.submission.files}
    most = [exercise.points for exercise in grading.exercises.values()]
    canvas: list[list[Any]] = [
        [*CANVAS_HEAD, *grading.exercises],
        ["    Points Possible", "", "", "", "", *most],
    ]
    moodle: list[list[Any]] = [[*MOODLE_HEAD, *grading.exercises]]
    for graded in grading.students:
        student, ids = graded.submission.student, graded.submission.ids
        points = [
            _as_text(one) if name in handed_in else ""
            for name, one in zip(grading.exercises, book.points(graded), strict=True)
        ]
        if "canvas" in ids:
            canvas.append([student, ids["canvas"], "", "", "", *points])
        if "moodle" in ids:
            moodle.append([f"Participant {ids['moodle']}", student, *points])
    if len(canvas) > 2:
        yield "canvas", canvas
    if len(moodle) > 1:
        yield "moodle", moodle


def merge_junit(files: Sequence[Path]) -> str:
    """Several reports of JUnit in one; a suite is named as its file."""
    root = ElementTree.Element("testsuites")
    for path in files:
        with suppress(OSError, ElementTree.ParseError):
            for suite in ElementTree.parse(path).getroot().iter("testsuite"):
                suite.set("name", path.stem)
                root.append(suite)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _as_json(book: Book) -> dict[str, Any]:
    """All of it as plain values."""
    grading = book.grading
    exercises = {}
    for name, exercise in grading.exercises.items():
        exercises[name] = {
            "title": exercise.title,
            "points": exercise.points,
            "answers": list(exercise.answers),
        }
    return {
        "seed": grading.seed,
        "sandbox": grading.level,
        "exercises": exercises,
        "students": [_student_as_json(book, graded) for graded in grading.students],
    }


def _student_as_json(book: Book, graded: GradedSubmission) -> dict[str, Any]:
    submission = graded.submission
    answers = {}
    for name, record in graded.records.items():
        answers[name] = {"outcome": record.outcome, "words": record.words, "seed": record.seed}
        if record.reason:
            answers[name]["reason"] = record.reason
    names = book.grading.exercises
    return {
        "student": submission.student,
        "ids": submission.ids,
        "notes": submission.notes,
        "answers": answers,
        "points": dict(zip(names, book.points(graded), strict=True)),
        "late_days": {name: book.late_days(graded, name) for name in names},
    }
