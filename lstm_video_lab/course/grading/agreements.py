"""What a course has agreed on: due dates and late rules, of all exercises or of one; extensions of
students; rubrics of questions in words; the roster. `course_file` reads it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from lstm_video_lab.course.grading.csv_tables import Names

FILE = "course.toml"
DAY = 24 * 3600.0
ALL = "all"  # exercises, in an extension


@dataclass(frozen=True)
class LateRule:
    """Until when an exercise may be handed in, and what each day begun after that costs.

    due, closes   seconds since 1970; None for any time. What comes after `closes` earns nothing
    per_day       per cent of what was earned in the exercise
    """

    due: float | None = None
    per_day: float = 0.0
    closes: float | None = None

    def extended(self, due: float) -> LateRule:
        """The same for somebody who has more time; it closes as much later."""
        later = max(0.0, due - (self.due if self.due is not None else due))
        return replace(self, due=due, closes=None if self.closes is None else self.closes + later)

    def days_late(self, handed_in: float) -> int:
        """Days begun after `due`."""
        return 0 if self.due is None else max(0, math.ceil((handed_in - self.due) / DAY))

    def share(self, days: int, handed_in: float) -> float:
        """Of what was earned, what is left of it."""
        if self.closes is not None and handed_in > self.closes:
            return 0.0
        return max(0.0, 1 - days * self.per_day / 100)


@dataclass(frozen=True)
class Agreements:
    """What stands in the file, and on the command line.

    rules       exercise → its rule
    extensions  student → exercise, or ALL → seconds since 1970, or days more
    rubrics     question → criterion → the most points
    """

    rules: Mapping[str, LateRule] = field(default_factory=dict)
    extensions: Mapping[str, Mapping[str, Time]] = field(default_factory=dict)
    rubrics: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    roster: Path | None = None
    zone: tzinfo | None = None
    lines: tuple[str, ...] = ()  # for the instructor

    def rule(self, exercise: str, student: str) -> tuple[LateRule, bool]:
        """The rule for a student, and whether it is an extension: nobody is due earlier by one."""
        rule = self.rules.get(exercise, LateRule())
        more = self.extensions.get(student, {})
        extension = more.get(exercise, more.get(ALL))
        if extension is None or rule.due is None:
            return rule, False
        due = extension.seconds
        if extension.days is not None:
            due = self._days_after(rule.due, extension.days)
        return rule.extended(max(rule.due, due)), True

    def _days_after(self, moment: float, days: float) -> float:
        """By the calendar: a day on which the clocks are changed is a day."""
        return (datetime.fromtimestamp(moment, self.zone) + timedelta(days=days)).timestamp()

    @property
    def has_dates(self) -> bool:
        return any(rule.due is not None for rule in self.rules.values())

    def of_students(self, path: Path, names: Names, all_known: bool) -> Agreements:
        """The same with the students' names as the gradebook has them.

        all_known  whether nobody else can be meant. Raises ValueError for somebody else then.
        """
        extensions: dict[str, Mapping[str, Time]] = {}
        lines = list(self.lines)
        for name, more in self.extensions.items():
            students = names.find(name)
            if len(students) > 1 or (not students and all_known):
                several = f"is two students or more: {' or '.join(sorted(students))}"
                words = several if students else "is nobody of this course"
                raise ValueError(f"{path}: extensions: {name!r} {words}: write the name as it was")
            if not students:
                lines.append(
                    f"{path}: extensions: {name!r} is nobody of this grading: is it right?"
                )
            for student in students:
                if student in extensions:
                    words = f"{student!r} is there twice, in two spellings: write one part"
                    raise ValueError(f"{path}: extensions: {words}")
                extensions[student] = more
        return replace(self, extensions=extensions, lines=tuple(lines))


@dataclass(frozen=True)
class Time:
    """A moment, in seconds since 1970; or days, where there are any."""

    seconds: float = 0.0
    days: float | None = None
