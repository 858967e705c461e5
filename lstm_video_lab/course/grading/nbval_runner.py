"""nbval runs notebooks that judge the answers of a class; what came of them is read here.

    settings.json, answers/, judging.ipynb ──pytest, nbval──► records/, cells.jsonl

A notebook judges a batch: it has a cell for each answer of each student, whose id names both, and
holds nothing of theirs. An answer is judged if its record is there and its cell passed for a
correct one, failed for any other. Whatever else happens is a failure of the machine: it ends the
batch, the answer is judged again alone, and the others in a new batch. What fails alone, too, is
never a student's fault: the answer is NOT_JUDGED, and its record says why.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import nbformat

from lstm_video_lab.course.check import CORRECT
from lstm_video_lab.course.grading import GRADER, OUTCOMES
from lstm_video_lab.course.grading.isolation import SLACK, Limits, clean_environment
from lstm_video_lab.course.grading.judging import NOT_JUDGED, Record
from lstm_video_lab.course.last_line import last_line
from lstm_video_lab.files import write_whole

MOST_ANSWERS = 1000  # in one batch
MOST_FAULTS, MOST_FAULTS_OF_STUDENT = 10, 4  # in a row, before what is left is given up
MOST_FALSE_STARTS = 2  # of a kernel and its sandbox, in one grading
START_SECONDS = 120.0  # of a kernel and of its sandbox
CELL_SECONDS = 2 * (Limits().wall_seconds + SLACK) + START_SECONDS  # visible calls, hidden calls
POLL_SECONDS = 0.1
NOTEBOOK, LOG, FIRST_CELL = "judging.ipynb", "nbval.log", "judge"
MAKE_JUDGE = """\
from lstm_video_lab.course.grading.judging import Judge

judge = Judge(".")"""
WATCH = "lstm_video_lab.course.grading.nbval_watch"  # a plug-in


@dataclass(frozen=True)
class HandedIn:
    """One answer of one student, with the numbered cells that its code may need."""

    student: str  # letters and digits that no two students share
    name: str
    cells: Sequence[tuple[int, str]]


class Settings(NamedTuple):
    """What is the same for every answer of a class."""

    solutions: Path
    secret: Sequence[Path]  # folders that no answer may see
    seed: int
    level: str

    def as_json(self) -> str:
        values = self._asdict() | {
            "solutions": str(self.solutions.resolve()),
            "secret": [str(folder.resolve()) for folder in self.secret],
        }
        return json.dumps(values)


def judge_class(
    settings: Settings, answers: Sequence[HandedIn], place: Path, jobs: int
) -> Generator[tuple[HandedIn, Record]]:
    """The record of each answer, as soon as it is there.

    place  a folder for what is there while it runs
    jobs   batches that run at once; whoever stops to listen ends them
    """
    waiting = deque(_split(answers, jobs))
    running: list[Batch] = []
    faults = Faults()
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                running.append(Batch(settings, waiting.popleft(), place))
            time.sleep(POLL_SECONDS)
            for batch in list(running):
                is_over = batch.is_over()  # before its last words are read
                for judged in batch.new_records():
                    faults.in_a_row = 0
                    yield judged
                if not (is_over or batch.fault):
                    continue
                running.remove(batch)
                again, given_up = faults.sort(batch.end(), batch)
                waiting += again
                yield from ((answer, not_judged(batch.fault)) for answer in given_up)
    finally:
        for batch in running:
            batch.end()


def _split(answers: Sequence[HandedIn], jobs: int) -> list[Sequence[HandedIn]]:
    """Batches of about the same size, as many for each job, in the order of students."""
    rounds = -(-len(answers) // (jobs * MOST_ANSWERS))
    size = max(1, -(-len(answers) // max(1, jobs * rounds)))
    return [answers[begin : begin + size] for begin in range(0, len(answers), size)]


class Faults:
    """What a failure of the machine costs: as little as can be, and nobody but who met it."""

    def __init__(self) -> None:
        self.in_a_row = 0  # since an answer was judged
        self._false_starts = 0
        self._of_student: Counter[str] = Counter()

    def sort(
        self, rest: Sequence[HandedIn], batch: Batch
    ) -> tuple[list[Sequence[HandedIn]], Sequence[HandedIn]]:
        """Batches that are tried again, and answers that are given up.

        rest  what a batch left over, first the answer that it ended with
        """
        if not rest:
            return [], []
        self.in_a_row += 1
        if not batch.has_judge:
            self._false_starts += 1
            is_last = self._false_starts > MOST_FALSE_STARTS
            return ([], rest) if is_last else ([rest], [])
        if self.in_a_row > MOST_FAULTS:
            return [], rest
        first = rest[0]
        self._of_student[first.student] += 1
        theirs = [answer for answer in rest[1:] if answer.student == first.student]
        others = [answer for answer in rest[1:] if answer.student != first.student]
        alone, given_up = [first], []
        if batch.size == 1:
            alone, given_up = [], [first]
        if self._of_student[first.student] > MOST_FAULTS_OF_STUDENT:
            alone, given_up, theirs = [], [first, *theirs], []
        return [part for part in (alone, theirs, others) if part], given_up


class Batch:
    """Answers that one run of nbval judges, one after the other.

    fault      why it did not get any further, "" as long as it does
    has_judge  whether its first cell has passed: before that no answer is to blame
    """

    def __init__(self, settings: Settings, answers: Sequence[HandedIn], place: Path) -> None:
        self.fault = ""
        self.has_judge = False
        self.size = len(answers)
        self._left = {_id_of(k, answer): answer for k, answer in enumerate(answers)}
        self._heard_at = time.monotonic()
        self._temporary = tempfile.TemporaryDirectory(dir=place, ignore_cleanup_errors=True)
        self.folder = Path(self._temporary.name).resolve()  # the kernel starts elsewhere
        write_batch(self.folder, settings, self._left)
        self._unread = ""
        (self.folder / OUTCOMES).touch()
        self._outcomes = (self.folder / OUTCOMES).open(encoding="utf-8")
        self._process = start_nbval(self.folder)

    def is_over(self) -> bool:
        """Whether no more records will come."""
        silent = time.monotonic() - self._heard_at
        if silent > CELL_SECONDS + START_SECONDS:
            self.fault = f"nbval said nothing for {silent:.0f} s, and was ended"
        return bool(self.fault) or self._process.poll() is not None

    def new_records(self) -> Iterator[tuple[HandedIn, Record]]:
        """What was judged since the last look, up to the first fault."""
        *lines, self._unread = (self._unread + self._outcomes.read()).split("\n")
        for line in lines:
            self._heard_at = time.monotonic()
            try:
                outcome = json.loads(line)
            except ValueError:  # half a line
                self.fault = "the report of nbval cannot be read: is the disk full?"
                return
            key = outcome["cell"]
            if key == FIRST_CELL:
                self.has_judge = outcome["passed"]
                self.fault = last_line(outcome["failure"])
            else:
                record = read_record(self.folder / "records" / f"{key}.json", outcome)
                self.fault = record.reason
                if not self.fault:
                    yield self._left.pop(key), record
            if self.fault:
                return

    def end(self) -> list[HandedIn]:
        """End what runs; the answers that are not judged, the one that failed first."""
        self._process.kill()
        self._process.wait()
        self._outcomes.close()
        if self._left and not self.fault:
            log = self.folder / LOG
            words = last_line(log.read_text("utf-8", "replace"), leave_out="no tests ran")
            self.fault = f"nbval did not run: {words or 'it says nothing: is the disk full?'}"
        self._temporary.cleanup()
        return list(self._left.values())


def _id_of(number: int, answer: HandedIn) -> str:
    """Of the cell of an answer: it names the student and the answer, in 64 letters at most."""
    student, name = (re.sub(r"[^A-Za-z0-9_]+", "-", word) for word in (answer.student, answer.name))
    return f"{number}-{student}"[:39] + f"-{name}"[:25]


def write_batch(folder: Path, settings: Settings, answers: dict[str, HandedIn]) -> None:
    """What a run of nbval needs; answers: id of its cell → answer."""
    for name in ("answers", "records"):
        (folder / name).mkdir()
    write_whole(folder / "settings.json", settings.as_json())
    nb = nbformat.v4.new_notebook()
    nb.cells.append(nbformat.v4.new_code_cell(MAKE_JUDGE, id=FIRST_CELL))
    for key, answer in answers.items():
        write_whole(folder / "answers" / f"{key}.json", json.dumps(answer.cells))
        source = f"judge.require_correct({key!r}, {answer.name!r})"
        nb.cells.append(nbformat.v4.new_code_cell(source, id=key))
    write_whole(folder / NOTEBOOK, nbformat.writes(nb) + "\n")


def start_nbval(folder: Path) -> subprocess.Popen[bytes]:
    """Run the notebook in a folder; what is printed goes into the log there."""
    command = [sys.executable, "-m", "pytest", NOTEBOOK, "-q", "--tb=no", "-p", WATCH]
    command += ["--nbval-lax", "--nbval-current-env", f"--nbval-cell-timeout={CELL_SECONDS:.0f}"]
    command += [f"--nbval-kernel-startup-timeout={START_SECONDS:.0f}"]
    command += ["--rootdir=.", "-c", os.devnull, "-p", "no:cacheprovider"]  # alone in its folder
    environment = {**clean_environment(), "IPYTHONDIR": str(folder), "HOME": str(folder)}
    environment[GRADER] = str(os.getpid())
    with (folder / LOG).open("w", encoding="utf-8") as log:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the grader alone
        )


def read_record(path: Path, outcome: dict[str, Any]) -> Record:
    """The record of an answer, if it agrees with how its cell ended."""
    failure = last_line(outcome["failure"])
    try:
        record = Record(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return not_judged(failure or "its record cannot be read")
    if (record.outcome == CORRECT) != outcome["passed"]:
        return not_judged(failure or "its cell passed, but its record is not correct")
    return record


def not_judged(reason: str) -> Record:
    words = "The answer could not be judged: tell your instructor."
    return Record(NOT_JUDGED, words, reason=reason)
