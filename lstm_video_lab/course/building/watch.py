"""What is saved is built at once: `lstm-video-lab build --watch`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from lstm_video_lab.course.building.build import (
    Say,
    build_exercises,
    build_one,
    choose,
    in_words,
    lessons_of,
)


def watch(
    root: str | Path | None = None,
    *,
    names: Sequence[str] = (),
    accept: bool = False,
    say: Say = print,
) -> None:
    """Build each lesson, and all exercises, whose script is saved; goes on until Ctrl-C.

    names  of lessons and solutions, by their start; none: all
    """
    folder = lessons_of(root)
    choose(folder)
    seen = _times(folder)
    say("watching the scripts of lessons and solutions: Ctrl-C ends it")
    while True:
        time.sleep(0.5)
        now = _times(folder)
        changed = [path for path, saved in now.items() if seen.get(path) != saved]
        seen = now
        for path in changed:
            if names and not path.name.startswith(tuple(names)):
                continue
            try:
                if path.parent == folder:
                    build_one(path, False, accept, say)
                else:
                    for line in build_exercises(folder.parent):
                        say(line)
            except (ValueError, OSError) as error:
                say(in_words(path, error))


def _times(lessons: Path) -> dict[Path, int]:
    """When each script was saved last."""
    solutions = lessons.parent / "solutions"
    scripts = [*lessons.glob("[0-9]*_*.py"), *solutions.glob("[0-9]*_*.py")]
    return {path: path.stat().st_mtime_ns for path in scripts if path.exists()}
