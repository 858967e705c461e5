"""The pictures of lesson 03: a scene of digits, a digit between two walls, the cost of one pixel.

T frames, D digits, S side of a frame, P predictions; places are (y, x).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import IdentityTransform
from numpy.typing import ArrayLike

from lstm_video_lab.data import Scene
from lstm_video_lab.data.bouncing import bounce
from lstm_video_lab.metrics import cross_entropy_of_probability, entropy
from lstm_video_lab.plots.canvas import (
    INK,
    MARKERS,
    ON_DARK,
    Picture,
    add_axes,
    fit,
    grey,
    paste,
    series_style,
    tile,
    write,
)
from lstm_video_lab.plots.charts import curves
from lstm_video_lab.plots.page import Page

SHAPES = ("circles", "squares", "triangles", "diamonds")  # MARKERS in words
LARGE, SMALL, COLUMNS = 324, 76, 5  # pixels of the large and the small frames; small ones in a line
PIXELS = {"black": 0.0, "grey": 0.5, "white": 1.0}  # what the pixel is
P = np.linspace(0.01, 0.99, 99)  # what is predicted for it


def draw_scene(frames: np.ndarray, scene: Scene, frame: int) -> Picture:
    """Frame number `frame` (from 1) large, with the paths of its digits so far, beside all frames.

    frames: uint8 (T, S, S); scene: its first sequence is meant.
    """
    size, now = frames.shape[1], frame - 1
    page, shades, columns = Page(narrow=True), grey(frames), COLUMNS
    side = fit(size, min(LARGE, page.width - 24))
    if page.is_tight:  # the small frames stand below
        columns = (page.width - 16) // (SMALL + 6)
        page.gap(side + 50)
    else:
        page.left = side + 46
    page.drawing(4, _lay_current, shades[now], scene, now, side)
    for start in range(0, len(frames), columns):
        part = shades[start : start + columns]
        page.gap(18)
        page.columns(range(start + 1, start + 1 + len(part)), SMALL + 6, -2, va="bottom")
        page.tiles(tile(part, columns, SMALL, {now - start}))
    page.gap(max(4, side + 50 - page.top))
    return page.finish(describe(scene, frame, size))


def _lay_current(figure: Figure, shade: np.ndarray, scene: Scene, now: int, side: int) -> None:
    """One frame, large, with the paths on it and their key below."""
    size = len(shade)
    paste(figure, tile([shade], 1, side), 8, 6)
    axes = add_axes(figure, 11, 9, side, side)
    axes.set(xlim=(-0.5, size - 0.5), ylim=(size - 0.5, -0.5), facecolor="none")
    axes.set_axis_off()
    draw_paths(axes, scene, now)
    write(figure, "paths so far:", 10, side + 32, va="center")
    for d, label in enumerate(scene.labels[0]):
        x, y = 122 + 46 * d, figure.bbox.height - side - 32
        key = Line2D([x], [y], markersize=8, transform=IdentityTransform(), **_look(d))
        figure.add_artist(key)
        write(figure, str(label), x + 9, side + 32, va="center")


def draw_paths(axes: Axes, scene: Scene, now: int) -> None:
    """The path of each digit's centre so far, and the square that it fills now."""
    half = (scene.digit_size - 1) / 2
    for d in range(scene.labels.shape[1]):
        y, x = scene.positions[: now + 1, 0, d].T + half  # (now + 1)
        axes.plot(x, y, linewidth=1.2, markersize=5, **_look(d))
        axes.plot(x[-1:], y[-1:], markersize=9, **_look(d))
        box = np.array([-1, 1, 1, -1, -1]) * (half + 0.5)
        axes.plot(x[-1] + box, y[-1] + np.roll(box, 1), ":", color=ON_DARK[d], linewidth=1.5)


def _look(d: int) -> dict[str, Any]:
    return {"color": ON_DARK[d], "marker": MARKERS[d], "markeredgecolor": "black"}


def describe(scene: Scene, frame: int, image_size: int) -> str:
    """What is to be seen in frame number `frame` (from 1), in words."""
    now, labels = frame - 1, scene.labels[0].tolist()
    parts = [f"{'digit' if len(labels) == 1 else 'digits'} {_listed(map(str, labels))}"]
    for d, label in enumerate(labels):
        if not scene.bounced[now, 0, d]:
            continue
        name = f"the {label}" if labels.count(label) == 1 else f"the {label} ({SHAPES[d]})"
        wall = _walls(scene.positions[now, 0, d], image_size - scene.digit_size)
        parts.append(f"{name} has just bounced {wall}")
    if len(labels) > 1:
        parts.append("boxes overlap" if scene.overlap[now, 0] else "no boxes overlap")
    return f"Frame {frame} of {len(scene.positions)}: {'; '.join(parts)}."


def _walls(place: np.ndarray, far: int) -> str:
    """Where a digit is whose top left corner (y, x) lies in 0 ... far."""
    touched = []
    for at, low, high in zip(place, ("top", "left"), ("bottom", "right"), strict=True):
        if at in (0, far):
            touched.append(low if at == 0 else high)
    if len(touched) > 1:
        return f"in the {' '.join(touched)} corner"
    return f"off the {touched[0]} wall"


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def mirror(start: float, step: float, num_frames: int) -> np.ndarray:
    """Places (T,) in [0, 1] of a point that walls reflect without any loss."""
    straight = start + step * np.arange(1, num_frames + 1)
    return 1 - np.abs(straight % 2 - 1)


def draw_walls(start: float, step: float, width: int, num_frames: int) -> Picture:
    """The path under both laws, and in the words the distance that the clamp has lost.

    start, step: in parts of `width`, the pixels from wall to wall.
    """
    places, walls = (a[:, 0] for a in bounce(np.array([start]), np.array([step]), num_frames))
    exact = mirror(start, step, num_frames)
    time = np.arange(1, num_frames + 1)
    met = [str(t) for t in time[walls]]
    if not met:
        words = "No wall was met, so both paths are one."
    else:
        words = f"A wall was met in the step into frame {' and '.join(met)}. "
        apart = width * np.abs(places - exact).max()
        if apart > 0.05:
            words += f"The two paths come as far as {apart:.1f} pixels apart."
        else:
            words += "The steps ended exactly on the wall, so nothing was cut off."
    return curves(
        {"released law": (time, places * width), "exact mirror": (time, exact * width)},
        {"far wall": float(width), "near wall": 0.0},
        f"Start {start * width:.1f}, {abs(step) * width:.1f} pixels a frame. {words}",
        xlabel="frame",
        ylabel="place in pixels",
    )


def cost(p: ArrayLike, x: float) -> np.ndarray:
    """Nats of one pixel x for each of the predictions p: -x ln p - (1 - x) ln(1 - p)."""
    predictions = torch.as_tensor(np.atleast_1d(p))[:, None, None, None]  # (P, 1, 1, 1)
    pixels = torch.full_like(predictions, x)
    return cross_entropy_of_probability(predictions, pixels).ravel().numpy()


def floor(x: float) -> float:
    """The least that a pixel x can cost: the cost of p = x."""
    return abs(entropy(torch.full((1, 1, 1, 1), x, dtype=torch.float64)).item())  # not -0.0


def draw_cost(p: float) -> Picture:
    """A curve for a black, a grey and a white pixel; a ring at its floor, a dot at p."""
    page = Page(least=520)
    page.gap(14)
    axes = page.axes(268, 72, page.width - 72 - 210, "prediction p", "nats")
    axes.set(xlim=(-0.02, 1.0), ylim=(-0.15, 4.8))
    axes.axvline(p, color=INK, linewidth=1)
    ends, paid = [], []
    for n, (name, x) in enumerate(PIXELS.items()):
        look = {**series_style(n), "marker": ""}
        axes.plot(P, cost(P, x), **look)
        here = float(cost(p, x)[0])
        ring = {"color": look["color"], "marker": "o", "clip_on": False, "linestyle": ""}
        axes.plot([x], [floor(x)], markersize=11, markerfacecolor="none", **ring)
        axes.plot([p], [here], markersize=7, **ring)
        ends.append((float(cost(P[-1], x)[0]), f"{name}, x = {x:g}: pays {here:.2f}", look))
        paid.append(f"{here:.2f} nats if the pixel is {name} (never under {floor(x):.2f})")
    page.label_ends(axes, ends)
    return page.finish(f"Predicting p = {p:.2f} costs {', '.join(paid)}.")
