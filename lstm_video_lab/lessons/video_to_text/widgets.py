"""Captions: give a digit a motion, read what is written, and see which frames each word hangs on.

T frames, B films, S side of a frame, L words of a sentence, the full stop among them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets
import numpy as np
from torch import Tensor

from lstm_video_lab import plots
from lstm_video_lab.data.bouncing import render, uniforms
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.lessons.video_to_text import model as captions
from lstm_video_lab.lessons.video_to_text.data import END, MOTIONS, CaptionedDigits, paths
from lstm_video_lab.plots.canvas import Picture
from lstm_video_lab.widgets.base import LABEL, LabWidget, dropdown, row, slider

SQUARES = [column + line for line in "12345" for column in "abcde"]  # a1 is at the top left


class CaptionExplorer(LabWidget):
    """Choose a digit and a motion, or click a path; see what the sentence owes to each frame.

    data: whose digits are shown; see: frames uint8 (T, B, S, S) → percepts (T, B, X) for the model.
    """

    title = "a film, its caption, and the frames that mattered"

    def __init__(
        self, model: captions.Captioner, data: CaptionedDigits, see: Callable[[Tensor], Tensor]
    ) -> None:
        self.model, self.data, self.see = model, data, see
        super().__init__()

    def controls(self) -> dict[str, Any]:
        words = "Or a path of squares, a1 (top left) to e5"
        return {
            "digit": slider("Digit", 3, 0, 9),
            "number": slider("Handwriting", 1, 1, int(np.bincount(self.data.digits.labels).min())),
            "motion": dropdown("Motion", 2, [(name, k) for k, name in enumerate(MOTIONS)]),
            "path": ipywidgets.Text(description=words, style=LABEL),
            "width": slider("Beams", 1, 1, 5),
            "out": slider("Black frames", min(4, self.data.num_frames), 1, self.data.num_frames),
        }

    def arrange(self, controls: dict[str, Any]) -> ipywidgets.Widget:
        pad = [ipywidgets.Button(description=s, layout={"width": "44px"}) for s in SQUARES]
        path = controls["path"]
        for key in pad:
            key.on_click(lambda key: setattr(path, "value", f"{path.value} {key.description}"))
        columns = {"grid_template_columns": "repeat(5, 50px)"}
        return row(ipywidgets.VBox([*controls.values()]), ipywidgets.GridBox(pad, layout=columns))

    def render(self, digit, number, motion, path, width, out) -> Picture:
        n, T = np.flatnonzero(self.data.digits.labels == digit)[number - 1], self.data.num_frames
        u = uniforms(0, number, 1, 1)[..., 1:6]
        places = waypoints(path, T) if path.split() else paths(np.array([motion]), u, T)[1:, 0, 0]
        corners = places * (self.data.image_size - self.data.digit_size)  # (T, 2)
        corners = corners.astype(np.int64)[:, None, None]
        frames = render(self.data._images[None, [n]], corners, self.data.image_size)
        shown = f"along {path.strip()}" if path.split() else MOTIONS[motion]
        return draw_caption(self.model, self.see, frames, f"{digit}, {shown}", width, out)


def waypoints(path: str, T: int) -> np.ndarray:
    """Places (T, 2), parts of the box, of one who goes evenly from square to square of a path.

    Raises ValueError for a square that there is not.
    """
    if unknown := set(path.split()) - set(SQUARES):
        raise ValueError(f"path: {min(unknown)!r} is no square: use a1 to e5, as in a1 e1 e5")
    stops = np.array([divmod(SQUARES.index(name), 5) for name in path.split()]) / 4  # (K, 2)
    time = np.linspace(0, len(stops) - 1, T)
    return np.stack([np.interp(time, range(len(stops)), part) for part in stops.T], 1)


def without(frames: Tensor, out: int = 1) -> Tensor:
    """A film (T, 1, S, S), and for each frame one in which `out` frames about it are black."""
    films = frames.repeat(1, 1 + len(frames), 1, 1)  # (T, 1 + T, S, S)
    for t in range(len(frames)):
        films[max(0, t - (out - 1) // 2) : t + out // 2 + 1, 1 + t] = 0
    return films


def draw_caption(model, see, frames: Tensor, truth: str, width=1, out=1) -> Picture:
    """A film (T, 1, S, S) over its caption; a word is bright below a frame that it cannot spare."""
    seen = see(without(frames, out))  # (T, 1 + T, X)
    (said,), score = captions.write(model, seen[:, :1], width)
    scores = captions.word_scores(model, seen, [said] * seen.shape[1]).detach()  # (L, 1 + T)
    loss = scores[:, :1] - scores[:, 1:]  # (L, T)
    light = (loss / loss.max().clamp(min=1))[..., None, None].expand(-1, -1, *frames.shape[2:])
    words = [*said.split(), END]
    rows = {word + " " * k: light[k] for k, word in enumerate(words)}  # a word may come twice
    most, at = loss.max(1)  # (L,)
    told = ", ".join(
        f"“{words[k]}” {most[k]:.1f} (frame {at[k] + 1})" for k in most.argsort(descending=True)[:3]
    )
    return plots.frames(
        {"film": to_unit(frames[:, 0])} | rows,
        f"Shown: {truth}. Written: “{said}” (log p {score[0]:.2f} nats). Below a frame, a word is "
        f"as bright as its log p falls when the frames about it are black, {out} at a time (white: "
        f"{loss.max().clamp(min=1):.1f} nats). Most, in nats: {told}.",
    )
