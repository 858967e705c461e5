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


def pack(value: Any) -> str:
    """Plain values as text. Raises ValueError for what is not plain."""
    return base64.b64encode(zlib.compress(plain_values.encode(value), 9)).decode()


def unpack(text: str) -> Any:
    """The values in a text of `pack`. Raises ValueError or zlib.error for anything else."""
    return plain_values.decode(zlib.decompress(base64.b64decode(text)))
