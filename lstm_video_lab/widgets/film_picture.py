"""Clips that play beside each other: what a player draws, and an animated PNG of it.

T time, H height and W width of a frame.
"""

import io
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image

from lstm_video_lab.checks import LabError
from lstm_video_lab.plots import canvas
from lstm_video_lab.plots.canvas import FONT, GAP, INK, LETTER, Picture
from lstm_video_lab.plots.page import Page

RATE = 10  # frames a second
SIDE, COLUMNS = 160, 5  # pixels of a frame, at most; clips beside each other
AHEAD = 4  # frames after the first predicted one: there a prediction has gone some way
SECONDS = 5  # what moves for longer must have a button that stops it (WCAG 2.2.2)


@dataclass(frozen=True)
class Film:
    """Clips, name -> uint8 (T, H, W), that end together: a shorter one begins later.

    `first` is the number of the first frame; frames up to number `seen` are what a model sees.
    """

    clips: dict[str, np.ndarray]
    text: str
    first: int
    seen: int | None

    @property
    def length(self) -> int:
        """Frames of the longest clip."""
        return max(map(len, self.clips.values()))

    @property
    def still(self) -> int:
        """Which frame, from 0, stands for the film where nothing plays: one with a prediction."""
        if self.seen is None:
            begins = self.length - min(map(len, self.clips.values()))  # of the last one to begin
        else:
            begins = self.seen - self.first + 1
        return min(begins + AHEAD, self.length - 1) if begins > 0 else 0

    def is_future(self, t: int) -> bool:
        """Whether frame t, from 0, is one that a model does not see."""
        return self.seen is not None and self.first + t > self.seen

    def caption(self, t: int) -> str:
        """The number of frame t, from 0, and whether it is seen."""
        part = "future" if self.is_future(t) else "seen"
        return f"frame {self.first + t}" + ("" if self.seen is None else f" · {part}")


def open_film(clips: Mapping[str, ArrayLike], text=None, *, first=1, seen=None) -> Film:
    """A film of name -> (T, H, W), uint8 or float in [0, 1]; LabError for what is no clip."""
    frames = {}
    for name, clip in clips.items():
        values = canvas.grey(clip)
        if values.ndim != 3 or not values.size or not np.isfinite(values).all():
            raise LabError(f"clip {name!r} of shape {values.shape}: clips are finite, (T, H, W)")
        frames[name] = np.round(255 * values).astype(np.uint8)
    if not frames:
        raise LabError("a film without clips: give name -> frames (T, H, W)")
    last = first + max(map(len, frames.values())) - 1
    text = text or f"Frames {first} to {last}, played: {', '.join(frames)}."
    return Film(frames, text, first, seen)


def film(clips: Mapping[str, ArrayLike], text=None, *, first=1, seen=None) -> Picture:
    """Clips beside each other, ten frames a second: truth and prediction.

    `clips`: name -> (T, H, W), uint8 or float in [0, 1]. They end together: a shorter one begins
    later. `first` is the number of the first frame; those after number `seen` are the future, and
    have a thick border. An animated PNG: it plays as often as five seconds allow, then it stays at
    the last frame, for it has no button. Readers that play nothing show its `Film.still`.
    """
    return draw_film(open_film(clips, text, first=first, seen=seen))


def draw_film(film: Film) -> Picture:
    """A film as an animated PNG."""
    stills = [Image.open(io.BytesIO(_draw(film, t).png)) for t in range(film.length)]
    plays = max(1, SECONDS * RATE // film.length)
    file = io.BytesIO()
    stills[film.still].save(
        file,
        "png",
        save_all=True,
        default_image=True,  # not played
        append_images=stills,
        duration=1000 // RATE,
        loop=plays,
        optimize=True,
    )
    return Picture(file.getvalue(), film.text)


def _draw(film: Film, t: int) -> Picture:
    """Frame t of all clips, each below its name, and which frame it is."""
    columns = min(len(film.clips), COLUMNS)
    size = max(clip.shape[2] for clip in film.clips.values())
    page = Page(narrow=True, least=100 * columns)
    side = canvas.fit(size, min(SIDE, (page.width - 16) / columns - 2 - GAP))
    pitch = side + 2 + GAP
    names = [textwrap.fill(name, int(pitch / LETTER)) for name in film.clips]
    cells = []
    for clip in film.clips.values():
        at = t - (film.length - len(clip))
        cells.append(canvas.grey(clip[at]) if at >= 0 else np.full(clip.shape[1:], np.nan))
    for n in range(0, len(cells), columns):
        line, part = names[n : n + columns], cells[n : n + columns]
        page.gap(8 + 17 * max(name.count("\n") + 1 for name in line))
        page.columns(line, pitch, -3, va="bottom", color=INK, fontsize=FONT)
        marks = range(len(part)) if film.is_future(t) else ()
        page.tiles(canvas.tile(part, columns, side, marks))
    page.write(film.caption(t), page.left, 5, weight="bold")
    page.gap(30)
    return page.finish(film.caption(t))
