"""The pictures of lesson 13: accuracies as the clips are shown, and the answers to one clip.

T time, S side of a frame, K classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from lstm_video_lab import plots
from lstm_video_lab.data.frames import FRAME_ORDERS
from lstm_video_lab.lessons.temporal_models.experiment import TASKS, accuracy
from lstm_video_lab.plots import Picture

MOST = 4  # classes that are drawn


def overview(result: dict[str, Any]) -> Picture:
    """Accuracy of “3d” on every task, for each way to show the clips."""
    heights = {}
    for order in FRAME_ORDERS:
        heights[order] = [accuracy(result, order, task=task, kind="3d")[0] for task in TASKS]
    return plots.bars(list(TASKS), heights, ylabel="accuracy of 3d on test clips, %")


def draw_answers(
    frames: Tensor, answers: Tensor, names: Sequence[str], label: int, text: str = ""
) -> Picture:
    """A clip (T, S, S) over how likely each class is after each of its frames, answers (T, K).

    Of many classes the likeliest are drawn, and the true one.
    """
    last = int(answers[-1].argmax())
    rows = {"clip": frames}
    for k in sorted({label, *answers.amax(0).argsort()[-MOST:].tolist()}):
        name = f"{names[k]} (true)" if k == label else names[k]
        rows[name] = answers[:, k, None, None].expand_as(frames)
    text += (
        f"Here its last answer is {names[last]} ({answers[-1, last]:.2f}), the truth "
        f"{names[label]}."
    )
    return plots.frames(rows, f"{text} White: certain.")
