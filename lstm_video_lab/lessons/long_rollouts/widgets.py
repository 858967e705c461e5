"""Long rollouts: scrub through a hundred predicted frames, and look for a period in the units.

T steps, B sequences, H × W the size of a frame, U units, M models.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import ipywidgets
import numpy as np
import torch
from torch import Tensor

from lstm_video_lab import plots
from lstm_video_lab.lessons.long_rollouts.experiment import (
    LAGS,
    UNITS,
    autocorrelation,
    measure,
    peak,
    roll_out,
)
from lstm_video_lab.models import VideoModel
from lstm_video_lab.plots import lay_strip
from lstm_video_lab.plots.canvas import (
    FAINT,
    FONT,
    GAP,
    INK,
    SMALL,
    WIDTH,
    Picture,
    add_axes,
    draw_levels,
    draw_lines,
    finish,
    fit,
    label_ends,
    paste,
    room_for,
    sheet,
    tile,
    write,
)
from lstm_video_lab.widgets.base import LabWidget, dropdown, player, row, slider

CHART, STRIP, LEFT = 190, 90, 130  # pixels
STRIPS = [("activity", False), ("activity less each unit's mean", True)]


class Dream(NamedTuple):
    """A rollout: frames (T, B, H, W) in [0, 1], units (T, B, U), and their measures (T, B)."""

    frames: np.ndarray
    units: np.ndarray
    found: dict[str, np.ndarray]


def dream(models: Mapping[str, VideoModel], frames: Tensor, seen: int) -> dict[str, Dream]:
    """Roll every model out over frames (T, B, H, W) in [0, 1], of which `seen` are its input.

    Of its units, at most UNITS are kept: drawn at random, the same ones in every model.
    """
    past, truth = frames.tensor_split([seen])
    dreams = {}
    for name, model in models.items():
        logits, units = roll_out(model, past, len(truth))
        found = {key: value.numpy() for key, value in measure(logits, truth).items()}
        chosen = np.random.default_rng(0).permutation(units.shape[2])[:UNITS]
        dreams[name] = Dream(torch.sigmoid(logits).numpy(), units[..., chosen].numpy(), found)
    return dreams


class RolloutExplorer(LabWidget):
    """Choose a sequence, scrub through the frames to come: pictures, error, and what units do.

    `truth`: (T, B, H, W) in [0, 1]; `baselines`: name -> nats per frame.
    """

    title = "a long rollout, frame by frame"

    def __init__(
        self, dreams: Mapping[str, Dream], truth: Tensor, baselines: Mapping[str, float], step=15
    ) -> None:
        self.dreams, self.truth, self.baselines = dreams, truth.numpy(), baselines
        self.first = min(step, len(truth))
        super().__init__()

    def controls(self) -> dict[str, Any]:
        steps, sequences = self.truth.shape[:2]
        return {
            "sequence": slider("Sequence", 1, 1, sequences),
            "step": slider("Predicted frame", self.first, 1, steps),
            "centred": dropdown("Units", False, STRIPS),
        }

    def arrange(self, controls: dict[str, Any]) -> ipywidgets.Widget:
        return row(controls["sequence"], player(controls["step"], 150), controls["centred"])

    def render(self, sequence: int, step: int, centred: bool) -> Picture:
        return draw_rollout(self.dreams, self.truth, self.baselines, sequence, step, centred)


def draw_rollout(
    dreams: Mapping[str, Dream],
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
    shown = {"truth": truth[t, b]} | {name: one.frames[t, b] for name, one in dreams.items()}
    side = fit(truth.shape[-1], min((WIDTH - 16) / len(shown) - 2 - GAP, 130))
    cells = tile(list(shown.values()), len(shown), side)
    high = cells.shape[0] + 34
    figure = sheet(WIDTH, high + CHART + len(dreams) * (STRIP + 8) + 62)
    paste(figure, cells, 8, 26)
    for n, name in enumerate(shown):
        write(figure, name, 8 + (n + 0.5) * (side + 2 + GAP), 6, ha="center")
    errors = {name: one.found["cross_entropy"][:, b] for name, one in dreams.items()}
    _lay_errors(figure, errors, baselines, step, high)
    top = high + CHART + 22
    for n, (name, one) in enumerate(dreams.items()):
        place = (LEFT, top + n * (STRIP + 8), WIDTH - LEFT - 60, STRIP)
        units = one.units[:, b] - centred * one.units[:, b].mean(0)  # (T, U)
        lay_strip(figure, units, *place, name, t, (-1.0, 1.0))
    many, steps = units.shape[1], len(truth)
    words = f"{many} units drawn at random, each a line; time runs to the right, 1 to {steps}"
    below = top + len(dreams) * (STRIP + 8) + 2
    write(figure, words, LEFT, below, fontsize=SMALL, color=FAINT)
    said = "; ".join(
        f"{name} {error[t]:.1f} nats, sharpness {one.found['sharpness'][t, b]:.2f}, units move by "
        f"{_movement(one.units[:, b], t):.3f}"
        for (name, one), error in zip(dreams.items(), errors.values(), strict=True)
    )
    levels = ", ".join(f"{name} {level:.1f}" for name, level in baselines.items())
    return finish(
        figure,
        f"Sequence {sequence}, predicted frame {step} of {len(truth)}. {said}. Baselines: {levels}."
        " Sharpness: 1 is that of the true frames.",
    )


def _movement(units: np.ndarray, t: int) -> float:
    """Root mean square of the change of units (T, U) in the step into t; into 1 for t = 0."""
    t = max(t, 1)
    return float(np.sqrt(((units[t] - units[t - 1]) ** 2).mean()))


def _lay_errors(figure, errors, baselines: Mapping[str, float], step: int, top: float) -> None:
    """Nats per frame of one sequence over the steps, the current one marked."""
    names = [f"{name} 123.4" for name in [*errors, *baselines]]
    axes = add_axes(figure, 72, top, WIDTH - 112 - room_for(names), CHART - 30)
    steps = np.arange(1, len(next(iter(errors.values()))) + 1)
    ends = draw_lines(axes, {name: (steps, error) for name, error in errors.items()})
    ends += draw_levels(axes, baselines)
    axes.axvline(step, color=FAINT, linewidth=2.5)
    axes.set(xlim=(1, len(steps)), ylim=(0, None))
    axes.set_xlabel("predicted frame", color=INK, fontsize=FONT)
    axes.set_ylabel("nats per frame", color=INK, fontsize=FONT)
    label_ends(figure, axes, ends)


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


def draw_periods(activity: Mapping[str, np.ndarray], start: int, sequence: int = 0) -> Picture:
    """Autocorrelation in the half of the rollout that begins at frame `start`, and its peaks."""
    lines, said = {}, []
    for name, values in activity.items():
        half = len(values) // 2
        part = values[start - 1 : start - 1 + half]
        part = part if sequence == 0 else part[:, sequence - 1 : sequence]
        curve = autocorrelation(part, min(LAGS, half * 7 // 10))  # (K, B)
        lines[name] = (range(len(curve)), curve.mean(1))
        said.append(f"{name}: {_words(*peak(curve.mean(1, keepdims=True)))}")
    whose = f"sequence {sequence}" if sequence else f"mean of {part.shape[1]} sequences"
    text = (
        f"Frames {start} to {start - 1 + half}, {whose}. Peak after the first dip: "
        f"{'; '.join(said)}. A height of 1 is perfect repetition."
    )
    return plots.curves(lines, None, text, xlabel="steps later", ylabel="alike (1: the same)")


def _words(lag: np.ndarray, height: np.ndarray) -> str:
    return f"{height[0]:.2f} at {lag[0]} steps" if lag[0] else "none"
