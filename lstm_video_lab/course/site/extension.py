"""What the site adds to sphinx: mathematics as MathML, words that lead to the glossary, docstrings
as they are meant.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from lstm_video_lab.course.mathml import as_mathml

LESSONS = "notebooks/"
GLOSSARY = "glossary"
QUIET = (nodes.title, nodes.reference, nodes.literal, nodes.literal_block, nodes.raw)


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by sphinx."""
    app.add_html_math_renderer("mathml", (_inline_math, None), (_display_math, None))
    app.connect("autodoc-process-docstring", _mend_docstring)
    app.connect("doctree-resolved", _link_words)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _inline_math(translator: Any, node: nodes.math) -> None:
    translator.body.append(as_mathml(node.astext()))
    raise nodes.SkipNode


def _display_math(translator: Any, node: nodes.math_block) -> None:
    translator.body.append(f'<div class="math">{as_mathml(node.astext(), "block")}</div>')
    raise nodes.SkipNode


def _mend_docstring(app, what, name, obj, options, lines: list[str]) -> None:
    """Docstrings are plain text with code in backticks: what is laid out by hand stays as it is."""
    paragraphs = "\n".join(lines).strip("\n").split("\n\n")
    lines[:] = "\n\n".join(map(plain_to_rst, paragraphs)).split("\n")
    lines.append("")


def plain_to_rst(paragraph: str) -> str:
    """A paragraph of plain text as reStructuredText that reads the same."""
    rows = paragraph.split("\n")
    if any(row.startswith(" ") for row in rows):
        return "::\n\n" + "\n".join(f"    {row}" for row in rows)
    parts = re.split(r"(``.+?``|`[^`]+`)", paragraph)
    for n, part in enumerate(parts):
        if n % 2:
            parts[n] = f"``{part.strip('`')}``"
        else:
            parts[n] = re.sub(r"([*|\\_])", r"\\\1", part)
    return "".join(parts)


def _link_words(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """The first use of each word of the glossary in a lesson leads to its meaning."""
    if not page.startswith(LESSONS):
        return
    terms = _terms(app)
    if not terms:
        return
    waiting = dict(terms)
    longest_first = sorted(map(re.escape, terms), key=len, reverse=True)
    pattern = re.compile(rf"\b({'|'.join(longest_first)})s?\b")
    for paragraph in doctree.findall(nodes.paragraph):
        for text in list(paragraph.findall(nodes.Text)):
            if _is_quiet(text):
                continue
            match = pattern.search(text)
            if match and match[1] in waiting:
                target = app.builder.get_relative_uri(page, GLOSSARY)
                uri = f"{target}#{waiting.pop(match[1])}"
                text.parent.replace(text, _linked(text, match, uri))


def _terms(app: Sphinx) -> dict[str, str]:
    """Word → its anchor on the page of words."""
    objects = app.env.domains["std"].get_objects()
    return {name: anchor for name, _, kind, page, anchor, _ in objects
            if kind == "term" and page == GLOSSARY}  # fmt: skip


def _is_quiet(text: nodes.Text) -> bool:
    """Whether a link here would be one within a link, or within code."""
    parent = text.parent
    while parent is not None:
        if isinstance(parent, (*QUIET, addnodes.pending_xref)):
            return True
        parent = parent.parent
    return False


def _linked(text: nodes.Text, match: re.Match[str], uri: str) -> list[nodes.Node]:
    link = nodes.reference("", match[0], internal=True, refuri=uri, classes=["lab-word"])
    return [nodes.Text(text[: match.start()]), link, nodes.Text(text[match.end() :])]
