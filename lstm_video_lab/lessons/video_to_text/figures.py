"""The pictures of lesson 15: what captions name, and which frames a word hangs on.

T frames, S side of a frame, L words of a sentence, the full stop among them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

from torch import Tensor

from lstm_video_lab import plots
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.lessons.video_to_text.data import END
from lstm_video_lab.lessons.video_to_text.experiment import TESTS, VARIANTS, across_seeds
from lstm_video_lab.lessons.video_to_text.model import (
    Captioner,
    black_out,
    generate,
    word_losses,
)
from lstm_video_lab.plots import Picture


def overview(result: dict[str, Any], variants: Iterable[str] = VARIANTS) -> Picture:
    """Bars of the captions that name the digit and the motion in each of TESTS, with spreads."""
    cases = list(product(("digit", "motion"), TESTS))
    there = {run["variant"] for run in result["runs"]}
    means, spreads = {}, {}
    for name in variants:
        if name in there:
            figures = [across_seeds(result, name, *case) for case in cases]
            means[name] = [round(mean, 1) for mean, _ in figures]
            spreads[name] = [round(spread, 1) for _, spread in figures]
    return plots.bars(
        [", ".join(case) for case in cases],
        means,
        spreads,
        {"motion at random": 12.5, "digit at random": 10.0},
        ylabel=f"% of captions, {result['scale']} scale",
    )


def draw_caption(
    model: Captioner,
    percepts_of: Callable[[Tensor], Tensor],
    frames: Tensor,
    truth: str,
    width: int = 1,
    count: int = 1,
) -> Picture:
    """A clip (T, 1, S, S) over its caption; a word is bright below a frame that it cannot spare.

    percepts_of: frames uint8 (T, B, S, S) → percepts (T, B, X); width: of the beam; count: frames
    that are black at a time.
    """
    percepts = percepts_of(black_out(frames, count))  # (T, 1 + T, X)
    (caption,), score = generate(model, percepts[:, :1], width)
    loss = word_losses(model, percepts, caption)  # (L, T)
    white = loss.max().clamp(min=1)
    words = [*caption.split(), END]
    rows = {"clip": to_unit(frames[:, 0])}
    for k, word in enumerate(words):
        light = (loss[k] / white)[:, None, None].expand(-1, *frames.shape[2:])
        rows[word + " " * k] = light  # a word may come twice
    most, at = loss.max(1)  # (L,)
    strongest = ", ".join(
        f"“{words[k]}” {most[k]:.1f} (frame {at[k] + 1})" for k in most.argsort(descending=True)[:3]
    )
    return plots.frames(
        rows,
        f"Shown: {truth}. Written: “{caption}” (log p {score[0]:.2f} nats). Below a frame, a word "
        f"is as bright as its log p falls when the frames about it are black, {count} at a time "
        f"(white: {white:.1f} nats). Most, in nats: {strongest}.",
    )
