"""Pages for people who read rather than run: a copy of each lesson, and what has changed since."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lstm_video_lab.course.building import as_text
from lstm_video_lab.course.building.changes import CellChange, changed_cells, changed_pixels
from lstm_video_lab.course.building.history import git
from lstm_video_lab.course.pages import render
from lstm_video_lab.files import write_whole

LOADED = re.compile(
    r"<(?:script|link|img|iframe|source|video|audio)\b[^>]*\b(?:src|href)\s*=\s*[\"']?(?:https?:)?//"
    r"|@import|url\(\s*[\"']?(?:https?:)?//"
)


def write_html(notebooks: Sequence[Path], folder: Path) -> list[str]:
    """A page for each notebook that can be read anywhere: nothing in it loads from an address.

    Raises ValueError for a notebook whose page would.
    """
    from lstm_video_lab.course.building.reading_copy import exporter  # slow to import

    pages = exporter()
    folder.mkdir(parents=True, exist_ok=True)
    messages = []
    for path in notebooks:
        page, _ = pages.from_filename(str(path))
        page = page.replace(
            "No description has been provided for this image",
            "Picture, described by the line of text below it",
        )
        page = re.sub(r'href="(\d\w*)\.ipynb', r'href="\1.html', page)
        if found := LOADED.search(page):
            raise ValueError(
                f"{path.name}: its page would load from the network ({found[0][-60:]!r}): "
                "put the picture or the style into the lesson itself"
            )
        write_whole(folder / f"{path.stem}.html", page.encode())
        messages.append(f"{path.stem}.html: written")
    return messages


@dataclass(frozen=True)
class LessonChange:
    """A lesson before and after; None where it was not there yet, or is no more."""

    before: str | None  # its name
    after: str | None
    cells: list[CellChange]

    @property
    def name(self) -> str:
        return self.after or self.before or ""

    @property
    def words(self) -> str:
        """What happened to it."""
        if not self.before:
            return "new"
        if not self.after:
            return "gone"
        parts = [f"was {self.before}"] if self.before != self.after else []
        parts += [_count(len(self.cells), "cell")] if self.cells else []
        pictures = sum(len(cell.pictures()) for cell in self.cells)
        parts += [_count(pictures, "picture")] if pictures else []
        return ", ".join(parts) or "only what nobody sees"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def write_since(root: str | Path, folder: str | Path, revision: str) -> list[str]:
    """A page for each lesson that is not as it was at a revision of git, and a list of them.

    A page shows the cells that have changed: words marked, pictures before and after. A new lesson
    is shown as a whole. The pages load nothing.
    root      the folder that holds ``notebooks/``, in a clone
    Raises ValueError, a line, where git cannot give that revision.
    """
    root, folder = Path(root), Path(folder)
    commit = _commit(root, revision)
    lessons = [_compare(root, commit, *names) for names in _renamed(root, commit)]
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for lesson in lessons:
        if lesson.after and not lesson.before:
            write_html([root / "notebooks" / f"{lesson.name}.ipynb"], folder)
        elif lesson.after:
            page = render("changes.html", lesson=lesson, revision=revision, pixels=changed_pixels)
            write_whole(folder / f"{lesson.name}.html", page)
        lines.append(f"{lesson.name}: {lesson.words}")
    subject = git(root, "show", "--no-patch", "--format=%h, %as: %s", commit).strip()
    page = render("changed_lessons.html", lessons=lessons, revision=revision, subject=subject)
    write_whole(folder / "index.html", page)
    return [*lines, f"{_count(len(lessons), 'lesson')} changed since {revision}: index.html"]


def _renamed(root: Path, commit: str) -> list[tuple[str | None, str | None]]:
    """The name of each lesson before and after, where its notebook is not the same file."""
    words = ("diff", "--name-status", "-z", "-M", "--relative", commit, "--", "notebooks")
    fields = iter(git(root, *words).split("\0")[:-1])
    pairs: list[tuple[str | None, str | None]] = []
    for status in fields:
        path = next(fields)
        old, new = _lesson(path), _lesson(next(fields) if status[0] in "RC" else path)
        pairs.append((old if status[0] in "MRDT" else None, new if status[0] != "D" else None))
    for path in git(root, "ls-files", "-z", "--others", "--", "notebooks").split("\0"):
        pairs.append((None, _lesson(path)))
    return sorted((pair for pair in pairs if any(pair)), key=lambda pair: pair[1] or pair[0] or "")


def _lesson(path: str) -> str | None:
    """The name of the lesson whose notebook this is; None for other files."""
    found = re.fullmatch(r"notebooks/(\d\w*)\.ipynb", path)
    return found[1] if found else None


def _compare(root: Path, commit: str, before: str | None, after: str | None) -> LessonChange:
    if not (before and after):
        return LessonChange(before, after, [])
    old = git(root, "show", f"{commit}:./notebooks/{before}.ipynb")
    new = (root / "notebooks" / f"{after}.ipynb").read_text("utf-8")
    return LessonChange(before, after, changed_cells(_read(old, before), _read(new, after)))


def _read(text: str, lesson: str) -> list[as_text.Cell]:
    try:
        return as_text.read(text)
    except ValueError as error:
        raise ValueError(
            f"{lesson}.ipynb is no valid notebook: run `lstm-video-lab build`"
        ) from error


def _commit(root: Path, revision: str) -> str:
    """The short name of a commit, whatever name was given."""
    git(root, "rev-parse", "--git-dir")
    try:
        name = f"{revision}^{{commit}}"
        return git(root, "rev-parse", "--short", "--verify", "--end-of-options", name).strip()
    except ValueError as error:
        raise ValueError(
            f"revision {revision!r} is unknown: name a commit, branch or tag that this clone has"
        ) from error
