"""Should a decoder see the frame it gave last? Four future predictors, scored in two ways.

One is unconditional; three are conditional and differ in what they were fed in training: the true
frame, a mixture that moves from true to own, or their own output. Each is then scored running
freely, as in use, and with the true frame at every step, as public code did until 2018.

T predicted steps, N stored sequences, H × W the size of a frame.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np

from lstm_video_lab import evaluation
from lstm_video_lab.data.frames import unpack_frames
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings
from lstm_video_lab.training import runs
from lstm_video_lab.training.trials import mean_and_std

SEEDS = (0, 1, 2)
FED = {"unconditional": None, "teacher": "teacher", "scheduled": "scheduled", "own": "own"}


def settings_for(name: str, scale: str) -> Settings:
    """A future predictor alone, so that no other loss trains its encoder."""
    changes: dict[str, Any] = {"reconstruct": False}
    changes["conditional"] = False if FED[name] is None else "future"
    if FED[name] is not None:
        changes["feedback"] = FED[name]
    if scale != "smoke":
        changes |= {"steps": 1500, "validate_every": 100}
    return Settings.for_scale(scale, **changes)


def run(scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    """Train the four and score each both ways; returns scores, curves, predictions, baselines."""
    models = {name: settings_for(name, scale) for name in FED}
    trained: dict[str, list[runs.Result]] = {name: [] for name in models}
    for seed in SEEDS:  # a call for each: `study` looks at the last seed of a call
        one_seed = yield from runs.train_models(
            "conditioning", models, out, seeds=(seed,), study=_score_other_way
        )
        for name, results in one_seed.items():
            trained[name] += results
    return {
        "made": {"seeds": list(SEEDS)},
        "scale": scale,
        "models": {name: over_seeds(results) for name, results in trained.items()},
        "baselines": evaluation.baselines(models["unconditional"]),
    }


def _score_other_way(_: str, model: VideoModel, settings: Settings) -> dict[str, Any]:
    sequences = min(500, runs.SEQUENCES[settings.scale])
    return {
        "teacher_forced": evaluation.teacher_forced(model, settings, sequences),
        "examples": runs.example_frames(model, settings),
    }


def over_seeds(results: list[runs.Result]) -> dict[str, Any]:
    """The first run of one model, and under `seeds` the errors of all at each predicted step.

    "free": running freely; "shown": with the true frame at each step.
    """
    errors = {
        "free": [one["report"]["future"]["per_step"]["cross_entropy"] for one in results],
        "shown": [one["teacher_forced"]["per_step"] for one in results],
    }
    return results[0] | {"seeds": errors}


def error_of(model: dict[str, Any], shown: bool) -> tuple[float, float]:
    """Nats per frame of a stored model: mean and standard deviation over its seeds."""
    return mean_and_std(errors_of_seeds(model, shown))


def errors_of_seeds(model: dict[str, Any], shown: bool) -> list[float]:
    """Nats per frame of a stored model, a number for each seed."""
    return [float(np.mean(steps)) for steps in model["seeds"]["shown" if shown else "free"]]


def errors_by_step(result: dict[str, Any], shown: bool) -> dict[str, list[float]]:
    """Model → nats per frame at each predicted step, means over seeds.

    `shown`: with the true frame at each step.
    """
    way = "shown" if shown else "free"
    return {
        name: np.mean(one["seeds"][way], axis=0).tolist() for name, one in result["models"].items()
    }


def stored_sequence(
    result: dict[str, Any], model: str, shown: bool, sequence: int
) -> dict[str, np.ndarray]:
    """Rows of frames of a stored sequence (from 1): name → (T, H, W) floats in [0, 1].

    Predictions are stored for running freely only; an unconditional decoder runs freely always.
    """
    stored = result["models"][model]
    frames, future = (
        unpack_frames(stored["examples"][part])[:, sequence - 1] / 255
        for part in ("frames", "future")
    )
    conditional = bool(stored["settings"]["conditional"])
    rows = {"truth": frames[stored["settings"]["frames_in"] :]}
    if conditional:  # each step is fed the frame before it, the first step nothing
        before = rows["truth"] if shown else future
        rows["fed"] = np.concatenate([np.full_like(before[:1], np.nan), before[:-1]])
    if not (conditional and shown):
        rows["predicted"] = future
    return rows
