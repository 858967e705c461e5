"""What pictures are made of: palette, sheets measured in pixels, frames and strips as pixels.

A sheet is opaque and nearly white, so it reads on a light and on a dark page. Colours are Okabe and
Ito's, and nothing is told by colour alone. Frames and strips are put together as arrays and pasted
pixel for pixel, which is far quicker than axes; only curves and bars have axes.

T time, H height and W width of a frame, U units. Places are pixels from a sheet's top left.
"""

import base64
import io
import math
import struct
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import IdentityTransform
from PIL import Image

BLACK, BLUE, VERMILLION, GREEN, PURPLE = "#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY, YELLOW = "#E69F00", "#56B4E9", "#F0E442"
ON_LIGHT = (BLUE, VERMILLION, GREEN, PURPLE, BLACK)  # each 3:1 or more against PAPER
ON_DARK = (SKY, ORANGE, GREEN, YELLOW)  # each 3:1 or more against a black frame
DASHES = ("-", "--", "-.", (0, (1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
HATCHES = ("", "//", "..", "xx")
PAPER, INK, FAINT = "#FDFDFD", "#1A1A1A", "#6A6A6A"
RULES: dict[str, Any] = {"color": "#E2E2E2", "linewidth": 0.8}  # of a grid

DPI = 90  # pixels of an inch
WIDTH, LEAST = 850, 320  # pixels, the width of a sheet: by itself, and in the narrowest room
SHRUNK = 0.8  # a picture is shown no smaller, for its lettering: it scrolls sideways instead
FONT, SMALL = 10.5, 9.0  # points
LETTER = 7.6  # pixels, the mean width of a letter in FONT
GAP = 4  # pixels between two frames
LEVELS = 63  # shades of grey or colour: as many as people tell apart


@dataclass(frozen=True)
class Picture:
    """A PNG and the line that says what is to be seen. An empty PNG leaves the line alone."""

    png: bytes
    text: str

    @property
    def width(self) -> int:
        """Pixels; 0 for what is no PNG."""
        is_png = self.png[:4] == b"\x89PNG"
        return struct.unpack(">I", self.png[16:20])[0] if is_png else 0

    @property
    def least_width(self) -> int:
        """Pixels below which its lettering could no longer be read."""
        return math.ceil(SHRUNK * self.width)

    def as_html(self) -> str:
        """The picture with its line below; the line is also the picture's name for who cannot see.

        Read once: what is hidden from readers here is what the name says already.
        """
        words = escape(self.text)
        if not self.png:
            return f"<p>{words}</p>"
        data = base64.b64encode(self.png).decode()
        size = f"max-width: 100%; min-width: {self.least_width}px; height: auto"
        image = f'<img alt="{words}" src="data:image/png;base64,{data}" style="{size}">'
        scrolled = 'tabindex="0" role="group" aria-label="picture" style="overflow-x: auto"'
        image = f"<div {scrolled}>{image}</div>"
        caption = f'<figcaption aria-hidden="true">{words}</figcaption>'
        return f'<figure style="margin: 0">{image}{caption}</figure>'

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display({"text/html": self.as_html(), "text/plain": self.text}, raw=True)


def as_array(values) -> np.ndarray:
    """numpy from numpy, lists or a tensor, with or without a gradient."""
    return np.asarray(values.detach().cpu() if hasattr(values, "detach") else values)


_room: ContextVar[int] = ContextVar("room", default=WIDTH)


def sheet_width(room: float) -> int:
    """The width of a sheet for a room of so many pixels."""
    return round(min(max(room, LEAST), WIDTH))


@contextmanager
def in_room(width: float) -> Iterator[None]:
    """Draw for a room of that many pixels."""
    before = _room.set(sheet_width(width))
    try:
        yield
    finally:
        _room.reset(before)


def room() -> int:
    """The width of a sheet in pixels: WIDTH, but for a widget in a narrower room (`in_room`)."""
    return _room.get()


def sheet(width: float, height: float) -> Figure:
    """An empty figure of that many pixels."""
    figure = Figure(figsize=(round(width) / DPI, round(height) / DPI), dpi=DPI, facecolor=PAPER)
    FigureCanvasAgg(figure)
    return figure


@cache
def _inks() -> Image.Image:
    """256 colours for every picture: greys, two colour maps, each hue in tints down to PAPER."""
    shades = np.linspace(0, 1, LEVELS + 1)[:, None]
    maps = [colormaps[name](shades[:, 0], bytes=True)[:, :3] for name in ("cividis", "PuOr_r")]
    tints = np.linspace(0, 1, 10)[1:, None]
    hues = [
        _rgb(PAPER) * (1 - tints) + _rgb(hue) * tints
        for hue in dict.fromkeys((*ON_LIGHT[:4], *ON_DARK))
    ]
    inks = np.concatenate([shades * np.full(3, 255), *maps, *hues, [_rgb(PAPER)]])
    image = Image.new("P", (1, 1))
    image.putpalette(inks.round().astype(np.uint8).tobytes())
    return image


def _rgb(colour: str) -> np.ndarray:
    return np.array(list(bytes.fromhex(colour[1:])), np.uint8)


def finish(figure: Figure, text: str) -> Picture:
    """The sheet as a Picture; equal sheets give equal bytes.

    One fixed palette for all makes a PNG a third as large, and sooner written, than full colour.
    """
    canvas = figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    canvas.draw()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())
    file = io.BytesIO()
    image.quantize(palette=_inks(), dither=Image.Dither.NONE).save(file, format="png")
    return Picture(file.getvalue(), text)


def write(figure: Figure, words: str, left: float, top: float, **style) -> None:
    """Words whose top left corner is there, or whose `ha` and `va` say otherwise."""
    width, height = figure.get_size_inches() * DPI
    style = {"fontsize": FONT, "color": INK, "ha": "left", "va": "top", **style}
    figure.text(left / width, 1 - top / height, words, parse_math=False, **style)


def room_for(names: Sequence[str]) -> float:
    """Pixels that the longest line of these names needs, with a margin."""
    return 18 + LETTER * max(len(line) for name in names for line in name.split("\n"))


def paste(figure: Figure, image: np.ndarray, left: float, top: float) -> None:
    """An image, uint8 (height, width, 3), pixel for pixel."""
    height = figure.get_size_inches()[1] * DPI
    place = (round(left), round(height - top) - image.shape[0])
    figure.figimage(image, *place, origin="upper", zorder=-1)


def place(axes: Axes, left: float, top: float, width: float, height: float) -> None:
    """Lay axes over that rectangle of their figure."""
    wide, tall = axes.figure.bbox.size
    axes.set_position((left / wide, 1 - (top + height) / tall, width / wide, height / tall))


def add_axes(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Plain axes over that rectangle."""
    axes = figure.add_axes((0, 0, 1, 1))
    place(axes, left, top, width, height)
    axes.set_facecolor(PAPER)
    axes.tick_params(colors=INK, labelsize=SMALL, which="both")
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(FAINT)
    axes.grid(True, **RULES)
    axes.set_axisbelow(True)
    return axes


def grey(values) -> np.ndarray:
    """uint8, or floats clipped to [0, 1], as floats in [0, 1]; NaN stays: nothing is shown."""
    values = as_array(values)
    return values / 255.0 if values.dtype == np.uint8 else np.clip(values.astype(float), 0.0, 1.0)


def fit(size: int, room: float) -> int:
    """The side in pixels of a frame of `size` pixels: a whole multiple where one fits the room."""
    return size * int(room // size) if room >= size else max(int(room), 1)


def tile(
    frames: Sequence[np.ndarray] | np.ndarray, columns: int, side: int, marks: Collection[int] = ()
):
    """Frames (H, W) in [0, 1] in a grid, each with a fine border; a thick one for those in `marks`.

    Returns uint8 (rows * pitch, columns * pitch, 3), where a pitch is a frame, its border, a gap.
    A frame with NaN is left out.
    """
    tall = round(side * frames[0].shape[0] / frames[0].shape[1])
    pitch_y, pitch_x, inner = tall + 2 + GAP, side + 2 + GAP, GAP // 2 + 1
    out = np.full((math.ceil(len(frames) / columns) * pitch_y, columns * pitch_x, 3), 253, np.uint8)
    for n, frame in enumerate(frames):
        if np.isnan(frame).any():
            continue
        y, x = n // columns * pitch_y, n % columns * pitch_x
        cell = out[y : y + pitch_y, x : x + pitch_x]
        rim = 0 if n in marks else GAP // 2
        cell[rim : pitch_y - rim, rim : pitch_x - rim] = _rgb(VERMILLION) if n in marks else 128
        pixels = Image.fromarray(np.round(np.round(frame * LEVELS) * 255 / LEVELS).astype(np.uint8))
        way = Image.Resampling.BOX if frame.shape[1] > side else Image.Resampling.NEAREST
        resized = np.asarray(pixels.resize((side, tall), way))
        cell[inner : inner + tall, inner : inner + side] = resized[..., None]
    return out


def paint(values, width: int, height: int, low: float, high: float, mark: int | None = None):
    """Values (T, U) as an image: time runs to the right, a line for each unit, `mark`: a step.

    Where there are more units than lines of pixels, evenly spaced units are taken.
    Returns uint8 (height, width, 3).
    """
    values = as_array(values).astype(float)  # (T, U)
    steps, units = values.shape
    values = values[:, np.linspace(0, units - 1, min(units, height)).round().astype(int)]
    colours = colormaps["PuOr_r" if low < 0 else "cividis"]
    level = np.round((values.T - low) / (high - low) * LEVELS) / LEVELS
    rgb = colours(level, bytes=True)[..., :3]  # (U, T, 3)
    pixels = Image.fromarray(np.ascontiguousarray(rgb))
    out = np.array(pixels.resize((width, height), Image.Resampling.NEAREST))
    if mark is not None:
        start, end = (round(t * width / steps) for t in (mark, mark + 1))
        for edge in (max(start, 3), min(end, width - 3)):
            out[:, edge - 3 : edge + 3] = 255
            out[:, edge - 1 : edge + 1] = 0
    return out


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places near the wanted ones, at least `gap` apart, in the same order, from low to high."""
    order = sorted(range(len(wanted)), key=lambda n: wanted[n])
    places = list(wanted)
    floor, ceiling = low, high
    for n in order:
        places[n] = max(places[n], floor)
        floor = places[n] + gap
    for n in reversed(order):
        places[n] = min(places[n], ceiling)
        ceiling = places[n] - gap
    return places


def label_ends(figure: Figure, axes: Axes, ends: Sequence[tuple[float, str, dict]]) -> None:
    """Write (y, words, line style) to the right of the axes: near its y, and none on another."""
    axes.get_ylim()  # makes the axes settle their limits, which transData does not
    box = axes.get_window_extent()
    heights = [float(axes.transData.transform((1, y))[1]) for y, _, _ in ends]
    heights = [min(max(y, box.y0), box.y1) for y in heights]
    tall = figure.get_size_inches()[1] * DPI
    x = [box.x1 + 2, box.x1 + 10, box.x1 + 22, box.x1 + 34]
    for (_, words, style), y, place in zip(
        ends, heights, spread(heights, 16, box.y0, box.y1), strict=True
    ):
        line = Line2D(x, [y, place, place, place], transform=IdentityTransform(), **style)
        figure.add_artist(line)
        write(figure, words, box.x1 + 40, tall - place, va="center_baseline", fontsize=9.5)


def write_key(figure: Figure, words: str, style: dict, left: float, top: float) -> None:
    """A bit of a line and its name beside it, from that top left corner on."""
    y = figure.get_size_inches()[1] * DPI - top - 8
    x = [left, left + 8, left + 16, left + 24]
    figure.add_artist(Line2D(x, [y] * 4, transform=IdentityTransform(), **style))
    write(figure, words, left + 32, top, fontsize=9.5)


def series_style(n: int) -> dict:
    """The look of series n: no two of the first 20 share both colour and dashes."""
    look = {"color": ON_LIGHT[n % 5], "linestyle": DASHES[n % 4], "marker": MARKERS[n % 7]}
    return {**look, "linewidth": 2.0, "markersize": 5.0}


def draw_lines(axes: Axes, series: Mapping[str, tuple]) -> list[tuple[float, str, dict]]:
    """Draw name -> (x, y), without what is not finite; returns what `label_ends` is to write."""
    ends = []
    for n, (name, (x, y)) in enumerate(series.items()):
        y = as_array(y).astype(float)
        fine = np.isfinite(y)
        style = {**series_style(n), "markevery": max(1, len(y) // 8)}
        axes.plot(as_array(x), np.where(fine, y, np.nan), **style)
        if fine.any():
            last = float(y[fine][-1])
            ends.append((last, f"{name} {last:.4g}", {**style, "markevery": [2]}))
    return ends


def levels_of(baselines: Mapping[str, Any], measure: str = "cross_entropy") -> dict[str, float]:
    """A report's baselines as words -> level, without those that are infinite or undefined."""
    levels = {name.replace("_", " "): scores[measure] for name, scores in baselines.items()}
    return {words: level for words, level in levels.items() if level is not None}


def draw_levels(axes: Axes, levels: Mapping[str, float]) -> list[tuple[float, str, dict]]:
    """Draw name -> level as a line across; returns what `label_ends` is to write."""
    style: dict[str, Any] = {"color": INK, "linestyle": (0, (6, 3)), "linewidth": 1.1}
    for level in levels.values():
        axes.axhline(level, **style)
    return [(level, f"{name} {level:.4g}", style) for name, level in levels.items()]
