"""What the run of a lesson has loaded: its record as names of inputs, and the hash of each.

An input is named by its path from the folder above the library (``lstm_video_lab/cells.py``), or
from that of the lessons (``results/table2.json``, ``../docs/bench.json``). Some names say more:

    lstm_video_lab/cells.py as text     a source that a lesson shows, with its comments
    results/*.json                      the names of the files that it lists
    results/ as a whole                 all that a program which it starts may have read
"""

from __future__ import annotations

import functools
import glob
import json
import os
from collections.abc import Iterator
from pathlib import Path

import lstm_video_lab
from lstm_video_lab.course.building.hashes import digest, hash_of_module

PACKAGE = Path(lstm_video_lab.__file__).resolve().parent
HOME = PACKAGE.name + "/"  # inputs of the library begin so
RESULTS = "results/"
AS_TEXT = " as text"
AS_WHOLE = " as a whole"
MISSING = "missing"  # the hash of a file that a lesson looked for, and did not find


def names_of(record: str, workspace: Path, lessons: Path) -> set[str]:
    """The inputs that the lines of a record name.

    workspace  the folder that the lesson ran in; files of its ``results/`` are those of `lessons`
    Raises ValueError where a module of the library comes from elsewhere than this one.
    """
    names: set[str] = set()
    for line in dict.fromkeys(record.splitlines()):
        kind, _, path = line.partition(" ")
        if kind == "module":
            name = _below(path, PACKAGE)
            if name is None and HOME in path:
                raise ValueError(f"the kernel has loaded another library, {path}, not {PACKAGE}")
            names |= {HOME + name} if name is not None else set()
        elif kind == "text":
            name = _below(path, PACKAGE)
            names |= {HOME + name + AS_TEXT} if name is not None else set()
        elif kind == "file":
            names.update(_names_of_file(path, workspace, lessons))
        elif kind == "list":
            names.update(_names_of_list(path, workspace))
        elif kind == "program":
            names |= {RESULTS + AS_WHOLE, HOME + AS_WHOLE}
    return names


def _names_of_file(path: str, workspace: Path, lessons: Path) -> Iterator[str]:
    """A stored result, a data file of the library or of the project; nothing for any other."""
    result = _below(path, workspace / "results")
    data = _below(path, PACKAGE)
    if result is not None:
        yield RESULTS + result
    elif data is None:
        if (name := _of_project(path, workspace, lessons)) is not None:
            yield name
    elif not data.endswith((".py", ".pyc")):
        yield HOME + data
        if data.startswith("weights/"):
            folder = (HOME + data).rpartition("/")[0]
            yield from (f"{folder}/{shard}" for shard in _shards(PACKAGE / data))


def _of_project(path: str, workspace: Path, lessons: Path) -> str | None:
    """The name of another file of the project; None for a file of anybody else."""
    if _below(path, workspace) is not None:
        return None
    stored = _below(path, lessons)
    name = stored if stored is not None else _below(path, lessons.parent)
    if name is None or name.endswith((".py", ".pyc")) or "site-packages" in name:
        return None
    if any(part.startswith((".", "__")) for part in name.split("/")):
        return None
    return name if stored is not None else f"../{name}"


def _names_of_list(pattern: str, workspace: Path) -> Iterator[str]:
    """A list of files by a pattern; of one that reaches the results from above, all of them."""
    result = _below(pattern, workspace / "results")
    data = _below(pattern, PACKAGE)
    if result is not None:
        yield RESULTS + result
    elif data is not None:
        yield HOME + data
    elif (below := _below(pattern, workspace)) is not None:
        first, _, rest = below.partition("/")
        if is_list(first) and (rest or first == "**"):
            yield f"{RESULTS}**"


def _below(path: str, folder: Path) -> str | None:
    """The rest of a path below a folder, through links or not; None where it is elsewhere."""
    for one in _ways_to(path):
        for other in _ways_to(str(folder)):
            if one == other or one.startswith(f"{other}/"):
                return one[len(other) + 1 :] or "."
    return None


@functools.lru_cache(1000)
def _ways_to(path: str) -> tuple[str, str]:
    """The path, and where it is once links are followed, both with `/`."""
    return Path(os.path.abspath(path)).as_posix(), Path(path).resolve().as_posix()


def _shards(card: Path) -> list[str]:
    """The files of numbers that the card of a trained model names."""
    if card.suffix != ".json" or not card.is_file():
        return []
    content = json.loads(card.read_text("utf-8"))
    return content.get("shards", []) if isinstance(content, dict) else []


def path_of(name: str, lessons: Path) -> Path:
    name = name.removesuffix(AS_TEXT).removesuffix(AS_WHOLE)
    return PACKAGE.parent / name if name.startswith(HOME) else lessons / name


def hash_of(name: str, lessons: Path) -> str:
    """The hash of an input; MISSING where there is none.

    Raises ValueError where it cannot be read as what it is.
    """
    path = path_of(name, lessons)
    if is_list(name):
        return digest(json.dumps(_listed(name, lessons)).encode())
    if not path.is_file() and not (path.is_dir() and name.endswith(AS_WHOLE)):
        return MISSING
    if name.endswith(AS_TEXT):
        return digest(path.read_bytes())
    if name.endswith(AS_WHOLE):
        files = sorted(file for file in path.rglob("*") if file.is_file() and _counts(file, path))
        hashes = [[file.relative_to(path).as_posix(), _hash_at(file)] for file in files]
        return digest(json.dumps(hashes).encode())
    return _hash_at(path) if path.is_file() else MISSING  # a folder stands there now


def saved_at(name: str, lessons: Path) -> int:
    """When an input was saved last, in nanoseconds; 0 where that says nothing."""
    path = path_of(name, lessons)
    if is_list(name) and name.startswith(RESULTS):
        path = lessons / RESULTS
    elif not path.is_file():
        return 0
    return path.stat().st_mtime_ns if path.exists() else 0


def is_list(name: str) -> bool:
    return any(letter in name for letter in "*?[")


def _listed(name: str, lessons: Path) -> list[str]:
    """The files that a pattern fits. Code of the library does not count: it does when it is run."""
    folder = PACKAGE.parent if name.startswith(HOME) else lessons
    paths = [Path(path) for path in glob.glob(name, root_dir=folder, recursive=True)]
    paths = [path for path in paths if _counts(folder / path, folder)]
    if name.startswith(HOME):
        paths = [path for path in paths if path.suffix != ".py" and (folder / path).is_file()]
    return sorted(path.as_posix() for path in paths)


def _counts(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    return not any(part.startswith((".", "__pycache__")) for part in parts)


def _hash_at(path: Path) -> str:
    return _hash_of_content(path, path.stat().st_mtime_ns)


@functools.cache
def _hash_of_content(path: Path, _mtime: int) -> str:
    if path.suffix == ".json":
        try:
            content = json.loads(path.read_text("utf-8"))
        except ValueError:
            raise ValueError(
                f"{path.name} is no JSON: make it again, or take it from git"
            ) from None
        if isinstance(content, dict):
            content.pop("made", None)  # when and how it was made is no other result
        return digest(json.dumps(content, sort_keys=True).encode())
    if path.suffix != ".py":
        return digest(path.read_bytes())
    try:
        return hash_of_module(path.read_text("utf-8"))
    except SyntaxError as error:
        raise ValueError(f"{path.name}:{error.lineno}: {error.msg}") from None
