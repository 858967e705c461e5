"""Quick feedback while a student works: `check(name, answer)`, `hint(name)` and `target(name)`.

The answer runs in the student's own kernel, on a few calls whose results are known. It is help, not
a mark: marks are given by `lstm-video-lab grade`, on other calls, elsewhere. A name with a slash,
"room/name", is a line to write in a lesson: nobody grades it, and its cases lie in the lesson's
room, in `line.py`.
"""

from __future__ import annotations

import base64
import copy
import json
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any

from lstm_video_lab import plots
from lstm_video_lab.course.compare import TOLERANCE, difference
from lstm_video_lab.course.pages import render
from lstm_video_lab.course.visible_cases import VISIBLE, values_from_text
from lstm_video_lab.plots.canvas import Picture, as_array
from lstm_video_lab.questions import Line

NOT_ATTEMPTED, ERROR, INCORRECT, CORRECT = "not attempted", "error", "incorrect", "correct"
SIGNS = {NOT_ATTEMPTED: "○", ERROR: "⚠", INCORRECT: "✗", CORRECT: "✓"}
RAISES = "LAB_CHECK_RAISES"  # in the environment: `check` fails a cell
LARGEST_PICTURE = 4  # times the numbers of the target: what is larger is not drawn
_hints_shown: dict[str, int] = {}  # answer → how many of its hints


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
        return render(
            "verdict.html",
            sign=SIGNS[self.outcome],
            name=self.name,
            outcome=self.outcome,
            words=self.words,
            png=base64.b64encode(self.picture.png).decode() if self.picture else "",
            png_text=self.picture.text if self.picture else "",
        )


@lru_cache(maxsize=64)
def _visible_cases(name: str) -> dict[str, Any]:
    """What a student may know of an answer. Raises ValueError for an unknown name."""
    if "/" in name:
        return _cases_of_line(name)
    path = VISIBLE / f"{name}.json"
    if not path.is_file():
        names = ", ".join(sorted(p.stem for p in VISIBLE.glob("*.json")))
        raise ValueError(f"no answer is called {name!r}: choose one of {names}")
    stored = json.loads(path.read_text("utf-8"))
    return {**stored, "cases": values_from_text(stored["cases"])}


def _cases_of_line(name: str) -> dict[str, Any]:
    """The same of a line to write in a lesson."""
    line = find_line(name)
    cases = []
    for arguments in line.cases:
        functions = (line.reference, *line.mistakes.values())
        values = [function(**copy.deepcopy(arguments)) for function in functions]
        cases.append({"arguments": arguments, "expected": values[0], "mistaken": values[1:]})
    return {
        "shows": line.shows,
        "tolerance": TOLERANCE if line.tolerance is None else line.tolerance,
        "hints": list(line.hints),
        "mistakes": list(line.mistakes),
        "cases": cases,
    }


def find_line(name: str) -> Line:
    """The line of this name, "room/name". Raises ValueError where there is none."""
    room, _, what = name.partition("/")
    try:
        module = import_module(f"lstm_video_lab.lessons.{room}.line")
    except (ModuleNotFoundError, ValueError):
        raise ValueError(f"no lesson {room!r} has a line to write: is {name!r} right?") from None
    lines = {key: value for key, value in vars(module).items() if isinstance(value, Line)}
    if what not in lines:
        raise ValueError(f"no line is called {name!r}: {room} has {', '.join(lines)}")
    return lines[what]


def check(name: str, answer: Callable[..., Any]) -> Verdict:
    """Call an answer on a few known cases and say what came of it.

    Not attempted, error, incorrect (which case, how it differs, and the picture of yours beside the
    target) or correct. Never raises, unless RAISES is set in the environment: then AssertionError
    for an exercise's answer that is not correct, so that `pytest --nbval-lax` counts it.
    """
    verdict = _check(name, answer)
    if verdict.outcome != CORRECT and "/" not in name and os.environ.get(RAISES):
        raise AssertionError(repr(verdict))
    return verdict


def _check(name: str, answer: Callable[..., Any]) -> Verdict:
    try:
        visible = _visible_cases(name)
    except ValueError as error:
        return Verdict(str(name), ERROR, str(error))
    if not callable(answer):
        return Verdict(name, ERROR, f"give the function itself: check({name!r}, {name})")
    count = len(visible["cases"])
    for number, case in enumerate(visible["cases"], 1):
        where = f"Case {number} of {count}"
        try:
            result = answer(**copy.deepcopy(case["arguments"]))
        except NotImplementedError:
            return Verdict(name, NOT_ATTEMPTED, "Write your answer where the stub is.")
        except KeyboardInterrupt:
            return Verdict(name, ERROR, f"{where} was interrupted.")
        except BaseException as error:
            words = f"{where} ends with {type(error).__name__}: {_message(error)}"
            return Verdict(name, ERROR, words + _how_to_get_help(visible, name))
        if result is ...:  # a lesson's blank: it passes in Run All
            words = "Not written yet: put your line where the three dots stand."
            return Verdict(name, NOT_ATTEMPTED, words + _how_to_get_help(visible, name))
        if verdict := _compare(name, visible, case, result, where):
            return verdict
    return Verdict(name, CORRECT, f"All {count} cases agree.")


def _how_to_get_help(visible: dict[str, Any], name: str) -> str:
    return f"\nFor help: hint({name!r})" if visible["hints"] else ""


def _message(error: BaseException) -> str:
    try:
        return str(error)[:400]
    except BaseException:
        return "(its message cannot be read)"


def _compare(
    name: str, visible: dict[str, Any], case: dict[str, Any], result: Any, where: str
) -> Verdict | None:
    """None for what is right."""
    try:
        departure = difference(result, case["expected"], visible["tolerance"])
        if departure is None:
            return None
        words = f"{where}: {departure.words}."
        mistake_hint = hint_of_mistake(visible, case, result)
        if mistake_hint is not None:
            words += f"\n{mistake_hint}"
        else:
            words += _how_to_get_help(visible, name)
        picture = beside_target(visible["shows"], result, case["expected"])
        return Verdict(name, INCORRECT, words, picture)
    except Exception as error:  # a value that cannot even be looked at
        return Verdict(name, ERROR, f"{where}: the result cannot be read ({type(error).__name__}).")


def hint_of_mistake(visible: dict[str, Any], case: dict[str, Any], result: Any) -> str | None:
    """The hint of the first known mistake that gives just this."""
    for mistake_hint, value in zip(visible["mistakes"], case["mistaken"], strict=True):
        if value is not None and difference(result, value, visible["tolerance"]) is None:
            return mistake_hint
    return None


def hint(name: str) -> str:
    """The next hint; the last one stays. Raises ValueError for an unknown name."""
    hints = _visible_cases(name)["hints"]
    number = min(len(hints), _hints_shown.get(name, 0) + 1)
    _hints_shown[name] = number
    return f"Hint {number} of {len(hints)}: {hints[number - 1]}"


def target(name: str) -> Picture:
    """What a right answer gives for the first case. Raises ValueError for an unknown name."""
    visible = _visible_cases(name)
    picture = draw(visible["shows"], {"target": visible["cases"][0]["expected"]})
    if picture is None:
        raise ValueError(f"{name} has no picture")
    return picture


def beside_target(shows: str, result: Any, expected: Any) -> Picture | None:
    """Yours and the target, one above the other; None where nothing can be drawn."""
    try:
        largest = LARGEST_PICTURE * max(1, as_array(_first(expected)).size)
        if as_array(_first(result)).size > largest:
            return None
        return draw(shows, {"yours": result, "target": expected})
    except Exception:  # a wrong shape, or no numbers at all
        return None


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list | tuple) else value


def draw(shows: str, values: dict[str, Any]) -> Picture | None:
    """Values as pictures, see `exercises.Answer.shows`: of several values the first, and of several
    sequences the first.
    """
    axes = {"frames": 3, "strip": 2, "lines": 1}.get(shows)
    arrays = {}
    for name, value in values.items():
        array = as_array(_first(value))
        is_batch = axes is not None and array.ndim == axes + 1
        arrays[name] = array[:, 0] if is_batch else array
    names = " and ".join(values)
    if shows == "frames":
        return plots.frames(arrays, f"Frames: {names}.")
    if shows == "strip":
        return plots.strip(arrays, f"Each line is a unit, from step to step: {names}.")
    if shows == "lines":
        curves = {name: _curve(array) for name, array in arrays.items()}
        return plots.curves(curves, {}, f"Curves: {names}.", ylabel="")
    return None


def _curve(array: Any) -> tuple[range, list[float]]:
    """Steps and values (N,); what is not finite is drawn at 0."""
    values = [float(value) for value in array]
    return range(len(values)), [value if math.isfinite(value) else 0 for value in values]
