"""Why a mark is what it is: `grade SUBMISSIONS --out DIR --explain STUDENT ANSWER`.

First a head: verdict, points, lateness, override, and the first call that differs. Then, of an
answer, the code that was judged and each call with the student's result beside the right one; of a
question, what was written. For the instructor: it shows what is hidden from students.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lstm_video_lab.course import plain_values
from lstm_video_lab.course.check import CORRECT
from lstm_video_lab.course.compare import difference
from lstm_video_lab.course.exercises import Answer, Exercise, read_exercises
from lstm_video_lab.course.grading import gradebook
from lstm_video_lab.course.grading.agreements import Agreements
from lstm_video_lab.course.grading.grade import (
    GradedSubmission,
    Grading,
    read_seed,
    record_path,
    require_isolation,
    try_to_read,
)
from lstm_video_lab.course.grading.gradebook import Book, as_text
from lstm_video_lab.course.grading.intake import Submission, read_submissions
from lstm_video_lab.course.grading.isolation import Sandbox
from lstm_video_lab.course.grading.judging import (
    MISSING,
    NOT_ASKED,
    NOT_JUDGED,
    Record,
    seed_of_answer,
)
from lstm_video_lab.course.grading.people import People
from lstm_video_lab.course.grading.records import (
    digest_of_answer,
    digest_of_script,
    read_records,
)
from lstm_video_lab.course.grading.roster import Roster
from lstm_video_lab.course.handout import VISIBLE_SEED

FEW = 8  # numbers of a tensor that are all shown
FIRST = 6  # of more
LONGEST = 1000  # characters of another value


@dataclass(frozen=True)
class Place:
    """Where things lie: what was handed in, the grades, the solutions."""

    submissions: Path
    out: Path
    solutions: Path

    @property
    def secret(self) -> list[Path]:
        return [self.solutions, self.submissions, self.out]


def explain(
    place: Place,
    student: str,
    name: str,
    agreed: Agreements | None = None,
    roster: Roster | None = None,
    *,
    accept_limits: bool = False,
    whole: bool = False,
) -> Iterator[str]:
    """Lines for a person.

    student  in any spelling that `People` knows
    name     of an answer, or of a question in words
    whole    all numbers of a long tensor
    Raises ValueError for an unknown student or answer, or no grading, and where an answer could
    read the solutions.
    """
    exercises = read_exercises(place.solutions)
    asked = {n: e for e in exercises.values() for n in (*e.answers, *e.written)}
    submissions = {
        one.student: one for one in read_submissions(place.submissions, exercises, roster)
    }
    student = People(submissions, roster=roster).meant(student)
    if name not in asked:
        raise ValueError(f"no answer is called {name!r}: give one of {', '.join(asked)}")
    seed = read_seed(place.out)
    if seed is None:
        raise ValueError(f"{place.out}: nothing was graded into this folder: give --out as it was")
    exercise, submission = asked[name], submissions[student]
    graded = [_as_kept(one, place.out, exercises) for one in submissions.values()]
    grading = Grading(exercises, graded, seed, "")
    book = gradebook.read_book(grading, place.out, agreed, roster)
    mine = next(one for one in graded if one.submission is submission)
    yield f"{student}: {name} of {exercise.name}"
    if name in exercise.written:
        yield from _words(book, mine, exercise, name)
        return
    yield _verdict(book, mine, exercise.answers[name])
    yield from _late(book, mine, exercise)
    if name not in submission.cells:
        yield "  has not answered it"
        return
    with Sandbox(secret=place.secret) as sandbox:
        require_isolation(sandbox.level, accept_limits)
        try_to_read(sandbox, place.secret)
        yield from _calls(place, sandbox, mine, exercise, name, seed, whole)


def _as_kept(submission: Submission, out: Path, exercises: dict[str, Exercise]) -> GradedSubmission:
    """A submission with the verdicts of the last grading."""
    kept = read_records(record_path(out, submission.student))
    records = {}
    for exercise in exercises.values():
        for name in exercise.answers:
            if name in kept:
                records[name] = kept[name][1]
            elif name in submission.cells or submission.failed:
                records[name] = Record(NOT_JUDGED, "", reason=submission.failed or NOT_ASKED)
            else:
                records[name] = Record(MISSING, "")
    return GradedSubmission(submission, records)


def _verdict(book: Book, graded: GradedSubmission, answer: Answer) -> str:
    record = graded.records[answer.name]
    override = book.override(graded, answer.name)
    words = record.outcome
    if record.outcome != NOT_JUDGED:
        earned = answer.points if record.outcome == CORRECT else 0
        words += f", {earned} of {answer.points} points"
    if override:
        words += f"; set by you to {override.points:g}: {_readable(override.reason)}"
    return f"  {words}"


def _late(book: Book, graded: GradedSubmission, exercise: Exercise) -> Iterator[str]:
    """What comes of lateness, and what the whole exercise has."""
    number = [*book.grading.exercises].index(exercise.name)
    points = book.points(graded)[number]
    days, share = book.late_days(graded, exercise.name), book.share(graded, exercise.name)
    if exercise.name not in graded.submission.files:
        yield f"  handed nothing in for {exercise.name}"
    elif days:
        lost = as_text(100 * (1 - share))
        words = "nothing" if share == 1 else f"{lost} % of what was earned"
        yield f"  {days} day{'' if days == 1 else 's'} late: {words} is taken off"
    elif book.agreed.rule(exercise.name, graded.submission.student)[0].due is not None:
        yield "  in time"
    if override := book.override(graded, exercise.name):
        yield f"  the exercise is set by you to {override.points:g}: {override.reason}"
    known = (
        "not all judged yet" if points is None else f"{as_text(points)} of {exercise.points} points"
    )
    yield f"  {exercise.name} in all: {known}"


def _words(book: Book, graded: GradedSubmission, exercise: Exercise, name: str) -> Iterator[str]:
    """Of a question: its mark, and what was written."""
    mark, most = book.mark(graded, name), exercise.written[name]
    yield "  not marked yet" if mark is None else f"  mark: {mark:g} of {most}"
    if override := book.override(graded, name):
        yield f"  set by you: {override.reason}"
    student, table = graded.submission.student, book.tables[name]
    for criterion, points in table.criteria.get(student, {}).items():
        yield f"  {_readable(criterion)}: {points:g} of {table.rubric[criterion]:g}"
    if comment := table.comments.get(student, ""):
        yield f"  comment: {_readable(comment)}"
    yield from _late(book, graded, exercise)
    text = graded.submission.written.get(name, "")
    yield f"the answer:\n{_readable(text)}" if text else "  has not answered it"


def _calls(
    place: Place,
    sandbox: Sandbox,
    graded: GradedSubmission,
    exercise: Exercise,
    name: str,
    class_seed: int,
    whole: bool,
) -> Iterator[str]:
    """The first call that differs, the code, and each call with both results."""
    submission, reference = graded.submission, exercise.answers[name]
    cells = submission.cells[name]
    kept = read_records(record_path(place.out, submission.student)).get(name)
    script = place.solutions / f"{exercise.name}.py"
    digest = digest_of_answer(digest_of_script(script, class_seed, sandbox.level), name, cells)
    if kept and kept[0] != digest:
        yield "  since it was judged the answer, the exercise or the seed has changed: grade again"
    seed = kept[1].seed if kept else seed_of_answer(class_seed, name)
    lines: list[str] = []
    first = ""
    for kind, seed_of_kind in (("visible", VISIBLE_SEED), ("hidden", seed)):
        calls = reference.calls(kind, seed_of_kind)
        run = sandbox.run(reference.preamble, cells, name, calls, seed=seed)
        if run.end:
            lines.append(f"{kind} calls: {run.end}")
            first = first or lines[-1]
            continue
        for number, (arguments, result) in enumerate(zip(calls, run.results, strict=False), 1):
            call = f"{kind} call {number}"
            words, of_call = _compared(reference, arguments, result, whole)
            first = first or (f"{call}: {words}" if words else "")
            lines += [*_with_arguments(call, arguments, whole), *of_call]
    yield f"  first that differs: {first}" if first else "  all calls agree"
    yield f"seed {seed}"
    code = sandbox.run(reference.preamble, cells, name, [{}], explain=True)
    yield _readable(code.results[0].get("value", code) if code.results else code.end)
    yield from lines


def _compared(
    reference: Answer, arguments: dict[str, Any], result: dict[str, Any], whole: bool
) -> tuple[str, list[str]]:
    """How a result differs from the right one ("" where it does not), and lines on both."""
    right = reference.function()(**plain_values.copy_of(arguments))
    shown = f"  right:  {_readable(_shown(right, whole))}"
    if "error" in result:
        error = _readable(": ".join(result["error"][:2]))
        return error, [f"  theirs: {error}", shown]
    apart = difference(result["value"], right, reference.tolerance)
    theirs = f"  theirs: {_readable(_shown(result['value'], whole))}"
    words = apart.words if apart else ""
    return words, [theirs, f"  {words or 'agrees'}", shown]


def _with_arguments(call: str, arguments: dict[str, Any], whole: bool) -> Iterator[str]:
    """A call, with a line for each argument."""
    yield f"{call}:"
    for name, value in arguments.items():
        yield f"  {name} = {_readable(_shown(value, whole))}"


def _shown(value: Any, whole: bool) -> str:
    """A value as text: of a long tensor its shape and its first numbers."""
    if isinstance(value, torch.Tensor | np.ndarray):
        return _tensor_shown(np.asarray(value), whole)
    if isinstance(value, list | tuple):
        return f"({', '.join(_shown(one, whole) for one in value)})"
    text = str(value)
    return text if whole or len(text) <= LONGEST else f"{text[:LONGEST]} …"


def _tensor_shown(numbers: np.ndarray[Any, Any], whole: bool) -> str:
    head = f"{numbers.dtype} {numbers.shape}: "
    if whole:
        return head + np.array2string(numbers, threshold=numbers.size + 1, separator=", ")
    first = numbers.flatten()[: numbers.size if numbers.size <= FEW else FIRST].tolist()
    texts = [f"{one:.4g}" if isinstance(one, float) else str(one) for one in first]
    return head + ", ".join([*texts, *["…"] * (numbers.size > FEW)])


def _readable(value: Any) -> str:
    """Text without anything that a terminal would obey."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in str(value))
