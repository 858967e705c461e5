"""The explorer of lesson 06b: sequences in which digits overlap, or bounce.

T predicted frames, N sequences, D digits, H × W the size of a frame.
"""

from __future__ import annotations

from typing import Any

import ipywidgets
import numpy as np

from lstm_video_lab import evaluation, prediction
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.lessons.overlaps_and_bounces import figures
from lstm_video_lab.lessons.overlaps_and_bounces.error_by_event import Errors
from lstm_video_lab.models import VideoModel
from lstm_video_lab.plots.canvas import Picture
from lstm_video_lab.settings import Settings
from lstm_video_lab.widgets.base import LABEL, LabWidget, slider


class SequenceBrowser(LabWidget):
    """Step through the held-out sequences with an overlap or a bounce in the predicted frames.

    `settings`: those of the world that the model was trained in; `errors`: `measure` of both.
    """

    title = "sequences with an overlap or a bounce"

    def __init__(self, model: VideoModel, settings: Settings, errors: Errors) -> None:
        self.model, self.settings, self.errors = model, settings, errors
        count = errors.predictor.shape[1]
        self.frames = evaluation.heldout_data(settings).batch(0, count)  # uint8 (20, N, H, W)
        self.labels = evaluation.heldout_data(settings).scene(0, count).labels  # (N, D)
        super().__init__()

    def controls(self) -> dict[str, Any]:
        words = [("any sequence", "any"), ("overlap", "overlap"), ("bounce", "bounce")]
        kind = ipywidgets.ToggleButtons(
            options=words, value="overlap", description="Show", style=LABEL
        )
        number = slider("Number", 1, 1, max(1, len(self.sequences_with("overlap"))))
        kind.observe(self.guarded(lambda _: self._fit(number, kind.value)), "value")
        return {"kind": kind, "number": number}

    def _fit(self, number: ipywidgets.IntSlider, kind: str) -> None:
        number.max = max(1, len(self.sequences_with(kind)))

    def events(self, kind: str) -> np.ndarray:
        """Where, (T, N): an overlap, a bounce, or either."""
        overlap, bounce = self.errors.overlap, self.errors.bounce
        return {"any": overlap | bounce, "overlap": overlap, "bounce": bounce}[kind]

    def sequences_with(self, kind: str) -> np.ndarray:
        """Numbers of the sequences with that event; "any" is all of them."""
        has_event = np.any(self.events(kind), axis=0)
        return np.arange(len(has_event)) if kind == "any" else np.flatnonzero(has_event)

    def render(self, kind: str, number: int) -> Picture:
        chosen = self.sequences_with(kind)
        if number > len(chosen):
            few = f"{len(chosen)} of the {self.errors.predictor.shape[1]} sequences have"
            return Picture(b"", f"Only {few} {kind} in their predicted frames: move the slider.")
        n = chosen[number - 1]
        rows = self.predict(n)
        name = f"Sequence {n}, digits {' and '.join(map(str, self.labels[n]))}"
        return figures.draw_sequence(rows, self.errors, n, self.events(kind)[:, n], name)

    def predict(self, n: int) -> dict[str, np.ndarray]:
        """Rows of frames of sequence n, (T, H, W) floats."""
        past, truth = to_unit(self.frames[:, n]).tensor_split([self.settings.frames_in])
        future = prediction.predict(self.model, past[:, None], len(truth)).future
        assert future is not None
        return {"input": past.numpy(), "truth": truth.numpy(), "predicted": future[:, 0].numpy()}
