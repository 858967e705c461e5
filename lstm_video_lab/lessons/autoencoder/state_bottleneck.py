"""The state bridge: all that a decoder is told about a film, and what parts of it are good for.

T frames, N films, H units, S side of a frame.
"""

from __future__ import annotations

from typing import Any

import ipywidgets
import numpy as np
import torch
from torch import Tensor

from lstm_video_lab import evaluation, metrics
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.models import VideoModel
from lstm_video_lab.plots import film, lay_film, lay_strip
from lstm_video_lab.plots.canvas import WIDTH, Picture, as_array, finish, room_for, sheet
from lstm_video_lab.settings import Settings
from lstm_video_lab.widgets.base import LabWidget, dropdown, row, slider

FILMS = 20
CARRIED = {"h and c": (True, True), "h only": (True, False), "c only": (False, True)}
STRIP = 26  # pixels, the height of a strip of numbers


class StateBridge(LabWidget):
    """Choose a held-out film, erase numbers of its state, and see what the decoder makes of it.

    `model` is an autoencoder of one fully connected layer, trained in the world of `settings`.
    """

    title = "a film, its state, and the film given back"

    def __init__(self, model: VideoModel, settings: Settings, first: int = 0) -> None:
        self.model, self.settings, self.first = model, settings, first
        device = next(model.parameters()).device
        films = evaluation.heldout_data(settings).batch(0, FILMS, device)
        self.films = to_unit(films[: settings.frames_in])  # (T, N, S, S)
        super().__init__()

    def controls(self) -> dict[str, Any]:
        return {
            "number": slider("Film", self.first, 0, FILMS - 1),
            "erased": slider("Erased, %", 0, 0, 100, 5),
            "carried": dropdown("Carried over", "h and c", list(CARRIED)),
        }

    def arrange(self, controls: dict[str, Any]) -> ipywidgets.Widget:
        return row(*controls.values())

    def render(self, number: int, erased: int, carried: str) -> Picture:
        frames = self.films[:, number : number + 1]  # (T, 1, S, S)
        h, c, logits = cross(self.model, frames, erased / 100, carried)
        whole = cross(self.model, frames)[2]
        error, usual = (
            metrics.cross_entropy(y, frames.flip(0)).mean().item() for y in (logits, whole)
        )
        zeros = int((h == 0).sum() + (c == 0).sum())
        scores = evaluation.baselines(self.settings)
        known = f"{usual:.1f} with the whole state; " if zeros else ""
        text = (
            f"Film {number}: {2 * h.numel()} numbers stand for {frames.numel():,} pixels, and "
            f"{zeros} of them are zero. Given back with {error:.1f} nats per frame ({known}mean "
            f"image {scores['mean_image']['cross_entropy']:.1f}, entropy bound "
            f"{scores['entropy_bound']['cross_entropy']:.1f}, both over many films; "
            f"{self.settings.scale} scale)."
        )
        return draw_bridge(frames[:, 0], h[0], c[0], logits[:, 0].sigmoid(), text)


@torch.inference_mode()
def cross(
    model: VideoModel, frames: Tensor, erased: float = 0.0, carried: str = "h and c"
) -> tuple[Tensor, Tensor, Tensor]:
    """What the decoder gets, h and c (N, H) each, and the logits (T, N, S, S) it makes of them.

    frames: (T, N, S, S). `erased`: the share of numbers set to zero, the same for all films; a
    larger share erases the same ones and more.
    """
    [(h, c)] = model.encode(frames)  # (N, H) each
    order = torch.randperm(2 * h.shape[1], generator=torch.Generator().manual_seed(0))
    keep = torch.ones(2 * h.shape[1])
    keep[order[: round(erased * len(order))]] = 0
    keep = keep.to(h.device)
    kept = [part * mask for part, mask in zip((h, c), keep.chunk(2), strict=True)]
    h, c = (part * there for part, there in zip(kept, CARRIED[carried], strict=True))
    logits = model.decode("reconstruction", [(h, c)], len(frames)).squeeze(2)
    return h, c, logits


def draw_bridge(frames: Any, h: Any, c: Any, given: Any, text: str) -> Picture:
    """A film over the two strips of its state over what the decoder gives back, newest first.

    frames, given: (T, S, S); h, c: (H,).
    """
    frames, given = as_array(frames), as_array(given)
    left = room_for(["target"])
    seen, shown = film({"film": frames}, WIDTH - left - 8)
    back, _ = film({"target": frames[::-1], "given": given}, WIDTH - left - 8)
    below, room = 26 + seen.shape[0] + 8, 2 * (STRIP + 6) + 24
    figure = sheet(left + seen.shape[1] + 8, below + room + back.shape[0] + 6)
    lay_film(figure, seen, ["film"], [t + 1 for t in shown], left, 26)
    for n, (name, part) in enumerate({"h": h, "c": c}.items()):
        values, top = as_array(part)[:, None], below + n * (STRIP + 6)  # (H, 1): units side by side
        most = max(1.0, float(np.abs(values).max()))
        place = (left, top, seen.shape[1] - 60, STRIP)
        lay_strip(figure, values, *place, name, limits=(-most, most))
    newest_first = [len(frames) - t for t in shown]
    lay_film(figure, back, ["target", "given"], newest_first, left, below + room)
    return finish(figure, text)
