"""The judge of one student's answers: what the trusted notebook of a submission calls.

The kernel that this runs in never runs a line of the student's: answers go to the sandbox, plain
values come back, and they are held here against what the solution gives for the same calls.
"""

from __future__ import annotations

import base64
import builtins
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lstm_video_lab.course import plain_values
from lstm_video_lab.course.check import CORRECT, ERROR, INCORRECT, NOT_ATTEMPTED, beside
from lstm_video_lab.course.compare import Difference, difference
from lstm_video_lab.course.exercises import Answer, read_exercises
from lstm_video_lab.course.grading.isolation import Run, Sandbox
from lstm_video_lab.course.handout import VISIBLE_SEED
from lstm_video_lab.files import write_whole

MISSING = "missing"


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


class Trial:
    """Judges the answers that a case file names; a cell calls `judge` for each.

    case: JSON with `answers` (name → code), `solutions` (folder), `seed`, `level`, `records`
    (folder to write a record of each answer to).
    """

    def __init__(self, case: Path | str) -> None:
        told = json.loads(Path(case).read_text("utf-8"))
        exercises = read_exercises(Path(told["solutions"]))
        self.known = {name: a for e in exercises.values() for name, a in e.answers.items()}
        self.sources, self.seed = told["answers"], int(told["seed"])
        self.records = Path(told["records"])
        self.sandbox = Sandbox(told["level"])

    def judge(self, name: str) -> str:
        """The outcome, if it is correct; AssertionError for every other. Keeps the record."""
        record = self.try_answer(name)
        write_whole(self.records / f"{name}.json", json.dumps(asdict(record)) + "\n")
        assert record.outcome == CORRECT, f"{name}: {record.outcome}. {record.words}"
        return CORRECT

    def try_answer(self, name: str) -> Record:
        answer, seed = self.known[name], seed_of(self.seed, name)
        if name not in self.sources:
            return Record(MISSING, "No answer was handed in.")
        visible = answer.calls("visible", VISIBLE_SEED)
        calls = [*visible, *answer.calls("hidden", seed)]
        run = self.sandbox.run(answer.given, self.sources[name], name, calls, seed=seed)
        record = judge(answer, calls, len(visible), run)
        record.seed, record.calls = seed, len(calls)
        return record


def seed_of(seed: int, name: str) -> int:
    """Each answer's own, so that no two answers share their numbers."""
    return int.from_bytes(hashlib.sha256(f"{seed} {name}".encode()).digest()[:6], "big")


def judge(answer: Answer, calls: list[dict[str, Any]], visible: int, run: Run) -> Record:
    """What a run is worth: correct only if it ended in order and every single call agrees."""
    results = run.results
    if results and (told := results[0].get("error")) and told[0] == "NotImplementedError":
        return Record(NOT_ATTEMPTED, "The stub is still there.")
    reference = answer.function()
    expected = [reference(**plain_values.copy_of(arguments)) for arguments in calls]
    picture: dict[str, Any] = _picture(answer, results, expected)
    if run.end:
        return Record(ERROR, f"The answer was stopped: {run.end}.")
    for number, (result, want) in enumerate(zip(results, expected, strict=False)):
        hidden = number >= visible
        if "error" in result:
            return Record(ERROR, _tell(result["error"], hidden), **picture)
        told = difference(result["value"], want, answer.tolerance)
        if told is not None:
            words = _where(told, number, hidden)
            hint = _hint(answer, calls[number], result["value"])
            return Record(INCORRECT, words, hint, **picture)
    if len(results) != len(calls):
        return Record(ERROR, f"{len(results)} results came back for {len(calls)} calls.", **picture)
    return Record(CORRECT, f"All {len(calls)} calls agree.", **picture)


def _where(told: Difference, number: int, hidden: bool) -> str:
    """The case, and how it differs; the difference to a hidden number would tell that number."""
    if not hidden:
        return f"In visible case {number + 1}: {told.words}."
    words = "the numbers differ" if told.largest is not None else told.words
    return f"In a case that is not shown: {words}."


def _tell(error: list[str], hidden: bool) -> str:
    """An error's kind and line; its message only where no hidden value can be in it."""
    kind, words, line = error
    kind = kind if not hidden or hasattr(builtins, kind) else "Exception"  # a name can tell too
    place = f" in line {line} of the answer" if line else ""
    told = f": {words}" if words and not hidden else ""
    return f"{kind}{place}{told}."


def _hint(answer: Answer, arguments: dict[str, Any], found: Any) -> str:
    """The hint of the first known mistake that gives just this."""
    for mistake in answer.mistakes:
        try:
            value = answer.function(mistake)(**plain_values.copy_of(arguments))
        except Exception:
            continue
        if difference(found, value, answer.tolerance) is None:
            return mistake.hint
    return ""


def _picture(answer: Answer, results: tuple[dict[str, Any], ...], expected: list) -> dict[str, str]:
    """Theirs beside the target, for the first visible call; nothing where nothing can be drawn."""
    if not results or "value" not in results[0]:
        return {}
    picture = beside(answer.shows, results[0]["value"], expected[0])
    if picture is None:
        return {}
    data = base64.b64encode(picture.png).decode()
    return {"picture": data, "picture_text": picture.text}
