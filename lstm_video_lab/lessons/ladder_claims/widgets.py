"""The explorer of lesson 14b: what is learnt under a mix of losses."""

from __future__ import annotations

from typing import Any

from lstm_video_lab.lessons.ladder_claims.colour_figures import draw_mix
from lstm_video_lab.plots import Picture
from lstm_video_lab.widgets.base import LabWidget, slider


class MixExplorer(LabWidget):
    """Mix three losses, in shares that sum to one, and see what was learnt from colour clips."""

    title = "what is learnt under a mix of losses"

    def __init__(self, result: dict[str, Any]) -> None:
        self.result = result
        super().__init__()

    def controls(self) -> dict[str, Any]:
        of_rest = slider("L1's share of what DSSIM leaves", 0.0, 0.0, 1.0, 0.5)
        return {"dssim": slider("Share of DSSIM", 0.0, 0.0, 1.0, 0.5), "l1": of_rest}

    def render(self, dssim: float, l1: float) -> Picture:
        return draw_mix(self.result, dssim, l1)
