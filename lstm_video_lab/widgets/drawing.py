"""Draw your own: what a student draws flies, and two models of the box predict it live.

The page's half is `drawing.js`. Tested in JupyterLab; other front ends of notebooks are not.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets
import numpy as np
from PIL import Image
from traitlets import Dict

from lstm_video_lab.files import write_whole
from lstm_video_lab.plots.canvas import Picture
from lstm_video_lab.widgets.base import LabWidget, dropdown, row, slider, static
from lstm_video_lab.widgets.film import FilmPlayer
from lstm_video_lab.widgets.thrown import (
    DIRECTIONS,
    EXAMPLES,
    MODELS,
    SEEN,
    SIDE,
    Flight,
    draw_flight,
    fly,
    load_models,
    star,
)

LARGE = 10  # pixels of a saved drawing for one that was drawn
EMPTY = bytes(SIDE * SIDE)
INVITATION = (
    "Draw in the dark square: a digit, a letter, a face. Or press an example. It will fly, and two "
    "networks that have never seen anything but handwritten digits predict how."
)


class Board(anywidget.AnyWidget):
    """A square to draw in, with mouse, finger or keys; `pixels` are its s × s bytes.

    The kernel says what `given` is, an example or nothing; the page sends the `ink` that stands
    after what was drawn on it. Each counts what was given: ink on an older one comes too late.
    """

    _esm = Path(__file__).with_name("drawing.js")
    _css = Path(__file__).with_name("drawing.css")
    given: Any = Dict({"revision": 0, "pixels": EMPTY}).tag(sync=True)
    ink: Any = Dict({"revision": 0, "pixels": EMPTY}).tag(sync=True)

    @property
    def pixels(self) -> bytes:
        """What stands there."""
        is_drawn_on = self.ink["revision"] == self.given["revision"]
        return bytes((self.ink if is_drawn_on else self.given)["pixels"])

    def put(self, pixels: bytes) -> None:
        """Replace what stands there, and what is still being drawn on it."""
        self.given = {"revision": self.given["revision"] + 1, "pixels": pixels}

    def drawing(self) -> np.ndarray:
        """What stands there, uint8 (s, s)."""
        return np.frombuffer(self.pixels, np.uint8).reshape(SIDE, SIDE)


class DrawYourOwn(LabWidget):
    """A drawing, how it flies, and what the FC-LSTM and the ConvLSTM of the box predict of it."""

    title = "your own drawing, predicted"

    def __init__(self) -> None:
        self.board = Board()
        self.examples = row(*(self._button(name) for name in (*EXAMPLES, "Clear")))
        self.save = ipywidgets.Button(
            description="Save", tooltip="the drawing as PNG, its flight as an array"
        )
        self.saved = ipywidgets.HTML()
        self.film: FilmPlayer | None = None  # once there is a drawing
        self.screen = ipywidgets.Box()
        super().__init__()
        self.save.on_click(self.guarded(lambda _: self.save_files()))
        self.board.observe(self._changed, ["given", "ink"])

    def _button(self, name: str) -> ipywidgets.Button:
        button = ipywidgets.Button(description=name)
        drawing = EXAMPLES.get(name, lambda: np.frombuffer(EMPTY, np.uint8))
        button.on_click(self.guarded(lambda _: self.draw(drawing())))
        return button

    def controls(self) -> dict[str, Any]:
        directions = list(DIRECTIONS.items())
        return {
            "angle": dropdown("It flies", directions[0][1], directions),
            "speed": slider("Speed", 0.1, 0.0, 0.2, 0.02),
        }

    def arrange(self, controls: dict[str, Any]) -> ipywidgets.Widget:
        self.flying = row(*controls.values(), self.save)
        parts = [self.examples, self.flying, self.saved, self.screen]
        side = ipywidgets.VBox(parts, layout={"flex": "1 1 20em"})
        return ipywidgets.HBox([self.board, side], layout={"flex_flow": "row wrap"})

    def draw(self, drawing: np.ndarray) -> None:
        """Put a drawing, s × s uint8, in the place of the one that stands there."""
        self.board.put(drawing.tobytes())

    def flight(self) -> Flight:
        """What stands there, thrown as the controls say."""
        return fly(self.board.pixels, self.values["angle"].value, self.values["speed"].value)

    def render(self, angle: float, speed: float) -> Picture:
        if not any(self.board.pixels):
            return Picture(b"", INVITATION)
        return draw_flight(fly(self.board.pixels, angle, speed))

    def show(self, picture: Picture) -> None:
        super().show(picture)
        is_drawn = bool(picture.png)
        for part in (self.flying, self.screen):
            part.layout.display = None if is_drawn else "none"
        self.frame.layout.display = "none"  # here it plays; the picture is what is kept of it
        self.saved.value = ""
        if is_drawn:
            self._play(self.flight())

    def _play(self, flight: Flight) -> None:
        clips = {"your drawing": flight.clip, **flight.predicted}
        words = f"Frames 1 to {SEEN} are seen by both; then each goes on by itself."
        if self.film is None:
            self.film = FilmPlayer(clips, words, seen=SEEN)
            self.film.view.layout.width = "100%"
            self.screen.children = [self.film.view]
        else:
            self.film.show(clips, words, seen=SEEN)

    def still(self) -> Picture:
        if not any(self.board.pixels):
            self.draw(star())
        return self.picture()

    def _ipython_display_(self) -> None:
        if not static():
            load_models()  # for the first drawing; later, a thread would seed torch for all
        super()._ipython_display_()

    def save_files(self) -> None:
        """The drawing as PNG, its flight as an array, beside the notebook, under a new name."""
        name = new_name()
        drawing = self.board.drawing()
        picture, array = io.BytesIO(), io.BytesIO()
        Image.fromarray(drawing.repeat(LARGE, 0).repeat(LARGE, 1)).save(picture, "png")
        np.save(array, self.flight().clip)
        write_whole(Path(f"{name}.png"), picture.getvalue())
        write_whole(Path(f"{name}.npy"), array.getvalue())
        command = (
            f"lstm-video-lab predict {MODELS['ConvLSTM']} --frames {name}.npy --out {name}.gif"
        )
        self.saved.value = (
            f'<div class="lab-words">Saved: {name}.png, the drawing, and {name}.npy, its flight. '
            f"In a terminal: <code>{command}</code></div>"
        )


def new_name() -> str:
    """my_drawing_1, or the first after it that is not there yet."""
    number = 1
    while any(Path(f"my_drawing_{number}.{kind}").exists() for kind in ("png", "npy")):
        number += 1
    return f"my_drawing_{number}"
