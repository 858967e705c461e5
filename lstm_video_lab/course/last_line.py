"""What a program said last."""

from __future__ import annotations

import re

LONGEST = 300  # characters
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")  # of a terminal


def last_line(text: str, leave_out: str | None = None) -> str:
    """The last line with something in it, but for those with `leave_out`; without colours."""
    for line in reversed(_COLOURS.sub("", text).splitlines()):
        if line.strip() and (leave_out is None or leave_out not in line):
            return line.strip()[:LONGEST]
    return ""
