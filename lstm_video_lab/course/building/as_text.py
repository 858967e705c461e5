"""A notebook as text, for `git diff`: the source of each cell and what it printed.

Pictures are a size and a short hash. Git calls this file with any Python (see CONTRIBUTING), so it
needs the standard library only. A file that is no notebook is shown as it is.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import json
import struct
import sys
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

BLOCKS = {"p", "li", "ul", "div", "details", "summary", "table", "tr", "h1", "h2", "h3", "pre"}
READABLE = ("text/markdown", "text/html", "text/plain")  # the first that an output has is shown
EMBEDDED = "data:image/png;base64,"


@dataclass(frozen=True)
class Picture:
    data: str  # PNG in base64
    alt: str = ""

    def __str__(self) -> str:
        png = decode(self.data)
        size = "{}×{} ".format(*struct.unpack(">II", png[16:24])) if len(png) >= 24 else ""
        return f"[picture {size}{hashlib.sha256(png).hexdigest()[:8]}]"


@dataclass(frozen=True)
class Cell:
    """A cell as its reader sees it."""

    name: str  # its id
    kind: str  # "code", "markdown" or "raw"
    settings: str  # tags, limits and the like, as in the header of a script's cell
    source: str
    outputs: tuple[str | Picture, ...]

    @property
    def words(self) -> str:
        """What it printed or wrote, without pictures."""
        return "\n".join(o.rstrip("\n") for o in self.outputs if isinstance(o, str))

    @property
    def pictures(self) -> list[Picture]:
        return [output for output in self.outputs if isinstance(output, Picture)]


def read(text: str) -> list[Cell]:
    """The cells of a notebook's file. Raises ValueError where `text` is none."""
    try:
        return [_cell(value) for value in json.loads(text)["cells"]]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"no notebook: {type(error).__name__} {error}") from error


def write(cells: list[Cell]) -> str:
    """The cells below each other, headed as in a script."""
    parts = []
    for cell in cells:
        name = f" {cell.name}" if cell.kind == "code" else f" [{cell.kind}]"
        parts.append(f"# %%{name}{cell.settings}\n{cell.source}\n")
        if cell.outputs:
            shown = "\n".join(str(output).rstrip("\n") for output in cell.outputs)
            parts.append(f"# output\n{shown}\n")
    return "\n".join(parts)


def decode(data: str) -> bytes:
    """The bytes of base64; none where it is broken."""
    try:
        return base64.b64decode(data)
    except binascii.Error:
        return b""


def _cell(value: dict[str, Any]) -> Cell:
    settings = ""
    for key, setting in sorted(value.get("metadata", {}).items()):
        if key not in ("title", "name", "jupyter"):  # the name of the cell or a tag says them
            settings += f" {key}={json.dumps(setting, ensure_ascii=False)}"
    outputs: list[str | Picture] = []
    for output in value.get("outputs", []):
        outputs += _read_output(output)
    return Cell(
        name=value.get("id", ""),
        kind=value["cell_type"],
        settings=settings,
        source=_joined(value["source"]),
        outputs=tuple(outputs),
    )


def _read_output(output: dict[str, Any]) -> list[str | Picture]:
    if output["output_type"] == "stream":
        return [_joined(output["text"])]
    if output["output_type"] == "error":
        return [f"{output['ename']}: {output['evalue']}"]
    data = output["data"]
    if "image/png" in data:
        return [Picture(_joined(data["image/png"]).replace("\n", ""))]
    kind = next((kind for kind in READABLE if kind in data), "")
    if kind == "text/html":
        page = _Page()
        page.feed(_joined(data[kind]))
        return page.parts()
    return [_joined(data[kind])] if kind else [f"[{', '.join(sorted(data))}]"]


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


class _Page(HTMLParser):
    """The words and the pictures of a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str | Picture] = [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        address = values.get("src") or ""
        if tag == "img" and address.startswith(EMBEDDED):
            self.found += [Picture(address.removeprefix(EMBEDDED), values.get("alt") or ""), ""]
        elif tag == "img":
            self._add(f"[picture at {address}]")
        elif tag in BLOCKS:
            self._add("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self._add("\n")

    def handle_data(self, data: str) -> None:
        self._add(data)

    def _add(self, text: str) -> None:
        self.found[-1] = f"{self.found[-1]}{text}"

    def parts(self) -> list[str | Picture]:
        parts: list[str | Picture] = []
        for part in self.found:
            if isinstance(part, Picture):
                parts.append(part)
            elif lines := [line.strip() for line in part.splitlines() if line.strip()]:
                parts.append("\n".join(lines))
        return parts


def main(path: str) -> None:
    """Print the notebook at `path` as text."""
    data = Path(path).read_bytes()
    with contextlib.suppress(ValueError):  # conflicts in it, half a file: to be seen as they are
        data = write(read(data.decode())).encode()
    sys.stdout.buffer.write(data)


if __name__ == "__main__":
    main(sys.argv[1])
