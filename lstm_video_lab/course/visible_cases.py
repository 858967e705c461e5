"""The calls that the checker in a student's notebook knows, as they are stored beside it.

Apart from `handout`, which writes them: a first `check` then loads no library of notebooks.
"""

from __future__ import annotations

import base64
import zlib
from pathlib import Path
from typing import Any

from lstm_video_lab.course import plain_values

VISIBLE = Path(__file__).with_name("visible")  # NAME.json for each answer


def values_to_text(value: Any) -> str:
    """Plain values as text. Raises PlainValueError for what is not plain."""
    compressed = zlib.compress(plain_values.encode(value), 9)
    return base64.b64encode(compressed).decode()


def values_from_text(text: str) -> Any:
    """The values in a text of `values_to_text`. Raises ValueError or zlib.error for any other."""
    compressed = base64.b64decode(text)
    return plain_values.decode(zlib.decompress(compressed))
