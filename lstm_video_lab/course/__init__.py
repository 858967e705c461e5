"""What carries the course: lessons are built from scripts, and opened in a student's own copy."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import lstm_video_lab

# The environment of a kernel that runs a lesson without a person in front of it: widgets show
# their picture and their line of text only, and an error in a callback ends the run.
UNATTENDED = {"LAB_STATIC": "1", "LAB_STRICT": "1"}


def find_lessons() -> Path:
    """The folder of the lessons: beside the package in a clone, else ``./notebooks``.

    Raises ValueError where neither holds a lesson.
    """
    beside = Path(lstm_video_lab.__file__).resolve().parents[1] / "notebooks"
    for folder in (beside, Path("notebooks").resolve()):
        if any(folder.glob("[0-9]*_*.py")) or any(folder.glob("[0-9]*_*.ipynb")):
            return folder
    raise ValueError(
        "no lessons found: they come with a clone of the repository, so run this in its folder"
    )


def workspace(lessons: Path) -> tempfile.TemporaryDirectory[str]:
    """A temporary folder to run a lesson in, with the stored ``results/`` beside it.

    What a lesson writes (its training runs) stays there and goes with it.
    """
    folder = tempfile.TemporaryDirectory(prefix="lesson-", ignore_cleanup_errors=True)
    if (lessons / "results").is_dir():
        shutil.copytree(lessons / "results", Path(folder.name) / "results")
    return folder
