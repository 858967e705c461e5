"""The explorer of lesson 06c: a grid of stored models."""

from __future__ import annotations

from typing import Any

import ipywidgets

from lstm_video_lab.data.frames import unpack_frames
from lstm_video_lab.lessons.table2 import sequence_figures
from lstm_video_lab.lessons.table2.experiment import name_of, tried_values
from lstm_video_lab.plots.canvas import Picture
from lstm_video_lab.widgets.base import LABEL, LabWidget, slider


class CompositeExplorer(LabWidget):
    """Choose units, layers and conditioning; see how that model learnt, and what it predicts.

    `result`: `load_result("composite")`.
    """

    title = "the composite model: units, layers, conditioning"

    def __init__(self, result: dict[str, Any]) -> None:
        self.result = result
        super().__init__()

    def controls(self) -> dict[str, Any]:
        units, layers, conditional = tried_values(self.result)
        words = [(value or "none", value) for value in conditional]
        any_model = next(iter(self.result["models"].values()))
        stored = unpack_frames(any_model["examples"]["frames"]).shape[1]
        return {
            "units": _steps("Units", units, units[-1]),
            "layers": _steps("Layers", layers, layers[0]),
            "conditional": _steps("Conditioning", words, conditional[0]),
            "sequence": slider("Sequence", 1, 1, stored),
        }

    def render(self, units: int, layers: int, conditional: bool | str, sequence: int) -> Picture:
        name = name_of(units, layers, conditional)
        return sequence_figures.draw_composite(self.result, name, sequence)


def _steps(description: str, options, value) -> ipywidgets.SelectionSlider:
    """A labelled slider over a few values."""
    return ipywidgets.SelectionSlider(
        options=options, value=value, description=description, style=LABEL
    )
