"""Natural patches: the four models of Table 2's right column, and one with its units doubled.

16 frames of 32×32 pixels in, the same reconstructed, 13 predicted; linear outputs, squared error.
The pictures come from the camera over two photographs, or from a folder of videos that the
environment variable LAB_VIDEOS names.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lstm_video_lab import evaluation
from lstm_video_lab.settings import Settings
from lstm_video_lab.training import runs
from lstm_video_lab.training.trials import summarise_seeds

UNITS, SEEDS, STEPS = 256, (0, 1, 2), 1500
CLIPS = 8  # of the blind test
BLUR = 1.5  # pixels, of what the blind test shows
MODELS: dict[str, dict[str, Any]] = {  # name → what differs
    "future predictor": {"reconstruct": False},
    "composite": {},
    "conditional future predictor": {"reconstruct": False, "conditional": "future"},
    "composite + conditional future predictor": {"conditional": "future"},
    "composite, twice the units": {"units": 2 * UNITS},
}
SMALL, LARGE = "composite", "composite, twice the units"
PAPER = dict(zip(MODELS, (225.2, 210.7, 221.3, 208.1), strict=False))  # squared loss, UCF-101


def settings_for(
    changes: dict[str, Any] | None = None, scale: str | None = None, **more: Any
) -> Settings:
    """Natural patches at a scale: the sizes of the paper's experiment, fewer units."""
    patches = {"data": os.environ.get("LAB_VIDEOS", "camera"), "output": "linear"}
    settings = Settings.for_scale(scale, **patches)
    if settings.scale != "smoke":
        settings = settings.changed(frames_in=16, frames_out=13, units=UNITS, learning_rate=1e-3)
    if settings.scale == "smoke":  # a model of a test is small, whatever the experiment doubles
        changes = {k: v for k, v in (changes or {}).items() if k != "units"}
    return settings.changed(**(changes or {}), **more)


def run(scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    """Train each model with each seed, score all on the same held-out patches."""
    length = {} if scale == "smoke" else {"steps": STEPS, "validate_every": 500}
    models = {
        name: settings_for(changes, scale, precision="auto", **length)
        for name, changes in MODELS.items()
    }
    trained = yield from runs.train_models("patches", models, out, seeds=SEEDS, measure="mse")
    settings = models[SMALL]
    return {
        "made": {"seeds": list(SEEDS)},
        "scale": scale,
        "data": "camera" if settings.data == "camera" else Path(settings.data).name,
        "models": {name: summarise_seeds(results, "mse") for name, results in trained.items()},
        "baselines": evaluation.baselines(settings, runs.SEQUENCES[scale]),
        "paper": PAPER,
    }


def busiest_clips(settings: Settings, count: int) -> Tensor:
    """Of 200 held-out clips those with the most contrast, the most first: uint8 (T, count, H, W).

    Many patches of a photograph are nearly empty, and show the eye nothing.
    """
    frames = evaluation.heldout_data(settings).batch(0, 200)
    contrast = frames.float().std((2, 3)).mean(0)  # (N,)
    return frames[:, contrast.argsort(descending=True)[:count]]


def power_spectrum(frames: Tensor) -> Tensor:
    """Power of frames (…, S, S) in [0, 1] at 0 … S/2 waves per patch, a mean over all: (S/2 + 1,).

    Each wave of the Fourier transform goes to the ring of its rounded length.
    """
    S = frames.shape[-1]
    power = torch.fft.fft2(frames - frames.mean((-2, -1), keepdim=True)).abs().square() / S**2
    waves = torch.fft.fftfreq(S, 1 / S)
    ring = (waves[:, None].square() + waves.square()).sqrt().round().long()  # (S, S)
    total = power.flatten(0, -3).mean(0)
    return torch.stack([total[ring == k].sum() for k in range(S // 2 + 1)])


def without_grain(frames: Tensor, blur: float = BLUR) -> Tensor:
    """Frames (…, S, S) smoothed by a Gaussian of so many pixels."""
    from scipy import ndimage

    widths = (0.0,) * (frames.dim() - 2) + (blur, blur)
    return torch.from_numpy(ndimage.gaussian_filter(frames.numpy(), widths, mode="nearest"))
