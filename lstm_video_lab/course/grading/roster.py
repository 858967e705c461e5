"""Who is in the course: `--roster FILE`, a table with the columns name, id and section.

Exports of Canvas and Moodle are such tables too. A column `also` holds other names of a student, as
files and folders have them, with `;` between them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePath

from lstm_video_lab.course.grading.csv_tables import Sheet, plain_text, read_sheet, refuse
from lstm_video_lab.course.grading.letters import may_be_a_name, without_accents
from lstm_video_lab.course.grading.owners import Owner, name_key, readable_name

NAME = ("name", "student", "full name", "student name")
FIRST, LAST = ("first name", "given name"), ("last name", "surname", "family name")
ID = ("id", "student id", "id number", "number", "sis user id", "username")
SECTION = ("section", "sections", "group", "groups")
ALSO = ("also", "alias", "aliases", "sis login id", "login", "email", "email address")
SHORTEST_LOGIN = 4  # letters: a section is none
NOBODY = ("points possible", "student, test", "test student")  # rows of Canvas's export


@dataclass
class Person:
    """A student of the course; `student` is what the gradebook calls them."""

    name: str
    id: str = ""
    section: str = ""
    also: set[str] = field(default_factory=set)
    student: str = ""


class Roster:
    """All students of a course, found by what their files are called."""

    def __init__(self, path: Path, people: list[Person], is_of_canvas: bool = False) -> None:
        self.path = path
        self.is_of_canvas = is_of_canvas  # an export of Canvas, whose ids are its own
        self.people = people
        self._by_id: dict[str, list[Person]] = {}
        self._by_name: dict[str, list[Person]] = {}
        names = [name_key(person.name) for person in people]
        for person in people:
            twice = names.count(name_key(person.name)) > 1
            person.student = f"{person.name} ({person.id})" if twice else person.name
            if person.id:
                self._by_id.setdefault(person.id.casefold(), []).append(person)
            keys = {*_keys(person.name), name_key(person.student), name_key(person.id)}
            for key in (keys | {*map(name_key, person.also)}) - {""}:
                self._by_name.setdefault(key, []).append(person)

    def find(self, owner: Owner, path: PurePath) -> list[Person]:
        """The students that a file may be of: by the name, or an id in its place; where that is
        nobody's, or of two, by an id in the path: a word of four characters or more, one of them a
        digit. Moodle's is none of theirs: it is another one for each assignment.
        """
        key = name_key(owner.student)
        in_order = " ".join(sorted(re.findall(r"\w+", key)))
        named = self._by_name.get(key) or self._by_name.get(in_order, [])
        if len(named) == 1:
            return named
        words = re.split(r"[\s_.()\[\]-]+", " ".join(path.parts))
        ids = [word.casefold() for word in words if len(word) >= 4 and re.search(r"\d", word)]
        numbered = [
            person
            for word in dict.fromkeys([*ids, owner.ids.get("canvas", "")])
            if word != owner.ids.get("moodle")
            for person in self._by_id.get(word, [])
        ]
        if named:
            return [person for person in numbered if person in named] or named
        return numbered


def _keys(name: str) -> Iterator[str]:
    """A name as files have it: as it is, its words sorted, and in one word, any of them first."""
    yield name_key(name)
    words = re.findall(r"\w+", name_key(name))
    yield " ".join(sorted(words))
    for first in range(len(words)):
        yield "".join([*words[first:], *words[:first]])


def read_roster(path: Path, *known: Collection[str]) -> Roster:
    """The roster in a file.

    known  names of students by which its letters are told: those of the submissions, then those
           of earlier gradings; a login without accents tells them too
    Raises ValueError that names file, row and column; OSError where there is no such file.
    """
    keys = [{name_key(name) for name in names} for names in known]
    words = re.split(r"[\s;,|\"]+", path.read_bytes().decode("ascii", "replace"))
    logins = {name_key(word.partition("@")[0]) for word in words if word.isascii()}
    folded = {without_accents(key) for key in logins.union(*keys) if len(key) >= SHORTEST_LOGIN}
    names = (*NAME, *FIRST, *LAST, *ID, *SECTION, *ALSO)
    once = ("name", "id", "section")
    known_by: list[Callable[[str], bool]] = [partial(_is_one_of, of_one) for of_one in keys]

    def has_login(cell: str) -> bool:
        return may_be_a_name(cell) and _is_one_of(folded, without_accents(cell))

    known_by.append(has_login)
    return read_sheet(path, [NAME + LAST], _understand, once, names, known_by)


def _is_one_of(keys: set[str], cell: str) -> bool:
    return any(not keys.isdisjoint(_keys(name)) for name in cell.split(";"))


def _understand(sheet: Sheet) -> Roster:
    people: dict[str, Person] = {}
    ids: dict[str, set[str]] = {}  # of all that have one name
    for number, row in sheet.rows:
        name = _name_in(sheet, row)
        if plain_text(name) in NOBODY:
            continue
        if not name:
            refuse(sheet.path, number, "name", "nobody's name stands here: fill it in")
        person = Person(name, _cell(sheet, row, ID), _cell(sheet, row, SECTION))
        for column in ALSO:
            person.also |= {one.strip() for one in _cell(sheet, row, (column,)).split(";")} - {""}
        person.also |= {one.partition("@")[0] for one in person.also}
        of_name = ids.setdefault(name_key(name), set())
        if of_name and "" in {*of_name, person.id}:
            words = f"{name} stands above too: give each of them an id, or take one out"
            refuse(sheet.path, number, "id", words)
        of_name.add(person.id)
        key = person.id.casefold() or name_key(name)
        if key not in people:
            people[key] = person
        elif name_key(people[key].name) != name_key(name):
            words = f"{person.id} is {people[key].name} above: correct one of them"
            refuse(sheet.path, number, "id", words)
        else:  # in two sections
            both = dict.fromkeys([people[key].section, person.section])
            people[key].section = ", ".join(section for section in both if section)
    if not people:
        raise ValueError(f"{sheet.path}: nobody stands on it: a row for each student")
    is_of_canvas = None not in (sheet.column("id"), sheet.column("sis user id", "sis login id"))
    return Roster(sheet.path, list(people.values()), is_of_canvas)


def _name_in(sheet: Sheet, row: list[str]) -> str:
    if sheet.column(*NAME) is not None:
        return readable_name(_cell(sheet, row, NAME))
    return readable_name(f"{_cell(sheet, row, FIRST)} {_cell(sheet, row, LAST)}".strip())


def _cell(sheet: Sheet, row: list[str], names: tuple[str, ...]) -> str:
    column = sheet.column(*names)
    return "" if column is None else " ".join(row[column].split()).removeprefix("'")
