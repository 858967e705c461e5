"""The pictures of lesson 14: errors of trials and of live ladders, and filters.

T frames, B clips, C channels, S side of a frame.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from lstm_video_lab import plots
from lstm_video_lab.data.frames import unpack_frames
from lstm_video_lab.lessons.video_ladder.experiment import AHEAD, FIRST, gather
from lstm_video_lab.plots import Picture, canvas
from lstm_video_lab.plots.page import Page

LEVELS = ("copy last", "mean image")
FRAMES = range(FIRST + 1, FIRST + AHEAD + 1)  # the numbers of the predicted frames
WAYS = {
    "three at once": "3 in, 3 at once",
    "one from three": "3 in, 1 out, fed back",
    "from three, own frames": "the same, also in training",
    "base": "5 in, 1 out, fed back",
    "own frames": "5 in, also in training",
}
UPSAMPLING = {
    "base": "pixel shuffle",
    "nearest": "nearest",
    "bilinear": "bilinear",
    "none": "full resolution",
}
SETS = {"5 clips": "5", "20 clips": "20", "40 clips": "40", "base": "endless"}
DETAILS = {
    "base": "as before",
    "half L1": "half L1",
    "clipped": "clipped in training",
    "coordinates": "coordinate channels",
    "nowhere": "no places",
    "any length": "2 to 8 frames seen",
}
RATES = {"25, 15, 10": "25, 15, 10 in this order", "mixed rates": "the same, mixed"}
RUNGS = {"fine rung alone": "12×12 alone", "base": "12×12, 6×6", "three rungs": "and 3×3"}
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


def seeds_of(result: dict[str, Any], name: str) -> int:
    """How many seeds a trial has."""
    return sum(key.rsplit("/", 1)[0] == name for key in result["trials"])


def made(result: dict[str, Any], *names: str) -> str:
    """What trials were made with, in words."""
    seeds = " or ".join(map(str, sorted({seeds_of(result, name) for name in names})))
    steps, batch, tests = (result["size"][key] for key in ("steps", "batch", "tests"))
    there = f"{steps} steps of {batch} clips, {tests} held-out clips"
    return f"{result['scale']} scale, {there}, seeds: {seeds}"


def of_trials(result: dict[str, Any], names: Mapping[str, str], *keys: Any) -> str:
    """A figure of trials, name → words, as words: mean ± spread."""
    return ", ".join(
        "{} {:.2f} ± {:.2f}".format(words, *gather(result, name, *keys)[:2])
        for name, words in names.items()
    )


def clip_of(result: dict[str, Any], name: str) -> np.ndarray:
    """The first clip that a trial's first seed predicted: (T, S, S)."""
    return unpack_frames(result["trials"][f"{name}/0"]["shown"])[:, 0]


def true_clip(result: dict[str, Any]) -> np.ndarray:
    """What came in that clip."""
    return unpack_frames(result["baselines"]["digits"]["truth"]["shown"])[:, 0]


def overview(result: dict[str, Any]) -> Picture:
    """Error of the first trial between its baselines."""
    return draw_trials(result, {"base": "base"})


@light
def draw_trials(result: dict[str, Any], names: Mapping[str, str], text: str = "") -> Picture:
    """Error at the first predicted frame of trials, name → words, between their baselines."""
    means, spreads, _ = zip(*(gather(result, n, "mse", 0) for n in names), strict=True)
    levels = result["baselines"]["digits"]
    levels = {name: levels[name]["mse"][0] for name in LEVELS}
    words = list(names.values())
    text = text or (
        "Squared error at the first predicted frame: "
        f"{of_trials(result, names, 'mse', 0)} ({made(result, *names)})."
    )
    return plots.bars(words, means, spreads, levels, text, ylabel="squared error per frame")


@light
def draw_errors(
    result: dict[str, Any], names: Mapping[str, str], text: str = "", key: str = "mse"
) -> Picture:
    """Error by predicted frame of trials, name → words, with the baselines."""
    lines = {}
    for name, words in names.items():
        lines[words] = (FRAMES, [gather(result, name, key, t)[0] for t in range(AHEAD)])
    levels = result["baselines"]["digits"]
    lines |= {name: (FRAMES, levels[name]["mse"]) for name in LEVELS}
    return plots.curves(
        lines,
        text=f"{text}Squared error by predicted frame. At the first: "
        f"{of_trials(result, names, key, 0)}; copy last {levels['copy last']['mse'][0]:.2f}. At "
        f"the last: {of_trials(result, names, key, AHEAD - 1)} ({made(result, *names)}).",
        xlabel="frame of the clip",
        ylabel="squared error per frame",
        height=320,
    )


def beside_the_truth(
    films: Tensor, others: Tensor, predicted: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """What the film of circles shows: a clip of those never seen, one of the five, frames 4 on."""
    return {
        "truth": others[3:, 1],
        "predicted": predicted["four others"][:, 1],
        "truth, a clip of the five": films[3:, 1],
        "predicted ": predicted["the five"][:, 1],
    }


def of_enlarging(result: dict[str, Any]) -> str:
    """What each way of enlarging costs, and its error on digits, a line each."""
    lines = []
    for name, words in UPSAMPLING.items():
        error, spread, _ = gather(result, name, "mse", 0)
        weights = gather(result, name, "parameters")[0]
        seconds = gather(result, name, "seconds")[0]
        lines.append(
            f"{words:16} squared error {error:5.2f} ± {spread:.2f}, {weights:,.0f} parameters, "
            f"{seconds:.0f} s of one core"
        )
    return "\n".join(lines)


def of_pretrained(cards: Mapping[str, dict[str, Any]]) -> str:
    """How large pretrained models are and how long they learnt, a line each."""
    lines = []
    for name, card in cards.items():
        clips = card["steps"] * card["settings"]["batch_size"]
        lines.append(
            f"{name}: {card['parameters']:,} parameters, {card['steps']:,} steps, {clips:,} clips"
        )
    return "\n".join(lines)


@light
def draw_ways(result: dict[str, Any]) -> Picture:
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
def draw_learning(
    errors: Mapping[str, Tensor], levels: Mapping[str, Tensor], steps: int, scale: str
) -> Picture:
    """Error by frame on the five circles and on others, from frame 4 on."""
    frames = range(4, 4 + len(levels["copy last"]))
    five, others = errors["the five"], errors["four others"]
    copied = levels["copy last"]
    return plots.curves(
        {name: (frames, error) for name, error in {**errors, **levels}.items()},
        text=f"Squared error by frame: the five clips {five[0]:.1f} at the first predicted frame, "
        f"{five[-1]:.1f} at the last; four others {others[0]:.1f} and {others[-1]:.1f}; copying "
        f"the last frame {copied[0]:.1f} and {copied[-1]:.1f} ({scale} scale, {steps} steps).",
        xlabel="frame of the clip",
        ylabel="squared error per frame",
    )


@light
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


def of_half_l1(result: dict[str, Any]) -> str:
    """With half of the loss L1, and without, on digits, in words."""
    count = seeds_of(result, "half L1")
    each = [result["trials"][f"half L1/{seed}"]["mse"][0] for seed in range(count)]
    names = {"base": "without L1", "half L1": "half L1"}
    ink = np.square(true_clip(result) / 255.0).sum((1, 2)).mean()
    return (
        "Squared error at the first predicted frame of digits: "
        f"{of_trials(result, names, 'mse', 0)}; half L1, seed by seed: "
        f"{', '.join(f'{error:.1f}' for error in each)}. An all-black frame has the error of the "
        f"ink, {ink:.1f} in the clip above ({made(result, *names)})."
    )


def of_sets(result: dict[str, Any]) -> str:
    """Training sets of several sizes, on their own clips and on held-out ones, a line each."""
    lines = ["Squared error at the first predicted frame, by clips in the training set:"]
    for name, words in SETS.items():
        own, held = (gather(result, name, key, 0)[:2] for key in ("trained on", "mse"))
        lines.append(
            f"{words:>8}: its own clips {own[0]:5.2f} ± {own[1]:.2f}, held-out ones "
            f"{held[0]:5.2f} ± {held[1]:.2f}"
        )
    copied = result["baselines"]["digits"]["copy last"]["mse"][0]
    return "\n".join([*lines, f"copy last: {copied:.2f} ({made(result, *SETS)})"])


@light
def draw_rates(result: dict[str, Any]) -> Picture:
    """Frame rates one after the other against the same in mixed order, seed by seed."""
    seeds = range(seeds_of(result, "mixed rates"))
    heights = {
        words: [round(result["trials"][f"{name}/{seed}"]["mse"][0], 2) for seed in seeds]
        for name, words in RATES.items()
    }
    gap, error = gap_of_rates(result)
    return plots.bars(
        [f"seed {seed}" for seed in seeds],
        heights,
        text="Squared error at the first predicted frame at 10 frames a second, seed by seed; the "
        f"difference, in order less mixed, is {gap:+.2f} ± {error:.2f} (standard error; "
        f"{made(result, *RATES)}).",
        ylabel="squared error per frame",
    )


def gap_of_rates(result: dict[str, Any]) -> tuple[float, float]:
    """Error with rates in order less that with the same mixed: mean and standard error."""
    seeds = range(seeds_of(result, "mixed rates"))
    errors = [
        torch.tensor([result["trials"][f"{name}/{seed}"]["mse"][0] for seed in seeds])
        for name in RATES
    ]
    gaps = errors[0] - errors[1]
    return gaps.mean().item(), gaps.std().item() / len(gaps) ** 0.5


def of_lengths(result: dict[str, Any]) -> str:
    """Error of the next frame by how many frames were seen, in words."""
    names = {"base": "always 5 in training", "any length": "2 to 8 in training"}
    parts = []
    for seen in (1, 2, 5, FIRST):
        errors = [f"{w} {gather(result, n, 'lengths', seen - 1)[0]:.1f}" for n, w in names.items()]
        parts.append(f"from {seen}: {', '.join(errors)}")
    copied = result["baselines"]["digits"]["copy last"]["mse"][0]
    return (
        f"Squared error of the next frame, by how many frames were seen: {'; '.join(parts)}; a "
        f"copy of the last has {copied:.1f} ({made(result, *names)})."
    )


def of_heads(result: dict[str, Any]) -> str:
    """Actions named by heads on the states, and the best from a random ladder, a line each."""
    heads = [kind + extra for kind in HEADS for extra in EXTRAS]
    tests = result["size"]["tests"]
    lines = [f"Actions named, in % of {2 * tests} held-out clips, from {5 * tests} with labels:"]
    for head in heads:
        mean, spread, _ = gather(result, "actions", "actions", head)
        lines.append(f"{head:>32}: {mean:.1f} ± {spread:.1f}")
    raw = max(gather(result, "actions", "actions, random", head)[0] for head in heads)
    lines.append(f"{'best, from a random ladder':>32}: {raw:.1f}; chance 20.0")
    return "\n".join([*lines, f"(seeds: {seeds_of(result, 'actions')})"])


@light
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
