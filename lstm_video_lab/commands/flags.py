"""What flags hold: numbers, files and the settings of a run; a wrong one is named by its flag."""

from __future__ import annotations

import argparse
import dataclasses
import math
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from lstm_video_lab.checks import LabError, check_number
from lstm_video_lab.settings import FrameSettings, check_field

WORDS = {"true": True, "false": False, "none": None}
WHOLE = re.compile(r"[+-]?[0-9]{1,30}")  # as people write them: no other alphabet's digits, no _
DECIMAL = re.compile(r"[+-]?([0-9]{1,30}\.?[0-9]{0,30}|\.[0-9]{1,30})([eE][+-]?[0-9]{1,3})?")


def parse_number(text: str) -> int | float | str:
    """'256' → 256, '1e-3' → 0.001; anything else stays as it is."""
    if WHOLE.fullmatch(text):
        return int(text)
    return float(text) if DECIMAL.fullmatch(text) else text


def parse_value(text: str) -> Any:
    """A number, '128,64' → (128, 64), 'none' → None, 'true' → True, 'future' → 'future'."""
    if "," in text:
        return tuple(parse_value(part) for part in text.split(","))
    return WORDS[text.lower()] if text.lower() in WORDS else parse_number(text)


def number(low: float, high: float = math.inf, *, whole: bool = True) -> Callable[[str], Any]:
    """What argparse makes a flag's value of: a number from `low` to `high`."""

    def parse(text: str) -> Any:
        value = parse_number(text)
        _in_argparse(lambda: check_number("the value", value, low, high, whole=whole))
        return value

    return parse


def path(text: str) -> Path:
    """A file or a folder, which has a name."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the name is empty: give one")
    return Path(text)


def add_settings(
    parser: argparse.ArgumentParser, part: type[FrameSettings], names: Iterable[str] = ()
) -> None:
    """Fields of settings as flags, all of them or those of some names; what is not given comes
    from the scale.
    """
    chosen = set(names)
    for field in dataclasses.fields(part):
        if chosen and field.name not in chosen:
            continue
        flag, choices = "--" + field.name.replace("_", "-"), field.metadata["choices"]
        text = field.metadata["doc"].replace("%", "%%")
        if choices == (True, False):
            parser.add_argument(
                flag, action=argparse.BooleanOptionalAction, default=argparse.SUPPRESS, help=text
            )
            continue
        if choices:
            text += f" ({', '.join(str(choice).lower() for choice in choices)})"
        kind = _typed(field)
        parser.add_argument(flag, type=kind, default=argparse.SUPPRESS, metavar="VALUE", help=text)


def chosen_settings(arguments: argparse.Namespace, part: type[FrameSettings]) -> dict[str, Any]:
    """The settings that were given as flags."""
    names = {field.name for field in dataclasses.fields(part)}
    return {name: value for name, value in vars(arguments).items() if name in names}


def _typed(field: dataclasses.Field) -> Callable[[str], Any]:
    """Checked as soon as it is read, so that the error names the flag."""

    def parse(text: str) -> Any:
        if field.type == "str":
            value: Any = text
        elif field.type == "str | None":
            value = None if text.lower() == "none" else text
        else:
            value = parse_value(text)
        _in_argparse(lambda: check_field(field, value))
        return value

    return parse


def _in_argparse(check: Callable[[], None]) -> None:
    try:
        check()
    except LabError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
