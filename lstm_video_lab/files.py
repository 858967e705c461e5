"""Files that appear whole or not at all, and stored results."""

import json
from pathlib import Path
from typing import Any


def write_whole(path: Path, data: bytes | str) -> None:
    """Write beside the file, then rename. Raises OSError, and leaves nothing, where that fails."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_bytes(data.encode() if isinstance(data, str) else data)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def load_result(name: str) -> dict[str, Any]:
    """The stored result of an experiment, from `results/` beside the lesson.

    Raises FileNotFoundError where there is none.
    """
    for folder in (Path("results"), Path(__file__).parents[1] / "notebooks" / "results"):
        if (folder / f"{name}.json").is_file():
            return json.loads((folder / f"{name}.json").read_text())
    raise FileNotFoundError(
        f"results/{name}.json is missing: "
        f"make it with lstm-video-lab experiment {name} --out results"
    )


def store_result(out: Path, name: str, result: dict[str, Any], png: bytes) -> str:
    """Write NAME.json and NAME.png, each whole; returns the line that says so."""
    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / f"{name}.json", json.dumps(result, allow_nan=False) + "\n")
    write_whole(out / f"{name}.png", png)
    return f"stored: {out / name}.json and {out / name}.png"
