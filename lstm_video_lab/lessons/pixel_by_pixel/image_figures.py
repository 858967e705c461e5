"""The pictures of lesson 16 that show images: whole, cut, written and completed.

Letters: T pixels of an image, N images, S side of a frame.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image
from torch import Tensor

from lstm_video_lab import plots
from lstm_video_lab.lessons.pixel_by_pixel.experiment import LEVELS, SIDE
from lstm_video_lab.lessons.pixel_by_pixel.figures import striped
from lstm_video_lab.plots import Picture
from lstm_video_lab.plots.canvas import room_for
from lstm_video_lab.plots.page import Page

GAPS = ((0, 0), (0, 6), (0, 6), (0, 0))  # pixels between digits in colour, below and at the right


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


def draw_grown(grown: Mapping[str, Mapping[int, Sequence[np.ndarray]]]) -> Picture:
    """Textures by the window that they were grown with: the first draw of each."""
    images, captions = [], []
    for texture, windows in grown.items():
        for window, draws in windows.items():
            images.append(draws[0] / (LEVELS - 1))
            captions.append(f"{texture}, window {window}")
    return plots.images(
        images,
        captions,
        f"{' and '.join(grown).capitalize()} that were grown with four windows, one draw of each.",
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
        "weight out of 256. So many of the 256 share nearly all of the weight: "
        f"{', '.join(f'{count:.0f}' for count in effective)}.",
        columns=10,
    )


def draw_inked(true: Tensor, written: Tensor, steps: int, scale: str) -> Picture:
    """Digits in colour (192, 8): of the test, and below them those that a network has written."""
    page = Page(room_for(["true", "written"]), narrow=True)
    pitch = int((page.width - page.left - 8) / 8)
    scale_up = max(1, (pitch - 6) // 8)
    rows = []
    for digits in (true, written):
        images = (digits.T.reshape(8, 8, 8, 3) * 85).numpy().astype(np.uint8)
        large = images.repeat(scale_up, 1).repeat(scale_up, 2)
        rows.append(np.concatenate(np.pad(large, GAPS, constant_values=255), 1))
    page.gap(8)
    page.tiles(np.concatenate(rows), ["true", "written"])
    page.gap(6)
    text = (
        "Above eight test digits in their inks, below eight that the network has written, three "
        f"symbols for each pixel ({steps} steps, {scale} scale)."
    )
    page.finish(text)
    sheet = page.figure.canvas
    assert isinstance(sheet, FigureCanvasAgg)
    image = Image.fromarray(np.asarray(sheet.buffer_rgba())[..., :3].copy())
    few = image.quantize(128, dither=Image.Dither.NONE)  # its own colours, not those of charts
    few.save(png := io.BytesIO(), "png", optimize=True)
    return Picture(png.getvalue(), text)


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
    """Clips (T, N), and below each how a network went on after so many frames that it saw."""
    rows = {}
    for n in range(true.shape[1]):
        rows[f"true {n + 1}"] = true[:, n].view(shape).float()
        rows[f"written {n + 1}"] = written[:, n].view(shape).float()
    return plots.frames(
        rows,
        f"{true.shape[1]} clips, and how the network goes on after frame {seen}: drawn pixel after "
        f"pixel, all that it is told being what it wrote itself ({how}).",
    )
