"""One step of a convolutional LSTM as a drawing: maps, the window that is seen, one place of c."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from lstm_video_lab.plots.canvas import INK, ON_LIGHT, PAPER, Picture, write
from lstm_video_lab.plots.page import Page

HEIGHT = 300  # pixels
CELL, SIDE = 17, 8  # pixels of a place; places of a map, to each side
PLACE = (4, 3)  # the place (column, row) that is computed
KERNEL = 5
MAPS: dict[str, tuple[int, int, Any]] = {  # where each lies, and its colour
    "x(t): 16 pixels of each patch": (24, 40, ON_LIGHT[2]),
    "h(t−1): maps of the step before": (24, 196, ON_LIGHT[0]),
}


def draw_convlstm_step() -> Picture:
    """How one place of the state is computed, and that all places use the same weights."""
    page = Page()
    page.drawing(HEIGHT + 76, _draw)
    return page.finish(
        "A step of a convolutional LSTM. Each place sees a window of 5×5 places of the frame and "
        "of the maps h of the step before, and computes its four gates from them. The window then "
        "moves on: all places use the same weights. Peepholes and the old c come from the place "
        "itself."
    )


def _draw(figure: Figure) -> None:
    column, row = PLACE
    target = (660, 110)
    for words, (left, top, colour) in MAPS.items():
        top = 50 if top < 100 else 226
        _map(figure, left, top, colour, stack=3)
        reach = KERNEL // 2
        x, y = left + (column - reach) * CELL, top + (row - reach) * CELL
        size = KERNEL * CELL
        _box(figure, x, y, size, size, edgecolor=colour, facecolor="none", linewidth=2.6)
        write(figure, words, left, top - 36)
        end = (410, 150 if top < 100 else 206)
        for corner in (y, y + size):
            _line(figure, (x + size, corner), end, colour)
    _gates(figure)
    _map(figure, *target, ON_LIGHT[1], stack=3)
    x, y = target[0] + column * CELL, target[1] + row * CELL
    _box(figure, x, y, CELL, CELL, edgecolor=INK, facecolor=ON_LIGHT[1], linewidth=2)
    _line(figure, (566, 178), (x, y + CELL / 2), INK)
    write(figure, "c(t), and from it h(t)", target[0], target[1] - 36)
    write(figure, "one place of them", target[0], target[1] + SIDE * CELL + 14)


def _gates(figure: Figure) -> None:
    """The four gates of one place."""
    _box(figure, 410, 132, 156, 92, edgecolor=INK, facecolor=PAPER, linewidth=1.4)
    write(figure, "i, f, g, o", 488, 150, ha="center", weight="bold")
    write(figure, "5×5 weights for each", 488, 176, ha="center", fontsize=8.5)
    write(figure, "pair of maps, the same", 488, 190, ha="center", fontsize=8.5)
    write(figure, "at all 64 places", 488, 204, ha="center", fontsize=8.5)


def _map(figure: Figure, left: float, top: float, colour: str, stack: int) -> None:
    """Some maps behind each other, the first with its places."""
    side = SIDE * CELL
    for k in range(stack, 0, -1):
        _box(figure, left + 5 * k, top - 4 * k, side, side, edgecolor=colour, facecolor=PAPER)
    _box(figure, left, top, side, side, edgecolor=colour, facecolor=PAPER, linewidth=1.2)
    for k in range(1, SIDE):
        _line(figure, (left + k * CELL, top), (left + k * CELL, top + side), "#D0D0D0")
        _line(figure, (left, top + k * CELL), (left + side, top + k * CELL), "#D0D0D0")


def _box(figure: Figure, left: float, top: float, width: float, height: float, **look: Any) -> None:
    wide, tall = figure.bbox.size
    corner = (left / wide, 1 - (top + height) / tall)
    shape = Rectangle(corner, width / wide, height / tall, transform=figure.transFigure, **look)
    figure.add_artist(shape)


def _line(figure: Figure, start: tuple, end: tuple, colour: str) -> None:
    wide, tall = figure.bbox.size
    xs, ys = ([start[0] / wide, end[0] / wide], [1 - start[1] / tall, 1 - end[1] / tall])
    figure.add_artist(Line2D(xs, ys, color=colour, linewidth=1.0, transform=figure.transFigure))
