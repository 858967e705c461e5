"""Why an answer has its mark: `grade SUBMISSIONS --out DIR --explain STUDENT ANSWER`.

The code that was judged, the seed, and each call with the student's result beside the right one.
For the instructor: it shows what is hidden from students.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lstm_video_lab.course import plain_values
from lstm_video_lab.course.compare import difference
from lstm_video_lab.course.exercises import Answer, read_exercises
from lstm_video_lab.course.grading.grade import (
    read_seed,
    record_path,
    require_isolation,
    try_to_read,
)
from lstm_video_lab.course.grading.intake import read_submissions
from lstm_video_lab.course.grading.isolation import Sandbox
from lstm_video_lab.course.grading.judging import seed_of_answer
from lstm_video_lab.course.grading.records import read_records
from lstm_video_lab.course.grading.roster import Roster
from lstm_video_lab.course.handout import VISIBLE_SEED

LONGEST = 1000  # characters of a value


def explain(
    submissions: Path,
    out: Path,
    solutions: Path,
    student: str,
    name: str,
    roster: Roster | None = None,
    *,
    accept_limits: bool = False,
) -> Iterator[str]:
    """Lines for a person. Raises ValueError for an unknown student or answer, or no grading, and
    where an answer could read the solutions.
    """
    exercises = read_exercises(solutions)
    references = {k: v for one in exercises.values() for k, v in one.answers.items()}
    students = {one.student: one for one in read_submissions(submissions, exercises, roster)}
    if student not in students:
        raise ValueError(f"{student!r} handed nothing in: give one of {', '.join(students)}")
    if name not in references:
        raise ValueError(f"no answer is called {name!r}: give one of {', '.join(references)}")
    class_seed = read_seed(out)
    if class_seed is None:
        raise ValueError(f"{out}: nothing was graded into this folder: give --out as it was")
    cells = students[student].cells.get(name)
    if cells is None:
        yield f"{student} has not answered {name}"
        return
    reference = references[name]
    kept = read_records(record_path(out, student)).get(name)
    seed = kept[1].seed if kept else seed_of_answer(class_seed, name)
    secret = [solutions, submissions, out]
    with Sandbox(secret=secret) as sandbox:
        require_isolation(sandbox.level, accept_limits)
        try_to_read(sandbox, secret)
        yield f"{student}: {name}, seed {seed}"
        code = sandbox.run(reference.preamble, cells, name, [{}], explain=True)
        yield _readable(code.results[0].get("value", code) if code.results else code.end)
        for kind, seed_of_kind in (("visible", VISIBLE_SEED), ("hidden", seed)):
            calls = reference.calls(kind, seed_of_kind)
            run = sandbox.run(reference.preamble, cells, name, calls, seed=seed)
            if run.end:
                yield f"{kind} calls: {run.end}"
                continue
            yield from _results(reference, kind, calls, run.results)


def _results(
    reference: Answer, kind: str, calls: list[dict[str, Any]], results: tuple[dict[str, Any], ...]
) -> Iterator[str]:
    function = reference.function()
    for number, (arguments, result) in enumerate(zip(calls, results, strict=False), 1):
        right = function(**plain_values.copy_of(arguments))
        yield f"{kind} call {number}: {_readable(arguments)}"
        if "error" in result:
            yield f"  theirs: {_readable(': '.join(result['error'][:2]))}"
        else:
            apart = difference(result["value"], right, reference.tolerance)
            yield f"  theirs: {_readable(result['value'])}"
            yield f"  {'agrees' if apart is None else apart.words}"
        yield f"  right:  {_readable(right)}"


def _readable(value: Any) -> str:
    """Text without anything that a terminal would obey."""
    text = value if isinstance(value, str) else str(value)[:LONGEST]
    return "".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in text)
