"""A film that plays in the page: its frames are sent once, and the kernel is not asked again.

T time, H height and W width of a frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anywidget
from IPython.display import DisplayHandle, display
from numpy.typing import ArrayLike
from traitlets import Dict

from lstm_video_lab.plots import Picture
from lstm_video_lab.widgets.base import static
from lstm_video_lab.widgets.film_picture import Film, draw_film, open_film
from lstm_video_lab.widgets.saved import display_live, still_output


class FilmView(anywidget.AnyWidget):
    """What the page shows of a film; `data` is what `play` in film.js takes."""

    _esm = Path(__file__).with_name("film.js")
    _css = Path(__file__).with_name("film.css")
    data = Dict().tag(sync=True)


class FilmPlayer:
    """Clips beside each other with a button, a scrubber and keys: truth and prediction.

    `clips`, `text`, and by name `first` and `seen`: as `film_picture.film` takes them, whose
    picture is what a built notebook keeps.
    """

    def __init__(
        self, clips: Mapping[str, ArrayLike], text: str | None = None, **numbers: Any
    ) -> None:
        self.film = open_film(clips, text, **numbers)
        self.view = FilmView(data=film_data(self.film))
        self.view.add_class("lab-film")
        self._kept: DisplayHandle | None = None  # the still picture below the live view

    def show(self, clips: Mapping[str, ArrayLike], text: str | None = None, **numbers: Any) -> None:
        """Play these clips instead, from the frame that stands there."""
        self.film = open_film(clips, text, **numbers)
        self.view.data = film_data(self.film)
        if self._kept is not None:
            picture = self.still()
            output = still_output(self.view.model_id, picture.as_html(), picture.text)
            self._kept.update(output, raw=True)

    def still(self) -> Picture:
        """What a built notebook keeps."""
        return draw_film(self.film)

    def _ipython_display_(self) -> None:
        picture = self.still()
        if static():
            display(picture)
        else:
            self._kept = display_live(self.view, picture.as_html(), picture.text)


def film_data(film: Film) -> dict[str, Any]:
    """A film as `play` in film.js takes it, with the pixels as bytes."""
    clips = []
    for name, frames in film.clips.items():
        _, height, width = frames.shape
        clips.append({"name": name, "width": width, "height": height, "pixels": frames.tobytes()})
    return {"clips": clips, "text": film.text, "first": film.first, "seen": film.seen}
