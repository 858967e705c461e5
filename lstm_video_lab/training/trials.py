"""Trials: points of a grid with several seeds, each worked out once, and what they come to."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from lstm_video_lab.files import write_whole


def resume_trials(
    log: Path, points: Iterable[dict[str, Any]], work: Callable[[dict[str, Any]], dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], bool]]:
    """For each point its row, the point with what `work` found there, and whether that is new.

    `log` has a line of JSON for each row, and what it holds is not worked out again. A last line
    that was cut off while it was written does not count.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    lines = log.read_text().splitlines(keepends=True) if log.exists() else []
    whole = [line for line in lines if line.endswith("\n")]
    if whole != lines:
        write_whole(log, "".join(whole))
    rows = list(map(json.loads, whole))
    for point in points:
        row = next((row for row in rows if point.items() <= row.items()), None)
        if is_new := row is None:
            line = json.dumps(point | work(point), allow_nan=False)
            with log.open("a") as file:
                file.write(line + "\n")
            row = json.loads(line)
        yield row, is_new


def summarise_seeds(runs: list[dict[str, Any]], measure: str) -> dict[str, Any]:
    """Seeds of one model: mean and spread (standard deviation) of the future's error."""
    errors, squared = ([run["report"]["future"][m] for run in runs] for m in (measure, "mse"))
    middle, spread = mean_and_std(errors)
    return {
        "mean": middle,
        "spread": spread,
        "seeds": errors,
        "mse": statistics.mean(squared),
        "per_step": runs[0]["report"]["future"]["per_step"][measure],
        **{name: runs[0][name] for name in ("parameters", "steps", "seconds")},
    }


def mean_and_std(values: list[float]) -> tuple[float, float]:
    """Mean and spread (standard deviation) over seeds or draws; of a single one the spread is 0."""
    return statistics.mean(values), statistics.stdev(values) if len(values) > 1 else 0.0
