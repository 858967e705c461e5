"""The pictures of lesson 16: bits per pixel of the models, and an image that is being written.

Letters: M pixels that are written, K levels, h × w an image.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from lstm_video_lab import plots
from lstm_video_lab.lessons.pixel_by_pixel.two_places import (
    costs_alone,
    costs_in_turn,
    draw_alone,
    draw_whole,
    expected,
    two_places,
    whole_cost,
)
from lstm_video_lab.plots import Picture
from lstm_video_lab.training.trials import mean_and_std

SIDE = 150  # pixels of a panel, about


def overview(result: dict[str, Any], text: str | None = None) -> Picture:
    """Bits per pixel of test digits, mean over seeds and their spread, over what counting gives."""
    means, spreads = [], []
    for runs in result["models"].values():
        mean, spread = mean_and_std([run["test"] for run in runs])
        means.append(mean)
        spreads.append(spread)
    levels = result["baselines"]
    return plots.bars(list(result["models"]), means, spreads, levels, text, ylabel="bits per pixel")


def draw_training(
    losses: Sequence[float], levels: Mapping[str, float], cost: Tensor, scale: str
) -> Picture:
    """Bits per pixel over the steps of a training, over baselines; cost (T, N): of test digits."""
    part = max(1, len(losses) // 25)
    smooth = np.convolve(losses, np.full(part, 1 / part), "valid")[::part]
    return plots.curves(
        {"training": (part * np.arange(1, len(smooth) + 1), smooth)},
        levels,
        f"Training, {len(losses)} steps of 32 digits ({scale} scale). Test digits cost "
        f"{cost.mean():.3f} bits per pixel, {cost.sum(0).mean():.0f} for a whole digit; the best "
        f"baseline has {min(levels.values()):.3f}.",
        ylabel="bits per pixel",
    )


def draw_writing(
    step: int, known: np.ndarray, image: np.ndarray, order: np.ndarray, shares: np.ndarray
) -> Picture:
    """An image (h, w) of levels when `step` of its pixels are written, what each has cost, and the
    probabilities that the last of them was drawn from.

    known: levels (any size), −1 where nothing is given; order (M, 2): the pixels (y, x) as they are
    written; shares (M, K): the probability of each level when its turn came.
    """
    K, at = shares.shape[1], step - 1
    levels = image[tuple(order.T)]  # (M)
    bits = np.abs(np.log2(shares[np.arange(len(order)), levels]))  # (M)
    most = max(1.0, bits.max())
    written, cost = image / (K - 1), np.full(image.shape, np.nan)
    written[tuple(order[step:].T)] = np.nan
    cost[tuple(order[:step].T)] = bits[:step] / most
    bars = np.linspace(1, 0, 2 * K)[:, None] < shares[at]  # (2K, K): a chart in black and white
    chart = np.vstack([bars, np.linspace(0, 1, K)[None].repeat(2, 0)])
    panels = [np.where(known < 0, np.nan, known / (K - 1)), written, cost, chart]
    names = ["given", "written", f"bits, black 0 to white {most:.1f}", "P of black … white"]
    (y, x), level = order[at] + 1, levels[at]
    text = (
        f"Pixel {step} of {len(order)} (row {y}, column {x}) is level {level} of 0 to {K - 1}: P = "
        f"{shares[at, level]:.2f}, {bits[at]:.2f} bits. So far {bits[:step].mean():.2f} bits per "
        f"pixel (uniform {np.log2(K):.2f}). Striped: not yet known."
    )
    return plots.images([striped(panel) for panel in panels], names, text, columns=4)


def draw_two_places(p: float, seed: int, count: int = 6) -> Picture:
    """One future in two places, left with probability p: what each pixel costs when the future is
    told as a whole and when each pixel is alone, and futures that are drawn in both ways.
    """
    past, pictures = two_places()
    futures, chances = pictures.reshape(2, -1), np.array([p, 1 - p])
    draw = np.random.default_rng(seed)
    costs = [
        expected(costs_of(futures, chances), chances) for costs_of in (costs_in_turn, costs_alone)
    ]
    shape = past.shape
    white = max(1e-9, *(cost.max() for cost in costs))
    rows = [past, *pictures, (chances @ futures).reshape(shape)]
    rows += [cost.reshape(shape) / white for cost in costs]
    for drawn in (draw_whole, draw_alone):
        rows += [future.reshape(shape) for future in drawn(futures, chances, count, draw)]
    names = [
        "seen",
        f"left, P = {p:g}",
        f"right, P = {1 - p:g}",
        "mean",
        "cost in turn",
        "cost alone",
    ]
    names += ["drawn whole"] * count + ["pixel by pixel"] * count
    together, alone = (cost.sum() for cost in costs)
    undecided = int((futures[0] != futures[1]).sum())
    text = (
        f"The digit goes left with P = {p:g}. Told as a whole, the future costs "
        f"{whole_cost(chances):.3f} nats; pixel after pixel, each told those before, "
        f"{together:.3f}; each pixel alone, {alone:.3f}, for {undecided} pixels are undecided. "
        "Below: futures drawn as a whole, and pixel by pixel."
    )
    return plots.images(rows, names, text, columns=count)


def draw_three_sums(
    nats: Mapping[str, Tensor], mean_image: float, source: str, first: int
) -> Picture:
    """Nats of each frame to come, from number `first` on, in three sums over its pixels."""
    facts = "; ".join(
        f"{name} {', '.join(f'{v:.1f}' for v in line)}, together {line.sum():.1f}"
        for name, line in nats.items()
    )
    ahead = range(first, first + len(next(iter(nats.values()))))
    return plots.curves(
        {name: (ahead, line.tolist()) for name, line in nats.items()},
        {"mean image": mean_image, "bound": 0.0},
        f"One network, one future, three sums, nats per frame: {facts}. Mean image "
        f"{mean_image:.1f} ({source}).",
        xlabel="frame of the clip",
        ylabel="nats per frame",
    )


def draw_heard(bits: Mapping[str, float], steps: int, scale: str) -> Picture:
    """Bits per sample of strings, of the networks and of what counting gives."""
    listed = ", ".join(f"{name} {value:.2f}" for name, value in bits.items())
    return plots.bars(
        list(bits),
        list(bits.values()),
        text=f"Bits per sample of strings that it never heard: {listed} ({steps} steps, {scale} "
        "scale). The table knows the sample before.",
        ylabel="bits per sample",
    )


def draw_continued(lines: Mapping[str, Tensor], begun: int, scale: str) -> Picture:
    """One string, as it is and as networks continue it after `begun` samples: levels (T,) each."""
    return plots.curves(
        {name: (range(len(line)), line.tolist()) for name, line in lines.items()},
        text=f"One string. All three are the same for {begun} samples; from there on each network "
        f"writes on by itself ({scale} scale).",
        xlabel="sample",
        ylabel="level",
    )


def striped(panel: np.ndarray) -> np.ndarray:
    """Enlarged, and striped where it is NaN."""
    large = np.kron(panel, np.ones((max(1, SIDE // len(panel)),) * 2))
    stripes = 0.45 + 0.2 * (np.indices(large.shape).sum(0) // 4 % 2)
    return np.where(np.isnan(large), stripes, large)
