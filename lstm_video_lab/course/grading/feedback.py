"""A page for each student: what each answer came to, and their picture beside the target.

The pages open offline and hold nothing of a hidden call. All that came from a student is escaped.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lstm_video_lab.course.check import CORRECT, SIGNS
from lstm_video_lab.course.grading.grade import GradedSubmission, file_stem
from lstm_video_lab.course.grading.gradebook import Book, total
from lstm_video_lab.course.grading.judging import NOT_JUDGED, Record
from lstm_video_lab.course.pages import render
from lstm_video_lab.files import write_whole


def write(book: Book, out: Path) -> list[str]:
    """A page for each student in `out`; returns a line for each."""
    out.mkdir(parents=True, exist_ok=True)
    lines = []
    for graded in book.grading.students:
        path = out / f"{file_stem(graded.submission.student)}.html"
        write_whole(path, page(book, graded))
        lines.append(f"written: {path}")
    return lines


def page(book: Book, graded: GradedSubmission) -> str:
    """The whole page of a student."""
    grading = book.grading
    points = book.points(graded)
    exercises = []
    for name, earned in zip(grading.exercises, points, strict=True):
        exercises.append(_exercise(book, name, earned, graded))
    return render(
        "feedback.html",
        student=graded.submission.student,
        points=_as_text(total(points)),
        most=sum(exercise.points for exercise in grading.exercises.values()),
        seed=grading.seed,
        notes=graded.submission.notes,
        exercises=exercises,
    )


def _exercise(
    book: Book, name: str, earned: float | None, graded: GradedSubmission
) -> dict[str, Any]:
    exercise = book.grading.exercises[name]
    late_days = book.late_days(graded, name)
    answers = []
    for answer_name, answer in exercise.answers.items():
        answers.append(_answer(answer_name, answer.points, graded.records[answer_name]))
    questions = []
    for question, most in exercise.written.items():
        questions.append(_question(book, question, most, graded))
    return {
        "title": exercise.title,
        "points": _as_text(earned),
        "most": exercise.points,
        "late_days": late_days,
        "late_cost": f"{min(100.0, late_days * book.late_per_day):g}",
        "answers": answers,
        "questions": questions,
    }


def _answer(name: str, most: int, record: Record) -> dict[str, Any]:
    points = str(most if record.outcome == CORRECT else 0)
    return {
        "name": name,
        "points": "?" if record.outcome == NOT_JUDGED else points,
        "most": most,
        "sign": SIGNS.get(record.outcome, "○"),
        "outcome": record.outcome,
        "words": record.words,
        "hint": record.hint,
        "picture": record.picture,
        "picture_text": record.picture_text,
    }


def _question(book: Book, name: str, most: int, graded: GradedSubmission) -> dict[str, Any]:
    submission = graded.submission
    points = book.marks.get(name, {}).get(submission.student)
    return {
        "name": name,
        "mark": "not marked yet" if points is None else f"{points:g} of {most}",
        "text": submission.written.get(name, ""),
    }


def _as_text(points: float | None) -> str:
    return "?" if points is None else f"{points:g}"
