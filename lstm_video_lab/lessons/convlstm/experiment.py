"""Fully connected against convolutional on the same sequences: equal parameters, steps and time.

Shi et al. 2015 (arXiv:1506.04214) keep a state of maps and let every place see its neighbours only;
Srivastava et al. 2015 keep a vector that sees all pixels. Their published figures are of different
data, so both are trained here on the same.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from lstm_video_lab import evaluation, training
from lstm_video_lab.files import write_json
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings
from lstm_video_lab.training import runs
from lstm_video_lab.training.trials import mean_and_std

SEEDS = (0, 1, 2)
# Rates: chosen from 0.003, 0.006 and 0.012 in a shorter run of one seed.
CONV: dict[str, Any] = {"cell": "convlstm", "units": 16, "learning_rate": 6e-3}
FEW: dict[str, Any] = {"units": 16, "learning_rate": 12e-3}  # as many parameters, at 32×32 pixels
MANY: dict[str, Any] = {"units": 256, "learning_rate": 6e-3}  # 23 times as many
ALONE = {"predict": False}  # an autoencoder, as in the lab report
# name -> (model, whether it trains for the seconds of "conv" instead of its steps)
MODELS: dict[str, tuple[dict[str, Any], bool]] = {
    "conv": (CONV, False),
    "few, equal steps": (FEW, False),
    "few, equal time": (FEW, True),
    "many, equal steps": (MANY, False),
    "many, equal time": (MANY, True),
    "conv, kernel 3": ({**CONV, "kernel_size": 3}, False),
    "conv, kernel 1": ({**CONV, "kernel_size": 1}, False),
    "conv autoencoder": ({**CONV, **ALONE}, False),
    "many autoencoder": ({**MANY, **ALONE}, True),
}
LABELS = {  # for pictures
    "conv": "16 maps, kernel 5",
    "few, equal steps": "16 units, equal steps",
    "few, equal time": "16 units, equal time",
    "many, equal steps": "256 units, equal steps",
    "many, equal time": "256 units, equal time",
    "conv, kernel 3": "16 maps, kernel 3",
    "conv, kernel 1": "16 maps, kernel 1",
}
STEPS = 400  # of "conv"
ROUNDS = 6  # looks at the clock

PUBLISHED = {  # nats per frame of 64×64 pixels, and parameters
    "FC, Srivastava et al.": (341.2, 234_975_232),
    "FC, as Shi et al. trained it": (483.249, 142_667_776),
    "ConvLSTM, Shi et al.": (367.085, 7_585_296),
}
LAB_REPORT = {"500 units": 0.027440, "1500 units": 0.025928, "2500 units": 0.019883}  # per pixel


def fields(model: dict[str, Any], side: int) -> dict[str, Any]:
    """What a VideoModel of one of these takes, for frames of `side` pixels."""
    own = {key: value for key, value in model.items() if key != "learning_rate"}
    return own | {"image_size": side}


def parameters(model: dict[str, Any], side: int) -> int:
    """How many numbers such a model learns."""
    return sum(p.numel() for p in VideoModel(**fields(model, side)).parameters())


def settings_for(name: str, scale: str, seed: int = 0, steps: int = STEPS) -> Settings:
    """One of MODELS. The batch is small, so that a convolutional model takes many steps."""
    changes: dict[str, Any] = {**MODELS[name][0], "seed": seed}
    if scale != "smoke":
        changes |= {"batch_size": 16, "steps": steps, "validate_every": 50}
    return Settings.for_scale(scale, **changes)


def clock(scale: str, rounds: int = ROUNDS) -> dict[str, float]:
    """Seconds of a training step of every model: medians, taken in turns, so that whatever else
    the machine does slows all of them alike.
    """
    loops = {name: training.train(settings_for(name, scale)) for name in MODELS}
    spent: dict[str, list[float]] = {name: [] for name in MODELS}
    for name, loop in loops.items():
        spent[name].append(next(loop).seconds)  # the first step also prepares
    for _ in range(rounds):
        for name, loop in loops.items():
            spent[name].append(next(loop).seconds)
    for loop in loops.values():
        loop.close()
    return {name: median(np.diff(seconds)) for name, seconds in spent.items()}


def run(scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    """Train every model from every seed; returns scores, curves, seconds of a step, baselines."""
    seconds = _clock_once(scale, out / "runs" / "convolution-clock.json")
    models = {}
    for name, (_, by_time) in MODELS.items():
        steps = round(STEPS * seconds["conv"] / seconds[name]) if by_time else STEPS
        models[name] = settings_for(name, scale, steps=steps)
    trained = yield from runs.train_models("convolution", models, out, seeds=SEEDS, study=_examples)
    return {
        "made": {"seeds": list(SEEDS)},
        "scale": scale,
        "step_seconds": {name: round(value, 4) for name, value in seconds.items()},
        "models": {name: _summarise(results) for name, results in trained.items()},
        "baselines": evaluation.baselines(settings_for("conv", scale)),
    }


def _clock_once(scale: str, path: Path) -> dict[str, float]:
    """A run that is resumed goes on for the steps that it had before, so the times are kept."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, clock(scale))
    return json.loads(path.read_text())


def _examples(name: str, model: VideoModel, settings: Settings) -> dict[str, Any]:
    if settings.predict and name != "conv":
        return {}
    return {"examples": runs.example_frames(model, settings)}


def _summarise(results: list[runs.Result]) -> dict[str, Any]:
    """The runs of one model from all seeds: lists of their scores, the means of their curves."""
    first, last = results[0], results[-1]
    parts = [part for part in ("future", "reconstruction") if first["report"][part]]
    scores: dict[str, Any] = {"future": None}
    curve = {"step": first["curve"]["step"]}
    for part in parts:
        reports = [result["report"][part] for result in results]
        scores[part] = [
            {key: round(report[key], 3) for key in ("cross_entropy", "mse")} for report in reports
        ]
        curve[part] = np.mean([result["curve"][part] for result in results], 0).round(2).tolist()
    return {
        **{key: first[key] for key in ("settings", "parameters", "steps")},
        "seeds": len(results),
        **scores,
        "curve": curve,
        **{key: last[key] for key in ("examples",) if key in last},
    }


def error_over_seeds(
    model: dict[str, Any], part: str = "future", measure: str = "cross_entropy"
) -> tuple[float, float]:
    """Mean and standard deviation over seeds, per frame, of a stored model."""
    return mean_and_std([score[measure] for score in model[part]])
