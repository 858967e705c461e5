"""A script as a notebook without outputs: its cells, their ids, and fixed metadata.

Scripts are in jupytext's percent format. What the header of a cell may say is fixed here, for
lessons and solutions alike; all else would be lost in silence, and is refused by file and line:

    # %% A title name="gates" tags=["slow"] timeout=200 spread=0.1

    title    in words, without = and {
    name     of the cell: its id, and the name of its test
    tags     a list of words; "hide-input" folds the code away, and its output is seen alone
    timeout  seconds that the cell may run
    spread   the largest relative change of numbers in its output that a build accepts
"""

from __future__ import annotations

import copy
import difflib
import hashlib
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from jupytext.cell_metadata import text_to_metadata
from nbformat import NotebookNode

from lstm_video_lab.course.building import markers

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CELL_METADATA = ("name", "tags", "timeout", "title", "spread")
EXAMPLES = {"timeout": "timeout=30", "spread": "spread=0.1", "name": 'name="gates"'}
HIDE_INPUT = "hide-input"  # a tag; the notebook says it to JupyterLab in its own words too
TAGS = (  # that Jupyter, nbval or the build act upon
    HIDE_INPUT,
    "hide-output",
    "nbval-check-output",
    "nbval-ignore-output",
    "nbval-raises-exception",
    "nbval-skip",
    "raises-exception",
    "skip-execution",
)
MAGIC = ("language", "magic_args")  # how jupytext writes `%%bash` and the like
NO_NOTEBOOK = (ValueError, AttributeError, KeyError, TypeError, nbformat.ValidationError)
FRONT_MATTER = re.compile(r"#\s*---\s*")
PASTED = re.compile(r"""["'(<\s]attachment:\S""")
KNOWN = "take title, name, tags, timeout or spread, or delete it"


def read_script(script: Path) -> NotebookNode:
    """The notebook of `script` without outputs: its cells, their ids, and fixed metadata.

    Raises ValueError, with a line for each fault, as `read_cells` does.
    """
    return inputs(read_cells(script))


def read_cells(script: Path) -> NotebookNode:
    """The cells of `script` as jupytext reads them, once nothing in it would be lost.

    Raises ValueError: file, line and what is wrong, for each header that does not hold.
    """
    text = read_text(script)
    cells = cells_of(text, script.name)
    _refuse(markers.faults_of_cells(text), script.name)
    return cells


def read_text(script: Path) -> str:
    """The text of a script. Raises ValueError where it is none."""
    try:
        text = script.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"{script.name} is not in UTF-8: save it so") from None
    if text.startswith("\ufeff"):
        raise ValueError(f"{script.name} begins with a byte order mark: save it without (no BOM)")
    return text


def cells_of(text: str, name: str) -> NotebookNode:
    """The same of the text of a script; its faults are said of `name`."""
    _refuse(_faults(text), name)
    try:
        return jupytext.reads(text, fmt="py:percent")
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _refuse(faults: Iterable[tuple[int, str]], name: str) -> None:
    lines = [f"{name}:{number}: {fault}" for number, fault in faults]
    if lines:
        raise ValueError("\n".join(lines))


def inputs(nb: NotebookNode) -> NotebookNode:
    """A notebook with nothing but what a build keeps of a script; ids follow from the cells.

    Neither empty lines at the end of a cell nor empty metadata are kept.
    """
    nb = copy.deepcopy(nb)
    taken: set[str] = set()
    for cell in nb.cells:
        cell.source = cell.source.rstrip("\n")
        cell.metadata = NotebookNode(
            {key: cell.metadata[key] for key in CELL_METADATA if cell.metadata.get(key)}
        )
        if HIDE_INPUT in cell.metadata.get("tags", []):
            cell.metadata["jupyter"] = NotebookNode(source_hidden=True)
        cell.id = _cell_id(cell, taken)
        taken.add(cell.id)
    nb.metadata = nbformat.from_dict(METADATA)
    nb.nbformat, nb.nbformat_minor = 4, 5
    return nb


def _faults(text: str) -> Iterator[tuple[int, str]]:
    """Line and fault of all in a script that would be lost."""
    lines = text.splitlines()
    if not text.strip():
        yield 1, "the script is empty: take it from git, or delete its notebook too"
    for number, line in enumerate(lines[:3], 1):
        if FRONT_MATTER.fullmatch(line):
            yield number, "metadata of the notebook (# ---) is not kept: delete it"
            break
        if line and not line.startswith(("#!", "# -*-")):
            break
    for number, line in enumerate(lines, 1):
        if line.startswith("#") and PASTED.search(line):
            yield number, "a script holds no pasted picture (attachment:): save it as a file"
    yield from markers.faults(text)
    for number, header in markers.headers(text):
        for fault in _faults_of_header(header):
            yield number, fault


def _faults_of_header(header: str) -> Iterator[str]:
    """What is wrong with the text after ``# %%``."""
    if header.lstrip().startswith("%"):
        yield "the depth of a cell is not kept: begin it with two percent signs"
        return
    title, metadata = text_to_metadata(header, allow_title=True)
    if not isinstance(metadata, dict):
        yield f"`{header.strip()}` cannot be read: write key=value"
        return
    for key, value in metadata.items():
        if key == "incorrectly_encoded_metadata":
            yield (
                f'`{value}` cannot be read: write timeout=30, name="word" or tags=["word"], '
                "and no = or { in a title"
            )
        elif key in MAGIC and isinstance(value, str) and "language" in metadata:
            continue
        elif fault := fault_of(key, value):
            yield fault
        elif len(re.findall(rf"(?<!\S){key}\s*=", header)) > 1 or (key == "title" and title):
            yield f"`{key}` stands there twice: delete one"
    if markers.KIND.search(title) and (fault := fault_of_text(metadata)):
        yield fault


def fault_of(key: str, value: Any) -> str:
    """What is wrong with one key of a cell's metadata; an empty string for nothing."""
    if key not in CELL_METADATA:
        return f"`{key}` would not be kept: {KNOWN}"
    if key in ("timeout", "spread"):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or value <= 0:
            return f"`{key}` must be a number above 0, such as {EXAMPLES[key]}, not {value!r}"
    elif key == "tags":
        if not isinstance(value, list) or not _are_tags(value):
            return f'`tags` must be a list of words, such as tags=["slow"], not {value!r}'
        for tag in value:
            meant = difflib.get_close_matches(tag.casefold(), TAGS, 1, 0.85)
            if meant and tag not in TAGS:
                return f"the tag {tag!r} does nothing: write {meant[0]!r}"
    elif not isinstance(value, str) or not re.fullmatch(r".*\S.*", value):
        return f"`{key}` must be words in a line, such as {EXAMPLES['name']}, not {value!r}"
    elif key == "title" and re.search("[={]", value):
        return f"`title` must hold no = and no {{: {value!r}"
    return ""


def fault_of_text(metadata: Mapping[str, Any]) -> str:
    """What is wrong with the metadata of a cell that is no code; an empty string for nothing."""
    tags = metadata.get("tags")
    if isinstance(tags, list) and HIDE_INPUT in tags:
        return f"the tag {HIDE_INPUT!r} is for code, and hides a text: take it out"
    return ""


def _are_tags(values: list[Any]) -> bool:
    """Words that a notebook takes; jupytext would read ``active-py`` as another kind of cell."""
    for value in values:
        if not isinstance(value, str) or not re.fullmatch(r"(?!active-)[^,\n]+", value):
            return False
    return len(set(values)) == len(values)


def _cell_id(cell: NotebookNode, taken: set[str]) -> str:
    """The cell's own name as an id, else a hash of its source; a number tells twins apart."""
    name = cell.metadata.get("name") or cell.metadata.get("title") or ""
    stem = id_of(name) or hash_of([cell.cell_type, cell.source])[:8]
    count = 1
    while (chosen := stem if count == 1 else f"{stem}-{count}") in taken:
        count += 1
    return chosen


def id_of(title: str) -> str:
    """The id of the first cell of that title."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:56]


def to_text(nb: NotebookNode) -> str:
    """The file of a notebook."""
    return nbformat.writes(nb, version=4) + "\n"


def hash_of(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def code_cells(nb: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def lab_of(nb: NotebookNode) -> dict[str, Any]:
    """What a build noted in the metadata of a notebook; empty where it noted nothing."""
    lab = nb.metadata.get("lab")
    return lab if isinstance(lab, dict) else {}


def output_hash(nb: NotebookNode) -> str:
    return hash_of([[cell.execution_count, cell.outputs] for cell in code_cells(nb)])


def content_hash(nb: NotebookNode) -> str:
    """Of all that a script holds: each cell's kind, id, source and metadata, no outputs."""
    return hash_of([[c.cell_type, c.get("id"), c.source, c.metadata] for c in nb.cells])
