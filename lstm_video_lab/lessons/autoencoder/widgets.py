"""The explorers of lesson 04: sizes, orders of the output, and the state between two networks.

T frames, N sequences, H units, S side of a frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets

from lstm_video_lab import evaluation, metrics
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.lessons.autoencoder import figures
from lstm_video_lab.lessons.autoencoder.experiment import sizes_of
from lstm_video_lab.lessons.autoencoder.output_order import Profile
from lstm_video_lab.lessons.autoencoder.state_bottleneck import CARRIED, reconstruct
from lstm_video_lab.models import VideoModel
from lstm_video_lab.plots.canvas import Picture
from lstm_video_lab.settings import Settings
from lstm_video_lab.widgets.base import LABEL, LabWidget, dropdown, row, slider

SEQUENCES = 20  # held-out ones to choose from


class UnitsExplorer(LabWidget):
    """Move over the sizes that were trained; `result` is what `load_result("units")` gives."""

    title = "error against training, for one size"

    def __init__(self, result: dict[str, Any]) -> None:
        self.result = result
        super().__init__()

    def controls(self) -> dict[str, Any]:
        sizes = sizes_of(self.result)
        moved = ipywidgets.SelectionSlider(
            options=sizes, value=sizes[len(sizes) // 2], description="Units", style=LABEL
        )
        return {"units": moved}

    def render(self, units: int) -> Picture:
        return figures.draw_units(self.result, units)


class OrderExplorer(LabWidget):
    """Move through a training that `output_order.compare` recorded.

    `baselines`: name → nats per frame. `moment`: the look that is shown first, counted from 0.
    """

    title = "error by output step"

    def __init__(
        self, profiles: Mapping[str, Profile], baselines: Mapping[str, float | None], moment: int
    ) -> None:
        self.profiles, self.baselines, self.first = profiles, baselines, moment
        super().__init__()

    def controls(self) -> dict[str, Any]:
        steps = next(iter(self.profiles.values())).steps.tolist()
        moments = ipywidgets.SelectionSlider(
            options=[(str(step), moment) for moment, step in enumerate(steps)],
            value=min(self.first, len(steps) - 1),
            description="After step",
            style=LABEL,
        )
        axes = [("by output step", False), ("by frame of the sequence", True)]
        return {"moment": moments, "by_frame": dropdown("Show", False, axes)}

    def arrange(self, controls: dict[str, Any]) -> ipywidgets.Widget:
        return row(*controls.values())

    def still(self) -> Picture:
        """A page has no slider: a moment before, this one, and one after it, beside each other."""
        last = len(next(iter(self.profiles.values())).steps) - 1
        moments = [min(max(0, self.first + more), last) for more in (-2, 0, 3)]
        return figures.draw_three_moments(self.profiles, self.baselines, moments)

    def render(self, moment: int, by_frame: bool) -> Picture:
        return figures.draw_profiles(self.profiles, self.baselines, moment, by_frame)


class StateExplorer(LabWidget):
    """Choose a held-out sequence, erase numbers of its state, and see what the decoder makes of it.

    `model` is an autoencoder of one fully connected layer, trained in the world of `settings`.
    """

    title = "a sequence, its state, and the sequence given back"

    def __init__(self, model: VideoModel, settings: Settings, first: int = 0) -> None:
        self.model, self.settings, self.first = model, settings, first
        device = next(model.parameters()).device
        frames = evaluation.heldout_data(settings).batch(0, SEQUENCES, device)
        self.frames = to_unit(frames[: settings.frames_in])  # (T, N, S, S)
        super().__init__()

    def controls(self) -> dict[str, Any]:
        return {
            "number": slider("Sequence", self.first, 0, SEQUENCES - 1),
            "erased": slider("Erased, %", 0, 0, 100, 5),
            "carried": dropdown("Carried over", "h and c", list(CARRIED)),
        }

    def arrange(self, controls: dict[str, Any]) -> ipywidgets.Widget:
        return row(*controls.values())

    def render(self, number: int, erased: int, carried: str) -> Picture:
        frames = self.frames[:, number : number + 1]  # (T, 1, S, S)
        h, c, logits = reconstruct(self.model, frames, erased / 100, carried)
        whole = reconstruct(self.model, frames)[2]
        error, whole_error = (
            metrics.cross_entropy(y, frames.flip(0)).mean().item() for y in (logits, whole)
        )
        zeros = int((h == 0).sum() + (c == 0).sum())
        scores = evaluation.baselines(self.settings)
        beside = f"{whole_error:.1f} with the whole state; " if zeros else ""
        text = (
            f"Sequence {number}: {2 * h.numel()} numbers stand for {frames.numel():,} pixels, and "
            f"{zeros} of them are zero. Given back with {error:.1f} nats per frame ({beside}mean "
            f"image {scores['mean_image']['cross_entropy']:.1f}, entropy bound "
            f"{scores['entropy_bound']['cross_entropy']:.1f}, both over many sequences; "
            f"{self.settings.scale} scale)."
        )
        return figures.draw_state(frames[:, 0], h[0], c[0], logits[:, 0].sigmoid(), text)
