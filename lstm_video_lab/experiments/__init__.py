"""The experiments of the paper, one file each: `lstm-video-lab experiment NAME --out DIR`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

NAMES = ("box", "composite", "conditioning", "units")


def run(name: str, scale: str, out: Path) -> Iterator[str]:
    """Run an experiment; yields lines to read while it runs.

    It resumes where it was cut off and leaves NAME.json and NAME.png in `out`. Raises ValueError
    for an unknown name.
    """
    if name not in NAMES:
        raise ValueError(f"experiment {name!r} is unknown: choose one of {', '.join(NAMES)}")
    yield from import_module(f".{name}", __name__).run(scale, out)


def load_result(name: str) -> dict[str, Any]:
    """The stored result of an experiment, from `results/` beside the lesson.

    Raises FileNotFoundError where there is none.
    """
    for folder in (Path("results"), Path(__file__).parents[2] / "notebooks" / "results"):
        if (folder / f"{name}.json").is_file():
            return json.loads((folder / f"{name}.json").read_text())
    raise FileNotFoundError(
        f"results/{name}.json is missing: "
        f"make it with lstm-video-lab experiment {name} --out results"
    )
