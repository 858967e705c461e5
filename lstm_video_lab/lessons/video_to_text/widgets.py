"""The explorer of lesson 15: give a digit a motion, and read what is written of it.

T frames, B clips, S side of a frame, X numbers of a percept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets
import numpy as np
from torch import Tensor

from lstm_video_lab.data.bouncing import uniforms
from lstm_video_lab.lessons.video_to_text.data import (
    MOTIONS,
    SQUARES,
    CaptionedDigits,
    paths,
    waypoints,
)
from lstm_video_lab.lessons.video_to_text.figures import draw_caption
from lstm_video_lab.lessons.video_to_text.model import Captioner
from lstm_video_lab.plots import Picture
from lstm_video_lab.widgets.base import LABEL, LabWidget, dropdown, row, slider


class CaptionExplorer(LabWidget):
    """Choose a digit and a motion, or click a path; see what the sentence owes to each frame.

    data: whose digits are shown; percepts_of: frames uint8 (T, B, S, S) → percepts (T, B, X) for
    the model.
    """

    title = "a clip, its caption, and the frames that mattered"

    def __init__(
        self, model: Captioner, data: CaptionedDigits, percepts_of: Callable[[Tensor], Tensor]
    ) -> None:
        self.model, self.data, self.percepts_of = model, data, percepts_of
        super().__init__()

    def controls(self) -> dict[str, Any]:
        words = "Or a path of squares, a1 (top left) to e5"
        return {
            "digit": slider("Digit", 3, 0, 9),
            "number": slider("Handwriting", 1, 1, int(np.bincount(self.data.digits.labels).min())),
            "motion": dropdown("Motion", 4, [(name, k) for k, name in enumerate(MOTIONS)]),
            "path": ipywidgets.Text(description=words, style=LABEL),
            "width": slider("Beams", 1, 1, 5),
            "out": slider("Black frames", min(8, self.data.num_frames), 1, self.data.num_frames),
        }

    def arrange(self, controls: dict[str, Any]) -> ipywidgets.Widget:
        pad = [ipywidgets.Button(description=s, layout={"width": "44px"}) for s in SQUARES]
        path = controls["path"]
        for key in pad:
            key.on_click(lambda key: setattr(path, "value", f"{path.value} {key.description}"))
        columns = {"grid_template_columns": "repeat(5, 50px)"}
        return row(ipywidgets.VBox([*controls.values()]), ipywidgets.GridBox(pad, layout=columns))

    def render(self, digit, number, motion, path, width, out) -> Picture:
        image, T = (
            np.flatnonzero(self.data.digits.labels == digit)[number - 1],
            self.data.num_frames,
        )
        if path.split():
            places, words = waypoints(path, T), f"along {path.strip()}"
        else:
            u = uniforms(0, number, 1, 1)[..., 1:6]
            places, words = paths(np.array([motion]), u, T)[1:, 0, 0], MOTIONS[motion]
        frames = self.data.clip(image, places)
        return draw_caption(self.model, self.percepts_of, frames, f"{digit}, {words}", width, out)
