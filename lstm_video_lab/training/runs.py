"""What the experiments share: train or pick up a run, score it, and keep its figures as plain JSON.

T steps, N sequences, H × W the size of a frame.
"""

from __future__ import annotations

import base64
import contextlib
import json
import statistics
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lstm_video_lab import evaluation, metrics, training
from lstm_video_lab.files import write_whole
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


def each_once(
    log: Path,
    points: Iterable[dict[str, Any]],
    work: Callable[[dict[str, Any]], dict[str, Any]],
) -> Iterator[tuple[dict[str, Any], bool]]:
    """For each point its row, the point with what `work` found there, and whether that is new.

    `log` has a line of JSON for each row, and what it holds is not worked out again. A last line
    that was cut off while it was written does not count.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    lines = log.read_text().splitlines(keepends=True) if log.exists() else []
    whole = [line for line in lines if line.endswith("\n")]
    if whole != lines:
        write_whole(log, "".join(whole))
    rows = list(map(json.loads, whole))
    for point in points:
        row = next((row for row in rows if point.items() <= row.items()), None)
        if is_new := row is None:
            line = json.dumps(point | work(point), allow_nan=False)
            with log.open("a") as file:
                file.write(line + "\n")
            row = json.loads(line)
        yield row, is_new


def together(runs: list[dict[str, Any]], measure: str) -> dict[str, Any]:
    """Seeds of one model: mean and spread (standard deviation) of the future's error."""
    errors, squared = ([run["report"]["future"][m] for run in runs] for m in (measure, "mse"))
    middle, spread = centre(errors)
    return {
        "mean": middle,
        "spread": spread,
        "seeds": errors,
        "mse": statistics.mean(squared),
        "per_step": runs[0]["report"]["future"]["per_step"][measure],
        **{name: runs[0][name] for name in ("parameters", "steps", "seconds")},
    }


def centre(values: list[float]) -> tuple[float, float]:
    """Mean and spread (standard deviation) over seeds or draws; of a single one the spread is 0."""
    return statistics.mean(values), statistics.stdev(values) if len(values) > 1 else 0.0


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
    past = metrics.to_unit(frames[: settings.frames_in])
    given = model(past, future=settings.frames_out)
    parts = {"frames": frames}
    for name, logits in given._asdict().items():
        if logits is not None:
            shown = torch.sigmoid(logits) if settings.output == "logistic" else logits.clamp(0, 1)
            parts[name] = (shown * 255).round().to(torch.uint8)
    return {name: pack(part.numpy()) for name, part in parts.items()}


def pack(array: np.ndarray) -> str:
    """A uint8 array as text: its shape, and its bytes compressed."""
    shape = "x".join(map(str, array.shape))
    return f"{shape}:{base64.b64encode(zlib.compress(array.tobytes(), 9)).decode()}"


def unpack(text: str) -> np.ndarray:
    """The array that `pack` took."""
    shape, data = text.split(":", 1)
    flat = np.frombuffer(zlib.decompress(base64.b64decode(data)), np.uint8)
    return flat.reshape(*map(int, shape.split("x")))


def store(out: Path, name: str, result: dict[str, Any], png: bytes) -> str:
    """Write NAME.json and NAME.png, each whole; returns the line that says so."""
    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / f"{name}.json", json.dumps(result, allow_nan=False) + "\n")
    write_whole(out / f"{name}.png", png)
    return f"stored: {out / name}.json and {out / name}.png"
