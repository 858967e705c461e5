"""What a grading leaves for the instructor: the gradebook, marks for answers in words, exports.

`gradebook.csv` has a row for each student and a column for each exercise; its first row, "max", has
the points there are. Questions answered in words are gathered in `written/QUESTION.csv`, whose
column `points` a person fills in; the next grading adds them. Where an answer was not judged, the
points of its exercise are not known, and their cell is empty.
"""

from __future__ import annotations

import csv
import io
import json
import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from lstm_video_lab.course.exercises import Exercise
from lstm_video_lab.course.grading.grade import GradedSubmission, Grading, file_stem
from lstm_video_lab.course.grading.intake import LATE
from lstm_video_lab.course.grading.similarity import similar_pairs
from lstm_video_lab.files import write_whole

DAY = 24 * 3600.0
CANVAS_HEAD = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE_HEAD = ("Identifier", "Full name")
_BEGINS = tuple("=+-@'\t\r\n")  # a formula in a spreadsheet, or our own mark of what is none


@dataclass(frozen=True)
class Book:
    """A grading with what people add to it.

    marks         question → student → points, from the tables that a person has filled in
    due           until when, as 2026-12-01 or 2026-12-01T18:00; "" for any time
    late_per_day  per cent of an exercise's points that each day begun after that costs
    """

    grading: Grading
    marks: dict[str, dict[str, float]]
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
        student = graded.submission.student
        return sum(self.marks.get(name, {}).get(student, 0.0) for name in exercise.written)

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

    Raises ValueError for marks that are no numbers.
    """
    return Book(grading, read_marks(grading, out / "written"), due, late_per_day)


def read_marks(grading: Grading, folder: Path) -> dict[str, dict[str, float]]:
    """Question → student → points, from the tables that a person has filled in."""
    marks: dict[str, dict[str, float]] = {}
    for exercise in grading.exercises.values():
        for question, most in exercise.written.items():
            path = folder / f"{question}.csv"
            if path.is_file():
                marks[question] = _read_table_of_marks(path, most)
    return marks


def _read_table_of_marks(path: Path, most: int) -> dict[str, float]:
    """Student → points, where a person has given some."""
    marks = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            student = (row.get("student") or "").removeprefix("'")
            text = (row.get("points") or "").strip()
            if text:
                marks[student] = _read_mark(path, student, text, most)
    return marks


def _read_mark(path: Path, student: str, text: str, most: int) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not 0 <= value <= most:
        raise ValueError(f"{path}: {student} has {text!r} points: give a number from 0 to {most}")
    return value


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
    for question, rows in written_tables(book):
        files[out / "written" / f"{question}.csv"] = csv_text(rows)
    for platform, rows in exports(book):
        files[out / f"{platform}.csv"] = csv_text(rows)
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    return [f"written: {path}" for path in files]


def csv_text(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV; a spreadsheet runs nothing in it."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    for row in rows:
        writer.writerow([_without_formula(cell) for cell in row])
    return page.getvalue()


def _without_formula(cell: Any) -> Any:
    """What a spreadsheet would run begins with a mark that makes it text."""
    begins_one = str(cell)[:1] in _BEGINS and not _is_number(cell)
    return f"'{cell}" if begins_one else cell


def _is_number(cell: Any) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


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


def written_tables(book: Book) -> Iterator[tuple[str, list[list[Any]]]]:
    """A table for each question: what each student wrote, and the points given so far."""
    for exercise in book.grading.exercises.values():
        for question in exercise.written:
            marks = book.marks.get(question, {})
            rows: list[list[Any]] = [["student", "points", "answer"]]
            for graded in book.grading.students:
                student = graded.submission.student
                text = graded.submission.written.get(question, "")
                points = _as_text(marks.get(student))
                if not text and not points:
                    points = "0"
                rows.append([student, points, text])
            yield question, rows


def exports(book: Book) -> Iterator[tuple[str, list[list[Any]]]]:
    """Tables that Canvas and Moodle take in, for the students whose ids are known."""
    grading = book.grading
    most = [exercise.points for exercise in grading.exercises.values()]
    canvas: list[list[Any]] = [
        [*CANVAS_HEAD, *grading.exercises],
        ["    Points Possible", "", "", "", "", *most],
    ]
    moodle: list[list[Any]] = [[*MOODLE_HEAD, *grading.exercises]]
    for graded in grading.students:
        student, ids = graded.submission.student, graded.submission.ids
        points = [_as_text(one) for one in book.points(graded)]
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
    names = book.grading.exercises
    return {
        "student": submission.student,
        "ids": submission.ids,
        "notes": submission.notes,
        "answers": answers,
        "points": dict(zip(names, book.points(graded), strict=True)),
        "late_days": {name: book.late_days(graded, name) for name in names},
    }
