"""A notebook as its script: the way back from what the build makes.

Nothing that an author put into a cell is lost on that way: what a script cannot hold is refused, by
notebook and cell. What editors add by themselves is left out, and lines that did not change stay as
they are in the script.
"""

from __future__ import annotations

import difflib
import itertools
from dataclasses import dataclass
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode

from lstm_video_lab.course.building import scripts

LAYOUT = ("lines_to_next_cell", "cell_marker", "region_name")  # of jupytext, in scripts alone
# What editors remember of how a cell was last shown or run, and "lab", which the build derives.
VIEW = (
    "ExecuteTime", "autoscroll", "collapsed", "execution", "jp-MarkdownHeadingCollapsed",
    "jupyter", "lab", "pycharm", "scrolled", "trusted", "vscode",
)  # fmt: skip
# What JupyterLab's panel of properties writes where nothing was chosen.
DEFAULTS: dict[str, tuple[Any, ...]] = {
    "deletable": (True,),
    "editable": (True,),
    "slideshow": ({}, {"slide_type": ""}, {"slide_type": "-"}),
    "tags": ([],),
}


class NotKeptError(ValueError):
    """A notebook holds what its script cannot: which cell, and what to do."""


# What JupyterLab and others keep of a notebook as a whole; all but the first two for its view.
OF_NOTEBOOK = (
    "kernelspec", "language_info", "jupytext", "lab", "widgets", "vscode", "toc",
    "toc-autonumbering", "toc-showcode", "toc-showmarkdowntxt", "toc-showtags", "kernel_info",
    "celltoolbar", "colab", "interpreter", "orig_nbformat", "varInspector", "execution",
    "anaconda-cloud", "accelerator", "signature", "trusted",
)  # fmt: skip


def inputs_of(nb: NotebookNode, name: str) -> NotebookNode:
    """The inputs of a notebook, as its script would give them.

    name  of the notebook, for errors
    Raises NotKeptError where a script cannot hold what is in a cell.
    """
    for key, value in nb.metadata.items():
        if key not in OF_NOTEBOOK and value not in ("", [], {}, None):
            raise NotKeptError(
                f"{name}: the notebook's own metadata {key!r} is not kept: delete it"
            )
    cells = []
    for number, cell in enumerate(nb.cells, 1):
        metadata = chosen_metadata(cell)
        faults = [scripts.fault_of(key, value) for key, value in metadata.items()]
        if cell.cell_type != "code":
            faults.append(scripts.fault_of_text(metadata))
        if cell.get("attachments") and scripts.PASTED.search(cell.source):
            faults.append("a pasted picture is not kept: save it as a file and link to it")
        for fault in filter(None, faults):
            raise NotKeptError(f"{name}: {name_of(cell, number)}: {fault}")
        make = getattr(nbformat.v4, f"new_{cell.cell_type}_cell")
        cells.append(make(source=cell.source, metadata=metadata))
    return scripts.inputs(nbformat.v4.new_notebook(cells=cells))


def unused_pictures(nb: NotebookNode, name: str) -> list[str]:
    """A line for each cell with pasted pictures that it does not show, and a script leaves out."""
    lines = []
    for number, cell in enumerate(nb.cells, 1):
        if cell.get("attachments") and not scripts.PASTED.search(cell.source):
            pictures = ", ".join(cell.attachments)
            lines.append(f"{name}: {name_of(cell, number)} does not show {pictures}: left out")
    return lines


def chosen_metadata(cell: NotebookNode) -> dict[str, Any]:
    """What the author says of a cell, without what editors write by themselves."""
    chosen = {}
    for key, value in cell.metadata.items():
        if key not in VIEW and key not in LAYOUT and value not in DEFAULTS.get(key, ()):
            chosen[key] = value
    return chosen


def name_of(cell: NotebookNode, number: int) -> str:
    """A cell by its name, else by its place and its first line."""
    title = cell.metadata.get("name") or cell.metadata.get("title")
    first = cell.source.strip().partition("\n")[0]
    return f"cell {title!r}" if title else f"cell {number} ({first[:40]!r})"


@dataclass(frozen=True)
class Script:
    """A script as it was read: `cells` as jupytext does, `inputs` as the build does."""

    text: str
    cells: NotebookNode
    inputs: NotebookNode

    @classmethod
    def of(cls, text: str, name: str) -> Script:
        """Raises ValueError, as `scripts.cells_of` does."""
        cells = scripts.cells_of(text, name)
        return cls(text, cells, scripts.inputs(cells))


def script_text(inputs: NotebookNode, name: str, old: Script | None = None) -> str:
    """The script of a notebook. Where nothing has changed it is the `old` one, to the byte.

    inputs  of the notebook
    name    of the notebook, for errors
    Raises NotKeptError where a cell would be another in a script.
    """
    draft = nbformat.v4.new_notebook(cells=[NotebookNode(cell) for cell in inputs.cells])
    draft.metadata["jupytext"] = {"notebook_metadata_filter": "-all"}
    if old is not None:
        if scripts.content_hash(old.inputs) == scripts.content_hash(inputs):
            return old.text
        for key in ("encoding", "executable"):
            if key in old.cells.metadata.get("jupytext", {}):
                draft.metadata["jupytext"][key] = old.cells.metadata["jupytext"][key]
        twins = counterparts(inputs, old.inputs, old.cells)
        for cell, twin in zip(draft.cells, twins, strict=True):
            if twin is not None:
                cell.metadata = _laid_out(cell.metadata, twin.metadata)
    for cell in draft.cells:  # what the tags say is not said twice
        cell.metadata = NotebookNode({k: v for k, v in cell.metadata.items() if k != "jupyter"})
    text = jupytext.writes(draft, fmt="py:percent").rstrip("\n") + "\n"
    _check_survival(inputs, text, name)
    return text


def _laid_out(metadata: NotebookNode, old: NotebookNode) -> NotebookNode:
    """The same metadata in the order of the old script, and with its empty lines."""
    both = {**metadata, **{key: old[key] for key in LAYOUT if key in old}}
    return NotebookNode({key: both[key] for key in [*old, *metadata] if key in both})


def counterparts(
    new: NotebookNode, old: NotebookNode, wanted: NotebookNode
) -> list[NotebookNode | None]:
    """For each cell of `new`, the cell of `wanted` that stands where its like stands in `old`.

    new, old  inputs: cells are alike that have the same id, or stand in the same place between two
              that have
    wanted    another form of `old`, of as many cells
    """
    old_ids, new_ids = [cell.id for cell in old.cells], [cell.id for cell in new.cells]
    found: list[NotebookNode | None] = [None] * len(new.cells)
    matcher = difflib.SequenceMatcher(None, old_ids, new_ids, autojunk=False)
    for _, old_start, old_end, start, end in matcher.get_opcodes():
        for i, j in zip(range(old_start, old_end), range(start, end), strict=False):
            if old.cells[i].cell_type == new.cells[j].cell_type:
                found[j] = wanted.cells[i]
    return found


def _check_survival(inputs: NotebookNode, text: str, name: str) -> None:
    """Raise NotKeptError where a script, read again, is another notebook."""
    try:
        again = Script.of(text, f"{name} as a script").inputs
    except ValueError as error:
        raise NotKeptError(str(error)) from None
    for number, (cell, back) in enumerate(itertools.zip_longest(inputs.cells, again.cells), 1):
        if cell != back:
            raise NotKeptError(
                f"{name}: {name_of(cell or back, number)} would be another in a script: has it a "
                "line that begins a cell, or an unusual character?"
            )
