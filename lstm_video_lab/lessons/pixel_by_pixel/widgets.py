"""The explorers of lesson 16: an image being written, and one future in two places."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import ipywidgets
import numpy as np
import torch
from torch import Tensor

from lstm_video_lab.lessons.pixel_by_pixel.experiment import LEVELS, SIDE
from lstm_video_lab.lessons.pixel_by_pixel.figures import draw_two_places, draw_writing
from lstm_video_lab.lessons.pixel_by_pixel.model import PixelLSTM, grow_texture
from lstm_video_lab.plots import Picture
from lstm_video_lab.widgets.base import LabWidget, dropdown, player, row, slider

ROWS, COLUMNS = torch.from_numpy(np.indices((SIDE, SIDE))).flatten(1)  # of each pixel
HIDDEN = {
    "lower half": ROWS >= SIDE // 2,
    "right half": COLUMNS >= SIDE // 2,
    "everything": ROWS >= 0,
    "nothing": ROWS < 0,
}


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


def watch_texture(textures: Mapping[str, np.ndarray]) -> WritingExplorer:
    """One of the textures (32, 32) as it grows."""

    def write(texture: str, window: int, seed: int) -> tuple:
        sample = textures[texture]
        return sample, *grow_texture(sample, 32, LEVELS, window, seed=seed)

    return WritingExplorer(
        write,
        32 * 32 - 9,
        texture=dropdown("Texture", "bricks", list(textures)),
        window=slider("Window", 9, 3, 15, 2),
        seed=slider("Seed", 1, 1, 20),
    )


def watch_digit(model: PixelLSTM, test: Tensor) -> WritingExplorer:
    """One of the digits (T, N) as the model writes what is hidden of it, and reads the rest."""

    def write(digit: int, hidden: str, temperature: float, seed: int) -> tuple:
        image, known = test[:, digit - 1], ~HIDDEN[hidden]
        draw = torch.Generator().manual_seed(seed)
        symbols, costs = model.sample(image[:, None], known[:, None], draw, temperature)
        shares = (-costs[:, 0].double() * math.log(2) / temperature).softmax(1)  # (T, K)
        given = torch.where(known, image, -1)
        square = (v.view(SIDE, SIDE).numpy() for v in (given, symbols))
        return *square, torch.stack([ROWS, COLUMNS], 1).numpy(), shares.numpy()

    return WritingExplorer(
        write,
        SIDE**2,
        digit=slider("Digit", 3, 1, test.shape[1]),
        hidden=dropdown("Hidden", "lower half", list(HIDDEN)),
        temperature=slider("Temperature", 1.0, 0.4, 2.0, 0.1),
        seed=slider("Draw", 1, 1, 50),
    )


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
