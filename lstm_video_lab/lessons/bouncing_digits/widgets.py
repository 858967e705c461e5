"""The digits explorer: what the bouncing digits are, one frame at a time.

T frames, D digits, S side of a frame; places are (y, x).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import ipywidgets
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.transforms import IdentityTransform

from lstm_video_lab.data import BouncingDigits, Digits, Scene, load_digits
from lstm_video_lab.plots import number_columns
from lstm_video_lab.plots.canvas import (
    MARKERS,
    ON_DARK,
    Picture,
    add_axes,
    finish,
    fit,
    grey,
    paste,
    sheet,
    tile,
    write,
)
from lstm_video_lab.widgets.base import LabWidget, dropdown, player, row, slider

SIZES = {16: 7, 32: 14, 64: 28}  # side of a frame -> side of a digit, as in the three scales
FRAMES = 20
SHAPES = ("circles", "squares", "triangles", "diamonds")  # MARKERS in words
LARGE, SMALL, COLUMNS = 324, 76, 5  # pixels of the large and the small frames; small ones in a line


class DigitsExplorer(LabWidget):
    """Move the number of digits, their speed and their size, and play or scrub the frames.

    `digits`: a source of `load_digits`, or a `Digits`.
    """

    title = "bouncing digits"

    def __init__(self, digits: str | Digits = "embedded") -> None:
        self.digits = load_digits(digits) if isinstance(digits, str) else digits
        self.sequence = lru_cache(maxsize=16)(self._sequence)
        super().__init__()

    def controls(self) -> dict[str, Any]:
        sizes = [(f"{size} pixels, digits {digit}", size) for size, digit in SIZES.items()]
        return {
            "num_digits": slider("Digits", 2, 1, 4),
            "speed": slider("Speed", 0.1, 0.0, 0.3, 0.01),
            "image_size": dropdown("Size", 32, sizes),
            "seed": slider("Seed", 34, 0, 99),  # two unlike digits that meet and part
            "frame": slider("Frame number", 1, 1, FRAMES),
        }

    def arrange(self, controls: dict[str, Any]) -> ipywidgets.Widget:
        *world, frame = controls.values()
        return ipywidgets.VBox([row(*world), player(frame)])

    def _sequence(self, num_digits: int, speed: float, image_size: int, seed: int):
        """Frames uint8 (T, S, S) and the scene that they were made from."""
        data = BouncingDigits(
            self.digits, num_digits, image_size, FRAMES, SIZES[image_size], speed, seed
        )
        return data.batch(0, 1)[:, 0].numpy(), data.scene(0, 1)

    def render(self, frame: int, **world: Any) -> Picture:
        frames, scene = self.sequence(**world)
        return draw_scene(frames, scene, frame)


def draw_scene(frames: np.ndarray, scene: Scene, frame: int) -> Picture:
    """Frame number `frame` (from 1) large, with the paths of its digits so far, beside all frames.

    frames: uint8 (T, S, S); scene: its first sequence is meant.
    """
    size, now = frames.shape[1], frame - 1
    shades, side = grey(frames), fit(size, LARGE)
    left, line = side + 46, SMALL + 24
    lines = -(-len(frames) // COLUMNS)
    figure = sheet(left + COLUMNS * (SMALL + 6) + 8, max(side + 50, lines * line + 8))
    paste(figure, tile(shades[now : now + 1], 1, side), 8, 6)
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
    for n in range(lines):
        part = range(n * COLUMNS, min((n + 1) * COLUMNS, len(frames)))
        top = 22 + n * line
        small = tile(shades[part.start : part.stop], COLUMNS, SMALL, {now - part.start})
        paste(figure, small, left, top)
        number_columns(figure, [t + 1 for t in part], left, top, SMALL + 6)
    return finish(figure, describe(scene, frame, size))


def draw_paths(axes, scene: Scene, now: int) -> None:
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
    names = [
        f"the {label}" + (f" ({SHAPES[d]})" if labels.count(label) > 1 else "")
        for d, label in enumerate(labels)
    ]
    parts = [f"{'digit' if len(labels) == 1 else 'digits'} {_listed(map(str, labels))}"]
    for name, place, bounced in zip(
        names, scene.positions[now, 0], scene.bounced[now, 0], strict=True
    ):
        if bounced:
            parts.append(f"{name} has just bounced {_walls(place, image_size - scene.digit_size)}")
    if len(labels) > 1:
        parts.append("boxes overlap" if scene.overlap[now, 0] else "no boxes overlap")
    return f"Frame {frame} of {len(scene.positions)}: {'; '.join(parts)}."


def _walls(place: np.ndarray, far: int) -> str:
    """Where a digit is whose top left corner (y, x) lies in 0 ... far."""
    touched = [
        low if at == 0 else high
        for at, low, high in zip(place, ("top", "left"), ("bottom", "right"), strict=True)
        if at in (0, far)
    ]
    return (
        f"in the {' '.join(touched)} corner" if len(touched) > 1 else f"off the {touched[0]} wall"
    )


def _listed(words) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
