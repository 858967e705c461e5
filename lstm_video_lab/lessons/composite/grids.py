"""Tables that differ in a few settings: the models of Table 2, one layer or two, five optimisers.

Each is a grid of models, trained with several seeds for the same number of steps and scored on the
same held-out sequences: `lstm-video-lab experiment table2 --out DIR`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lstm_video_lab import evaluation, plots
from lstm_video_lab.files import store_result
from lstm_video_lab.plots.canvas import levels_of
from lstm_video_lab.settings import Settings
from lstm_video_lab.training import runs as common
from lstm_video_lab.training.trials import summarise_seeds

SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Grid:
    """Models that are compared: name → what differs; the rest is the same for all."""

    title: str
    models: dict[str, dict[str, Any]]
    steps: int
    same: dict[str, Any] = field(default_factory=dict)
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


def settings_for(grid: Grid, name: str, scale: str | None, seed: int) -> Settings:
    """Those of a model of a grid."""
    length = {} if scale == "smoke" else {"steps": grid.steps, "validate_every": grid.steps}
    return Settings.for_scale(scale, **{**grid.same, **grid.models[name], **length}, seed=seed)


def run(name: str, scale: str, out: Path) -> Iterator[str]:
    """Train each model of a grid with each seed, and store what came out."""
    grid, results = GRIDS[name], {}
    for model in grid.models:
        runs = []
        for seed in SEEDS:
            settings = settings_for(grid, model, scale, seed)
            folder = out / "runs" / f"{name}-{model.replace(' ', '-')}-{seed}"
            runs.append((yield from common.train_and_score(settings, folder)))
        results[model] = summarise_seeds(runs, "cross_entropy")
        one = results[model]
        yield f"{model}: {one['mean']:.1f} ± {one['spread']:.1f} nats per frame"
    result = {
        "scale": scale,
        "models": results,
        "baselines": evaluation.baselines(settings, common.SEQUENCES[scale]),
        "published": grid.published,
    }
    yield store_result(out, name, result, draw(name, result).png)


def draw(name: str, result: dict[str, Any]) -> plots.Picture:
    """A stored grid as bars, the mean over seeds with its spread; optimisers at their best rate."""
    results = result["models"]
    shown = best_rates(results) if name == "optimisers" else results
    facts = "; ".join(f"{k} {v['mean']:.1f} ± {v['spread']:.1f}" for k, v in shown.items())
    first = next(iter(shown.values()))
    return plots.bars(
        list(shown),
        [one["mean"] for one in shown.values()],
        [one["spread"] for one in shown.values()],
        levels_of(result["baselines"]),
        f"Held-out future cross-entropy, mean and standard deviation of {len(first['seeds'])} "
        f"seeds: {facts} ({result['scale']} scale, {first['steps']} steps).",
        title=GRIDS[name].title,
        ylabel="nats per frame",
    )


def best_rates(results: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Of "adam 0.001", "adam 0.003" …: each optimiser at its best rate."""
    best: dict[str, str] = {}
    for key in results:
        name = key.split()[0]
        if name not in best or results[key]["mean"] < results[best[name]]["mean"]:
            best[name] = key
    return {key: results[key] for key in best.values()}
