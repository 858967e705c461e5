"""A lab in which people learn how recurrent networks see motion.

The names below are all that lessons and exercises rely on. They are imported when first used, so
that ``import lstm_video_lab`` costs no more than a glance.
"""

import os
from importlib import import_module
from typing import Any

# Threads of torch that wait should sleep. By default they spin, and one busy program beside them (a
# browser will do) then slows training on a two-core laptop more than twentyfold. Read when torch is
# loaded, and handed on to the kernels of JupyterLab.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

__version__ = "0.1.0"

_HOMES = {
    "LSTMCell": "cells",
    "ConvLSTMCell": "cells",
    "LSTM": "recurrent",
    "ConvLSTM": "recurrent",
    "load_digits": "data",
    "BouncingDigits": "data",
    "VideoModel": "models",
    "Settings": "settings",
    "train": "training",
    "evaluate": "evaluation",
    "load_model": "checkpoints",
    "load_pretrained": "checkpoints",
    "list_pretrained": "checkpoints",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
