"""Tables of results in README.md and docs/, made from what `notebooks/results/` holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lstm_video_lab.bench.report import between
from lstm_video_lab.lessons.convlstm import experiment
from lstm_video_lab.lessons.table2 import reproduction
from lstm_video_lab.settings import Settings
from lstm_video_lab.training.trials import mean_and_std

BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
LOOKUPS = (LookupError, TypeError, AttributeError)  # in a result that is JSON, but another one
TABLES = {  # name of a stored result → its heading, what is counted, and the published column
    "units": ("Units of an autoencoder", "squared error/frame", "lab report, 64×64"),
    "conditioning": ("What a conditional decoder is trained on", "nats/frame", ""),
    "table2": ("Table 2, bouncing digits: future prediction", "nats/frame", "paper, 64×64"),
    "patches": ("Table 2, natural patches: future prediction", "squared error/frame", "paper"),
    "layers": ("One layer or two", "nats/frame", ""),
    "convolution": ("Fully connected against convolutional", "nats/frame", ""),
    "optimisers": ("Five optimisers, three rates each", "nats/frame", ""),
}


def outdated_pages(root: Path) -> dict[str, str]:
    """Pages below `root` that show other results than are stored: name → the page as it must be.

    A page that is missing, or has no place for tables, is left alone; so is one whose results
    cannot be read, for `prose.problems` names those.
    """
    outdated = {}
    for name, write in PAGES.items():
        page = root / name
        try:
            new = refreshed(page, root / "notebooks" / "results", write)
        except (json.JSONDecodeError, UnicodeDecodeError):
            continue
        if new is not None and new != page.read_text("utf-8"):
            outdated[name] = new
    return outdated


def refreshed(page: Path, results: Path, write: Callable[[Path], str]) -> str | None:
    """The page with what `write` makes of `results`; None where it has no place for it."""
    text = page.read_text("utf-8") if page.is_file() else ""
    if BEGIN not in text and END not in text:
        return None
    try:
        rows = write(results)
    except LOOKUPS as error:
        raise ValueError(f"{page.name}: a stored result lacks {error}: make it anew") from None
    try:
        return between(text, BEGIN, END, rows)
    except ValueError as error:
        raise ValueError(f"{page.name}: {error}") from None


def write_all(results: Path) -> str:
    """A table for each stored grid of models."""
    blocks = []
    for name, (heading, unit, source) in TABLES.items():
        if result := _read(results, name):
            rows = _rows(_models(name, result), result, unit, source)
            blocks.append("\n".join([f"**{heading}**", "", *rows]))
    return "\n\n".join(blocks) + "\n"


def write_table2(results: Path) -> str:
    """The paper's Table 2 in three columns: the model, its nats per frame here, and the paper's."""
    result = _read(results, "table2")
    if not result:
        return "\n"
    scale = Settings.for_scale(result["scale"])
    size = f"{scale.image_size}×{scale.image_size}, {_digits(scale.num_digits)}"
    seeds = {len(model["seeds"]) for model in result["models"].values()}
    lines = [
        f"| model | nats/frame, {scale.scale} scale: {size}; mean ± spread of "
        f"{' or '.join(map(str, sorted(seeds)))} seeds | paper: 64×64, two digits |",
        "| --- | ---: | ---: |",
    ]
    for name, model in result["models"].items():
        published = result["published"].get(name)
        here = f"{model['mean']:.1f} ± {model['spread']:.1f}"
        lines.append(f"| {name} | {here} | {'' if published is None else f'{published:.1f}'} |")
    for name in ("entropy_bound", "mean_image"):
        if name in result["baselines"]:
            value = result["baselines"][name]["cross_entropy"]
            lines.append(f"| *{name.replace('_', ' ')}* | {value:.1f} | |")
    return "\n".join(lines) + "\n"


def write_reproduction(results: Path) -> str:
    """Each model that `lstm-video-lab reproduce table2` has trained, and the baselines."""
    return reproduction.table(_read(results, "reproduction").get("rows", []))


PAGES: dict[str, Callable[[Path], str]] = {  # page → what writes its tables
    "README.md": write_table2,
    "docs/results.md": write_all,
    "docs/reproduction.md": write_reproduction,
}


def _digits(number: int) -> str:
    return "one digit" if number == 1 else f"{number} digits"


def _read(results: Path, name: str) -> dict[str, Any]:
    """A stored result; empty where there is none."""
    file = results / f"{name}.json"
    return json.loads(file.read_text("utf-8")) if file.is_file() else {}


def _models(name: str, result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The models of a stored result as `summarise_seeds` writes them, and what was published."""
    if name == "units":
        return _models_by_units(result)
    if name == "conditioning":
        return {n: _running_freely(run) for n, run in result["models"].items()}
    if name == "convolution":
        return _models_of_convolution(result)
    published = result.get("published") or result.get("paper") or {}
    return {n: run | {"published": published.get(n)} for n, run in result["models"].items()}


def _models_by_units(result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    models = {}
    for count in sorted(result["units"], key=int):
        one = result["units"][count]
        mean, spread = mean_and_std(one["seeds"]["mse"])
        is_single = len(one["seeds"]["mse"]) == 1
        model = one | {"mean": mean, "spread": None if is_single else spread}
        model["seeds"] = one["seeds"]["mse"]
        per_pixel = result["lab_report"].get(count)  # of frames of 64×64
        model["published"] = None if per_pixel is None else per_pixel * 64**2
        models[f"{count} units"] = model
    return models


def _models_of_convolution(result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    models = {}
    for name, run in result["models"].items():
        if not run["future"]:
            continue
        mean, spread = mean_and_std([score["cross_entropy"] for score in run["future"]])
        models[experiment.LABELS[name]] = run | {
            "mean": mean,
            "spread": spread,
            "seeds": run["future"],
            "seconds": run["steps"] * result["step_seconds"][name],
        }
    return models


def _running_freely(run: dict[str, Any]) -> dict[str, Any]:
    """A conditional decoder: of each seed the mean over its predicted steps."""
    seeds = [sum(steps) / len(steps) for steps in run["seeds"]["free"]]
    mean, spread = mean_and_std(seeds)
    return run | {"mean": mean, "spread": spread, "seeds": seeds}


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
