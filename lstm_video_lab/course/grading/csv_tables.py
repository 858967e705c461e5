"""Tables that people save from spreadsheets: read whatever letters and separators they have.

A table is understood as a whole or not at all: what is ambiguous is a ValueError that names file,
row and column.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TypeVar

import charset_normalizer

from lstm_video_lab.course.grading.spreadsheets import without_formula

SEPARATORS = ",;\t|"
BYTE_ORDER_MARKS = {  # the longer ones first
    b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe\0\0": "utf-32", b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16",
}  # fmt: skip
ONE_BYTE = ("cp1252", "mac_roman", "cp1250", "iso8859_15", "cp850", "cp1251")  # of spreadsheets
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)", re.ASCII)
_SAYS_SEPARATOR = re.compile(r'\ufeff?"?sep=(.)"?\r?\n?', re.IGNORECASE)
Understood = TypeVar("Understood")


@dataclass
class Sheet:
    """A table as it lies in its file."""

    path: Path
    head: list[str]
    rows: list[tuple[int, list[str]]]  # (number in the file, cells), each as wide as the head
    encoding: str = "utf-8"
    separator: str = ","
    says_separator: bool = False  # a first line "sep=;", for Excel

    def column(self, *names: str) -> int | None:
        return column_of(self.head, *names)


def column_of(head: Sequence[str], *names: str) -> int | None:
    """The number of the column with one of these names, the first name first."""
    plain = [plain_text(name) for name in head]
    return next((plain.index(name) for name in names if name in plain), None)


def read_sheet(
    path: Path,
    needed: Sequence[str | tuple[str, ...]],
    understand: Callable[[Sheet], Understood],
    once: Sequence[str] = (),
) -> Understood:
    """What a function makes of a table; of several ways to read its letters, the first that it
    takes.

    needed  the columns without which this is no such table; of a tuple of names, one
    once    columns that may not be there twice
    Raises ValueError that names file, row and column.
    """
    data = path.read_bytes()
    refused = None
    for encoding in _encodings(data):
        try:
            return understand(_read_text(path, data.decode(encoding), encoding, needed, once))
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


def _read_text(
    path: Path,
    text: str,
    encoding: str,
    needed: Sequence[str | tuple[str, ...]],
    once: Sequence[str],
) -> Sheet:
    match = _SAYS_SEPARATOR.match(text)
    separators = match[1] if match else SEPARATORS
    body = text[match.end() :] if match else text
    choices = [(one,) if isinstance(one, str) else one for one in needed]
    fitting = []
    for separator in separators:
        rows = _rows(body, separator)
        head = {plain_text(cell) for cell in rows[0][1]} if rows else set()
        if all(head & {*names} for names in choices):
            fitting.append((separator, rows))
    if len({len(rows[0][1]) for _, rows in fitting}) != 1 or not fitting:
        raise ValueError(
            f"{path}: its first row does not say where "
            f"{' and '.join(names[0] for names in choices)} are: "
            "give each a column of that name, and save as CSV"
        )
    separator, rows = fitting[0]
    sheet = Sheet(path, rows[0][1], rows[1:], encoding, separator, match is not None)
    plain = [plain_text(name) for name in sheet.head]
    for name in once:
        if plain.count(name) > 1:
            refuse(path, 1, name, "there are two such columns: rename one")
    sheet.rows = [(number, _as_wide(sheet, number, row)) for number, row in sheet.rows]
    return sheet


def _rows(text: str, separator: str) -> list[tuple[int, list[str]]]:
    """Rows that hold something, with their numbers in the file; [] for what is no such table."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        return [(number, row) for number, row in enumerate(reader, 1) if any(map(str.strip, row))]
    except csv.Error:
        return []


def _as_wide(sheet: Sheet, number: int, row: list[str]) -> list[str]:
    width = len(sheet.head)
    if any(cell.strip() for cell in row[width:]):
        words = f"{len(row)} cells where the first row has {width}: is a comma not in quotes?"
        refuse(sheet.path, number, None, words)
    return [*row, *[""] * width][:width]


def refuse(path: Path, row: int, column: str | None, words: str) -> NoReturn:
    place = f", column {column!r}" if column else ""
    raise ValueError(f"{path}, row {row}{place}: {words}")


def read_points(
    path: Path, row: int, column: str, whose: str, text: str, most: float
) -> float | None:
    """Points that a person typed, None where nothing is written. Raises ValueError."""
    plain = unicodedata.normalize("NFKC", text).strip().removeprefix("'").strip()
    if not plain:
        return None
    value = float(plain.replace(",", ".")) if _NUMBER.fullmatch(plain) else -1.0
    if not 0 <= value <= most:
        words = f"{whose} has {plain!r} points: give a number from 0 to {most:g}"
        refuse(path, row, column, words)
    return value


def plain_text(text: str) -> str:
    """A name whatever its case, its spaces and the way its letters are composed."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("\ufeff", "").split())


def _name(cell: str) -> str:
    """The same without the marks that keep a field from being a formula."""
    return plain_text(plain_text(cell).replace("'", ""))


class Names:
    """Names as spreadsheets write them → names of students.

    students  all whom a name may mean
    now       of some of them: what they are called now
    """

    def __init__(self, students: Collection[str], now: Mapping[str, str] | None = None) -> None:
        self.now = now or {}
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
        plain = self.plain.get(_name(cell), set())
        students = self.exact.get(cell) or self.written.get(cell) or plain
        return {self.now.get(student, student) for student in students}

    def the_one(self, path: Path, row: int, column: str, cell: str) -> str:
        """The student that a cell means. Raises ValueError where that is nobody, or two."""
        students = self.find(cell)
        if len(students) != 1:
            words = "is two students" if students else "is nobody of this grading"
            refuse(path, row, column, f"{cell!r} {words}: write the name as it was")
        (student,) = students
        return student
