"""Pixel by pixel: what an LSTM's memory and its neighbours are each worth, in bits per pixel.

Digits of SIDE × SIDE pixels in LEVELS greys. Three models, some seeds, and what counting alone
gives: lesson 16 trains one of them live and shows the rest from here.

Letters: T pixels of an image, N images, D axes, K levels.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator
from itertools import product
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lstm_video_lab.data import load_digits
from lstm_video_lab.data.bouncing import area_average
from lstm_video_lab.lessons.pixel_by_pixel.model import (
    PixelLSTM,
    earlier_neighbours,
    table_bits,
    train_pixels,
)
from lstm_video_lab.training.trials import resume_trials

SIDE, LEVELS, SEEDS = 10, 16, (0, 1, 2)
STEPS = {"smoke": 4, "laptop": 1000}
MODELS: dict[str, dict[str, Any]] = {  # name → what differs
    "memory, pixel before": {"reach": 0},
    "neighbours, no memory": {"memory": False},
    "neighbours and memory": {},
}


def to_symbols(images: Any, levels: int = LEVELS) -> Tensor:
    """uint8 (N, …) as sequences of levels in raster order: (T, N)."""
    return (torch.as_tensor(images).long() * levels // 256).flatten(1).T.contiguous()


def digits(split: str, source: str = "embedded") -> Tensor:
    """The part of the digits that carries ink, small: (T, N)."""
    return to_symbols(area_average(load_digits(source, split).images[:, 4:24, 4:24], SIDE))


def baselines(train: Tensor, test: Tensor, shape: tuple, levels: int) -> dict[str, float]:
    """Bits per symbol of `test` (T, N) where P is counted: for all places together, for each place
    apart, and after its neighbours to the left and above (one along each axis).
    """
    D = len(shape)
    next_to = [3**D // 2 - 3**d for d in range(D)]  # which neighbours of reach 1
    near = earlier_neighbours(shape, 1)[:, next_to]  # (T, D)
    none = near[:, :0]
    places = []
    for train_row, test_row in zip(train.split(1), test.split(1), strict=True):
        places.append(table_bits(train_row, test_row, none[:1], levels))
    return {
        "uniform": math.log2(levels),
        "histogram": table_bits(train, test, none, levels).mean().item(),
        "histogram of each place": torch.cat(places).mean().item(),
        "table of neighbours": table_bits(train, test, near, levels).mean().item(),
    }


def errors_of_completions(
    complete: Callable[..., tuple[Tensor, Tensor]],
    train: Tensor,
    test: Tensor,
    known: Tensor,
    draw: torch.Generator,
    count: int = 64,
) -> dict[str, list[float]]:
    """Mean absolute error on the pixels of each test digit (T, N) that are not `known` (T,).

    Of the mean digit of `train`, of `count` completions, and of the same by their weights.
    complete: (image (T,), known, count, draw) → completions (T, count) and weights (count,).
    """
    average, white = train.double().mean(1)[~known], LEVELS - 1
    errors: dict[str, list[float]] = {"mean digit": [], "looking back": [], "weighted": []}
    for image in test.T:
        symbols, weight = complete(image, known, count, draw)
        miss = (symbols - image[:, None])[~known].abs().double().mean(0) / white
        errors["mean digit"].append((average - image[~known]).abs().mean().item() / white)
        errors["looking back"].append(miss.mean().item())
        errors["weighted"].append((miss @ weight.double()).item())
    return errors


def run(scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    """Each model with each seed; one that is done is not trained again."""
    train, test = digits("train"), digits("test")

    def work(point: dict[str, Any]) -> dict[str, Any]:
        name, seed = point.values()
        model, began = PixelLSTM((SIDE, SIDE), LEVELS, seed=seed, **MODELS[name]), time.time()
        train_pixels(model, train, STEPS[scale])
        return {
            "seconds": round(time.time() - began, 1),
            "parameters": sum(parameter.numel() for parameter in model.parameters()),
            "train": model.bits(train).mean().item(),
            "test": model.bits(test).mean().item(),
        }

    points = [{"model": name, "seed": seed} for name, seed in product(MODELS, SEEDS)]
    models: dict[str, list[dict[str, Any]]] = {name: [] for name in MODELS}
    for row, _ in resume_trials(out / "runs" / f"pixels-{scale}.jsonl", points, work):
        models[row["model"]].append(row)
        yield f"{row['model']}, seed {row['seed']}: {row['test']:.3f} bits per pixel"
    counted = baselines(train, test, (SIDE, SIDE), LEVELS)
    return {
        "made": {"seeds": list(SEEDS)},
        "scale": scale,
        "steps": STEPS[scale],
        "models": models,
        "baselines": counted,
    }
