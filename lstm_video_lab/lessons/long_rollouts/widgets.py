"""The explorers of lesson 09: scrub through a long rollout; look for a period in the units.

T steps, B sequences, H × W the size of a frame, U units, D digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets
import numpy as np
from torch import Tensor

from lstm_video_lab.lessons.long_rollouts.experiment import Rollout
from lstm_video_lab.lessons.long_rollouts.figures import draw_periods, draw_rollout
from lstm_video_lab.plots import Picture
from lstm_video_lab.widgets.base import LabWidget, dropdown, player, row, slider

STRIPS = [("activity", False), ("activity less each unit's mean", True)]


class RolloutExplorer(LabWidget):
    """Choose a sequence, scrub through the frames to come: pictures, error, and what units do.

    `rollouts`: model -> its rollout; `truth`: (T, B, H, W) in [0, 1]; `baselines`: name -> nats
    per frame; `step`: how many frames ahead the first picture is.
    """

    title = "a long rollout, frame by frame"

    def __init__(
        self,
        rollouts: Mapping[str, Rollout],
        truth: Tensor,
        baselines: Mapping[str, float],
        step: int = 15,
    ) -> None:
        self.rollouts, self.truth, self.baselines = rollouts, truth.numpy(), baselines
        self.first = min(step, len(truth))
        super().__init__()

    def controls(self) -> dict[str, Any]:
        steps, sequences = self.truth.shape[:2]
        return {
            "sequence": slider("Sequence", 1, 1, sequences),
            "step": slider("Frames ahead", self.first, 1, steps),
            "centred": dropdown("Units", False, STRIPS),
        }

    def arrange(self, controls: dict[str, Any]) -> ipywidgets.Widget:
        return row(controls["sequence"], player(controls["step"], 150), controls["centred"])

    def render(self, sequence: int, step: int, centred: bool) -> Picture:
        return draw_rollout(self.rollouts, self.truth, self.baselines, sequence, step, centred)


class PeriodExplorer(LabWidget):
    """Slide a window over the rollout; see after how many steps the units are alike again.

    `units`: name -> (T, B, U); `positions` (T, B, D, 2): where the digits really are.
    """

    title = "autocorrelation of the units in a window of time"

    def __init__(self, units: Mapping[str, np.ndarray], positions: np.ndarray) -> None:
        paths = positions.reshape(*positions.shape[:2], -1).astype(float)  # (T, B, 2 D)
        self.activity = {**units, "true places": paths}
        super().__init__()

    def controls(self) -> dict[str, Any]:
        steps, sequences = self.activity["true places"].shape[:2]
        last = steps - steps // 2 + 1
        return {
            "start": slider("Window starts at frame", last, 1, last),
            "sequence": slider("Sequence (0: mean of all)", 0, 0, sequences),
        }

    def render(self, start: int, sequence: int) -> Picture:
        return draw_periods(self.activity, start, sequence)
