"""Whom an instructor means by a name: on the command line, in `course.toml` and in `overrides.csv`.

A name is taken in any case, with or without accents, its words in any order, by what the roster
says of somebody, and by whole words of it, where these are one student's. On the command line any
part does: what is found is printed at once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path, PurePath

from lstm_video_lab.course.grading.csv_tables import Names, refuse
from lstm_video_lab.course.grading.owners import Owner, name_key
from lstm_video_lab.course.grading.roster import Roster

MOST_NAMED = 8  # students in one line


class People(Names):
    """Names as people write them → names of students.

    students  all whom a name may mean
    now       of some of them: what they are called now
    present   those of this grading; None: all of them
    roster    of the course, where there is one
    """

    def __init__(
        self,
        students: Collection[str],
        now: Mapping[str, str] | None = None,
        present: Collection[str] | None = None,
        roster: Roster | None = None,
    ) -> None:
        super().__init__(students, now, present)
        self.students = sorted(students)
        self.roster = roster
        # How a table's letters are read must not rest on what is merely like a name.
        self.known = Names(students, now, present).known

    def find(self, cell: str) -> set[str]:
        """The students that a name may mean: by the whole of it, else by what is like it, else by
        some of its words.
        """
        ways = super().find, self._of_the_roster, self._by_letters, self._by_words
        return next((students for way in ways if (students := way(cell))), set())

    def the_one(self, path: Path, row: int, column: str, cell: str) -> str:
        """The student that a cell means. Raises ValueError where that is nobody, or two."""
        students = self.find(cell)
        if len(students) > 1:
            refuse(path, row, column, may_be(cell, students))
        return super().the_one(path, row, column, cell)

    def meant(self, name: str, else_none: str = "") -> str:
        """The student that somebody types. Raises ValueError where that is nobody, or two.

        else_none  what to add where it is nobody
        """
        students = self.find(name) or self._by_part(name)
        if len(students) > 1:
            raise ValueError(may_be(name, students))
        if not students:
            known = some_of(self.students)
            raise ValueError(f"{name!r} is nobody here{else_none}: give one of {known}")
        (student,) = students
        return student

    def _of_the_roster(self, name: str) -> set[str]:
        people = self.roster.find(Owner(name, ""), PurePath()) if self.roster else []
        return {person.student for person in people} & {*self.students}

    def _by_letters(self, name: str) -> set[str]:
        keys = _spellings(name)
        return self._called_now(one for one in self.students if keys & _spellings(one))

    def _by_words(self, name: str) -> set[str]:
        words = {*_words(name)}
        if not words:
            return set()
        return self._called_now(one for one in self.students if words <= {*_words(one)})

    def _by_part(self, name: str) -> set[str]:
        part = " ".join(_words(name))
        if not part:
            return set()
        return self._called_now(one for one in self.students if part in " ".join(_words(one)))

    def _called_now(self, students: Iterable[str]) -> set[str]:
        return {self.now.get(student, student) for student in students}


def chosen(
    only: Collection[str],
    exercises: Collection[str],
    students: Collection[str],
    roster: Roster | None = None,
) -> list[str]:
    """Exercises and students as they are called, for what somebody types. Raises ValueError."""
    people = People(students, roster=roster)
    names = []
    for name in only:
        try:
            names.append(name if name in exercises else people.meant(name, ", and no exercise"))
        except ValueError as error:
            raise ValueError(f"--only: {error}") from None
    return names


def may_be(name: str, students: Collection[str]) -> str:
    """What to say of a name that is several students'."""
    return f"{name!r} may be {some_of(sorted(students), ' or ')}: write more of the name"


def some_of(students: Collection[str], between: str = ", ") -> str:
    """Names for one line."""
    first = [*students][:MOST_NAMED]
    more = len(students) - len(first)
    return between.join(first) + (f" and {more} more" if more else "")


def _words(name: str) -> list[str]:
    """Of a name, in plain letters: without accents and signs, in no case."""
    apart = unicodedata.normalize("NFKD", name_key(name))
    letters = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return re.findall(r"\w+", letters.replace("'", "").replace("’", "").casefold())


def _spellings(name: str) -> set[str]:
    """A name with its words sorted, and in one word, any of them first, as Canvas has it."""
    words = _words(name)
    in_one = {"".join([*words[first:], *words[:first]]) for first in range(len(words))}
    return {" ".join(sorted(words)), *in_one} - {""}
