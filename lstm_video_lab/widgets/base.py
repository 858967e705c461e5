"""What every widget of the lab shares: controls over one picture, its line of words, its errors.

A widget is a thin shell over a pure function: `controls` names what a student moves, `render` takes
the values of those controls by the same names and returns a `Picture`. So a widget is tested
without a browser, and a built notebook keeps the picture without the controls.
"""

from __future__ import annotations

import asyncio
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

import ipywidgets
from IPython.display import DisplayHandle, display
from traitlets import Unicode

from lstm_video_lab.checks import LabError
from lstm_video_lab.plots.canvas import Picture, in_room, sheet_width
from lstm_video_lab.widgets.front import FRAME, LIVE, Front
from lstm_video_lab.widgets.saved import display_live, still_output

REST = 1.0  # seconds without a change after which the still picture follows
BEHIND = 5.0  # seconds, while changes do not end, as those of a training run
LABEL = {"description_width": "initial"}  # a label takes the room that it needs
DELAY = 0.06  # seconds between a change and its picture: changes within it share one


def strict() -> bool:
    """Whether errors in callbacks are raised as well as shown: under tests and in builds."""
    return os.environ.get("LAB_STRICT") == "1"


def static() -> bool:
    """Whether widgets display their picture alone: in builds."""
    return os.environ.get("LAB_STATIC") == "1"


class LabImage(ipywidgets.Image):
    """An image with a name for screen readers.

    ipywidgets has no alt text. Its tooltip becomes the title of an img, which names an image that
    has no alt; but the page first asks for `description`, which Image lacks, and stops.
    """

    description = Unicode("").tag(sync=True)


class LabWidget(ABC):
    """Controls, a picture, a line of words and a line for errors, in a box.

    A subclass says `title`, `controls()` and `render(**values)`, and may lay out anew with
    `arrange(controls)`. `update()` renders and shows; it is called soon after any control changes,
    `delay` seconds at the most.
    """

    title = "picture"
    delay = DELAY

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a thread may move a control while another renders
        self._waiting: asyncio.AbstractEventLoop | None = None  # the loop that is to update
        self._loop = _running_loop()
        self.image = LabImage(
            tooltip=f"{self.title}: described in the line below it",
            layout={"max_width": "100%", "height": "auto", "flex": "0 0 auto"},
        )
        self.frame = ipywidgets.Box([self.image])
        self.frame.add_class(FRAME)
        self.text = ipywidgets.HTML()
        self.error = ipywidgets.HTML()
        self.front = Front()
        self.front.observe(self._resized, "width")
        self.front.observe(self._tell_page, "page")
        self.values = self.controls()
        for name, control in self.values.items():
            if not control.description:
                raise LabError(f"control {name!r} of {type(self).__name__} has no description")
            control.observe(self._changed, "value")
        parts = [self.arrange(self.values), self.frame, self.text, self.error, self.front]
        self.box = ipywidgets.VBox(parts)
        self.box.add_class(LIVE)
        self.shown = Picture(b"", "")  # until one could be drawn
        self._kept: DisplayHandle | None = None  # the still picture below the live view
        self._rest: asyncio.TimerHandle | None = None
        self._behind_at = 0.0  # the loop's time at which it follows, whatever changes
        self.update()

    def controls(self) -> dict[str, Any]:
        """Name of an argument of `render` -> the control that gives its value."""
        return {}

    @abstractmethod
    def render(self, *args: Any, **values: Any) -> Picture:
        """The picture for these values; a pure function of them."""

    def arrange(self, controls: dict[str, Any]) -> ipywidgets.Widget:
        """How the controls lie: side by side, on as many lines as they need."""
        return row(*controls.values())

    def picture(self) -> Picture:
        """The picture for the controls as they stand, drawn for the room that the page gives."""
        with in_room(self.front.width):
            return self.render(**{name: control.value for name, control in self.values.items()})

    def still(self) -> Picture:
        """What a built notebook keeps."""
        return self.picture()

    def show(self, picture: Picture) -> None:
        """Put a picture and its words in place, and clear the error."""
        self.image.value = picture.png
        self.image.layout.min_width = f"{picture.least_width}px"  # below it the frame scrolls
        self.frame.layout.display = None if picture.png else "none"
        words = escape(picture.text)
        self.text.value = f'<div class="lab-words" style="line-height: 1.4">{words}</div>'
        self.front.words = picture.text
        self.error.value = ""
        self.shown = picture
        self._keep_later(picture)

    def fail(self, problem: Exception) -> None:
        """Say in the error line what went wrong."""
        self.say_error(f"That did not work: {problem} ({type(problem).__name__})")

    def say_error(self, words: str) -> None:
        """Put words into the error line."""
        colour = "var(--jp-error-color1, #b3261e)"
        self.error.value = (
            f'<div role="alert" style="color: {colour}"><b>⚠ {escape(words)}</b></div>'
        )

    def guarded(self, callback: Callable[..., Any]) -> Callable[..., None]:
        """`callback`, with an exception shown in the error line, and raised if LAB_STRICT=1."""

        def safe(*args: Any) -> None:
            try:
                callback(*args)
            except Exception as problem:
                self.fail(problem)
                if strict():
                    raise

        return safe

    def update(self) -> None:
        """Render and show now."""
        with self._lock:
            self._waiting = None
            self.guarded(lambda: self.show(self.picture()))()

    def _resized(self, change: Any) -> None:
        """Draw anew where that makes a difference."""
        if sheet_width(change.old) != sheet_width(change.new):
            self._update_soon()

    def _tell_page(self, change: Any) -> None:
        """Tell a page that came later, or was loaded anew, all that it should show.

        What is sent while a page loads can be lost to it: buttons that a run hid would stay.
        """
        if change.old:
            for part in parts_of(self.box):
                part.send_state()
            self._keep_later(self.shown)

    def _changed(self, _change: Any = None) -> None:
        self._update_soon()

    def _update_soon(self) -> None:
        """Update after `delay`, once for all changes till then; at once without an event loop.

        The picture so follows a slider while it moves. Under LAB_STRICT it is at once too, for an
        error to reach the cell that caused it.
        """
        loop = _running_loop()
        if loop is None or strict():
            self.update()
            return
        with self._lock:
            if self._waiting is not loop:
                self._waiting = loop
                loop.call_later(self.delay, self.update)

    def call_soon(self, function: Callable[..., Any], *args: Any) -> None:
        """Call it, guarded, in the thread that made the widget, once no cell is running there.

        For background threads, which must not set traits themselves. Without an event loop: now.
        """
        loop = self._loop
        if loop is None or loop.is_closed() or loop is _running_loop():
            self.guarded(function)(*args)
        else:
            loop.call_soon_threadsafe(self.guarded(function), *args)

    def _ipython_display_(self) -> None:
        if static():
            display(self.still())
            return
        answer_any_page(self.box)
        self._kept = display_live(self.box, self.still_page(self.shown), self.shown.text)

    def still_page(self, picture: Picture) -> str:
        """What the saved notebook shows where no kernel is, as HTML."""
        return f"{picture.as_html()}<p><em>Run this cell to move it again.</em></p>"

    def _keep_later(self, picture: Picture) -> None:
        """Let the still picture follow once the controls have come to rest."""
        loop = _running_loop()
        if self._kept is None or loop is None:
            return
        now = loop.time()
        if self._rest is None:
            self._behind_at = now + BEHIND
        else:
            self._rest.cancel()
        self._rest = loop.call_at(min(now + REST, self._behind_at), self._keep, picture)

    def _keep(self, picture: Picture) -> None:
        assert self._kept is not None
        self._rest = None
        key = self.box.model_id
        output = still_output(key, self.still_page(picture), picture.text)
        if self.front.keeps:
            self.front.keep(key, output)
        else:
            self._kept.update(output, raw=True)


def row(*parts: ipywidgets.Widget) -> ipywidgets.HBox:
    """Side by side, on as many lines as they need."""
    return ipywidgets.HBox(parts, layout={"flex_flow": "row wrap", "align_items": "center"})


def slider(description: str, value, low, high, step=1) -> Any:
    """A labelled slider of whole numbers, or of floats where `step` is one."""
    kind = ipywidgets.FloatSlider if isinstance(step, float) else ipywidgets.IntSlider
    place = {"min": low, "max": high, "step": step, "value": value}
    return kind(description=description, style=LABEL, **place)


def dropdown(description: str, value, options) -> ipywidgets.Dropdown:
    """A labelled choice; `options` are values, or pairs (words, value)."""
    wide = {"width": "max-content"}
    return ipywidgets.Dropdown(
        options=options, value=value, description=description, style=LABEL, layout=wide
    )


def player(moved: ipywidgets.IntSlider, interval: int = 250) -> ipywidgets.HBox:
    """A slider with buttons that play it; `interval` is milliseconds for each step."""
    play = ipywidgets.Play(
        min=moved.min, max=moved.max, value=moved.value, interval=interval, description="Play"
    )
    ipywidgets.jslink((play, "value"), (moved, "value"))
    return row(ipywidgets.Label("Play"), play, moved)


def answer_any_page(widget: ipywidgets.Widget) -> None:
    """Let this widget and all in it answer the page that asks.

    ipykernel sends a message of a widget to the subshell in which the widget last spoke. That is
    the page's own, unless a thread spoke, or the page was loaded anew: then the subshell is gone,
    and the message with it.
    """
    for part in parts_of(widget):
        if hasattr(part.comm, "_reply_subshell_for"):
            part.comm._reply_subshell_for = _subshell_of_the_page


def parts_of(widget: ipywidgets.Widget) -> Iterator[ipywidgets.Widget]:
    """A widget, all that lies in it, and their layouts and styles."""
    yield widget
    for name in ("layout", "style"):
        look = getattr(widget, name, None)
        if isinstance(look, ipywidgets.Widget):
            yield look
    for child in getattr(widget, "children", ()):
        yield from parts_of(child)


def _subshell_of_the_page(_data: Any, subshell: str | None) -> str | None:
    return subshell


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
