"""The explorers of lesson 03: bouncing digits, one digit between walls, the cost of one pixel.

T frames, S side of a frame.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import ipywidgets

from lstm_video_lab.data import BouncingDigits, Digits, load_digits
from lstm_video_lab.lessons.bouncing_digits.figures import draw_cost, draw_scene, draw_walls
from lstm_video_lab.plots.canvas import Picture
from lstm_video_lab.widgets.base import LabWidget, dropdown, player, row, slider

SIZES = {16: 7, 32: 14, 64: 28}  # side of a frame -> side of a digit, as in the three scales
FRAMES = 20


class DigitsExplorer(LabWidget):
    """Move the number of digits, their speed and their size, and play or scrub the frames.

    `digits`: a source of `load_digits`, or a `Digits`.
    """

    title = "bouncing digits"

    def __init__(self, digits: str | Digits = "embedded") -> None:
        self.digits = load_digits(digits) if isinstance(digits, str) else digits
        self.sequence = lru_cache(maxsize=16)(self._sequence)
        super().__init__()

    def controls(self) -> dict[str, Any]:
        sizes = [(f"{size} pixels, digits {digit}", size) for size, digit in SIZES.items()]
        return {
            "num_digits": slider("Digits", 2, 1, 4),
            "speed": slider("Speed", 0.1, 0.0, 0.3, 0.01),
            "image_size": dropdown("Size", 32, sizes),
            "seed": slider("Seed", 34, 0, 99),  # two unlike digits that meet and part
            "frame": slider("Frame number", 1, 1, FRAMES),
        }

    def arrange(self, controls: dict[str, Any]) -> ipywidgets.Widget:
        *world, frame = controls.values()
        return ipywidgets.VBox([row(*world), player(frame)])

    def _sequence(self, num_digits: int, speed: float, image_size: int, seed: int):
        """Frames uint8 (T, S, S) and the scene that they were made from."""
        data = BouncingDigits(
            self.digits, num_digits, image_size, FRAMES, SIZES[image_size], speed, seed
        )
        return data.batch(0, 1)[:, 0].numpy(), data.scene(0, 1)

    def render(self, frame: int, **world: Any) -> Picture:
        frames, scene = self.sequence(**world)
        return draw_scene(frames, scene, frame)


class WallExplorer(LabWidget):
    """Move the start and the step of a digit, and see its path beside a mirror's.

    `width`: pixels from wall to wall for the digit's corner: the frame's side minus the digit's.
    """

    title = "one coordinate between two walls"

    def __init__(self, width: int, num_frames: int = 20) -> None:
        self.size = (width, num_frames)
        super().__init__()

    def controls(self) -> dict[str, Any]:
        return {
            "start": slider("Start", 0.5, 0.0, 1.0, 0.01),
            "step": slider("Step for each frame", 0.09, -0.3, 0.3, 0.01),
        }

    def render(self, start: float, step: float) -> Picture:
        return draw_walls(start, step, *self.size)


class PixelCost(LabWidget):
    """Move the prediction p for one pixel, and see what it costs if the pixel is x."""

    title = "cross-entropy of one pixel"

    def controls(self) -> dict[str, Any]:
        return {"p": slider("Prediction p", 0.3, 0.01, 0.99, 0.01)}

    def render(self, p: float) -> Picture:
        return draw_cost(p)
