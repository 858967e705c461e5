"""The explorers of lesson 01: gradients through time, and the price of a memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ipywidgets

from lstm_video_lab.lessons.recurrence_and_memory.figures import draw_gains, draw_memories
from lstm_video_lab.lessons.recurrence_and_memory.jacobians import measure_gains
from lstm_video_lab.plots.canvas import Picture
from lstm_video_lab.widgets.base import LABEL, LabWidget, dropdown, row, slider

SCALES = tuple(0.25 * n for n in range(1, 13))
SHOWN = ("RNN", "GRU", "LSTM, forget 0", "LSTM, forget 1", "LSTM, forget 5")


class GradientExplorer(LabWidget):
    """Choose a cell, the size of its recurrent weights and a length; scrub through the steps.

    What is shown is measured when it is first asked for. `seeds`: of the cells; `longest`: steps;
    `cell`, `scale`, `back`: what is shown first.
    """

    title = "gradients through time"

    def __init__(
        self,
        seeds: Sequence[int] = (0, 1, 2),
        longest: int = 100,
        *,
        cell: str = "RNN",
        scale: float = 1.0,
        back: int = 10,
    ) -> None:
        self.seeds, self.longest, self.first = tuple(seeds), longest, (cell, scale, back)
        super().__init__()

    def controls(self) -> dict[str, Any]:
        cell, scale, back = self.first
        longest = self.longest
        sizes = ipywidgets.SelectionSlider(
            options=[(f"{size:g}", size) for size in SCALES],
            value=scale,
            description="Weight scale",
            style=LABEL,
        )
        return {
            "cell": dropdown("Cell", cell, SHOWN),
            "scale": sizes,
            "length": slider("Length", min(50, longest), 2, longest),
            "back": slider("Steps back", min(back, longest), 1, longest),
        }

    def arrange(self, controls: dict[str, Any]) -> ipywidgets.Widget:
        first, *rest = controls.values()
        return ipywidgets.VBox([row(first, rest[0]), row(*rest[1:])])

    def render(self, cell: str, scale: float, length: int, back: int) -> Picture:
        gains = measure_gains(cell, scale, self.seeds, self.longest)
        return draw_gains(gains, cell, scale, length, min(back, length))


class MemoryExplorer(LabWidget):
    """Move the number of frames: how much each way to remember must hold, and what it gives back.

    `result`: `load_result("recurrence")`.
    """

    title = "one state, or every frame"

    def __init__(self, result: Mapping[str, Any]) -> None:
        self.result = result
        super().__init__()

    def controls(self) -> dict[str, Any]:
        lengths = self.result["lengths"]
        frames = ipywidgets.SelectionSlider(
            options=[(str(length), n) for n, length in enumerate(lengths)],
            value=len(lengths) // 2,
            description="Frames T",
            style=LABEL,
        )
        return {"frames": frames}

    def render(self, frames: int) -> Picture:
        return draw_memories(self.result, frames)
