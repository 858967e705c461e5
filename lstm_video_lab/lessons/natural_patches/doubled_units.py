"""Twice the units, after long training: what do they recall?

The large model is the box's. A twin with half its units is trained with the same settings, on the
same clips in the same order, for as many steps.

T frames, N clips, S the side of a frame.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lstm_video_lab import evaluation, metrics, prediction, pretrained
from lstm_video_lab.data.frames import pack_frames, to_unit, unpack_frames
from lstm_video_lab.lessons.natural_patches.experiment import (
    CLIPS,
    busiest_clips,
    power_spectrum,
    settings_for,
)
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings
from lstm_video_lab.training import checkpoints, runs

PRETRAINED = "natural-patches"
SEQUENCES = {"smoke": 10, "laptop": 500}
HALF, WHOLE = "half the units", "twice the units"  # each seen from the other


def run(scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    """Train the small one, and score both on the same held-out clips, none of them from training.

    A model that is trained is not trained again.
    """
    large = settings_of_large(scale)
    assert isinstance(large.units, int)  # one layer
    small = large.changed(units=large.units // 2)
    models, errors = {}, {}
    for name, settings in {HALF: small, WHOLE: large}.items():
        if name == WHOLE and scale != "smoke":
            model: VideoModel = pretrained.load_pretrained(PRETRAINED)
        else:
            folder = out / "runs" / f"doubled-{settings.units}"
            yield from runs.training_lines(settings, folder)
            model = checkpoints.load_model(folder)
        models[name], errors[name] = measure(model, settings, SEQUENCES[scale])
        yield f"{name}: {models[name]['reconstruction']['mean']:.2f} recalled"
    past = busiest_clips(small, CLIPS)[: small.frames_in]
    return {
        "made": {"seeds": [small.seed]},
        "scale": scale,
        "sequences": SEQUENCES[scale],
        "models": models,
        "gain": {part: _gain(errors[HALF][part], errors[WHOLE][part]) for part in errors[HALF]},
        "truth": {"clips": pack_frames(past.numpy()), "power": _powers(small, SEQUENCES[scale])},
    }


def settings_of_large(scale: str) -> Settings:
    """Those of the box's model; at smoke scale some that are trained in a second."""
    if scale == "smoke":
        return settings_for(scale=scale).changed(data="camera")
    return Settings.from_dict(pretrained.load_pretrained(PRETRAINED).card["settings"])


def _gain(small: Tensor, large: Tensor) -> dict[str, float]:
    """Clip by clip, by how much less the larger model errs: errors (N,) of the same clips."""
    less = small - large
    return {
        "mean": less.mean().item(),
        "stderr": (less.std() / len(less) ** 0.5).item(),
        "closer": (less > 0).float().mean().item(),
    }


def measure(
    model: VideoModel, settings: Settings, sequences: int
) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Squared error per frame of each part, waves that are recalled, and the busiest clips as they
    are recalled; and the error of each clip, (N,) for each part.
    """
    past, later = to_unit(evaluation.heldout_data(settings).batch(0, sequences)).tensor_split(
        [settings.frames_in]
    )
    future, recalled = _predict(model, past, len(later))
    errors = {"future": (future, later), "reconstruction": (recalled, past)}
    parts: dict[str, Any] = {}
    by_clip = {}
    for name, (predicted, truth) in errors.items():
        per_step = metrics.squared_error(predicted, truth)  # (T, N)
        each = by_clip[name] = per_step.mean(0)
        parts[name] = {
            "mean": each.mean().item(),
            "stderr": (each.std() / len(each) ** 0.5).item(),
            "per_step": per_step.mean(1).tolist(),
        }
    _, shown = _predict(model, to_unit(busiest_clips(settings, CLIPS))[: settings.frames_in], 1)
    measured = {
        **parts,
        "units": settings.units,
        "steps": settings.steps,
        "batch_size": settings.batch_size,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "power": power_spectrum(recalled).tolist(),
        "clips": pack_frames((shown * 255).round().to(torch.uint8).numpy()),
    }
    return measured, by_clip


def _predict(model: VideoModel, past: Tensor, ahead: int) -> tuple[Tensor, Tensor]:
    """The future, and the past as it is recalled in the order of time: (T, N, S, S) in [0, 1]."""
    given = prediction.predict(model, past, ahead)
    assert given.future is not None and given.reconstruction is not None
    return given.future, given.reconstruction.flip(0)


def _powers(settings: Settings, sequences: int) -> list[float]:
    past = to_unit(evaluation.heldout_data(settings).batch(0, sequences))[: settings.frames_in]
    return power_spectrum(past).tolist()


def clips_of(result: dict[str, Any]) -> dict[str, Tensor]:
    """ "truth" and the name of each model → the busiest clips, as it recalls them: (T, N, S, S)
    in [0, 1].
    """
    packed = {"truth": result["truth"]["clips"]}
    packed |= {name: one["clips"] for name, one in result["models"].items()}
    return {
        name: to_unit(torch.from_numpy(unpack_frames(text).copy())) for name, text in packed.items()
    }
