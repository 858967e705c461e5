"""Marks that people type into `written/QUESTION.csv`: read whatever a spreadsheet made of them.

A table is understood as a whole or not at all: what is ambiguous is refused by file, row and
column, and nothing is written then. A rewrite keeps columns, order and what was typed; the file as
it was is put into `written/earlier/` first.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import charset_normalizer

from lstm_video_lab.course.grading.spreadsheets import without_formula
from lstm_video_lab.files import write_whole

STUDENT, POINTS, ANSWER = HEAD = ("student", "points", "answer")
COMMENT = ("comment", "comments")  # a column that people may add: it goes onto the student's page
SEPARATORS = ",;\t|"
BYTE_ORDER_MARKS = {  # the longer ones first
    b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe\0\0": "utf-32", b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16",
}  # fmt: skip
ONE_BYTE = ("cp1252", "mac_roman", "cp1250", "iso8859_15", "cp850", "cp1251")  # of spreadsheets
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)", re.ASCII)
_SAYS_SEPARATOR = re.compile(r'\ufeff?"?sep=(.)"?\r?\n?', re.IGNORECASE)


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

    def column(self, *names: str) -> int | None:
        """The number of the column with one of these names."""
        plain = [_plain(name) for name in self.head]
        return next((plain.index(name) for name in names if name in plain), None)

    @property
    def comments(self) -> dict[str, str]:
        column = self.column(*COMMENT)
        if column is None:
            return {}
        pairs = zip(self.students, self.rows, strict=True)
        return {student: row[column].strip() for student, row in pairs if row[column].strip()}


def read_tables(
    folder: Path, questions: dict[str, int], students: Collection[str]
) -> dict[str, MarksTable]:
    """Question → its table, for those that are there.

    questions  name → the most points
    students   all that this grading knows, those of earlier times too
    Raises ValueError for the first table that is not wholly understood.
    """
    tables = {}
    for question, most in questions.items():
        path = folder / f"{question}.csv"
        if path.is_file():
            tables[question] = read_table(path, most, students)
    return tables


def read_table(path: Path, most: int, students: Collection[str]) -> MarksTable:
    """One table of marks. Raises ValueError that names file, row and column."""
    data = path.read_bytes()
    names = _Names(students)
    refused = None
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
            return _read_text(path, text, encoding, most, names)
        except UnicodeError:
            continue
        except ValueError as error:
            refused = refused or error
    raise refused or ValueError(f"{path}: its letters cannot be read: save it as CSV in UTF-8")


def _encodings(data: bytes) -> Iterator[str]:
    """In which a file may be: one, if it says so itself; else the likely ones, best first."""
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            yield encoding
            return
    if b"\0" in data[:2]:
        yield "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
        return
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        found = charset_normalizer.from_bytes(data, cp_isolation=list(ONE_BYTE))
        likely = [match.encoding for match in found]
        yield from likely
        yield from (encoding for encoding in ONE_BYTE if encoding not in likely)
    else:
        yield "utf-8"


def _read_text(path: Path, text: str, encoding: str, most: int, names: _Names) -> MarksTable:
    match = _SAYS_SEPARATOR.match(text)
    separators = match[1] if match else SEPARATORS
    body = text[match.end() :] if match else text
    fitting = []
    for separator in separators:
        rows = _rows(body, separator)
        head = [_plain(cell) for cell in rows[0][1]] if rows else []
        if STUDENT in head and POINTS in head:
            fitting.append((separator, rows))
    if len(fitting) != 1:
        raise ValueError(
            f"{path}: its first row does not say where student and points are: "
            "give each a column of that name, and save as CSV"
        )
    separator, rows = fitting[0]
    table = MarksTable(
        path,
        head=rows[0][1],
        encoding=encoding,
        separator=separator,
        says_separator=match is not None,
    )
    _refuse_broken_head(table)
    for number, row in rows[1:]:
        _add_row(table, number, row, most, names)
    return table


def _rows(text: str, separator: str) -> list[tuple[int, list[str]]]:
    """Rows that hold something, with their numbers in the file; [] for what is no such table."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        return [(number, row) for number, row in enumerate(reader, 1) if any(map(str.strip, row))]
    except csv.Error:
        return []


def _refuse_broken_head(table: MarksTable) -> None:
    plain = [_plain(name) for name in table.head]
    for name in HEAD:
        if plain.count(name) > 1:
            _refuse(table.path, 1, name, "there are two such columns: rename one")


def _add_row(table: MarksTable, number: int, row: list[str], most: int, names: _Names) -> None:
    width = len(table.head)
    if any(cell.strip() for cell in row[width:]):
        words = f"{len(row)} cells where the first row has {width}: is a comma not in quotes?"
        _refuse(table.path, number, None, words)
    row = [*row, *[""] * width][:width]
    name, mark = row[table.column(STUDENT) or 0], row[table.column(POINTS) or 0]
    found = names.find(name)
    if len(found) != 1:
        words = "is two students" if found else "is nobody of this grading"
        _refuse(table.path, number, STUDENT, f"{name!r} {words}: write the name as it was")
    (student,) = found
    points = _read_mark(table.path, number, student, mark, most)
    if student in table.students and table.points.get(student) != points:
        words = f"{student} has another row, with another mark: take one of them out"
        _refuse(table.path, number, POINTS, words)
    if points is not None:
        table.points[student] = points
    table.students.append(student)
    table.rows.append(row)


def _read_mark(path: Path, row: int, student: str, text: str, most: int) -> float | None:
    """None where nothing is written."""
    plain = unicodedata.normalize("NFKC", text).strip().removeprefix("'").strip()
    if not plain:
        return None
    value = float(plain.replace(",", ".")) if _NUMBER.fullmatch(plain) else -1.0
    if not 0 <= value <= most:
        words = f"{student} has {plain!r} points: give a number from 0 to {most}"
        _refuse(path, row, POINTS, words)
    return value


def _refuse(path: Path, row: int, column: str | None, words: str) -> NoReturn:
    place = f", column {column!r}" if column else ""
    raise ValueError(f"{path}, row {row}{place}: {words}")


def _plain(text: str) -> str:
    """A name whatever its case, its spaces and the way its letters are composed."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("\ufeff", "").split())


def _name(cell: str) -> str:
    """The same without the marks that keep a field from being a formula."""
    return _plain(_plain(cell).replace("'", ""))


class _Names:
    """Names as spreadsheets write them → names of students."""

    def __init__(self, students: Collection[str]) -> None:
        self.exact: dict[str, set[str]] = {}
        self.written: dict[str, set[str]] = {}
        self.plain: dict[str, set[str]] = {}
        for student in students:
            self.exact.setdefault(without_formula(student), set()).add(student)
            self.written.setdefault(student, set()).add(student)
            self.plain.setdefault(_name(student), set()).add(student)

    def find(self, cell: str) -> set[str]:
        """The students that a cell may mean: by the name as we write it, else by all that is like
        it.
        """
        for names, name in ((self.exact, cell), (self.written, cell)):
            if name in names:
                return names[name]
        return self.plain.get(_name(cell), set())


def update_table(table: MarksTable, answers: dict[str, str], absent: Collection[str]) -> bool:
    """Put what students wrote into a table; whether anything changed.

    answers  student → text, for each student of this grading
    absent   those of them who handed nothing in: they get a 0 beforehand
    """
    before = [list(row) for row in table.rows]
    points, answer = table.column(POINTS), table.column(ANSWER)
    assert points is not None
    for student, text in answers.items():
        if student not in table.students:
            table.students.append(student)
            row = [""] * len(table.head)
            row[table.column(STUDENT) or 0] = without_formula(student)
            table.rows.append(row)
        for place, of_row in enumerate(table.students):
            if of_row == student:
                row = table.rows[place]
                beforehand = answer is not None and not row[answer] and row[points] == "0"
                if beforehand and student not in absent:
                    row[points] = ""  # the 0 was for handing in nothing
                    table.points.pop(student, None)
                elif not row[points].strip() and student in absent:
                    row[points] = "0"
                    table.points[student] = 0.0
                if answer is not None:
                    row[answer] = without_formula(text)
    return table.rows != before


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


def unread_tables(folder: Path) -> list[str]:
    """A line for each table that was saved in a form that is not read."""
    other = [path for path in sorted(folder.glob("*.*")) if path.suffix.lower() in (
        ".xlsx", ".xls", ".ods", ".numbers", ".tsv", ".txt")]  # fmt: skip
    return [f"not read: {path}: save it as {path.stem}.csv" for path in other]
