"""Natural patches to look at, and a blind test: which of two clips is the larger model's?

T frames, N clips, H × W the size of a frame.
"""

from __future__ import annotations

from math import comb
from typing import Any

import ipywidgets
import numpy as np

from lstm_video_lab import metrics, prediction
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.lessons.natural_patches.experiment import busiest_clips
from lstm_video_lab.lessons.natural_patches.figures import LARGE_EVERY, draw_rows
from lstm_video_lab.models import VideoModel
from lstm_video_lab.plots.canvas import Picture, grey
from lstm_video_lab.settings import Settings
from lstm_video_lab.widgets.base import LABEL, LabWidget, row, slider

CLIPS = 40


class PatchExplorer(LabWidget):
    """Held-out clips, what a model reconstructs of them and how it continues them.

    `model`, a composite, and `settings` belong together; the last input frame, repeated, is its
    baseline. `clip`: the first one shown.
    """

    title = "natural patches, reconstructed and continued"

    def __init__(self, model: VideoModel, settings: Settings, clip: int = 1) -> None:
        self.first = clip
        frames = to_unit(busiest_clips(settings, CLIPS))  # from full to less so
        self.past, self.truth = frames.tensor_split([settings.frames_in])  # (T, N, H, W)
        raw = prediction.predict_raw(model, self.past, len(self.truth))
        assert raw.reconstruction is not None and raw.future is not None
        self.reconstruction, self.future = raw.reconstruction, raw.future  # values, not clipped
        super().__init__()

    def controls(self) -> dict[str, Any]:
        part = ipywidgets.ToggleButtons(
            options=["future", "past"], value="future", description="Show", style=LABEL
        )
        return {"clip": slider("Clip", self.first, 1, CLIPS), "part": part}

    def render(self, clip: int, part: str) -> Picture:
        n = clip - 1
        last = self.past[-1:].expand_as(self.truth)
        if part == "future":
            rows = {"truth": self.truth, "predicted": self.future, "last frame": last}
        else:
            rows = {"input": self.past, "recalled": self.reconstruction.flip(0)}
        truth, *others = ((name, frames[:, n]) for name, frames in rows.items())
        errors = [
            f"{name} {metrics.squared_error(frames[:, None], truth[1][:, None]).mean():.2f}"
            for name, frames in others
        ]
        return draw_rows(
            dict([truth, *others]),
            f"Clip {clip} of {CLIPS}, none of them seen in training. Squared error per frame: "
            f"{', '.join(errors)}.",
            first=len(self.past) + 1 if part == "future" else 1,
        )


class BlindTest(LabWidget):
    """Which clip is the larger model's? Votes are counted; the result comes only at the end.

    `truth`, and what the models recall of it, `small`, `large`: (T, N, H, W), uint8 or in [0, 1],
    the same N clips; `seed` draws which is called A.
    """

    title = "a blind comparison of two models"

    def __init__(self, truth: Any, small: Any, large: Any, seed: int = 0) -> None:
        self.truth = grey(truth)
        self.small, self.large = grey(small), grey(large)
        self.count = self.truth.shape[1]
        coins = np.random.default_rng(seed).integers(2, size=(self.count,))
        self.large_is_a = [bool(coin) for coin in coins]
        self.votes: list[bool] = []  # whether A was said to be the larger model's
        self.buttons = [
            ipywidgets.Button(description=f"{name} is the larger model's") for name in "AB"
        ]
        for button in self.buttons:
            button.layout.width = "max-content"
        super().__init__()
        for button, says_a in zip(self.buttons, (True, False), strict=True):
            button.on_click(self.guarded(lambda _, says_a=says_a: self.vote(says_a)))

    def arrange(self, controls: dict[str, Any]) -> ipywidgets.Widget:
        return row(*self.buttons)

    def vote(self, says_a: bool) -> None:
        """For the clip that is shown; then comes the next."""
        if len(self.votes) < self.count:
            self.votes.append(says_a)
        for button in self.buttons:
            button.disabled = len(self.votes) == self.count
        self.update()

    def render(self) -> Picture:
        done = len(self.votes)
        if done == self.count:
            return Picture(b"", self.verdict())
        small, large = self.small[:, done], self.large[:, done]
        a, b = (large, small) if self.large_is_a[done] else (small, large)
        return draw_rows(
            {"truth": self.truth[:, done], "A": a, "B": b},
            f"Clip {done + 1} of {self.count}: one row is recalled by a model with twice the units "
            "of the other. Which? The result comes after the last clip.",
            every=LARGE_EVERY,
        )

    def verdict(self) -> str:
        """The score, and how often blind luck does as well."""
        right = sum(vote == truth for vote, truth in zip(self.votes, self.large_is_a, strict=True))
        N = self.count
        luck = sum(comb(N, k) for k in range(right, N + 1)) / 2**N
        closer = sum(self.distance(self.large, n) < self.distance(self.small, n) for n in range(N))
        return (
            f"You were right in {right} of {N} clips. Who tosses a coin is right at least as often "
            f"with a probability of {100 * luck:.0f} %. By squared error the larger model is the "
            f"closer one in {closer} of {N}."
        )

    def distance(self, clips: np.ndarray, n: int) -> float:
        """Squared error of clip n, a sum over its frames, pixels in [0, 1]."""
        return float(((clips[:, n] - self.truth[:, n]) ** 2).sum())
