"""A lesson's script as a notebook without outputs: its cells, their ids, and fixed metadata."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode

from lstm_video_lab.course import handout

CELL_METADATA = ("name", "tags", "timeout", "title")  # all else is dropped


def read_script(script: Path) -> NotebookNode:
    """The notebook of `script` without outputs: its cells, their ids, and fixed metadata."""
    nb = jupytext.read(script, fmt="py:percent")
    taken: set[str] = set()
    for cell in nb.cells:
        cell.metadata = NotebookNode(
            {key: cell.metadata[key] for key in CELL_METADATA if key in cell.metadata}
        )
        cell.id = _cell_id(cell, taken)
        taken.add(cell.id)
    nb.metadata = nbformat.from_dict(handout.METADATA)
    nb.nbformat, nb.nbformat_minor = 4, 5
    return nb


def _cell_id(cell: NotebookNode, taken: set[str]) -> str:
    """The cell's own name as an id, else a hash of its source; a number tells twins apart."""
    name = cell.metadata.get("name") or cell.metadata.get("title") or ""
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:56]
    stem = stem or hash_of([cell.cell_type, cell.source])[:8]
    count = 1
    while (chosen := stem if count == 1 else f"{stem}-{count}") in taken:
        count += 1
    return chosen


def hash_of(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def code_cells(nb: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def code_hash(nb: NotebookNode) -> str:
    return hash_of([[cell.get("id"), cell.source, cell.metadata] for cell in code_cells(nb)])


def output_hash(nb: NotebookNode) -> str:
    return hash_of([[cell.execution_count, cell.outputs] for cell in code_cells(nb)])


def content_hash(nb: NotebookNode) -> str:
    """Of all that a script holds: each cell's kind, id, source and metadata, no outputs."""
    return hash_of([[c.cell_type, c.get("id"), c.source, c.metadata] for c in nb.cells])
