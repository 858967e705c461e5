"""What people decide about single marks: `overrides.csv` and `regrade.csv` in the folder of grades.

    student,what,points,reason        points in place of those that were judged or marked
    student,what,request,reply        what a student asks to be looked at again, and the answer

`what` is an answer, a question or a whole exercise. People write both tables; they are read at each
grading, and never written once they are there. The verdicts stay beside them in `gradebook.json`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lstm_video_lab.course.grading.csv_tables import Names, Sheet, read_points, read_sheet, refuse
from lstm_video_lab.files import write_whole

OVERRIDES, REGRADE = "overrides.csv", "regrade.csv"
WHAT = ("what", "item", "answer", "question", "exercise")
HEADS = {
    OVERRIDES: ("student", "what", "points", "reason"),
    REGRADE: ("student", "what", "request", "reply"),
}
Place = tuple[str, str]  # (student, what)


@dataclass(frozen=True)
class Override:
    """Points in place of others, and why."""

    points: float
    reason: str


@dataclass(frozen=True)
class Request:
    """What a student wants to be looked at again; `reply` is "" while nobody has."""

    words: str
    reply: str


@dataclass(frozen=True)
class Corrections:
    """Both tables, by student and by what."""

    overrides: Mapping[Place, Override] = field(default_factory=dict)
    requests: Mapping[Place, Request] = field(default_factory=dict)

    def open_requests(self) -> list[str]:
        """A line for each request without a reply."""
        return [
            f"{student}: {what}: {request.words}"
            for (student, what), request in self.requests.items()
            if not request.reply
        ]


def read_corrections(out: Path, most: Mapping[str, float], names: Names) -> Corrections:
    """Both tables, where they are there.

    most  answer, question or exercise → its points
    Raises ValueError that names file, row and column.
    """
    overrides: dict[Place, Override] = {}
    requests: dict[Place, Request] = {}

    def add_override(sheet: Sheet, number: int, place: Place, cells: dict[str, str]) -> None:
        who = ": ".join(place)
        if place in overrides:
            refuse(sheet.path, number, "what", f"{who} stands above too: take one of them out")
        points = read_points(sheet.path, number, "points", who, cells["points"], most[place[1]])
        if points is None:
            refuse(sheet.path, number, "points", f"{who} has none: give the points")
        if not cells["reason"]:
            refuse(sheet.path, number, "reason", f"{who} has none: say why")
        overrides[place] = Override(points, cells["reason"])

    def add_request(sheet: Sheet, number: int, place: Place, cells: dict[str, str]) -> None:
        if place in requests:
            before = requests[place]
            words = f"{before.words} / {cells['request']}"
            requests[place] = Request(words, cells["reply"])  # the last reply counts
        else:
            requests[place] = Request(cells["request"], cells["reply"])

    for name, add in ((OVERRIDES, add_override), (REGRADE, add_request)):
        if (out / name).is_file():
            _read(out / name, HEADS[name], most, names, add)
    return Corrections(overrides, requests)


def _read(
    path: Path,
    head: tuple[str, ...],
    most: Mapping[str, float],
    names: Names,
    add: Callable[[Sheet, int, Place, dict[str, str]], None],
) -> None:
    def understand(sheet: Sheet) -> None:
        for number, row in sheet.rows:
            columns = {name: sheet.column(name) for name in head} | {"what": sheet.column(*WHAT)}
            cells = {n: "" if c is None else row[c].strip() for n, c in columns.items()}
            student = names.the_one(path, number, "student", cells["student"])
            if cells["what"] not in most:
                words = f"{cells['what']!r} is no answer, question or exercise of this course"
                refuse(path, number, "what", words)
            add(sheet, number, (student, cells["what"]), cells)

    needed: list[str | tuple[str, ...]] = ["student", WHAT, *head[2:3]]
    read_sheet(path, needed, understand, once=head, names=["student"], known=names.known)


def make_tables(out: Path) -> list[str]:
    """Both tables with their heads alone, where they are not there; a line for each."""
    lines = []
    for name, head in HEADS.items():
        if not (out / name).exists():
            write_whole(out / name, ",".join(head) + "\n")
            lines.append(f"written: {out / name}")
    return lines
