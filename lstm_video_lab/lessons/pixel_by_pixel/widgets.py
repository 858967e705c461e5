"""The explorers of lesson 16: an image being written, and one future in two places."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import ipywidgets

from lstm_video_lab.lessons.pixel_by_pixel.figures import draw_two_places, draw_writing
from lstm_video_lab.plots import Picture
from lstm_video_lab.widgets.base import LabWidget, player, row, slider


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

    def render(self, step: int, **values: Any) -> Picture:
        return draw_writing(step, *self.write(**values))


class TwoPlaces(LabWidget):
    """Move the probability of left; see what the future costs as a whole and pixel by pixel."""

    title = "one future in two places"

    def controls(self) -> dict[str, Any]:
        return {
            "p": slider("Probability of left", 0.5, 0.0, 1.0, 0.05),
            "seed": slider("Draw", 1, 1, 50),
        }

    def render(self, p: float, seed: int) -> Picture:
        return draw_two_places(p, seed)
