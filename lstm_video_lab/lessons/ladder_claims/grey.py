"""What does a loss ask for? Pixels that start grey and go downhill, without any model.

N images, C channels, S side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from lstm_video_lab import metrics
from lstm_video_lab.data.patches import CameraPatches

LOSSES = {
    "DSSIM": lambda pixels, truth: 1 - metrics.ssim(pixels[None], truth[None]).mean(),
    "L2": lambda pixels, truth: (pixels - truth).square().mean(),
}
SIDE = 48
MOMENTS = (0, 5, 20, 50, 200)  # steps after which the pixels are kept
WAYS = ("downhill", "Adam")
# Of a step downhill, for each pixel: the losses are means, so that a gradient is small.
RATES = {"DSSIM": 1.5e-4, "L2": 2e-2}
ADAM = 0.01  # its rate, in units of full white


@dataclass(frozen=True, eq=False)
class Painted:
    """truth (N, C, S, S); by loss, the pixels after each of `moments` steps, and what share of
    contours and of colours is explained then.
    """

    truth: Tensor
    moments: Sequence[int]
    pixels: dict[str, list[Tensor]]
    contours: dict[str, list[float]]
    colours: dict[str, list[float]]


def paint(way: str, moments: Sequence[int] = MOMENTS, side: int = SIDE, count: int = 8) -> Painted:
    """Let grey pixels become `count` photographs, once under each of LOSSES; way: of WAYS."""
    truth = CameraPatches("test", side, 1, 3, 1).batch(0, count)[0].float() / 255
    painted = Painted(truth, moments, {}, {}, {})
    for name in LOSSES:
        kept = _go(truth, name, way, moments)
        painted.pixels[name] = kept
        painted.contours[name] = [explained(x.diff(dim=-1), truth.diff(dim=-1)) for x in kept]
        painted.colours[name] = [explained(colours_of(x), colours_of(truth)) for x in kept]
    return painted


def _go(truth: Tensor, loss: str, way: str, moments: Sequence[int]) -> list[Tensor]:
    pixels = torch.full_like(truth, 0.5).requires_grad_()
    optimiser: Any
    if way == "Adam":
        optimiser = torch.optim.Adam([pixels], ADAM)
    else:
        optimiser = torch.optim.SGD([pixels], RATES[loss] * pixels.numel())
    kept = []
    for step in range(max(moments) + 1):
        if step in moments:
            kept.append(pixels.detach().clone())
        optimiser.zero_grad()
        LOSSES[loss](pixels, truth).backward()
        optimiser.step()
    return kept


def colours_of(frames: Tensor) -> Tensor:
    """What is left of pixels (…, C, S, S) when their mean over the channels is taken away."""
    return frames - frames.mean(-3, keepdim=True)


def explained(predicted: Tensor, truth: Tensor) -> float:
    """1 if equal, 0 if no better than nothing at all."""
    return (1 - (predicted - truth).square().sum() / truth.square().sum()).item()
