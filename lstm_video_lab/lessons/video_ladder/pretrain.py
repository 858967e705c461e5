"""The ladder that comes with the lab: all four rungs, trained on bouncing digits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lstm_video_lab.lessons.video_ladder import experiment
from lstm_video_lab.lessons.video_ladder.model import Ladder
from lstm_video_lab.settings import Settings

TALL: dict[str, Any] = {"rungs": 4, "width": 16}


def make_ladder(
    settings: Settings,
) -> tuple[Ladder, dict[str, Any], Callable[[int], dict[str, Any]]]:
    """A tall ladder; what is special on its card; what scores it on so many sequences."""
    net = experiment.train_on(settings, "ladder", **TALL)
    card = {
        "kind": f"{Ladder.__module__}.{Ladder.__name__}",
        "model": {"image_size": settings.image_size, **TALL},
        "data": f"{settings.num_digits} bouncing digits, {settings.digits}",
        "kept": ("frames_in", "frames_out", "batch_size", "learning_rate"),
        "measure": "mse",
    }

    def score(sequences: int) -> dict[str, Any]:
        return {settings.digits: experiment.score_on(net, settings, sequences)}

    return net, card, score
