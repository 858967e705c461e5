"""The pictures of lesson 14b of digits: errors of trials, and what they predict.

T frames, S side of a frame.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import numpy as np
from PIL import Image

from lstm_video_lab import plots
from lstm_video_lab.data.frames import unpack_frames
from lstm_video_lab.lessons.ladder_claims.trials import (
    AHEAD,
    FIRST,
    Result,
    each_of,
    gap_of,
    gather,
    seeds_of,
)
from lstm_video_lab.plots import Picture, canvas
from lstm_video_lab.plots.page import Page

FRAMES = range(FIRST + 1, FIRST + AHEAD + 1)  # the numbers of the predicted frames
WAYS = {
    "three at once": "3 in, 3 at once",
    "one from three": "3 in, 1 out",
    "from three, own frames": "3 in, own frames",
    "base": "5 in, 1 out",
    "own frames": "5 in, own frames",
}
ENLARGING = {
    "base": "pixel shuffle",
    "nearest": "nearest",
    "bilinear": "bilinear",
    "none": "full resolution",
}
RUNGS = {
    "fine rung alone": "12×12 alone",
    "base": "12×12 and 6×6",
    "three rungs": "12×12, 6×6, 3×3",
}
CHANGES = {
    "base": "as before",
    "nowhere": "no places",
    "coordinates": "coordinate channels",
    "any length": "2 to 8 frames in",
    "40 clips": "40 clips only",
    "5 clips": "5 clips only",
    "clipped": "clipped in training",
}
HEADS = ("deepest", "subsampled", "both")
EXTRAS = ("", ", dropout", ", batch norm", ", batch norm, dropout")


def light(draw: Callable[..., Picture]) -> Callable[..., Picture]:
    """What `draw` draws, in fewer bytes: this lesson has many pictures, and a notebook is small."""

    @wraps(draw)
    def draw_light(*values: Any, **options: Any) -> Picture:
        picture = draw(*values, **options)
        Image.open(io.BytesIO(picture.png)).save(file := io.BytesIO(), "png", optimize=True)
        return Picture(file.getvalue(), picture.text)

    return draw_light


def made(result: Result, *names: str) -> str:
    """What trials were made with, in words."""
    seeds = " or ".join(map(str, sorted({seeds_of(result, name) for name in names})))
    steps, batch, tests = (result["size"][key] for key in ("steps", "batch", "tests"))
    there = f"{steps} steps of {batch} clips, {tests} held-out clips"
    return f"{result['scale']} scale, {there}, seeds: {seeds}"


def of_trials(result: Result, names: Mapping[str, str], *keys: Any) -> str:
    """A figure of trials, name → words, as words: mean ± spread."""
    return ", ".join(
        "{} {:.2f} ± {:.2f}".format(words, *gather(result, name, *keys)[:2])
        for name, words in names.items()
    )


def clip_of(result: Result, name: str) -> np.ndarray:
    """The first clip that a trial's first seed predicted: (T, S, S)."""
    return unpack_frames(result["trials"][f"{name}/0"]["shown"])[:, 0]


def true_clip(result: Result) -> np.ndarray:
    """What came in that clip."""
    return unpack_frames(result["baselines"]["digits"]["truth"]["shown"])[:, 0]


def black_level(result: Result) -> float:
    """Squared error per frame of black frames, which a ladder learnt: all seeds of "clipped"."""
    return gather(result, "clipped", "mse", AHEAD - 1)[0]


@light
def draw_errors(result: Result, names: Mapping[str, str]) -> Picture:
    """Error by predicted frame of trials, name → words, with the baselines."""
    lines = {}
    for name, words in names.items():
        lines[words] = (FRAMES, [gather(result, name, "mse", t)[0] for t in range(AHEAD)])
    digits = result["baselines"]["digits"]
    lines["copy last"] = (FRAMES, digits["copy last"]["mse"])
    levels = {"mean image": digits["mean image"]["mse"][-1], "black": black_level(result)}
    return plots.curves(
        lines,
        levels,
        f"Squared error by predicted frame. At the first: {of_trials(result, names, 'mse', 0)}; "
        f"copy last {digits['copy last']['mse'][0]:.2f}. At the last: "
        f"{of_trials(result, names, 'mse', AHEAD - 1)}; mean image {levels['mean image']:.2f}, "
        f"black frames {levels['black']:.2f} ({made(result, *names)}).",
        xlabel="frame of the clip",
        ylabel="squared error per frame",
        height=340,
    )


@light
def draw_ways(result: Result) -> Picture:
    """Every second frame of one held-out clip, as it came and as the five ways predict it."""
    rows = {"truth": true_clip(result)}
    rows |= {words: clip_of(result, name) for name, words in WAYS.items()}
    page = Page(canvas.room_for([*rows, "frame"]), narrow=True)
    page.frames({words: clip[::2] for words, clip in rows.items()}, list(FRAMES[::2]))
    return page.finish(
        f"One held-out clip, frames {', '.join(map(str, FRAMES[::2]))}, and what the five ways "
        "predict (seed 0)."
    )


@light
def draw_enlarging(result: Result) -> Picture:
    """Error of each way of enlarging on digits, with its weights and seconds in words."""
    means, spreads, _ = zip(*(gather(result, n, "mse", 0) for n in ENLARGING), strict=True)
    costs = []
    for name, words in ENLARGING.items():
        weights = gather(result, name, "parameters")[0]
        seconds = gather(result, name, "seconds")[0]
        costs.append(f"{words} {seconds:.0f} s and {weights:,.0f} weights")
    return plots.bars(
        list(ENLARGING.values()),
        means,
        spreads,
        text="Squared error of the first predicted frame of digits: "
        f"{of_trials(result, ENLARGING, 'mse', 0)}. Training took {', '.join(costs)} (one core; "
        f"{made(result, *ENLARGING)}).",
        ylabel="squared error per frame",
        height=280,
    )


@light
def draw_changes(result: Result) -> Picture:
    """Error at the first predicted frame under small changes, between its baselines."""
    means, spreads, _ = zip(*(gather(result, n, "mse", 0) for n in CHANGES), strict=True)
    copied = result["baselines"]["digits"]["copy last"]["mse"][0]
    return plots.bars(
        list(CHANGES.values()),
        means,
        spreads,
        {"copy last": copied},
        "Squared error at the first predicted frame of digits: "
        f"{of_trials(result, CHANGES, 'mse', 0)}; copy last {copied:.2f} "
        f"({made(result, *CHANGES)}).",
        ylabel="squared error per frame",
        height=300,
    )


@light
def draw_rates(result: Result) -> Picture:
    """Frame rates one after the other against the same in mixed order, seed by seed."""
    rates = {"25, 15, 10": "25, 15, 10 in this order", "mixed rates": "the same, mixed"}
    heights = {}
    for name, words in rates.items():
        heights[words] = [round(error, 2) for error in each_of(result, name, "mse", 0)]
    gap, error, _, count = gap_of(result, *rates, "mse", 0)
    return plots.bars(
        [f"seed {seed}" for seed in range(count)],
        heights,
        text="Squared error at the first predicted frame at 10 frames a second, seed by seed; the "
        f"difference, in order less mixed, is {gap:+.2f} ± {error:.2f} (standard error; "
        f"{made(result, *rates)}).",
        ylabel="squared error per frame",
        height=280,
    )


@light
def draw_heads(result: Result) -> Picture:
    """Actions named by heads on the states of a trained ladder and of a random one."""
    keys = {"trained ladder": "actions", "random weights": "actions, random"}
    labels = [kind + extra for kind in HEADS for extra in (EXTRAS[0], EXTRAS[-1])]
    heights, whiskers, best = {}, {}, {}
    for words, key in keys.items():
        found = [gather(result, "actions", key, head) for head in labels]
        heights[words] = [round(mean, 1) for mean, _, _ in found]
        whiskers[words] = [spread for _, spread, _ in found]
        every = [gather(result, "actions", key, kind + extra)[0] for kind in HEADS
                 for extra in EXTRAS]  # fmt: skip
        best[words] = max(every)
    tests = result["size"]["tests"]
    return plots.bars(
        [label.replace("batch norm", "norm") for label in labels],
        heights,
        whiskers,
        {"chance": 20.0},
        f"Actions named, in % of {2 * tests} held-out clips, from {5 * tests} with labels: without "
        f"and with batch norm and dropout. Best of {len(HEADS) * len(EXTRAS)} heads: "
        f"{', '.join(f'{words} {value:.1f} %' for words, value in best.items())}; chance 20 % "
        f"(seeds: {seeds_of(result, 'actions')}).",
        ylabel="actions named, %",
        height=300,
    )
