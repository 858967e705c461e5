"""In each kernel under `lstm-video-lab open`: which cell makes a name that is missing.

After a restart a cell that is run alone knows none of the names above it. Python's error stays as
it is; a line below it says which cell comes first. Tests and builds do not load this file.
"""

import json
import os
import symtable
import sys
from pathlib import Path


def cell_that_makes(name: str, notebook: Path) -> str:
    """The title of the first code cell that binds `name`, or its first line; "" for none."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and name in names_of(source):
            metadata = cell.get("metadata", {})
            first_line = source.strip().splitlines()[0]
            return metadata.get("title") or metadata.get("name") or first_line
    return ""


def names_of(source: str) -> set[str]:
    """The names that a cell binds; none for what is no plain Python."""
    try:
        symbols = symtable.symtable(source, "<cell>", "exec").get_symbols()
    except (SyntaxError, ValueError):
        return set()
    return {one.get_name() for one in symbols if one.is_assigned() or one.is_imported()}


def explain(shell, kind, error, trace, tb_offset=None):
    """Show the error as ever, and below it where the name comes from."""
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
    name = getattr(error, "name", None)
    cell = cell_that_makes(name, Path(os.environ.get("JPY_SESSION_NAME", ""))) if name else ""
    if cell:
        print(
            f"“{name}” is made in the cell “{cell}”: run that one first, or all cells above "
            "(menu Run, Run All Above Selected Cell).",
            file=sys.stderr,
        )


def install() -> None:
    """Let the kernel that runs this explain a missing name."""
    from IPython import get_ipython

    get_ipython().set_custom_exc((NameError,), explain)
