"""What people read, with the line where it stands: Markdown cells of scripts, and pages."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from lstm_video_lab.course.building import markers, scripts

COMMENT = re.compile(r"<!--(.*?)(?:-->|\Z)", re.S)
TAG = re.compile(r"<[^<>]*>")
QUOTES = re.compile(r"\A[rR]?(?:\"{3}|'{3})|(?:\"{3}|'{3})\s*\Z")  # around a cell that is a string
READER = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Text:
    """A piece of Markdown.

    path    the file that it stands in
    line    the line of that file on which it begins, from 1
    source  what is written there
    """

    path: Path
    line: int
    source: str

    @cached_property
    def blocks(self) -> list[Token]:
        return READER.parse(self.source)

    def inline(self) -> Iterator[tuple[int, Token]]:
        """Each piece of a line, and each block of HTML, with its line in the file."""
        for block in self.blocks:
            line = self.line + (block.map or [0])[0]
            if block.type == "html_block":
                yield line, block
            for token in block.children or []:
                yield line, token
                is_break = token.type in ("softbreak", "hardbreak")
                line += 1 if is_break else token.content.count("\n")

    def comments(self) -> Iterator[tuple[int, str]]:
        """What stands in each HTML comment, and the line on which that begins.

        A comment that is not closed goes on to the end, as it does for a browser.
        """
        for line, token in self.inline():
            if token.type in ("html_block", "html_inline"):
                for match in COMMENT.finditer(token.content):
                    yield line + token.content.count("\n", 0, match.start(1)), match[1]

    def words(self) -> str:
        """What a reader sees, a block on each line, without marks, tags and comments."""
        lines = []
        for block in self.blocks:
            if block.type == "inline":
                lines.append(plain(block))
            elif block.type == "html_block":
                lines.append(TAG.sub("", COMMENT.sub("", block.content)))
            elif block.type in ("fence", "code_block"):
                lines.append(block.content)
        return "\n".join(" ".join(line.split()) for line in lines)

    def headings(self) -> list[str]:
        pairs = pairwise(self.blocks)
        return [plain(block) for before, block in pairs if before.type == "heading_open"]


def words_of_page(page: str) -> str:
    """What a reader sees of HTML, on one line."""
    return " ".join(html.unescape(TAG.sub(" ", page)).split())


def plain(block: Token) -> str:
    """The words of a heading, a paragraph or a cell of a table."""
    shown = {"softbreak": " ", "hardbreak": " ", "html_inline": "", "image": ""}
    tokens = block.children or []
    return "".join(shown.get(token.type, token.content) for token in tokens)


def cells(script: Path) -> list[Text]:
    """The Markdown cells of a script in percent format. Raises ValueError where it is no text."""
    content = scripts.read_text(script)
    lines = content.splitlines()
    texts = []
    for (start, header), (end, _) in pairwise([*markers.headers(content), (len(lines) + 1, "")]):
        if markers.IS_TEXT.search(header):
            source = _uncommented("\n".join(lines[start : end - 1]))
            texts.append(Text(script, start + 1, source))
    return texts


def _uncommented(source: str) -> str:
    """The text of a cell, which stands in comments or is a string."""
    if QUOTES.match(source):
        return QUOTES.sub("", source)
    return re.sub(r"^# ?", "", source, flags=re.M)


def page(path: Path) -> Text:
    """The whole of a page. Raises ValueError where it is no text."""
    return Text(path, 1, scripts.read_text(path))


def parts(path: Path) -> list[Text]:
    """A page cut before each heading. Raises ValueError where it is no text."""
    whole = page(path)
    lines = whole.source.splitlines()
    starts = [b.map[0] for b in whole.blocks if b.type == "heading_open" and b.map]
    edges = pairwise(sorted({0, *starts, len(lines)}))
    return [Text(path, start + 1, "\n".join(lines[start:end])) for start, end in edges]


def pages(root: Path) -> list[Path]:
    """README and its like, and the pages of docs/."""
    return [*sorted(root.glob("*.md")), *sorted(root.glob("docs/**/*.md"))]
