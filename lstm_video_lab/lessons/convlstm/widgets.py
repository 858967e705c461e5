"""The explorers of lesson 07: how far a change of one pixel reaches, and two rivals' curves."""

from __future__ import annotations

from typing import Any

import ipywidgets

from lstm_video_lab.lessons.convlstm import figures
from lstm_video_lab.plots.canvas import Picture
from lstm_video_lab.settings import Settings
from lstm_video_lab.widgets.base import LABEL, LabWidget, dropdown, slider


class ReachExplorer(LabWidget):
    """Change one pixel of the first frame; see which patches of the state can know it, and do."""

    title = "how far a change of one pixel reaches"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        super().__init__()

    def controls(self) -> dict[str, Any]:
        s = self.settings
        sides = [side for side in (2, 4, 8) if s.image_size % side == 0]
        return {
            "kernel": _choice("Kernel", (1, 3, 5, 7), 5),
            "patch": _choice("Patch", sides, 4),
            "layers": slider("Layers", 1, 1, 3),
            "steps": slider("Further steps", min(2, s.frames_in - 1), 0, s.frames_in - 1),
        }

    def render(self, kernel: int, patch: int, layers: int, steps: int) -> Picture:
        return figures.draw_reach(self.settings, kernel, patch, layers, steps)


def _choice(description: str, options, value) -> ipywidgets.SelectionSlider:
    return ipywidgets.SelectionSlider(
        options=[(str(one), one) for one in options],
        value=value if value in options else options[0],
        description=description,
        style=LABEL,
    )


class RivalExplorer(LabWidget):
    """Stored learning curves, counted in steps or in seconds.

    `result`: `load_result("convolution")`.
    """

    title = "fully connected against convolutional"

    def __init__(self, result: dict[str, Any]) -> None:
        self.result = result
        super().__init__()

    def controls(self) -> dict[str, Any]:
        groups = [("conv against fully connected", "rivals"), ("size of the kernel", "kernels")]
        return {
            "group": dropdown("Models", "rivals", groups),
            "count": dropdown("Counted in", "seconds", ["seconds", "steps", "sequences"]),
            "part": dropdown("Error of", "future", ["future", "reconstruction"]),
        }

    def render(self, group: str, count: str, part: str) -> Picture:
        return figures.draw_rivals(self.result, group, count, part)
