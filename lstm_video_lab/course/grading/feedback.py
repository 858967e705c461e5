"""A page for each student: what each answer came to, and their picture beside the target.

The pages open offline and hold nothing of a hidden call. All that came from a student is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lstm_video_lab.course.check import SIGNS
from lstm_video_lab.course.exercises import Exercise
from lstm_video_lab.course.grading.grade import GradedSubmission, file_stem, students_in
from lstm_video_lab.course.grading.gradebook import Book, total
from lstm_video_lab.course.grading.handed_in import to_student
from lstm_video_lab.course.grading.isolation import Limits
from lstm_video_lab.course.pages import render
from lstm_video_lab.files import write_whole

EARLIER = "earlier"  # folder of the pages of those who are not in this grading
NOT_ISOLATED = "answers could read the solutions and change files while this was graded"


def write(book: Book, out: Path) -> list[str]:
    """A page for each student in `out`; returns a line for each."""
    out.mkdir(parents=True, exist_ok=True)
    lines = []
    for graded in book.grading.students:
        path = out / f"{file_stem(graded.submission.student)}.html"
        write_whole(path, page(book, graded))
        lines.append(f"written: {path}")
    return lines


def set_old_pages_apart(book: Book, out: Path) -> list[str]:
    """Move pages that an earlier grading made for students who are not in this one to a folder of
    their own, lest they are sent out; a line for all.
    """
    stems = {file_stem(graded.submission.student) for graded in book.grading.students}
    old = {student for student in students_in(out.parent) if file_stem(student) not in stems}
    paths = {student: out / f"{file_stem(student)}.html" for student in sorted(old)}
    gone = [student for student, path in paths.items() if path.is_file()]
    if not gone:
        return []
    earlier = out / EARLIER
    earlier.mkdir(exist_ok=True)
    for student in gone:
        paths[student].replace(earlier / paths[student].name)
    return [f"moved to {earlier}: pages of who is not in this grading: {', '.join(gone)}"]


def page(book: Book, graded: GradedSubmission, only: Sequence[Exercise] | None = None) -> str:
    """The page of a student: all that the course has come to, or the part about some exercises."""
    grading = book.grading
    student = graded.submission.student
    points = dict(zip(grading.exercises, book.points(graded), strict=True))
    exercises = {one.name: one for one in only or book.reached.values()}
    names = [*exercises]
    for exercise in exercises.values():
        names += [*exercise.answers, *exercise.written]
    return render(
        "feedback.html",
        submission=graded.submission,
        notes=[to_student(note) for note in graded.submission.notes],
        records=graded.records,
        earned={
            answer.name: points_as_text(book.points_of(graded, answer))
            for exercise in exercises.values()
            for answer in exercise.answers.values()
        },
        marks={name: book.mark(graded, name) for name in book.tables},
        tables=book.tables,
        overrides={name: book.override(graded, name) for name in names},
        requests={
            name: request
            for name in names
            if (request := book.corrections.requests.get((student, name)))
        },
        exercises=exercises,
        points={name: points_as_text(one) for name, one in points.items()},
        total=points_as_text(total([points[name] for name in exercises])),
        most=sum(exercise.points for exercise in exercises.values()),
        late_days={name: book.late_days(graded, name) for name in exercises},
        shares={name: book.share(graded, name) for name in exercises},
        seed=grading.seed,
        signs=SIGNS,
        seconds=Limits().cpu_seconds,
        wall_seconds=Limits().wall_seconds,
        warning=NOT_ISOLATED if grading.level == "limits" else "",
    )


def points_as_text(points: float | None) -> str:
    """Points to two places at most; "?" while an answer is not judged."""
    return "?" if points is None else f"{round(points, 2):g}"


def write_class_page(book: Book, out: Path) -> list[str]:
    """`index.html`: who has what, each name a link to the page of feedback; it can be printed.

    Exercises that nobody has handed in, and that nobody has points for, are named below the table.
    """
    students = book.grading.students
    points = [dict(zip(book.grading.exercises, book.points(one), strict=True)) for one in students]
    begun = book.begun()
    exercises = [one for one in book.grading.exercises.values() if one.name in begun]
    text = render(
        "class.html",
        exercises=exercises,
        others=[name for name in book.grading.exercises if name not in begun],
        rows=[
            _row_of(book, graded, of_one, [one.name for one in exercises])
            for graded, of_one in zip(students, points, strict=True)
        ],
        has_sections=any(graded.submission.section for graded in students),
        requests=book.corrections.open_requests(),
        seed=book.grading.seed,
        warning=NOT_ISOLATED if book.grading.level == "limits" else "",
    )
    write_whole(out / "index.html", text)
    return [f"written: {out / 'index.html'}"]


def _row_of(
    book: Book, graded: GradedSubmission, points: dict[str, float | None], exercises: list[str]
) -> dict[str, Any]:
    cells = []
    for name in exercises:
        is_there = name in graded.submission.files or points[name]
        text = points_as_text(points[name]) if is_there else "–"
        cells.append((text, book.late_days(graded, name)))
    return {
        "submission": graded.submission,
        "page": f"feedback/{file_stem(graded.submission.student)}.html",
        "cells": cells,
        "total": points_as_text(total([*points.values()])),
        "unmarked": unmarked(book, graded),
    }


def unmarked(book: Book, graded: GradedSubmission) -> list[str]:
    """Questions that a student has answered in words, and that nobody has marked yet."""
    return [
        question
        for question in book.tables
        if graded.submission.written.get(question) and book.mark(graded, question) is None
    ]
