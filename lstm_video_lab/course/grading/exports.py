"""What goes back to Canvas and Moodle: tables of points, and the pages of feedback in archives."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lstm_video_lab.course.exercises import Exercise
from lstm_video_lab.course.grading.grade import GradedSubmission
from lstm_video_lab.course.grading.gradebook import Book, as_text
from lstm_video_lab.course.grading.owners import Owner, exercise_named, readable_name
from lstm_video_lab.course.grading.spreadsheets import csv_text
from lstm_video_lab.files import write_whole

CANVAS_HEAD = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE_HEAD = ("Identifier", "Full name")
PAGE = "feedback.html"
SAME_TIME = (2000, 1, 1, 0, 0, 0)  # of every file: the same pages make the same archive


def write(book: Book, out: Path, page: Callable[..., str]) -> list[str]:
    """Write all of it; a line for each file.

    page  book, submission and exercises → a page of feedback
    """
    files: dict[Path, bytes | str] = {}
    for platform, rows in tables(book):
        files[out / f"{platform}.csv"] = csv_text(rows)
    for exercise in book.grading.exercises.values():
        for platform in ("canvas", "moodle"):
            if pages := _pages_of(book, exercise, platform, page):
                files[out / "return" / f"{platform}_{exercise.name}.zip"] = _archive(pages)
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    return [f"written: {path}" for path in files]


def tables(book: Book) -> Iterator[tuple[str, list[list[Any]]]]:
    """Tables that Canvas and Moodle take in, for the students whose ids are known.

    An exercise that nobody has handed in or has points for stays empty: it may not have been due.
    Moodle has an id for each student and assignment: a row has the exercises that were handed in
    under its id.
    """
    grading = book.grading
    begun = book.begun()
    most = [exercise.points for exercise in grading.exercises.values()]
    canvas: list[list[Any]] = [
        [*CANVAS_HEAD, *grading.exercises],
        ["    Points Possible", "", "", "", "", *most],
    ]
    moodle: list[list[Any]] = [[*MOODLE_HEAD, *grading.exercises]]
    for graded in grading.students:
        student, ids = graded.submission.student, graded.submission.ids
        pairs = [*zip(grading.exercises, book.points(graded), strict=True)]
        counts = [name in begun and _counts(book, graded, name, one) for name, one in pairs]
        points = [as_text(one) if its else "" for (_, one), its in zip(pairs, counts, strict=True)]
        for number in ids.get("canvas", [])[:1]:
            section = graded.submission.section
            canvas.append([student, number, "", "", section, *points])
        for number in ids.get("moodle", []):
            of_assignment = [
                one if _belongs(graded, name, number) else ""
                for name, one in zip(grading.exercises, points, strict=True)
            ]
            moodle.append([f"Participant {number}", student, *of_assignment])
    if len(canvas) > 2:
        yield "canvas", canvas
    if len(moodle) > 1:
        yield "moodle", moodle


def _counts(book: Book, graded: GradedSubmission, name: str, points: float | None) -> bool:
    """Whether points are somebody's; who handed in nothing at all has those that people give."""
    exercise = book.grading.exercises[name]
    parts = (name, *exercise.answers, *exercise.written)
    is_given = any(book.override(graded, part) for part in parts)
    return bool(points) or is_given or not graded.submission.is_missing


def _belongs(graded: GradedSubmission, exercise: str, number: str) -> bool:
    """Whether an exercise was handed in under one of Moodle's ids; what was not, under each."""
    owner = graded.submission.owners.get(exercise)
    return owner is None or owner.ids.get("moodle", number) == number


def _pages_of(
    book: Book, exercise: Exercise, platform: str, page: Callable[..., str]
) -> dict[str, str]:
    """Name in the archive → the page of one exercise: named as the files that were downloaded, by
    which both platforms know whose it is.
    """
    pages = {}
    for graded in book.grading.students:
        owner = graded.submission.owners.get(exercise.name)
        if owner and owner.back and platform in owner.ids:
            pages[readable_name(owner.back) + PAGE] = page(book, graded, [exercise])
    for graded in book.grading.students:
        if exercise.name not in graded.submission.owners:
            for back in _backs_of_odd(book, graded, exercise, platform):
                pages[readable_name(back) + PAGE] = page(book, graded, [exercise])
    return pages


def _backs_of_odd(
    book: Book, graded: GradedSubmission, exercise: Exercise, platform: str
) -> list[str]:
    """Under which names to say that something could not be graded: what names the exercise, or
    lies where others have handed it in.
    """
    names = book.grading.exercises
    downloads = set()
    for one in book.grading.students:
        submission = one.submission
        if exercise.name in submission.owners:
            owner = submission.owners[exercise.name]
            downloads.add(_download(submission.files[exercise.name], owner))
    backs = []
    for path, owner in graded.submission.odd:
        named = exercise_named(owner.file, names)
        is_its = _download(path, owner) in downloads if named is None else named == exercise.name
        if owner.back and platform in owner.ids and is_its:
            backs.append(owner.back)
    return backs


def _download(path: Path, owner: Owner) -> Path:
    """The folder into which all that was handed in with a file was unpacked."""
    name = owner.back.removesuffix("/")
    of_student = next((one for one in (path, *path.parents) if one.name == name), path)
    return of_student.parent


def _archive(pages: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in pages.items():
            file = zipfile.ZipInfo(name, SAME_TIME)
            file.external_attr = 0o644 << 16  # who unpacks it may read it
            archive.writestr(file, text, zipfile.ZIP_DEFLATED)
    return content.getvalue()
