"""Two gradients that meet at one state: their lengths, the angle between them, and their sum."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from lstm_video_lab.plots.canvas import (
    BLUE,
    FAINT,
    INK,
    SMALL,
    VERMILLION,
    WIDTH,
    Picture,
    add_axes,
    as_array,
    finish,
    sheet,
    write,
)

LOOKS = {"future": (BLUE, "-"), "reconstruction": (VERMILLION, "--"), "sum": (INK, "-")}


class Meeting(NamedTuple):
    """The lengths (L2 norms) of two gradients and of their sum, and the cosine between the two."""

    future: float
    reconstruction: float
    sum: float
    cosine: float


def meet(future: ArrayLike, reconstruction: ArrayLike) -> Meeting:
    """How two gradients of one shape lie to each other.

    Raises ValueError where one of them is zero, or no numbers: it has no direction.
    """
    a, b = (as_array(part).astype(float).ravel() for part in (future, reconstruction))
    lengths = np.linalg.norm(a), np.linalg.norm(b)
    if not all(0 < length < math.inf for length in lengths):
        raise ValueError(f"gradients of lengths {lengths}: only finite ones above 0 have an angle")
    cosine = float(np.clip(a @ b / math.prod(lengths), -1, 1))
    return Meeting(float(lengths[0]), float(lengths[1]), float(np.linalg.norm(a + b)), cosine)


def draw_meetings(meetings: Mapping[str, Meeting], text: str | None = None) -> Picture:
    """Name -> Meeting: the two gradients as arrows with their true angle, their sum as a third.

    Every panel has a scale of its own; the two lengths stand below it, the future's first.
    """
    side = min((WIDTH - 16) // len(meetings), 190)
    figure = sheet(WIDTH, side + 94)
    for n, name in enumerate(LOOKS):
        colour, dash = LOOKS[name]
        key = add_axes(figure, 12 + 250 * n, 10, 34, 12)
        key.axhline(0, color=colour, linestyle=dash, linewidth=2.5)
        key.set_axis_off()
        write(figure, f"gradient of the {name}", 52 + 250 * n, 16, va="center", fontsize=SMALL)
    for n, (name, meeting) in enumerate(meetings.items()):
        left = 8 + n * side
        write(figure, name, left + side / 2, 34, ha="center", weight="bold", fontsize=SMALL)
        _lay_arrows(add_axes(figure, left + 4, 52, side - 8, side - 8), meeting)
        words = (
            f"{meeting.future:.2g} and {meeting.reconstruction:.2g}\ncosine {meeting.cosine:+.2f}"
        )
        write(figure, words, left + side / 2, side + 56, ha="center", fontsize=SMALL)
    return finish(figure, text or describe(meetings))


def _lay_arrows(axes: Axes, meeting: Meeting) -> None:
    """The plane of the two gradients: the future's to the right, the sum the diagonal."""
    axes.set_axis_off()
    turned = math.sqrt(1 - meeting.cosine**2)
    ends = {
        "future": np.array([meeting.future, 0.0]),
        "reconstruction": meeting.reconstruction * np.array([meeting.cosine, turned]),
    }
    ends["sum"] = ends["future"] + ends["reconstruction"]
    for name in ("future", "reconstruction"):
        axes.plot(*zip(ends[name], ends["sum"], strict=True), color=FAINT, linestyle=":")
    for name, end in ends.items():
        colour, dash = LOOKS[name]
        style = {"color": colour, "linestyle": dash, "linewidth": 2.2, "shrinkA": 0, "shrinkB": 0}
        arrow = {"arrowstyle": "-|>", "mutation_scale": 13, **style}
        axes.annotate("", (end[0], end[1]), (0, 0), arrowprops=arrow)
    corners = np.array([[0.0, 0.0], *ends.values()])
    low, high = corners.min(0), corners.max(0)
    middle, half = (low + high) / 2, 0.58 * (high - low).max()
    axes.set(xlim=(middle[0] - half, middle[0] + half), ylim=(middle[1] - half, middle[1] + half))


def describe(meetings: Mapping[str, Meeting]) -> str:
    """Every meeting in words."""
    parts = [
        f"{name}: future {m.future:.2g}, reconstruction {m.reconstruction:.2g}, sum {m.sum:.2g}, "
        f"cosine {m.cosine:+.2f} ({math.degrees(math.acos(m.cosine)):.0f}°)"
        for name, m in meetings.items()
    ]
    return f"Lengths of the gradients and the angle between the two. {'; '.join(parts)}."
