"""The pictures of lesson 14: errors of trials, frames under mixed losses, and hidden states.

T frames, B clips, C channels, S side of a frame, W maps of a ConvGRU.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from lstm_video_lab import metrics, plots
from lstm_video_lab.data.frames import unpack_frames
from lstm_video_lab.lessons.video_ladder.experiment import MIXES, gather
from lstm_video_lab.lessons.video_ladder.model import KERNELS, States
from lstm_video_lab.plots import Picture


def overview(result: dict[str, Any]) -> Picture:
    """Error of the first trial between its baselines."""
    return draw_trials(result, {"base": "base"})


def draw_trials(result: dict[str, Any], names: Mapping[str, str], text: str = "") -> Picture:
    """Error at the first predicted frame of trials, name → words, between their baselines."""
    means, spreads, _ = zip(*(gather(result, n, "mse", 0) for n in names), strict=True)
    levels = result["baselines"]["digits"]
    levels = {name: levels[name]["mse"][0] for name in ("copy last", "mean image")}
    words = list(names.values())
    return plots.bars(words, means, spreads, levels, text, ylabel="squared error per frame")


def draw_mix(result: dict[str, Any], dssim: float, l1: float) -> Picture:
    """True frames above those predicted under shares of DSSIM and, of what it leaves, of L1."""
    name = f"mix {dssim} {l1 if dssim < 1 else 0.0}"
    levels = result["baselines"]["colour"]
    stored = levels["truth"]["shown"], result["trials"][f"{name}/0"]["shown"]
    clips = np.stack([unpack_frames(text) for text in stored])  # (2, T, B, C, S, S)
    bands = clips.transpose(0, 4, 2, 1, 5, 3)  # (2, S, B, T, S, C)
    image = bands.reshape(2 * clips.shape[-1], -1, 3).repeat(5, 0).repeat(5, 1)
    Image.fromarray(image).quantize(128).save(file := io.BytesIO(), format="png")
    contours, contours_spread, _ = gather(result, name, "contours")
    colours, colours_spread, _ = gather(result, name, "colours")
    error, _, _ = gather(result, name, "mse", 0)
    nothing_left = "Nothing is left for L1 and L2 to share. " if dssim == 1 else ""
    return Picture(
        file.getvalue(),
        f"{'{:g}·DSSIM + {:g}·L1 + {:g}·L2'.format(*MIXES[name])}. {nothing_left}Above "
        f"{clips.shape[1]} true frames of {clips.shape[2]} held-out clips each, below what is "
        f"predicted. Explained of contours: {contours:.2f} ± {contours_spread:.2f}, of colours: "
        f"{colours:.2f} ± {colours_spread:.2f}. Squared error {error:.2f}; copy last "
        f"{levels['copy last']['mse'][0]:.2f}, mean image {levels['mean image']['mse'][0]:.1f} "
        f"(first predicted frame, {result['scale']} scale).",
    )


def draw_states(
    clip: Tensor, states: list[States], predicted: list[Tensor], frame: int, rung: int
) -> Picture:
    """The maps of a rung after `frame` frames of a clip (T, S, S), below the frames around.

    `states`: after each frame; `predicted`: the next frame (S, S), after each frame.
    """
    h = torch.cat([kernel[0] for kernel in states[frame - 1][rung]])  # (3 W, h, w)
    last, ahead, true = clip[frame - 1], predicted[frame - 1], clip[frame]
    error, copied = (
        metrics.squared_error(x[None, None], true[None, None]).item() for x in (ahead, last)
    )
    wide = len(h) // len(KERNELS)
    columns = min(wide, 8)
    empty = [torch.full_like(last, torch.nan)] * (columns - 3)
    frames = [2 * x - 1 for x in (last, ahead.clamp(0, 1), true)]
    names = [f"{k}×{k}" for k in KERNELS for _ in range(wide)]
    captions = ["seen", "predicted", "true", *[""] * len(empty), *names]
    text = (
        f"After {frame} frames: the last seen, the predicted and the true next one (squared error "
        f"{error:.1f}, of a copy {copied:.1f}). Below them the {len(h)} maps of the rung, kernel "
        "by kernel. Mid-grey is 0; each map has its own scale."
    )
    return plots.images([*frames, *empty, *h], captions, text, signed=True, columns=columns)
