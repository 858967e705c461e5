"""What a lesson was made from, so that a build knows when its outputs are stale.

``notebooks/made_from.json`` holds, for each lesson, a hash of each code cell that was executed and
of each input of that run: the modules of the library, the stored results and the trained models
that it loaded. Code is hashed as its syntax tree: comments, layout and docstrings of modules do not
count.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

import lstm_video_lab
from lstm_video_lab.course.building.scripts import code_cells, output_hash
from lstm_video_lab.files import write_whole

STAMPS = "made_from.json"
DRAFTS = ".build"  # folder beside the lessons for what a build keeps to itself
PACKAGE = Path(lstm_video_lab.__file__).resolve().parent
AS_TEXT = " as text"  # behind a source that a lesson shows, with its comments
HOME = PACKAGE.name + "/"  # inputs of the library begin so, those of the lessons with "results/"
ACTING_TAGS = ("skip-execution", "raises-exception")  # of a cell that is run otherwise
NO_CODE = {"type_comment", "kind"}  # fields of the tree that change nothing

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
    inputs = {}
    for name in sorted(set(_inputs(record, workspace))):
        path = _path_of(name, lessons)
        if path.is_file():
            if begun < path.stat().st_mtime_ns <= time.time_ns():
                raise ValueError(f"{name} was saved while the lesson ran: build it again")
            inputs[name] = hash_of_input(name, lessons)
    return {"cells": hashes_of_cells(nb), "inputs": inputs}


def changes(stamp: Stamp, nb: NotebookNode, lessons: Path) -> list[str]:
    """What is not as it was when the lesson was made: its cells by id, then its inputs by path.

    A line for each, such as ``cell 'gates' has changed`` or ``results/units.json has changed``.
    """
    lines = _changed_cells(stamp.get("cells", {}), hashes_of_cells(nb))
    for name, stored in stamp.get("inputs", {}).items():
        path = _path_of(name, lessons)
        if not path.is_file():
            lines.append(f"{name} is gone")
        elif hash_of_input(name, lessons) != stored:
            lines.append(f"{name} has changed")
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
    return all(isinstance(part, dict) for part in parts)


def whole_of(stamp: Stamp, outputs: str) -> str:
    """The hash of a stamp and of the outputs of its run: git may merge lines of two stamps."""
    return _digest(json.dumps([stamp["cells"], stamp["inputs"], outputs]).encode())


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


def _inputs(record: str, workspace: Path) -> Iterator[str]:
    """The inputs that the lines of a record name, each as its path from the project's root.

    Raises ValueError where a module of the library comes from elsewhere than this one.
    """
    for line in record.splitlines():
        kind, _, path = line.partition(" ")
        if kind == "file":
            yield from _inputs_of_file(path, workspace)
            continue
        name = _below(path, PACKAGE)
        if name is not None:
            yield HOME + name + (AS_TEXT if kind == "text" else "")
        elif kind == "module" and HOME in path:
            raise ValueError(f"the kernel has loaded another library, {path}, not {PACKAGE}")


def _inputs_of_file(path: str, workspace: Path) -> Iterator[str]:
    """The name of a data file of the library or a stored result; nothing for any other file."""
    result = _below(path, workspace / "results")
    data = _below(path, PACKAGE)
    if result is not None:
        yield f"results/{result}"
    elif data is not None and not data.endswith((".py", ".pyc")):
        yield HOME + data
        if data.startswith("weights/"):
            folder = (HOME + data).rpartition("/")[0]
            yield from (f"{folder}/{shard}" for shard in _shards(PACKAGE / data))


def _below(path: str, folder: Path) -> str | None:
    """The rest of a path below a folder, through links or not; None where it is elsewhere."""
    for one in (Path(os.path.abspath(path)), Path(path).resolve()):
        for other in (folder, folder.resolve()):
            if one.is_relative_to(other):
                return one.relative_to(other).as_posix()
    return None


def _shards(card: Path) -> list[str]:
    """The files of numbers that the card of a trained model names."""
    if card.suffix != ".json" or not card.is_file():
        return []
    content = json.loads(card.read_text("utf-8"))
    return content.get("shards", []) if isinstance(content, dict) else []


def _path_of(name: str, lessons: Path) -> Path:
    name = name.removesuffix(AS_TEXT)
    return PACKAGE.parent / name if name.startswith(HOME) else lessons / name


def hash_of_input(name: str, lessons: Path) -> str:
    path = _path_of(name, lessons)
    if name.endswith(AS_TEXT):
        return _digest(path.read_bytes())
    return _hash_at(path, path.stat().st_mtime_ns)


@functools.cache
def _hash_at(path: Path, _mtime: int) -> str:
    if path.suffix == ".json":
        try:
            content = json.loads(path.read_text("utf-8"))
        except ValueError:
            raise ValueError(
                f"{path.name} is no JSON: make it again, or take it from git"
            ) from None
        if isinstance(content, dict):
            content.pop("made", None)  # when and how it was made is no other result
        return _digest(json.dumps(content, sort_keys=True).encode())
    if path.suffix != ".py":
        return _digest(path.read_bytes())
    try:
        tree = ast.parse(path.read_text("utf-8"))
    except SyntaxError as error:
        raise ValueError(f"{path.name}:{error.lineno}: {error.msg}") from None
    for node in ast.walk(tree):
        _drop_docstring(node)
    return _digest(json.dumps(_plain(tree)).encode())


def hashes_of_cells(nb: NotebookNode) -> dict[str, str]:
    """Id of each code cell → the hash of what it does."""
    hashes = {}
    for cell in code_cells(nb):
        acting = [tag for tag in cell.metadata.get("tags", []) if tag in ACTING_TAGS]
        hashes[cell.id] = hash_of_code("\n".join([*(f"{tag!r}" for tag in acting), cell.source]))
    return hashes


def hash_of_code(source: str) -> str:
    """Of what a cell does: equal for two sources that differ in comments and layout only."""
    python = TransformerManager().transform_cell(source)
    try:
        return _digest(json.dumps(_plain(ast.parse(python))).encode())
    except SyntaxError:
        return _digest(source.encode())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _drop_docstring(node: ast.AST) -> None:
    body = getattr(node, "body", None)
    if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return
    if body and ast.get_docstring(node, clean=False) is not None:
        node.body = body[1:]


def _plain(node: Any) -> Any:
    """A syntax tree as lists and words, the same on every version of Python: empty fields, which
    newer versions add or leave out, do not appear."""
    if isinstance(node, list):
        return [_plain(part) for part in node]
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = []
    for name, value in ast.iter_fields(node):
        if name not in NO_CODE and value is not None and value != []:
            fields.append([name, _plain(value)])
    return [type(node).__name__, fields]
