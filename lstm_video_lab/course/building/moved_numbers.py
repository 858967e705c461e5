"""Numbers that a new run of a lesson prints otherwise than the run before.

A number may move by one unit of its last decimal: that is rounding. A whole number may not. A cell
whose numbers move further from machine to machine (seconds, say) states by how much in its header:
``spread=0.5`` is half of the number. A cell whose own code is another may print what it likes.
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nbformat import NotebookNode

from lstm_video_lab.course.building.hashes import hashes_of_cells
from lstm_video_lab.course.building.scripts import code_cells
from lstm_video_lab.course.building.texts import words_of_page

NUMBER = re.compile(r"(?<![\w.])[-+−]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?")
MOST_PAIRS = 1_000_000  # of numbers that are aligned: more of them take minutes
UNIT = re.compile(r"\s?([a-zA-Zµ%]+)")


@dataclass(frozen=True)
class Move:
    """A number, before and after, as it is printed; `is_stated`: within what its cell allows."""

    cell: str
    old: str
    new: str
    is_stated: bool

    def __str__(self) -> str:
        return f"{self.cell}: {self.old} → {self.new}"


def moved_numbers(
    old: NotebookNode, new: NotebookNode, codes: Mapping[str, str] | None = None
) -> list[Move]:
    """Every number that moved, cell by cell; numbers without a counterpart move from or to "".

    codes  id of a cell of `old` → hash of the code that made its outputs; None: of what stands in
           it, which an author may have edited since
    """
    codes = hashes_of_cells(old) | dict(codes or {})
    by_id = {cell.id: cell for cell in code_cells(old)}
    by_code = {codes[cell.id]: cell for cell in code_cells(old)}
    now = hashes_of_cells(new)
    moves = []
    for cell in code_cells(new):
        before = by_id.get(cell.id) or by_code.get(now[cell.id])  # which may bear another name
        if before is None:
            continue
        is_edited = now[cell.id] != codes[before.id]
        spread = float(cell.metadata.get("spread", 0))
        for one, two in _pairs(text_of(before), text_of(cell)):
            moves.append(Move(cell.id, one, two, is_edited or _is_within(one, two, spread)))
    return moves


def text_of(cell: NotebookNode) -> str:
    """All words of a cell's outputs, as a reader sees them."""
    parts = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if "text/html" in data:
            parts.append(words_of_page(data["text/html"]))
        else:
            plain = data.get("text/markdown") or data.get("text/plain", "")
            parts.append(output.get("text") or plain)
    return "\n".join(parts)


def _pairs(old: str, new: str) -> Iterator[tuple[str, str]]:
    """(old, new) of each number that differs: by place where the words agree, else by alignment."""
    ones, twos = _numbers(old), _numbers(new)
    if NUMBER.sub("#", old) == NUMBER.sub("#", new):
        yield from ((a, b) for a, b in zip(ones, twos, strict=True) if a != b)
        return
    if len(ones) * len(twos) > MOST_PAIRS:
        pairs = itertools.zip_longest(ones, twos, fillvalue="")
        yield from ((a, b) for a, b in pairs if a != b)
        return
    matcher = difflib.SequenceMatcher(None, ones, twos, autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind != "equal":
            yield from itertools.zip_longest(ones[i:j], twos[k:m], fillvalue="")


def _numbers(text: str) -> list[str]:
    """The numbers of a text, each with the word behind it: "375 steps", "4.5 nats"."""
    numbers = []
    for match in NUMBER.finditer(text):
        unit = UNIT.match(text, match.end())
        numbers.append(match[0] + (f" {unit[1]}" if unit else ""))
    return numbers


def _is_within(old: str, new: str, spread: float) -> bool:
    if not old or not new:
        return False
    one, two = (_plain_number(text) for text in (old, new))
    rounding = 1.001 * max(_last_decimal(one), _last_decimal(two))
    return abs(float(two) - float(one)) <= rounding + spread * abs(float(one))


def _plain_number(text: str) -> str:
    """A number without its unit, as Python writes it."""
    return text.split()[0].replace("−", "-").replace(",", "")


def _last_decimal(number: str) -> float:
    """The worth of the last decimal that is shown: 0.1 for "4.5", nothing for "45"."""
    mantissa, _, exponent = number.partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 10.0 ** (int(exponent or 0) - decimals) if decimals else 0.0
