"""What lies in a folder of submissions: notebooks, guesses, and all else that somebody left there.

Nothing is opened, no link is followed, and nobody vanishes: an empty folder is an entry too.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from lstm_video_lab.questions import KEPT

GUESSES = Path(KEPT).stem
NOTEBOOK = re.compile(r"\.ipynb$", re.I)
IS_GUESSES = re.compile(rf"{GUESSES}.*\.json$", re.I)  # Canvas adds names and numbers
OF_THE_SYSTEM = frozenset((
    "__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".git", ".lock", ".ipynb_checkpoints",
    ".vscode", ".idea", ".venv", ".cache", ".config", ".local", ".jupyter", ".ipython",
    "__pycache__", ".Trash-0", "lost+found", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".tox",
    ".virtual_documents",
))  # fmt: skip
CANNOT_BE_OPENED = "a folder that cannot be opened: change its permissions"
INSTEAD = {  # of a notebook → what to do
    ".zip": "an archive: unpack it and grade again",
    ".rar": "an archive: unpack it and grade again",
    ".7z": "an archive: unpack it and grade again",
    ".gz": "an archive: unpack it and grade again",
    ".tar": "an archive: unpack it and grade again",
    ".py": "a script, no notebook",
    ".html": "a page, no notebook",
    ".pdf": "printed, no notebook",
}

ARCHIVE, EMPTY = INSTEAD[".zip"], "an empty folder"
_HAND_IN = "hand in the notebook itself, the file that ends in .ipynb"
TO_STUDENT = {  # the end of a note for the instructor → for the student
    ARCHIVE: f"an archive, which is not graded: {_HAND_IN}",
    EMPTY: f"nothing is in what you handed in: {_HAND_IN}",
    "you may not read it: change its permissions": "it could not be read: tell your instructor",
    CANNOT_BE_OPENED: "it could not be opened: tell your instructor",
    **{words: f"{words}: {_HAND_IN}" for words in INSTEAD.values() if words != ARCHIVE},
    "handed nothing in": "You have handed nothing in.",
}


def to_student(note: str) -> str:
    """A note about what was handed in, as the student reads it."""
    for words, own in TO_STUDENT.items():
        if note == words or note.endswith(f": {words}"):
            return note.removesuffix(words) + own
    return note


class Entry(NamedTuple):
    """Something in the folder; `odd` says in words why it is not read, "" for what is."""

    path: Path
    odd: str = ""
    is_folder: bool = False

    @property
    def is_notebook(self) -> bool:
        return not self.odd and NOTEBOOK.search(self.path.name) is not None


def entries_in(folder: Path, leave_out: frozenset[Path] = frozenset()) -> list[Entry]:
    """All of it, by name; `leave_out` are files of the instructor's own."""
    own = frozenset(path.resolve() for path in leave_out)
    return list(_below(folder, folder, own))


def _below(root: Path, folder: Path, leave_out: frozenset[Path]) -> Iterator[Entry]:
    try:
        with os.scandir(folder) as found:
            children = sorted(found, key=lambda child: child.name)
    except OSError:
        yield Entry(folder, CANNOT_BE_OPENED, True)
        return
    count = 0
    for child in children:
        path = Path(child.path)
        if child.name in OF_THE_SYSTEM or child.name.startswith("._"):
            continue
        if leave_out and path.resolve() in leave_out:
            continue
        if not child.is_symlink() and _is_of_a_tool(path):
            continue
        count += 1
        if child.is_symlink():
            yield Entry(path, "a link: hand in the file itself", os.path.isdir(path))
        elif child.is_dir(follow_symlinks=False):
            if child.name.startswith("."):
                yield Entry(path, "a hidden folder: take the dot off its name", True)
            else:
                yield from _below(root, path, leave_out)
        else:
            yield _of_file(path)
    if count == 0 and folder != root:
        yield Entry(folder, EMPTY, True)


def _is_of_a_tool(path: Path) -> bool:
    """Whether something hidden is nobody's: none of its files is such as one would hand in."""
    if not path.name.startswith("."):
        return False
    names = [] if path.is_dir() else [path.name]
    for _, folders, files in os.walk(path):
        folders[:] = [name for name in folders if name not in OF_THE_SYSTEM]
        names += files
    return names != [] and not any(
        ".ipynb" in name.lower() or Path(name).suffix.lower() in INSTEAD for name in names
    )


def _of_file(path: Path) -> Entry:
    name = path.name
    if not stat.S_ISREG(path.lstat().st_mode):
        return Entry(path, "no plain file")
    if IS_GUESSES.search(name):
        return Entry(path)
    if NOTEBOOK.search(name):
        hidden = name.startswith(".")
        return Entry(path, "a hidden file: take the dot off its name" if hidden else "")
    if ".ipynb" in name.lower():
        return Entry(path, "a notebook under another name: let it end in .ipynb")
    suffix = path.suffix.lower()
    return Entry(path, INSTEAD.get(suffix, f"no notebook but {suffix or 'a file'}"))
