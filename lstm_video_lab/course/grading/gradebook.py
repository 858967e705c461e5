"""What a grading leaves for the instructor: the gradebook, marks for words, exports, likenesses.

`gradebook.csv` has a row for each student and a column for each exercise; its first row, "max", has
the points there are. Questions answered in words are gathered in `written/QUESTION.csv`, whose
column `points` a person fills in; the next grading adds them.
"""

from __future__ import annotations

import csv
import io
import json
import math
import tokenize
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from pathlib import Path
from typing import Any

from lstm_video_lab.course.exercises import STUB, Exercise, cut_code
from lstm_video_lab.course.grading.grade import Graded, Grading, slug
from lstm_video_lab.course.grading.intake import LATE
from lstm_video_lab.files import write_whole

DAY = 24 * 3600.0
ALIKE = 0.8  # share of common runs of tokens from which two answers are reported
RUN = 6  # tokens in a run
LEAST_RUNS = 12  # shorter answers are alike by chance
COMMON = 10  # what more students than these have in common is the way to do it, and tells nothing
_BEGINS = tuple("=+-@'\t\r\n")  # a formula in a spreadsheet, or our own mark of what is none


@dataclass(frozen=True)
class Book:
    """A grading with what people add to it.

    marks         question → student → points, from the tables that a person has filled in
    due           until when, as 2026-12-01 or 2026-12-01T18:00; "" for any time
    late_per_day  per cent of an exercise's points that each day begun after that costs
    """

    grading: Grading
    marks: dict[str, dict[str, float]]
    due: str = ""
    late_per_day: float = 0.0

    def points(self, one: Graded) -> list[float]:
        """Of each exercise: its answers, its words where they are marked, less what is late."""
        return [
            (one.points(exercise) + sum(self._words(one, exercise)))
            * max(0.0, 1 - self.late_days(one, name) * self.late_per_day / 100)
            for name, exercise in self.grading.exercises.items()
        ]

    def _words(self, one: Graded, exercise: Exercise) -> Iterator[float]:
        for name in exercise.written:
            yield self.marks.get(name, {}).get(one.submission.student, 0.0)

    def late_days(self, one: Graded, exercise: str) -> int:
        """Days begun after `due`; at least one where the file's name says that it is late."""
        if not self.due or exercise not in one.submission.files:
            return 0
        said = bool(LATE.search(one.submission.files[exercise].stem))
        return max(
            int(said), math.ceil((one.submission.times[exercise] - until(self.due)) / DAY), 0
        )


def read_book(grading: Grading, out: Path, due: str = "", late_per_day: float = 0.0) -> Book:
    """The book of a grading with the marks in `out`.

    Raises ValueError for marks that are no numbers.
    """
    return Book(grading, read_marks(grading, out / "written"), due, late_per_day)


def write(book: Book, out: Path) -> list[str]:
    """Write every file of a grading; returns a line for each."""
    grading = book.grading
    told = [
        _write(out / "gradebook.csv", _table(gradebook(book))),
        _write(out / "gradebook.json", json.dumps(_all(book), indent=1) + "\n"),
        _write(out / "junit.xml", together([out / "junit" / f"{slug(one.submission.student)}.xml"
                                            for one in grading.students])),
        _write(out / "similarity.csv", _table(likenesses(grading))),
    ]  # fmt: skip
    told += [_write(path, text) for path, text in written(book, out / "written")]
    told += [_write(out / f"{lms}.csv", _table(rows)) for lms, rows in exports(book)]
    return told


def _write(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text)
    return f"written: {path}"


def _table(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV; no cell begins a formula in a spreadsheet."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    for row in rows:
        writer.writerow([f"'{cell}" if str(cell)[:1] in _BEGINS and not _is_number(cell)
                         else cell for cell in row])  # fmt: skip
    return page.getvalue()


def _is_number(cell: Any) -> bool:
    with suppress(ValueError):
        float(cell)
        return True
    return False


def gradebook(book: Book) -> Iterator[list[Any]]:
    """The head, the row "max", and a row for each student; `late_days` are the most of any."""
    grading, due = book.grading, book.due
    most = [exercise.points for exercise in grading.exercises.values()]
    yield ["student", *grading.exercises, *(["late_days"] if due else []), "total"]
    yield ["max", *most, *([""] if due else []), sum(most)]
    for one in grading.students:
        points = book.points(one)
        late = max(book.late_days(one, name) for name in grading.exercises)
        words = [*map(_short, points), *([late] if due else []), _short(sum(points))]
        yield [one.submission.student, *words]


def _short(points: float) -> str:
    return f"{points:.2f}".rstrip("0").rstrip(".")


def until(due: str) -> float:
    """Seconds since 1970. Raises ValueError for a date that cannot be read."""
    try:
        told = datetime.fromisoformat(due)
    except ValueError:
        raise ValueError(
            f"--due {due!r} is no date: write 2026-12-01 or 2026-12-01T18:00"
        ) from None
    return told.timestamp() + (DAY if len(due) <= 10 else 0)  # a day ends at midnight


def read_marks(grading: Grading, folder: Path) -> dict[str, dict[str, float]]:
    """Question → student → points, from the tables that a person has filled in."""
    marks: dict[str, dict[str, float]] = {}
    for exercise in grading.exercises.values():
        for name, most in exercise.written.items():
            path = folder / f"{name}.csv"
            if not path.is_file():
                continue
            with path.open(encoding="utf-8-sig", newline="") as file:
                for row in csv.DictReader(file):
                    told = (row.get("points") or "").strip()
                    if told:
                        student = _plain(row.get("student") or "")
                        marks.setdefault(name, {})[student] = _mark(path, student, told, most)
    return marks


def _plain(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" else cell


def _mark(path: Path, student: str, told: str, most: int) -> float:
    try:
        value = float(told.replace(",", "."))
    except ValueError:
        value = math.nan
    if not 0 <= value <= most:
        raise ValueError(f"{path}: {student} has {told!r} points: give a number from 0 to {most}")
    return value


def written(book: Book, folder: Path) -> Iterator[tuple[Path, str]]:
    """A table for each question: what each student wrote, and the points given so far."""
    for exercise in book.grading.exercises.values():
        for name in exercise.written:
            given = book.marks.get(name, {})
            rows: list[list[Any]] = [["student", "points", "answer"]]
            for one in book.grading.students:
                text = one.submission.written.get(name, "")
                student = one.submission.student
                points = _short(given[student]) if student in given else ""
                rows.append([student, points if text else points or "0", text])
            yield folder / f"{name}.csv", _table(rows)


def exports(book: Book) -> Iterator[tuple[str, list[list[Any]]]]:
    """Tables that Canvas and Moodle take in, for the students whose ids are known."""
    grading = book.grading
    heads = {"canvas": ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"],
             "moodle": ["Identifier", "Full name"]}  # fmt: skip
    for lms, head in heads.items():
        rows: list[list[Any]] = [[*head, *grading.exercises]]
        if lms == "canvas":
            most = [exercise.points for exercise in grading.exercises.values()]
            rows.append(["    Points Possible", "", "", "", "", *most])
        known = [one for one in grading.students if lms in one.submission.ids]
        for one in known:
            number = one.submission.ids[lms]
            who = one.submission.student
            first = [who, number, "", "", ""] if lms == "canvas" else [f"Participant {number}", who]
            rows.append([*first, *map(_short, book.points(one))])
        if known:
            yield lms, rows


def likenesses(grading: Grading) -> Iterator[list[Any]]:
    """Pairs of students whose answers have most runs of tokens in common, whatever the names."""
    yield ["answer", "one", "other", "alike"]
    found: list[tuple[float, list[Any]]] = []
    for exercise in grading.exercises.values():
        for name, answer in exercise.answers.items():
            known = runs_of(cut_code(answer.source).replace(STUB, ""))
            each = {
                one.submission.student: runs_of(one.submission.answers.get(name, "")) - known
                for one in grading.students
            }
            shared = Counter(run for runs in each.values() for run in runs)
            common = {run for run, count in shared.items() if count > COMMON}
            each = {student: runs - common for student, runs in each.items()}
            for (a, left), (b, right) in combinations(each.items(), 2):
                if min(len(left), len(right)) >= LEAST_RUNS:
                    alike = len(left & right) / len(left | right)
                    if alike >= ALIKE:
                        found.append((alike, [name, a, b, f"{alike:.2f}"]))
    yield from (row for _, row in sorted(found, key=lambda pair: (-pair[0], pair[1])))


def runs_of(source: str) -> set[tuple[str, ...]]:
    """Runs of tokens, with every name and number as one word: renaming changes nothing."""
    words: list[str] = []
    skipped = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
               tokenize.ENCODING, tokenize.ENDMARKER)  # fmt: skip
    with suppress(tokenize.TokenError, IndentationError, SyntaxError, ValueError):
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type in skipped or (token.type == tokenize.STRING and '"""' in token.string):
                continue
            named = token.type == tokenize.NAME and token.string not in _OWN_WORDS
            words.append("name" if named else token.string)
    return {tuple(words[k : k + RUN]) for k in range(len(words) - RUN + 1)}


_OWN_WORDS = frozenset(
    ("torch", "np", "sigmoid", "tanh", "chunk", "stack", "einsum", "zeros", "range", "for", "in")
)


def together(files: Sequence[Path]) -> str:
    """Several reports of junit in one."""
    root = ElementTree.Element("testsuites")
    for path in files:
        with suppress(OSError, ElementTree.ParseError):
            for suite in ElementTree.parse(path).getroot().iter("testsuite"):
                suite.set("name", path.stem)
                root.append(suite)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _all(book: Book) -> dict[str, Any]:
    """All of it as plain JSON."""
    grading = book.grading
    return {
        "seed": grading.seed,
        "sandbox": grading.level,
        "exercises": {
            name: {"title": e.title, "points": e.points, "answers": list(e.answers)}
            for name, e in grading.exercises.items()
        },
        "students": [
            {
                "student": one.submission.student,
                "ids": one.submission.ids,
                "notes": one.submission.notes,
                "answers": {
                    name: {"outcome": r.outcome, "words": r.words, "seed": r.seed}
                    for name, r in one.records.items()
                },
                "points": dict(zip(grading.exercises, book.points(one), strict=True)),
                "late_days": {name: book.late_days(one, name) for name in grading.exercises},
            }
            for one in grading.students
        ],
    }
