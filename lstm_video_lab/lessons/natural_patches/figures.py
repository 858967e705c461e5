"""The picture of lesson 11's experiment."""

from __future__ import annotations

from typing import Any

from lstm_video_lab import plots
from lstm_video_lab.plots.canvas import Picture


def overview(result: dict[str, Any]) -> Picture:
    """Squared error of every model, mean and spread over seeds, beside the copied last frame."""
    models = result["models"]
    return plots.bars(
        list(models),
        [one["mean"] for one in models.values()],
        [one["spread"] for one in models.values()],
        baselines={"copy last": result["baselines"]["copy_last"]["mse"]},  # others are far above
        ylabel="squared error per frame",
        title=f"Prediction of natural patches ({result['scale']} scale)",
    )
