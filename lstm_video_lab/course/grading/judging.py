"""The judge of one student's answers, as the notebook that nbval runs calls it.

The kernel that this runs in never runs a line of the student's: answers go to the sandbox, plain
values come back, and they are compared here with what the solution gives for the same calls.
"""

from __future__ import annotations

import base64
import builtins
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lstm_video_lab.course import plain_values
from lstm_video_lab.course.check import CORRECT, ERROR, INCORRECT, NOT_ATTEMPTED, beside_target
from lstm_video_lab.course.compare import Difference, difference
from lstm_video_lab.course.exercises import Answer, read_exercises
from lstm_video_lab.course.grading.isolation import Run, Sandbox
from lstm_video_lab.course.handout import VISIBLE_SEED
from lstm_video_lab.files import write_whole

MISSING = "missing"
NOT_JUDGED = "not judged"  # the machine failed, and nobody knows what the answer is worth


@dataclass
class Record:
    """What is kept of one answer; `words` and `hint` are for the student."""

    outcome: str
    words: str
    hint: str = ""
    picture: str = ""  # PNG in base64: theirs beside the target, for the first visible call
    picture_text: str = ""
    seed: int = 0
    calls: int = 0
    reason: str = ""  # why it was not judged, for the instructor


class Judge:
    """Judges the answers in a file; a cell of the notebook calls `require_correct` for each.

    submission: JSON with `answers` (name → code), `solutions` (folder), `seed` and `level`. The
    record of each answer is written beside it.
    """

    def __init__(self, submission: Path | str) -> None:
        settings = json.loads(Path(submission).read_text("utf-8"))
        self.references: dict[str, Answer] = {}
        for exercise in read_exercises(Path(settings["solutions"])).values():
            self.references |= exercise.answers
        self.answers: dict[str, str] = settings["answers"]
        self.seed = int(settings["seed"])
        self.records = Path(submission).parent
        self.sandbox = Sandbox(settings["level"])

    def require_correct(self, name: str) -> str:
        """The outcome, if it is correct; AssertionError for every other. Keeps the record."""
        record = self.judge(name)
        write_whole(self.records / f"{name}.json", json.dumps(asdict(record)) + "\n")
        assert record.outcome == CORRECT, f"{name}: {record.outcome}. {record.words}"
        return CORRECT

    def judge(self, name: str) -> Record:
        """Run an answer on the visible and the hidden calls. SandboxError where that cannot be."""
        if name not in self.answers:
            return Record(MISSING, "No answer was handed in.")
        reference = self.references[name]
        seed = seed_of_answer(self.seed, name)
        visible = reference.calls("visible", VISIBLE_SEED)
        calls = [*visible, *reference.calls("hidden", seed)]
        run = self.sandbox.run(reference.preamble, self.answers[name], name, calls, seed=seed)
        record = record_of_run(reference, calls, len(visible), run)
        record.seed = seed
        record.calls = len(calls)
        return record


def seed_of_answer(seed: int, name: str) -> int:
    """Each answer's own, so that no two answers share their numbers."""
    digest = hashlib.sha256(f"{seed} {name}".encode()).digest()
    return int.from_bytes(digest[:6], "big")


def record_of_run(
    reference: Answer, calls: list[dict[str, Any]], num_visible: int, run: Run
) -> Record:
    """What a run is worth: correct only if it ended in order and every single call agrees."""
    if _is_stub(run):
        return Record(NOT_ATTEMPTED, "The stub is still there.")
    if run.end:
        return Record(ERROR, f"The answer was stopped: {run.end}.")
    function = reference.function()
    expected = [function(**plain_values.copy_of(arguments)) for arguments in calls]
    record = _first_fault(reference, calls, num_visible, run.results, expected)
    if record is None and len(run.results) != len(calls):
        words = f"{len(run.results)} results came back for {len(calls)} calls."
        record = Record(ERROR, words)
    if record is None:
        record = Record(CORRECT, f"All {len(calls)} calls agree.")
    _add_picture(record, reference, run.results, expected)
    return record


def _is_stub(run: Run) -> bool:
    error = run.results[0].get("error") if run.results else None
    return error is not None and error[0] == "NotImplementedError"


def _first_fault(
    reference: Answer,
    calls: list[dict[str, Any]],
    num_visible: int,
    results: Sequence[dict[str, Any]],
    expected: list[Any],
) -> Record | None:
    """The record of the first call that fails or differs; None where all that came back agree."""
    for number, (result, expected_value) in enumerate(zip(results, expected, strict=False)):
        hidden = number >= num_visible
        if "error" in result:
            return Record(ERROR, _words_about_error(result["error"], hidden))
        departure = difference(result["value"], expected_value, reference.tolerance)
        if departure is not None:
            words = _words_about_difference(departure, number, hidden)
            return Record(INCORRECT, words, _hint(reference, calls[number], result["value"]))
    return None


def _words_about_difference(departure: Difference, number: int, hidden: bool) -> str:
    """The case, and how it differs; the difference to a hidden number would tell that number."""
    if not hidden:
        return f"In visible case {number + 1}: {departure.words}."
    words = "the numbers differ" if departure.largest is not None else departure.words
    return f"In a case that is not shown: {words}."


def _words_about_error(error: list[str], hidden: bool) -> str:
    """An error's kind and line; its message only where no hidden value can be in it."""
    kind, message, line = error
    if hidden and not hasattr(builtins, kind):  # a name can tell too
        kind = "Exception"
    place = f" in line {line} of the answer" if line else ""
    ending = f": {message}" if message and not hidden else ""
    return f"{kind}{place}{ending}."


def _hint(reference: Answer, arguments: dict[str, Any], value: Any) -> str:
    """The hint of the first known mistake that gives just this value."""
    for mistake in reference.mistakes:
        try:
            mistaken = reference.function(mistake)(**plain_values.copy_of(arguments))
        except Exception:
            continue
        if difference(value, mistaken, reference.tolerance) is None:
            return mistake.hint
    return ""


def _add_picture(
    record: Record, reference: Answer, results: Sequence[dict[str, Any]], expected: list[Any]
) -> None:
    """Theirs beside the target, for the first visible call; nothing where nothing can be drawn."""
    if not results or "value" not in results[0]:
        return
    picture = beside_target(reference.shows, results[0]["value"], expected[0])
    if picture is not None:
        record.picture = base64.b64encode(picture.png).decode()
        record.picture_text = picture.text
