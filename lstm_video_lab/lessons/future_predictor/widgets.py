"""The explorers of lesson 05: what a conditional decoder was fed, and one guess for two futures."""

from __future__ import annotations

from typing import Any

import ipywidgets

from lstm_video_lab.data.frames import unpack_frames
from lstm_video_lab.lessons.future_predictor import figures
from lstm_video_lab.lessons.future_predictor.two_futures import Futures
from lstm_video_lab.plots.canvas import Picture
from lstm_video_lab.widgets.base import LABEL, LabWidget, dropdown, slider


class ConditioningExplorer(LabWidget):
    """Choose a model and whether it runs freely; see what it was fed, and its error per step.

    `result`: `load_result("conditioning")`.
    """

    title = "conditional decoders, scored in two ways"

    def __init__(self, result: dict[str, Any]) -> None:
        self.result = result
        super().__init__()

    def controls(self) -> dict[str, Any]:
        ways = [(words, shown) for shown, words in figures.WAYS.items()]
        models = [(words, name) for name, words in figures.MODELS.items()]
        stored = unpack_frames(self.result["models"]["own"]["examples"]["frames"]).shape[1]
        return {
            "model": dropdown("Model", "teacher", models),
            "shown": ipywidgets.ToggleButtons(
                options=ways, value=False, description="Scored", style=LABEL
            ),
            "sequence": slider("Sequence", 1, 1, stored),
        }

    def render(self, model: str, shown: bool, sequence: int) -> Picture:
        return figures.draw_conditioning(self.result, model, shown, sequence)


class FuturesExplorer(LabWidget):
    """Move the probability of left; see the best guess for squared error, and what it costs."""

    title = "two futures and one guess"

    def __init__(self, futures: Futures) -> None:
        self.futures = futures
        super().__init__()

    def controls(self) -> dict[str, Any]:
        return {"p": slider("Probability of left", 0.5, 0.0, 1.0, 0.05)}

    def render(self, p: float) -> Picture:
        return figures.draw_futures(self.futures, p)
