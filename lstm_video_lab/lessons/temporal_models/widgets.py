"""The explorer of lesson 13: a clip in order, shuffled, or one frame repeated, and the answers.

T time, B clips, S side of a frame, K classes.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import Tensor

from lstm_video_lab.data.frames import FRAME_ORDERS, reorder
from lstm_video_lab.lessons.temporal_models.experiment import TASKS
from lstm_video_lab.lessons.temporal_models.figures import draw_answers
from lstm_video_lab.lessons.temporal_models.model import TemporalModel
from lstm_video_lab.plots import Picture
from lstm_video_lab.widgets.base import LabWidget, dropdown, slider


class TemporalExplorer(LabWidget):
    """Choose a model, how the clip is shown to it, and how many frames of it.

    models: (task, kind) → model; tests: task → (clips (T, B, S, S) in [0, 1], labels (B,)).
    """

    title = "a clip as it is shown, and the answer after each frame"

    def __init__(self, models: dict[tuple[str, str], TemporalModel], tests: dict) -> None:
        self.models, self.tests, self.answers = models, tests, cache(self._answers)
        super().__init__()

    def controls(self) -> dict[str, Any]:
        choices = [(f"{task}: {kind}", (task, kind)) for task, kind in self.models]
        first = choices[0][1]
        T, B = self.tests[first[0]][0].shape[:2]
        return {
            "which": dropdown("Question and model", first, choices),
            "order": dropdown("Frames", FRAME_ORDERS[0], FRAME_ORDERS),
            "count": slider("How many", T, 1, T),
            "clip": slider("Clip", 1, 1, B),
        }

    @torch.no_grad()
    def _answers(self, which: tuple[str, str], order: str) -> tuple[Tensor, Tensor]:
        """All clips as they are shown, and the probabilities after each frame (T, B, K)."""
        clips = reorder(self.tests[which[0]][0], order)
        return clips, self.models[which](clips).softmax(-1)

    def render(self, which: tuple[str, str], order: str, count: int, clip: int) -> Picture:
        task, kind = which
        clips, answers = (each[:count] for each in self.answers(which, order))
        labels, n = self.tests[task][1], clip - 1
        right = (answers[-1].argmax(1) == labels).double().mean().item()
        text = (
            f"“{kind}” sees {count} frames, {order}: it is right on {right:.0%} of {len(labels)} "
            f"test clips; chance is {1 / answers.shape[2]:.0%}. "
        )
        return draw_answers(clips[:, n], answers[:, n], TASKS[task], int(labels[n]), text)
