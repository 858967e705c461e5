"""Should a decoder see the frame it gave last? Four future predictors, judged in two ways.

One is unconditional; three are conditional and differ in what they were fed in training: the true
frame, a mixture that moves from true to own, or their own output. Each is then judged running
freely, as in use, and with the true frame at every step, as public code did until 2018.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lstm_video_lab import evaluation, plots
from lstm_video_lab.files import store_result
from lstm_video_lab.settings import Settings
from lstm_video_lab.training import checkpoints, runs

FED = {"unconditional": None, "teacher": "teacher", "scheduled": "scheduled", "own": "own"}


def settings_for(name: str, scale: str) -> Settings:
    """A future predictor alone, so that nothing else teaches its encoder."""
    changes: dict[str, Any] = {"reconstruct": False}
    changes["conditional"] = False if FED[name] is None else "future"
    if FED[name] is not None:
        changes["feedback"] = FED[name]
    if scale != "smoke":
        changes |= {"steps": 1500, "validate_every": 100}
    return Settings.for_scale(scale, **changes)


def run(scale: str, out: Path) -> Iterator[str]:
    """Train the four, judge each both ways, store."""
    results = {}
    for name in FED:
        settings = settings_for(name, scale)
        folder = out / "runs" / f"conditioning-{name}"
        results[name] = yield from runs.train_and_score(settings, folder)
        model = checkpoints.load_model(folder)
        results[name]["teacher_forced"] = evaluation.teacher_forced(
            model, settings, min(500, runs.SEQUENCES[scale])
        )
        results[name]["examples"] = runs.example_frames(model, settings)
        yield f"{name}: {free_running(results[name]):.1f} nats/frame running freely"
    forced = [results[name]["teacher_forced"]["cross_entropy"] for name in FED]
    picture = plots.bars(
        list(FED),
        {
            "running freely": [free_running(results[name]) for name in FED],
            "shown the true frame": forced,
        },
        baselines={"mean image": evaluation.baselines(settings)["mean_image"]["cross_entropy"]},
        title=f"Future cross-entropy by way of training ({scale} scale)",
    )
    result = {"scale": scale, "models": results, "baselines": evaluation.baselines(settings)}
    yield store_result(out, "conditioning", result, picture.png)


def free_running(result: dict) -> float:
    return result["report"]["future"]["cross_entropy"]
