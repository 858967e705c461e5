"""Whose a file is, as its path says.

    ada/01_lstm_cell.ipynb, week1/ada/01_lstm_cell.ipynb        a folder for each student
    01_lstm_cell_ada.ipynb, ada_01_lstm_cell.ipynb              what it is and whose
    lovelaceada_LATE_12345_6789_01_lstm_cell-2.ipynb            Canvas: name, ids, file
    Ada Lovelace_12345_assignsubmission_file_/01_lstm_cell.ipynb, or loose               Moodle

Folders of a course (`week1`, `section B`) stand above those of students. What a computer adds to
the name of a copy (`Copy of`, ` (1)`) is taken off.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from lstm_video_lab.course.grading.handed_in import GUESSES

LATE = re.compile(r"_LATE(?=_|$)")
CANVAS = re.compile(r"(?P<student>.+?)_(?:LATE_)?(?P<id>\d+)_(?P<number>\d+)_(?P<file>.+)")
CANVAS_NAME = re.compile(r"[^\W_]+(-[^\W_]+)*(_LATE)?")  # last and first name in one word
MOODLE = re.compile(r"(?P<student>.+?)_(?P<id>\d+)_(?P<kind>assignsubmission_[a-z]+)_(?P<file>.*)")
_LANGUAGES = "copy|kopie|copie|copia|cópia|kopia|kopi"
_COPY_BEFORE = re.compile(rf"^({_LANGUAGES})( ?\(\d+\)| \d+)? (of|von|de|di|av|van)[ _-]+", re.I)
_COPY_AFTER = re.compile(
    rf"([ _]*\(\d+\)|[ _–-]+({_LANGUAGES})([ _-]*\(?\d+\)?)?|-checkpoint)$", re.I
)
_NUMBERED = r"(?:[ _-]*\d+|[ _-]+[a-z])"
_WEEKS = re.compile(
    rf"(?:week|woche|semaine|semana|assignment|aufgabe|homework|hw|exercise|sheet|blatt|unit|lesson|"
    rf"set|lab){_NUMBERED}|submissions?|abgaben?|exercises|notebooks|lstm-video-lab",
    re.I,
)  # what is handed in there belongs together
_GROUPS = re.compile(rf"(?:section|sec|group|gruppe|groupe|class|klasse|tutorial){_NUMBERED}", re.I)
# Ends of lines, and signs that turn the order of letters round.
_NO_LETTERS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
Place = tuple[tuple[str, ...], str]  # the folders above a file, and its name without its ending
_OLDER = re.compile(r"(old|new|final|backup|try|attempt|version|v|draft|work|alt|neu)?[ _-]*\d*")


@dataclass(frozen=True)
class Owner:
    """Whose a file is.

    student  the name; "" where the path says none
    file     the file's own name, without whose it is
    ids      "canvas" or "moodle" → id; Moodle's is another one for each assignment
    number   Canvas's, which grows with time
    group    the folders of the course that it lies in, but those of weeks
    back     what the name of a file begins with that goes back to Canvas or Moodle
    """

    student: str
    file: str
    ids: dict[str, str] = field(default_factory=dict)
    number: float = 0.0
    group: str = ""
    back: str = ""


class Owners:
    """Whose the files of a folder are: what the folders above are shows in all paths together.

    places     of files (the folders above, the name without its ending), and of folders that
               hold nothing (the folders, "")
    exercises  the names of the course's
    """

    def __init__(self, places: Iterable[Place], exercises: Iterable[str]) -> None:
        self.exercises = {name: _loosely(name) for name in (*exercises, GUESSES)}
        files = [place for place in places if place[1]]
        self._tops = _tops_of_the_course([folders for folders, _ in files])
        names: dict[tuple[str, ...], set[str]] = defaultdict(set)
        canvas: dict[tuple[str, ...], list[bool]] = defaultdict(list)
        for folders, stem in files:
            names[folders].add(self._loose(without_copy(stem)).student)
            match = _as_canvas(stem)
            canvas[folders].append(match is not None and len(match["number"]) > 2)
        self._shared = {folders for folders, found in names.items() if len(found - {""}) > 1}
        self._of_canvas = {
            folders for folders, fitting in canvas.items() if 2 * sum(fitting) > len(fitting)
        }

    def of(self, place: Place) -> Owner:
        """The owner of what lies there."""
        folders, stem = place
        for depth, folder in enumerate(folders):
            if match := MOODLE.fullmatch(folder):
                group = self._group(folders[:depth])
                ids = {"moodle": match["id"]}
                return Owner(_moodle_name(match), stem, ids, 0, group, folder + "/")
        group = self._group(folders)
        if match := MOODLE.fullmatch(stem):
            back = stem[: match.start("file")]
            ids = {"moodle": match["id"]}
            return Owner(_moodle_name(match), match["file"], ids, 0, group, back)
        own = [folder for folder in folders if not self._is_of_course(folder, folders)]
        if (match := _as_canvas(stem)) and (not own or folders in self._of_canvas):
            student = LATE.sub("", match["student"])
            ids, number = {"canvas": match["id"]}, float(match["number"])
            back = stem[: match.start("file")]
            return Owner(student, match["file"], ids, number, group, back)
        if own:
            return Owner(without_copy(own[0]), without_copy(stem), group=group)
        loose = self._loose(without_copy(stem))
        last = folders[-1] if folders else ""
        if loose.student and (not folders or self._is_of_a_week(last) or folders in self._shared):
            return Owner(loose.student, loose.file, group=group)
        teams = [folder for folder in folders if not _WEEKS.fullmatch(folder)]
        return Owner(teams[0] if teams else last, without_copy(stem))

    def _group(self, folders: Sequence[str]) -> str:
        """The folders of the course above a student's, but those of its weeks."""
        return "/".join(
            folder
            for folder in folders
            if self._is_of_course(folder, folders) and not self._is_of_a_week(folder)
        )

    def _is_of_a_week(self, folder: str) -> bool:
        named = any(name.fullmatch(folder) for name in self.exercises.values())
        return named or _WEEKS.fullmatch(folder) is not None

    def _is_of_course(self, folder: str, folders: Sequence[str]) -> bool:
        if folder == folders[0] and folder in self._tops:
            return True
        return self._is_of_a_week(folder) or _GROUPS.fullmatch(folder) is not None

    def _loose(self, stem: str) -> Owner:
        """What a loose file is and whose, the one first or the other."""
        for name, pattern in self.exercises.items():
            if found := pattern.search(stem):
                before, after = stem[: found.start()], stem[found.end() :]
                after = re.sub(r"^-\d{1,2}$", "", after)  # a browser's second copy
                rest = LATE.sub("", before + after)
                return Owner(without_copy(rest.strip(" _-.")).strip(" _-."), name)
        return Owner(stem, stem)


def exercise_named(file: str, exercises: Iterable[str]) -> str | None:
    """The exercise whose name stands in that of a file."""
    return next((name for name in exercises if _loosely(name).search(file)), None)


def _loosely(name: str) -> re.Pattern[str]:
    """The name of an exercise, with other signs between its words too."""
    return re.compile(r"[ _-]?".join(map(re.escape, name.split("_"))), re.IGNORECASE)


def _as_canvas(stem: str) -> re.Match[str] | None:
    match = CANVAS.fullmatch(stem)
    return match if match and CANVAS_NAME.fullmatch(match["student"]) else None


def _moodle_name(match: re.Match[str]) -> str:
    """The student's; where marking is anonymous, all are called Participant."""
    name = match["student"]
    return f"{name} {match['id']}" if name.casefold() == "participant" else name


def _tops_of_the_course(folders: Sequence[tuple[str, ...]]) -> set[str]:
    """The outermost folders, where those of students lie in them: they are fewer, and all files
    are deeper.
    """
    if not folders or min(map(len, folders)) < 2:
        return set()
    tops = {parts[0] for parts in folders}
    seconds = {parts[1] for parts in folders}
    plain = [
        name
        for name in seconds
        if _WEEKS.fullmatch(name) or _GROUPS.fullmatch(name) or _OLDER.fullmatch(name.casefold())
    ]
    return tops if len(seconds) > len(tops) and not plain else set()


def without_copy(name: str) -> str:
    """A name without what a computer adds to that of a copy."""
    while True:
        shorter = _COPY_AFTER.sub("", _COPY_BEFORE.sub("", name))
        if not shorter or shorter == name:
            return name
        name = shorter


def name_key(name: str) -> str:
    """The same for all spellings of a name: letters composed or not, in any case, with any signs
    between the words. An end of a line is no such sign.
    """
    plain = unicodedata.normalize("NFKC", readable_name(name)).casefold()
    return re.sub(r"[\s_.–-]+", " ", plain).strip() or plain


def readable_name(name: str) -> str:
    """A name that any file and any line can hold: letters composed, and nothing that is none."""
    letters = _NO_LETTERS.sub("\ufffd", name.encode("utf-8", "backslashreplace").decode())
    return unicodedata.normalize("NFC", letters)


def label(path: PurePath) -> str:
    """A file's name for people."""
    return readable_name(path.name)
