"""Do more units always help? Autoencoders of several sizes that have met ten digits only.

Their clips are endless, but all are made of the same few digits. Each is scored on new clips of
those digits, and on clips of digits that it has never met. As a control the same sizes learn from
clips of all training digits, and are scored on the very same clips: one kind may simply be harder.

T frames, N sequences.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import torch

from lstm_video_lab import metrics
from lstm_video_lab.data import BouncingDigits, Digits, load_digits
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.devices import flush_denormal
from lstm_video_lab.models import VideoModel
from lstm_video_lab.training.fit import fit
from lstm_video_lab.training.trials import resume_trials

UNITS = (16, 64, 256)
SEEDS = (0, 1, 2)
FEW = 10  # digits to learn from
FRAMES, SIZE, DIGIT = 5, 16, 7  # frames of a clip, pixels of a frame and of a digit
STEPS = {"smoke": 5, "laptop": 2000}
BATCH, RATE = 16, 4e-3
SEQUENCES, FAR = 400, 10**6  # clips of a score; the number of their first batch, far from training
KINDS = ("digits it learnt from", "other digits")


def run(scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    """Squared error per frame of each size and seed, on both kinds of clips, and of the control."""
    points = [
        {"units": units, "seed": seed, "steps": STEPS[scale], "from_all": from_all}
        for from_all in (False, True)
        for units in UNITS
        for seed in SEEDS
    ]
    rows = []
    for row, _ in resume_trials(out / "few_digits.jsonl", points, lambda point: train(**point)):
        rows.append(row)
        source = "all digits" if row["from_all"] else "few digits"
        yield f"{source}, {row['units']} units, seed {row['seed']}: " + ", ".join(
            f"{kind} {row[kind]:.2f}" for kind in KINDS
        )
    return {
        "made": {"seeds": list(SEEDS)},
        "scale": scale,
        "digits": FEW,
        "steps": STEPS[scale],
        "errors": _by_size([row for row in rows if not row["from_all"]]),
        "control": _by_size([row for row in rows if row["from_all"]]),
    }


def _by_size(rows: list[dict[str, Any]]) -> dict[str, dict[str, list[float]]]:
    """Size → kind of clips → errors, a number for each seed."""
    return {
        str(units): {kind: [row[kind] for row in rows if row["units"] == units] for kind in KINDS}
        for units in UNITS
    }


def train(units: int, seed: int, steps: int, from_all: bool) -> dict[str, float]:
    """Kind of clips → squared error per frame, after so many steps.

    from_all: learn from all training digits, not from the few; the clips of the score stay.
    """
    few = clips(seed)
    data = few
    if from_all:
        data = BouncingDigits(load_digits(split="train"), 1, SIZE, FRAMES, DIGIT, seed=seed)
    model = VideoModel(units=units, image_size=SIZE, predict=False, seed=seed)

    def loss(step: int) -> Any:
        frames = to_unit(data.batch(step, BATCH))  # (T, B, H, W)
        return metrics.cross_entropy(model(frames).reconstruction, frames.flip(0)).mean()

    fit(model.parameters(), loss, steps, RATE)
    others = BouncingDigits(load_digits(split="test"), 1, SIZE, FRAMES, DIGIT, seed=seed)
    return {kind: score(model, source) for kind, source in zip(KINDS, (few, others), strict=True)}


def clips(seed: int) -> BouncingDigits:
    """Endless clips of the few digits of a seed, one of each class."""
    digits = load_digits(split="train")
    chosen = [int((digits.labels == label).nonzero()[0][seed]) for label in range(FEW)]
    few = Digits(digits.images[chosen], digits.labels[chosen])
    return BouncingDigits(few, 1, SIZE, FRAMES, DIGIT, seed=seed)


def score(model: VideoModel, data: BouncingDigits) -> float:
    """Squared error per frame on clips that the model was not trained on."""
    frames = to_unit(data.batch(FAR, SEQUENCES))  # (T, N, H, W)
    with flush_denormal(), torch.no_grad():
        given = model(frames).reconstruction.sigmoid()
    return metrics.squared_error(given, frames.flip(0)).mean().item()
