"""What a grading leaves for the instructor: the gradebook, and marks for answers in words.

`gradebook.csv` has a row for each student and a column for each exercise; its first row, POSSIBLE,
has the points there are. Questions answered in words are gathered in `written/QUESTION.csv`, whose
column `points` a person fills in; the next grading adds them. Where an answer was not judged, the
points of its exercise are not known, and their cell is empty.
"""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from lstm_video_lab.course.check import CORRECT
from lstm_video_lab.course.exercises import Answer, Exercise
from lstm_video_lab.course.grading import agreements, corrections, marks
from lstm_video_lab.course.grading.agreements import Agreements
from lstm_video_lab.course.grading.corrections import Corrections, Override
from lstm_video_lab.course.grading.csv_tables import Names
from lstm_video_lab.course.grading.grade import (
    GradedSubmission,
    Grading,
    file_stem,
    questions_of,
    students_in,
)
from lstm_video_lab.course.grading.judging import MISSING, NOT_ASKED, NOT_JUDGED
from lstm_video_lab.course.grading.marks import MarksTable
from lstm_video_lab.course.grading.owners import LATE
from lstm_video_lab.course.grading.people import People
from lstm_video_lab.course.grading.roster import Roster
from lstm_video_lab.course.grading.similarity import similar_pairs
from lstm_video_lab.course.grading.spreadsheets import csv_text
from lstm_video_lab.course.grading.students import called_now
from lstm_video_lab.course.grading.zeros import read_zeros, write_zeros
from lstm_video_lab.files import write_whole

POSSIBLE = "points possible"  # no folder of a student is called so


@dataclass(frozen=True)
class Book:
    """A grading with what people add to it.

    tables       question → its table, which a person fills in
    agreed       dates and late rules
    corrections  overrides and what students ask for
    """

    grading: Grading
    tables: Mapping[str, MarksTable]
    agreed: Agreements = field(default_factory=Agreements)
    corrections: Corrections = field(default_factory=Corrections)

    def points(self, graded: GradedSubmission) -> list[float | None]:
        """Of each exercise: its answers, its words where they are marked, less what is late.

        None where an answer of it was not judged. What is late takes its part of what was earned;
        an override is final.
        """
        return [self._points(graded, *item) for item in self.grading.exercises.items()]

    def _points(self, graded: GradedSubmission, name: str, exercise: Exercise) -> float | None:
        if override := self.override(graded, name):
            return override.points
        earned: list[float | None] = [0.0]
        final = 0.0
        for answer in exercise.answers.values():
            if override := self.override(graded, answer.name):
                final += override.points
            else:
                earned.append(self.points_of(graded, answer))
        for question in exercise.written:
            if override := self.override(graded, question):
                final += override.points
            else:
                earned.append(self.mark(graded, question) or 0.0)
        sum_of_earned = total(earned)
        if sum_of_earned is None:
            return None
        return final + sum_of_earned * self.share(graded, name)

    def begun(self) -> set[str]:
        """Exercises that somebody has handed in, or has points for."""
        begun: set[str] = set()
        for graded in self.grading.students:
            begun |= {*graded.submission.files}
            points = zip(self.grading.exercises, self.points(graded), strict=True)
            begun |= {name for name, one in points if one}
        return begun

    @cached_property
    def reached(self) -> dict[str, Exercise]:
        """Exercises that the course has come to, by which a page says how many points there are:
        those that are begun; all where none is.
        """
        exercises, begun = self.grading.exercises, self.begun()
        return {name: one for name, one in exercises.items() if name in begun or not begun}

    def points_of(self, graded: GradedSubmission, answer: Answer) -> float | None:
        """Of one answer; None where it was not judged."""
        if override := self.override(graded, answer.name):
            return override.points
        outcome = graded.records[answer.name].outcome
        if outcome == NOT_JUDGED:
            return None
        return answer.points if outcome == CORRECT else 0.0

    def mark(self, graded: GradedSubmission, question: str) -> float | None:
        """Of an answer in words; None where it is not marked yet."""
        if override := self.override(graded, question):
            return override.points
        table = self.tables.get(question)
        return table.points.get(graded.submission.student) if table else None

    def override(self, graded: GradedSubmission, what: str) -> Override | None:
        """Of an answer, a question or an exercise."""
        return self.corrections.overrides.get((graded.submission.student, what))

    def late_days(self, graded: GradedSubmission, exercise: str) -> int:
        """Days begun after it was due; at least one where the file's name says that it is late,
        and the student has no extension; none where Canvas's says that it is not.
        """
        student = graded.submission.student
        rule, is_extended = self.agreed.rule(exercise, student)
        if rule.due is None or exercise not in graded.submission.files:
            return 0
        days = rule.days_late(self._handed_in(graded, exercise))
        return max(days, 1 if self.says_late(graded, exercise) and not is_extended else 0)

    def share(self, graded: GradedSubmission, exercise: str) -> float:
        """Of what was earned in an exercise, what being late leaves."""
        if exercise not in graded.submission.files:
            return 1.0
        rule, _ = self.agreed.rule(exercise, graded.submission.student)
        return rule.share(self.late_days(graded, exercise), self._handed_in(graded, exercise))

    def says_late(self, graded: GradedSubmission, exercise: str) -> bool:
        """Whether the name of the file says that it is late."""
        return LATE.search(graded.submission.files[exercise].stem) is not None

    def is_in_time_for_canvas(self, graded: GradedSubmission, exercise: str) -> bool:
        """Whether the file is Canvas's, which writes LATE into the names of those that are."""
        owner = graded.submission.owners.get(exercise)
        return owner is not None and "canvas" in owner.ids and not self.says_late(graded, exercise)

    def _handed_in(self, graded: GradedSubmission, exercise: str) -> float:
        """Seconds since 1970: the time of the file, unless Canvas says that it was in time."""
        time = graded.submission.times[exercise]
        rule, _ = self.agreed.rule(exercise, graded.submission.student)
        if rule.due is not None and self.is_in_time_for_canvas(graded, exercise):
            return min(time, rule.due)
        return time


def total(points: Sequence[float | None]) -> float | None:
    """None where one of them is not known."""
    known = [one for one in points if one is not None]
    return sum(known) if len(known) == len(points) else None


def read_book(
    grading: Grading, out: Path, agreed: Agreements | None = None, roster: Roster | None = None
) -> Book:
    """The book of a grading with the marks and corrections in `out`.

    Raises ValueError for a table that is not wholly understood.
    """
    students = {graded.submission.student for graded in grading.students}
    agreed = agreed or Agreements()
    return Book(grading, *read_tables(grading.exercises, out, agreed, students, roster))


def read_tables(
    exercises: Mapping[str, Exercise],
    out: Path,
    agreed: Agreements,
    students: set[str],
    roster: Roster | None = None,
) -> tuple[dict[str, MarksTable], Agreements, Corrections]:
    """All that people have written down about these students, and about those of earlier gradings.

    Raises ValueError.
    """
    earlier = {*students_in(out)} - students
    now = called_now(earlier, students, roster)
    names = Names(students | earlier, now, students)
    people = People(students | earlier, now, students, roster)
    questions = questions_of(dict(exercises))
    zeros = read_zeros(out)
    tables = marks.read_tables(out / "written", questions, names, agreed.rubrics, zeros)
    for question in questions:
        path = out / "written" / f"{question}.csv"
        tables.setdefault(question, MarksTable(path, rubric=agreed.rubrics.get(question, {})))
    most: dict[str, float] = dict(questions)
    for exercise in exercises.values():
        most[exercise.name] = exercise.points
        most |= {name: answer.points for name, answer in exercise.answers.items()}
    path = out / agreements.FILE
    agreed = agreed.of_students(path, people, all_known=agreed.roster is not None)
    return tables, agreed, corrections.read_corrections(out, most, people)


def write(book: Book, out: Path) -> list[str]:
    """Write every file of a grading; returns a line for each."""
    grading = book.grading
    files = {
        out / "gradebook.csv": csv_text(gradebook(book)),
        out / "gradebook.json": json.dumps(_as_json(book), indent=1) + "\n",
        out / "junit.xml": junit(grading.students),
        out / "similarity.csv": csv_text(similar_pairs(grading)),
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    return [f"written: {path}" for path in files] + _write_marks(book, out / "written")


def _write_marks(book: Book, folder: Path) -> list[str]:
    """Put what students wrote into the tables of marks, where that changes them."""
    lines: list[str] = []
    changed = []
    for exercise in book.grading.exercises.values():
        for question in exercise.written:
            submissions = [graded.submission for graded in book.grading.students]
            answers = {one.student: one.written.get(question, "") for one in submissions}
            absent = [one.student for one in submissions if one.wrote_nothing(question)]
            table = book.tables[question]
            if marks.update_table(table, answers, absent) or not table.path.is_file():
                changed.append(table)
            lines += marks.misread_rows(table, answers)
    zeros = {question: table.zeros or set() for question, table in book.tables.items()}
    write_zeros(folder.parent, zeros)  # first: a 0 that is not known as ours would stay
    for table in changed:
        marks.write_table(table)
        lines.append(f"written: {table.path}")
    return lines + marks.unread_tables(folder)


def gradebook(book: Book) -> Iterator[list[Any]]:
    """The head, the row POSSIBLE, and a row for each student; `late_days` are the most of any."""
    grading = book.grading
    most = [exercise.points for exercise in grading.exercises.values()]
    has_sections = any(graded.submission.section for graded in grading.students)
    sections = ["section"] if has_sections else []
    late = ["late_days"] if book.agreed.has_dates else []
    yield ["student", *sections, *grading.exercises, *late, "total"]
    yield [POSSIBLE, *[""] * len(sections), *most, *[""] * len(late), sum(most)]
    for graded in grading.students:
        points = book.points(graded)
        row: list[Any] = [graded.submission.student]
        if sections:
            row.append(graded.submission.section)
        row += map(as_text, points)
        if late:
            row.append(max(book.late_days(graded, name) for name in grading.exercises))
        yield [*row, as_text(total(points))]


def as_text(points: float | None) -> str:
    """Points to two places at most; "" where they are not known."""
    return "" if points is None else f"{points:.2f}".rstrip("0").rstrip(".")


def junit(students: Sequence[GradedSubmission]) -> str:
    """The verdicts as a report of JUnit: a suite for each student, a case for each answer."""
    root = ElementTree.Element("testsuites")
    for graded in students:
        suite = ElementTree.SubElement(root, "testsuite", name=file_stem(graded.submission.student))
        for name, record in graded.records.items():
            if record.outcome == MISSING or record.reason == NOT_ASKED:
                continue
            case = ElementTree.SubElement(suite, "testcase", name=name)
            if record.outcome != CORRECT:
                kind = "error" if record.outcome == NOT_JUDGED else "failure"
                ElementTree.SubElement(case, kind, message=record.outcome)
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
    overrides = {
        what: {"points": override.points, "reason": override.reason}
        for (student, what), override in book.corrections.overrides.items()
        if student == submission.student
    }
    return {
        "student": submission.student,
        "section": submission.section,
        "ids": submission.ids,
        "notes": submission.notes,
        "left_out": submission.left_out,
        "answers": answers,
        "marks": {question: _mark_as_json(book, graded, question) for question in book.tables},
        "overrides": overrides,
        "points": dict(zip(names, book.points(graded), strict=True)),
        "late_days": {name: book.late_days(graded, name) for name in names},
    }


def _mark_as_json(book: Book, graded: GradedSubmission, question: str) -> dict[str, Any]:
    """What a person gave for an answer in words; `points` None where nobody has yet."""
    student, table = graded.submission.student, book.tables[question]
    return {
        "points": table.points.get(student),
        "criteria": table.criteria.get(student, {}),
        "comment": table.comments.get(student, ""),
    }
