"""Do two decoders ask for the same at the encoder's state? A cosine does not tell; directions do.

Cosines of both signs cancel in a mean. So the mean cosine of the two decoders' gradients stands
beside that of one decoder's gradients for two sequences, and the mean size |cosine| of these beside
that of arrows in any direction. And the share of one decoder's gradients that lies in the first
directions of the other's stands between chance and the share of its own. B sequences, D numbers of
a state.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lstm_video_lab import evaluation, metrics
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.lessons.composite.gradient_angle import DIRECTIONS, energy_within
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings
from lstm_video_lab.training import checkpoints, runs
from lstm_video_lab.training.trials import mean_and_std

SEEDS = (0, 1, 2)
STEPS = 1000
SEQUENCES = 64


def at_the_state(model: VideoModel, frames: Tensor, seen: int) -> dict[str, Tensor]:
    """The gradient of each decoder's loss at the encoder's state, a row a sequence: (B, D) each.

    frames: (T, B, H, W) in [0, 1], of which `seen` are the input.
    """
    past, following = frames[:seen], frames[seen:]
    state = model.encode(past)
    places = [part for layer in state for part in layer]  # h and c of each layer, (B, H) each
    gradients = {}
    for name, target in (("future", following), ("reconstruction", past.flip(0))):
        logits = model.decode(name, state, len(target))
        loss = metrics.cross_entropy(logits, target).mean()
        slopes = torch.autograd.grad(loss, places, retain_graph=True)
        gradients[name] = torch.cat(slopes, dim=1)
    return gradients


def measure(gradients: dict[str, Tensor]) -> dict[str, float]:
    """Cosines and |cosines|, means over sequences, and shares within the first directions, 0 to 1.

    Directions are taken from one half of the sequences, what lies in them from the other half.
    """
    future, past = gradients["future"], gradients["reconstruction"]
    half = len(future) // 2
    first, second = future[:half], future[half:]

    two = torch.cosine_similarity(future, past, dim=1)
    futures = torch.cosine_similarity(future, future.roll(1, 0), dim=1)
    pasts = torch.cosine_similarity(past, past.roll(1, 0), dim=1)
    return {
        "cosine of the two decoders": float(two.mean()),
        "cosine of the future's, another sequence": float(futures.mean()),
        "cosine of the reconstruction's, another sequence": float(pasts.mean()),
        "size of the two decoders' cosine": float(two.abs().mean()),
        "size of the future's cosine": float(futures.abs().mean()),
        "size of the reconstruction's cosine": float(pasts.abs().mean()),
        "size by chance": math.sqrt(2 / (math.pi * future.shape[1])),  # of arrows in any direction
        "chance": DIRECTIONS / future.shape[1],
        "reconstruction within the future's": energy_within(first, past[half:]),
        "future within the reconstruction's": energy_within(past[:half], second),
        "future within the future's": energy_within(first, second),
        "reconstruction within the reconstruction's": energy_within(past[:half], past[half:]),
    }


def run(scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    """Train a composite with each seed, and measure both gradients at its state."""
    found: dict[str, list[float]] = {}
    for seed in SEEDS:
        length = {} if scale == "smoke" else {"steps": STEPS, "validate_every": STEPS}
        settings = Settings.for_scale(scale, seed=seed, **length)
        folder = out / "runs" / f"shared_directions-{seed}"
        yield from runs.training_lines(settings, folder)
        model = checkpoints.load_model(folder)
        frames = to_unit(evaluation.heldout_data(settings).batch(0, SEQUENCES))
        for name, value in measure(at_the_state(model, frames, settings.frames_in)).items():
            found.setdefault(name, []).append(value)
        yield f"seed {seed}: { ({name: round(v[-1], 3) for name, v in found.items()}) }"
    measures = {}
    for name, values in found.items():
        mean, spread = mean_and_std(values)
        measures[name] = {"mean": mean, "spread": spread, "seeds": values}
    return {
        "made": {"seeds": list(SEEDS)},
        "scale": scale,
        "steps": settings.steps,
        "directions": DIRECTIONS,
        "measures": measures,
    }
