"""What differs between two versions of a notebook: cells, words, pictures."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from textwrap import shorten

import numpy as np
from PIL import Image, UnidentifiedImageError

from lstm_video_lab.course.building.as_text import Cell, Picture, decode

LONE = 4  # fewer unchanged letters between two changes belong to them
ALIKE = 0.5  # share of its source that a cell without a name keeps when it is edited
CONTEXT = 2  # lines shown on either side of a change
WORD = re.compile(r"\d+(?:[.,]\d+)*|\w+|\s+|.")
FAINT = [(grey, grey, grey) for grey in range(192, 256)]
RED = (214, 39, 40)

Marked = list[tuple[bool, str]]  # pieces of a text; True: what makes the difference
Part = tuple[str, Marked]  # "same", "del", "ins", or "skip" for lines that are left out


@dataclass(frozen=True)
class CellChange:
    """A cell before and after; None where it was not there yet, or is no more."""

    before: Cell | None
    after: Cell | None
    moved: bool = False

    @property
    def cell(self) -> Cell:
        cell = self.after or self.before
        assert cell is not None
        return cell

    @property
    def title(self) -> str:
        """Its name; of a text, the first line."""
        cell = self.cell
        first = next((line for line in cell.source.splitlines() if line.strip(" #*")), "")
        return (
            cell.name if cell.kind == "code" else shorten(first.strip(" #*"), 70, placeholder="…")
        )

    @property
    def what(self) -> list[str]:
        """What has changed, in a word or two each; empty for a cell as before."""
        if self.before is None or self.after is None:
            return ["gone" if self.before else "new"]
        found = {
            "moved": self.moved,
            "name": self.cell.kind == "code" and self.before.name != self.after.name,
            "settings": self.before.settings != self.after.settings,
            "code" if self.cell.kind == "code" else "text": self.before.source != self.after.source,
            "output": self.before.words != self.after.words,
            "pictures": bool(self.pictures()),
        }
        return [name for name, is_so in found.items() if is_so]

    def header(self) -> list[Part]:
        """The changed words of its header, as in a script."""
        old, new = (f"{c.name}{c.settings}" if c else "" for c in (self.before, self.after))
        return changed_words(old, new) if self.cell.kind == "code" else []

    def source(self) -> list[Part]:
        old, new = (cell.source if cell else "" for cell in (self.before, self.after))
        return changed_lines(old, new) if self.cell.kind == "code" else changed_words(old, new)

    def output(self) -> list[Part]:
        old, new = (cell.words if cell else "" for cell in (self.before, self.after))
        return changed_words(old, new)

    def pictures(self) -> list[tuple[Picture | None, Picture | None]]:
        """Each changed picture, before and after."""
        old, new = (captioned(cell) if cell else [] for cell in (self.before, self.after))
        matcher = _matcher([p.data for p in old], [p.data for p in new])
        pairs: list[tuple[Picture | None, Picture | None]] = []
        for kind, i, j, k, m in matcher.get_opcodes():
            if kind != "equal":
                pairs += zip_longest(old[i:j], new[k:m])
        return pairs


def captioned(cell: Cell) -> list[Picture]:
    """The pictures of a cell, each with the line of text that belongs to it."""
    pictures = []
    for output, following in zip_longest(cell.outputs, cell.outputs[1:]):
        if isinstance(output, Picture):
            line = following if isinstance(following, str) else ""
            pictures.append(Picture(output.data, output.alt or line.strip()))
    return pictures


def changed_cells(before: list[Cell], after: list[Cell]) -> list[CellChange]:
    """Every cell that has changed, in the order of reading; what is gone stands where it stood."""
    partners = _pair(before, after)
    in_order = sorted(partners.values())
    matcher = _matcher(in_order, [partners[k] for k in sorted(partners)])
    at_home = {in_order[m.a + k] for m in matcher.get_matching_blocks() for k in range(m.size)}
    found = {}
    for place, cell in enumerate(after):
        old = partners.get(place)
        moved = old is not None and old not in at_home
        found[place, -1] = CellChange(before[old] if old is not None else None, cell, moved)
    place = -1
    places = {old: new for new, old in partners.items()}
    for old, cell in enumerate(before):
        place = places.get(old, place)
        if old not in places:
            found[place, old] = CellChange(cell, None)
    return [found[key] for key in sorted(found) if found[key].what]


def _pair(before: list[Cell], after: list[Cell]) -> dict[int, int]:
    """Place of a cell now → its place before: by its name, else by what its source has kept."""
    names = {(cell.name, cell.kind): place for place, cell in enumerate(before) if cell.name}
    pairs = {}
    for place, cell in enumerate(after):
        if (cell.name, cell.kind) in names:
            pairs[place] = names.pop((cell.name, cell.kind))
    free_now = [k for k in range(len(after)) if k not in pairs]
    free_before = [k for k in range(len(before)) if k not in pairs.values()]
    scores = []
    for new in free_now:
        for old in free_before:
            if after[new].kind == before[old].kind:
                words = (re.findall(r"\w+", c.source) for c in (before[old], after[new]))
                scores.append((-_matcher(*words).ratio(), abs(new - old), new, old))
    for score, _, new, old in sorted(scores):
        if -score >= ALIKE and new not in pairs and old not in pairs.values():
            pairs[new] = old
    return pairs


def changed_words(before: str, after: str) -> list[Part]:
    """Both texts in one: words that are gone, words that are new, and what stands around them.

    How a paragraph is broken into lines is no change.
    """
    parts: list[Part] = []
    for kind, gone, new in _compare_words(before, after):
        if kind == "equal":
            parts.append(("same", [(False, new)]))
        else:
            parts += [("del", [(False, gone)]), ("ins", [(False, new)])]
    return list(_shortened(parts))


def changed_lines(before: str, after: str) -> list[Part]:
    """Lines that are gone and lines that are new, changed words marked, and a few around them."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    parts: list[Part] = []
    for kind, i, j, k, m in _matcher(old, new).get_opcodes():
        gone, come = "".join(old[i:j]), "".join(new[k:m])
        if kind == "equal":
            parts.append(("same", [(False, come)]))
        else:
            words = _compare_words(gone, come)
            is_part = any(same == "equal" for same, _, _ in words)
            parts.append(("del", [(is_part and same != "equal", text) for same, text, _ in words]))
            parts.append(("ins", [(is_part and same != "equal", text) for same, _, text in words]))
    return list(_shortened(parts))


def _compare_words(before: str, after: str) -> list[tuple[str, str, str]]:
    """("equal" or "replace", words before, words after), from the first word to the last."""
    old, new = WORD.findall(before), WORD.findall(after)
    pieces: list[tuple[str, str, str]] = []
    for kind, i, j, k, m in _matcher(_unbroken(old), _unbroken(new)).get_opcodes():
        one, two = "".join(old[i:j]), "".join(new[k:m])
        is_lone = kind == "equal" and pieces and m < len(new) and len(two.strip()) < LONE
        kind = "equal" if kind == "equal" and not is_lone else "replace"
        if pieces and pieces[-1][0] == kind:
            _, before_it, after_it = pieces.pop()
            one, two = before_it + one, after_it + two
        pieces.append((kind, one, two))
    return pieces


def _unbroken(words: list[str]) -> list[str]:
    return [" " if word.isspace() and "\n\n" not in word else word for word in words]


def _matcher(before: Sequence, after: Sequence) -> SequenceMatcher:
    return SequenceMatcher(None, before, after, autojunk=False)


def _shortened(parts: list[Part]) -> Iterator[Part]:
    """Without what is empty, and without unchanged lines that are far from a change."""
    parts = [part for part in parts if any(text for _, text in part[1])]
    if all(kind == "same" for kind, _ in parts):
        return
    for place, (kind, pieces) in enumerate(parts):
        if kind != "same":
            yield kind, pieces
            continue
        lines = "".join(text for _, text in pieces).splitlines(keepends=True)
        head = lines[:CONTEXT] if place > 0 else []
        tail = lines[-CONTEXT:] if place < len(parts) - 1 else []
        left_out = len(lines) - len(head) - len(tail)
        if left_out <= 1:
            yield kind, pieces
            continue
        if head:
            yield "same", [(False, "".join(head))]
        yield "skip", [(False, f"{left_out} lines")]
        if tail:
            yield "same", [(False, "".join(tail))]


def changed_pixels(before: Picture, after: Picture) -> tuple[float, Picture] | None:
    """The share of pixels that differ, and the picture after, faint, with them in red.

    None where the sizes differ, or one is no picture.
    """
    try:
        old, new = (_pixels(picture) for picture in (before, after))
    except (OSError, UnidentifiedImageError):
        return None
    if old.shape != new.shape:
        return None
    differs = (old != new).any(axis=-1)  # (H, W)
    levels = new[..., 1] // 4  # green is what eyes call bright
    marked = Image.fromarray(np.where(differs, len(FAINT), levels).astype(np.uint8))
    marked.putpalette([value for colour in [*FAINT, RED] for value in colour])
    buffer = io.BytesIO()
    marked.save(buffer, "PNG")
    data = base64.b64encode(buffer.getvalue()).decode()
    return float(differs.mean()), Picture(data, "Pixels that differ, in red.")


def _pixels(picture: Picture) -> np.ndarray:
    """uint8 (H, W, 3)."""
    return np.asarray(Image.open(io.BytesIO(decode(picture.data))).convert("RGB"))
