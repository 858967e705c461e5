"""The pictures of lesson 07: how far a change reaches, and who is ahead by which count.

T time, h × w patches.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lstm_video_lab import plots
from lstm_video_lab.lessons.convlstm.experiment import LABELS, error_over_seeds
from lstm_video_lab.lessons.convlstm.reach import receptive_radius, untrained_state_change
from lstm_video_lab.plots.canvas import Picture, levels_of
from lstm_video_lab.settings import Settings
from lstm_video_lab.widgets.time_lapse import draw_time_lapse

__all__ = ["draw_reach", "draw_rivals", "draw_time_lapse", "overview"]

FAINTEST = 1e-12  # a change that is smaller than this, beside the largest one, is drawn as black
GROUPS = {
    "rivals": {
        "16 maps": "conv",
        "16 units": "few, equal time",
        "256 units": "many, equal time",
    },
    "kernels": {"kernel 5": "conv", "kernel 3": "conv, kernel 3", "kernel 1": "conv, kernel 1"},
}


def overview(result: dict[str, Any]) -> Picture:
    """Future error of every model that predicts, mean and deviation over seeds, with baselines."""
    models = {name: model for name, model in result["models"].items() if model["future"]}
    scores = [error_over_seeds(model) for model in models.values()]
    seeds = next(iter(models.values()))["seeds"]
    return plots.bars(
        [LABELS[name] for name in models],
        [mean for mean, _ in scores],
        [deviation for _, deviation in scores],
        levels_of(result["baselines"]),
        title=f"Future cross-entropy, {seeds} seeds ({result['scale']} scale)",
    )


def draw_reach(settings: Settings, kernel: int, patch: int, layers: int, steps: int) -> Picture:
    """What the rule allows over what is measured, for every step."""
    s, changes = settings, untrained_state_change(settings, kernel, patch, layers)
    side = s.image_size // patch
    away = np.mgrid[:side, :side].max(0)  # (h, w), in patches from the corner
    allowed = np.stack([away <= receptive_radius(kernel, layers, t) for t in range(s.frames_in)])
    faint = np.log10(np.maximum(changes / changes.max(), FAINTEST)) / np.log10(FAINTEST)
    shown = np.where(changes > 0, 1 - 0.85 * faint, 0.0)
    rows = {
        name: maps.astype(float).repeat(patch, 1).repeat(patch, 2)
        for name, maps in (("may know of it", allowed), ("knows of it", shown))
    }
    radius = receptive_radius(kernel, layers, steps)
    farthest = int(away[changes[steps] > 0].max())
    pace = (kernel - 1) // 2 * patch
    speed = max(s.speed) if isinstance(s.speed, tuple) else s.speed
    moved = speed * (s.image_size - s.digit_size)
    return plots.frames(
        rows,
        f"The pixel in the corner of frame 1 was changed. {steps} step{'s' * (steps != 1)} later "
        f"the rule lets patches know of it that are up to {radius} away; in an untrained network "
        f"it is known up to {farthest} patches away, by {(changes[steps] > 0).sum()} patches of "
        f"{side**2}. A change travels {pace} pixels a step, a digit at most {moved:.1f}. "
        "In a fully connected LSTM every unit knows at once. "
        "Brightness: size of the change, logarithmic.",
        mark=steps,
    )


def draw_rivals(result: dict[str, Any], group: str, count: str, part: str) -> Picture:
    """Held-out error, the mean over seeds, against steps, sequences or seconds."""
    lines, facts = {}, []
    for words, name in GROUPS[group].items():
        model = result["models"][name]
        unit = {"steps": 1.0, "sequences": model["settings"]["batch_size"]}
        along = np.array(model["curve"]["step"]) * unit.get(count, result["step_seconds"][name])
        lines[words] = (along, model["curve"][part])
        mean, deviation = error_over_seeds(model, part)
        facts.append(
            f"{words} {mean:.1f} ± {deviation:.1f} after {model['steps']} steps "
            f"({model['parameters']:,} parameters)"
        )
    levels = levels_of(result["baselines"])
    if part == "reconstruction":
        levels = {}  # those of the future are of other frames
    beside = ", ".join(f"{name} {level:.1f}" for name, level in levels.items())
    baselines = f"Baselines: {beside}. " if beside else ""
    return plots.curves(
        lines,
        levels,
        f"{part.capitalize()}, nats per frame on held-out sequences at the end, mean ± deviation "
        f"over {model['seeds']} seeds: {'; '.join(facts)}. {baselines}"
        f"Stored results, {result['scale']} scale; each learning rate falls to 0 at its own end.",
        xlabel=count,
    )
