"""Temporal models: show one a film in order, shuffled, or one frame repeated; watch it answer.

T time, B films, K classes.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import Tensor

from lstm_video_lab import plots
from lstm_video_lab.data.frames import FRAME_ORDERS, reorder
from lstm_video_lab.lessons.temporal_models.experiment import TASKS
from lstm_video_lab.lessons.temporal_models.model import TemporalModel
from lstm_video_lab.widgets.base import LabWidget, dropdown, slider

MOST = 4  # classes that are drawn


class TemporalExplorer(LabWidget):
    """Choose a model, how the film is shown to it, and how many frames of it.

    models: (task, kind) → model; tests: task → (films (T, B, S, S) in [0, 1], labels (B,)).
    """

    title = "a film as it is shown, and the answer after each frame"

    def __init__(self, models: dict[tuple[str, str], TemporalModel], tests: dict) -> None:
        self.models, self.tests, self.answers = models, tests, cache(self._answers)
        super().__init__()

    def controls(self) -> dict[str, Any]:
        there = [(f"{task}: {kind}", (task, kind)) for task, kind in self.models]
        T, B = self.tests[there[0][1][0]][0].shape[:2]
        return {
            "which": dropdown("Question and model", there[0][1], there),
            "how": dropdown("Frames", FRAME_ORDERS[0], FRAME_ORDERS),
            "count": slider("How many", T, 1, T),
            "film": slider("Film", 1, 1, B),
        }

    @torch.no_grad()
    def _answers(self, which: tuple[str, str], how: str) -> tuple[Tensor, Tensor]:
        """All films as they are shown, and the probabilities after each frame (T, B, K)."""
        shown = reorder(self.tests[which[0]][0], how)
        return shown, self.models[which](shown).softmax(-1)

    def render(self, which: tuple[str, str], how: str, count: int, film: int) -> plots.Picture:
        shown, given = (each[:count] for each in self.answers(which, how))
        labels, n = self.tests[which[0]][1], film - 1
        right = (given[-1].argmax(1) == labels).double().mean().item()
        text = (
            f"“{which[1]}” sees {count} frames, {how}: it is right on {right:.0%} of {len(labels)} "
        )
        text += f"test films; chance is {1 / given.shape[2]:.0%}. "
        return draw_answers(shown[:, n], given[:, n], TASKS[which[0]], int(labels[n]), text)


def draw_answers(frames: Tensor, given: Tensor, names, label: int, text="") -> plots.Picture:
    """A film (T, S, S) over how likely each class is after each of its frames, given (T, K).

    Of many classes the likeliest are drawn, and the true one.
    """
    last = int(given[-1].argmax())
    rows = {"film": frames}
    for k in sorted({label, *given.amax(0).argsort()[-MOST:].tolist()}):
        rows[names[k] + " (true)" * (k == label)] = given[:, k, None, None].expand_as(frames)
    text += (
        f"Here its last answer is {names[last]} ({given[-1, last]:.2f}), the truth {names[label]}."
    )
    return plots.frames(rows, f"{text} White: certain.")
