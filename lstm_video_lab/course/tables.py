"""The README's tables of results, made from what `notebooks/results/` holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lstm_video_lab.files import between

BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
TABLES = {  # name of a stored result → its heading and what is counted
    "table2": ("Table 2, bouncing digits: future prediction", "nats/frame"),
    "patches": ("Table 2, natural patches: future prediction", "squared error/frame"),
    "layers": ("One layer or two", "nats/frame"),
    "optimisers": ("Five optimisers, three rates each", "nats/frame"),
}


def refreshed(readme: Path, results: Path) -> str | None:
    """The page with its tables anew; None where it has no place for them."""
    page = readme.read_text("utf-8") if readme.is_file() else ""
    return between(page, BEGIN, END, markdown(results)) if BEGIN in page else None


def markdown(results: Path) -> str:
    """A table for each stored grid of models."""
    blocks = []
    for name, (heading, unit) in TABLES.items():
        if (results / f"{name}.json").is_file():
            result = json.loads((results / f"{name}.json").read_text("utf-8"))
            blocks.append("\n".join([f"**{heading}**", "", *_rows(result, unit)]))
    return "\n\n".join(blocks) + "\n"


def _rows(result: dict[str, Any], unit: str) -> Iterator[str]:
    """A line for each model, then the baselines."""
    published = result.get("published") or result.get("paper") or {}
    columns = [f"model, {result['scale']} scale", f"{unit}, mean ± spread", "seeds", "steps",
               "seconds", "parameters", *(["paper"] if published else [])]  # fmt: skip
    yield "| " + " | ".join(columns) + " |"
    yield "| --- " + "| ---: " * (len(columns) - 1) + "|"
    for name, one in result["models"].items():
        cells = [name, f"{one['mean']:.1f} ± {one['spread']:.1f}", len(one["seeds"]), one["steps"],
                 f"{one['seconds']:.0f}", f"{one['parameters']:,}"]  # fmt: skip
        cells += [published.get(name, "")] if published else []
        yield "| " + " | ".join(map(str, cells)) + " |"
    measure = "cross_entropy" if unit.startswith("nats") else "mse"
    for name, one in result["baselines"].items():
        if one[measure]:
            cells = [f"*{name.replace('_', ' ')}*", f"{one[measure]:.1f}"]
            yield "| " + " | ".join(cells + [""] * (len(columns) - 2)) + " |"
