"""The page's half of every widget: names, values, announcements, keys and focus.

ipywidgets gives its controls few names, and Python cannot give them. So each box of the lab carries
one invisible child, `Front`, whose module looks after the box that it lies in: `front.js`, and
`controls.js` for its controls. Nothing is fetched: module and style travel with the widget.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
from traitlets import Bool, Int, Unicode, observe

from lstm_video_lab.plots.canvas import WIDTH

LIVE = "lab-live"  # the class of a box that a Front looks after
FRAME = "lab-frame"  # and of what holds its picture
HERE = Path(__file__).parent


class Front(anywidget.AnyWidget):
    """An invisible child of a box of class `LIVE`; a change of `words` is announced politely.

    `width` comes from the page: the pixels that a picture has there. So does `page`, which differs
    from that of any other page that showed the widget before; and `asked`, when the widget is used,
    or `works` by itself; where `answered` does not follow, the page says that nobody answers. A
    page that `keeps` puts what is sent by `keep` into the notebook.
    """

    _esm = "\n".join((HERE / name).read_text("utf-8") for name in ("front.js", "controls.js"))
    _css = HERE / "front.css"
    words = Unicode("").tag(sync=True)
    width = Int(WIDTH).tag(sync=True)
    page = Unicode("").tag(sync=True)
    asked = Int(0).tag(sync=True)
    answered = Int(0).tag(sync=True)
    works = Bool(False).tag(sync=True)
    keeps = Bool(False).tag(sync=True)

    def keep(self, key: str, output: dict[str, str]) -> None:
        """Let the page put `output` in place of each output whose HTML has `key` in it.

        JupyterLab forgets the display id of an output when its page is loaded anew: the page itself
        knows its notebook.
        """
        self.send({"key": key, "output": output})

    @observe("asked")
    def _answer(self, change: Any) -> None:
        self.answered = change.new
