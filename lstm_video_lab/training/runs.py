"""What the experiments share: train or pick up runs, score them, keep their figures as plain JSON.

T steps, N sequences, H × W the size of a frame.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from lstm_video_lab import evaluation, prediction, training
from lstm_video_lab.data.frames import pack_frames
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings
from lstm_video_lab.training import checkpoints
from lstm_video_lab.training.trials import mean_and_std

SEQUENCES = {"smoke": 20, "laptop": 500, "paper": 10_000}
EXAMPLES = 2
UNIT = {"cross_entropy": "nats per frame", "mse": "squared error per frame"}

Result = dict[str, Any]  # of one run, as `train_and_score` gives it
Study = Callable[[str, VideoModel, Settings], dict[str, Any]]


def train_models(
    experiment: str,
    models: Mapping[str, Settings],
    out: Path,
    *,
    seeds: Sequence[int] | None = None,
    measure: str = "cross_entropy",
    study: Study | None = None,
) -> Generator[str, None, dict[str, list[Result]]]:
    """Train and score every model with every seed; what is there already is picked up.

    models: name → settings; without `seeds` each is trained once, with the seed of its settings.
    `study(name, model, settings)` looks at the last network of a model: what it returns is added to
    the result of that run. The runs lie in `out/runs`.
    Yields a line where there is something to say, else ""; the lines give the error `measure`, of
    the future, or of the reconstruction where nothing is predicted. Returns name → results, one for
    each seed.
    """
    results = {}
    for name, settings in models.items():
        stem = f"{experiment}-{name.replace(',', '').replace(' ', '-')}"
        one_model: list[Result] = []
        for seed in (settings.seed,) if seeds is None else seeds:
            seeded = settings.changed(seed=seed)
            run = out / "runs" / (stem if seeds is None else f"{stem}-{seed}")
            one_model.append((yield from train_and_score(seeded, run)))
        if study is not None:
            one_model[-1] |= study(name, checkpoints.load_model(run), seeded)
        yield f"{name}: {_error_in_words(one_model, measure)}"
        results[name] = one_model
    return results


def _error_in_words(results: list[Result], measure: str) -> str:
    reports = [result["report"] for result in results]
    errors = [(report["future"] or report["reconstruction"])[measure] for report in reports]
    mean, spread = mean_and_std(errors)
    deviation = f" ± {spread:.1f}" if len(results) > 1 else ""
    return f"{mean:.1f}{deviation} {UNIT[measure]}"


def train_and_score(settings: Settings, run: Path) -> Generator[str, None, Result]:
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
        for progress in steps:
            line = f"step {progress.step}, {progress.seconds:.0f} s, {progress.loss:.1f}"
            yield f"{run.name}: {line}" if progress.heldout is not None else ""


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


def example_frames(model: VideoModel, settings: Settings, first: int = 0) -> dict[str, str]:
    """Held-out sequences and what a model makes of them, packed: (T, EXAMPLES, H, W) each."""
    frames = evaluation.heldout_data(settings).batch(first, EXAMPLES)  # uint8 (T, N, H, W)
    predicted = prediction.predict(model, frames[: settings.frames_in], settings.frames_out)
    parts = {"frames": frames}
    for name, pixels in predicted._asdict().items():
        if pixels is not None:
            parts[name] = (pixels * 255).round().to(torch.uint8)
    return {name: pack_frames(part.numpy()) for name, part in parts.items()}
