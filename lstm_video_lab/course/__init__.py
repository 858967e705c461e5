"""What carries the course: lessons are built from scripts, and opened in a student's own copy."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from pathlib import Path

from filelock import FileLock, Timeout

import lstm_video_lab

WORKSPACE, OWNER = "lesson-", ".owner"  # how such folders begin, and the lock in each
JUST_MADE = 60.0  # seconds for which a folder is left alone, locked or not

# The environment of a kernel that runs a lesson without a person in front of it: widgets show
# their picture and their line of text only, an error in a callback ends the run, and figures do
# not depend on whether the extra `fast` is installed.
UNATTENDED = {"LAB_STATIC": "1", "LAB_STRICT": "1", "LAB_FAST": "0"}


def find_lessons() -> Path:
    """The folder of the lessons: beside the package in a clone, in the package where it was
    installed from a wheel, else ``./notebooks``.

    Raises ValueError where none holds a lesson.
    """
    package = Path(lstm_video_lab.__file__).resolve().parent
    for folder in (package.parent / "notebooks", package / "handed_out" / "notebooks"):
        if any(folder.glob("[0-9]*_*.py")) or any(folder.glob("[0-9]*_*.ipynb")):
            return folder
    here = Path("notebooks").resolve()
    for first in here.glob("00_start_here.*"):  # and not another course's notebooks
        if "lstm_video_lab" in first.read_text("utf-8", errors="replace"):
            return here
    raise ValueError(
        "no lessons found: they come with a clone of the repository, so run this in its folder"
    )


def need_scripts(lessons: Path) -> Path:
    """The folder of the lessons, if their scripts are there too, which do not travel in a wheel.

    Raises ValueError where there is none.
    """
    if not any(lessons.glob("[0-9]*_*.py")):
        raise ValueError(
            f"no scripts of lessons in {lessons}: authors work in a clone of the repository, so "
            "run this in its folder"
        )
    return lessons


class Workspace(tempfile.TemporaryDirectory[str]):
    """A temporary folder that is locked while its process lives: one that is not has no owner."""

    def __init__(self) -> None:
        super().__init__(prefix=WORKSPACE, ignore_cleanup_errors=True)
        self._lock = FileLock(Path(self.name) / OWNER)
        self._lock.acquire()

    def cleanup(self) -> None:
        self._lock.release()
        super().cleanup()


def workspace(lessons: Path) -> tempfile.TemporaryDirectory[str]:
    """A temporary folder to run a lesson in, with the stored ``results/`` beside it.

    What a lesson writes (its training runs) stays there and goes with it. Folders of runs that were
    killed go too.
    """
    _sweep(Path(tempfile.gettempdir()))
    folder = Workspace()
    if (lessons / "results").is_dir():
        shutil.copytree(lessons / "results", Path(folder.name) / "results")
    return folder


def _sweep(place: Path) -> None:
    """Remove the workspaces that nobody owns any more."""
    for owner in place.glob(f"{WORKSPACE}*/{OWNER}"):
        with contextlib.suppress(OSError, Timeout):
            if time.time() - owner.stat().st_mtime > JUST_MADE:
                with FileLock(owner, timeout=0):
                    pass
                shutil.rmtree(owner.parent, ignore_errors=True)
