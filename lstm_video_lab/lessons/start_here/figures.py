"""The pictures of lesson 00.

T frames, H × W the size of a frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import ArrayLike

from lstm_video_lab import plots
from lstm_video_lab.plots import Picture


def draw_candidates(clip: ArrayLike, seen: int, ahead: int) -> Picture:
    """Three candidates for the frame that comes `ahead` frames after the last one seen."""
    shown = [clip[seen - 1], clip[seen + ahead - 1], clip[seen - 1 - ahead]]  # type: ignore[index]
    return plots.images(
        shown, "ABC", f"Three candidates for frame {seen + ahead}: A, B and C.", columns=3
    )


def draw_answer(clip: ArrayLike, seen: int, ahead: int) -> Picture:
    """The whole clip, with the frame that was asked for."""
    return plots.frames(
        {"clip": clip},
        f"B is what comes: frame {seen + ahead}, with the thick border. A is the last frame that "
        f"you saw, and C is from {ahead} frames before that.",
        mark=seen + ahead - 1,
    )


def draw_moments(
    shots: Mapping[str, ArrayLike],
    loss: float,
    levels: Mapping[str, Any],
    made: str,
    first: int,
) -> Picture:
    """What was predicted at some moments of a training, below the truth.

    `loss`: on the future after the last step, nats per frame; `levels`: the baselines of the world,
    see `evaluation.baselines`; `first`: number of the first frame.
    """
    fog, spot = (levels[name]["cross_entropy"] for name in ("mean_image", "mean_digit"))
    return plots.frames(
        shots,
        "Clip 56 goes on. Below the truth: what was predicted at that step of training; the last "
        f"{made}. Loss on the future after its last step: {loss:.0f} nats per frame. Mean image: "
        f"{fog:.0f}. Mean digit at the true place: {spot:.0f}.",
        first=first,
    )
