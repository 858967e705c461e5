"""The composite model over a grid of units, layers and conditioning, all for the same steps."""

from __future__ import annotations

import math
from collections.abc import Generator
from itertools import product
from pathlib import Path
from typing import Any

from lstm_video_lab import evaluation
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings
from lstm_video_lab.training import runs

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


def run(scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    """Train every point; returns curves, scores and predictions of the same two sequences."""
    points = product(UNITS, LAYERS, CONDITIONAL)
    models = {name_of(*point): settings_for(*point, scale) for point in points}
    trained = yield from runs.train_models("composite", models, out, study=_examples)
    any_settings = next(iter(models.values()))
    return {
        "made": {"seeds": [any_settings.seed]},
        "scale": scale,
        "models": {name: result for name, (result,) in trained.items()},
        "baselines": evaluation.baselines(any_settings),
    }


def _examples(_: str, model: VideoModel, settings: Settings) -> dict[str, Any]:
    return {"examples": runs.example_frames(model, settings)}


def tried_values(result: dict[str, Any]) -> tuple[list, list, list]:
    """The units, the layers and the conditioning that were tried, each from less to more."""
    settings = [model["settings"] for model in result["models"].values()]
    return (
        sorted({point["units"] for point in settings}),
        sorted({point["layers"] for point in settings}),
        sorted({point["conditional"] for point in settings}, key=str),  # False before "future"
    )


def future_error(model: dict[str, Any]) -> tuple[float, float]:
    """Future cross-entropy of a stored model, nats per frame, and its standard error."""
    future = model["report"]["future"]
    return future["cross_entropy"], future["stderr"]["cross_entropy"]


def effects(result: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """What going from the least to the most of one setting changes, the two others held still.

    Setting → (nats per frame, standard error): the mean over all pairs of models that differ in
    nothing else. The error is that of the held-out sequences, as if each model had had its own.
    """
    values = tried_values(result)
    changes = {}
    for axis, name in enumerate(("units", "layers", "conditioning")):
        least, most = values[axis][0], values[axis][-1]
        others = [tried for n, tried in enumerate(values) if n != axis]
        differences, variances = [], []
        for rest in product(*others):
            pair = []
            for end in (least, most):
                point = [*rest[:axis], end, *rest[axis:]]
                pair.append(future_error(result["models"][name_of(*point)]))
            (low, low_error), (high, high_error) = pair
            differences.append(high - low)
            variances.append(low_error**2 + high_error**2)
        pairs = len(differences)
        changes[name] = (sum(differences) / pairs, math.sqrt(sum(variances)) / pairs)
    return changes
