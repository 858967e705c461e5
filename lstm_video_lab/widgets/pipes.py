"""The equations of an LSTM step as a drawing: pipes for what flows, valves for the gates."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Circle, Rectangle

from lstm_video_lab.sheets import FAINT, FONT, INK, ON_LIGHT, PAPER, SMALL, WIDTH

HEIGHT = 214  # pixels
UPPER, LOWER = 62, 150  # two storeys: the memory, and what comes in and goes out
VALVES = {  # where each begins, and its colour: that of lines 1, 2 and 3 in draw_lines
    "i": ("input gate", 318, LOWER, ON_LIGHT[0]),
    "f": ("forget gate", 205, UPPER, ON_LIGHT[1]),
    "o": ("output gate", 648, LOWER, ON_LIGHT[2]),
}


def two(value: float) -> str:
    """Two decimals, and no minus before zero."""
    return f"{value:.2f}".replace("-0.00", "0.00").replace("-", "−")


def draw_pipes(axes: Axes, now: Mapping[str, float], before: float, inputs: Mapping) -> None:
    """One step of `cells.gates` for one unit: `now` holds i, f, g, o, c and h, `before` is c(t−1).

    Pipes are as thick as what flows in them; valves are as full as they are open.
    """
    axes.set(xlim=(0, WIDTH), ylim=(HEIGHT, 0))
    axes.axis("off")
    g, c, h, up, low = now["g"], now["c"], now["h"], UPPER, LOWER
    kept, let_in, squashed = now["f"] * before, now["i"] * g, math.tanh(c)
    for k, (name, value) in enumerate(inputs.items()):
        _write(axes, (12, low - 16 + 17 * k), f"{name} {two(value)}")
    _pipe(axes, before, f"c(t−1) = {two(before)}", (12, up), (124, up), (205, up))
    _pipe(axes, kept, f"kept {two(kept)}", (300, up - 16), (249, up), (418, up))
    _pipe(axes, g, f"g = {two(g)}", (136, low), (215, low), (318, low))
    _pipe(axes, let_in, f"let in {two(let_in)}", (438, 112), (362, low), (430, low), (430, up + 12))
    _pipe(axes, c, f"c(t) = {two(c)}", (746, up), (442, up), (734, up))
    _pipe(axes, squashed, f"tanh {two(squashed)}", (618, 112), (610, up), (610, low), (648, low))
    _pipe(axes, h, f"h(t) = {two(h)}", (746, low), (692, low), (734, low))
    axes.add_patch(Circle((430, up), 12, facecolor=PAPER, edgecolor=INK, linewidth=1.4, zorder=3))
    _write(axes, (430, up), "+", ha="center", fontsize=14, zorder=4)
    for name in VALVES:
        _valve(axes, name, now[name])


def _pipe(axes: Axes, flow: float, words: str, place: tuple, *corners: tuple) -> None:
    style: dict[str, Any] = {"color": FAINT, "solid_joinstyle": "miter", "solid_capstyle": "butt"}
    axes.plot(*zip(*corners, strict=True), linewidth=0.8 + 6 * min(1.0, abs(flow)), **style)
    _write(axes, place, words)


def _valve(axes: Axes, name: str, opened: float) -> None:
    """A box filled from below as far as the gate is open."""
    words, left, middle, colour = VALVES[name]
    wide, tall = 44, 36
    top, full = middle - tall / 2, tall * opened
    box: dict[str, Any] = {"linewidth": 0, "zorder": 3}
    axes.add_patch(Rectangle((left, top), wide, tall, facecolor=PAPER, **box))
    level: dict[str, Any] = {"facecolor": colour, "alpha": 0.55, **box}
    axes.add_patch(Rectangle((left, top + tall - full), wide, full, **level))
    rim: dict[str, Any] = {"fill": False, "edgecolor": colour, "linewidth": 2, "zorder": 4}
    axes.add_patch(Rectangle((left, top), wide, tall, **rim))
    _write(axes, (left + wide / 2, middle), two(opened), ha="center", zorder=5)
    below = (left + wide / 2, middle + 28)
    _write(axes, below, f"{words} {name}", ha="center", fontsize=SMALL)


def _write(axes: Axes, place: tuple[float, float], words: str, **style) -> None:
    style = {"fontsize": FONT, "color": INK, "va": "center", **style}
    axes.text(*place, words, parse_math=False, **style)
