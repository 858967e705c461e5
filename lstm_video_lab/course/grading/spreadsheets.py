"""Tables as spreadsheets read them: no field is taken for a formula, whatever separates fields."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

_BEGINS = re.compile(r"\s*[=+\-@]|'")  # a formula, or our own mark of what is none
# Where a table is read with another separator, a field may begin in the middle of ours.
_MAY_BEGIN = re.compile(r"(?<=[;,|\t\r\n])(?P<space>[\s\"]*)(?=[=+\-@])")


def csv_text(rows: Iterable[Sequence[Any]], separator: str = ",") -> str:
    """A table as text, every field without formulas."""
    page = io.StringIO()
    writer = csv.writer(page, delimiter=separator, lineterminator="\n")
    for row in rows:
        writer.writerow([without_formula(cell) for cell in row])
    return page.getvalue()


def without_formula(cell: Any) -> Any:
    """What a spreadsheet would run begins with a mark that makes it text."""
    if not isinstance(cell, str):
        return cell
    safe = _MAY_BEGIN.sub(r"\g<space>'", cell)
    return f"'{safe}" if _BEGINS.match(safe) and not is_number(safe) else safe


def is_number(text: str) -> bool:
    """Whether a spreadsheet reads this as a number, and not as a formula."""
    return re.fullmatch(r"[+-]?\d+([.,]\d+)?", text) is not None
