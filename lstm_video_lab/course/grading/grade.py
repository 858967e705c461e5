"""Grades for a folder of submissions: `lstm-video-lab grade SUBMISSIONS --out DIR`.

For each student a notebook is written that holds nothing of theirs: a cell for each answer,
`trial.judge("lstm_step")`. nbval runs it. A cell that plainly passes earns the points of its
answer, and nothing else does. What was graded is not graded again, unless it has changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import nbformat

from lstm_video_lab.course.check import CORRECT, ERROR
from lstm_video_lab.course.exercises import Exercise, read_exercises
from lstm_video_lab.course.grading import intake
from lstm_video_lab.course.grading.intake import Submission
from lstm_video_lab.course.grading.isolation import SLACK, Limits, Sandbox
from lstm_video_lab.course.grading.judging import MISSING, Record
from lstm_video_lab.files import write_whole

START_SECONDS = 120.0  # of a kernel and of its sandbox
VERSION = 1  # of what a grading means: records of another one are made again


@dataclass(frozen=True)
class Graded:
    """A submission with what each answer came to."""

    submission: Submission
    records: dict[str, Record]

    def points(self, exercise: Exercise) -> int:
        """Of the answers; those in words are marked by a person."""
        return sum(
            answer.points
            for name, answer in exercise.answers.items()
            if self.records[name].outcome == CORRECT
        )


@dataclass(frozen=True)
class Grading:
    """A whole class."""

    exercises: dict[str, Exercise]
    students: list[Graded]
    seed: int
    level: str


def grade(
    submissions: Path,
    out: Path,
    solutions: Path,
    *,
    seed: int | None = None,
    jobs: int | None = None,
    level: str | None = None,
    tell: Callable[[int, int, str], None] = lambda done, of, name: None,
) -> Grading:
    """Grade every submission; `out/records` keeps what was done, so that a second call goes on.

    seed   of the hidden calls; None: that of `out` if it has one, else a fresh one
    level  of the sandbox; None: the highest that this machine allows
    tell   called after each student with how many are done, of how many, and the name
    Raises ValueError for folders that hold nothing to grade, SandboxError where none can be run.
    """
    exercises = read_exercises(solutions)
    students = intake.find(submissions, exercises)
    with Sandbox(level) as sandbox:
        level = sandbox.level
    seed = _seed(out, seed)
    rules = _digest(solutions, seed, level)
    done: dict[str, Graded] = {}
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        tasks = {
            pool.submit(_grade_one, one, exercises, solutions, out, seed, level, rules): one
            for one in students
        }
        try:
            for task in as_completed(tasks):
                done[tasks[task].student] = task.result()
                tell(len(done), len(students), tasks[task].student)
        except BaseException:  # an interruption: what has begun is finished and kept
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return Grading(exercises, [done[one.student] for one in students], seed, level)


def _seed(out: Path, seed: int | None) -> int:
    """The given seed, that of an earlier grading, or a new one; kept in `out`."""
    path = out / "grading.json"
    if seed is None and path.is_file():
        seed = int(json.loads(path.read_text("utf-8"))["seed"])
    seed = secrets.randbits(31) if seed is None else seed
    out.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps({"seed": seed, "version": VERSION}) + "\n")
    return seed


def _digest(solutions: Path, seed: int, level: str) -> str:
    """Of all that a grade depends on besides the submission."""
    told = hashlib.sha256(f"{VERSION} {seed} {level}".encode())
    for script in sorted(solutions.glob("[0-9]*_*.py")):
        told.update(script.name.encode() + script.read_bytes())
    return told.hexdigest()


def slug(student: str) -> str:
    """A name for files: letters and digits of the student's, and a few that no two share."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", student).strip("-")[:40] or "student"
    return f"{plain}-{hashlib.sha256(student.encode('utf-8', 'replace')).hexdigest()[:6]}"


def _grade_one(
    one: Submission,
    exercises: dict[str, Exercise],
    solutions: Path,
    out: Path,
    seed: int,
    level: str,
    rules: str,
) -> Graded:
    names = [name for exercise in exercises.values() for name in exercise.answers]
    path = out / "records" / f"{slug(one.student)}.json"
    digest = hashlib.sha256((rules + one.digest()).encode()).hexdigest()
    with suppress(OSError, ValueError, KeyError, TypeError):
        told = json.loads(path.read_text("utf-8"))
        if told["digest"] == digest:
            return Graded(one, {name: Record(**told["records"][name]) for name in names})
    handed_in = [name for name in names if name in one.answers]
    records = {name: Record(MISSING, "No answer was handed in.") for name in names}
    if handed_in:
        records |= _try_all(one, handed_in, solutions, out, seed, level)
    told = {"digest": digest, "records": {name: vars(record) for name, record in records.items()}}
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps({"student": one.student, **told}) + "\n")
    return Graded(one, records)


def _try_all(
    one: Submission, names: list[str], solutions: Path, out: Path, seed: int, level: str
) -> dict[str, Record]:
    """Write the trusted notebook of a submission, have nbval run it, and read what passed."""
    with tempfile.TemporaryDirectory(prefix="trial-", ignore_cleanup_errors=True) as folder:
        here = Path(folder)
        case = {
            "answers": {name: one.answers[name] for name in names},
            "solutions": str(solutions.resolve()),
            "seed": seed,
            "level": level,
            "records": folder,
        }
        write_whole(here / "case.json", json.dumps(case))
        write_whole(here / "trial.ipynb", trusted_notebook(names))
        passed = run_nbval(here, len(names) + 1)
        junit = out / "junit" / f"{slug(one.student)}.xml"
        junit.parent.mkdir(parents=True, exist_ok=True)
        if (here / "junit.xml").is_file():
            shutil.copyfile(here / "junit.xml", junit)
        return {name: _read(here / f"{name}.json", passed[k + 1]) for k, name in enumerate(names)}


def trusted_notebook(names: list[str]) -> str:
    """A first cell that sets the trial up, then one for each answer."""
    cells = [
        "from lstm_video_lab.course.grading.judging import Trial\n\ntrial = Trial('case.json')"
    ]
    cells += [f"trial.judge({name!r})" for name in names]
    nb = nbformat.v4.new_notebook()
    nb.cells = [nbformat.v4.new_code_cell(source) for source in cells]
    for number, cell in enumerate(nb.cells):
        cell.id = f"cell-{number}"
    return nbformat.writes(nb) + "\n"


def run_nbval(folder: Path, cells: int) -> list[bool]:
    """Run `trial.ipynb` in a folder; for each code cell whether it plainly passed."""
    patience = Limits().wall_seconds + SLACK + START_SECONDS
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env",
               f"--nbval-cell-timeout={patience:.0f}", "--junitxml=junit.xml", "--rootdir=.",
               "-c", os.devnull, "-p", "no:cacheprovider", "-q", "trial.ipynb"]  # fmt: skip
    mine = {name: word for name, word in os.environ.items() if not name.startswith("PYTEST_")}
    environment = {**mine, "OMP_NUM_THREADS": "1"}
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=quiet, stderr=quiet, start_new_session=True
    ) as run:
        try:
            run.wait(START_SECONDS + cells * patience)
        except subprocess.TimeoutExpired:
            pass
        finally:
            with suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)
    return list(_passed(folder / "junit.xml", cells))


def _passed(junit: Path, cells: int) -> Iterator[bool]:
    """A plain pass has nothing inside its element; nothing counts unless all cells are told of."""
    try:
        cases = list(ElementTree.parse(junit).getroot().iter("testcase"))
    except (OSError, ElementTree.ParseError):
        cases = []
    for number in range(cells):
        plain = len(cases) == cells and not any(
            child.tag in ("failure", "error", "skipped") for child in cases[number]
        )
        yield plain


def _read(path: Path, passed: bool) -> Record:
    """The record of an answer; it is correct only if its cell passed too."""
    try:
        record = Record(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return Record(ERROR, "The answer could not be judged: tell your instructor.")
    if record.outcome == CORRECT and not passed:
        return Record(ERROR, "The answer could not be judged: tell your instructor.")
    return record
