"""What was judged is kept, in `records/STUDENT.json`, so that it is not judged again.

A record counts as long as the digest beside it is that of what would be judged now.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from lstm_video_lab.course.exercises import Exercise
from lstm_video_lab.course.grading.intake import Submission
from lstm_video_lab.course.grading.judging import MISSING, NOT_ASKED, NOT_JUDGED, Record
from lstm_video_lab.course.grading.nbval_runner import HandedIn, Settings
from lstm_video_lab.files import write_whole

VERSION = 5  # of what a grading means: records of another one are made again


class StartedSubmission:
    """A submission on the way to its records: those that are kept, and what is still to judge."""

    def __init__(
        self,
        submission: Submission,
        path: Path,
        exercises: dict[str, Exercise],
        settings: Settings,
        only: Collection[str],
    ) -> None:
        self.submission = submission
        self.path = path
        self.to_judge: dict[str, HandedIn] = {}
        self._kept = read_records(self.path)
        self._digests: dict[str, str] = {}
        self._names = [name for exercise in exercises.values() for name in exercise.answers]
        self._records: dict[str, Record] = {}
        for exercise in exercises.values():
            script = settings.solutions / f"{exercise.name}.py"
            of_script = digest_of_script(script, settings.seed, settings.level)
            is_asked = not only or submission.student in only or exercise.name in only
            for name in exercise.answers:
                self._begin(name, of_script, is_asked)

    def _begin(self, name: str, of_script: str, is_asked: bool) -> None:
        cells = self.submission.cells.get(name)
        digest = digest_of_answer(of_script, name, cells or [])
        kept, record = self._kept.get(name, ("", None))
        if record is not None and (kept == digest or not is_asked):
            self._records[name] = record
        elif cells is None and self.submission.failed:
            words = "Your file could not be read: tell your instructor."
            self._records[name] = Record(NOT_JUDGED, words, reason=self.submission.failed)
        elif cells is None:
            self._records[name] = Record(MISSING, "No answer was handed in.")
        elif is_asked:
            self._digests[name] = digest
            self.to_judge[name] = HandedIn(self.path.stem, name, cells)
        else:
            self._records[name] = Record(NOT_JUDGED, "This was not graded.", reason=NOT_ASKED)

    def add(self, name: str, record: Record) -> None:
        """What an answer came to."""
        del self.to_judge[name]
        self._records[name] = record
        if record.outcome != NOT_JUDGED:
            self._kept[name] = self._digests[name], record

    def store(self) -> None:
        """Keep what was judged here, if anything was."""
        if self._digests.keys() & self._kept.keys():
            write_records(self.path, self.submission.student, self._kept)

    def records(self) -> dict[str, Record]:
        """In the order of the exercises."""
        return {name: self._records[name] for name in self._names}


def digest_of_script(script: Path, seed: int, level: str) -> str:
    """Of all that the records of an exercise depend on besides what was handed in."""
    digest = hashlib.sha256(f"{VERSION} {seed} {level} {script.name} ".encode())
    digest.update(script.read_bytes())
    return digest.hexdigest()


def digest_of_answer(of_script: str, name: str, cells: Sequence[tuple[int, str]]) -> str:
    """Of all that the record of one answer depends on."""
    text = json.dumps([of_script, name, cells])
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def read_records(path: Path) -> dict[str, tuple[str, Record]]:
    """Answer → (digest, record); what cannot be read is not there."""
    try:
        stored = json.loads(path.read_text("utf-8"))["answers"]
        return {name: (one["digest"], Record(**one["record"])) for name, one in stored.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def write_records(path: Path, student: str, kept: Mapping[str, tuple[str, Record]]) -> None:
    """kept: answer → (digest, record)"""
    answers = {
        name: {"digest": digest, "record": vars(record)} for name, (digest, record) in kept.items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps({"student": student, "answers": answers}) + "\n")
