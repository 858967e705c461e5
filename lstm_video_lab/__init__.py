"""A lab in which people learn how recurrent networks see motion.

The names below are all that lessons and exercises rely on. They are imported when first used, so
that ``import lstm_video_lab`` costs no more than a glance.
"""

import contextlib
import ctypes
import os
from importlib import import_module
from typing import Any

# Threads of torch that wait should sleep. By default they spin, and one busy program beside them (a
# browser will do) then slows training on a two-core laptop more than twentyfold. Read when torch is
# loaded, and handed on to the kernels of JupyterLab.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def _keep_freed_memory() -> None:
    """Have glibc keep what is freed for the next step, instead of handing it back to the system.

    A step of training frees and asks again for the same large tensors, and the system clears every
    page of them each time: up to a quarter of a step. MALLOC_TRIM_THRESHOLD_ or
    MALLOC_MMAP_THRESHOLD_ in the environment take precedence; other systems are left alone.
    """
    if {"MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_"} & set(os.environ):
        return
    with contextlib.suppress(AttributeError, OSError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        trim_threshold, mmap_threshold = -1, -3  # as in malloc.h
        mallopt(trim_threshold, 2**31 - 1)
        mallopt(mmap_threshold, 2**30) or mallopt(mmap_threshold, 2**25)  # older ones allow less


_keep_freed_memory()

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
