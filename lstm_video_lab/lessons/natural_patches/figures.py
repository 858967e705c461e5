"""The pictures of lesson 11: patches large enough to be seen, errors by frame, and waves.

T frames, N clips, H × W the size of a frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from torch import Tensor

from lstm_video_lab import plots
from lstm_video_lab.lessons.natural_patches.doubled_units import HALF, WHOLE, clips_of
from lstm_video_lab.lessons.natural_patches.experiment import LARGE, PAPER, SMALL
from lstm_video_lab.plots.canvas import Picture, room_for
from lstm_video_lab.plots.page import Page

FINE = 4  # from so many waves in a patch on, detail is called fine
EVERY = 2  # of so many frames one is shown, so that a patch is large
LARGE_EVERY = 4  # where patches are twice as large


def overview(result: dict[str, Any]) -> Picture:
    """Squared error of every model, mean and spread over seeds, beside the copied last frame."""
    return _draw_models(result, list(result["models"]))


def draw_four_models(result: dict[str, Any]) -> Picture:
    """The same without the one that has twice the units."""
    return _draw_models(result, [name for name in result["models"] if name != LARGE])


def _draw_models(result: dict[str, Any], names: list[str]) -> Picture:
    models = result["models"]
    copied, mean_image = (result["baselines"][n]["mse"] for n in ("copy_last", "mean_image"))
    listed = "; ".join(f"{name} {models[name]['mean']:.2f}" for name in names)
    return plots.bars(
        names,
        [models[name]["mean"] for name in names],
        [models[name]["spread"] for name in names],
        {"copy last": copied},
        f"Squared error of frames to come, mean and spread of {len(models[SMALL]['seeds'])} seeds "
        f"({result['scale']} scale, {models[SMALL]['steps']} steps, source: {result['data']}): "
        f"{listed}; copy last {copied:.2f}; the mean image, {mean_image:.0f}, is far above.",
        ylabel="squared error per frame",
    )


def order_beside_paper(result: dict[str, Any]) -> str:
    """Ours and the paper's four models, from the least error on, a line for each place."""
    names = [name for name in result["models"] if name != LARGE]
    ours = sorted(names, key=lambda name: result["models"][name]["mean"])
    theirs = sorted(names, key=lambda name: PAPER[name])
    lines = [
        f"{place}. here: {a:42} paper: {b} ({PAPER[b]})"
        for place, (a, b) in enumerate(zip(ours, theirs, strict=True), 1)
    ]
    return "\n".join(lines)


def draw_rows(rows: Mapping[str, Any], text: str, first: int = 1, every: int = EVERY) -> Picture:
    """Rows of patches, name → (T, H, W), one in `every`; `first` numbers the first frame."""
    page = Page(room_for([*rows, "frame"]), narrow=True)
    length = max(len(row) for row in rows.values())
    numbers = [first + t for t in range(0, length, every)]
    page.frames({name: row[::every] for name, row in rows.items()}, numbers)
    page.gap(6)
    return page.finish(text)


def draw_doubled_units(result: dict[str, Any]) -> Picture:
    """Errors of both long-trained models, in what they recall and in what they predict."""
    parts = {"reconstruction": "recalled", "future": "predicted"}
    heights, errors, words = {}, {}, []
    for name in (HALF, WHOLE):
        one = result["models"][name]
        label = f"{one['units']} units"
        heights[label] = [round(one[part]["mean"], 2) for part in parts]
        errors[label] = [one[part]["stderr"] for part in parts]
        listed = " and ".join(f"{one[p]['mean']:.2f} ± {one[p]['stderr']:.2f}" for p in parts)
        words.append(f"{label} {listed}")
    steps = result["models"][HALF]["steps"]
    return plots.bars(
        list(parts.values()),
        heights,
        errors,
        text=f"Squared error per frame, recalled and predicted: {'; '.join(words)} (mean ± "
        f"standard error over {result['sequences']} held-out clips; one training of each, {steps} "
        f"steps, {result['scale']} scale).",
        ylabel="squared error per frame",
    )


def draw_recalled(result: dict[str, Any], clip: int) -> Picture:
    """One of the busiest clips (from 1), as both models recall it."""
    frames = {name: frames[:, clip - 1] for name, frames in clips_of(result).items()}
    rows, words = {"truth": frames["truth"]}, []
    for name in (HALF, WHOLE):
        label = f"{result['models'][name]['units']} units"
        rows[label] = frames[name]
        error = (frames[name] - frames["truth"]).square().sum((1, 2)).mean()
        words.append(f"{label} {error:.2f}")
    return draw_rows(
        rows,
        f"Clip {clip} of the test, every wave of it. Squared error per frame: {', '.join(words)}.",
        every=LARGE_EVERY,
    )


def draw_errors(errors: Mapping[str, list[float]], first: int) -> Picture:
    """Squared error by frame to come, of models and of what needs no learning."""
    frames = range(first, first + len(next(iter(errors.values()))))
    listed = "; ".join(f"{name} {row[0]:.1f}, {row[-1]:.1f}" for name, row in errors.items())
    return plots.curves(
        {name: (frames, row) for name, row in errors.items()},
        None,
        f"Squared error per frame, at frame {frames[0]} and at frame {frames[-1]}: {listed}. (Each "
        "line of the scale is ten times the one below.)",
        xlabel="frame of the clip",
        ylabel="squared error per frame",
        logy=True,
    )


def draw_waves(powers: Mapping[str, Tensor]) -> Picture:
    """Power at each number of waves in a patch, and what a prediction keeps of it."""
    waves = range(1, len(powers["truth"]))
    kept = powers["prediction"] / powers["truth"]
    half = next((k for k in waves if kept[k] < 0.5), waves[-1])
    total = powers["truth"][FINE:].sum()
    fine = {name: 100 * float(power[FINE:].sum() / total) for name, power in powers.items()}
    return plots.curves(
        {name: (waves, np.asarray(power)[1:]) for name, power in powers.items()},
        None,
        f"Power at each number of waves across a patch. The prediction keeps {100 * kept[1]:.0f} % "
        f"of the longest waves, and less than half from {half} waves on. Of all from {FINE} on the "
        f"reconstruction keeps {fine['reconstruction']:.0f} %, the prediction "
        f"{fine['prediction']:.0f} %.",
        xlabel="waves in a patch",
        ylabel="power",
        logy=True,
    )
