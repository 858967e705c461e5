"""The explorer of lesson 14: hidden states over time.

T frames, S side of a frame.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from lstm_video_lab.lessons.video_ladder.model import Ladder
from lstm_video_lab.lessons.video_ladder.state_figures import draw_states
from lstm_video_lab.plots import Picture
from lstm_video_lab.widgets.base import LabWidget, dropdown, slider


class StateExplorer(LabWidget):
    """The hidden states of a rung while a ladder reads a clip (T, S, S) in [0, 1]."""

    title = "hidden states of a ladder"

    def __init__(self, model: Ladder, clip: Tensor) -> None:
        self.clip = clip
        with torch.inference_mode():
            self.states = model.encode(clip[:-1, None, None])
            self.predicted = [
                model.decode(states, frame[None, None])[0, 0, 0]
                for states, frame in zip(self.states, clip, strict=False)
            ]
        super().__init__()

    def controls(self) -> dict[str, Any]:
        rungs = [(f"{h[0].shape[-1]}×{h[0].shape[-1]}", k) for k, h in enumerate(self.states[0])]
        frame = slider("Frames seen", len(self.states) // 2, 1, len(self.states))
        return {"frame": frame, "rung": dropdown("Rung", 0, rungs)}

    def render(self, frame: int, rung: int) -> Picture:
        return draw_states(self.clip, self.states, self.predicted, frame, rung)
