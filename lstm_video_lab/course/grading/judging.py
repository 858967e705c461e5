"""The judge of one student's answers, as the notebook that nbval runs calls it.

The kernel that this runs in never runs a line of the student's: answers go to the sandbox, plain
values come back, and they are compared here with what the solution gives for the same calls.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from lstm_video_lab.course import plain_values
from lstm_video_lab.course.check import CORRECT, ERROR, INCORRECT, NOT_ATTEMPTED, beside_target
from lstm_video_lab.course.compare import difference
from lstm_video_lab.course.exercises import Answer, read_exercises
from lstm_video_lab.course.grading.isolation import TOO_LONG, Run, Sandbox
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


class Verdict(NamedTuple):
    """What hidden calls came to."""

    outcome: str
    words: str
    hint: str = ""


class Judge:
    """Judges the answers in a file; a cell of the notebook calls `require_correct` for each.

    submission: JSON with `answers` (name → code), `cells` (name → numbered cells), `solutions`
    (folder), `secret` (folders that no answer may see), `seed` and `level`. The record of each
    answer is written beside it.
    """

    def __init__(self, submission: Path | str) -> None:
        settings = json.loads(Path(submission).read_text("utf-8"))
        self.references: dict[str, Answer] = {}
        for exercise in read_exercises(Path(settings["solutions"])).values():
            self.references |= exercise.answers
        self.answers: dict[str, str] = settings["answers"]
        self.cells: dict[str, list[tuple[int, str]]] = settings["cells"]
        self.seed = int(settings["seed"])
        self.records = Path(submission).parent
        secret = [Path(folder) for folder in settings["secret"]]
        self.sandbox = Sandbox(settings["level"], secret=secret)

    def require_correct(self, name: str) -> str:
        """The outcome, if it is correct; AssertionError for every other. Keeps the record."""
        record = self.judge(name)
        write_whole(self.records / f"{name}.json", json.dumps(asdict(record)) + "\n")
        if record.outcome != CORRECT:  # `assert` would be gone under python -O
            raise AssertionError(f"{name}: {record.outcome}. {record.words}")
        return CORRECT

    def judge(self, name: str) -> Record:
        """Run an answer on the visible and the hidden calls. SandboxError where that cannot be."""
        if name not in self.answers:
            return Record(MISSING, "No answer was handed in.")
        reference = self.references[name]
        seed = seed_of_answer(self.seed, name)
        seed = seed_of_answer(self.seed, name)
        visible = reference.calls("visible", VISIBLE_SEED)
        hidden = reference.calls("hidden", seed)
        record = record_of_visible(reference, visible, self._run(reference, visible, seed))
        if record.outcome == CORRECT:
            run = self._run(reference, hidden, seed)
            record = replace(record, **record_of_hidden(reference, hidden, run)._asdict())
        record.seed = seed
        record.calls = len(visible) + len(hidden)
        return record

    def _run(self, reference: Answer, calls: list[dict[str, Any]], seed: int) -> Run:
        """Visible and hidden calls run apart, so that what is shown never saw what is not."""
        source = self.cells.get(reference.name) or self.answers[reference.name]
        return self.sandbox.run(reference.preamble, source, reference.name, calls, seed=seed)


def seed_of_answer(seed: int, name: str) -> int:
    """Each answer's own, so that no two answers share their numbers."""
    digest = hashlib.sha256(f"{seed} {name}".encode()).digest()
    return int.from_bytes(digest[:6], "big")


def record_of_visible(reference: Answer, calls: list[dict[str, Any]], run: Run) -> Record:
    """What a run on the visible calls is worth, with all that helps the student."""
    if _is_stub(run):
        return Record(NOT_ATTEMPTED, "The stub is still there.")
    if run.end:
        return Record(ERROR, f"The answer was stopped: {run.end}.")
    expected = _expected(reference, calls)
    record = Record(CORRECT, "All calls agree.")
    if fault := _first_fault(reference, calls, run, expected):
        record = fault
    _add_picture(record, reference, run.results, expected)
    return record


def record_of_hidden(reference: Answer, calls: list[dict[str, Any]], run: Run) -> Verdict:
    """What a run on hidden calls is worth. Its words are chosen here: an answer writes none."""
    where = "In a case that is not shown"
    if run.end:
        reason = "it takes too long" if run.end == TOO_LONG else "the process ended"
        return Verdict(ERROR, f"{where} the answer was stopped: {reason}.")
    fault = _first_fault(reference, calls, run, _expected(reference, calls))
    if fault is None:
        return Verdict(CORRECT, "All calls agree, visible and hidden.")
    if fault.outcome == ERROR:
        return Verdict(ERROR, f"{where} the answer ends with an error.")
    return Verdict(INCORRECT, f"{where} the result is another one.", fault.hint)


def _expected(reference: Answer, calls: list[dict[str, Any]]) -> list[Any]:
    function = reference.function()
    return [function(**plain_values.copy_of(arguments)) for arguments in calls]


def _is_stub(run: Run) -> bool:
    error = run.results[0].get("error") if run.results else None
    return error is not None and error[0] == "NotImplementedError"


def _first_fault(
    reference: Answer, calls: list[dict[str, Any]], run: Run, expected: list[Any]
) -> Record | None:
    """The record of the first call that fails, differs or is missing; None where all agree."""
    results = run.results
    for number, (result, expected_value) in enumerate(zip(results, expected, strict=False)):
        if "error" in result:
            return Record(ERROR, _words_about_error(result["error"]))
        departure = difference(result["value"], expected_value, reference.tolerance)
        if departure is not None:
            words = f"In visible case {number + 1}: {departure.words}."
            return Record(INCORRECT, words, _hint(reference, calls[number], result["value"]))
    if len(results) != len(calls):
        return Record(ERROR, f"{len(results)} results came back for {len(calls)} calls.")
    return None


def _words_about_error(error: list[str]) -> str:
    """An error's kind and message, and its line in the answer, if that is a number at all."""
    kind, message, line = error
    place = f" in line {line} of the answer" if re.fullmatch(r"[0-9]{1,6}", line) else ""
    return f"{kind}{place}: {message}." if message else f"{kind}{place}."


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
