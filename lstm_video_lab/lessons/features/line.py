"""The line that a reader of lesson 10 writes: a frame as a sum of output features."""

import numpy as np

from lstm_video_lab.questions import Line

_DRAW = np.random.default_rng(10)
_FEATURES, _BIAS = _DRAW.normal(size=(5, 4, 6)), _DRAW.normal(size=(4, 6))

drawn_frame = Line(
    reference=lambda h, features, bias: np.tensordot(h, features, 1) + bias,
    cases=[
        {"h": np.array([0.0, 0.0, 1.0, 0.0, 0.0]), "features": _FEATURES, "bias": _BIAS},
        {"h": _DRAW.uniform(-1, 1, 5), "features": _FEATURES, "bias": _BIAS},
    ],
    hints=(
        "Each unit adds its own picture, as often as its activity says.",
        "np.tensordot(h, features, 1) multiplies the last axis of h by the first of features, and "
        "adds up.",
        "return np.tensordot(h, features, 1) + bias",
    ),
    mistakes={
        "Even when all units are silent something is drawn: the bias.": (
            lambda h, features, bias: np.tensordot(h, features, 1)
        ),
        "A unit that fires twice as strongly draws twice as strongly: multiply by h.": (
            lambda h, features, bias: features.sum(0) + bias
        ),
    },
)
