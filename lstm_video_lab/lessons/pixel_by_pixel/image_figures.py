"""The pictures of lesson 16 that show images: whole, cut, written and completed.

Letters: T pixels of an image, N images, S side of a frame.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from lstm_video_lab import plots
from lstm_video_lab.lessons.pixel_by_pixel.experiment import LEVELS, SIDE
from lstm_video_lab.lessons.pixel_by_pixel.figures import striped
from lstm_video_lab.plots import Picture


def see(symbols: Tensor) -> np.ndarray:
    """A digit's sequence of levels as an image, NaN where it is negative."""
    image = symbols.view(SIDE, SIDE).numpy() / (LEVELS - 1)
    return np.where(image < 0, np.nan, image)


def draw_cut(test: Tensor, count: int = 8) -> Picture:
    """Digits (T, N), and below them their first half."""
    half = torch.where(torch.arange(len(test))[:, None] < len(test) // 2, test, -1)
    return plots.images(
        [see(test[:, n]) for n in range(count)] + [striped(see(half[:, n])) for n in range(count)],
        text=f"Eight test digits of {SIDE}×{SIDE} pixels in {LEVELS} greys, and below them their "
        f"first {len(test) // 2} pixels. Striped is what is not yet written.",
    )


def draw_samples(textures: Mapping[str, np.ndarray]) -> Picture:
    """The textures that new ones are grown from."""
    return plots.images(
        [texture / (LEVELS - 1) for texture in textures.values()],
        list(textures),
        "The two samples, 32×32 pixels, made by a few lines of code.",
        columns=2,
    )


def draw_grown(grown: Mapping[int, np.ndarray]) -> Picture:
    """Bricks by the window that they were grown with."""
    return plots.images(
        [image / (LEVELS - 1) for image in grown.values()],
        [f"window {window}" for window in grown],
        "Bricks that were grown with four windows.",
        columns=4,
    )


def draw_dear_pixels(digit: Tensor, cost: Tensor, number: int) -> Picture:
    """What each pixel of a test digit (T,) costs, and of all; cost (T, N), in bits."""
    mine, mean = cost[:, number], cost.mean(1).view(SIDE, SIDE)
    return plots.images(
        [see(digit), (mine / mine.max()).view(SIDE, SIDE), mean / mean.max()],
        ["a test digit", f"its bits, up to {mine.max():.1f}", f"mean, up to {mean.max():.1f}"],
        f"What each pixel costs, white is dear. This digit costs {mine.sum():.0f} bits in all. "
        f"Right: the mean of {cost.shape[1]} test digits.",
        columns=3,
    )


def draw_heats(written: Mapping[float, Tensor]) -> Picture:
    """Images (T, N) that were written at each temperature, eight of each."""
    count = next(iter(written.values())).shape[1]
    return plots.images(
        [see(symbols[:, n]) for symbols in written.values() for n in range(8)],
        [f"at {heat:g}" for heat in written for _ in range(8)],
        f"Eight of {count} images for each temperature.",
    )


def draw_completions(rows: Sequence[Sequence[Tensor]], effective: Sequence[float]) -> Picture:
    """Digits, each true, cut, and completed eight times: four looking back only, four by weight."""
    return plots.images(
        [striped(see(symbols)) for row in rows for symbols in row],
        ["true", "cut", *["back only"] * 4, *["weighted"] * 4] * len(rows),
        "Three digits: true, cut, four completions that look back only, four that were drawn by "
        "weight out of 256. So many of the 256 the weights leave in effect: "
        f"{', '.join(f'{count:.0f}' for count in effective)}.",
        columns=10,
    )


def draw_inked(true: Tensor, written: Tensor, steps: int, scale: str) -> Picture:
    """Digits in colour (192, 8): of the test, and below them those that a network has written."""
    both = torch.cat([true, written], 1)  # (192, 16)
    grid = both.T.reshape(2, 8, 8, 8, 3).permute(0, 2, 1, 3, 4).reshape(16, 64, 3) * 85
    png = io.BytesIO()
    Image.fromarray(grid.numpy().astype(np.uint8)).resize((640, 160), 0).save(png, "png")
    return Picture(
        png.getvalue(),
        "Above eight test digits in their inks, below eight that the network has written, three "
        f"symbols for each pixel ({steps} steps, {scale} scale).",
    )


def draw_clips(clips: Tensor, shape: tuple[int, int, int], told: Tensor, how: str) -> Picture:
    """Three of clips (T, N) of that shape, (frames, rows, columns); told (T, N): their bits."""
    per_frame = told.mean() * shape[1] * shape[2] * math.log(2)
    return plots.frames(
        {f"clip {n + 1}": clips[:, n].view(shape).float() for n in (3, 4, 5)},
        f"Three of {clips.shape[1]} test clips. Told all pixels before, the network pays "
        f"{per_frame:.1f} nats per frame ({how}).",
    )


def draw_written_on(
    true: Tensor, written: Tensor, shape: tuple[int, int, int], seen: int, how: str
) -> Picture:
    """Two clips (T, 2), and below each how a network went on after so many frames that it saw."""
    rows = {}
    for n in range(2):
        rows[f"true {n + 1}"] = true[:, n].view(shape).float()
        rows[f"written {n + 1}"] = written[:, n].view(shape).float()
    return plots.frames(
        rows,
        f"Two clips, and how the network goes on after frame {seen}: drawn pixel after pixel, all "
        f"that it is told being what it wrote itself ({how}).",
    )
