"""A page: frames, strips and charts under one another, with their names and words.

T time, H height and W width of a frame, U units. Places are pixels from a sheet's top left.
"""

import math
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from lstm_video_lab.checks import LabError
from lstm_video_lab.plots import canvas
from lstm_video_lab.plots.canvas import FAINT, FONT, GAP, INK, SMALL, WIDTH, Picture

MOST = 20  # frames in a row
SIDE = 28  # pixels: where frames in one line would be smaller, they take more lines
NARROWEST = 240  # pixels of a chart that has the names of its lines beside it
LINE, BOLD, WORD = 17, 8.2, 6.9  # pixels of a line of words; of a letter, in bold and of a name


def rows_of(rows: Mapping[str, ArrayLike]) -> tuple[dict[str, np.ndarray], range]:
    """Name -> frames in [0, 1], and which of them are shown: of many, evenly spaced ones."""
    arrays = {name: canvas.grey(row) for name, row in rows.items()}
    for name, row in arrays.items():
        if row.ndim != 3 or not len(row):
            raise LabError(f"row {name!r} has shape {row.shape}: frames are (T, H, W)")
    length = max(map(len, arrays.values()))
    return arrays, range(0, length, math.ceil(length / MOST))


def tile_rows(rows: Mapping[str, np.ndarray], shown: range, most: float, mark: int | None = None):
    """The frames `shown` of each row under one another as one image, each `most` wide at most."""
    side = canvas.fit(max(row.shape[2] for row in rows.values()), most)
    cells = [
        row[t] if t < len(row) else np.full(row.shape[1:], np.nan)
        for row in rows.values()
        for t in shown
    ]
    marks: Sequence[int] = ()
    if mark is not None and shown.start <= mark < shown.stop:
        marks = range((mark - shown.start) // shown.step, len(cells), len(shown))
    return canvas.tile(cells, len(shown), side, marks)


class Page:
    """Parts from top to bottom, each added below the one before; `finish` makes the picture.

    left: where frames and strips begin, after their names; narrow: the sheet is no wider than its
    frames need, but at least half as wide as others; least: what it needs in a narrow room, where
    the picture then scrolls sideways. `width` is what there is (`canvas.in_room`).
    """

    def __init__(self, left: float = 8, *, narrow: bool = False, least: float = 0) -> None:
        self.left, self.narrow = left, narrow
        self.width = round(min(max(canvas.room(), least), WIDTH))
        self.is_tight = self.width < WIDTH
        self.top, self.right = 0.0, 0.0  # where the next part begins; where the frames end
        self.figure = canvas.sheet(self.width, 1)  # how high it must be is known at the end
        self._later: list[Callable[[], Any]] = []  # what places the parts, then
        self._ends: dict[Axes, float] = {}  # where axes end at the right

    def gap(self, height: float) -> None:
        """Leave room before the next part."""
        self.top += height

    def write(self, words: str, left: float, down: float = 0.0, **style) -> None:
        """Words that begin there, `down` pixels below the last part; they take no room."""
        place = (left, self.top + down)
        self._later.append(partial(canvas.write, self.figure, words, *place, **style))

    def heading(self, words: str) -> None:
        """Bold words at the left edge, on more lines in a narrow room; nothing without words."""
        if self.is_tight:
            words = textwrap.fill(words, int((self.width - 16) / BOLD))
        self.write(words, 8, 6, weight="bold")
        self.gap(24 + LINE * words.count("\n") if words else 0)

    def columns(self, words: Iterable, pitch: float, down: float = 0.0, **style) -> None:
        """A word over the middle of each column that is `pitch` wide; they take no room."""
        style = {"ha": "center", "fontsize": SMALL, "color": FAINT, **style}
        for k, word in enumerate(words):
            self.write(str(word), self.left + (k + 0.5) * pitch, down, **style)

    def lines(self, names: Sequence[str], height: float, down: float = 0.0, **style) -> None:
        """A name before the middle of each line that is `height` high; they take no room."""
        style = {"ha": "right", "va": "center", **style}
        for n, name in enumerate(names):
            self.write(name, self.left - 8, down + (n + 0.5) * height, **style)

    def tiles(self, image: np.ndarray, names: Sequence[str] = ()) -> None:
        """An image of what `tile` makes, with a name before each of its rows."""
        self._paste(image, self.left)
        self.lines(names, image.shape[0] / max(len(names), 1))
        self.right = max(self.right, self.left + image.shape[1])
        self.gap(image.shape[0])

    def frames(
        self, rows, numbers=None, *, first=1, mark=None, above=26, right: float = 8, largest=150,
        whole=False,
    ) -> tuple[range, int]:  # fmt: skip
        """Rows of frames, name -> (T, H, W), with a number over each column, from `first` on.

        above: pixels for the numbers; right: pixels to leave at the right; largest: pixels of a
        frame; whole: one line also in a narrow room, for what stands below its columns. Returns the
        frames shown, of many evenly spaced ones, and the width of a column.
        """
        arrays, shown = rows_of(rows)
        numbers = numbers or [first + t for t in shown]
        room = self.width - self.left - right
        columns = len(shown) if whole else self._columns(len(shown), room)
        pitch = 0
        for n in range(0, len(shown), columns):
            part = shown[n : n + columns]
            image = tile_rows(arrays, part, min(room / columns - 2 - GAP, largest), mark)
            pitch = image.shape[1] // len(part)
            self.gap(above)
            self.columns(numbers[n : n + columns], pitch, -2, va="bottom")
            style: dict[str, Any] = {"va": "bottom", "fontsize": SMALL, "color": FAINT}
            self.lines(["frame"], 0, -2, **style)
            self.tiles(image, list(rows))
        return shown, pitch

    def _columns(self, count: int, room: float) -> int:
        """Frames in a line: all, but in a narrow room so few that they can be seen."""
        most = max(1, int(room // (SIDE + 2 + GAP)))
        return math.ceil(count / math.ceil(count / most)) if self.is_tight else count

    def strip(
        self, values, height: int, name="", *, width=None, mark=None, limits=None, below: float = 8
    ) -> None:
        """Values (T, U) as `paint` does, with the name before and the key of the colours after."""
        values = canvas.as_array(values)
        width = width or round(self.width - self.left - 60)
        most = max(1.0, float(np.nanmax(np.abs(values))))
        low, high = limits or (-most if np.nanmin(values) < 0 else 0.0, most)
        self._paste(canvas.paint(values, width, height, low, high, mark), self.left)
        self.lines([name], height)
        key = canvas.paint(np.linspace(high, low, 32)[None], 10, height, low, high)
        self._paste(key, self.left + width + 8)
        for value, down, va in ((high, 0, "top"), (low, height, "bottom")):
            style: dict[str, Any] = {"va": va, "fontsize": SMALL, "color": FAINT}
            self.write(f"{value:.3g}", self.left + width + 22, down, **style)
        self.gap(height + below)

    def chart(
        self, height: float, names: Sequence[str] = (), xlabel="", ylabel="", margin=30, below=48
    ) -> Axes:
        """Axes over the whole width but for the longest of `names`, which `label_ends` writes.

        In a narrow room the names have no place beside them, and are written below.
        margin: pixels before the names; below: pixels for the numbers and label of x.
        """
        right = min(margin + canvas.room_for(names), self.width / 2) if names else 16
        if self.width - 72 - right < NARROWEST:
            right = 16
        return self.axes(height, 72, self.width - 72 - right, xlabel, ylabel, below)

    def axes(
        self, height: float, left: float, width: float, xlabel="", ylabel="", below: float = 48
    ) -> Axes:
        """Axes there; with minus their height as `below` the next part stands beside them."""
        axes = canvas.add_axes(self.figure, left, 0, width, 1)
        self._ends[axes] = left + width
        axes.set_xlabel(xlabel, color=INK, fontsize=FONT)
        axes.set_ylabel(ylabel, color=INK, fontsize=FONT)
        self._later.append(partial(canvas.place, axes, left, self.top, width, height))
        self.gap(height + below)
        return axes

    def label_ends(self, axes: Axes, ends: Sequence[tuple[float, str, dict]]) -> None:
        """Write (y, words, line style) to the right of the axes: see `canvas.label_ends`.

        Where they have no room there they stand below, in the order of their lines.
        """
        needed = 40 + WORD * max((len(words) for _, words, _ in ends), default=0)
        if not self.is_tight or self.width - self._ends[axes] > needed:
            self._later.append(partial(canvas.label_ends, self.figure, axes, ends))
            return
        for _, words, style in sorted(ends, key=lambda end: -end[0]):
            lines = textwrap.fill(words, int((self.width - 56) / WORD))
            self._later.append(partial(canvas.write_key, self.figure, lines, style, 8, self.top))
            self.gap(LINE * (1 + lines.count("\n")))
        self.gap(4)

    def drawing(self, height: float, draw: Callable, *values) -> None:
        """What `draw(figure, *values)` makes of the uppermost pixels of the sheet."""
        self._later.append(partial(draw, self.figure, *values))
        self.gap(height)

    def finish(self, text: str) -> Picture:
        """Place all parts; `text` says what is to be seen."""
        least = self.width if self.is_tight else self.width / 2
        width = max(self.right + 8, least) if self.narrow else self.width
        self.figure.set_size_inches(round(width) / canvas.DPI, round(self.top) / canvas.DPI)
        for place in self._later:
            place()
        return canvas.finish(self.figure, text)

    def _paste(self, image: np.ndarray, left: float) -> None:
        self._later.append(partial(canvas.paste, self.figure, image, left, self.top))
