"""What the experiments share: train or pick up a run, score it, and keep its figures as plain JSON.

T steps, N sequences, H × W the size of a frame.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import torch

from lstm_video_lab import evaluation, training
from lstm_video_lab.data.frames import pack_frames, to_unit
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings
from lstm_video_lab.training import checkpoints

SEQUENCES = {"smoke": 20, "laptop": 500, "paper": 10_000}
EXAMPLES = 2


def train_and_score(settings: Settings, run: Path) -> Generator[str, None, dict[str, Any]]:
    """Train (or pick up) the run in a folder; lines while it runs, at the end its result.

    The result: `settings`, `parameters`, `steps`, `seconds`, `curve` (lists of step, seconds and
    held-out losses), `report` as `evaluate` gives it.
    """
    yield from training_lines(settings, run)
    saved, model = checkpoints.read_checkpoint(run), checkpoints.load_model(run)
    report = evaluation.evaluate(model, settings, SEQUENCES[settings.scale])
    report.pop("baselines")
    return {
        "settings": settings.to_dict(),
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "steps": saved.step,
        "seconds": round(saved.seconds, 1),
        "curve": read_curve(run),
        "report": report,
    }


def training_lines(settings: Settings, run: Path) -> Generator[str, None, None]:
    """Train, or pick up, the run in a folder: a line at each look at held-out data, else ""."""
    with contextlib.closing(training.train(settings, run, resume=True)) as steps:
        for at in steps:
            told = f"{run.name}: step {at.step}, {at.seconds:.0f} s, {at.loss:.1f}"
            yield told if at.heldout is not None else ""


def read_curve(run: Path) -> dict[str, list]:
    """The held-out losses of a run over its steps, from its log."""
    curve: dict[str, list] = {"step": [], "seconds": [], "future": [], "reconstruction": []}
    for line in map(json.loads, (run / "metrics.jsonl").read_text().splitlines()):
        if line["heldout"] is None:
            continue
        curve["step"].append(line["step"])
        curve["seconds"].append(round(line["seconds"], 1))
        for name in ("future", "reconstruction"):
            score = line["heldout"][name]
            error = score and (score["cross_entropy"] or score["mse"])
            curve[name].append(error and round(error, 2))
    return curve


@torch.inference_mode()
def example_frames(model: VideoModel, settings: Settings, first: int = 0) -> dict[str, str]:
    """Held-out sequences and what a model makes of them, packed: (T, EXAMPLES, H, W) each."""
    frames = evaluation.heldout_data(settings).batch(first, EXAMPLES)  # uint8 (T, N, H, W)
    past = to_unit(frames[: settings.frames_in])
    given = model(past, future=settings.frames_out)
    parts = {"frames": frames}
    for name, logits in given._asdict().items():
        if logits is not None:
            shown = torch.sigmoid(logits) if settings.output == "logistic" else logits.clamp(0, 1)
            parts[name] = (shown * 255).round().to(torch.uint8)
    return {name: pack_frames(part.numpy()) for name, part in parts.items()}
