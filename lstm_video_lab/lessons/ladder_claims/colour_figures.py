"""The pictures of lesson 14b that are in colour: mixed losses, grids, and pixels that start grey.

T frames, B clips, C channels, S side of a frame.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from numpy.typing import ArrayLike
from PIL import Image

from lstm_video_lab import plots
from lstm_video_lab.data.frames import unpack_frames
from lstm_video_lab.lessons.ladder_claims.figures import FRAMES, light, made
from lstm_video_lab.lessons.ladder_claims.grey import Painted, colours_of
from lstm_video_lab.lessons.ladder_claims.trials import (
    AHEAD,
    each_of,
    gather,
    mixes_of,
    seeds_of,
    shares_of,
)
from lstm_video_lab.plots.canvas import Picture, as_array, room_for
from lstm_video_lab.plots.page import Page

COLOURS = 64  # of a picture: more are not seen in small photographs, and weigh
PHOTOS = {
    "photo shuffle": "pixel shuffle",
    "photo nearest": "nearest",
    "photo none": "full resolution",
}


def draw_rows(
    rows: Mapping[str, ArrayLike], captions: list[str], text: str, most: int = 6
) -> Picture:
    """Rows of colour images (n, 3, S, S) in [0, 1], each pixel `most` screen pixels at most."""
    page = Page(room_for([*rows, "frame"]), narrow=True)
    arrays = {name: as_array(row) for name, row in rows.items()}
    count = max(map(len, arrays.values()))
    side = next(iter(arrays.values())).shape[-1]
    scale = max(1, min(most, int((page.width - page.left - 8) / count / (side + 1))))
    page.gap(26)
    page.columns(captions, scale * (side + 1), -20)
    bands = []
    for row in arrays.values():
        padded = np.pad(row, ((0, 0), (0, 0), (0, 1), (0, 1)), constant_values=1.0)
        bands.append(np.concatenate([image.transpose(1, 2, 0) for image in padded], 1))
    image = (255 * np.concatenate(bands).clip(0, 1)).round().astype(np.uint8)
    page.tiles(image.repeat(scale, 0).repeat(scale, 1), list(rows))
    page.gap(6)
    return _in_full_colour(page, text)


def _in_full_colour(page: Page, text: str) -> Picture:
    """The finished page with colours of its own: those of other pictures have no photograph."""
    page.finish(text)
    sheet = page.figure.canvas
    assert isinstance(sheet, FigureCanvasAgg)
    image = Image.fromarray(np.asarray(sheet.buffer_rgba())[..., :3].copy())
    few = image.quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(file := io.BytesIO(), format="png", optimize=True)
    return Picture(file.getvalue(), text)


def draw_mix(result: dict[str, Any], dssim: float, l1: float) -> Picture:
    """True frames above those predicted under shares of DSSIM and, of what it leaves, of L1."""
    name = f"mix {dssim} {l1 if dssim < 1 else 0.0}"
    levels = result["baselines"]["colour"]
    stored = {"truth": levels["truth"], "predicted": result["trials"][f"{name}/0"]}
    rows = {}
    for words, trial in stored.items():
        clips = unpack_frames(trial["shown"]) / 255  # (T, B, C, S, S)
        rows[words] = clips.swapaxes(0, 1).reshape(-1, *clips.shape[2:])
    parts = {key: _seed_by_seed(result, name, key) for key in ("contours", "colours")}
    error, _, _ = gather(result, name, "mse", 0)
    nothing_left = "Nothing is left for L1 and L2 to share. " if dssim == 1 else ""
    return draw_rows(
        rows,
        [str(t) for _ in range(2) for t in list(FRAMES)[: len(rows["truth"]) // 2]],
        f"{'{:g}·DSSIM + {:g}·L1 + {:g}·L2'.format(*shares_of(name))}. {nothing_left}Two held-out "
        "clips (seed 0). Explained, seed by seed, of contours: "
        f"{parts['contours']}, of colours: {parts['colours']}. Squared error {error:.2f}; copy "
        f"last {levels['copy last']['mse'][0]:.2f}, mean image "
        f"{levels['mean image']['mse'][0]:.1f} (first predicted frame, {result['scale']} scale).",
    )


def _seed_by_seed(result: dict[str, Any], name: str, key: str) -> str:
    return ", ".join(f"{value:.2f}" for value in each_of(result, name, key))


def words_of(name: str) -> str:
    """The losses of a mix that have a share: "DSSIM, L2"."""
    shares = zip(("DSSIM", "L1", "L2"), shares_of(name), strict=True)
    return ", ".join(loss for loss, share in shares if share)


@light
def draw_mixes(result: dict[str, Any], key: str) -> Picture:
    """Explained of "contours" or of "colours" (`key`) under each mix, a bar for each seed."""
    names = mixes_of(result)
    shares = [each_of(result, name, key) for name in names]
    digits = 1 if key == "contours" else 2  # two would touch below bars that all go down
    heights = {}
    for seed in range(min(map(len, shares))):
        heights[f"seed {seed}"] = [round(max(share[seed], -1), digits) for share in shares]
    words = ". ".join(f"{words_of(name)}: {_seed_by_seed(result, name, key)}" for name in names)
    return plots.bars(
        [words_of(name) for name in names],
        heights,
        text=f"Explained of {key} in the first predicted frame, by loss (two share halves, three "
        f"½, ¼, ¼), seed by seed: {words}. A bar is cut off at −1 ({made(result, *names)}).",
        ylabel=f"{key}, explained (1: all)",
    )


def draw_painted(painted: Painted, way: str) -> Picture:
    """The photograph with most contour and colour as it comes out of grey, after each moment."""
    colour = colours_of(painted.truth).square().sum((1, 2, 3))
    image = int((colour * painted.truth.diff(dim=-1).square().sum((1, 2, 3))).argmax())
    rows = {}
    for name, kept in painted.pixels.items():
        images = [as_array(x[image]) for x in kept] + [as_array(painted.truth[image])]
        rows[name] = np.stack(images)[:, :, 6:42, 6:42]  # the middle
    at = list(painted.moments).index(50) if 50 in painted.moments else -1
    words = "; ".join(
        f"{name}: contours {painted.contours[name][at]:.2f}, "
        f"colours {painted.colours[name][at]:.2f}"
        for name in rows
    )
    return draw_rows(
        rows,
        [f"{n} steps" for n in painted.moments] + ["truth"],
        f"No model: the pixels themselves start grey and follow the gradient of a loss ({way}). "
        f"Explained after {painted.moments[at]} steps, of {len(painted.truth)} photographs: "
        f"{words}.",
    )


@light
def draw_progress(painted: Painted, way: str) -> Picture:
    """Explained shares of contours and colours against steps."""
    lines = {}
    for name in painted.pixels:
        for key, values in (("contours", painted.contours), ("colours", painted.colours)):
            lines[f"{name}, {key}"] = (painted.moments, values[name])
    return plots.curves(
        lines,
        text=f"What is explained of {len(painted.truth)} photographs ({way}), after "
        f"{painted.moments[-1]} steps: "
        + ", ".join(f"{name} {values[-1]:.2f}" for name, (_, values) in lines.items())
        + ".",
        xlabel="steps",
        ylabel="explained share",
    )


def draw_grid_photo(result: dict[str, Any]) -> Picture:
    """A predicted photograph, enlarged, after more and more training: truth at the right."""
    truth = unpack_frames(result["baselines"]["colour"]["truth"]["shown"])[0, 0] / 255
    rows, captions = {}, []
    for name, words in PHOTOS.items():
        moments = result["trials"][f"{name}/0"]["moments"]
        images = [unpack_frames(moment["seen"])[0] / 255 for moment in moments]
        rows[words] = np.stack([*images, truth])
        captions = [f"{moment['step']} steps" for moment in moments] + ["truth"]
    return draw_rows(
        rows,
        captions,
        "The first predicted frame of a natural clip, enlarged, after more and more training (L2, "
        "seed 0), in three ways to enlarge; the truth at the right.",
        most=8,
    )


@light
def draw_grid_growth(result: dict[str, Any], key: str) -> Picture:
    """A measure of the grid against steps of training, with that of true frames.

    Blocks only of ways that have squares: at full resolution a network makes its steps at the
    frame's border, and the measure takes those at either side for steps within a square.
    """
    lines = {}
    ways = dict(list(PHOTOS.items())[: 2 if key == "blocks" else None])
    for name, words in ways.items():
        runs = [result["trials"][f"{name}/{k}"]["moments"] for k in range(seeds_of(result, name))]
        steps = [moment["step"] for moment in runs[0]]
        means = [np.mean([run[m][key] for run in runs]) for m in range(len(steps))]
        lines[words] = (steps, [round(100 * mean, 2) for mean in means])
    level = 100 * result["baselines"]["colour"]["truth"][key]
    title = {"checks": "chessboard", "blocks": "blocks"}[key]
    return plots.curves(
        lines,
        {"truth": level},
        f"{title.capitalize()} in the first predicted frame of natural clips, in %, by steps of "
        f"training (mean of {seeds_of(result, next(iter(PHOTOS)))} seeds): "
        + "; ".join(
            f"{words} {values[0]:.1f} to {values[-1]:.1f}" for words, (_, values) in lines.items()
        )
        + f"; truth {level:.1f}.",
        xlabel="steps of training",
        ylabel=f"{title}, %",
        logx=True,
    )


@light
def draw_against_copying(result: dict[str, Any]) -> Picture:
    """Ladders on natural clips by predicted frame, and with a path that copies."""
    ways = {"L2": "mix 0.0 0.0", "L2, slower": "slow L2", "L2, slower, copy path": "copy path"}
    levels = result["baselines"]["colour"]
    lines, words = {}, []
    for name, trial in ways.items():
        values = [gather(result, trial, "mse", t) for t in range(AHEAD)]
        lines[name] = (FRAMES, [mean for mean, _, _ in values])
        words.append(f"{name} " + ", ".join(f"{m:.1f} ± {s:.1f}" for m, s, _ in values[:3]))
    lines["copy last"] = (FRAMES, levels["copy last"]["mse"])
    copied = ", ".join(f"{error:.1f}" for error in levels["copy last"]["mse"][:3])
    return plots.curves(
        lines,
        {"mean image": levels["mean image"]["mse"][0]},
        "Squared error (three channels) on natural clips, fed back; frames 9, 10 and 11: "
        f"{'; '.join(words)}; copy last {copied} ({made(result, *ways.values())}).",
        xlabel="frame of the clip",
        ylabel="squared error per frame",
        logy=True,
        height=330,
    )
