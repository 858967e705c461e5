"""What a ladder learns under a mix of losses, and its hidden states while it watches a film.

T frames, B films, C channels, S side of a frame, W maps of a ConvGRU.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from lstm_video_lab import metrics, plots
from lstm_video_lab.data.frames import unpack_frames
from lstm_video_lab.lessons.video_ladder.experiment import MIXES, gather
from lstm_video_lab.lessons.video_ladder.model import KERNELS, Ladder
from lstm_video_lab.widgets.base import LabWidget, dropdown, slider


class MixExplorer(LabWidget):
    """Mix three losses, in shares that sum to one, and see what was learnt from colour films."""

    title = "what is learnt under a mix of losses"

    def __init__(self, result: dict[str, Any]) -> None:
        self.result = result
        super().__init__()

    def controls(self) -> dict[str, Any]:
        names = {"l1": "L1's share of what DSSIM leaves, L2 gets the rest", "dssim": "DSSIM"}
        return {key: slider(words, 0.5, 0.0, 1.0, 0.5) for key, words in names.items()}

    def render(self, dssim: float, l1: float) -> plots.Picture:
        name, levels = f"mix {dssim} {l1 if dssim < 1 else 0.0}", self.result["baselines"]["colour"]
        films = np.stack([unpack_frames(part["shown"]) for part in
                          (levels["truth"], self.result["trials"][f"{name}/0"])])  # fmt: skip
        bands = films.transpose(0, 4, 2, 1, 5, 3)  # (2, T, B, C, S, S) → (2, S, B, T, S, C)
        image = bands.reshape(2 * films.shape[-1], -1, 3).repeat(5, 0).repeat(5, 1)
        Image.fromarray(image).quantize(128).save(file := io.BytesIO(), format="png")
        (contours, s, _), (colours, t, _) = (gather(self.result, name, key)
                                             for key in ("contours", "colours"))  # fmt: skip
        errors = [level["mse"][0] for level in (levels["copy last"], levels["mean image"])]
        text = (
            "{:g}·DSSIM + {:g}·L1 + {:g}·L2. ".format(*MIXES[name])
            + ("Nothing is left for L1 and L2 to share. " if dssim == 1 else "")
            + f"Above {films.shape[1]} true frames of {films.shape[2]} held-out films each, below "
            f"what is foreseen. Explained of contours: {contours:.2f} ± {s:.2f}, of colours: "
            f"{colours:.2f} ± {t:.2f}. Squared error {gather(self.result, name, 'mse', 0)[0]:.2f}; "
            f"copy last {errors[0]:.2f}, mean image {errors[1]:.1f} (first frame foreseen, "
            f"{self.result['scale']} scale)."
        )
        return plots.Picture(file.getvalue(), text)


class StateExplorer(LabWidget):
    """Watch the hidden states of a rung while a ladder watches a film (T, S, S) in [0, 1]."""

    title = "hidden states of a ladder"

    def __init__(self, model: Ladder, film: Tensor) -> None:
        self.film = film
        with torch.inference_mode():
            self.states = model.watch(film[:-1, None, None])
            self.ahead = [model.look_ahead(states)[0, 0, 0] for states in self.states]
        super().__init__()

    def controls(self) -> dict[str, Any]:
        rungs = [(f"{h[0].shape[-1]}×{h[0].shape[-1]}", k) for k, h in enumerate(self.states[0])]
        frame = slider("Frames seen", len(self.ahead) // 2, 1, len(self.ahead))
        return {"frame": frame, "rung": dropdown("Rung", 0, rungs)}

    def render(self, frame: int, rung: int) -> plots.Picture:
        h = torch.cat([kernel[0] for kernel in self.states[frame - 1][rung]])  # (3 W, h, w)
        seen, ahead, true = self.film[frame - 1], self.ahead[frame - 1], self.film[frame]
        wide = len(h) // len(KERNELS)
        columns = min(wide, 8)
        empty = [torch.full_like(seen, torch.nan)] * (columns - 3)
        names = [f"{k}×{k}" for k in KERNELS for _ in range(wide)]
        costs = [
            metrics.squared_error(x[None, None], true[None, None]).item() for x in (ahead, seen)
        ]
        text = (
            f"After {frame} frames: the last seen, the one foreseen and the true next one (squared "
            f"error {costs[0]:.1f}, of a copy {costs[1]:.1f}). Below them the {len(h)} maps of the "
            "rung, kernel by kernel. Mid-grey is 0; each map has its own scale."
        )
        frames = [2 * x - 1 for x in (seen, ahead.clamp(0, 1), true)]
        captions = ["seen", "foreseen", "true", *[""] * len(empty), *names]
        return plots.images([*frames, *empty, *h], captions, text, signed=True, columns=columns)
