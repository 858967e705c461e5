"""How many units does an autoencoder need? The table of the 2017 lab report, on held-out digits.

The report trained 500, 1500 and 2500 units and gave squared error per pixel; here stand the same
sizes and three that a laptop trains while you wait, all for the same number of steps. What is
LARGE takes a quarter of an hour and more, and is trained from one seed; the others from three.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

from lstm_video_lab import evaluation
from lstm_video_lab.settings import Settings
from lstm_video_lab.training.runs import Result, train_models
from lstm_video_lab.training.trials import mean_and_std

SEEDS = (0, 1, 2)
LARGE = 1000  # units, from here on
UNITS = (64, 256, 512, 500, 1500, 2500)
LAB_REPORT = {500: 0.027440, 1500: 0.025928, 2500: 0.019883}  # squared error per pixel, RMSProp


def settings_for(units: int, scale: str) -> Settings:
    """An autoencoder with so many units; the rate is one that the largest still bears."""
    changes = {"units": units, "predict": False, "learning_rate": 5e-4, "precision": "auto"}
    if scale != "smoke":
        changes |= {"steps": 800, "validate_every": 100}
    return Settings.for_scale(scale, **changes)


def run(scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    """Train each size; returns curves, scores and baselines."""
    trained: dict[str, list[Result]] = {}
    for units in UNITS:
        size = {str(units): settings_for(units, scale)}
        seeds = SEEDS if units < LARGE else SEEDS[:1]
        trained |= yield from train_models("units", size, out, seeds=seeds, measure="mse")
    any_settings = settings_for(UNITS[0], scale)
    return {
        "made": {"seeds": list(SEEDS)},
        "scale": scale,
        "units": {units: over_seeds(results) for units, results in trained.items()},
        "lab_report": LAB_REPORT,
        "baselines": evaluation.baselines(any_settings),
    }


def over_seeds(results: list[Result]) -> dict[str, Any]:
    """The first run of one size, and under `seeds` the errors of all."""
    errors = {
        measure: [result["report"]["reconstruction"][measure] for result in results]
        for measure in ("mse", "cross_entropy")
    }
    return results[0] | {"seeds": errors}


def error_of(result: dict[str, Any], units: int) -> tuple[float, float]:
    """Squared error per frame of a stored size: mean and standard deviation over its seeds."""
    return mean_and_std(result["units"][str(units)]["seeds"]["mse"])


def sizes_of(result: dict[str, Any]) -> list[int]:
    """The stored sizes, from small to large."""
    return sorted(map(int, result["units"]))
