"""Figures in prose, tied to where they come from.

A tie stands in an HTML comment, which no reader sees, at the end of a Markdown cell or of a part of
a page: the number as the prose has it, or a few of its words in quotes, and what it comes from.

    The composite is better by 6.6 nats, and in every seed. Its unit follows the digit, r = 0.88.

    <!-- 6.6 = table2.models["future predictor"].mean - table2.models.composite.mean
    "in every seed" = min(table2.models["future predictor"].seeds)
        > max(table2.models.composite.seeds)
    0.88 = output("how good is it", "after training") -->

A number must be what its source gives, rounded to the digits of the prose; words must hold one
number for each that the source gives, or the source must be a comparison that is true. A source is
an expression (see `expressions`) of

    table2                      a stored result, notebooks/results/table2.json; so with all of them
    bench                       the stored speeds, docs/bench.json
    card("fc-two-digits")       the card of a model that comes with the lab
    output("CELL", "words")     the number that follows these words in what the cell has printed, or
                                stored as the text of a picture; a third argument: which one
    printed("CELL", "words")    whether these words are there

where CELL is the title of a cell of the same lesson, or `NN/title` of lesson NN. A name for
what is long, `one = table2.models.composite`, serves the ties after it in the same comment.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lstm_video_lab.course.building import scripts, texts
from lstm_video_lab.course.building.expressions import (
    ExpressionError,
    evaluate,
    parse,
    rounded,
    with_values,
)

NUMBER = re.compile(r"(?:(?<![\w.)])[-−+])?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?")
PRINTED = re.compile(NUMBER.pattern + r"(?:e[-+]?\d+)?")
TIE = re.compile(r'(?:"([^"]+)"|([-−+]?\d[\d.,]*)|([A-Za-z]\w*))\s*=(?!=)\s*(.+)')
LONGEST = 120  # characters of an expression in a line about it
MARK = re.compile(r"\s*[\w-]+: (?:begin|end)\s*")  # of a table that the build writes


def problems(root: Path) -> list[str]:
    """A line for each figure in prose below `root` that is not what its source says, and for each
    stored file that cannot be read.
    """
    stored = Stored(root)
    lines = []
    for piece in _pieces(root):
        if "<!--" in piece.source:
            where = piece.path.relative_to(root).as_posix()
            lines += [f"{where}:{line}: {fault}" for line, fault in _faults(piece, stored)]
    return stored.unreadable() + lines


def _pieces(root: Path) -> Iterator[texts.Text]:
    """Each text; of a file that is none, `links.problems` says so."""
    for folder in ("notebooks", "solutions"):
        for script in sorted((root / folder).glob("[0-9]*_*.py")):
            with contextlib.suppress(ValueError):
                yield from texts.cells(script)
    for page in texts.pages(root):
        with contextlib.suppress(ValueError):
            yield from texts.parts(page)


def _faults(piece: texts.Text, stored: Stored) -> Iterator[tuple[int, str]]:
    """Line and fault of each tie of a piece that does not hold."""
    words = piece.words().replace("−", "-")
    for start, comment in piece.comments():
        if not MARK.fullmatch(comment):
            names = Names(stored, piece.path)
            lines = _joined(start, comment)
            for place, (line, text) in enumerate(lines):
                later = [after for _, after in lines[place + 1 :]]
                if fault := _fault(text, later, words, names):
                    yield line, fault


def _joined(start: int, comment: str) -> list[tuple[int, str]]:
    """The lines of a comment, each with those that go on with it, and where it begins."""
    joined: list[tuple[int, str]] = []
    for line, text in enumerate(comment.splitlines(), start):
        if joined and text.startswith(" "):
            first, before = joined.pop()
            joined.append((first, f"{before} {text.strip()}"))
        elif text.strip():
            joined.append((line, text.strip()))
    return joined


def _fault(text: str, later: list[str], words: str, names: Names) -> str:
    """What is wrong with a tie, or with a name for those after it; empty if nothing is."""
    match = TIE.fullmatch(text)
    if not match:
        return f"{text!r} is no tie: write `NUMBER = SOURCE` or '\"WORDS\" = SOURCE'"
    claim, name, source = match[1] or match[2], match[3], match[4]
    try:
        if not name and not _occurs(claim.replace("−", "-"), words):
            return f"{claim!r} is tied, but is not in the text: mend the tie, or drop it"
        if not name:
            return _difference(claim, source, names)
        if not any(re.search(rf"\b{name}\b", after) for after in later):
            return f"{name!r} is a name that no tie uses: drop it, or put words in quotes"
        names[name] = evaluate(parse(source), names)
    except UnreadableError:
        return ""  # the file is named once, for all of its ties
    except ExpressionError as error:
        return f"{claim or name!r}: {error}: mend the tie"
    return ""


def _occurs(claim: str, words: str) -> bool:
    """Whether words are there, not as a part of a longer word or number."""
    before = r"(?<![\w.,])" if claim[0].isalnum() else ""
    after = r"(?!\w|[.,]\d)" if claim[-1].isalnum() else ""
    if claim[0].isdigit():
        before += r"(?<!(?<![\w.)])-)"  # a sign that the claim does not have
    if claim[-1].isdigit():
        after += r"(?! 000\b| ?[·×] ?10(?:\^|[⁻⁰¹²³⁴-⁹]))"  # a larger number
    return bool(re.search(before + re.escape(" ".join(claim.split())) + after, words))


def _difference(claim: str, source: str, names: Names) -> str:
    """How a claim differs from what its source says; an empty string if it does not."""
    node = parse(source)
    value = evaluate(node, names)
    if isinstance(value, bool):
        shown = short(with_values(node, names))
        return "" if value else f"{claim!r} is not so: {shown} is false: mend the text"
    values = value if isinstance(value, list) else [value]
    numbers = NUMBER.findall(claim)
    source_is = f"{short(source)} is {short(rounded(value))}"
    if not all(isinstance(one, int | float) for one in values):
        return f"{claim!r}: {source_is}, no number: mend the tie"
    if len(numbers) != len(values):
        return f"{claim!r}: {len(numbers)} numbers, {source_is}: one for each, or a comparison"
    if all(_is_rounded(number, one) for number, one in zip(numbers, values, strict=True)):
        return ""
    return f"the text says {claim!r}, {source_is}: mend the text"


def short(text: str) -> str:
    return text if len(text) < LONGEST else f"{text[: LONGEST - 1]}…"


def _is_rounded(number: str, value: float) -> bool:
    """Whether a number in prose is the value, to as many digits as it has."""
    number = _ascii(number)
    digits = len(number.partition(".")[2])
    return float(f"{value:.{digits}f}") == float(number)


def _ascii(number: str) -> str:
    return number.replace("−", "-").replace(",", "")


class UnreadableError(ExpressionError):
    """A stored file that is there, but cannot be read."""


class Names(dict[str, Any]):
    """What the names in a tie of one script or page stand for, looked up when asked for."""

    def __init__(self, stored: Stored, path: Path) -> None:
        super().__init__(card=stored.card, output=self._output, printed=self._printed)
        self._stored = stored
        self._path = path

    def __missing__(self, name: str) -> Any:
        return self._stored.result(name)

    def _output(self, cell: str, words: str, count: int = 1) -> float:
        text = self._stored.output(self._path, cell)
        if words not in text:
            raise ExpressionError(f"cell {cell!r} does not print {words!r}")
        numbers = PRINTED.findall(text.partition(words)[2])
        if not 1 <= count <= len(numbers):
            raise ExpressionError(f"cell {cell!r} prints no number {count} after {words!r}")
        return float(_ascii(numbers[count - 1]))

    def _printed(self, cell: str, words: str) -> bool:
        return words in self._stored.output(self._path, cell)


class Stored:
    """The stored results, speeds, cards and outputs of a project, each read once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._read: dict[Path, Any] = {}
        self._unreadable: dict[Path, str] = {}

    def unreadable(self) -> list[str]:
        """A line for each stored result, and each other file that a tie names, that is broken."""
        for path in self._root.glob("notebooks/results/*.json"):
            with contextlib.suppress(UnreadableError):
                self._json(path)
        return [self._unreadable[path] for path in sorted(self._unreadable)]

    def result(self, name: str) -> Any:
        folder = "docs" if name == "bench" else "notebooks/results"
        return self._json(self._root / folder / f"{name}.json")

    def card(self, name: str) -> Any:
        return self._json(self._root / "lstm_video_lab" / "weights" / f"{name}.json")

    def output(self, path: Path, cell: str) -> str:
        """The stored text of a cell of the lesson at `path`, or of the one that `cell` names."""
        if other := re.fullmatch(r"(\d+[a-z]?)/(.+)", cell):
            lessons = sorted(self._root.glob(f"notebooks/{other[1]}_*.py"))
            if not lessons:
                raise ExpressionError(f"there is no lesson {other[1]}")
            path, cell = lessons[0], other[2]
        cells = self._json(path.with_suffix(".ipynb"), outputs)
        name = scripts.id_of(cell)
        if name not in cells:
            raise ExpressionError(f"{path.with_suffix('.ipynb').name} has no cell {cell!r}")
        return cells[name]

    def _json(self, path: Path, use: Callable[[Any], Any] = lambda content: content) -> Any:
        if path in self._unreadable:
            raise UnreadableError(self._unreadable[path])
        if path not in self._read:
            name = path.relative_to(self._root).as_posix()
            try:
                self._read[path] = use(json.loads(path.read_text("utf-8")))
            except FileNotFoundError:
                raise ExpressionError(f"there is no {name}") from None
            except (OSError, ValueError, KeyError, TypeError) as error:
                fault = f"{name} cannot be read ({error}): make it anew, or take it from git"
                self._unreadable[path] = fault
                raise UnreadableError(fault) from None
        return self._read[path]


def outputs(notebook: dict[str, Any]) -> dict[str, str]:
    """Id of each cell, which is made of its title → all that it has printed or shown, as text."""
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return {cell["id"]: "\n".join(_texts(cell["outputs"])) for cell in cells}


def _texts(shown: list[dict[str, Any]]) -> Iterator[str]:
    for output in shown:
        yield "".join(output.get("text", ""))
        data = output.get("data", {})
        yield "".join(data.get("text/plain", ""))
        if "text/html" in data:
            yield texts.words_of_page("".join(data["text/html"]))
        if "text/markdown" in data:
            yield "".join(data["text/markdown"])
