"""The pictures of lesson 08: ink, blobs counted in frames, and blobs over all sequences.

T frames, B sequences, H × W the size of a frame.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lstm_video_lab import plots
from lstm_video_lab.lessons.one_and_three_digits.experiment import (
    MOST,
    PARTS,
    Examples,
    blob_shares,
    ink_in_digits,
    label_blobs,
)
from lstm_video_lab.plots.canvas import INK, SMALL, Picture, room_for
from lstm_video_lab.plots.page import Page

SHADES = (1.0, 0.65, 0.4, 0.85, 0.55)  # of one blob after the other


def overview(result: dict[str, Any]) -> Picture:
    """Ink in the model's frames against ink in the true ones, both in digits."""
    numbers = [int(number) for number in result["digits"]]
    lines: dict[str, tuple] = {}
    words = []
    for part in PARTS:
        ink = ink_in_digits(result, part)
        lines[part] = (numbers, ink)
        words.append(f"{part}: {', '.join(f'{value:.2f}' for value in ink)}")
    lines["truth"] = (numbers, numbers)
    return plots.curves(
        lines,
        {"as in training": float(result["model"]["settings"]["num_digits"])},
        f"Ink, in digits' worth, shown {', '.join(map(str, numbers))} digits: {'; '.join(words)} "
        f"({result['sequences']} held-out sequences, {result['scale']} scale).",
        xlabel="digits shown",
        ylabel="ink given, in digits",
    )


def draw_count(
    examples: Examples, number: int, sequence: int, threshold: float, part: str = "future"
) -> Picture:
    """Truth and prediction of one sequence (from 1), and their blobs above the threshold."""
    n = sequence - 1
    rows = {"truth": examples.truth[part][:, n], "model": examples.predicted[part][:, n]}
    ink = {name: frames.sum((1, 2)) for name, frames in rows.items()}
    counts = {}
    for name in ("truth", "model"):
        labelled = [label_blobs(frame, threshold) for frame in rows[name]]
        rows[f"blobs, {name}"] = np.stack([_shade(blobs) for blobs, _ in labelled])
        counts[name] = np.array([many for _, many in labelled])
    first = 1 + (examples.frames_in if part == "future" else 0)
    page = Page(room_for([*rows, "frame"]), narrow=True)
    shown, pitch = page.frames(rows, first=first)
    page.gap(2)
    for name, many in counts.items():
        page.lines([f"count, {name}"], 0, va="top", fontsize=SMALL)
        page.columns(many[list(shown)], pitch, color=INK)
        page.gap(20)
    page.gap(4)
    return page.finish(
        f"{number} digit{'s' * (number > 1)}, sequence {sequence}: blobs per frame above "
        f"{threshold:.1f}, on average: truth {counts['truth'].mean():.1f}, model "
        f"{counts['model'].mean():.1f}. The model's frames hold "
        f"{number * ink['model'].sum() / ink['truth'].sum():.2f} digits' worth of ink. Error of "
        f"the frames to come: {examples.nats[n]:.1f} nats; over many sequences of {number}, the "
        f"mean image has {examples.mean_image:.1f}, the entropy bound {examples.bound:.1f}.",
    )


def _shade(blobs: np.ndarray) -> np.ndarray:
    """Numbered blobs as greys: neighbours in number differ."""
    return np.where(blobs > 0, np.take(SHADES, (blobs - 1) % len(SHADES)), 0.0)


def draw_blobs(result: dict[str, Any], number: int, threshold: float, part: str) -> Picture:
    """Of the frames in which the truth shows as many blobs as digits: how many the model shows."""
    level = int(np.argmin(np.abs(np.array(result["thresholds"]) - threshold)))
    cases = {"trained on two": result["digits"][str(number)]}
    if number == result["control"]["settings"]["num_digits"]:
        cases["trained on " + ("one" if number == 1 else str(number))] = result["control"]
    shares, words = {}, []
    for name, one in cases.items():
        share, frames = blob_shares(one[part]["blobs"][level], number)
        shares[name] = 100 * share
        listed = ", ".join(f"{k}: {100 * v:.1f} %" for k, v in enumerate(share) if v > 0)
        words.append(f"{name}: {listed} (of {frames} frames)")
    counts = [*map(str, range(MOST)), f"{MOST} or more"]
    return plots.bars(
        counts,
        shares,
        text=f"Frames in which the truth shows {number} blob{'s' * (number > 1)} above "
        f"{threshold:.1f}: blobs in the model's. {'; '.join(words)}. Stored results, "
        f"{result['sequences']} sequences, {result['scale']} scale.",
        ylabel="% of these frames",
    )
