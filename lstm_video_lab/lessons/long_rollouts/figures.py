"""The pictures of lesson 09 that widgets move: frames and units of a rollout, and periods.

T steps, B sequences, H × W the size of a frame, U units.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from lstm_video_lab import plots
from lstm_video_lab.lessons.long_rollouts.experiment import LAGS, Rollout, first_step_above
from lstm_video_lab.lessons.long_rollouts.periods import autocorrelation, peak
from lstm_video_lab.plots.canvas import (
    FAINT,
    FONT,
    GAP,
    INK,
    SMALL,
    Picture,
    draw_levels,
    draw_lines,
    fit,
    tile,
)
from lstm_video_lab.plots.page import Page

CHART, STRIP, LEFT = 160, 90, 130  # pixels


def overview(result: dict[str, Any]) -> Picture:
    """Error of every model over the rollout, as a part of its mean image's."""
    lines, words = {}, []
    for name, one in result["models"].items():
        error = one["per_step"]["cross_entropy"]
        level = one["baselines"]["mean_image"]["cross_entropy"]
        lines[name] = (range(1, len(error) + 1), np.array(error) / np.array(level))
        words.append(f"{name} at step {first_step_above(error, level) or 'none'}")
    return plots.curves(
        lines,
        {"mean image": 1.0},
        f"Error as a part of the mean image's, which is passed by: {'; '.join(words)}.",
        xlabel="frames ahead",
        ylabel="error / mean image's error",
    )


def draw_rollout(
    rollouts: Mapping[str, Rollout],
    truth: np.ndarray,
    baselines: Mapping[str, float],
    sequence: int = 1,
    step: int = 1,
    centred: bool = False,
) -> Picture:
    """Frame `step` (from 1) of every model beside the truth, over errors and strips of units.

    `centred`: what is shown of a unit is its activity less its own mean over the rollout.
    """
    b, t = sequence - 1, step - 1
    frames = {"truth": truth[t, b]} | {name: one.frames[t, b] for name, one in rollouts.items()}
    page = Page(least=16 + 140 * len(frames))  # of their names
    side = fit(truth.shape[-1], min((page.width - 16) / len(frames) - 2 - GAP, 130))
    page.columns(frames, side + 2 + GAP, 6, fontsize=FONT, color=INK)
    page.gap(26)
    page.tiles(tile(list(frames.values()), len(frames), side))
    page.gap(8)
    errors = {name: one.measures["cross_entropy"][:, b] for name, one in rollouts.items()}
    names = [f"{name} 123.4" for name in [*errors, *baselines]]
    axes = page.chart(CHART, names, "frames ahead", "nats per frame", margin=40, below=52)
    page.label_ends(axes, _draw_errors(axes, errors, baselines, step))
    _add_units(page, rollouts, b, t, centred)
    parts = []
    for name, one in rollouts.items():
        parts.append(
            f"{name} {errors[name][t]:.1f} nats, sharpness {one.measures['sharpness'][t, b]:.2f}, "
            f"units move by {_movement(one.units[:, b], t):.3f}"
        )
    levels = ", ".join(f"{name} {level:.1f}" for name, level in baselines.items())
    return page.finish(
        f"Sequence {sequence}, {step} of {len(truth)} frames ahead. {'; '.join(parts)}. "
        f"Baselines: {levels}. Sharpness: 1 is that of the true frames.",
    )


def _add_units(page: Page, rollouts: Mapping[str, Rollout], b: int, t: int, centred: bool) -> None:
    """A strip of each model's units, one below the other."""
    page.left = LEFT
    for name, one in rollouts.items():
        units = one.units[:, b]  # (T, U)
        if centred:
            units = units - units.mean(0)
        page.strip(units, STRIP, name, mark=t, limits=(-1.0, 1.0))
    steps, many = units.shape
    words = f"{many} units drawn at random, each a line; time runs to the right, 1 to {steps}"
    page.write(words, LEFT, 2, fontsize=SMALL, color=FAINT)
    page.gap(40)


def _movement(units: np.ndarray, t: int) -> float:
    """Root mean square of the change of units (T, U) in the step into t; into 1 for t = 0."""
    t = max(t, 1)
    return float(np.sqrt(((units[t] - units[t - 1]) ** 2).mean()))


def _draw_errors(
    axes: Axes, errors: Mapping[str, np.ndarray], baselines: Mapping[str, float], step: int
) -> list:
    """Nats per frame of one sequence over the steps, the current one marked."""
    steps = np.arange(1, len(next(iter(errors.values()))) + 1)
    ends = draw_lines(axes, {name: (steps, error) for name, error in errors.items()})
    ends += draw_levels(axes, baselines)
    axes.axvline(step, color=FAINT, linewidth=2.5)
    axes.set(xlim=(1, len(steps)), ylim=(0, None))
    return ends


def draw_periods(activity: Mapping[str, np.ndarray], start: int, sequence: int = 0) -> Picture:
    """Autocorrelation in the half of the rollout that begins at frame `start`, and its peaks."""
    lines, words = {}, []
    for name, values in activity.items():
        half = len(values) // 2
        part = values[start - 1 : start - 1 + half]
        part = part if sequence == 0 else part[:, sequence - 1 : sequence]
        curve = autocorrelation(part, min(LAGS, half * 7 // 10))  # (K, B)
        lines[name] = (range(len(curve)), curve.mean(1))
        words.append(f"{name}: {_peak_words(*peak(curve.mean(1, keepdims=True)))}")
    whose = f"sequence {sequence}" if sequence else f"mean of {part.shape[1]} sequences"
    text = (
        f"Frames {start} to {start - 1 + half}, {whose}. Peak after the first dip: "
        f"{'; '.join(words)}. A height of 1 is perfect repetition."
    )
    return plots.curves(lines, None, text, xlabel="steps later", ylabel="alike (1: the same)")


def _peak_words(lag: np.ndarray, height: np.ndarray) -> str:
    return f"{height[0]:.2f} at {lag[0]} steps" if lag[0] else "none"
