"""The composite model over a grid of units, layers and conditioning, all for the same steps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

from lstm_video_lab import evaluation, plots
from lstm_video_lab.files import store_result
from lstm_video_lab.settings import Settings
from lstm_video_lab.training import checkpoints, runs

UNITS, LAYERS = (64, 128, 256), (1, 2)
CONDITIONAL: tuple[bool | str, ...] = (False, "future")


def settings_for(units: int, layers: int, conditional: bool | str, scale: str) -> Settings:
    """One point of the grid."""
    changes: dict[str, Any] = {"units": units, "layers": layers, "conditional": conditional}
    if scale != "smoke":
        changes |= {"steps": 1000, "validate_every": 100}
    return Settings.for_scale(scale, **changes)


def name_of(units: int, layers: int, conditional: bool | str) -> str:
    """The key of a point of the grid, for example "256-1-future"."""
    return f"{units}-{layers}-{conditional or 'none'}"


def run(scale: str, out: Path) -> Iterator[str]:
    """Train every point, then store curves, scores and predictions of the same two sequences."""
    results = {}
    for point in product(UNITS, LAYERS, CONDITIONAL):
        name, settings = name_of(*point), settings_for(*point, scale)
        folder = out / "runs" / f"composite-{name}"
        results[name] = yield from runs.train_and_score(settings, folder)
        results[name]["examples"] = runs.example_frames(checkpoints.load_model(folder), settings)
        yield f"{name}: {results[name]['report']['future']['cross_entropy']:.1f} nats/frame"
    baselines = evaluation.baselines(settings)
    picture = plots.bars(
        list(results),
        [result["report"]["future"]["cross_entropy"] for result in results.values()],
        [result["report"]["future"]["stderr"]["cross_entropy"] for result in results.values()],
        baselines={"mean image": baselines["mean_image"]["cross_entropy"]},
        title=f"Future cross-entropy, units-layers-conditioning ({scale} scale)",
    )
    result = {"scale": scale, "models": results, "baselines": baselines}
    yield store_result(out, "composite", result, picture.png)
