"""Grades for a folder of submissions: `lstm-video-lab grade SUBMISSIONS --out DIR`.

    submissions ──intake──► answers ──nbval_runner──► records ──gradebook, feedback──► files

What was graded is not graded again, unless it has changed or could not be judged.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from filelock import FileLock, Timeout

from lstm_video_lab.course.exercises import Exercise, read_exercises
from lstm_video_lab.course.grading import nbval_runner
from lstm_video_lab.course.grading.intake import Submission, read_submissions
from lstm_video_lab.course.grading.isolation import Sandbox
from lstm_video_lab.course.grading.judging import NOT_ASKED, NOT_JUDGED, Record
from lstm_video_lab.course.grading.people import chosen
from lstm_video_lab.course.grading.records import VERSION, StartedSubmission
from lstm_video_lab.course.grading.roster import Roster
from lstm_video_lab.files import write_whole

LOCK, RUNNING = ".lock", "running"  # in the folder of grades


@dataclass(frozen=True)
class GradedSubmission:
    """A submission with what each answer came to."""

    submission: Submission
    records: dict[str, Record]

    def not_judged(self) -> dict[str, str]:
        """Answer → why the machine could not judge it."""
        return {
            name: record.reason
            for name, record in self.records.items()
            if record.outcome == NOT_JUDGED and record.reason != NOT_ASKED
        }


@dataclass(frozen=True)
class Grading:
    """A whole class."""

    exercises: dict[str, Exercise]
    students: list[GradedSubmission]
    seed: int
    level: str


def grade(
    submissions: Path,
    out: Path,
    solutions: Path,
    *,
    seed: int | None = None,
    jobs: int = 1,
    level: str | None = None,
    accept_limits: bool = False,
    roster: Roster | None = None,
    only: Collection[str] = (),
    before: Callable[[dict[str, Exercise], set[str]], None] = lambda exercises, names: None,
    on_progress: Callable[[int, int, str], None] = lambda done, count, student: None,
) -> Grading:
    """Grade every submission; `out/records` keeps what was done, so that a second call goes on.

    seed         of the hidden calls; None: that of `out` if it has one, else a fresh one
    jobs         batches of answers that run at once
    level        of the sandbox; None: the highest that this machine allows
    accept_limits  grade also where nothing keeps an answer from the files of this machine
    roster       who belongs to the class
    only         students, in any spelling, or exercises; for all others what an earlier grading
                 has kept counts
    before       called with the exercises and the students before the work begins: it may refuse
    on_progress  called after each student with how many are done, of how many, and the name
    Raises ValueError for folders that hold nothing to grade, where nbval is not installed, and
    where an answer could read the solutions; SandboxError where no answer can be run.
    """
    _require_nbval()
    exercises = read_exercises(solutions)
    students = read_submissions(submissions, exercises, roster)
    out_is_new = not out.exists()
    with _alone(out, out_is_new):
        names = {submission.student for submission in students}
        known = sorted(names | {*students_in(out)})
        only = chosen(only, exercises, names, roster)
        before(exercises, names)
        secret = [solutions, submissions, out]
        with Sandbox(level, secret=secret) as sandbox:
            level = sandbox.level
            require_isolation(level, accept_limits)
            seed = _choose_seed(out, seed, only)
            made = {"seed": seed, "version": VERSION, "students": known}
            write_whole(out / "grading.json", json.dumps(made) + "\n")
            try_to_read(sandbox, secret)
        settings = nbval_runner.Settings(solutions, secret, seed, level)
        started = [
            StartedSubmission(one, record_path(out, one.student), exercises, settings, only)
            for one in students
        ]
        graded = _grade_all(started, settings, out, jobs, on_progress)
    return Grading(exercises, graded, seed, level)


@contextmanager
def _alone(out: Path, is_new: bool) -> Iterator[None]:
    """One grading at a time in a folder; what an earlier one left half done is swept up.

    Raises ValueError where another one runs. A new folder goes where nothing came into it.
    """
    out.mkdir(parents=True, exist_ok=True)
    lock = FileLock(out / LOCK, timeout=0)
    try:
        with lock:
            shutil.rmtree(out / RUNNING, ignore_errors=True)
            try:
                yield
            finally:
                shutil.rmtree(out / RUNNING, ignore_errors=True)
    except Timeout:
        raise ValueError(f"{out}: another grading runs into this folder: wait for it") from None
    finally:
        if is_new and {path.name for path in out.iterdir()} <= {LOCK}:
            shutil.rmtree(out)


def _grade_all(
    started: list[StartedSubmission],
    settings: nbval_runner.Settings,
    out: Path,
    jobs: int,
    on_progress: Callable[[int, int, str], None],
) -> list[GradedSubmission]:
    """Every answer, in batches that run at once. An interruption ends what runs; what was finished
    is kept.
    """
    (out / RUNNING).mkdir(exist_ok=True)
    unfinished = {one.path.stem: one for one in started if one.to_judge}
    answers = [answer for one in unfinished.values() for answer in one.to_judge.values()]
    judged = nbval_runner.judge_class(settings, answers, out / RUNNING, jobs)
    try:
        on_progress(len(started) - len(unfinished), len(started), "")
        for answer, record in judged:
            one = unfinished[answer.student]
            one.add(answer.name, record)
            if not one.to_judge:
                one.store()
                del unfinished[answer.student]
                on_progress(len(started) - len(unfinished), len(started), one.submission.student)
    except KeyboardInterrupt:
        raise Interrupted(len(started) - len(unfinished), len(started)) from None
    finally:
        judged.close()
        for one in unfinished.values():
            one.store()
    return [GradedSubmission(one.submission, one.records()) for one in started]


class Interrupted(KeyboardInterrupt):
    """Somebody stopped the grading: (students who are done and kept, all students)."""


def _require_nbval() -> None:
    for package in ("pytest", "nbval"):
        if find_spec(package) is None:
            raise ValueError(
                f"grading needs {package}, which is not installed: "
                "pip install -c constraints.txt -e '.[test]'"
            )


def require_isolation(level: str, accept_limits: bool) -> None:
    """Raises ValueError where nothing keeps an answer from files and nobody has accepted it."""
    if level == "limits" and not accept_limits:
        raise ValueError(
            "on this machine an answer can read the solutions and change your files (level "
            "'limits'): grade in a container, as the guide says, or add --accept-limits"
        )


def try_to_read(sandbox: Sandbox, secret: list[Path]) -> None:
    """Open a file of each secret folder as an answer would. Raises ValueError where it opens."""
    if sandbox.level == "limits":
        return
    if found := sandbox.can_read([path for folder in secret for path in _any_file(folder)]):
        raise ValueError(
            f"{found[0]} can be read by an answer, level {sandbox.level!r}: nothing is graded; "
            "move the folder out of Python's own, or grade in a container, as the guide says"
        )


def _any_file(folder: Path) -> list[Path]:
    """One file of a folder that has something in it and opens for us, if there is one."""
    for here, _, files in os.walk(folder):
        for name in sorted(files):
            path = Path(here) / name
            if path.is_file() and not path.is_symlink() and _begins(path):
                return [path]
    return []


def _begins(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(1) != b""
    except OSError:
        return False


def read_seed(out: Path) -> int | None:
    """The seed of the grading in a folder, if there is one."""
    path = out / "grading.json"
    return int(json.loads(path.read_text("utf-8"))["seed"]) if path.is_file() else None


def _choose_seed(out: Path, seed: int | None, only: Collection[str]) -> int:
    """This seed, that of an earlier grading in `out`, or a new one. Raises ValueError where some
    of a class would have another seed than the others.
    """
    earlier = read_seed(out)
    if only and None not in (seed, earlier) and seed != earlier:
        words = "leave --seed out, or grade all of them"
        raise ValueError(f"{out}: those who are not graded now have seed {earlier}: {words}")
    if seed is None:
        seed = earlier
    return secrets.randbits(31) if seed is None else seed


def questions_of(exercises: dict[str, Exercise]) -> dict[str, int]:
    """Question in words → the most points, of all exercises."""
    questions: dict[str, int] = {}
    for exercise in exercises.values():
        questions |= exercise.written
    return questions


def students_in(out: Path) -> list[str]:
    """Everybody who was graded into this folder, at whatever time."""
    names = set()
    for path in [out / "grading.json", *(out / "records").glob("*.json")]:
        try:
            stored = json.loads(path.read_text("utf-8"))
            names |= {*stored.get("students", []), stored.get("student", "")} - {""}
        except (OSError, ValueError, AttributeError, TypeError):
            continue
    return sorted(name for name in names if isinstance(name, str))


def record_path(out: Path, student: str) -> Path:
    """Where what was judged of a student is kept."""
    return out / "records" / f"{file_stem(student)}.json"


def file_stem(student: str) -> str:
    """A name for files: the student's letters and digits, of any alphabet, and a few of a digest
    that no two share.
    """
    plain = re.sub(r"[\W_]+", "-", student).strip("-")[:40] or "student"
    digest = hashlib.sha256(student.encode("utf-8", "replace")).hexdigest()
    return f"{plain}-{digest[:6]}"
