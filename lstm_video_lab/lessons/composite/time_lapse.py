"""How a prediction comes into being: one clip, predicted at some twenty moments of a training.

Both kinds of model start from nothing. The moments lie evenly on a log scale of steps: most of what
can be seen happens early.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lstm_video_lab import evaluation, prediction, training
from lstm_video_lab.data.frames import pack_frames
from lstm_video_lab.files import write_json
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings

MOMENTS = 20
SEQUENCES = 64  # held-out, for the error of a moment
BOX = {"paper": {"units": 48, "batch_size": 8, "learning_rate": 2e-3, "steps": 4000}}
FC_BOX = {"paper": {"units": 512, "batch_size": 64, "learning_rate": 2e-3, "steps": 6000}}
SHARED = {"layers": 1, "conditional": False, "precision": "auto"}
MODELS: dict[str, dict[str, dict[str, Any]]] = {"FC-LSTM": FC_BOX, "ConvLSTM": BOX}


def settings_for(name: str, scale: str) -> Settings:
    """One of MODELS: at paper scale as its like in the box, else the numbers of the scale."""
    cell = "convlstm" if name == "ConvLSTM" else "lstm"
    changes = {"cell": cell, **(SHARED if scale == "paper" else {}), **MODELS[name].get(scale, {})}
    return Settings.for_scale(scale, **changes)


def moments_of(steps: int, count: int = MOMENTS) -> list[int]:
    """About `count` numbers of steps from 0 to `steps`, evenly on a log scale, each once."""
    return sorted({0, *np.geomspace(1, steps, count - 1).round().astype(int).tolist()})


def run(scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    """Train both kinds from nothing; returns of each its moments: step, error, predicted clip."""
    models = {}
    for name in MODELS:
        settings = settings_for(name, scale)
        folder = out / "runs" / f"time-lapse-{name}"
        moments = yield from _watch(settings, folder)
        models[name] = {"settings": settings.to_dict(), **moments}
    past_and_future = _clip(settings)  # (T, 1, H, W)
    return {
        "made": {"seeds": [settings.seed]},
        "scale": scale,
        "sequences": SEQUENCES,
        "frames_in": settings.frames_in,
        "clip": pack_frames(past_and_future.squeeze(1).numpy()),
        "models": models,
        "baselines": evaluation.baselines(settings),
    }


def _clip(settings: Settings) -> Tensor:
    """The first held-out sequence, uint8 (T, 1, H, W)."""
    return evaluation.heldout_data(settings).batch(0, 1)


def _watch(settings: Settings, folder: Path) -> Generator[str, None, dict[str, Any]]:
    """Train, and look at the moments; those that an earlier session saw are kept."""
    assert settings.steps is not None
    moments = moments_of(settings.steps)
    path = folder / "moments.json"
    seen = json.loads(path.read_text()) if path.is_file() else {}
    if "0" not in seen:
        seen["0"] = _look(VideoModel(**settings.model_fields(), seed=settings.seed), settings)
    with contextlib.closing(training.train(settings, folder, resume=True)) as steps:
        for progress in steps:
            if progress.step in moments and str(progress.step) not in seen:
                seen[str(progress.step)] = _look(progress.model, settings)
                write_json(path, seen)
                yield f"{folder.name}: step {progress.step}, {progress.seconds:.0f} s"
            else:
                yield ""
    looks = [seen[str(moment)] for moment in moments]
    return {
        "step": moments,
        "future": [look["future"] for look in looks],
        "predicted": [look["predicted"] for look in looks],
    }


def _look(model: VideoModel, settings: Settings) -> dict[str, Any]:
    """Its error on held-out sequences, nats per frame, and what it predicts of the clip."""
    past = _clip(settings)[: settings.frames_in]
    future = prediction.predict(model, past, settings.frames_out).future
    assert future is not None
    report = evaluation.evaluate(model, settings, SEQUENCES, similarity=False, compare=False)
    pixels = (future.squeeze(1) * 255).round().to(torch.uint8)  # (T, H, W)
    return {
        "future": round(report["future"]["cross_entropy"], 2),
        "predicted": pack_frames(pixels.numpy()),
    }
