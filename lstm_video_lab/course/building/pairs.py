"""A script and its notebook, edited on either side: which edit is kept, and that none is lost.

Both hold the same inputs. The notebook also remembers in its metadata (``lab.script``) the hash of
the script with which it last agreed: at its build, or when it was saved in `open --author`. A half
that differs from that hash has been edited since. Times of files say nothing: a build writes
notebooks, and a fresh clone writes everything.
"""

from __future__ import annotations

import itertools
import re
import warnings
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from lstm_video_lab.course.building import scripts
from lstm_video_lab.course.building.from_notebook import (
    NotKeptError,
    Script,
    chosen_metadata,
    counterparts,
    inputs_of,
    name_of,
    script_text,
)
from lstm_video_lab.files import write_whole

NAME = re.compile(r"\d+[a-z]?_\w+")  # of a lesson or an exercise
FOLDERS = ("notebooks", "solutions")


@dataclass(frozen=True)
class Pair:
    """What a script and its notebook hold now.

    script    None where there is none
    notebook  None where there is none, or nothing that can be read as one
    inputs    of the notebook; None where a script cannot hold them, and `fault` says why
    text      the script that these inputs make
    """

    path: Path  # of the script
    script: Script | None
    notebook: NotebookNode | None = None
    inputs: NotebookNode | None = None
    text: str = ""
    fault: str = ""

    @property
    def edited(self) -> str:
        """Which half was edited: "script", "notebook" or "both"; "" where they agree.

        A half that is alone counts as edited.
        """
        if self.notebook is None:
            return "script" if self.script else ""
        if self.script is None:
            return "notebook"
        of_script, of_notebook = _hash(self.script.inputs), _hash(self.inputs)
        if of_script == of_notebook:
            return ""
        if of_notebook == noted(self.notebook):
            return "script"
        return "notebook" if of_script == noted(self.notebook) else "both"

    @property
    def names(self) -> tuple[str, str]:
        """Of the script and of the notebook."""
        return self.path.name, self.path.with_suffix(".ipynb").name


def _hash(inputs: NotebookNode | None) -> str:
    return "none" if inputs is None else scripts.content_hash(inputs)


def read_pair(path: Path) -> Pair:
    """Both halves, by the path of the script. Raises ValueError, as `scripts.read_script` does."""
    script = Script.of(scripts.read_text(path), path.name) if path.exists() else None
    target = path.with_suffix(".ipynb")
    notebook = _read_notebook(target)
    if notebook is None:
        return Pair(path, script)
    try:
        inputs = inputs_of(notebook, target.name)
        text = script_text(inputs, target.name, script)
        text.encode()
    except NotKeptError as error:
        return Pair(path, script, notebook, fault=str(error))
    except UnicodeEncodeError as error:
        return Pair(path, script, notebook, fault=f"{target.name}: {_no_letter(error)}")
    return Pair(path, script, notebook, inputs, text)


def _read_notebook(path: Path) -> NotebookNode | None:
    """The notebook at `path`, whether or not all of it is valid; None where it is none at all."""
    try:
        with warnings.catch_warnings(action="ignore"):  # it mends ids, which are made anew
            nb = nbformat.convert(nbformat.reader.reads(path.read_text(encoding="utf-8")), 4)
        kinds = {cell.cell_type for cell in nb.cells if isinstance(cell.source + "", str)}
        is_notebook = kinds <= {"code", "markdown", "raw"} and isinstance(nb.metadata, dict)
    except (OSError, *scripts.NO_NOTEBOOK):
        return None
    return nb if is_notebook else None


def take_edits(script: Path) -> str:
    """Write the edits of a notebook into its script, where only the notebook was edited.

    Returns a sentence that says which half won; "" where they agree, or the script is alone.
    Raises ValueError, with one line, where both were edited (both stay, and the notebook's text is
    kept beside the script), and where the notebook holds what a script cannot.
    """
    return _take_edits(read_pair(script))


def _take_edits(pair: Pair) -> str:
    script, notebook = pair.names
    if pair.notebook is None and pair.path.with_suffix(".ipynb").exists() and pair.script:
        copy = keep(pair.path.with_name(notebook))
        return (
            f"{notebook} cannot be read as a notebook: it is made anew from {script}, and what it "
            f"held is kept in {copy}"
        )
    if pair.notebook is None or not pair.edited:
        return ""
    if pair.edited == "script":
        return f"{script} was edited: {notebook} follows it"
    if pair.inputs is None:
        raise NotKeptError(pair.fault)
    if pair.edited == "both":
        raise ValueError(_keep_both(pair))
    if pair.script is None and _hash(pair.inputs) == noted(pair.notebook):
        raise ValueError(
            f"{script} is gone, and {notebook} was made from it: bring the script back, or delete "
            "the notebook as well"
        )
    write_script(pair)
    if pair.script is None:
        return f"{notebook} had no script: {script} was written from it"
    return f"{notebook} was edited {_where(pair)}: {script} follows it"


def _keep_both(pair: Pair) -> str:
    """Keep the notebook's text beside the script; the line that says so."""
    assert pair.notebook is not None
    script, notebook = pair.names
    copy = keep(pair.path, pair.text.encode())
    what = (
        "were both edited" if noted(pair.notebook) else "differ, and no build says which was edited"
    )
    return (
        f"{script} and {notebook} {what}, {_where(pair)}: the notebook's text is kept in {copy}: "
        f"put what you want of it into {script}, then delete {notebook}"
    )


def _where(pair: Pair) -> str:
    """Which cells of the notebook differ from those of the script, in words."""
    assert pair.script is not None and pair.inputs is not None
    theirs = pair.script.inputs.cells
    numbered = enumerate(pair.inputs.cells, 1)
    names = [name_of(cell, number) for number, cell in numbered if cell not in theirs]
    gone = [cell for cell in theirs if cell not in pair.inputs.cells]
    if not names:
        return f"by taking out {len(gone)} cells" if gone else "in the order of its cells"
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"at {names[0]}{more}"


def keep(path: Path, data: bytes | None = None) -> str:
    """Write a copy beside a file, in place of nothing else; the name of the copy.

    data  what it holds; None: what the file holds
    """
    data = path.read_bytes() if data is None else data
    for count in itertools.count(1):
        copy = path.with_name(f"{path.name}.kept-{count}")
        if not copy.exists():
            write_whole(copy, data)
        if copy.read_bytes() == data:
            return copy.name
    raise AssertionError("there is a number for each file")


def settle(script: Path) -> str:
    """The same; edits of the script, too, are written into the notebook, beside its outputs.

    After it both halves are there and agree, where either was.
    """
    pair = read_pair(script)
    if pair.edited != "script" or pair.script is None:
        return _take_edits(pair)
    nb = pair.script.inputs
    message = _take_edits(pair)
    if pair.notebook is None or pair.inputs is None:
        message = message or f"{pair.names[1]} was missing: made from {script.name}, not run yet"
    else:
        nb.metadata = pair.notebook.metadata
        twins = counterparts(nb, pair.inputs, pair.notebook)
        for cell, twin in zip(nb.cells, twins, strict=True):
            if twin is not None and cell.cell_type == "code":
                cell.outputs, cell.execution_count = twin.outputs, twin.execution_count
    note(nb, nb)
    _write_notebook(script, nb)
    return message


def settle_all(root: Path) -> Iterator[str]:
    """Take the edits of every lesson and solution; a line for each that has something to say.

    Notebooks that are missing are made, without outputs; all others are left as they are.
    """
    for script in pairs(root):
        take = take_edits if script.with_suffix(".ipynb").exists() else settle
        try:
            message = take(script)
        except ValueError as error:
            message = str(error)
        if message:
            yield message


def pairs(root: Path) -> list[Path]:
    """The script of each lesson and solution below `root`, there or not."""
    paths = []
    for folder in FOLDERS:
        stems = {p.stem for kind in ("py", "ipynb") for p in (root / folder).glob(f"*.{kind}")}
        paths += [root / folder / f"{stem}.py" for stem in sorted(stems) if NAME.fullmatch(stem)]
    return paths


def save(script: Path, nb: NotebookNode, known: Collection[str] = ()) -> None:
    """Write the script of a notebook that is about to be saved, and note in `nb` that they agree.

    known  versions that the writer of `nb` has seen or written, apart from the one noted in it
    Raises ValueError where a script cannot hold it, and where a half is of a version that the
    writer has not seen: then the text of `nb` is kept beside the script.
    """
    pair = read_pair(script)
    inputs = inputs_of(nb, pair.names[1])
    text = script_text(inputs, pair.names[1], pair.script)
    for name, version in _versions(pair).items():
        if version not in (_hash(inputs), noted(nb), *known):
            raise ValueError(
                f"{name} was edited elsewhere since this notebook was loaded: your text is kept in "
                f"{keep(script, text.encode())}: reload the notebook and put it in"
            )
    if pair.script is None or text != pair.script.text:
        write_whole(script, text)
    note(nb, inputs)


def _versions(pair: Pair) -> dict[str, str]:
    """Name of each half that is there → its version; "?" for what is no notebook."""
    script, notebook = pair.names
    versions = {}
    if pair.script is not None:
        versions[script] = _hash(pair.script.inputs)
    if pair.notebook is not None:
        versions[notebook] = version_of(pair.notebook, notebook)
    elif pair.path.with_suffix(".ipynb").exists():
        versions[notebook] = "?"
    return versions


def version_of(nb: NotebookNode, name: str) -> str:
    """A hash of all that authors put into a notebook, whether or not a script can hold it.

    Equal to that of its script where one can.
    """
    try:
        return _hash(inputs_of(nb, name))
    except NotKeptError:
        cells = []
        for cell in nb.cells:
            said = chosen_metadata(cell)
            cells.append([cell.cell_type, cell.source, said, cell.get("attachments")])
        return scripts.hash_of(cells)


def write_script(pair: Pair) -> None:
    """Write the inputs of the notebook into its script, and note in the notebook that they agree.

    In this order: whenever it is ended, nothing is lost.
    """
    assert pair.notebook is not None and pair.inputs is not None
    if pair.script is None or pair.text != pair.script.text:
        write_whole(pair.path, pair.text)
    note(pair.notebook, pair.inputs)
    _write_notebook(pair.path, pair.notebook)


def note(nb: NotebookNode, agreed: NotebookNode) -> None:
    """Remember in the metadata of a notebook the inputs that it agrees with."""
    nb.metadata["lab"] = {**scripts.lab_of(nb), "script": _hash(agreed)}


def noted(nb: NotebookNode) -> str:
    """The hash that `note` left; "" where there is none."""
    return str(scripts.lab_of(nb).get("script", ""))


def _write_notebook(script: Path, nb: NotebookNode) -> None:
    target = script.with_suffix(".ipynb")
    try:
        write_whole(target, scripts.to_text(nb))
    except UnicodeEncodeError as error:
        raise ValueError(f"{target.name}: {_no_letter(error)}") from None


def _no_letter(error: UnicodeEncodeError) -> str:
    return f"{error.object[error.start]!a} is half of a letter, which no file can hold: delete it"
