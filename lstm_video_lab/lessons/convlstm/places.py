"""What is learnt at the left, is it known at the right? One digit that goes up and down.

Both kinds of model are trained on clips in which the digit stays at the left of the frame, and are
tested there and at the right.

T time, B sequences, H × W the size of a frame.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lstm_video_lab import evaluation, metrics, prediction
from lstm_video_lab.data import BouncingDigits, load_digits
from lstm_video_lab.data.bouncing import area_average, render
from lstm_video_lab.data.frames import pack_frames, to_unit
from lstm_video_lab.models import VideoModel
from lstm_video_lab.training.fit import fit_steps

SEEDS = (0, 1, 2)
SIDES = {"left": (2, 6), "right": (12, 16)}  # first and last column of a digit's square, of 32
MODELS: dict[str, dict[str, Any]] = {  # with the steps that take about equal time
    "convolutional": {"cell": "convlstm", "units": 16, "steps": 300},
    "fully connected": {"units": 256, "steps": 600},
}
BATCH, RATE = 16, 6e-3
SEQUENCES = {"smoke": 10, "laptop": 200, "paper": 200}
SEEN, AHEAD = 10, 10  # frames


def digits_at(side: str, split: str, seed: int) -> ColumnDigits:
    """Digits that go up and down at one side of frames of 32×32 pixels."""
    digits = load_digits("embedded", split)
    return ColumnDigits(BouncingDigits(digits, 1, 32, SEEN + AHEAD, 14, 0.1, seed), *SIDES[side])


class ColumnDigits:
    """The clips of `data` with all sideways motion taken away: each digit stays in a column from
    `first` to `last`. Sequence n is a pure function of (seed, n).
    """

    def __init__(self, data: BouncingDigits, first: int, last: int) -> None:
        self.data, self.first, self.last = data, first, last
        self._images = area_average(data.digits.images, data.digit_size)

    def batch(self, index: int, batch_size: int) -> Tensor:
        """Sequences index·B … index·B + B − 1: uint8 (T, B, H, W)."""
        scene = self.data.scene(index, batch_size)
        positions = scene.positions.copy()  # (T, B, D, 2)
        room, width = self.data.image_size - self.data.digit_size, self.last - self.first
        positions[..., 1] = self.first + positions[:1, ..., 1] * (width + 1) // (room + 1)
        return render(self._images[scene.chosen], positions, self.data.image_size)


def train(name: str, seed: int, scale: str) -> Generator[str, None, VideoModel]:
    """One of MODELS, trained at the left alone; at smoke scale for a few steps."""
    fields = {key: value for key, value in MODELS[name].items() if key != "steps"}
    steps = 3 if scale == "smoke" else MODELS[name]["steps"]
    model = VideoModel(**fields, image_size=32, reconstruct=False, seed=seed)
    data = digits_at("left", "train", seed)

    def loss(step: int) -> Tensor:
        past, later = to_unit(data.batch(step, BATCH)).tensor_split([SEEN])
        return metrics.cross_entropy(model(past, future=AHEAD).future, later).mean()

    for step, error in enumerate(fit_steps(list(model.parameters()), loss, steps, RATE), 1):
        is_look = step % 100 == 0 or step == steps
        yield f"{name}, seed {seed}: step {step}, {error:.1f} nats" if is_look else ""
    return model.eval()


def run(scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    """Train both kinds from every seed; errors at both sides, baselines, and a clip at the right.

    `out` is not used: a training takes a minute.
    """
    held_out = {side: _frames(side, scale) for side in SIDES}
    models: dict[str, dict[str, Any]] = {}
    for name in MODELS:
        errors: dict[str, list[float]] = {side: [] for side in SIDES}
        for seed in SEEDS:
            model = yield from train(name, seed, scale)
            for side, (past, later) in held_out.items():
                future = prediction.predict_raw(model, past, AHEAD).future
                assert future is not None
                errors[side].append(metrics.cross_entropy(future, later).mean().item())
        models[name] = {"nats": errors, "steps": MODELS[name]["steps"]}
        models[name]["clips"] = {side: _clip(model, held_out[side][0]) for side in SIDES}
    return {
        "made": {"seeds": list(SEEDS)},
        "scale": scale,
        "sequences": SEQUENCES[scale],
        "models": models,
        "truth": {side: _pack(later[:, 0]) for side, (_, later) in held_out.items()},
        "baselines": {side: _baselines(side, later) for side, (_, later) in held_out.items()},
    }


def _frames(side: str, scale: str) -> tuple[Tensor, ...]:
    """Held-out frames seen and to come: floats (T, B, H, W)."""
    data = digits_at(side, "test", evaluation.HELDOUT_SEED)
    return to_unit(data.batch(0, SEQUENCES[scale])).tensor_split([SEEN])


def _clip(model: VideoModel, past: Tensor) -> str:
    future = prediction.predict(model, past[:, :1], AHEAD).future
    assert future is not None
    return _pack(future[:, 0])


def _pack(frames: Tensor) -> str:
    return pack_frames((frames * 255).round().to(torch.uint8).numpy())


def _baselines(side: str, later: Tensor) -> dict[str, float]:
    """Nats per frame of the mean image of that side, of that of the left, and the bound."""
    means = {}
    for name, where in (("mean image", side), ("mean image of the left", "left")):
        known = to_unit(digits_at(where, "train", 1).batch(0, 500))
        mean = (known.sum((0, 1)) + 0.5) / (known[:, :, 0, 0].numel() + 1)
        nats = metrics.cross_entropy_of_probability(mean.expand_as(later), later)
        means[name] = float(np.mean(nats.numpy()))
    return means | {"entropy bound": metrics.entropy(later).mean().item()}


def errors_at(result: dict[str, Any], side: str) -> dict[str, tuple[float, float]]:
    """Model → mean and standard deviation over seeds of its error at a side, nats per frame."""
    return {
        name: (float(np.mean(one["nats"][side])), float(np.std(one["nats"][side], ddof=1)))
        for name, one in result["models"].items()
    }
