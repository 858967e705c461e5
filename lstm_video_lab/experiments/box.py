"""The trained models in the box: each is made by this command, then copied into `weights/`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lstm_video_lab import checkpoints
from lstm_video_lab.experiments import common
from lstm_video_lab.settings import Settings

# Two digits need more units and steps than a student waits for: overlaps and bounces are looked at.
MODELS = {
    "composite-two-digits": {
        "num_digits": 2,
        "units": 384,
        "learning_rate": 1e-3,
        "steps": 6000,
        "precision": "auto",
        "validate_every": 500,
    },
}


def run(scale: str, out: Path) -> Iterator[str]:
    """Train each model and store it in `out` as float16, with a card that says what made it."""
    for name, changes in MODELS.items():
        if scale == "smoke":
            changes = {"num_digits": 2}
        settings, folder = Settings.for_scale(scale, **changes), out / "runs" / name
        result = yield from common.train_and_score(settings, folder)
        path = checkpoints.put_in_box(folder, name, result["report"], out)
        yield f"stored: {path} and its card; copy both into lstm_video_lab/weights"
