"""Watch an image being written, pixel by pixel: what each pixel is drawn from, and what it cost.

Letters: M pixels that are written, K levels, h × w an image.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import ipywidgets
import numpy as np

from lstm_video_lab import plots
from lstm_video_lab.widgets.base import LabWidget, player, row, slider

SIDE = 150  # pixels of a panel, about


class WritingExplorer(LabWidget):
    """Step through the writing of an image; other controls say which image, and how it is written.

    write: from the values of `controls` to what `draw_writing` takes after `step`; for equal
    values it must give equal results. Every writing has the same number of pixels, `count`.
    """

    title = "an image that is written pixel by pixel"

    def __init__(self, write: Callable[..., tuple], count: int, **controls: Any) -> None:
        self.write, self.count, self.others = lru_cache(1)(write), count, controls
        super().__init__()

    def controls(self) -> dict[str, Any]:
        return {**self.others, "step": slider("Pixel", 2 * self.count // 3, 1, self.count)}

    def arrange(self, controls: dict[str, Any]) -> ipywidgets.Widget:
        return row(*self.others.values(), player(controls["step"], 100))

    def render(self, step: int, **values: Any) -> plots.Picture:
        return draw_writing(step, *self.write(**values))


def draw_writing(
    step: int, given: np.ndarray, image: np.ndarray, order: np.ndarray, shares: np.ndarray
) -> plots.Picture:
    """An image (h, w) of levels when `step` of its pixels are written, what each has cost, and the
    probabilities that the last of them was drawn from.

    given: levels (any size), −1 where nothing is given; order (M, 2): the pixels (y, x) as they are
    written; shares (M, K): the probability of each level when its turn came.
    """
    K, at = shares.shape[1], step - 1
    levels, now, cost = image[tuple(order.T)], image / (K - 1), np.full(image.shape, np.nan)
    bits = np.abs(np.log2(shares[np.arange(len(order)), levels]))  # (M)
    most = max(1.0, bits.max())
    now[tuple(order[step:].T)] = np.nan
    cost[tuple(order[:step].T)] = bits[:step] / most
    bars = np.linspace(1, 0, 2 * K)[:, None] < shares[at]  # (2K, K): a chart in black and white
    chart = np.vstack([bars, np.linspace(0, 1, K)[None].repeat(2, 0)])
    panels = [np.where(given < 0, np.nan, given / (K - 1)), now, cost, chart]
    names = ["given", "written", f"bits, black 0 to white {most:.1f}", "P of black … white"]
    (y, x), level = order[at] + 1, levels[at]
    text = (
        f"Pixel {step} of {len(order)} (row {y}, column {x}) is level {level} of 0 to {K - 1}: P = "
        f"{shares[at, level]:.2f}, {bits[at]:.2f} bits. So far {bits[:step].mean():.2f} bits per "
        f"pixel (uniform {np.log2(K):.2f}). Striped: not yet known."
    )
    return plots.images([veiled(panel) for panel in panels], names, text, columns=4)


def veiled(panel: np.ndarray) -> np.ndarray:
    """Enlarged, and striped where it is NaN."""
    large = np.kron(panel, np.ones((max(1, SIDE // len(panel)),) * 2))
    stripes = 0.45 + 0.2 * (np.indices(large.shape).sum(0) // 4 % 2)
    return np.where(np.isnan(large), stripes, large)
