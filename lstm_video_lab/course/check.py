"""Quick feedback while a student works: `check(name, answer)`, `hint(name)` and `target(name)`.

The answer runs in the student's own kernel, on a few calls whose results are known. It is help, not
a mark: marks are given by `lstm-video-lab grade`, on other calls, elsewhere.
"""

from __future__ import annotations

import base64
import copy
import html
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lstm_video_lab import plots
from lstm_video_lab.course.compare import difference
from lstm_video_lab.course.visible_cases import VISIBLE, unpack
from lstm_video_lab.plots.canvas import Picture, as_array

NOT_ATTEMPTED, ERROR, INCORRECT, CORRECT = "not attempted", "error", "incorrect", "correct"
SIGNS = {NOT_ATTEMPTED: "○", ERROR: "⚠", INCORRECT: "✗", CORRECT: "✓"}
LARGEST_PICTURE = 4  # times the numbers of the target: what is larger is not drawn
_given: dict[str, int] = {}  # name → hints that were shown


@dataclass(frozen=True)
class Verdict:
    """One of the four outcomes with its words; shows itself in a notebook."""

    name: str
    outcome: str
    words: str
    picture: Picture | None = None

    def __repr__(self) -> str:
        return f"{SIGNS[self.outcome]} {self.name}: {self.outcome}. {self.words}".rstrip()

    def _repr_html_(self) -> str:
        """The words; the picture and its line of text below them."""
        head = f"<b>{SIGNS[self.outcome]} {html.escape(self.name)}: {self.outcome}</b>"
        words = html.escape(self.words).replace("\n", "<br>")
        return f'<div role="status">{head}<br>{words}</div>{as_html(self.picture)}'


def as_html(picture: Picture | None) -> str:
    """A picture that stands inside a page, described by its own line of text."""
    if picture is None:
        return ""
    return img(base64.b64encode(picture.png).decode(), picture.text)


def img(data: str, text: str) -> str:
    """A PNG in base64 as an element of a page."""
    words = html.escape(text, quote=True)
    return f'<img alt="{words}" src="data:image/png;base64,{data}" style="max-width: 100%">'


@lru_cache(maxsize=64)
def _known(name: str) -> dict[str, Any]:
    """What is known of an answer. Raises ValueError for an unknown name."""
    path = VISIBLE / f"{name}.json"
    if not path.is_file():
        names = ", ".join(sorted(p.stem for p in VISIBLE.glob("*.json")))
        raise ValueError(f"no answer is called {name!r}: choose one of {names}")
    told = json.loads(path.read_text("utf-8"))
    return {**told, "cases": unpack(told["cases"])}


def check(name: str, answer: Callable[..., Any]) -> Verdict:
    """Call an answer on a few known cases and say what came of it. Never raises.

    Not attempted, error, incorrect (which case, how it differs, and the picture of yours beside the
    target) or correct.
    """
    try:
        known = _known(name)
    except ValueError as error:
        return Verdict(str(name), ERROR, str(error))
    if not callable(answer):
        return Verdict(name, ERROR, f"give the function itself: check({name!r}, {name})")
    for number, case in enumerate(known["cases"], 1):
        where = f"Case {number} of {len(known['cases'])}"
        try:
            found = answer(**copy.deepcopy(case["arguments"]))
        except NotImplementedError:
            return Verdict(name, NOT_ATTEMPTED, "Write your answer where the stub is.")
        except KeyboardInterrupt:
            return Verdict(name, ERROR, f"{where} was interrupted.")
        except BaseException as error:
            words = f"{where} ends with {type(error).__name__}: {_words(error)}"
            return Verdict(name, ERROR, words + _for_help(known, name))
        if verdict := _compare(name, known, case, found, where):
            return verdict
    return Verdict(name, CORRECT, f"All {len(known['cases'])} cases agree.")


def _for_help(known: dict[str, Any], name: str) -> str:
    return f"\nFor help: hint({name!r})" if known["hints"] else ""


def _words(error: BaseException) -> str:
    try:
        return str(error)[:400]
    except BaseException:
        return "(its message cannot be read)"


def _compare(
    name: str, known: dict[str, Any], case: dict[str, Any], found: Any, where: str
) -> Verdict | None:
    """None for what is right."""
    try:
        told = difference(found, case["expected"], known["tolerance"])
        if told is None:
            return None
        words = f"{where}: {told.words}."
        if (mistake := known_mistake(known, case, found)) is not None:
            words += f"\n{mistake}"
        else:
            words += _for_help(known, name)
        picture = beside(known["shows"], found, case["expected"])
        return Verdict(name, INCORRECT, words, picture)
    except Exception as error:  # a value that cannot even be looked at
        return Verdict(name, ERROR, f"{where}: the result cannot be read ({type(error).__name__}).")


def known_mistake(known: dict[str, Any], case: dict[str, Any], found: Any) -> str | None:
    """The hint of the first known mistake that gives just this."""
    for hint_, value in zip(known["mistakes"], case["mistaken"], strict=True):
        if value is not None and difference(found, value, known["tolerance"]) is None:
            return hint_
    return None


def hint(name: str) -> str:
    """The next hint; after the last one all of them. Raises ValueError for an unknown name."""
    hints = _known(name)["hints"]
    shown = _given[name] = min(len(hints), _given.get(name, 0) + 1)
    return f"Hint {shown} of {len(hints)}: {hints[shown - 1]}"


def target(name: str) -> Picture:
    """What a right answer gives for the first case. Raises ValueError for an unknown name."""
    known = _known(name)
    picture = draw(known["shows"], {"target": known["cases"][0]["expected"]})
    if picture is None:
        raise ValueError(f"{name} has no picture")
    return picture


def beside(shows: str, found: Any, expected: Any) -> Picture | None:
    """Yours and the target, one above the other; None where nothing can be drawn."""
    try:
        if as_array(_first(found)).size > LARGEST_PICTURE * max(1, as_array(_first(expected)).size):
            return None
        return draw(shows, {"yours": found, "target": expected})
    except Exception:  # a wrong shape, or no numbers at all
        return None


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list | tuple) else value


def draw(shows: str, values: dict[str, Any]) -> Picture | None:
    """Values as pictures, see `exercises.Answer.shows`: of several values the first, and of several
    films the first.
    """
    first = {n: as_array(_first(v)) for n, v in values.items()}
    axes = {"frames": 3, "strip": 2, "lines": 1}.get(shows)
    first = {n: v[:, 0] if axes and v.ndim == axes + 1 else v for n, v in first.items()}
    names = " and ".join(values)
    if shows == "frames":
        return plots.frames(first, f"Frames: {names}.")
    if shows == "strip":
        return plots.strip(first, f"Each line is a unit, from step to step: {names}.")
    if shows == "lines":
        rows = {n: [float(x) for x in v] for n, v in first.items()}
        curves = {n: (range(len(row)), [x if math.isfinite(x) else 0 for x in row])
                  for n, row in rows.items()}  # fmt: skip
        return plots.curves(curves, {}, f"Curves: {names}.", ylabel="")
    return None
