"""What a stored composite makes of a sequence, with all frames in the order of time.

T frames, H × W the size of a frame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lstm_video_lab.data.frames import unpack_frames

Rows = dict[str, np.ndarray]  # name → (T, H, W) in [0, 1] or uint8
Parts = Sequence[tuple[int, Rows]]  # the past and the future: number of the first frame, its rows


def stored_sequence(model: Mapping[str, Any], sequence: int) -> Parts:
    """A stored sequence (from 1) of a stored model."""
    parts = {name: unpack_frames(text)[:, sequence - 1] for name, text in model["examples"].items()}
    seen = model["settings"]["frames_in"]
    return _past_and_future(parts["frames"], seen, parts["reconstruction"], parts["future"])


def _past_and_future(
    frames: np.ndarray, seen: int, reconstruction: np.ndarray, future: np.ndarray
) -> Parts:
    """Input over what is recalled of it, which came in reverse; truth over what is predicted."""
    return [
        (1, {"input": frames[:seen], "recalled": reconstruction[::-1]}),
        (seen + 1, {"truth": frames[seen:], "predicted": future}),
    ]
