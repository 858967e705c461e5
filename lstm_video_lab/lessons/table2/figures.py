"""The pictures of lesson 06c: tables of models as bars, and what a reproduced row leaves.

Those that are made of frames stand in `sequence_figures`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lstm_video_lab import plots
from lstm_video_lab.files import write_whole
from lstm_video_lab.lessons.table2.experiment import future_error
from lstm_video_lab.lessons.table2.grids import GRIDS, best_rates
from lstm_video_lab.lessons.table2.reproduction import Sequences
from lstm_video_lab.lessons.table2.sequence_figures import draw_past_and_future
from lstm_video_lab.plots.canvas import Picture, levels_of


def overview(result: dict[str, Any]) -> Picture:
    """Future error of every point of the grid, with its standard error, beside the mean image."""
    scores = [future_error(model) for model in result["models"].values()]
    return plots.bars(
        list(result["models"]),
        [error for error, _ in scores],
        [stderr for _, stderr in scores],
        baselines={"mean image": result["baselines"]["mean_image"]["cross_entropy"]},
        title=f"Future cross-entropy, units-layers-conditioning ({result['scale']} scale)",
    )


def draw_grid(name: str, result: dict[str, Any]) -> Picture:
    """A stored grid as bars, the mean over seeds with its spread; optimisers at their best rate."""
    models = result["models"]
    shown = best_rates(models) if name == "optimisers" else models
    facts = "; ".join(f"{k} {v['mean']:.1f} ± {v['spread']:.1f}" for k, v in shown.items())
    first = next(iter(shown.values()))
    return plots.bars(
        list(shown),
        [one["mean"] for one in shown.values()],
        [one["spread"] for one in shown.values()],
        levels_of(result["baselines"]),
        f"Held-out future cross-entropy, mean and standard deviation of {len(first['seeds'])} "
        f"seeds: {facts} ({result['scale']} scale, {first['steps']} steps).",
        title=GRIDS[name].title,
        ylabel="nats per frame",
    )


def draw_row(out: Path, name: str, report: dict[str, Any], sequences: Sequences) -> None:
    """Leave the pictures of a reproduced row: its learning curve, and one sequence for each event.

    report: of `reproduction.score_row`; sequences: event → rows of frames.
    """
    first = report["settings"]["frames_in"] + 1  # number of the first frame of the future
    for event, rows in sequences.items():
        text = f"{report['title']}, {event}: what was seen, what came and what was predicted."
        future = {part: rows[part] for part in ("came", "predicted")}
        parts = [(first - len(rows["seen"]), {"seen": rows["seen"]}), (first, future)]
        write_whole(out / f"{name}-{event}.png", draw_past_and_future(parts, text).png)
    write_whole(out / f"{name}-curve.png", draw_curve(report).png)


def draw_curve(report: dict[str, Any]) -> Picture:
    """Held-out cross-entropy of the future over the steps of a run."""
    curve, levels = report["curve"], levels_of(report["report"]["baselines"])
    if report["published"] and report["scale"] == "paper":
        levels["paper"] = report["published"]
    return plots.curves(
        {"future": (curve["step"], curve["future"])}, levels, title=report["title"], logy=True
    )


def draw_looking_up(
    errors: Mapping[int, Sequence[float]], sizes: Sequence[int], table: dict[str, Any]
) -> Picture:
    """Squared error of looking up against the size of the collection, beside trained models."""
    levels = {
        "mean image": table["baselines"]["mean_image"]["mse"],
        "future predictor": table["models"]["future predictor"]["mse"],
        "composite": table["models"]["composite"]["mse"],
    }
    facts = "; ".join(
        f"{count} nearest: {', '.join(f'{value:.1f}' for value in line)}"
        for count, line in errors.items()
    )
    standing = ", ".join(f"{name} {value:.1f}" for name, value in levels.items())
    return plots.curves(
        {f"{count} nearest": (list(sizes), list(line)) for count, line in errors.items()},
        {**levels, "bound": 0.0},
        f"Squared error per frame of the future, looked up among {', '.join(map(str, sizes))} "
        f"clips: {facts}. {standing}: trained for {table['models']['composite']['steps']} steps, "
        "means of three seeds.",
        xlabel="clips in the collection",
        ylabel="squared error per frame",
    )


def draw_once_and_twice(
    predictions: Sequence[str], once: Sequence[float], twice: Sequence[float]
) -> Picture:
    """The same predictions, scored as they should be, and after one more sigmoid."""
    return plots.bars(
        list(predictions),
        {"σ(z), as it should be": list(once), "σ(σ(z))": list(twice)},
        ylabel="nats per frame",
        title="The same predictions, scored right and with a sigmoid too many",
    )


def draw_shown_and_free(shown: float, free: float, baselines: dict[str, Any]) -> Picture:
    """One conditional predictor, judged in two ways."""
    return plots.bars(
        ["shown the true frames", "running freely"],
        [shown, free],
        baselines=levels_of(baselines),
        ylabel="nats per frame",
        title="One conditional predictor, judged in two ways",
    )
