"""Tables that people save from spreadsheets: read whatever letters and separators they have.

A table is understood as a whole or not at all: what is ambiguous is a ValueError that names file,
row and column.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TypeVar

from lstm_video_lab.course.grading.letters import (
    encodings_of,
    possible_readings,
    without_accents,
)
from lstm_video_lab.course.grading.spreadsheets import without_formula

SEPARATORS = ",;\t|"
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
    names: Sequence[str] = (),
    known: Sequence[Callable[[str], bool]] = (),
) -> Understood:
    """What a function makes of a table.

    needed  the columns without which this is no such table; of a tuple of names, one
    once    columns that may not be there twice
    names   columns whose letters must be certain
    known   whether one of those names is known, the weightiest first
    Raises ValueError that names file, row and column.
    """
    sheets = _readings(path, needed, once)
    heads = [len({*map(plain_text, sheet.head)} & {*once}) for sheet in sheets]
    sheets = [sheet for sheet, count in zip(sheets, heads, strict=True) if count == max(heads)]
    cells = [_cells_of(sheet, names) for sheet in sheets]
    first, *others = possible_readings(cells, known)
    for one, other in zip(cells[first], cells[others[0]] if others else [], strict=False):
        if one != other:
            words = f"{one!r} may also be {other!r}, by its letters: save it as CSV in UTF-8"
            raise ValueError(f"{path}: {words}")
    return understand(sheets[first])


def _readings(
    path: Path, needed: Sequence[str | tuple[str, ...]], once: Sequence[str]
) -> list[Sheet]:
    """A table in each of the ways in which its letters may be read; at least one."""
    data = path.read_bytes()
    sheets = []
    for encoding in encodings_of(data):
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        sheets.append(_read_text(path, text, encoding, needed, once))
    if not sheets:
        raise ValueError(f"{path}: its letters cannot be read: save it as CSV in UTF-8")
    return sheets


def _cells_of(sheet: Sheet, names: Sequence[str]) -> list[str]:
    """All that stands in the columns of these names."""
    columns = [place for place, name in enumerate(sheet.head) if plain_text(name) in names]
    return [row[place] for _, row in sheet.rows for place in columns]


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


def misread_as(name: str, students: Collection[str]) -> list[str]:
    """Those whose name is the same but for letters beyond ASCII, or their accents."""
    keys = _folded(name)
    return sorted(one for one in students if one != name and keys & _folded(one))


def _folded(name: str) -> set[str]:
    plain = unicodedata.normalize("NFC", _name(name))
    return {re.sub(r"[^\0-\x7f]+", "?", plain), without_accents(plain)}


class Names:
    """Names as spreadsheets write them → names of students.

    students  all whom a name may mean
    now       of some of them: what they are called now
    present   those of this grading; None: all of them
    """

    def __init__(
        self,
        students: Collection[str],
        now: Mapping[str, str] | None = None,
        present: Collection[str] | None = None,
    ) -> None:
        self.now = now or {}
        self.present = {*(students if present is None else present)}
        self.known = (self._is_present, lambda cell: bool(self.find(cell)))
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

    def _is_present(self, cell: str) -> bool:
        return bool(self.find(cell) & self.present)

    def the_one(self, path: Path, row: int, column: str, cell: str) -> str:
        """The student that a cell means. Raises ValueError where that is nobody, or two."""
        students = self.find(cell)
        if len(students) != 1:
            words = "is two students" if students else "is nobody of this grading"
            refuse(path, row, column, f"{cell!r} {words}: write the name as it was")
        (student,) = students
        return student
