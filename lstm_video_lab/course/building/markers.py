"""Where the cells of a script begin, and lines that only look as if one did.

A cell begins with ``# %%`` at the start of a line: ``# %% Title``, or ``# %% Title [markdown]``
for a text. Jupytext takes all that differs by a letter for code or for words, and the notebook
would show it; so it is refused here, as the marks of a merge are that nobody has resolved.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator
from itertools import pairwise

from jupytext.stringparser import StringParser

HEADER = re.compile(r"\s*#\s*%%(?:$|(%*\s.*))")
OTHER_HEADER = re.compile(r"\s*#\s*(?:<codecell>|In\[[0-9 ]*\]:?)\s*")  # jupytext drops the line
KIND = re.compile(r"\[(?:markdown|md|raw)\]")
IS_TEXT = re.compile(r"\[(?:markdown|md)\]")
KINDS = ("markdown", "md", "raw", "code")  # the last is one that people write
CONFLICT = re.compile(r"(?:# ?)?(?:<{7}|>{7}|\|{7})(?: .*)?|={7}")
MIDDLE = "=" * 7  # of a conflict; in a string it may be a line under a heading
MAGIC = re.compile(r"# %%[a-zA-Z_]\w*\b.*")  # of a whole cell: %%time
LIKE_A_HEADER = re.compile(
    r"\s*#+\s*%%.*"
    r"|\s*#+\s*%?\s*\[(?:markdown|md|raw)\]\s*"
    r"|\s*%%(?:\s.*)?"
)
LOST_PERCENT = re.compile(r"# % \S.*")
COMMENT = re.compile(r"#(?! ?[!%?])")
STRING = re.compile(r"[rR]?(?:\"{3}|'{3})")
BEGIN = "begin a cell with '# %% ', a text with '# %% [markdown]'"


def headers(text: str) -> Iterator[tuple[int, str]]:
    """(line, counted from 1, and what it says) of each header of a cell, as jupytext finds them."""
    for number, line, is_in_string in _lines(text):
        if not is_in_string and (match := HEADER.fullmatch(line)):
            yield number, match[1] or ""


def _lines(text: str) -> Iterator[tuple[int, str, bool]]:
    """Number and line, and whether it stands in a string, as jupytext counts quotes."""
    parser = StringParser("python")
    for number, line in enumerate(text.splitlines(), 1):
        is_in_string = parser.is_quoted()
        parser.read_line(line)
        if not is_in_string and (HEADER.fullmatch(line) or OTHER_HEADER.fullmatch(line)):
            parser = StringParser("python")
        yield number, line, is_in_string


def faults(text: str) -> Iterator[tuple[int, str]]:
    """Line and fault of each mark of a merge, and of each line that only looks like a header."""
    before = ""  # the line above
    is_first, is_text = True, False  # in its cell; of a cell of text
    for number, line, is_in_string in _lines(text):
        if CONFLICT.fullmatch(line.rstrip()) and not (is_in_string and line.rstrip() == MIDDLE):
            yield number, f"`{line[:40]}` is a mark of a merge: resolve it, and delete its marks"
        elif not is_in_string:
            is_magic = is_first and not is_text and MAGIC.fullmatch(line)
            if not is_magic and (fault := _fault(line, before)):
                yield number, fault
            header = HEADER.fullmatch(line)
            is_text = bool(IS_TEXT.search(line)) if header else is_text
            is_first = bool(header) or (is_first and not line.strip())
        before = line


def _fault(line: str, before: str) -> str:
    """What is wrong with a line that is in no string; an empty string for nothing."""
    shown = f"`{line.strip()[:40]}`"
    if OTHER_HEADER.fullmatch(line):
        return f"{shown} begins a cell and is not kept: write # %% or delete it"
    if match := HEADER.fullmatch(line):
        if not line.startswith("# %%"):
            return f"{shown} is written otherwise: begin a cell with '# %%' at the start of a line"
        return _fault_of_kind(match[1] or "")
    is_like_one = LIKE_A_HEADER.fullmatch(line)
    if is_like_one or (LOST_PERCENT.fullmatch(line) and not before.strip()):
        return f"{shown} begins no cell: {BEGIN}"
    return ""


def _fault_of_kind(header: str) -> str:
    """What is wrong with the word in brackets that says what a cell is."""
    rest = KIND.sub("", header, count=1)
    for word in rest.split():
        bare = word.strip("[](){}<>").lower()
        kinds = KINDS if word.lower() != bare else ("markdown",) if word == rest.strip() else ()
        if difflib.get_close_matches(bare, kinds, 1, 0.7):
            return f"`{word}` is no kind of cell: write [markdown] once, or nothing for code"
    return ""


def faults_of_cells(text: str) -> Iterator[tuple[int, str]]:
    """Line and fault of code in a cell of text, and of prose in a cell of code."""
    lines = text.splitlines()
    starts = [(0, ""), *headers(text)]
    for (start, header), (end, _) in pairwise([*starts, (len(lines) + 1, "")]):
        written = [(k, line) for k, line in enumerate(lines[start : end - 1], start + 1) if line]
        if IS_TEXT.search(header):
            yield from _code_in_text(written)
        elif not KIND.search(header):
            yield from _prose_in_code(written, start or 1)


def _code_in_text(lines: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    if lines and STRING.match(lines[0][1]):
        return
    for number, line in lines:
        if line.strip() and not line.startswith("#"):
            words = "begin it with '# ', or a cell of code with '# %%'"
            yield number, f"`{line.strip()[:40]}` is no text: {words}"
            return


def _prose_in_code(lines: list[tuple[int, str]], number: int) -> Iterator[tuple[int, str]]:
    """Only comments, which are no code that was taken out and no magic command."""
    if not lines or any(not COMMENT.match(line) for _, line in lines):
        return
    try:
        ast.parse("\n".join(line[1:].removeprefix(" ") for _, line in lines))
    except (SyntaxError, ValueError):
        yield number, "only comments in a cell of code: put ' [markdown]' behind its '# %%'"
