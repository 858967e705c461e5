"""Where a text names a lesson by its number, and the same text with another number.

A lesson is named by

- its file: ``81_leaves``, whatever stands before and after;
- a link to it whose text begins with the number: ``[81, falling leaves](81_leaves.ipynb)``;
- the word and a number or several: ``lesson 81``, ``test_lesson_81_trains``, ``lessons 79 to 81``,
  ``Lessons 71, 72 and 81``, also where the line ends within;
- a cell of a table in a column whose head says "lesson": ``| 80, 81 |``;
- the command that builds it: ``lstm-video-lab build 81``;
- the title of its own script: ``# # 81 · Falling leaves``;
- the source of a figure, in a comment: ``<!-- 4.5 = output("81/how fast", "in all") -->``;
- in the text of a lesson, a number that begins with 0, or a list with one: ``(04 to 06)``.

All else stays as it is. `doubtful` names the places that a person has to judge.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

NUMBER = r"\d\d[a-z]?"
GAP = r"(?:[ \t]+|[ \t]*\n[ \t]*(?:#[ \t]*)?)"  # also where a line ends, and a comment goes on
JOIN = rf"(?:,{GAP}(?:and{GAP})?|{GAP}(?:and|or|to){GAP}|–)"
ONE = re.compile(rf"\b(?:[Ll]esson|\w*_lesson)(?:{GAP}|_)\[?{NUMBER}(?![0-9a-zA-Z])")
SEVERAL = re.compile(rf"\b[Ll]essons{GAP}\[?{NUMBER}\b(?:{JOIN}\[?{NUMBER}\b)*")
BUILD = re.compile(r"lstm-video-lab build(?: (?!-)\S+)+")
ALONE = rf"(?<![\w.,:/×+*%=\-−–]){NUMBER}(?!\w|[.,:/]\d|[×%*])"
BARE = re.compile(rf"{ALONE}(?:{JOIN}{ALONE})*")
RANGE = re.compile(rf"\b({NUMBER})(?:{GAP}to{GAP}|–)\[?({NUMBER})\b")
NO_LESSON = re.compile(  # a number after one of these words is none of a lesson
    rf"(?:exercise|equation|frame|section|chapter|figure|table|page|step|point|seed)s?{GAP}\[?$",
    re.I,
)
CODE = re.compile(r"^(?:# )?```.*?^(?:# )?```|`[^`\n]+`", re.M | re.S)
COMMENT = re.compile(r"<!--.*?-->", re.S)
CELL = re.compile(r"^# %%.*$", re.M)
LISTED = re.compile(rf'\s*"({NUMBER})_\w+",')
FAR = 100  # characters of a text that are looked at before a place


class Kind(Enum):
    """What a text is: it decides which of its parts are prose."""

    OWN = auto()  # the script of the lesson that moves
    LESSON = auto()  # the script of another one
    CODE = auto()
    PAGE = auto()  # Markdown


@dataclass(frozen=True)
class Move:
    """A lesson that gets another number, and keeps its name."""

    name: str
    old: str
    new: str

    @property
    def old_stem(self) -> str:
        return f"{self.old}_{self.name}"

    @property
    def new_stem(self) -> str:
        return f"{self.new}_{self.name}"

    def renumbered(self, text: str) -> str:
        """The text with the new number wherever the old one stands by itself."""
        return re.sub(rf"(?<![0-9a-zA-Z]){self.old}(?![0-9a-zA-Z])", self.new, text)

    def is_within(self, first: str, last: str) -> bool:
        """Whether the old or the new number lies in this range, its ends with it."""
        return any(first <= number <= last for number in (self.old, self.new))


def rewrite(text: str, move: Move, kind: Kind, *, shared: bool = False) -> str:
    """The text with the new number wherever it names the lesson.

    shared  it also names something else by the same number: only what stands beside the name of
            the lesson is then its own
    """
    link = rf"(?<=\[)(\**){move.old}(?=\b[^\]]*\]\([^)\s]*\b{move.old_stem}\.)"
    new = re.sub(link, rf"\g<1>{move.new}", text)
    if not shared:
        for pattern in (ONE, SEVERAL, BUILD):
            new = pattern.sub(lambda found: move.renumbered(found[0]), new)
        new = COMMENT.sub(lambda found: _rewrite_sources(found[0], move), new)
        new = _rewrite_tables(new, move)
        if kind is Kind.OWN:
            title = rf"^(# # ){move.old}\b"
            new = re.sub(title, rf"\g<1>{move.new}", new, count=1, flags=re.M)
        if kind in (Kind.OWN, Kind.LESSON):
            new = _rewrite_bare(new, move, kind)
    new = re.sub(rf"(?<!\w){move.old_stem}(?!\w)", move.new_stem, new)
    return new if new == text else _in_order(new, move)


def _rewrite_sources(comment: str, move: Move) -> str:
    return re.sub(rf"(?<=[\"']){move.old}(?=/)", move.new, comment)


def _rewrite_bare(text: str, move: Move, kind: Kind) -> str:
    is_prose = _prose(text, kind)

    def replaced(found: re.Match[str]) -> str:
        is_lesson = is_prose(found.start()) and _begins_with_zero(text, found)
        return move.renumbered(found[0]) if is_lesson else found[0]

    return BARE.sub(replaced, text)


def _begins_with_zero(text: str, found: re.Match[str]) -> bool:
    """Whether numbers without a word are lessons: one begins with 0, as other numbers do not."""
    has_zero = any(number.startswith("0") for number in re.findall(NUMBER, found[0]))
    return has_zero and not NO_LESSON.search(_before(text, found))


def _before(text: str, found: re.Match[str]) -> str:
    return text[max(0, found.start() - FAR) : found.start()]


def _prose(text: str, kind: Kind) -> Callable[[int], bool]:
    """Whether a place in the text is prose: in Markdown, and in no block of code."""
    spans: list[tuple[int, bool]] = [(0, kind is Kind.PAGE)]
    if kind in (Kind.OWN, Kind.LESSON):
        spans += [(cell.start(), "[markdown]" in cell[0]) for cell in CELL.finditer(text)]
    starts = [start for start, _ in spans]
    code = [found.span() for found in CODE.finditer(text)]

    def is_prose(place: int) -> bool:
        in_markdown = spans[bisect_right(starts, place) - 1][1]
        return in_markdown and not any(start <= place < end for start, end in code)

    return is_prose


@dataclass(frozen=True)
class Row:
    """A row of a table that has a column of lessons.

    line    its number among the lines of the text, from 0
    cells   what stands between the bars, and before the first
    column  the place of the lessons among the cells
    """

    line: int
    cells: list[str]
    column: int

    @property
    def numbers(self) -> list[str]:
        """The lessons of the row: those that are all of the cell, else the one that begins it."""
        cell = self.cells[self.column].strip()
        if re.fullmatch(rf"{NUMBER}(?:{JOIN}{NUMBER})*", cell):
            return re.findall(NUMBER, cell)
        return re.findall(rf"^[\[`*]*({NUMBER})(?![0-9a-zA-Z])", cell)


def _tables(lines: list[str]) -> Iterator[list[Row]]:
    """The rows of each table with a column that is headed by "lesson" or "lessons"."""
    for number, line in enumerate(lines[:-1]):
        if not re.match(r"(?:# )?\|[\s:|-]+\|$", lines[number + 1]):
            continue
        heads = [re.findall(r"\w+", head) for head in line.split("|")]
        columns = [k for k, words in enumerate(heads) if {"lesson", "lessons"} & set(words)]
        if not columns:
            continue
        rows = []
        for k in range(number + 2, len(lines)):
            cells = lines[k].split("|")
            if len(cells) != len(heads):
                break
            rows.append(Row(k, cells, columns[0]))
        yield rows


def _rewrite_tables(text: str, move: Move) -> str:
    lines = text.split("\n")
    for rows in _tables(lines):
        for row in rows:
            if move.old in row.numbers:
                cells = list(row.cells)
                cells[row.column] = move.renumbered(cells[row.column])
                lines[row.line] = "|".join(cells)
    return "\n".join(lines)


def _in_order(text: str, move: Move) -> str:
    """Rows with a lesson each, and lines of a list of lessons, in order if they were before."""
    lines = text.split("\n")
    for rows in _tables(lines):
        keyed = [(row.numbers[0], row.line) for row in rows if len(row.numbers) == 1]
        if [line for _, line in keyed] == [row.line for row in rows[: len(keyed)]]:
            _sort(lines, keyed, move)
    run: list[tuple[str, int]] = []
    for number, line in enumerate([*lines, ""]):
        found = LISTED.fullmatch(line)
        if found:
            run.append((found[1], number))
        else:
            _sort(lines, run, move)
            run = []
    return "\n".join(lines)


def _sort(lines: list[str], keyed: list[tuple[str, int]], move: Move) -> None:
    """Put neighbouring lines, each with its number, into the order that the old numbers had."""
    before = [move.old if number == move.new else number for number, _ in keyed]
    if keyed and before == sorted(before):
        first = keyed[0][1]
        lines[first : first + len(keyed)] = [lines[line] for _, line in sorted(keyed)]


def doubtful(text: str, move: Move, kind: Kind, *, shared: bool) -> list[tuple[int, str]]:
    """(line, why) for each place of a rewritten text that a person has to judge; lines from 1."""
    places = [*_ranges(text, move, kind), *_ways(text, move, kind), *_left_over(text, move, kind)]
    if shared:
        for pattern in (ONE, SEVERAL, BUILD):
            named = [found for found in pattern.finditer(text) if move.old in numbers_in(found[0])]
            places += [(found.start(), f"is this lesson {move.old}?") for found in named]
    lines = {text.count("\n", 0, place) + 1: why for place, why in reversed(places)}
    return sorted(lines.items())


def numbers_in(text: str) -> list[str]:
    return re.findall(rf"(?<![0-9a-zA-Z]){NUMBER}(?![0-9a-zA-Z])", text)


def _ranges(text: str, move: Move, kind: Kind) -> Iterator[tuple[int, str]]:
    is_prose = _prose(text, kind)
    for found in RANGE.finditer(text):
        of_lessons = re.search(rf"[Ll]essons{GAP}\[?(?:{NUMBER}{JOIN})*$", _before(text, found))
        is_bare = is_prose(found.start()) and _begins_with_zero(text, found)
        if (of_lessons or is_bare) and move.is_within(found[1], found[2]):
            yield found.start(), "does this range still hold?"


def _ways(text: str, move: Move, kind: Kind) -> Iterator[tuple[int, str]]:
    """Where a lesson sends its reader on to this one, or this one to another."""
    for found in re.finditer(r"^# (?:.*\s)?(?:Next|Before): .*(?:\n# .*)?", text, re.M):
        if kind is Kind.OWN or f"({move.new_stem}." in found[0]:
            yield found.start(), "which lesson is next?"


def _left_over(text: str, move: Move, kind: Kind) -> Iterator[tuple[int, str]]:
    is_prose = _prose(text, kind)
    for found in BARE.finditer(text):
        if is_prose(found.start()) and move.old in numbers_in(found[0]):
            in_brackets = text[found.start() - 1 : found.end() + 1] == f"({found[0]})"
            if in_brackets or _begins_with_zero(text, found):
                yield found.start(), f"is this lesson {move.old}?"
