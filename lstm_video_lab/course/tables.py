"""The README's tables of results, made from what `notebooks/results/` holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lstm_video_lab.files import between
from lstm_video_lab.lessons.convlstm import experiment

BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
TABLES = {  # name of a stored result → its heading, what is counted, and the published column
    "units": ("Units of an autoencoder", "squared error/frame", "lab report, 64×64"),
    "conditioning": ("What a conditional decoder is trained on", "nats/frame", ""),
    "table2": ("Table 2, bouncing digits: future prediction", "nats/frame", "paper, 64×64"),
    "patches": ("Table 2, natural patches: future prediction", "squared error/frame", "paper"),
    "layers": ("One layer or two", "nats/frame", ""),
    "convolution": ("Fully connected against convolutional", "nats/frame", ""),
    "optimisers": ("Five optimisers, three rates each", "nats/frame", ""),
}


def refreshed(readme: Path, results: Path) -> str | None:
    """The page with its tables anew; None where it has no place for them."""
    page = readme.read_text("utf-8") if readme.is_file() else ""
    return between(page, BEGIN, END, markdown(results)) if BEGIN in page else None


def markdown(results: Path) -> str:
    """A table for each stored grid of models."""
    blocks = []
    for name, (heading, unit, source) in TABLES.items():
        if (results / f"{name}.json").is_file():
            result = json.loads((results / f"{name}.json").read_text("utf-8"))
            rows = _rows(_models(name, result), result, unit, source)
            blocks.append("\n".join([f"**{heading}**", "", *rows]))
    return "\n\n".join(blocks) + "\n"


def _models(name: str, result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The models of a stored result as `common.together` writes them, and what was published."""
    if name == "units":
        pixels = 64**2  # the lab report counts for each pixel of its frames
        report = {n: value * pixels for n, value in result["lab_report"].items()}
        ranked = sorted(result["units"].items(), key=lambda item: int(item[0]))
        return {
            f"{n} units": _one_seed(run, "reconstruction", "mse") | {"published": report.get(n)}
            for n, run in ranked
        }
    if name == "conditioning":
        return {n: _one_seed(run, "future", "cross_entropy") for n, run in result["models"].items()}
    if name == "convolution":
        return {
            experiment.LABELS[n]: run
            | dict(zip(("mean", "spread"), experiment.spread(run), strict=True))
            | {"seeds": run["future"], "seconds": run["steps"] * result["step_seconds"][n]}
            for n, run in result["models"].items()
            if run["future"]
        }
    published = result.get("published") or result.get("paper") or {}
    return {n: run | {"published": published.get(n)} for n, run in result["models"].items()}


def _one_seed(run: dict[str, Any], part: str, measure: str) -> dict[str, Any]:
    value = run["report"][part][measure]
    return run | {"mean": value, "spread": None, "seeds": [value]}


def _rows(
    models: dict[str, dict[str, Any]], result: dict[str, Any], unit: str, source: str
) -> Iterator[str]:
    """A line for each model, then the baselines."""
    columns = [f"model, {result['scale']} scale", f"{unit}, mean ± spread", "seeds", "steps",
               "seconds", "parameters", *([source] if source else [])]  # fmt: skip
    yield "| " + " | ".join(columns) + " |"
    yield "| --- " + "| ---: " * (len(columns) - 1) + "|"
    for name, one in models.items():
        spread = "" if one["spread"] is None else f" ± {one['spread']:.1f}"
        cells = [name, f"{one['mean']:.1f}{spread}", len(one["seeds"]), one["steps"],
                 f"{one['seconds']:.0f}", f"{one['parameters']:,}"]  # fmt: skip
        published = one.get("published")
        cells += ["" if published is None else f"{published:.1f}"] if source else []
        yield "| " + " | ".join(map(str, cells)) + " |"
    measure = "cross_entropy" if unit.startswith("nats") else "mse"
    for name, one in result["baselines"].items():
        if one[measure]:
            cells = [f"*{name.replace('_', ' ')}*", f"{one[measure]:.1f}"]
            yield "| " + " | ".join(cells + [""] * (len(columns) - 2)) + " |"
