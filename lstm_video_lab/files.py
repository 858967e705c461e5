"""Files that appear whole or not at all, and stored results.

A stored result is `NAME.json`, a number a line, so that a number that moved is a line of a diff. It
begins with `made`: the command, scale, seeds and date. Packed clips lie apart, a clip a line, in
`NAME.clips.json`; the result names each by a part of its hash.
"""

import contextlib
import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any

PACKED = re.compile(r'"(\d+(?:x\d+)+:[A-Za-z0-9+/=]+)"')  # a clip in JSON, from `pack_frames`
NAME_OF_CLIP = re.compile(r'"(clip [0-9a-f]{12})"')
DIGITS = 7  # significant ones of a stored number that is not whole: float32 has no more


def write_whole(path: Path, data: bytes | str) -> None:
    """Write beside the file, then rename. Where that fails, or is stopped, it leaves nothing.

    An OSError names the file, also where the system does not, as on a full disk.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        draft.write_bytes(data.encode() if isinstance(data, str) else data)
        draft.replace(path)
    except BaseException as error:
        if isinstance(error, OSError):
            error.filename = str(path)
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def write_json(path: Path, value: Any) -> None:
    """Write a value as JSON, a number a line. Raises ValueError for one that is not finite."""
    write_whole(path, json.dumps(value, indent=1, allow_nan=False) + "\n")


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
    clips = json.loads(clips_path.read_text("utf-8")) if clips_path.is_file() else {}

    def packed(name: re.Match[str]) -> str:
        if name[1] not in clips:
            raise FileNotFoundError(
                f"{clips_path} does not hold {name[0]} of {path.name}: copy both files together"
            )
        return f'"{clips[name[1]]}"'

    return json.loads(NAME_OF_CLIP.sub(packed, path.read_text("utf-8")))


def store_result(out: Path, name: str, result: dict[str, Any]) -> Path:
    """Write a result and its clips as `load_result` reads them, each whole; the result's path.

    Numbers that are not whole are rounded to DIGITS.
    """
    clips: dict[str, str] = {}

    def set_apart(clip: re.Match[str]) -> str:
        name_of_clip = f"clip {hashlib.sha256(clip[1].encode()).hexdigest()[:12]}"
        clips[name_of_clip] = clip[1]
        return f'"{name_of_clip}"'

    text = PACKED.sub(set_apart, json.dumps(result, allow_nan=False))
    path = out / f"{name}.json"
    out.mkdir(parents=True, exist_ok=True)
    clips_path = path.with_suffix(".clips.json")
    if clips:  # beside the former ones, so that each result has its clips, whenever it is stopped
        write_json(clips_path, {**_stored_clips(clips_path), **clips})
    write_json(path, json.loads(text, parse_float=_rounded))
    if clips:
        write_json(clips_path, clips)
    else:
        clips_path.unlink(missing_ok=True)
    return path


def _stored_clips(path: Path) -> dict[str, str]:
    """Name of a clip → the clip; empty where the file is none."""
    try:
        clips = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return clips if isinstance(clips, dict) else {}


def _rounded(digits: str) -> float:
    return float(f"{float(digits):.{DIGITS}g}")
