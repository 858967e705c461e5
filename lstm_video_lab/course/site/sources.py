"""The pages of the site as sphinx reads them, from the course as it stands.

Folders keep their names, so that links between lessons, exercises and pages lead where they should.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

PAGES = Path(__file__).with_name("pages")
DOCS = (
    "commands", "instructors", "other_graders", "hosting",
    "troubleshooting", "results", "reproduction", "speed",
)  # fmt: skip
LIVE_LESSON = "06_"  # the lesson on whose page the model is alive
HOME = "00_"  # the lesson that holds the words
WORD = re.compile(r"^\| ([^|]+?) +\| (.+?) +\|$", re.M)
MODULES = {  # of the library, in the order of a reader
    "cells": "One step, as equations",
    "layers.recurrent": "Whole sequences, fast",
    "models": "Encoders and decoders",
    "prediction": "Show the past, get the future",
    "pretrained": "Trained models of the box",
    "data.digits": "Digits",
    "data.bouncing": "Bouncing digits",
    "data.frames": "Frames",
    "data.sources": "What a run learns from",
    "data.patches": "Natural patches",
    "metrics": "Measures",
    "evaluation": "Scores and baselines",
    "settings": "Settings",
    "training.loop": "The training loop",
    "training.fit": "The plain loop for small networks",
    "training.loss": "The loss",
    "training.optimisers": "Optimisers",
    "training.checkpoints": "Checkpoints",
    "training.trials": "Grids of runs and seeds",
    "plots.charts": "Charts",
    "plots.canvas": "Pictures of pixels",
}


class Lesson(NamedTuple):
    """A lesson, or an exercise: the name of its file, its title, what it is about."""

    name: str
    title: str
    words: str


def write_sources(root: Path, folder: Path) -> int:
    """Write all pages of the site into a new folder; the number of lessons."""
    notebooks = sorted((root / "notebooks").glob("[0-9]*.ipynb"))
    if not notebooks:
        raise ValueError(f"{root / 'notebooks'} holds no lessons: run this in a clone of the lab")
    live = next((path for path in notebooks if path.stem.startswith(LIVE_LESSON)), None)
    rows = dict(re.findall(r"(?m)^\| `(\d\w*)` \| (.+?) \|$", _text(root / "README.md")))
    lessons = [_write_notebook(path, folder, rows, path == live) for path in notebooks]
    exercises = [
        _write_notebook(path, folder, {}, False)
        for path in sorted((root / "exercises").glob("[0-9]*.ipynb"))
    ]
    docs = [name for name in DOCS if (root / "docs" / f"{name}.md").is_file()]
    for name in docs:
        _write(folder / "docs" / f"{name}.md", _text(root / "docs" / f"{name}.md"))
    _copy_files(root, folder)
    write_glossary(notebooks, folder)
    write_api(folder)
    write_front(lessons, exercises, docs, folder)
    return len(lessons)


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.is_file() else ""


def _fill(name: str, **parts: str) -> str:
    """A page of `pages/` with its parts in place of $NAMES."""
    return Template(_text(PAGES / name)).substitute(parts)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _copy_files(root: Path, folder: Path) -> None:
    """What pages link to beside each other: pictures, and files of the project."""
    for name in ("CONTRIBUTING.md", "CITATION.cff", "LICENSE", "docs/lab.png"):
        if (root / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, folder / name)


def _write_notebook(path: Path, folder: Path, rows: dict[str, str], is_live: bool) -> Lesson:
    """A notebook as the site shows it; what the front page says of it."""
    notebook = json.loads(path.read_text("utf-8"))
    notebook["metadata"].pop("widgets", None)
    cells = notebook["cells"]
    for cell in cells:
        if cell["cell_type"] == "markdown":
            cell["source"] = adapt_links("".join(cell["source"]))
    title = re.search(r"^# (.+)$", cells[0]["source"], re.M)
    words = rows.get(path.stem, "")
    if is_live:
        cells.insert(1, live_cell())
    target = folder / path.parent.name / path.name
    _write(target, json.dumps(notebook))
    return Lesson(path.stem, title[1] if title else path.stem, words)


def adapt_links(text: str) -> str:
    """Headings are known by GitHub's rule on all pages of the site, in notebooks by Jupyter's."""
    anchor = re.compile(r"\]\(((?:[\w./-]+\.ipynb)?)#([^)]+)\)")
    return anchor.sub(lambda match: f"]({match[1]}#{match[2].lower()})", text)


def live_cell() -> dict[str, Any]:
    """The cell that brings a model to life, in a page of a notebook."""
    text = live_text(
        "## Try it here\n\nNo kernel and no network: a trained composite model runs in this page.",
        "../",
    )
    return {"cell_type": "markdown", "id": "live-model", "metadata": {}, "source": text}


def live_text(words: str, up: str) -> str:
    """Words with the live model below them; `up` leads from the page to the site's folder."""
    place = f"{up}_static/live"
    return f"""{words}

<link rel="stylesheet" href="{place}/live.css">
<div data-live-model="composite-two-digits"><noscript>It needs JavaScript.</noscript></div>
<script defer src="{place}/live.js"></script>
"""


def words_of(notebooks: list[Path]) -> list[tuple[str, str]]:
    """The words of the lab with their meanings, from the table of lesson 00."""
    for path in notebooks:
        if path.stem.startswith(HOME):
            for cell in json.loads(path.read_text("utf-8"))["cells"]:
                text = "".join(cell["source"])
                _, found, table = text.partition("| word | meaning here |\n")
                if found:
                    return WORD.findall(table.partition("\n\n")[0])[1:]
    return []


def write_glossary(notebooks: list[Path], folder: Path) -> None:
    """The page of words, which the first use of each in a lesson leads to."""
    words = sorted(words_of(notebooks), key=lambda pair: pair[0].casefold())
    entries = "\n\n".join(f"{word}\n  {meaning}" for word, meaning in words)
    _write(folder / "glossary.md", _fill("glossary.md", ENTRIES=entries))


def write_api(folder: Path) -> None:
    """A page for each module of the library, from its docstrings."""
    names = []
    for name, title in MODULES.items():
        page = f"# {title}\n\n`lstm_video_lab.{name}`\n\n```{{eval-rst}}\n"
        page += f".. automodule:: lstm_video_lab.{name}\n   :members:\n```\n"
        _write(folder / "api" / f"{name}.md", page)
        names.append(name)
    _write(folder / "api" / "index.md", _fill("api.md", MODULES="\n".join(names)))


def write_front(
    lessons: list[Lesson], exercises: list[Lesson], docs: list[str], folder: Path
) -> None:
    """The front page, with the map of all pages."""
    rows = [f"| [{a.title}](notebooks/{a.name}.ipynb) | {a.words} |" for a in lessons]
    parts = {
        "LIVE": live_text("", ""),
        "LESSON_ROWS": "\n".join(rows),
        "LESSONS": "\n".join(f"notebooks/{lesson.name}" for lesson in lessons),
        "EXERCISES": "\n".join(f"exercises/{exercise.name}" for exercise in exercises),
        "DOCS": "\n".join(f"docs/{name}" for name in docs),
    }
    _write(folder / "index.md", _fill("index.md", **parts))
