"""The numbers that readers have of a lesson, and whether a new run may put others in their place.

Readers have what the last build wrote. An author's run in Jupyter, or a build at another scale, may
stand in the notebook since; so each build keeps what it wrote in ``.build/``, and git has what was
committed. A run whose numbers moved too far is kept there too, until it is accepted.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from lstm_video_lab.course.building import stamps
from lstm_video_lab.course.building.hashes import hashes_of_cells
from lstm_video_lab.course.building.history import git
from lstm_video_lab.course.building.moved_numbers import moved_numbers
from lstm_video_lab.course.building.scripts import lab_of, output_hash, to_text
from lstm_video_lab.course.building.stale import stored_notebook
from lstm_video_lab.files import write_whole


@dataclass(frozen=True)
class Built:
    """A notebook with the outputs of a build; `codes`: id of a cell → hash of what made them."""

    notebook: NotebookNode
    codes: dict[str, str]


def last_built(script: Path, scale: str) -> Built | None:
    """What the last build of a lesson wrote at this scale, as far as it can still be found."""
    old = stored_notebook(script.with_suffix(".ipynb"))
    if old is not None and _is_built(old, scale):
        stamp = stamps.read(script.parent).get(script.stem)
        if stamp and stamp.get("whole") == stamps.whole_of(stamp, output_hash(old)):
            return Built(old, stamp["cells"])  # the cells may have been edited since
        return Built(old, hashes_of_cells(old))
    copies = [stored_notebook(_kept(script, scale)), _committed(script)]
    found = [copy for copy in copies if copy is not None and _is_built(copy, scale)]
    wanted = lab_of(old).get("outputs") if old else None
    found.sort(key=lambda copy: lab_of(copy)["outputs"] != wanted)
    if not found and old is not None and lab_of(old).get("scale") == scale:
        found = [old]  # better than nothing
    return Built(found[0], hashes_of_cells(found[0])) if found else None


def _is_built(nb: NotebookNode, scale: str) -> bool:
    """Whether its outputs are those of a build at this scale."""
    lab = lab_of(nb)
    return lab.get("scale") == scale and lab.get("outputs") == output_hash(nb)


def _committed(script: Path) -> NotebookNode | None:
    """The notebook of the last commit; None where there is no clone, or it is not in it yet."""
    with contextlib.suppress(ValueError, nbformat.ValidationError):
        committed = git(script.parent, "show", f"HEAD:./{script.stem}.ipynb")
        return nbformat.reads(committed, as_version=4)
    return None


def keep(script: Path, nb: NotebookNode | None) -> None:
    """Keep what a build wrote, for the time when its file holds something else."""
    scale = lab_of(nb).get("scale", "") if nb is not None else ""
    if nb is not None and _is_built(nb, scale):
        _write(_kept(script, scale), nb)


def _kept(script: Path, scale: str) -> Path:
    return script.parent / stamps.DRAFTS / f"{script.stem}.{scale}.ipynb"


def _write(path: Path, nb: NotebookNode) -> None:
    path.parent.mkdir(exist_ok=True)
    write_whole(path, to_text(nb))


def refused_run(script: Path, nb: NotebookNode, scale: str) -> tuple[NotebookNode, stamps.Stamp]:
    """The run of this lesson that was refused, and its stamp. Raises LookupError without one."""
    run = stored_notebook(_refused(script))
    lab = lab_of(run) if run is not None else {}
    if run is None or lab.get("scale") != scale:
        raise LookupError
    try:
        stamp = json.loads(str(lab.get("stamp")))
    except ValueError:
        raise LookupError from None
    if not stamps.is_stamp(stamp) or stamps.changes(stamp, nb, script.parent):
        raise LookupError
    return run, stamp


def _refused(script: Path) -> Path:
    return script.parent / stamps.DRAFTS / script.with_suffix(".ipynb").name


def compare(
    script: Path,
    nb: NotebookNode,
    stamp: stamps.Stamp,
    scale: str,
    accept: bool,
    say: Callable[[str], None],
) -> None:
    """Say which numbers moved. Raises ValueError where one moved too far and is not accepted."""
    before = last_built(script, scale)
    moves = moved_numbers(before.notebook, nb, before.codes) if before else []
    for move in moves:
        say(f"{script.stem}: {move}")
    far = [move for move in moves if not move.is_stated]
    if far and not accept:
        nb.metadata["lab"] = {"stamp": json.dumps(stamp), "scale": scale}
        _write(_refused(script), nb)
        raise ValueError(
            f"{script.stem}: {len(far)} numbers moved further than their cells state, first "
            f"{far[0]}: if that is right, build again with --accept"
        )
    _refused(script).unlink(missing_ok=True)
