"""What answers score that need no learning, for one, two and three digits.

T frames to come, N held-out sequences, H × W the size of a frame.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import torch

from lstm_video_lab import evaluation, metrics
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.settings import Settings

COUNTS = (1, 2, 3)  # digits
SEQUENCES = {"smoke": 20, "laptop": 256, "paper": 1000}
NAMES = {  # of a score → in a table
    "entropy_bound": "bound",
    "mean_digit": "mean digit",
    "mean_image": "mean image",
    "copy_last": "copy-last",
    "black": "black",
    "undecided": "p = 0.5",
}
COLUMNS = {  # measure → its scores that say something
    "cross_entropy": ("entropy_bound", "mean_digit", "mean_image", "undecided"),
    "mse": ("mean_digit", "mean_image", "black", "copy_last"),
}


def run(scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    """The scores at a scale; at the paper's with MNIST's digits, as the paper has them."""
    settings = Settings.for_scale(scale, digits="mnist" if scale == "paper" else "embedded")
    result: dict[str, Any] = {"made": {"seeds": [evaluation.HELDOUT_SEED]}}
    result |= {"scale": scale, "sequences": SEQUENCES[scale]}
    result |= {"digits": settings.digits, "image_size": settings.image_size, "scores": {}}
    for count in COUNTS:
        world = settings.changed(num_digits=count)
        result["scores"][str(count)] = measure(world, SEQUENCES[scale])
        yield f"{count} digits are measured"
    return result


def measure(settings: Settings, sequences: int = 256) -> dict[str, dict[str, float | None]]:
    """Name → {"cross_entropy", "mse"} per frame; None where infinite, or not there."""
    levels = evaluation.baselines(settings, sequences)
    scores: dict[str, dict[str, float | None]] = {
        name: {measure: level[measure] for measure in COLUMNS} for name, level in levels.items()
    }
    held_out = evaluation.heldout_data(settings).batch(0, sequences)
    later = to_unit(held_out[settings.frames_in :])  # (T, N, H, W)
    black = metrics.squared_error(torch.zeros_like(later), later).mean().item()
    half = torch.full_like(later, 0.5)
    undecided = metrics.cross_entropy_of_probability(half, later).mean().item()
    scores["black"] = {"cross_entropy": None, "mse": black}
    scores["undecided"] = {
        "cross_entropy": undecided,
        "mse": metrics.squared_error(half, later).mean().item(),
    }
    return scores


def as_table(scores: dict[str, dict[str, dict[str, float | None]]]) -> str:
    """A line for each number of digits, nats on the left and squared errors on the right."""
    head = ["digits", *(NAMES[name] for names in COLUMNS.values() for name in names)]
    lines = [f"{'':8}{'nats per frame':>44}{'squared error per frame':>44}"]
    lines.append(f"{head[0]:8}" + "".join(f"{name:>11}" for name in head[1:]))
    for count, one in scores.items():
        cells = [one.get(name, {}).get(measure) for measure in COLUMNS for name in COLUMNS[measure]]
        lines.append(f"{count:8}" + "".join(f"{_as_text(cell):>11}" for cell in cells))
    return "\n".join(lines)


def _as_text(number: float | None) -> str:
    return "–" if number is None else f"{number:.1f}"
