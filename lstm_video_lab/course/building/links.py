"""Links of lessons, exercises and pages: each leads to something that is there.

Addresses of the web are taken as they are. Within the project a file must exist, and a heading must
be one of that file's, by the rule of the program that shows it: GitHub's for a page, JupyterLab's
for a notebook. Marks that were meant for nobody are named too: of a comment, or of a merge.
"""

from __future__ import annotations

import difflib
import os
import re
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it.token import Token

from lstm_video_lab.course.building import markers, texts

ADDRESSES = ("href", "src", "srcset", "poster", "data")  # attributes of HTML
OPEN_COMMENT = re.compile(r"<!(?:--?|[–—])")
UNREAD = re.compile(
    r"\]\([^)]*\)?|\]\[[^\]]*\]|\] \([^()\s]+\.(?:ipynb|md|py|png)\b[^)]*\)"
)  # left in a text: no link to any reader
IN_CODE = re.compile(r"\bdocs/[\w-]+\.md(?:#[\w-]+)?")
WEB = ("http", "https", "mailto")


def problems(root: Path) -> list[str]:
    """A line for each link below `root` that leads nowhere."""
    lines = []
    for path, base in _files(root):
        try:
            pieces = texts.cells(path) if path.suffix == ".py" else [texts.page(path)]
        except ValueError as error:
            lines.append(str(error))
            continue
        for text in pieces:
            if re.search(r"]|<[\w!]", text.source):
                lines += _problems_in_text(text, base, root)
        if path.suffix == ".md":
            lines += _marks_of_a_merge(pieces[0], root)
    return lines + _problems_in_code(root)


def _files(root: Path) -> Iterator[tuple[Path, Path]]:
    """Each script and each page, and the folder that its links start from."""
    for script in sorted((root / "notebooks").glob("*.py")):
        yield script, root / "notebooks"
    for script in sorted((root / "solutions").glob("*.py")):
        yield script, root / "exercises"
    for page in texts.pages(root):
        yield page, page.parent


def _problems_in_text(text: texts.Text, base: Path, root: Path) -> Iterator[str]:
    where = text.path.relative_to(root).as_posix()
    for line, target in targets(text):
        fault = _fault(target, text.path, base, root) if target else "is empty: name a file"
        if fault:
            yield f"{where}:{line}: the link {target!r} {fault}"
    for line, token in text.inline():
        if token.type == "text" and (match := UNREAD.search(token.content)):
            yield f"{where}:{line}: {match[0]!r} is no link: write [words](file), without spaces"
        if fault := _fault_of_comment(token):
            yield f"{where}:{line}: {fault}"


def _fault_of_comment(token: Token) -> str:
    """What is wrong with a comment that is not closed, or not opened as one."""
    if token.type == "text" and (match := OPEN_COMMENT.search(token.content)):
        return f"{match[0]!r} is shown to readers: write <!-- and -->, with an empty line above"
    if token.type == "html_block" and "<!--" in re.sub(
        r"<!--.*?-->", "", token.content, flags=re.S
    ):
        return "the comment '<!--' is not closed, and hides all below: write -->"
    return ""


def _marks_of_a_merge(page: texts.Text, root: Path) -> Iterator[str]:
    where = page.path.relative_to(root).as_posix()
    for number, line in enumerate(page.source.splitlines(), page.line):
        if line != markers.MIDDLE and markers.CONFLICT.fullmatch(line):
            yield f"{where}:{number}: `{line[:40]}` is a mark of a merge: resolve it"


def targets(text: texts.Text) -> Iterator[tuple[int, str]]:
    """Each target of a link or a picture, and its line."""
    for line, token in text.inline():
        if token.type == "link_open":
            yield line, unquote(str(token.attrs["href"]))
        elif token.type == "image":
            yield line, unquote(str(token.attrs["src"]))
        elif token.type in ("html_inline", "html_block"):
            reader = _Addresses()
            reader.feed(token.content)
            reader.close()
            yield from ((line + below, unquote(target)) for below, target in reader.found)


class _Addresses(HTMLParser):
    """The addresses in a piece of HTML, each with the lines above it; none of its comments."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name not in ADDRESSES or not value:
                continue
            several = [part.split()[0] for part in value.split(",") if part.strip()]
            for target in several if name == "srcset" else [value.strip()]:
                self.found.append((self.getpos()[0] - 1, target))


def _fault(target: str, source: Path, base: Path, root: Path) -> str:
    """What is wrong with a target, and what to do; an empty string if nothing is."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return "is no address: mend it"
    if parts.scheme in WEB:
        return "" if parts.netloc or parts.scheme == "mailto" else "names no host: mend it"
    if parts.scheme or parts.netloc or target.startswith("/"):
        return "belongs to one machine or notebook: name a file, from the folder of this one"
    file = Path(os.path.normpath(base / parts.path)) if parts.path else source
    if root != file and root not in file.parents:
        return "leads out of the project: give its address on the web"
    script = _script(file, root)
    if not _is_there(file, root) and not script:
        return f"leads to no file: {_or_else(file.name, _names(file.parent))}"
    is_notebook = base in (root / "notebooks", root / "exercises")
    if is_notebook and parts.path and not _is_handed_out(file):
        return "is not in a student's copy: link to a lesson or an exercise, or say it in words"
    try:
        anchors = _anchors(file, script) if parts.fragment else []
    except ValueError:
        return ""  # the file is named as it is read for its own links
    if parts.fragment and parts.fragment not in anchors:
        return f"leads to no heading: {_or_else(parts.fragment, anchors)}"
    return ""


def _or_else(name: str, names: list[str]) -> str:
    nearest = difflib.get_close_matches(name, names, 1)
    return f"do you mean {nearest[0]!r}?" if nearest else "mend its name, or add what it names"


def _names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder)) if folder.is_dir() else []


def _is_there(file: Path, root: Path) -> bool:
    """Whether a file is there, written as it is; some systems would take another case."""
    steps = [*reversed(file.relative_to(root).parents), file.relative_to(root)]
    return all(step.name in _names(root / step.parent) for step in steps if step.name)


def _script(file: Path, root: Path) -> Path | None:
    """What a notebook of the project is made from; the script itself is given back."""
    folder = root / "solutions" if file.parent == root / "exercises" else file.parent
    script = (folder / file.name).with_suffix(".py")
    return script if file.suffix in (".ipynb", ".py") and script.is_file() else None


def _is_handed_out(file: Path) -> bool:
    """Whether `lstm-video-lab open` copies a file; it mends links between the two folders."""
    return file.suffix == ".ipynb" and file.parent.name in ("notebooks", "exercises")


def _anchors(file: Path, script: Path | None) -> list[str]:
    if script:
        headings = [heading for cell in texts.cells(script) for heading in cell.headings()]
        return [heading.replace(" ", "-") for heading in headings]  # as JupyterLab does
    return github_anchors(texts.page(file).headings()) if file.suffix == ".md" else []


def github_anchors(headings: list[str]) -> list[str]:
    """The names of headings on GitHub: letters, digits, `_` and `-`, in lower case; twins counted.

    Source: the filter for tables of contents of html-pipeline, and github-slugger.
    """
    names: list[str] = []
    for heading in headings:
        letters = [letter for letter in heading.lower() if letter in "- " or _is_word(letter)]
        name = once = "".join(letters).replace(" ", "-")
        count = 0
        while name in names:
            count += 1
            name = f"{once}-{count}"
        names.append(name)
    return names


def _is_word(letter: str) -> bool:
    kind = unicodedata.category(letter)
    return kind[0] in "LM" or kind in ("Nd", "Nl", "Pc")


def _problems_in_code(root: Path) -> list[str]:
    """Pages of docs/ that the library names in its messages and comments."""
    lines = []
    for path in sorted((root / "lstm_video_lab").rglob("*.py")):
        code = path.read_text("utf-8", "replace")
        for number, line in enumerate(code.splitlines(), 1):
            for target in IN_CODE.findall(line):
                if fault := _fault(target, path, root, root):
                    where = path.relative_to(root).as_posix()
                    lines.append(f"{where}:{number}: the link {target!r} {fault}")
    return lines
