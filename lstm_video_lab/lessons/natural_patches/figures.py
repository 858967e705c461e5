"""The pictures of lesson 11: patches large enough to be seen, errors by frame, and waves.

T frames, N clips, H × W the size of a frame.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
from torch import Tensor

from lstm_video_lab import plots
from lstm_video_lab.lessons.natural_patches.doubled_units import HALF, WHOLE, clips_of
from lstm_video_lab.lessons.natural_patches.experiment import LARGE, PAPER, SMALL
from lstm_video_lab.plots.canvas import INK, Picture, room_for, series_style
from lstm_video_lab.plots.page import Page

FINE = 4  # from so many waves in a patch on, detail is called fine
EVERY = 2  # of so many frames one is shown, so that a patch is large
LARGE_EVERY = 4  # where patches are twice as large


def overview(result: dict[str, Any]) -> Picture:
    """Squared error of every model, mean and spread over seeds, beside the copied last frame."""
    models = result["models"]
    names = list(models)
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


def draw_four_models(result: dict[str, Any]) -> Picture:
    """Every seed of the four models of Table 2, from close by."""
    models = {name: one for name, one in result["models"].items() if name != LARGE}
    lowest = min(min(one["seeds"]) for one in models.values())
    highest = max(max(one["seeds"]) for one in models.values())
    page = Page()
    page.gap(14)
    axes = page.chart(290, [], "", "squared error per frame", below=64)
    for n, one in enumerate(models.values()):
        look = series_style(n) | {"linestyle": "none", "markersize": 8}
        axes.plot([n] * len(one["seeds"]), one["seeds"], **look)
        axes.plot([n - 0.2, n + 0.2], [one["mean"]] * 2, color=INK, linewidth=2)
    axes.set_xticks(range(len(models)), [textwrap.fill(name, 22) for name in models])
    axes.set(xlim=(-0.5, len(models) - 0.5), ylim=(lowest - 0.05, highest + 0.05))
    listed = "; ".join(
        f"{name} {one['mean']:.2f} ({', '.join(f'{value:.2f}' for value in one['seeds'])})"
        for name, one in models.items()
    )
    copied, mean_image = (result["baselines"][n]["mse"] for n in ("copy_last", "mean_image"))
    return page.finish(
        f"Squared error of frames to come, mean (line) and {len(models[SMALL]['seeds'])} seeds "
        f"(points) of each ({result['scale']} scale, {models[SMALL]['steps']} steps, source: "
        f"{result['data']}): {listed}. The scale begins at {lowest - 0.05:.1f}: copy last, "
        f"{copied:.2f}, and the mean image, {mean_image:.0f}, are far above it.",
    )


def order_beside_paper(result: dict[str, Any]) -> str:
    """Ours and the paper's four models, from the least error on; ours share a place where the seeds
    of one reach those of the next.
    """
    ours = _places({n: one["seeds"] for n, one in result["models"].items() if n != LARGE})
    theirs = sorted((name for name in result["models"] if name != LARGE), key=PAPER.__getitem__)
    lines = [f"{'':6}{'here':44}paper"]
    for n, (places, name) in enumerate(ours):
        lines.append(f"{places:6}{name:44}{n + 1}. {theirs[n]} ({PAPER[theirs[n]]})")
    return "\n".join(lines)


def _places(seeds: Mapping[str, list[float]]) -> list[tuple[str, str]]:
    """(place or places, name) from the least mean error on, of name -> an error for each seed."""
    order = sorted(seeds, key=lambda name: float(np.mean(seeds[name])))
    groups = [[order[0]]]
    for name in order[1:]:
        if min(seeds[name]) > max(max(seeds[other]) for other in groups[-1]):
            groups.append([])
        groups[-1].append(name)
    placed, first = [], 1
    for group in groups:
        last = first + len(group) - 1
        words = f"{first}." if first == last else f"{first}–{last}."
        placed += [(words, name) for name in group]
        first = last + 1
    return placed


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


def draw_gain(result: dict[str, Any]) -> Picture:
    """By how much less the larger model errs, clip by clip, in what is recalled and predicted."""
    parts = {"reconstruction": "recalled", "future": "predicted"}
    gains = [result["gain"][part] for part in parts]
    listed = "; ".join(
        f"{words} {gain['mean']:.2f} ± {gain['stderr']:.2f}, the larger is closer in "
        f"{100 * gain['closer']:.0f} % of the clips"
        for words, gain in zip(parts.values(), gains, strict=True)
    )
    return plots.bars(
        list(parts.values()),
        [round(gain["mean"], 2) for gain in gains],
        [gain["stderr"] for gain in gains],
        text="By how much less the model with twice the units errs on the same clip, squared error "
        f"per frame: {listed} (mean ± standard error over {result['sequences']} held-out clips; "
        "one training of each).",
        ylabel="less squared error per frame",
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
