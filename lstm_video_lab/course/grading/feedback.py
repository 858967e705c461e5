"""A page for each student: what each answer came to, and their picture beside the target.

The pages open offline and hold nothing of a hidden call. All that came from a student is escaped.
"""

from __future__ import annotations

from pathlib import Path

from lstm_video_lab.course.check import SIGNS
from lstm_video_lab.course.grading.grade import GradedSubmission, file_stem
from lstm_video_lab.course.grading.gradebook import Book, total
from lstm_video_lab.course.grading.isolation import Limits
from lstm_video_lab.course.pages import render
from lstm_video_lab.files import write_whole

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


def page(book: Book, graded: GradedSubmission) -> str:
    """The whole page of a student."""
    grading = book.grading
    points = book.points(graded)
    return render(
        "feedback.html",
        submission=graded.submission,
        records=graded.records,
        marks={name: book.mark(graded, name) for name in book.tables},
        comments={
            name: table.comments.get(graded.submission.student, "")
            for name, table in book.tables.items()
        },
        exercises=grading.exercises,
        points=dict(zip(grading.exercises, map(_as_text, points), strict=True)),
        total=_as_text(total(points)),
        most=sum(exercise.points for exercise in grading.exercises.values()),
        late_days={name: book.late_days(graded, name) for name in grading.exercises},
        late_per_day=book.late_per_day,
        seed=grading.seed,
        signs=SIGNS,
        seconds=Limits().cpu_seconds,
        warning=NOT_ISOLATED if grading.level == "limits" else "",
    )


def _as_text(points: float | None) -> str:
    """Points of an exercise; "?" while an answer of it is not judged."""
    return "?" if points is None else f"{points:g}"
