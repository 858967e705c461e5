"""What one pixel costs: cross-entropy as a function of the prediction, with its floor."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from lstm_video_lab.metrics import cross_entropy_of_probability, entropy
from lstm_video_lab.plots.canvas import (
    FONT,
    INK,
    WIDTH,
    Picture,
    add_axes,
    finish,
    label_ends,
    series_style,
    sheet,
)
from lstm_video_lab.widgets.base import LabWidget, slider

PIXELS = {"black": 0.0, "grey": 0.5, "white": 1.0}  # what the pixel is
P = np.linspace(0.01, 0.99, 99)  # what is predicted for it


class PixelCost(LabWidget):
    """Move the prediction p for one pixel, and see what it costs if the pixel is x."""

    title = "cross-entropy of one pixel"

    def controls(self) -> dict[str, Any]:
        return {"p": slider("Prediction p", 0.3, 0.01, 0.99, 0.01)}

    def render(self, p: float) -> Picture:
        return draw_cost(p)


def cost(p, x: float) -> np.ndarray:
    """Nats of one pixel x for each of the predictions p: -x ln p - (1 - x) ln(1 - p)."""
    guesses = torch.as_tensor(np.atleast_1d(p))[:, None, None, None]  # (P, 1, 1, 1)
    return cross_entropy_of_probability(guesses, torch.full_like(guesses, x)).ravel().numpy()


def floor(x: float) -> float:
    """The least that a pixel x can cost: the cost of p = x."""
    return abs(entropy(torch.full((1, 1, 1, 1), x, dtype=torch.float64)).item())  # not -0.0


def draw_cost(p: float) -> Picture:
    """A curve for a black, a grey and a white pixel; a ring at its floor, a dot at p."""
    figure = sheet(WIDTH, 330)
    axes = add_axes(figure, 72, 14, WIDTH - 72 - 210, 268)
    axes.set(xlim=(-0.02, 1.0), ylim=(-0.15, 4.8))
    axes.set_xlabel("prediction p", color=INK, fontsize=FONT)
    axes.set_ylabel("nats", color=INK, fontsize=FONT)
    axes.axvline(p, color=INK, linewidth=1)
    ends, paid = [], []
    for n, (name, x) in enumerate(PIXELS.items()):
        look = {**series_style(n), "marker": ""}
        axes.plot(P, cost(P, x), **look)
        here = float(cost(p, x)[0])
        ring = {"color": look["color"], "marker": "o", "clip_on": False, "linestyle": ""}
        axes.plot([x], [floor(x)], markersize=11, markerfacecolor="none", **ring)
        axes.plot([p], [here], markersize=7, **ring)
        ends.append((float(cost(P[-1], x)[0]), f"{name}, x = {x:g}: pays {here:.2f}", look))
        paid.append(f"{here:.2f} nats if the pixel is {name} (never under {floor(x):.2f})")
    label_ends(figure, axes, ends)
    return finish(figure, f"Predicting p = {p:.2f} costs {', '.join(paid)}.")
