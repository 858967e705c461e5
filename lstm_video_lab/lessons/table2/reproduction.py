"""Table 2 of the paper at full size: `lstm-video-lab reproduce table2 --out DIR`.

Each row is a run of its own in `DIR/runs`, which can be stopped and resumed at any moment; when it
is over it leaves `DIR/ROW.json`, its learning curve and its pictures, and some predicted frames for
whoever wants to score them by other means. `DIR/reproduction.json` and `.md` hold all rows so far.

All rows learn from endless sequences of two MNIST training digits, and are scored free running on
the same sequences of MNIST test digits.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Generator, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lstm_video_lab import evaluation, metrics, prediction
from lstm_video_lab.checks import LabError
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.devices import describe_machine, has_bf16, pick_device
from lstm_video_lab.files import write_json, write_whole
from lstm_video_lab.layers import linear_maps
from lstm_video_lab.lessons.table2 import grids
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings
from lstm_video_lab.training import checkpoints, runs

TABLE2 = grids.GRIDS["table2"]  # the same models on a laptop, with several seeds
TITLES = {  # in the order of their worth; the last is Shi et al.'s
    "composite-conditional": "Composite + conditional future predictor",
    "composite": "Composite",
    "future": "Future predictor",
    "conditional-future": "Conditional future predictor",
    "convlstm": "ConvLSTM 5×5, {}, future predictor",  # units, as they are
}
PAPER = {row: title.lower() for row, title in TITLES.items() if title.lower() in TABLE2.models}
ROWS: dict[str, dict[str, Any]] = {
    **{row: {"conditional": False, **TABLE2.models[name]} for row, name in PAPER.items()},
    "convlstm": {
        "conditional": False,
        "reconstruct": False,
        "cell": "convlstm",
        "layers": 3,
        "units": (128, 64, 64),
    },
}
# Nats per frame; Shi et al. used other data, so that theirs can't stand here.
PUBLISHED = {row: TABLE2.published[name] for row, name in PAPER.items()}
SPEEDS = {"constant": 0.1, "range": (0.05, 0.15)}  # 3.6 pixels a frame; 1.8 to 5.4
SMALL = {"smoke": (4, 3, 3), "laptop": (32, 16, 16)}  # units of the ConvLSTM where machines are
KEPT = 20  # sequences whose frames are kept
Sequences = dict[str, dict[str, np.ndarray]]  # event → rows of frames, (T, H, W) in [0, 1]
Draw = Callable[[Path, str, dict[str, Any], Sequences], None]  # folder, name of the run, its report


def settings_for(
    row: str, scale: str = "paper", speed: str = "constant", feedback: str = "own", **changes: Any
) -> Settings:
    """Those of a row; at smaller scales the same models with fewer units on smaller frames.

    Raises ValueError for an unknown row, scale, law of speed or feedback.
    """
    for name, value, known in (("row", row, ROWS), ("speed", speed, SPEEDS)):
        if value not in known:
            raise LabError(f"{name}={value!r} is unknown: choose one of {', '.join(known)}")
    fields = {"digits": "mnist", "num_digits": 2, "layers": 2, **ROWS[row], "speed": SPEEDS[speed]}
    if row == "convlstm" and scale in SMALL:
        fields["units"] = SMALL[scale]
    if fields["conditional"]:
        fields["feedback"] = feedback
    return Settings.for_scale(scale, **{**fields, **changes})


def name_of(row: str, settings: Settings) -> str:
    """Of a run: the row, and how it differs from the usual."""
    is_range = settings.speed == SPEEDS["range"]
    is_teacher_forced = settings.conditional and settings.feedback == "teacher"
    return row + "-range" * is_range + "-teacher" * bool(is_teacher_forced)


def run(
    out: Path,
    rows: tuple[str, ...] = tuple(ROWS),
    scale: str = "paper",
    speed: str = "constant",
    feedback: str = "own",
    draw: Draw | None = None,
    **changes: Any,
) -> Generator[str, None, None]:
    """Train and score the rows one after the other, and store the table after each.

    `draw` leaves the pictures of a row that is over. `changes`: other settings, as `minutes` or
    `digits`. Yields a line where there is something to say, else "" after every step, so that
    whoever asks can stop at any of them.
    """
    for row in rows:
        settings = settings_for(row, scale, speed, feedback, **changes)
        name = name_of(row, settings)
        folder = out / "runs" / name
        yield from runs.training_lines(settings, folder)
        yield f"{name}: scored on {runs.SEQUENCES[scale]} sequences"
        command = command_of(row, scale, speed, feedback, changes)
        report = score_row(row, name, folder, out, command, draw)
        yield f"{name}: {_in_words(report)}"
        yield store_table(out)


def command_of(row: str, scale: str, speed: str, feedback: str, changes: dict[str, Any]) -> str:
    """The command that makes a row."""
    flags = {"row": row, "scale": scale, "speed": speed, "feedback": feedback, **changes}
    words = [f"--{k.replace('_', '-')} {v}" for k, v in flags.items() if v is not None]
    return f"lstm-video-lab reproduce table2 {' '.join(words)} --out DIR"


def score_row(
    row: str, name: str, folder: Path, out: Path, command: str, draw: Draw | None = None
) -> dict[str, Any]:
    """Everything there is to say about a finished run, stored in `out` under its name."""
    saved, model = checkpoints.read_checkpoint(folder), checkpoints.load_model(folder)
    settings = saved.settings
    model.to(pick_device(settings.device))
    units = settings.units if isinstance(settings.units, tuple) else ()
    title = TITLES[row].format("-".join(map(str, units)))
    report = {
        "made": {"command": command, "date": date.today().isoformat()},
        "row": row,
        "title": title,
        "published": PUBLISHED.get(row),
        "scale": settings.scale,
        "settings": settings.to_dict(),
        "parameters": sum(p.numel() for p in model.parameters()),
        "steps": saved.step,
        "sequences": saved.step * settings.batch_size,
        "seconds": round(saved.seconds, 1),
        "machine": describe_machine(),
        "share_of_floor": share_of_floor(settings, saved.seconds / saved.step),
        "curve": runs.read_curve(folder),
        "report": evaluation.evaluate(model, settings, runs.SEQUENCES[settings.scale]),
        "kept": keep_frames(model, settings, out / f"{name}.frames.npz"),
        "teacher_forced": evaluation.teacher_forced(
            model, settings, min(500, runs.SEQUENCES[settings.scale])
        ),
        "sigmoid_twice": floor_of_sigmoid_twice(settings),
    }
    if draw is not None:
        events = find_events(settings)
        draw(out, name, report, {e: predict_future(model, settings, n) for e, n in events.items()})
    write_json(out / f"{name}.json", report)
    return report


def flops(settings: Settings) -> float:
    """Operations in the matrix products of a training step, per sequence; a sum counts as two.

    A map from X to G numbers costs 2XG a frame, as much again for the gradient at its weights, and
    as much again for the gradient at what it is fed, where that is no frame of the data.
    """
    s, total = settings, 0.0
    sizes = s.units if isinstance(s.units, tuple) else (s.units,) * s.layers
    maps, pixels = 1, s.channels * s.image_size**2  # places, and numbers in each of them
    window = 1  # numbers that reach a place from each channel
    if s.cell == "convlstm":
        maps, pixels = (s.image_size // s.patch) ** 2, s.channels * s.patch**2
        window = s.kernel_size**2
    read = sizes if s.cell == "convlstm" else sizes[-1:]
    parts = [("encoder", s.frames_in, True, False)]
    if s.reconstruct:
        parts.append(("decoder", s.frames_in, s.conditional in ("reconstruction", "both"), True))
    if s.predict:
        parts.append(("decoder", s.frames_out, s.conditional in ("future", "both"), True))
    for kind, steps, has_input, reads in parts:
        inputs, fed = pixels if has_input else 0, steps if kind == "encoder" else steps - 1
        passes = 3 if kind == "decoder" and s.feedback != "teacher" else 2
        total += 2 * passes * fed * maps * window * inputs * 4 * sizes[0]
        for below, size in zip((0, *sizes[:-1]), sizes, strict=True):
            total += 2 * 3 * steps * maps * window * (below + size) * 4 * size
        total += 2 * 3 * steps * maps * pixels * sum(read) * reads
    return total


def share_of_floor(settings: Settings, seconds: float) -> float:
    """The part of a step that its matrix products need at the rate of a large one, measured now.

    On a machine that is busy now and was not then, or was then and is not now, it says nothing.
    """
    device = pick_device(settings.device)
    operand = torch.float32
    if settings.precision != "fp32" and has_bf16(device):
        operand = torch.bfloat16
    side = 1024 if device.type == "cpu" else 8192
    a, b = (torch.randn(side, side, device=device).to(operand) for _ in range(2))
    product, spent = linear_maps.Matrix(a, None), []
    for _ in range(10):
        start = time.perf_counter()
        product(b)[0, 0].item()  # reading a number waits for the product
        spent.append(time.perf_counter() - start)
    rate = 2 * side**3 / min(spent)
    return round(flops(settings) * settings.batch_size / rate / seconds, 4)


def keep_frames(model: VideoModel, settings: Settings, path: Path) -> dict[str, Any]:
    """Store the first held-out futures: `truth` uint8 and `logits` float32, both (T, KEPT, H, W).

    Returns what `evaluate` says of just these, for an independent judge to agree with.
    """
    frames = evaluation.heldout_data(settings).batch(0, KEPT)
    past, later = frames.tensor_split([settings.frames_in])
    logits = prediction.predict_raw(model, past, len(later)).future
    assert logits is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    file = io.BytesIO()
    np.savez_compressed(file, truth=later.numpy(), logits=logits.float().cpu().numpy())
    write_whole(path, file.getvalue())
    values = evaluation.score(
        model, evaluation.heldout_data(settings), settings.frames_in, KEPT, KEPT
    )["future"]
    means = {measure: value.mean().item() for measure, value in values.items()}
    return {"file": path.name, "sequences": KEPT, **means}


def floor_of_sigmoid_twice(settings: Settings) -> float:
    """The least cross-entropy of held-out futures if σ(σ(z)) is judged, as public code did.

    σ(p) lies between 0.5 and 0.731 for every probability p: black can't be told.
    """
    truth = to_unit(evaluation.heldout_data(settings).batch(0, 256)[settings.frames_in :])
    return metrics.cross_entropy(truth.logit().clamp(0, 1), truth).mean().item()


def find_events(settings: Settings) -> dict[str, int]:
    """The first held-out sequence in whose future two digits come to overlap, or one bounces."""
    scene = evaluation.heldout_data(settings).scene(0, 200)
    now, ahead = settings.frames_in - 1, slice(settings.frames_in, None)
    meets = ~scene.overlap[now] & scene.overlap[ahead].any(0)
    bounces = scene.bounced[ahead].reshape(settings.frames_out, 200, -1).any((0, 2))
    return {"overlap": int(meets.argmax()), "bounce": int((bounces & ~meets).argmax())}


def predict_future(model: VideoModel, settings: Settings, number: int) -> dict[str, np.ndarray]:
    """A held-out sequence and what a model makes of its future, rows of frames in [0, 1]."""
    frames = evaluation.heldout_data(settings).batch(number, 1)
    past, later = to_unit(frames).tensor_split([settings.frames_in])
    future = prediction.predict(model, past, len(later)).future
    assert future is not None
    return {
        "seen": past[-len(later) :, 0].numpy(),
        "came": later[:, 0].numpy(),
        "predicted": future[:, 0].numpy(),
    }


def store_table(out: Path) -> str:
    """Gather all rows of a folder into reproduction.json and .md; the line that says so."""
    paths = [path for path in sorted(out.glob("*.json")) if path.name != "reproduction.json"]
    stored = [json.loads(path.read_text()) for path in paths]
    order = list(ROWS)
    rows = sorted((row for row in stored if "row" in row), key=lambda row: order.index(row["row"]))
    short = [{k: v for k, v in row.items() if k not in ("made", "curve", "kept")} for row in rows]
    write_json(out / "reproduction.json", {"made": _how_made(rows), "rows": short})
    write_whole(out / "reproduction.md", table(rows))
    return f"stored: {out / 'reproduction.md'} with {len(rows)} rows"


def _how_made(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """As of every stored result, but with a command for each row; null where a row doesn't say."""
    made = [row.get("made", {"command": None, "date": None}) for row in rows]
    dates = [one["date"] for one in made if one["date"]]
    return {
        "command": [one["command"] for one in made],
        "scale": ", ".join(sorted({row["scale"] for row in rows})),
        "seeds": sorted({row["settings"]["seed"] for row in rows}),
        "date": max(dates, default=None),
    }


def table(rows: list[dict[str, Any]], columns: Sequence[str] = ()) -> str:
    """The rows as a page of Markdown, with their baselines; `columns`: these of them only."""
    head = ["model", "speed", "fed", "published", "nats/frame", "difference", "squared error",
            "SSIM", "parameters", "sequences", "minutes", "of floor", "scale"]  # fmt: skip
    lines = [head, ["---"] * len(head)]
    for row in rows:
        s, future = row["settings"], row["report"]["future"]
        ours, error = future["cross_entropy"], future["stderr"]["cross_entropy"]
        ssim = future["ssim"]
        is_full = row["published"] is not None and row["scale"] == "paper"
        lines.append([
            row["title"],
            "constant" if s["speed"] == SPEEDS["constant"] else "range",
            s["feedback"] if s["conditional"] else "–",
            f"{row['published']:.1f}" if row["published"] else "–",
            f"{ours:.1f} ± {error:.1f}",
            f"{ours - row['published']:+.1f}" if is_full else "–",
            f"{future['mse']:.1f} ± {future['stderr']['mse']:.1f}",
            "–" if ssim is None else f"{ssim:.4f}",
            f"{row['parameters']:,}",
            f"{row['sequences']:,}",
            f"{row['seconds'] / 60:.1f}",
            f"{row['share_of_floor']:.0%}",
            row["scale"],
        ])  # fmt: skip
    for name, value in (rows[0]["report"]["baselines"] if rows else {}).items():
        nats = value["cross_entropy"]
        cells = ["–" if nats is None else f"{nats:.1f}", "–", f"{value['mse']:.1f}"]
        lines.append([name.replace("_", " "), *["–"] * 3, *cells, *["–"] * 6])
    chosen = [k for k, name in enumerate(head) if name in columns or not columns]
    return "".join(f"| {' | '.join(line[k] for k in chosen)} |\n" for line in lines)


def _in_words(report: dict[str, Any]) -> str:
    future = report["report"]["future"]
    return (
        f"{future['cross_entropy']:.1f} nats and {future['mse']:.1f} squared error per frame after "
        f"{report['sequences']:,} sequences in {report['seconds'] / 60:.1f} minutes "
        f"({report['scale']} scale)"
    )


def order_of_the_four(rows: list[dict[str, Any]]) -> list[str]:
    """A line for each of the paper's models, best first, and for each step of its order.

    One seed each: the standard errors are those of the held-out sequences, and give no verdict.
    """
    four = [
        row
        for row in rows
        if row["published"]
        and row["settings"]["feedback"] != "teacher"
        and row["settings"]["speed"] == SPEEDS["constant"]
    ]
    four.sort(key=lambda row: row["published"])
    lines = []
    for row in four:
        here = row["report"]["future"]["cross_entropy"]
        lines.append(f"{row['title']:42} published {row['published']}, here {here:.1f}")
    for better, worse in pairwise(four):
        scores = [row["report"]["future"] for row in (better, worse)]
        apart = scores[1]["cross_entropy"] - scores[0]["cross_entropy"]
        error = sum(one["stderr"]["cross_entropy"] ** 2 for one in scores) ** 0.5
        names = f"{worse['title']} less {better['title']}"
        lines.append(f"{names}: {apart:+.1f} ± {error:.1f} nats, one seed each")
    return lines
