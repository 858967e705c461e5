"""The order explorer: which frames two autoencoders have learnt to give back, and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets

from lstm_video_lab import plots
from lstm_video_lab.lessons.autoencoder.output_order import Profile
from lstm_video_lab.plots.canvas import Picture
from lstm_video_lab.widgets.base import LABEL, LabWidget, dropdown, row


class OrderExplorer(LabWidget):
    """Move through a training that `experiments.order.compare` recorded.

    `baselines`: name -> nats per frame. `moment`: the look that is shown first, counted from 0.
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
        axes = [("by output step", False), ("by frame of the film", True)]
        return {"moment": moments, "by_frame": dropdown("Show", False, axes)}

    def arrange(self, controls: dict[str, Any]) -> ipywidgets.Widget:
        return row(*controls.values())

    def render(self, moment: int, by_frame: bool) -> Picture:
        return draw_profiles(self.profiles, self.baselines, moment, by_frame)


def draw_profiles(
    profiles: Mapping[str, Profile],
    baselines: Mapping[str, float | None],
    moment: int,
    by_frame: bool = False,
) -> Picture:
    """Both orders' error at one moment, the mean over seeds: by output step, or by frame."""
    lines, facts = {}, []
    for name, profile in profiles.items():
        error = profile.error[:, moment].mean(0)  # (T,)
        if by_frame and name.startswith("newest"):
            error = error[::-1]  # output step 1 gave frame T
        lines[name] = (range(1, len(error) + 1), error)
        facts.append(
            f"{name}: mean {error.mean():.1f}, from {error.min():.1f} at {error.argmin() + 1} "
            f"to {error.max():.1f} at {error.argmax() + 1}"
        )
    across = "frame of the film" if by_frame else "output step"
    step, seeds = profile.steps[moment], len(profile.error)
    levels = ", ".join(f"{k} {v:.1f}" for k, v in baselines.items() if v is not None)
    text = (
        f"After {step} steps of training, held-out nats per frame by {across}, mean of {seeds} "
        f"seeds. {'; '.join(facts)}. Baselines: {levels}."
    )
    return plots.curves(lines, baselines, text, xlabel=across)
