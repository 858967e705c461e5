"""The equations of an LSTM step as a drawing: pipes for what flows, valves for the gates.

All of it lies on the sheet itself, in pixels from its top left: axes would cost twice the time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Rectangle
from matplotlib.transforms import Affine2D

from lstm_video_lab.plots.canvas import FAINT, INK, ON_LIGHT, PAPER, SMALL, write

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


def draw_pipes(figure: Figure, now: Mapping[str, float], before: float, inputs: Mapping) -> None:
    """One step of `cells.gates` for one unit: `now` holds i, f, g, o, c and h, `before` is c(t−1).

    Pipes are as thick as what flows in them; valves are as full as they are open. The drawing fills
    the upper HEIGHT pixels of a sheet.
    """
    g, c, h, up, low = now["g"], now["c"], now["h"], UPPER, LOWER
    kept, let_in, squashed = now["f"] * before, now["i"] * g, math.tanh(c)
    for k, (name, value) in enumerate(inputs.items()):
        write(figure, f"{name} {two(value)}", 12, low - 16 + 17 * k, va="center")
    for flow, words, place, *corners in (
        (before, f"c(t−1) = {two(before)}", (12, up), (124, up), (205, up)),
        (kept, f"kept {two(kept)}", (300, up - 16), (249, up), (418, up)),
        (g, f"g = {two(g)}", (136, low), (215, low), (318, low)),
        (let_in, f"let in {two(let_in)}", (438, 112), (362, low), (430, low), (430, up + 12)),
        (c, f"c(t) = {two(c)}", (746, up), (442, up), (734, up)),
        (squashed, f"tanh {two(squashed)}", (618, 112), (610, up), (610, low), (648, low)),
        (h, f"h(t) = {two(h)}", (746, low), (692, low), (734, low)),
    ):
        _pipe(figure, flow, corners)
        write(figure, words, *place, va="center")
    rim: dict[str, Any] = {"facecolor": PAPER, "edgecolor": INK, "linewidth": 1.4, "zorder": 3}
    _add(figure, Circle((430, up), 12, **rim))
    write(figure, "+", 430, up, ha="center", va="center", fontsize=14, zorder=4)
    for name in VALVES:
        _valve(figure, name, now[name])


def _add(figure: Figure, artist: Line2D | Circle | Rectangle) -> None:
    """Place an artist that is given in pixels from the top left."""
    artist.set_transform(Affine2D().scale(1, -1).translate(0, figure.bbox.height))
    figure.add_artist(artist)


def _pipe(figure: Figure, flow: float, corners: list) -> None:
    style: dict[str, Any] = {"color": FAINT, "solid_joinstyle": "miter", "solid_capstyle": "butt"}
    wide = 0.8 + 6 * min(1.0, abs(flow))
    _add(figure, Line2D(*zip(*corners, strict=True), linewidth=wide, **style))


def _valve(figure: Figure, name: str, opened: float) -> None:
    """A box filled from below as far as the gate is open."""
    words, left, middle, colour = VALVES[name]
    wide, tall = 44, 36
    top, full = middle - tall / 2, tall * opened
    box: dict[str, Any] = {"linewidth": 0, "zorder": 3}
    _add(figure, Rectangle((left, top), wide, tall, facecolor=PAPER, **box))
    level: dict[str, Any] = {"facecolor": colour, "alpha": 0.55, **box}
    _add(figure, Rectangle((left, top + tall - full), wide, full, **level))
    rim: dict[str, Any] = {"fill": False, "edgecolor": colour, "linewidth": 2, "zorder": 4}
    _add(figure, Rectangle((left, top), wide, tall, **rim))
    write(figure, two(opened), left + wide / 2, middle, ha="center", va="center", zorder=5)
    below = (left + wide / 2, middle + 28)
    write(figure, f"{words} {name}", *below, ha="center", va="center", fontsize=SMALL)
