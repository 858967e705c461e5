"""The pictures of lesson 14: what a ladder predicts, its errors, and its filters.

T frames, B clips, C channels, S side of a frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from lstm_video_lab import plots
from lstm_video_lab.plots import Picture, canvas
from lstm_video_lab.plots.page import Page

LEVELS = ("copy last", "mean image")


def overview(result: dict[str, Any]) -> Picture:
    """The stored trials' plain ladder, seed by seed, between its baselines."""
    runs = {name: run for name, run in result["trials"].items() if name.startswith("base/")}
    levels = {name: result["baselines"]["digits"][name]["mse"][0] for name in LEVELS}
    return plots.bars(
        [f"seed {name.removeprefix('base/')}" for name in runs],
        [run["mse"][0] for run in runs.values()],
        None,
        levels,
        f"Squared error at the first predicted frame of digits ({result['scale']} scale).",
        ylabel="squared error per frame",
    )


def beside_the_truth(
    clips: Mapping[str, Tensor], predicted: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """What the film of circles shows, a clip of each kind from frame 4 on: truth, prediction."""
    rows = {}
    for name, frames in predicted.items():
        one = min(1, frames.shape[1] - 1)
        rows[name] = clips[name][3:, one]
        rows[f"{name}, predicted"] = frames[:, one]
    return rows


def of_pretrained(cards: Mapping[str, dict[str, Any]]) -> str:
    """How large pretrained models are and how long they learnt, a line each."""
    lines = []
    for name, card in cards.items():
        clips = card["steps"] * card["settings"]["batch_size"]
        lines.append(
            f"{name}: {card['parameters']:,} parameters, {card['steps']:,} steps, {clips:,} clips"
        )
    return "\n".join(lines)


def draw_learning(
    errors: Mapping[str, Tensor], levels: Mapping[str, Tensor], steps: int, scale: str
) -> Picture:
    """Error by frame on the five circles and on others, from frame 4 on, with the rivals'."""
    frames = range(4, 4 + len(levels["copy last"]))
    ends = ", ".join(
        f"{name} {error[0]:.1f} and {error[-1]:.1f}" for name, error in {**errors, **levels}.items()
    )
    return plots.curves(
        {name: (frames, error) for name, error in {**errors, **levels}.items()},
        text=f"Squared error by frame, at the first predicted frame and at the last: {ends} "
        f"(one training of {steps} steps, {scale} scale; the rivals are asked about the circles "
        "between).",
        xlabel="frame of the clip",
        ylabel="squared error per frame",
        height=350,
    )


def draw_two_futures(
    later: Tensor, predicted: Mapping[str, Tensor], clip: int, first: int
) -> Picture:
    """Every third frame of one clip (T, B, S, S) as it came, and as each model predicts it."""
    rows = {"truth": later[::3, clip]}
    rows |= {name: frames[::3, clip].clamp(0, 1) for name, frames in predicted.items()}
    numbers = list(range(first, first + len(later), 3))
    page = Page(canvas.room_for([*rows, "frame"]), narrow=True)
    page.frames(rows, numbers)
    return page.finish(
        f"One held-out clip, frames {', '.join(map(str, numbers))}: what came, and what the two "
        "predict."
    )


def draw_filters(before: Tensor, after: Tensor, steps: int) -> Picture:
    """The filters of the new value, for the first map in, before and after: (3·W, C, k, k) each."""
    wide = len(after) // 3
    pictures = [w[2 * wide + k, 0] for w in (before, after) for k in range(wide)]
    return plots.images(
        pictures,
        ["before"] * wide + ["after"] * wide,
        f"The first 7×7 filters of the new value, before and after {steps} steps; mid-grey is 0, "
        "each has its own scale. Over all 7×7 filters of this rung, each less its mean, "
        "neighbours correlate by "
        f"{_alike(before):.2f} before and {_alike(after):.2f} after.",
        signed=True,
        columns=wide,
    )


def _alike(filters: Tensor) -> float:
    """Correlation of neighbours, each filter less its mean: 0 for noise."""
    filters = filters - filters.mean((-2, -1), keepdim=True)
    left, right = filters[..., :-1].flatten(), filters[..., 1:].flatten()
    return torch.corrcoef(torch.stack([left, right]))[0, 1].item()


def draw_rivals(
    errors: Mapping[str, Tensor], baselines: Mapping[str, Any], first: int, clips: int
) -> Picture:
    """Error by frame of pretrained models, with LEVELS, from frame `first` on.

    baselines: of `evaluation.baselines`.
    """
    frames = range(first, first + len(next(iter(errors.values()))))
    levels = {name: baselines[name.replace(" ", "_")]["per_step"]["mse"] for name in LEVELS}
    return plots.curves(
        {name: (frames, error) for name, error in {**errors, **levels}.items()},
        text=f"Squared error by frame, {first - 1} seen and {len(frames)} predicted: "
        + ", ".join(f"{name} {error.mean():.1f} on average" for name, error in errors.items())
        + f" ({clips} held-out clips, pretrained models).",
        xlabel="frame of the clip",
        ylabel="squared error per frame",
    )
