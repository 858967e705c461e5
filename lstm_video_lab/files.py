"""Files that appear whole or not at all, and stored results.

A stored result is `NAME.json`, a number a line, so that a number that moved is a line of a diff. It
begins with `made`: the command, scale, seeds and date. Packed clips lie apart, a clip a line, in
`NAME.clips.json`; the result names each by a part of its hash.
"""

import contextlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lstm_video_lab.checks import LabError

NAME_OF_CLIP = re.compile(r'"(clip [0-9a-f]{12})"')


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A draft beside the file, to be written in the block; then it is renamed. Where that fails, or
    is stopped, nothing is left.

    What a link leads to is replaced, not the link. An OSError names the file, also where the system
    does not, as on a full disk. Raises what `check_target` raises.
    """
    check_target(path)
    path = Path(os.path.realpath(path))
    draft = path.with_name(f".{path.name[:40]}.{os.getpid()}.draft")
    try:
        yield draft
        draft.replace(path)
    except BaseException as error:
        if isinstance(error, OSError):
            error.filename = str(path)
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def write_whole(path: Path, data: bytes | str) -> None:
    """A file of these bytes, as `whole` writes it."""
    with whole(path) as draft:
        draft.write_bytes(data.encode() if isinstance(data, str) else data)


def check_target(path: Path) -> None:
    """Before the work begins whose result a file is to hold.

    Raises OSError or ValueError where it cannot be written, and for what is there and is no
    regular file: a folder, a pipe or a device is not replaced.
    """
    if path.exists() and not path.is_file():
        raise LabError(f"{path}: is no regular file, and is not replaced: name a file")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{path}: its folder does not exist: make it first")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise PermissionError(f"{path}: cannot be written: choose another file")


def write_json(path: Path, value: Any) -> None:
    """Write a value as JSON, a number a line. Raises ValueError for one that is not finite."""
    write_whole(path, json.dumps(value, indent=1, allow_nan=False) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file. Raises FileNotFoundError, or ValueError for what is none."""
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file")
    try:
        value = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise LabError(f"{path}: damaged, or no JSON ({str(error) or 'too deep'})") from None
    if not isinstance(value, dict):
        raise LabError(f"{path}: holds a {type(value).__name__}, not names and values")
    return value


def load_result(name: str) -> dict[str, Any]:
    """The stored result of an experiment, from `results/` beside the lesson, clips and all.

    Raises FileNotFoundError where there is none, or where its clips are those of another.
    """
    for folder in (Path("results"), Path(__file__).parents[1] / "notebooks" / "results"):
        if (folder / f"{name}.json").is_file():
            return read_result(folder / f"{name}.json")
    raise FileNotFoundError(
        f"results/{name}.json is missing: "
        f"make it with lstm-video-lab experiment {name} --out results"
    )


def read_result(path: Path) -> dict[str, Any]:
    """The stored result in a file, with the clips that lie beside it."""
    clips_path = path.with_suffix(".clips.json")
    clips = read_json(clips_path) if clips_path.exists() else {}

    def packed(name: re.Match[str]) -> str:
        if name[1] not in clips:
            raise FileNotFoundError(
                f"{clips_path} does not hold {name[0]} of {path.name}: copy both files together"
            )
        return f'"{clips[name[1]]}"'

    read_json(path)
    return json.loads(NAME_OF_CLIP.sub(packed, path.read_text("utf-8")))
