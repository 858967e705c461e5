"""nbval runs a notebook that judges one submission; what came of it is read here.

    submission.json, judging.ipynb ──pytest, nbval──► NAME.json for each answer, and junit.xml

The notebook holds nothing of the student's: it has a cell for each answer, which asks the judge.
An answer is judged if its record is there and its cell passed for a correct one, failed for any
other. Whatever else happens is a failure of the machine, and never a student's: the answer is then
NOT_JUDGED, and its record says why.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path

import nbformat

from lstm_video_lab.course.check import CORRECT
from lstm_video_lab.course.grading.isolation import SLACK, Limits, clean_environment
from lstm_video_lab.course.grading.judging import NOT_JUDGED, Record
from lstm_video_lab.files import write_whole

START_SECONDS = 120.0  # of a kernel and of its sandbox
CELL_SECONDS = 2 * (Limits().wall_seconds + SLACK) + START_SECONDS  # visible calls, hidden calls
NOTEBOOK, JUNIT, LOG = "judging.ipynb", "junit.xml", "nbval.log"
MAKE_JUDGE = """\
from lstm_video_lab.course.grading.judging import Judge

judge = Judge("submission.json")"""
WATCH = "lstm_video_lab.course.grading.nbval_watch"  # a plug-in; it reads the next name
GRADER = "LAB_GRADER"
_running: set[subprocess.Popen[bytes]] = set()
LONGEST_REASON = 300  # characters
_COLOURS = re.compile(r"(\x1b|#x1B)\[[0-9;]*m")  # of a terminal; JUnit spells the sign out


def judge_answers(
    answers: dict[str, str],
    cells: dict[str, list[tuple[int, str]]],
    solutions: Path,
    secret: Sequence[Path],
    seed: int,
    level: str,
    place: Path,
    junit: Path,
) -> dict[str, Record]:
    """The record of each answer of one student.

    answers  name → code
    cells    name → (number, source) of all cells that its code may need
    secret   folders that no answer may see
    place    a folder for what is there while it runs
    junit    where nbval's report is kept
    """
    names = list(answers)
    with tempfile.TemporaryDirectory(dir=place, ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        submission = {
            "answers": answers,
            "cells": cells,
            "solutions": str(solutions.resolve()),
            "seed": seed,
            "level": level,
            "secret": [str(folder.resolve()) for folder in secret],
        }
        write_whole(folder / "submission.json", json.dumps(submission))
        write_whole(folder / NOTEBOOK, judging_notebook(names))
        run_nbval(folder, len(names) + 1)
        junit.unlink(missing_ok=True)  # of an older submission
        if (folder / JUNIT).is_file():
            junit.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / JUNIT, junit)
        return read_records(folder, names)


def judging_notebook(names: list[str]) -> str:
    """A first cell that makes the judge, then one for each answer."""
    sources = [MAKE_JUDGE, *(f"judge.require_correct({name!r})" for name in names)]
    nb = nbformat.v4.new_notebook()
    for number, source in enumerate(sources):
        nb.cells.append(nbformat.v4.new_code_cell(source, id=f"cell-{number}"))
    return nbformat.writes(nb) + "\n"


def run_nbval(folder: Path, num_cells: int) -> None:
    """Run the notebook in a folder; leaves nbval's report and what it printed there."""
    command = [sys.executable, "-m", "pytest", NOTEBOOK, "-q", f"--junitxml={JUNIT}"]
    command += ["--nbval-lax", "--nbval-current-env", f"--nbval-cell-timeout={CELL_SECONDS:.0f}"]
    command += ["--rootdir=.", "-c", os.devnull, "-p", "no:cacheprovider"]  # alone in its folder
    command += ["-p", WATCH]
    environment = {**clean_environment(), "IPYTHONDIR": str(folder), "HOME": str(folder)}
    environment[GRADER] = str(os.getpid())
    seconds = START_SECONDS + num_cells * CELL_SECONDS
    with (folder / LOG).open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the grader alone
        )
        _running.add(process)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            log.write(f"\nnbval took more than {seconds:.0f} s, and was ended\n")
        finally:
            process.kill()
            process.wait()
            _running.discard(process)


def end_all() -> None:
    """End what runs: a student who is not finished is graded again."""
    for process in list(_running):
        process.kill()


def read_records(folder: Path, names: list[str]) -> dict[str, Record]:
    """The record of each answer, from what nbval and the judge have left in a folder."""
    failures = read_failures(folder / JUNIT)
    if len(failures) != len(names) + 1:
        reason = _last_line((folder / LOG).read_text("utf-8", "replace"))
        return {name: _not_judged(f"nbval did not run: {reason}") for name in names}
    first, *others = failures
    records = {}
    for name, failure in zip(names, others, strict=True):
        records[name] = _read_record(folder / f"{name}.json", first or failure)
    return records


def read_failures(junit: Path) -> list[str]:
    """For each cell how it failed, "" for one that plainly passed; [] where there is no report."""
    try:
        cells = list(ElementTree.parse(junit).getroot().iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return []
    failures = []
    for cell in cells:
        marks = [mark for mark in cell if mark.tag in ("failure", "error", "skipped")]
        failures.append("\n".join(mark.text or mark.tag for mark in marks))
    return failures


def _read_record(path: Path, failure: str) -> Record:
    """The record of an answer, if it agrees with how its cell ended."""
    try:
        record = Record(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return _not_judged(_last_line(failure) or "its record cannot be read")
    if (record.outcome == CORRECT) != (failure == ""):
        return _not_judged(_last_line(failure) or "its cell passed, but its record is not correct")
    return record


def _not_judged(reason: str) -> Record:
    words = "The answer could not be judged: tell your instructor."
    return Record(NOT_JUDGED, words, reason=reason)


def _last_line(text: str) -> str:
    lines = _COLOURS.sub("", text).split("\n")
    filled = [line.strip() for line in lines if line.strip() and "no tests ran" not in line]
    return filled[-1][:LONGEST_REASON] if filled else ""
