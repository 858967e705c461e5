"""How many units does an autoencoder need? The table of the 2017 lab report, on held-out digits.

The report trained 500, 1500 and 2500 units and gave squared error per pixel; here stand the same
sizes and three that a laptop trains while you wait, all for the same number of steps.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

from lstm_video_lab import evaluation
from lstm_video_lab.settings import Settings
from lstm_video_lab.training.runs import train_models

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
    sizes = {str(units): settings_for(units, scale) for units in UNITS}
    trained = yield from train_models("units", sizes, out, measure="mse")
    any_settings = next(iter(sizes.values()))
    return {
        "made": {"seeds": [any_settings.seed]},
        "scale": scale,
        "units": {units: result for units, (result,) in trained.items()},
        "lab_report": LAB_REPORT,
        "baselines": evaluation.baselines(any_settings),
    }


def sizes_of(result: dict[str, Any]) -> list[int]:
    """The stored sizes, from small to large."""
    return sorted(map(int, result["units"]))
