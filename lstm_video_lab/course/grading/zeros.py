"""Which zeros in tables of marks the grader wrote itself: no other one is ever taken away.

`written/.zeros.json`: question → names, as the rows of its table have them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path

from lstm_video_lab.files import write_whole


def zeros_path(out: Path) -> Path:
    return out / "written" / ".zeros.json"


def read_zeros(out: Path) -> dict[str, set[str]]:
    """Question → names; nothing for a question of which that is not known."""
    try:
        stored = json.loads(zeros_path(out).read_text("utf-8"))
        return {question: {*map(str, names)} for question, names in stored["zeros"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def write_zeros(out: Path, zeros: Mapping[str, Collection[str]]) -> None:
    content = {"zeros": {question: sorted(names) for question, names in zeros.items()}}
    zeros_path(out).parent.mkdir(parents=True, exist_ok=True)
    write_whole(zeros_path(out), json.dumps(content) + "\n")
