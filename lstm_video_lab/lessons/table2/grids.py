"""Tables that differ in a few settings: the models of Table 2, one layer or two, five optimisers.

Each is a grid of models, trained with several seeds for the same number of steps and scored on the
same held-out sequences: `lstm-video-lab experiment table2 --out DIR`.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lstm_video_lab import evaluation
from lstm_video_lab.settings import Settings
from lstm_video_lab.training import runs
from lstm_video_lab.training.trials import summarise_seeds

SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Grid:
    """Models that are compared: name → what differs; the rest is the same for all."""

    title: str
    models: dict[str, dict[str, Any]]
    steps: int
    published: dict[str, float] = field(default_factory=dict)  # in the paper, nats per frame


# An optimiser is judged at the best of its rates: none is right for all of them.
RATES = {
    "sgd": (1e-3, 3e-3, 1e-2),
    "rmsprop": (3e-4, 1e-3, 3e-3),
    "adagrad": (1e-2, 3e-2, 1e-1),
    "adam": (3e-3, 1e-2, 3e-2),
    "adamw": (3e-3, 1e-2, 3e-2),
}
DECAY = {"adamw": {"weight_decay": 0.01}}  # without any it is Adam
GRIDS = {
    "table2": Grid(
        "The four models of Table 2",
        {
            "future predictor": {"reconstruct": False},
            "composite": {},
            "conditional future predictor": {"reconstruct": False, "conditional": "future"},
            "composite + conditional future predictor": {"conditional": "future"},
        },
        steps=1200,
        published={
            "future predictor": 350.2,
            "composite": 344.9,
            "conditional future predictor": 343.5,
            "composite + conditional future predictor": 341.2,
        },
    ),
    "layers": Grid(
        "One layer or two", {"1 layer": {"layers": 1}, "2 layers": {"layers": 2}}, steps=1200
    ),
    "optimisers": Grid(
        "Five optimisers",
        {
            f"{name} {rate:g}": {"optimiser": name, "learning_rate": rate, **DECAY.get(name, {})}
            for name, rates in RATES.items()
            for rate in rates
        },
        steps=400,
    ),
}


def settings_for(grid: Grid, name: str, scale: str | None, seed: int = 0) -> Settings:
    """Those of a model of a grid."""
    length = {} if scale == "smoke" else {"steps": grid.steps, "validate_every": grid.steps}
    return Settings.for_scale(scale, **{**grid.models[name], **length}, seed=seed)


def run(name: str, scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    """Train each model of a grid with each seed; returns means, spreads and baselines."""
    grid = GRIDS[name]
    models = {model: settings_for(grid, model, scale) for model in grid.models}
    trained = yield from runs.train_models(name, models, out, seeds=SEEDS)
    any_settings = next(iter(models.values()))
    return {
        "made": {"seeds": list(SEEDS)},
        "scale": scale,
        "models": {
            key: summarise_seeds(results, "cross_entropy") for key, results in trained.items()
        },
        "baselines": evaluation.baselines(any_settings, runs.SEQUENCES[scale]),
        "published": grid.published,
    }


def best_rates(models: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Of "adam 0.001", "adam 0.003" …: each optimiser at its best rate."""
    best: dict[str, str] = {}
    for key in models:
        name = key.split()[0]
        if name not in best or models[key]["mean"] < models[best[name]]["mean"]:
            best[name] = key
    return {key: models[key] for key in best.values()}


def shares_left(result: dict[str, Any]) -> list[tuple[str, float, float]]:
    """Model, nats per frame, and what is left of the way from mean image to bound, in percent.

    The share can stand beside one of another world; nats cannot.
    """
    mean, bound = (
        result["baselines"][name]["cross_entropy"] for name in ("mean_image", "entropy_bound")
    )
    rows = []
    for name, one in result["models"].items():
        rows.append((name, one["mean"], 100 * (one["mean"] - bound) / (mean - bound)))
    return rows
