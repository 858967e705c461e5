"""The explorers of lesson 12: the answers after every frame, and what labels are worth.

L frames of a block, B clips, S side of a frame, K classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from lstm_video_lab.data.actions import ACTIONS
from lstm_video_lab.lessons.percepts_and_actions.clip_figures import draw_answers
from lstm_video_lab.lessons.percepts_and_actions.figures import ENCODER, POOLED, WHAT, draw_labels
from lstm_video_lab.plots import Picture
from lstm_video_lab.widgets.base import LabWidget, dropdown, slider


class ActionExplorer(LabWidget):
    """Choose a clip; see it, and what the classifier answers after each of its frames.

    frames: (L, B, S, S) uint8; labels: (B,); logits: (L, B, K), the classifier's answers.
    """

    title = "one clip and the answers after each frame"

    def __init__(self, frames: Tensor, labels: Tensor, logits: Tensor) -> None:
        self.frames, self.labels, self.logits = frames, labels, logits
        super().__init__()

    def controls(self) -> dict[str, Any]:
        there = [(name, k) for k, name in enumerate(ACTIONS) if (self.labels == k).any()]
        fewest = min(int((self.labels == k).sum()) for _, k in there)
        return {
            "action": dropdown("Action", there[-1][1], there),
            "number": slider("Clip", 1, 1, fewest),
        }

    def render(self, action: int, number: int) -> Picture:
        n = int(torch.nonzero(self.labels == action)[number - 1, 0])
        return draw_answers(self.frames[:, n], self.logits[:, n], action)


class LabelsExplorer(LabWidget):
    """The curve of accuracy against labelled clips; `result`: `load_result("actions")`; `percepts`:
    the kinds to choose from.
    """

    title = "accuracy against labelled clips"

    def __init__(self, result: dict[str, Any], percepts: Sequence[str] = tuple(WHAT)) -> None:
        self.result, self.percepts = result, percepts
        super().__init__()

    def controls(self) -> dict[str, Any]:
        return {
            "percepts": dropdown(
                "Percepts", self.percepts[0], [(WHAT[kind], kind) for kind in self.percepts]
            ),
            "way": dropdown("Answer", "mean", [(words, way) for way, words in POOLED.items()]),
            "encoder": dropdown("Encoder", "best", [(words, e) for e, words in ENCODER.items()]),
        }

    def render(self, percepts: str, way: str, encoder: str) -> Picture:
        return draw_labels(self.result, way, encoder, percepts)
