"""The ladder that comes with the lab: all four rungs, trained on bouncing digits."""

from __future__ import annotations

from typing import Any

from lstm_video_lab.lessons.video_ladder import experiment
from lstm_video_lab.lessons.video_ladder.model import Ladder
from lstm_video_lab.settings import Settings
from lstm_video_lab.training.train_pretrained import SEQUENCES, Made

TALL: dict[str, Any] = {"rungs": 4, "width": 16}


def make_ladder(settings: Settings) -> Made:
    """A tall ladder; what is special on its card; its score."""
    net = experiment.train_on(settings, "ladder", **TALL)
    sequences = 20 if settings.scale == "smoke" else SEQUENCES
    card = {
        "kind": f"{Ladder.__module__}.{Ladder.__name__}",
        "model": {"image_size": settings.image_size, **TALL},
        "data": f"{settings.num_digits} bouncing digits, {settings.digits}",
        "kept": ("frames_in", "frames_out", "batch_size", "learning_rate"),
        "measure": "mse",
    }
    return net, card, lambda: {settings.digits: experiment.score_on(net, settings, sequences)}
