"""One digit between two walls: what the released generator does where a mirror would reflect.

T frames. Only one coordinate is followed, from one wall (0) to the other (1) of the box.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lstm_video_lab.data.bouncing import bounce
from lstm_video_lab.plots import curves
from lstm_video_lab.plots.canvas import Picture
from lstm_video_lab.widgets.base import LabWidget, slider


class WallExplorer(LabWidget):
    """Move the start and the step of a digit, and see its path beside a mirror's.

    `box`: width of the box of positions in pixels, the frame's side minus the digit's.
    """

    title = "one coordinate between two walls"

    def __init__(self, box: int, num_frames: int = 20) -> None:
        self.size = (box, num_frames)
        super().__init__()

    def controls(self) -> dict[str, Any]:
        return {
            "start": slider("Start", 0.5, 0.0, 1.0, 0.01),
            "step": slider("Step for each frame", 0.09, -0.3, 0.3, 0.01),
        }

    def render(self, start: float, step: float) -> Picture:
        return draw_walls(start, step, *self.size)


def mirror(start: float, step: float, num_frames: int) -> np.ndarray:
    """Places (T,) in [0, 1] of a point that walls reflect without any loss."""
    straight = start + step * np.arange(1, num_frames + 1)
    return 1 - np.abs(straight % 2 - 1)


def draw_walls(start: float, step: float, box: int, num_frames: int) -> Picture:
    """The path in pixels under both laws, and in the words the distance that the clamp has lost."""
    places, walls = (a[:, 0] for a in bounce(np.array([start]), np.array([step]), num_frames))
    exact = mirror(start, step, num_frames)
    time = np.arange(1, num_frames + 1)
    met = [str(t) for t in time[walls]]
    if not met:
        words = "No wall was met, so both paths are one."
    else:
        apart = box * np.abs(places - exact).max()
        words = f"A wall was met in the step into frame {' and '.join(met)}. " + (
            f"The two paths come as far as {apart:.1f} pixels apart."
            if apart > 0.05
            else "The steps ended exactly on the wall, so nothing was cut off."
        )
    return curves(
        {"released law": (time, places * box), "exact mirror": (time, exact * box)},
        {"far wall": float(box), "near wall": 0.0},
        f"Start {start * box:.1f}, {abs(step) * box:.1f} pixels a frame. {words}",
        xlabel="frame",
        ylabel="place in pixels",
    )
