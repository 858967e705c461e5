"""Marks that people type into `written/QUESTION.csv`: read whatever a spreadsheet made of them.

A table is understood as a whole or not at all: what is ambiguous is refused by file, row and
column, and nothing is written then. A rewrite keeps columns, order and what was typed; the file as
it was is put into `written/earlier/` first.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from lstm_video_lab.course.grading.csv_tables import (
    Names,
    Sheet,
    column_of,
    misread_as,
    plain_text,
    read_points,
    read_sheet,
    refuse,
)
from lstm_video_lab.course.grading.spreadsheets import without_formula
from lstm_video_lab.files import write_whole

STUDENT, POINTS, ANSWER = HEAD = ("student", "points", "answer")
COMMENT = ("comment", "comments")  # a column that people may add: it goes onto the student's page


@dataclass
class MarksTable:
    """A table of marks as it lies in its file, and what it says."""

    path: Path
    head: list[str] = field(default_factory=lambda: list(HEAD))
    rows: list[list[str]] = field(default_factory=list)
    students: list[str] = field(default_factory=list)  # of each row, as the grading calls them
    encoding: str = "utf-8"
    separator: str = ","
    says_separator: bool = False  # a first line "sep=;", for Excel
    points: dict[str, float] = field(default_factory=dict)  # where a person has given some
    rubric: Mapping[str, float] = field(default_factory=dict)  # criterion → the most points
    criteria: dict[str, dict[str, float]] = field(default_factory=dict)  # student → criterion → …
    zeros: set[str] | None = None  # names in rows whose 0 is the grader's; None: not known
    no_marks: set[str] = field(default_factory=set)  # students whose rows have no mark of a person

    def column(self, *names: str) -> int | None:
        return column_of(self.head, *names)

    def is_beforehand(self, row: list[str]) -> bool:
        """Whether the 0 of a row is the grader's own, for handing in nothing."""
        answer = self.column(ANSWER)
        if answer is None or row[answer] or row[self.column(POINTS) or 0] != "0":
            return False
        return self.zeros is None or plain_text(row[self.column(STUDENT) or 0]) in self.zeros

    @property
    def comments(self) -> dict[str, str]:
        column = self.column(*COMMENT)
        if column is None:
            return {}
        pairs = zip(self.students, self.rows, strict=True)
        return {student: row[column].strip() for student, row in pairs if row[column].strip()}


def read_tables(
    folder: Path,
    questions: dict[str, int],
    students: Collection[str] | Names,
    rubrics: Mapping[str, Mapping[str, float]] | None = None,
    zeros: Mapping[str, set[str]] | None = None,
) -> dict[str, MarksTable]:
    """Question → its table, for those that are there.

    questions  name → the most points
    students   all that this grading knows, those of earlier times too
    rubrics    question → criterion → the most points
    zeros      question → names in rows whose 0 is the grader's
    Raises ValueError for the first table that is not wholly understood.
    """
    tables = {}
    for question, most in questions.items():
        path = folder / f"{question}.csv"
        if path.is_file():
            rubric = (rubrics or {}).get(question, {})
            tables[question] = read_table(path, most, students, rubric, (zeros or {}).get(question))
    return tables


def read_table(
    path: Path,
    most: int,
    students: Collection[str] | Names,
    rubric: Mapping[str, float] | None = None,
    zeros: set[str] | None = None,
) -> MarksTable:
    """One table of marks. Raises ValueError that names file, row and column."""
    names = students if isinstance(students, Names) else Names(students)

    def understand(sheet: Sheet) -> MarksTable:
        table = MarksTable(
            path,
            head=sheet.head,
            encoding=sheet.encoding,
            separator=sheet.separator,
            says_separator=sheet.says_separator,
            rubric=rubric or {},
            zeros=zeros,
        )
        for number, row in sheet.rows:
            _add_row(table, number, row, most, names)
        return table

    once = (*HEAD, *map(plain_text, rubric or {}))
    needed = (STUDENT, POINTS)
    return read_sheet(path, needed, understand, once, names=[STUDENT], known=names.known)


def _add_row(table: MarksTable, number: int, row: list[str], most: int, names: Names) -> None:
    name, mark = row[table.column(STUDENT) or 0], row[table.column(POINTS) or 0]
    student = names.the_one(table.path, number, STUDENT, name)
    points = read_points(table.path, number, POINTS, student, mark, most)
    points = _with_rubric(table, number, student, row, points)
    answer = table.column(ANSWER)
    says_nothing = points is None and answer is not None and not row[answer]
    is_no_mark = says_nothing or table.is_beforehand(row)
    if student not in table.students:
        if is_no_mark:
            table.no_marks.add(student)
    elif student in table.no_marks:
        table.points.pop(student, None)
        if is_no_mark:
            points = None
        else:
            table.no_marks.remove(student)
    elif is_no_mark:
        points = table.points.get(student)
    elif table.points.get(student) != points:
        words = f"{student} has another row, with another mark: take one of them out"
        refuse(table.path, number, POINTS, words)
    if points is not None:
        table.points[student] = points
    table.students.append(student)
    table.rows.append(row)


def _with_rubric(
    table: MarksTable, number: int, student: str, row: list[str], points: float | None
) -> float | None:
    """The sum of the criteria where points are not typed; None while one of them is not given."""
    criteria = {}
    for criterion, most in table.rubric.items():
        column = table.column(plain_text(criterion))
        text = "" if column is None else row[column]
        value = read_points(table.path, number, criterion, student, text, most)
        if value is not None:
            criteria[criterion] = value
    if not criteria:
        return points
    if len(criteria) < len(table.rubric):
        if points is not None:
            missing = next(name for name in table.rubric if name not in criteria)
            words = f"{student} has points, and none for {missing!r}: give both or leave one empty"
            refuse(table.path, number, POINTS, words)
        return None
    summed = sum(criteria.values())
    if points is not None and abs(points - summed) > 0.005:
        words = f"{student} has {points:g} points, and {summed:g} by the rubric: empty one of them"
        refuse(table.path, number, POINTS, words)
    table.criteria[student] = criteria
    return summed


def update_table(table: MarksTable, answers: dict[str, str], absent: Collection[str]) -> bool:
    """Put what students wrote into a table; whether anything changed.

    answers  student → text, for each student of this grading
    absent   those of them who handed nothing in: they get a 0 beforehand
    """
    before = [list(row) for row in (table.head, *table.rows)]
    for criterion in table.rubric:
        if table.column(plain_text(criterion)) is None:
            table.head.append(criterion)
    table.rows = [[*row, *[""] * (len(table.head) - len(row))] for row in table.rows]
    for student, text in answers.items():
        if student not in table.students:
            table.students.append(student)
            row = [""] * len(table.head)
            row[table.column(STUDENT) or 0] = without_formula(student)
            table.rows.append(row)
        _merge_rows(table, student)
        for row in _rows_of(table, student):
            _update_row(table, row, student, text, student in absent)
    ours = [row for row in table.rows if table.is_beforehand(row)]
    table.zeros = {plain_text(row[table.column(STUDENT) or 0]) for row in ours}
    return [table.head, *table.rows] != before


def _rows_of(table: MarksTable, student: str) -> list[list[str]]:
    pairs = zip(table.students, table.rows, strict=True)
    return [row for of_row, row in pairs if of_row == student]


def _merge_rows(table: MarksTable, student: str) -> None:
    """One row is left of those in which nobody has written anything, where there are several."""
    points, answer = table.column(POINTS), table.column(ANSWER)
    assert points is not None
    own = {table.column(STUDENT), points, answer}
    rows = _rows_of(table, student)
    empty = []
    for row in rows:
        others = [cell for place, cell in enumerate(row) if place not in own]
        if not any(map(str.strip, others)) and (
            not row[points].strip() or table.is_beforehand(row)
        ):
            empty.append(row)
    if len(empty) == len(rows):  # the one that has an answer, else the first
        has_answer = [row for row in rows if answer is not None and row[answer]]
        kept = (has_answer or rows)[0]
        empty = [row for row in empty if row is not kept]
    gone = {id(row) for row in empty}
    places = [place for place, row in enumerate(table.rows) if id(row) not in gone]
    table.students = [table.students[place] for place in places]
    table.rows = [table.rows[place] for place in places]


def _update_row(
    table: MarksTable, row: list[str], student: str, text: str, is_absent: bool
) -> None:
    points, answer = table.column(POINTS), table.column(ANSWER)
    assert points is not None
    if table.is_beforehand(row) and text:
        row[points] = ""  # the 0 was for handing in nothing
        table.points.pop(student, None)
    elif is_absent and student not in table.points:
        row[points] = "0"
        table.points[student] = 0.0
        if table.zeros is not None:
            table.zeros.add(plain_text(row[table.column(STUDENT) or 0]))
    if answer is not None:
        row[answer] = without_formula(text)


def write_table(table: MarksTable) -> None:
    """Write a table in the form that it had, and keep the file that was there."""
    page = io.StringIO()
    if table.says_separator:
        page.write(f"sep={table.separator}\r\n")
    writer = csv.writer(page, delimiter=table.separator, lineterminator="\n")
    writer.writerow(table.head)
    writer.writerows(table.rows)
    try:
        data = page.getvalue().encode(table.encoding)
    except UnicodeEncodeError:
        data = page.getvalue().encode("utf-8-sig")
    table.path.parent.mkdir(parents=True, exist_ok=True)
    if table.path.is_file():
        keep_earlier(table.path)
    write_whole(table.path, data)


def keep_earlier(path: Path) -> Path:
    """A copy of a file beside it, under the time of now; nothing there is overwritten."""
    folder = path.parent / "earlier"
    folder.mkdir(exist_ok=True)
    time = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S")
    number = 0
    while (copy := folder / f"{path.stem}.{time}.{number}{path.suffix}").exists():
        number += 1
    shutil.copy2(path, copy)
    return copy


def misread_rows(table: MarksTable, students: Collection[str]) -> list[str]:
    """A line for each row that is nobody's of this grading, and may be meant for one of them."""
    lines = []
    for student in dict.fromkeys(table.students):
        meant = misread_as(student, students) if student not in students else []
        if meant:
            who = " or ".join(map(repr, meant))
            lines.append(
                f"{table.path}: {student!r} is nobody of this grading, and counts for nothing: "
                f"if it is {who}, write that name"
            )
    return lines


def unread_tables(folder: Path) -> list[str]:
    """A line for each table that was saved in a form that is not read."""
    other = [path for path in sorted(folder.glob("*.*")) if path.suffix.lower() in (
        ".xlsx", ".xls", ".ods", ".numbers", ".tsv", ".txt")]  # fmt: skip
    return [f"not read: {path}: save it as {path.stem}.csv" for path in other]
