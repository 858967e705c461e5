"""Pages for people who read rather than run: a copy of each lesson."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from lstm_video_lab.files import write_whole

# Reading copies load nothing: scripts are left out, styles and pictures are inside the page.
PAGE = """{%- extends 'lab/index.html.j2' -%}
{%- block html_head_js -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
{%- block jupyter_widgets -%}{%- endblock -%}"""
LOADED = re.compile(
    r"<(?:script|link|img|iframe|source|video|audio)\b[^>]*\b(?:src|href)\s*=\s*[\"']?(?:https?:)?//"
    r"|@import|url\(\s*[\"']?(?:https?:)?//"
)


def write_html(notebooks: Sequence[Path], folder: Path) -> list[str]:
    """A page for each notebook that can be read anywhere: nothing in it loads from an address.

    Raises ValueError for a notebook whose page would.
    """
    from nbconvert import HTMLExporter  # slow to import, and needed only here

    exporter = HTMLExporter(raw_template=PAGE)
    folder.mkdir(parents=True, exist_ok=True)
    messages = []
    for path in notebooks:
        page, _ = exporter.from_filename(str(path))
        page = page.replace(
            "No description has been provided for this image",
            "Picture, described by the line of text below it",
        )
        page = re.sub(r'href="(\d\w*)\.ipynb', r'href="\1.html', page)
        if found := LOADED.search(page):
            raise ValueError(
                f"{path.name}: its page would load from the network ({found[0][-60:]!r}): "
                "put the picture or the style into the lesson itself"
            )
        write_whole(folder / f"{path.stem}.html", page.encode())
        messages.append(f"{path.stem}.html: written")
    return messages
