"""What a lesson was made from, so that a build knows when its outputs are stale.

``notebooks/made_from.json`` holds, for each lesson, a hash of each code cell that was executed and
of each input of that run: the modules of the library, the stored results and the trained models
that it loaded. Code is hashed as its syntax tree: comments, layout and docstrings of modules do not
count.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from filelock import FileLock
from nbformat import NotebookNode

from lstm_video_lab.course.building import inputs
from lstm_video_lab.course.building.hashes import digest, hashes_of_cells
from lstm_video_lab.course.building.scripts import output_hash
from lstm_video_lab.files import write_whole

STAMPS = "made_from.json"
DRAFTS = ".build"  # folder beside the lessons for what a build keeps to itself

Stamp = dict[str, Any]  # "cells": id → hash, "inputs": path → hash, "whole": of both and outputs


def make(
    nb: NotebookNode, record: str, workspace: Path, lessons: Path, begun: int = sys.maxsize
) -> Stamp:
    """The stamp of a run: its cells, and what its kernel has recorded of imports and files.

    workspace  the folder that it ran in; files of its ``results/`` are those of `lessons`
    begun      when the run began, in nanoseconds as files have them
    Raises ValueError where an input was saved later: which of the two was loaded is not known.
    """
    if not record.startswith("begun "):
        raise ValueError("it is not known what the run has loaded: its kernel kept no record")
    hashes = {}
    for name in sorted(inputs.names_of(record, workspace, lessons)):
        if begun < inputs.saved_at(name, lessons) <= time.time_ns():
            raise ValueError(f"{name} was saved while the lesson ran: build it again")
        found = inputs.hash_of(name, lessons)
        if found != inputs.MISSING or name.startswith(inputs.RESULTS):
            hashes[name] = found
    return {"cells": hashes_of_cells(nb), "inputs": hashes}


def changes(stamp: Stamp, nb: NotebookNode, lessons: Path) -> list[str]:
    """What is not as it was when the lesson was made: its cells by id, then its inputs by path.

    A line for each, such as ``cell 'gates' has changed`` or ``results/units.json has changed``.
    """
    lines = _changed_cells(stamp.get("cells", {}), hashes_of_cells(nb))
    for name, stored in stamp.get("inputs", {}).items():
        now = inputs.hash_of(name, lessons)
        if now == stored:
            continue
        if inputs.MISSING in (now, stored):
            lines.append(f"{name} {'is gone' if now == inputs.MISSING else 'is there now'}")
        else:
            is_list = inputs.is_list(name)
            lines.append(f"{name} {'fits other files now' if is_list else 'has changed'}")
    return lines


def _changed_cells(old: dict[str, str], new: dict[str, str]) -> list[str]:
    if list(old.values()) == list(new.values()):
        return []  # another name is no other code
    lines = []
    for name, code in new.items():
        if name not in old:
            lines.append(f"cell {name!r} is new")
        elif old[name] != code:
            lines.append(f"cell {name!r} has changed")
    lines += [f"cell {name!r} is gone" for name in old if name not in new]
    return lines or ["the order of its cells has changed"]


def read(lessons: Path) -> dict[str, Stamp]:
    """Name of a lesson → its stamp; empty where there is no valid file."""
    try:
        stamps = json.loads((lessons / STAMPS).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(stamps, dict):
        return {}
    return {name: stamp for name, stamp in stamps.items() if is_stamp(stamp)}


def is_stamp(stamp: Any) -> bool:
    """Whether it has all parts; a merge by hand may have left less."""
    parts = [stamp.get(name) for name in ("cells", "inputs")] if isinstance(stamp, dict) else [None]
    return all(isinstance(part, dict) and _are_words(part) for part in parts)


def _are_words(part: dict[str, Any]) -> bool:
    return all(name and isinstance(value, str) for name, value in part.items())


def whole_of(stamp: Stamp, outputs: str) -> str:
    """The hash of a stamp and of the outputs of its run: git may merge lines of two stamps."""
    return digest(json.dumps([stamp["cells"], stamp["inputs"], outputs]).encode())


def write(lessons: Path, stem: str, stamp: Stamp, outputs: str) -> None:
    """Keep the stamp of one lesson, and forget lessons that are no more. Safe beside others."""
    path = lessons / STAMPS
    (lessons / DRAFTS).mkdir(exist_ok=True)
    with FileLock(lessons / DRAFTS / "lock"):
        before = read(lessons)
        stamps = {n: s for n, s in before.items() if (lessons / f"{n}.py").exists()}
        stamps[stem] = {**stamp, "whole": whole_of(stamp, outputs)}
        if stamps != before or not path.is_file():
            write_whole(path, to_text(stamps))


def to_text(stamps: dict[str, Stamp]) -> str:
    """The file of the stamps, a line for each hash."""
    return json.dumps(dict(sorted(stamps.items())), indent=1) + "\n"


def rename_cells(lessons: Path, stem: str, nb: NotebookNode) -> None:
    """Keep the stamp of a lesson under the present names of its cells."""
    stamp = read(lessons)[stem]
    cells = hashes_of_cells(nb)
    if list(cells) != list(stamp["cells"]):
        write(lessons, stem, {"cells": cells, "inputs": stamp["inputs"]}, output_hash(nb))
