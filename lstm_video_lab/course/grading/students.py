"""Which student each thing in a folder of submissions is of: one student is one row.

Several spellings of a name are one student. Two ids of Canvas are two; so are two of Moodle, and
two sections, in which one name hands in the same exercise twice. A roster settles all of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from lstm_video_lab.course.grading.handed_in import Entry, entries_in
from lstm_video_lab.course.grading.owners import (
    Owner,
    Owners,
    Place,
    exercise_named,
    name_key,
    readable_name,
)
from lstm_video_lab.course.grading.roster import Person, Roster

Key = tuple[str, str]


@dataclass(frozen=True)
class OwnedEntry:
    """A thing with its owner; `student` is what the gradebook calls them."""

    student: str
    entry: Entry
    owner: Owner
    person: Person | None = None  # of the roster


def find_students(
    folder: Path,
    exercises: Collection[str],
    roster: Roster | None = None,
) -> dict[str, list[OwnedEntry]]:
    """Student → all that is of them, students and files by name; the roster is no such thing."""
    entries = entries_in(folder, frozenset([roster.path] if roster else []))
    places = [_place(folder, entry) for entry in entries]
    owners = Owners(places, exercises)
    buckets: dict[Key, list[OwnedEntry]] = defaultdict(list)
    for entry, place in zip(entries, places, strict=True):
        owner = owners.of(place)
        people = roster.find(owner, entry.path.relative_to(folder)) if roster else []
        person = people[0] if len(people) == 1 else None
        path = entry.path.relative_to(folder).as_posix()
        student = person.student if person else readable_name(owner.student or place[1] or path)
        owned = OwnedEntry(student, entry, owner, person)
        buckets[_key(owned, path)].append(owned)
    _join_ids_with_names(buckets)
    students: dict[str, list[OwnedEntry]] = defaultdict(list)
    for key, bucket in buckets.items():
        for name, of_one in _apart(key, bucket, exercises).items():
            students[name] += of_one
    return {name: students[name] for name in sorted(students)}


def names_in(folder: Path, exercises: Collection[str]) -> set[str]:
    """What students are called by the files and folders of theirs."""
    if not folder.is_dir():
        return set()
    places = [_place(folder, entry) for entry in entries_in(folder)]
    owners = Owners(places, exercises)
    return {readable_name(owners.of(place).student) for place in places} - {""}


def called_now(
    earlier: Collection[str], students: Collection[str], roster: Roster | None = None
) -> dict[str, str]:
    """Name in an earlier grading → the same student's in this one, where it is spelt otherwise."""
    keys: dict[str, list[str]] = defaultdict(list)
    for student in students:
        keys[name_key(student)].append(student)
    now = {}
    for name in earlier:
        people = roster.find(Owner(name, ""), PurePath()) if roster else []
        candidates = [person.student for person in people] or keys[name_key(name)]
        if len(candidates) == 1 and candidates[0] in students:
            now[name] = candidates[0]
    return now


def _place(folder: Path, entry: Entry) -> Place:
    parts = entry.path.relative_to(folder).parts
    return (parts, "") if entry.is_folder else (parts[:-1], entry.path.stem)


def _key(owned: OwnedEntry, path: str) -> Key:
    owner = owned.owner
    if owned.person:
        return "person", owned.student
    if "canvas" in owner.ids:
        return "canvas", owner.ids["canvas"]
    return ("name", name_key(owner.student)) if owner.student else ("file", path)


def _join_ids_with_names(buckets: dict[Key, list[OwnedEntry]]) -> None:
    """What has a name alone goes to the one id of that name; ids of one name are told apart."""
    ids: dict[str, list[Key]] = defaultdict(list)
    for key, bucket in buckets.items():
        if key[0] == "canvas":
            ids[name_key(bucket[0].owner.student)].append(key)
    for name, keys in ids.items():
        if len(keys) == 1:
            buckets[keys[0]] += buckets.pop(("name", name), [])
            continue
        for key in keys:
            buckets[key] = [_renamed(owned, key[1]) for owned in buckets[key]]


def _renamed(owned: OwnedEntry, mark: str) -> OwnedEntry:
    return replace(owned, student=f"{owned.student} ({mark})")


def _apart(
    key: Key, bucket: list[OwnedEntry], exercises: Collection[str]
) -> dict[str, list[OwnedEntry]]:
    """Name → what is of one student, for a bucket of things under one name."""
    marks: dict[str, set[str]] = defaultdict(set)
    for owned in bucket:
        if owned.entry.is_notebook:
            file = owned.owner.file
            marks[_mark(owned)].add(exercise_named(file, exercises) or file)
    handed_in = [exercise for of_mark in marks.values() for exercise in of_mark]
    if key[0] != "name" or len(handed_in) == len(set(handed_in)):
        return {bucket[0].student: bucket}
    apart: dict[str, list[OwnedEntry]] = defaultdict(list)
    for owned in bucket:
        mark = _mark(owned)
        apart[f"{bucket[0].student} ({mark})" if mark else bucket[0].student].append(owned)
    return apart


def _mark(owned: OwnedEntry) -> str:
    return owned.owner.ids.get("moodle") or owned.owner.group
