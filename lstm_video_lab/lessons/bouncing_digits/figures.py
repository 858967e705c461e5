"""The pictures of lesson 03: a scene of digits, a digit between two walls, the cost of one pixel.

T frames, D digits, S side of a frame, P predictions; places are (y, x).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import IdentityTransform
from numpy.typing import ArrayLike
from sklearn.datasets import load_digits as load_originals

from lstm_video_lab.data import BouncingDigits, Digits, Scene
from lstm_video_lab.data.bouncing import area_average, bounce, render
from lstm_video_lab.lessons.bouncing_digits.no_learning import NAMES
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
from lstm_video_lab.plots.charts import bars, curves, images
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
        f"Start {start * width:.1f}, {abs(step) * width:.1f} pixels a frame; the first frame is "
        f"one step after the start. {words}",
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


def draw_without_learning(per_step: Mapping[str, Sequence[float]], words: str) -> Picture:
    """Squared error of answers that need no learning, for each frame to come."""
    means = ", ".join(f"{name} {sum(v) / len(v):.1f}" for name, v in per_step.items())
    return curves(
        {name: (range(1, len(values) + 1), values) for name, values in per_step.items()},
        {"perfect": 0.0},
        f"{words}. Means over the steps: {means}.",
        xlabel="frames after the last one seen",
        ylabel="squared error per frame",
    )


def draw_no_learning(result: dict[str, Any]) -> Picture:
    """The stored scores: squared errors for each number of digits."""
    scores = result["scores"]
    names = ("mean_image", "black", "copy_last")
    return bars(
        [f"digits: {count}" for count in scores],
        {NAMES[name]: [one[name]["mse"] for one in scores.values()] for name in names},
        text=f"Without learning, {result['scale']} scale: squared error per frame.",
        ylabel="squared error per frame",
    )


def draw_place_without_shape(frame: ArrayLike, mean: ArrayLike, shaped: ArrayLike) -> Picture:
    """A frame (S, S), the mean image, and the mean digit at the true place."""
    return images(
        [frame, mean, shaped],
        ["a frame to come", "mean image", "mean digit there"],
        "A frame to come, and two answers of who has learnt nothing of this clip's shape: the mean "
        "image knows neither place nor shape, the mean digit has been told the place.",
        columns=3,
    )


def draw_levels(levels: Mapping[str, Mapping[str, Any]], words: str) -> Picture:
    """Nats per frame of what needs no learning, from the worst to the best."""
    names = ("mean_image", "mean_digit", "entropy_bound")
    values = [levels[name]["cross_entropy"] for name in names]
    shown = [name.replace("_", " ") for name in names]
    facts = ", ".join(f"{name} {value:.1f}" for name, value in zip(shown, values, strict=True))
    return bars(shown, values, text=f"{words}, nats per frame: {facts}.")


def draw_speeds(
    steps: Mapping[str, Sequence[float]], laws: Mapping[str, Any], scale: str
) -> Picture:
    """Mean step of the digit in seven clips, under each law."""
    count = len(next(iter(steps.values())))
    return bars(
        [f"clip {n}" for n in range(count, 2 * count)],
        steps,
        text=f"Mean step of the digit in {count} clips, under each law: speed={laws['all alike']} "
        f"and speed={laws['a range']} of the box per frame, {scale} scale. Walls and whole pixels "
        "make even equal speeds look a little unlike.",
        ylabel="pixels per frame",
    )


def draw_overlap(data: BouncingDigits, clips: int, scale: str) -> Picture:
    """Where two digits share most ink in so many clips: each by itself, the frame, the shared."""
    scene, frames = data.scene(0, clips), data.batch(0, clips)  # frames (T, B, H, W)
    drawn = area_average(data.digits.images, data.digit_size)[scene.chosen]  # (B, D, s, s)
    first, second = (
        render(drawn[:, d : d + 1], scene.positions[:, :, d : d + 1], data.image_size)
        for d in (0, 1)
    )
    shared = torch.minimum(first, second)  # ink only where both have some
    t, b = divmod(int(shared.sum((2, 3), dtype=torch.int64).argmax()), clips)
    return images(
        [one[t, b] for one in (first, second, frames, shared)],
        ["one digit", "the other", "the frame", "ink of both"],
        f"Clip {b}, frame {t + 1}, {scale} scale: {int((shared[t, b] > 0).sum())} pixels have ink "
        "of both digits, and the larger value is shown. Which ink is whose cannot be told from "
        "this frame alone.",
        columns=4,
    )


def draw_handwriting(digits: Digits, others: int, shown: int = 8) -> Picture:
    """The first digits as the lab uses them, over the originals; `others`: how many test."""
    small = load_originals().images[:shown] / 16  # 8×8, brightness from 0 to 16
    size = "×".join(map(str, digits.images.shape[1:]))
    return images(
        [*digits.images[:shown], *small],
        [f"a {label}" for label in digits.labels[:shown]] * 2,
        f"Above, as the lab uses them, {size} pixels; below, the originals, 8×8. "
        f"{len(digits.images)} digits train, {others} others test.",
    )


def draw_mean_images(frame: Any, means: Sequence[Any], count: int, scale: str) -> Picture:
    """A frame, the mean of `count` frames with one, two and three digits, and the first brighter.

    All (H, W).
    """
    most = float(means[0].max())
    names = [f"mean, {n + 1} digit{'s' * (n > 0)}" for n in range(len(means))]
    return images(
        [frame, *means, means[0] / most],
        ["a frame", *names, "1 digit, brighter"],
        f"A frame, and the means of {count} training frames with 1, 2 and 3 digits, {scale} scale. "
        f"The brightest pixel of the first mean is {most:.2f} (white is 1); the last picture is "
        "the same, scaled up.",
        columns=len(means) + 2,
    )
