"""What the title of a cell in `solutions/` can be: a kind, written exactly, or a plain title."""

from __future__ import annotations

import difflib
import re
from typing import NamedTuple

FORMS = {
    "given": "given",
    "answer": "answer NAME, N points",
    "check": "check NAME",
    "written": "written NAME, N points [markdown]",
    "cases": "cases NAME",
    "hints": "hints NAME",
    "rewrite": "rewrite NAME: words",
    "mistake": "mistake NAME: words",
}
SECRET = ("cases", "hints", "rewrite", "mistake")
TEXT = " [markdown]"

# Titles of cells that students get as they are. A new one is added here, on purpose.
PLAIN_TITLES = frozenset(
    {
        "what it will look like",
        "the target of the fourth part",
        "a hint",
        "a hint for counting",
        "a hint for drawing",
        "a hint for sizes and reach",
        "a hint for space, then time",
        "a hint for the accuracy",
        "a hint for the blocks",
        "a hint for the cell",
        "a hint for the film",
        "a hint for the gates",
        "a hint for the gradients",
        "a hint for the law",
        "a hint for the loss",
        "a hint for the new state",
        "a hint for the peepholes",
        "a hint for the rhythm",
        "a hint for the rung",
        "a hint for the teacher",
        "a hint for the two losses",
        "a hint for the two numbers",
        "a hint for the way through",
    }
)


class Title(NamedTuple):
    """What a title says. kind is "" for a plain title and for none."""

    kind: str = ""
    name: str = ""  # of the answer or the question
    points: int = 0
    words: str = ""


def _pattern(form: str) -> re.Pattern[str]:
    pattern = form.removesuffix(TEXT)
    pattern = pattern.replace("NAME", r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)")
    pattern = pattern.replace("N points", r"(?P<points>[1-9][0-9]?) points?")
    return re.compile(pattern.replace("words", r"(?P<words>\S.*)"))


PATTERNS = {kind: _pattern(form) for kind, form in FORMS.items()}


def read_title(text: str) -> Title | None:
    """What a title says; None for one that is neither a kind nor plain."""
    for kind, pattern in PATTERNS.items():
        if match := pattern.fullmatch(text):
            parts = match.groupdict()
            points = int(parts.get("points") or 0)
            return Title(kind, parts.get("name") or "", points, parts.get("words") or "")
    return Title() if text in PLAIN_TITLES or not text else None


def unknown_title(text: str) -> str:
    """What is wrong with a title that `read_title` does not know, and what to do."""
    first = re.split(r"[\W\d]", text.strip(), maxsplit=1)[0].casefold()
    if kind := difflib.get_close_matches(first, FORMS, 1):
        return f"the title {text!r} does not parse: write '# %% {FORMS[kind[0]]}'"
    advice = f"begin it with {', '.join(FORMS)}"
    if plain := difflib.get_close_matches(text, sorted(PLAIN_TITLES), 1, 0.8):
        advice = f"write {plain[0]!r}"
    listed = "or add it to PLAIN_TITLES in lstm_video_lab/course/titles.py"
    return f"the title {text!r} is not known: {advice}, {listed}"
