"""What a class guessed in the lessons: one table, and no points.

A submission may carry `my_guesses.json` of its student's working copy. Nothing in it is trusted: it
is read as plain texts, cut and escaped, and what is no such file is named in a line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lstm_video_lab.checks import LabError
from lstm_video_lab.course.exercises import Exercise
from lstm_video_lab.course.grading.handed_in import IS_GUESSES
from lstm_video_lab.course.grading.roster import Roster
from lstm_video_lab.course.grading.spreadsheets import csv_text
from lstm_video_lab.course.grading.students import find_students
from lstm_video_lab.course.pages import render
from lstm_video_lab.files import write_whole
from lstm_video_lab.questions import Guessed, read_guesses

HEAD = ("student", "question", "name", "first_guess", "last_guess", "answer", "note")


@dataclass
class ClassGuesses:
    """Student → name of a question → what they said; `lines` name files that could not be read."""

    of_students: dict[str, dict[str, Guessed]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)


def read_class(
    folder: Path, exercises: dict[str, Exercise], roster: Roster | None = None
) -> ClassGuesses:
    """The guesses of all students below a folder of submissions; the newest file of each counts."""
    of_class = ClassGuesses()
    for student, things in find_students(folder, exercises, roster).items():
        paths = [one.entry.path for one in things if IS_GUESSES.search(one.entry.path.name)]
        if not paths:
            continue
        newest = max(paths, key=lambda path: path.lstat().st_mtime)
        try:
            of_class.of_students[student] = read_guesses(newest)
        except LabError as error:
            of_class.lines.append(f"guesses of {student} are left out: {error}")
    return of_class


def write(of_class: ClassGuesses, out: Path) -> list[str]:
    """Write both, where a student handed in guesses; a line for each file and each fault."""
    lines = list(of_class.lines)
    if of_class.of_students:
        write_whole(out / "guesses.csv", csv_text(table(of_class)))
        write_whole(out / "guesses.html", page(of_class))
        lines += [f"written: {out / name}" for name in ("guesses.csv", "guesses.html")]
    return lines


def table(of_class: ClassGuesses) -> Iterator[list[Any]]:
    """The head, and a row for each guess of each student."""
    yield list(HEAD)
    for student, guesses in of_class.of_students.items():
        for name, one in guesses.items():
            said = [one.choices[0], one.choices[-1]]
            yield [student, one.question, name, *said, one.answer, one.note]


def page(of_class: ClassGuesses) -> str:
    """The same as a page: for each question, who said what at first, and the notes."""
    questions: dict[str, dict[str, Any]] = {}
    for student, guesses in of_class.of_students.items():
        for name, one in guesses.items():
            asked = questions.setdefault(
                name, {"words": one.question, "said": Counter(), "right": 0, "notes": []}
            )
            asked["said"][one.choices[0]] += 1
            asked["right"] += one.choices[0] == one.answer
            if one.note:
                asked["notes"].append((student, one.note))
    return render("guesses.html", questions=questions, lines=of_class.lines)
