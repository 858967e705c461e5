"""`course.toml` in the folder of grades: what a course has agreed on, read at each grading.

A key that is unknown, and a value that is none, is a ValueError of one line.
"""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from lstm_video_lab.course.grading.agreements import ALL, FILE, Agreements, LateRule, Time
from lstm_video_lab.course.grading.csv_tables import plain_text
from lstm_video_lab.course.grading.marks import COMMENT, HEAD
from lstm_video_lab.files import write_whole

EXAMPLE = "write 2026-12-01 or 2026-12-01T18:00"
TEMPLATE = """\
# What this course has agreed on: read at each grading, never rewritten.
# The guide says what each line means; take away the # to set it.
{roster}
# timezone = "Europe/Zurich"    # of the times below; without it, this machine's
{due}
{late_per_day}
# closes = "2026-12-08T18:00"   # what comes later earns nothing

# [exercises.01_lstm_cell]      # for one exercise; what is not said here holds as above
# due = "2026-11-03"            # until the end of that day
# late_per_day = 25

# [extensions."Ada Lovelace"]
# 01_lstm_cell = "2026-11-10T18:00"    # until then
# all = 3                              # days more, for all others

# [rubric.why_peep]             # a column for each, in written/why_peep.csv
# "says what is looked at" = 0.5
# "says why it must be known" = 0.5
"""


def read_agreements(
    out: Path,
    exercises: Mapping[str, Mapping[str, int]],
    due: str = "",
    late_per_day: float | None = None,
    roster: Path | None = None,
) -> Agreements:
    """What stands in `course.toml` of a folder; what the command line says holds before it.

    exercises  name → its questions → their points
    Raises ValueError for what is not understood.
    """
    path = out / FILE
    content = _read_toml(path) if path.is_file() else {}
    said = {"due": due, "late_per_day": late_per_day}
    said = {key: value for key, value in said.items() if value not in ("", None)}
    reader = _Reader(str(path), exercises)
    agreed = reader.read(content)
    lines = []
    for key in said:
        if path.is_file() and content.get(key) != said[key]:
            option = "--" + key.replace("_", "-")
            lines.append(f"{option} {said[key]} holds for this grading alone: write it into {path}")
    of_line = _Reader("the command line", exercises, agreed.zone)
    rules = {}
    for name, rule in agreed.rules.items():
        rules[name] = of_line.rule(said, rule, due="--due", late_per_day="--late-per-day")
    if agreed.roster and not agreed.roster.is_absolute():
        agreed = replace(agreed, roster=out / agreed.roster)
    return replace(agreed, rules=rules, roster=roster or agreed.roster, lines=tuple(lines))


def make_file(out: Path, due: str, late_per_day: float | None, roster: Path | None) -> list[str]:
    """The file, with what the command line says, where there is none; a line if so."""
    path = out / FILE
    if path.exists():
        return []
    name = json.dumps(str(roster.resolve()), ensure_ascii=False) if roster else ""
    percent = "# late_per_day = 10            # per cent of what was earned, for each day begun"
    text = TEMPLATE.format(
        roster=f"roster = {name}" if roster else '# roster = "roster.csv"',
        due=f'due = "{due}"' if due else '# due = "2026-12-01T18:00"',
        late_per_day=f"late_per_day = {late_per_day:g}" if late_per_day else percent,
    )
    write_whole(path, text)
    return [f"written: {path}"]


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: {error}: put names and dates in quotes") from None


class _Reader:
    """Reads one file; every error names it."""

    def __init__(
        self, where: str, exercises: Mapping[str, Mapping[str, int]], zone: tzinfo | None = None
    ) -> None:
        self.where = where
        self.exercises = exercises
        self.zone = zone

    def fail(self, words: str) -> ValueError:
        return ValueError(f"{self.where}: {words}")

    def read(self, content: dict[str, Any]) -> Agreements:
        rule_keys = ("due", "late_per_day", "closes")
        known = (*rule_keys, "roster", "timezone", "exercises", "extensions", "rubric")
        self.only_known(content, known, "")
        if "timezone" in content:
            self.zone = self.timezone(content["timezone"])
        general = self.rule({key: content[key] for key in rule_keys if key in content}, LateRule())
        own = self.table(content, "exercises", self.exercises)
        rules = {}
        for name in self.exercises:
            self.only_known(own.get(name, {}), rule_keys, f"exercises.{name}: ")
            rules[name] = self.rule(own.get(name, {}), general, f"exercises.{name}: ")
        roster = content.get("roster", "")
        if not isinstance(roster, str):
            raise self.fail(f"roster {roster!r} is no file: write its name in quotes")
        return Agreements(
            rules,
            {
                name: self.extension(name, more)
                for name, more in self.table(content, "extensions").items()
            },
            self.rubrics(content),
            Path(roster) if roster else None,
            self.zone,
        )

    def only_known(self, table: Mapping[str, Any], known: Collection[str], place: str) -> None:
        for key in table:
            if key not in known:
                raise self.fail(f"{place}{key!r} is unknown: give one of {', '.join(known)}")

    def table(
        self, content: Mapping[str, Any], key: str, known: Collection[str] | None = None
    ) -> dict[str, dict[str, Any]]:
        """A table of tables."""
        tables = content.get(key, {})
        if not isinstance(tables, dict) or not all(isinstance(t, dict) for t in tables.values()):
            raise self.fail(f"{key}: write a part [{key}.NAME] for each")
        if known is not None:
            self.only_known(tables, known, f"{key}: ")
        return tables

    def rule(
        self,
        said: Mapping[str, Any],
        rule: LateRule,
        place: str = "",
        due: str = "due",
        late_per_day: str = "late_per_day",
    ) -> LateRule:
        """A rule with what is said in place of its own; `place` stands before each error."""
        if "due" in said:
            rule = replace(rule, due=self.seconds(said["due"], place + due))
        if "closes" in said:
            rule = replace(rule, closes=self.seconds(said["closes"], f"{place}closes"))
        if "late_per_day" in said:
            percent = self.number(said["late_per_day"], place + late_per_day, 100)
            rule = replace(rule, per_day=percent)
        if rule.closes is not None and (rule.due is None or rule.closes < rule.due):
            raise self.fail(f"{place}it closes before it is due: give `due`, and `closes` after it")
        return rule

    def number(self, value: Any, name: str, most: float) -> float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not 0 <= value <= most:
            raise self.fail(f"{name} {value!r}: give 0 to {most:g}")
        return float(value)

    def seconds(self, value: Any, name: str) -> float:
        """A moment; a day ends at midnight."""
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value) if len(value) > 10 else _day(value)
            except ValueError:
                raise self.fail(f"{name} {value!r} is no date: {EXAMPLE}") from None
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime.combine(value + timedelta(days=1), time())
        if not isinstance(value, datetime):
            raise self.fail(f"{name} {value!r} is no date: {EXAMPLE}")
        return value.timestamp() if value.tzinfo else value.replace(tzinfo=self.zone).timestamp()

    def timezone(self, name: Any) -> tzinfo:
        try:
            return ZoneInfo(str(name))
        except (ValueError, OSError, LookupError):
            raise self.fail(f"timezone {name!r} is none: write it as Europe/Zurich") from None

    def extension(self, student: str, more: dict[str, Any]) -> dict[str, Time]:
        place = f"extensions.{student!r}: "
        self.only_known(more, (*self.exercises, ALL), place)
        times = {}
        for exercise, value in more.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                times[exercise] = Time(days=self.number(value, f"{place}{exercise}", 366))
            else:
                times[exercise] = Time(seconds=self.seconds(value, f"{place}{exercise}"))
        return times

    def rubrics(self, content: Mapping[str, Any]) -> dict[str, dict[str, float]]:
        questions: dict[str, int] = {}
        for of_exercise in self.exercises.values():
            questions |= of_exercise
        rubrics = self.table(content, "rubric", questions)
        for question, criteria in rubrics.items():
            taken = [name for name in criteria if plain_text(name) in (*HEAD, *COMMENT)]
            if taken:
                raise self.fail(f"rubric.{question}: {taken[0]!r} is another column: rename it")
            points = [
                self.number(p, f"rubric.{question}: {c!r}", 1000) for c, p in criteria.items()
            ]
            if not math.isclose(sum(points), questions[question]):
                raise self.fail(
                    f"rubric.{question}: its points are {sum(points):g} together, those of the "
                    f"question {questions[question]}: let them agree"
                )
        return rubrics


def _day(text: str) -> date:
    return date.fromisoformat(text)
