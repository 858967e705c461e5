"""A lab in which people learn how recurrent networks see motion.

The names below are all that lessons and exercises rely on. They are imported when first used, so
that ``import lstm_video_lab`` costs no more than a glance.
"""

import sys
from importlib import import_module
from typing import Any

from lstm_video_lab.machine import tune_process
from lstm_video_lab.moved import MovedFinder

tune_process()  # before torch is loaded; LAB_TUNE=0 switches it off
if not any(isinstance(finder, MovedFinder) for finder in sys.meta_path):
    sys.meta_path.append(MovedFinder())  # asked last, when nobody else knows a name

__version__ = "0.1.0"

_HOMES = {
    "LSTMCell": "cells",
    "ConvLSTMCell": "cells",
    "ConvGRUCell": "lessons.video_ladder.conv_gru",
    "GRUCell": "lessons.recurrence_and_memory.gru",
    "RNNCell": "lessons.recurrence_and_memory.rnn",
    "LSTM": "layers.recurrent",
    "ConvLSTM": "layers.recurrent",
    "load_digits": "data",
    "BouncingDigits": "data",
    "VideoModel": "models",
    "Settings": "settings",
    "train": "training",
    "evaluate": "evaluation",
    "predict": "prediction",
    "load_model": "training.checkpoints",
    "load_pretrained": "pretrained",
    "list_pretrained": "pretrained",
    "check": "course.check",
    "hint": "course.check",
    "target": "course.check",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
