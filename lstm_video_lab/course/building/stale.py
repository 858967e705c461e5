"""Whether a stored notebook is what a build of its script would give now."""

from __future__ import annotations

import json
import warnings
from collections.abc import Collection, Iterable
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from lstm_video_lab.course.building import markers, stamps, tables
from lstm_video_lab.course.building.pairs import NAME
from lstm_video_lab.course.building.scripts import (
    NO_NOTEBOOK,
    code_cells,
    content_hash,
    lab_of,
    output_hash,
    read_script,
    to_text,
)

LARGEST = 500_000  # bytes of a stored notebook
SCALE = "laptop"  # the scale at which stored outputs are made
NO_NAME = "is no name of a lesson: name it as 07_some_words.py, or delete it"
MEND = "run `lstm-video-lab build`"


def stored_notebook(path: Path) -> NotebookNode | None:
    """The notebook at `path`; None where there is none, or no valid one."""
    try:
        with warnings.catch_warnings(action="ignore"):  # it mends ids, which are made anew
            nb = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
            nbformat.validate(nb)
    except (OSError, *NO_NOTEBOOK):
        return None
    return nb


def stale_because(
    script: Path, nb: NotebookNode, old: NotebookNode | None, scale: str
) -> list[str]:
    """Why the stored outputs are not what a run would give now; a line for each reason."""
    if old is None:
        return ["has no notebook yet"]
    made = lab_of(old)
    stamp = stamps.read(script.parent).get(script.stem)
    if stamp is None:
        return ["it is not known what its outputs were made from"]
    reasons = _with_lines(stamps.changes(stamp, nb, script.parent), script, nb)
    if made.get("outputs") != output_hash(old):
        reasons.append("its outputs were changed after they were made")
    elif stamp.get("whole") != stamps.whole_of(stamp, output_hash(old)):
        reasons.append("its outputs and what they were made from are of different runs")
    if made.get("scale") != scale:
        reasons.append(f"its outputs are of scale {made.get('scale')!r} instead of {scale!r}")
    return reasons


def _with_lines(changes: Iterable[str], script: Path, nb: NotebookNode) -> list[str]:
    """The same; in front of a cell of the script stands the line at which it begins."""
    heads = [number for number, _ in markers.headers(script.read_text("utf-8"))]
    if len(heads) != len(nb.cells):
        return list(changes)
    lines = {f"cell {cell.id!r}": head for cell, head in zip(nb.cells, heads, strict=True)}
    named = []
    for change in changes:
        cell = change.rpartition(" is new")[0] or change.rpartition(" has changed")[0]
        named.append(f"line {lines[cell]}: {change}" if cell in lines else change)
    return named


def find_problems(folder: Path, names: Collection[str] = ()) -> list[str]:
    """Lines on each notebook or script below `folder` that does not say what its twin says.

    names  only of lessons whose names begin so
    """
    stems = {path.stem for kind in ("py", "ipynb") for path in folder.glob(f"*.{kind}")}
    problems = []
    for stem in sorted(stems):
        if names and not stem.startswith(tuple(names)):
            continue
        try:
            problems += _problems(folder / stem)
        except ValueError as error:
            problems.append(str(error))
        except OSError as error:
            problems.append(f"{stem}.py: {error.filename}: {error.strerror}")
    try:
        for name in tables.outdated_pages(folder.parent):
            problems.append(f"{name} shows other results than notebooks/results: {MEND}")
    except ValueError as error:  # a page without one of its marks
        problems.append(str(error))
    return problems


def _problems(lesson: Path) -> list[str]:
    """What is wrong with one pair, and how to mend it."""
    script, target = lesson.with_suffix(".py"), lesson.with_suffix(".ipynb")
    if script.exists() and not NAME.fullmatch(script.stem):
        return [f"{script.name} {NO_NAME}"]
    if not script.exists():
        return [f"{target.name} has no script {script.name}: write it, or delete the notebook"]
    if not target.exists():
        return [f"{target.name} is missing: {MEND}"]
    old = stored_notebook(target)
    if old is None:
        return [f"{target.name} is no valid notebook: {MEND}"]
    nb = read_script(script)
    reasons = stale_because(script, nb, old, SCALE)
    if reasons:
        return [f"{target.name} is stale: {reason}: {MEND}" for reason in reasons]
    fault = _difference(nb, old)
    text = target.read_text(encoding="utf-8")
    if not fault and text != to_text(old):
        fault = "is not written as the build writes it"
    if not fault and len(text.encode()) >= LARGEST:
        fault = f"has {LARGEST // 1000} KB or more"
    return [f"{target.name} {fault}: {MEND}"] if fault else []


def _difference(fresh: NotebookNode, stored: NotebookNode) -> str:
    """Where a rebuild of sources, ids and metadata differs from the stored notebook."""
    bare = nbformat.from_dict(json.loads(json.dumps(stored)))
    for cell in code_cells(bare):
        cell.outputs, cell.execution_count = [], None
    for new, old in zip(fresh.cells, bare.cells, strict=False):
        if new != old:
            return f"differs from its script at cell {new.id!r}"
    if len(fresh.cells) != len(bare.cells):
        return f"has {len(bare.cells)} cells, its script {len(fresh.cells)}"
    if lab_of(bare).get("script") != content_hash(fresh):
        return "has been edited since its build, and its script alike"
    fresh.metadata["lab"] = bare.metadata.lab
    return "" if fresh.metadata == bare.metadata else "has other metadata than the build gives it"
