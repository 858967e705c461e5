"""The cells of a notebook that somebody handed in, read with suspicion and as plain strings."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

LARGEST = 10 * 2**20  # bytes of a notebook
MOST_CELLS = 2000
MOST_TEXT = 500_000  # characters of all cells together


class NotebookError(ValueError):
    """A file that is no notebook that could be read."""


class UnreadableError(NotebookError):
    """A file that this machine cannot read: nobody knows what is in it."""


def read_cells(path: Path) -> list[dict[str, Any]]:
    """The cells of a notebook of any sort, as `{"id", "type", "source", "lab"}`.

    Raises NotebookError for what is no notebook.
    """
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise NotebookError("a link, or no plain file: left out")
    if status.st_size > LARGEST:
        raise NotebookError(f"{status.st_size / 2**20:.0f} MB, {LARGEST // 2**20} at most")
    try:
        notebook = json.loads(path.read_bytes().decode("utf-8-sig"))
    except PermissionError:
        raise UnreadableError("you may not read it: change its permissions") from None
    except OSError as error:
        raise UnreadableError(f"it cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise NotebookError(f"no notebook ({type(error).__name__})") from None
    cells = _cells_in(notebook)
    if not cells:
        raise NotebookError("a notebook without cells")
    if len(cells) > MOST_CELLS:
        raise NotebookError(f"{len(cells)} cells, {MOST_CELLS} at most")
    plain = [_plain_cell(cell) for cell in cells if isinstance(cell, dict)]
    length = sum(len(cell["source"]) for cell in plain)
    if length > MOST_TEXT:
        raise NotebookError(f"{length} characters of code and text, {MOST_TEXT} at most")
    return plain


def _cells_in(notebook: Any) -> list[Any]:
    """The cells of a notebook of version 4, or of all worksheets of version 3; [] without any."""
    if not isinstance(notebook, dict):
        return []
    if isinstance(notebook.get("cells"), list):
        return notebook["cells"]
    sheets = notebook.get("worksheets")
    cells = []
    for sheet in sheets if isinstance(sheets, list) else []:
        if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list):
            cells += sheet["cells"]
    return cells


def _plain_cell(cell: dict[str, Any]) -> dict[str, Any]:
    """A cell, whatever is in it, as strings."""
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    plain: dict[str, Any] = {}
    for key, value in (("id", cell.get("id")), ("type", cell.get("cell_type")), ("source", source)):
        plain[key] = readable(value) if isinstance(value, str) else ""
    metadata = cell.get("metadata")
    lab = metadata.get("lab") if isinstance(metadata, dict) else None
    if not isinstance(lab, dict):
        lab = {}
    plain["lab"] = {key: value for key, value in lab.items() if isinstance(value, str)}
    return plain


def readable(string: str) -> str:
    """Text that any file can hold, whatever bytes it came from."""
    return string.encode("utf-8", "replace").decode()
