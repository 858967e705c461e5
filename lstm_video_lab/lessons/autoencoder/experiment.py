"""How many units does an autoencoder need? The table of the 2017 lab report, on held-out digits.

The report trained 500, 1500 and 2500 units and gave squared error per pixel; here stand the same
sizes and three that a laptop trains while you wait, all for the same number of steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lstm_video_lab import evaluation, plots
from lstm_video_lab.files import store_result
from lstm_video_lab.settings import Settings
from lstm_video_lab.training import runs

UNITS = (64, 256, 512, 500, 1500, 2500)
LAB_REPORT = {500: 0.027440, 1500: 0.025928, 2500: 0.019883}  # squared error per pixel, RMSProp


def settings_for(units: int, scale: str) -> Settings:
    """An autoencoder with so many units; the rate is one that the largest still bears."""
    changes = {"units": units, "predict": False, "learning_rate": 5e-4, "precision": "auto"}
    if scale != "smoke":
        changes |= {"steps": 800, "validate_every": 100}
    return Settings.for_scale(scale, **changes)


def run(scale: str, out: Path) -> Iterator[str]:
    """Train each size, then store curves, scores and baselines."""
    results = {}
    for units in UNITS:
        settings = settings_for(units, scale)
        results[str(units)] = yield from runs.train_and_score(
            settings, out / "runs" / f"units-{units}"
        )
        yield f"{units} units: {score(results[str(units)]):.2f} squared error per frame"
    baselines = evaluation.baselines(settings)
    ranked = sorted(results, key=int)
    picture = plots.bars(
        [f"{units} units" for units in ranked],
        [score(results[units]) for units in ranked],
        [results[units]["report"]["reconstruction"]["stderr"]["mse"] for units in ranked],
        ylabel="squared error per frame",
        title=f"Reconstruction against units ({scale} scale)",
    )
    result = {"scale": scale, "units": results, "lab_report": LAB_REPORT, "baselines": baselines}
    yield store_result(out, "units", result, picture.png)


def score(result: dict) -> float:
    return result["report"]["reconstruction"]["mse"]
