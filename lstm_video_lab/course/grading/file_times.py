"""Whether the times of the files can be those at which they were handed in.

`cp -r`, `git clone` and many an archive give each file the time of the copy: a whole class is late
then, or nobody is. Nothing is decided here: it is said, to the instructor and on each page.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

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


def _doubt(book: Book) -> list[str]:
    """A line where the times look like those of a copy, noted on all whom it may concern."""
    found = {}  # (student's number, exercise) → the time on which the lateness rests
    late = set()
    for number, graded in enumerate(book.grading.students):
        for exercise, time in graded.submission.times.items():
            rule, _ = book.agreed.rule(exercise, graded.submission.student)
            if rule.due is None or book.is_in_time_for_canvas(graded, exercise):
                continue
            found[number, exercise] = time
            if time > rule.due and not book.says_late(graded, exercise):
                late.add((number, exercise))
    students = {number for number, _ in found}
    if len(students) < FEWEST:
        return []
    first, count = _most_together([*found.values()])
    if count >= NEARLY_ALL * len(found):
        moment = datetime.fromtimestamp(first, book.agreed.zone).strftime("%Y-%m-%d %H:%M")
        some = "all files bear" if count == len(found) else f"{count} of {len(found)} files bear"
        line = f"{some} one time, {moment}: {DOUBT}"
    elif late == {*found}:
        line = f"every student is late by the times of the files alone: {DOUBT}"
    else:
        return []
    for number in students:
        book.grading.students[number].submission.notes.append(line)
    return [f"{line}: copy with `cp -p` or `rsync -a`, as the guide says"]


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
