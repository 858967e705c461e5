"""Whether the times of the files can be those at which they were handed in.

`cp -r`, `git clone` and many an archive give each file the time of the copy: a whole class is late
then, or nobody is. Nothing is decided here: it is said, to the instructor and on each page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lstm_video_lab.course.grading.grade import GradedSubmission
from lstm_video_lab.course.grading.gradebook import Book
from lstm_video_lab.files import write_whole

TOGETHER = 60.0  # seconds in which a copy is made
NEARLY_ALL = 0.9  # of the files
FEWEST = 3  # students from whom something can be seen
DOUBT = "copied? lateness may be wrong"


def note_odd_times(book: Book, out: Path) -> list[str]:
    """Note on students, and in `grading.json`, what is odd about the files' times.

    Returns a line for each, for the instructor.
    """
    lines = [*_doubt(book), *_trust_in_canvas(book)]
    path = out / "grading.json"
    if lines and path.is_file():
        made = json.loads(path.read_text("utf-8"))
        write_whole(path, json.dumps({**made, "notes": lines}) + "\n")
    return lines


@dataclass(frozen=True)
class Dated:
    """A notebook whose lateness rests on the time of its file."""

    graded: GradedSubmission
    exercise: str
    time: float
    is_late: bool


def _doubt(book: Book) -> list[str]:
    """Lines where times look like those of a copy, noted on all whom they may concern: one on all
    exercises, or one on each.
    """
    files = [*_dated(book)]
    lines = [line] if (line := _odd(book, files, "")) else []
    if not lines:
        for exercise in book.grading.exercises:
            of_one = [file for file in files if file.exercise == exercise]
            lines += [line] if (line := _odd(book, of_one, f"{exercise}: ")) else []
    return [f"{line}: copy with `cp -p` or `rsync -a`, as the guide says" for line in lines]


def _dated(book: Book) -> Iterator[Dated]:
    for graded in book.grading.students:
        for exercise, time in graded.submission.times.items():
            rule, _ = book.agreed.rule(exercise, graded.submission.student)
            if rule.due is None or book.is_in_time_for_canvas(graded, exercise):
                continue
            is_late = time > rule.due and not book.says_late(graded, exercise)
            yield Dated(graded, exercise, time, is_late)


def _odd(book: Book, files: Sequence[Dated], place: str) -> str:
    """What is odd about these times, noted on their students; "" where nothing is."""
    students = {file.graded.submission.student: file.graded for file in files}
    if len(students) < FEWEST:
        return ""
    first, count = _most_together([file.time for file in files])
    if count >= NEARLY_ALL * len(files):
        moment = datetime.fromtimestamp(first, book.agreed.zone).strftime("%Y-%m-%d %H:%M")
        some = "all files bear" if count == len(files) else f"{count} of {len(files)} files bear"
        line = f"{place}{some} one time, {moment}: {DOUBT}"
    elif all(file.is_late for file in files):
        line = f"{place}every student is late by the times of the files alone: {DOUBT}"
    else:
        return ""
    for graded in students.values():
        graded.submission.notes.append(line)
    return line


def _most_together(times: Sequence[float]) -> tuple[float, int]:
    """The first of the most times that lie within a minute, and how many these are."""
    in_order = sorted(times)
    best = (in_order[0], 0)
    begin = 0
    for end, time in enumerate(in_order):
        while time - in_order[begin] > TOGETHER:
            begin += 1
        if end - begin + 1 > best[1]:
            best = (in_order[begin], end - begin + 1)
    return best


def _trust_in_canvas(book: Book) -> list[str]:
    """A line where Canvas calls something in time that is late by the file's time."""
    of_canvas = against = 0
    for graded in book.grading.students:
        submission = graded.submission
        for exercise, time in submission.times.items():
            rule, _ = book.agreed.rule(exercise, submission.student)
            if rule.due is None or "canvas" not in submission.owners[exercise].ids:
                continue
            of_canvas += 1
            if book.is_in_time_for_canvas(graded, exercise) and time > rule.due:
                against += 1
                submission.notes.append(
                    f"{exercise}: in time, as Canvas has put no LATE into the name of the file; "
                    "the time of the file is later"
                )
    if not against:
        return []
    return [
        f"Canvas: {against} of {of_canvas} files have no LATE in their names and a later time: "
        "they count as in time"
    ]
