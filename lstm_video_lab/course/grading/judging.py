"""The judge of a class's answers, as the notebook that nbval runs calls it.

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
from typing import NamedTuple

from lstm_video_lab.course.check import CORRECT, ERROR, INCORRECT, NOT_ATTEMPTED
from lstm_video_lab.course.compare import difference
from lstm_video_lab.course.exercises import Answer, read_exercises
from lstm_video_lab.course.grading.cases import Cases
from lstm_video_lab.course.grading.isolation import Run, Sandbox
from lstm_video_lab.course.grading.isolation.results import TOO_LONG
from lstm_video_lab.course.handout import VISIBLE_SEED
from lstm_video_lab.files import write_whole

MISSING = "missing"
NOT_JUDGED = "not judged"  # the machine failed, and nobody knows what the answer is worth
NOT_ASKED = "not asked for"  # the reason, where somebody has chosen what to grade


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
    """Judges the answers of a class; a cell of the notebook calls `require_correct` for each.

    folder: holds `settings.json` with `solutions` (folder), `secret` (folders that no answer may
    see), `seed` and `level`, and for each answer `answers/KEY.json`, the numbered cells that its
    code may need. The record of each is written to `records/KEY.json`.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        settings = json.loads((self.folder / "settings.json").read_text("utf-8"))
        self.references: dict[str, Answer] = {}
        for exercise in read_exercises(Path(settings["solutions"])).values():
            self.references |= exercise.answers
        self.seed = int(settings["seed"])
        self._cases: dict[tuple[str, str], Cases] = {}
        secret = [Path(folder) for folder in settings["secret"]]
        self.sandbox = Sandbox(settings["level"], secret=secret)

    def require_correct(self, key: str, name: str) -> str:
        """The outcome, if it is correct; NotCorrectError for every other. Keeps the record."""
        cells = json.loads((self.folder / "answers" / f"{key}.json").read_text("utf-8"))
        record = self.judge(name, cells)
        path = self.folder / "records" / f"{key}.json"
        write_whole(path, json.dumps(asdict(record)) + "\n")
        if record.outcome != CORRECT:  # `assert` would be gone under python -O
            raise NotCorrectError(f"{name}: {record.outcome}. {record.words}")
        return CORRECT

    def judge(self, name: str, cells: Sequence[tuple[int, str]]) -> Record:
        """Run an answer on the visible and the hidden calls. SandboxError where that cannot be."""
        visible, hidden = self._cases_of(name, "visible"), self._cases_of(name, "hidden")
        record = record_of_visible(visible, self._run(visible, cells))
        if record.outcome == CORRECT:
            verdict = record_of_hidden(hidden, self._run(hidden, cells))
            record = replace(record, **verdict._asdict())
        record.seed = seed_of_answer(self.seed, name)
        record.calls = len(visible.calls) + len(hidden.calls)
        return record

    def _cases_of(self, name: str, kind: str) -> Cases:
        if (name, kind) not in self._cases:
            seed = VISIBLE_SEED if kind == "visible" else seed_of_answer(self.seed, name)
            self._cases[name, kind] = Cases(self.references[name], kind, seed)
        return self._cases[name, kind]

    def _run(self, cases: Cases, cells: Sequence[tuple[int, str]]) -> Run:
        """Visible and hidden calls run apart, so that what is shown never saw what is not."""
        reference = cases.reference
        seed = seed_of_answer(self.seed, reference.name)
        return self.sandbox.run(reference.preamble, cells, reference.name, cases.calls, seed=seed)


class NotCorrectError(AssertionError):
    """An answer that earns nothing, in one line."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


def seed_of_answer(seed: int, name: str) -> int:
    """Each answer's own, so that no two answers share their numbers."""
    digest = hashlib.sha256(f"{seed} {name}".encode()).digest()
    return int.from_bytes(digest[:6], "big")


def record_of_visible(cases: Cases, run: Run) -> Record:
    """What a run on the visible calls is worth, with all that helps the student."""
    if _is_stub(run):
        return Record(NOT_ATTEMPTED, "The stub is still there.")
    if run.end:
        return Record(ERROR, f"The answer was stopped: {run.end}.")
    record = _first_fault(cases, run) or Record(CORRECT, "All calls agree.")
    if run.results and "value" in run.results[0]:
        picture = cases.picture(run.results[0]["value"])
        if picture is not None:
            record.picture = base64.b64encode(picture.png).decode()
            record.picture_text = picture.text
    return record


def record_of_hidden(cases: Cases, run: Run) -> Verdict:
    """What a run on hidden calls is worth. Its words are chosen here: an answer writes none."""
    where = "In a case that is not shown"
    if run.end:
        reason = "it takes too long" if run.end == TOO_LONG else "the process ended"
        return Verdict(ERROR, f"{where} the answer was stopped: {reason}.")
    fault = _first_fault(cases, run)
    if fault is None:
        return Verdict(CORRECT, "All calls agree, visible and hidden.")
    if fault.outcome == ERROR:
        return Verdict(ERROR, f"{where} the answer ends with an error.")
    return Verdict(INCORRECT, f"{where} the result is another one.", fault.hint)


def _is_stub(run: Run) -> bool:
    error = run.results[0].get("error") if run.results else None
    return error is not None and error[0] == "NotImplementedError"


def _first_fault(cases: Cases, run: Run) -> Record | None:
    """The record of the first call that fails, differs or is missing; None where all agree."""
    tolerance = cases.reference.tolerance
    for number, (result, expected) in enumerate(zip(run.results, cases.expected, strict=False)):
        if "error" in result:
            return Record(ERROR, _words_about_error(result["error"]))
        departure = difference(result["value"], expected, tolerance)
        if departure is not None:
            words = f"In visible case {number + 1}: {departure.words}."
            return Record(INCORRECT, words, cases.hint(number, result["value"]))
    if len(run.results) != len(cases.calls):
        count = len(run.results)
        return Record(ERROR, f"{count} results came back for {len(cases.calls)} calls.")
    return None


def _words_about_error(error: list[str]) -> str:
    """An error's kind and message, and its line in the answer, if that is a number at all."""
    kind, message, line = error
    place = f" in line {line} of the answer" if re.fullmatch(r"[0-9]{1,6}", line) else ""
    return f"{kind}{place}: {message}." if message else f"{kind}{place}."
