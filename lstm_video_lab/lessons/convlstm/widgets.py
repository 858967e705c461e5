"""Fully connected against convolutional: how far a pixel is heard, and who is ahead by which count.

T time, S side of a frame, h × w patches.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import ipywidgets
import numpy as np
import torch

from lstm_video_lab import evaluation, plots
from lstm_video_lab.lessons.convlstm import experiment as lib
from lstm_video_lab.models import VideoModel
from lstm_video_lab.plots.canvas import Picture, levels_of
from lstm_video_lab.settings import Settings
from lstm_video_lab.widgets.base import LABEL, LabWidget, dropdown, slider

UNITS = 4  # channels of the networks that are tried: how far they hear does not depend on it
FAINTEST = 1e-12  # a change that is smaller than this, beside the largest one, is drawn as black


class ReachExplorer(LabWidget):
    """Change one pixel of the first frame; see which patches of the state can know it, and do."""

    title = "how far one pixel is heard"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        super().__init__()

    def controls(self) -> dict[str, Any]:
        s = self.settings
        sides = [side for side in (2, 4, 8) if s.image_size % side == 0]
        return {
            "kernel": _choice("Kernel", (1, 3, 5, 7), 5),
            "patch": _choice("Patch", sides, 4),
            "layers": slider("Layers", 1, 1, 3),
            "steps": slider("Further steps", min(2, s.frames_in - 1), 0, s.frames_in - 1),
        }

    def render(self, kernel: int, patch: int, layers: int, steps: int) -> Picture:
        return draw_reach(self.settings, kernel, patch, layers, steps)


def _choice(description: str, options, value) -> ipywidgets.SelectionSlider:
    return ipywidgets.SelectionSlider(
        options=[(str(one), one) for one in options],
        value=value if value in options else options[0],
        description=description,
        style=LABEL,
    )


@lru_cache(maxsize=64)
def heard(settings: Settings, kernel: int, patch: int, layers: int) -> np.ndarray:
    """|change of h| (T, h, w) of an untrained network when the pixel in the corner changes."""
    s = settings
    model = VideoModel(
        cell="convlstm",
        units=UNITS,
        layers=layers,
        kernel_size=kernel,
        patch=patch,
        image_size=s.image_size,
        reconstruct=False,
    ).double()
    frames = evaluation.heldout_data(s).batch(0, 1)[: s.frames_in, 0].double() / 255  # (T, S, S)
    return lib.spread_of_a_pixel(model, frames, (0, 0))


def draw_reach(settings: Settings, kernel: int, patch: int, layers: int, steps: int) -> Picture:
    """What the rule allows over what is measured, for every step."""
    s, changes = settings, heard(settings, kernel, patch, layers)
    side = s.image_size // patch
    away = np.mgrid[:side, :side].max(0)  # (h, w), in patches from the corner
    allowed = np.stack([away <= lib.horizon(kernel, layers, t) for t in range(s.frames_in)])
    faint = np.log10(np.maximum(changes / changes.max(), FAINTEST)) / np.log10(FAINTEST)
    shown = np.where(changes > 0, 1 - 0.85 * faint, 0.0)
    rows = {
        name: maps.astype(float).repeat(patch, 1).repeat(patch, 2)
        for name, maps in (("may know of it", allowed), ("knows of it", shown))
    }
    farthest = int(away[changes[steps] > 0].max())
    pace = (kernel - 1) // 2 * patch
    moved = _speed(s) * (s.image_size - s.digit_size)
    return plots.frames(
        rows,
        f"The pixel in the corner of frame 1 was changed. {steps} step{'s' * (steps != 1)} later "
        f"the rule lets patches know of it that are up to {lib.horizon(kernel, layers, steps)} "
        f"away; in an untrained network it is known up to {farthest} patches away, by "
        f"{(changes[steps] > 0).sum()} patches of {side**2}. News travel {pace} pixels a step, a "
        f"digit at most {moved:.1f}. In a fully connected LSTM every unit knows at once. "
        "Brightness: size of the change, logarithmic.",
        mark=steps,
    )


def _speed(settings: Settings) -> float:
    speed = settings.speed
    return max(speed) if isinstance(speed, tuple) else speed


class RivalExplorer(LabWidget):
    """Stored learning curves, counted in steps or in seconds.

    `result`: `load_result("convolution")`.
    """

    title = "fully connected against convolutional"

    def __init__(self, result: dict[str, Any]) -> None:
        self.result = result
        super().__init__()

    def controls(self) -> dict[str, Any]:
        groups = [("conv against fully connected", "rivals"), ("size of the kernel", "kernels")]
        return {
            "group": dropdown("Models", "rivals", groups),
            "count": dropdown("Counted in", "seconds", ["seconds", "steps", "films"]),
            "part": dropdown("Error of", "future", ["future", "reconstruction"]),
        }

    def render(self, group: str, count: str, part: str) -> Picture:
        return draw_rivals(self.result, group, count, part)


GROUPS = {
    "rivals": {
        "16 maps": "conv",
        "16 units": "few, equal time",
        "256 units": "many, equal time",
    },
    "kernels": {"kernel 5": "conv", "kernel 3": "conv, kernel 3", "kernel 1": "conv, kernel 1"},
}


def draw_rivals(result: dict[str, Any], group: str, count: str, part: str) -> Picture:
    """Held-out error, the mean over seeds, against steps, films or seconds."""
    lines, facts = {}, []
    for words, name in GROUPS[group].items():
        model = result["models"][name]
        unit = {"steps": 1.0, "films": model["settings"]["batch_size"]}
        along = np.array(model["curve"]["step"]) * unit.get(count, result["step_seconds"][name])
        lines[words] = (along, model["curve"][part])
        mean, deviation = lib.spread(model, part)
        facts.append(
            f"{words} {mean:.1f} ± {deviation:.1f} after {model['steps']} steps "
            f"({model['parameters']:,} parameters)"
        )
    levels = levels_of(result["baselines"])
    if part == "reconstruction":
        levels = {}  # those of the future are of other frames
    told = "".join(f"{name} {level:.1f}, " for name, level in levels.items()).rstrip(", ")
    return plots.curves(
        lines,
        levels,
        f"{part.capitalize()}, nats per frame on held-out films at the end, mean ± deviation over "
        f"{model['seeds']} seeds: {'; '.join(facts)}. {f'Baselines: {told}. ' if told else ''}"
        f"Stored results, {result['scale']} scale; each learning rate falls to 0 at its own end.",
        xlabel=count,
    )


@torch.inference_mode()
def shifted(model: VideoModel, frames: torch.Tensor, by: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The state h of the encoder's last layer for films (T, B, S, S), and for the same films moved
    `by` pixels to the right.
    """
    moved = torch.roll(frames, by, -1)
    return model.encode(frames)[-1][0], model.encode(moved)[-1][0]
