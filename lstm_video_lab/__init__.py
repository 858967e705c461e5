"""A lab in which people learn how recurrent networks see motion.

The names below are all that lessons and exercises rely on. They are imported when first used, so
that ``import lstm_video_lab`` costs no more than a glance.
"""

import contextlib
import ctypes
import os
import sys
from importlib import import_module
from typing import Any

from lstm_video_lab.moved import MovedFinder


def _sleep_soon() -> None:
    """Have waiting threads of torch spin for a tenth of a millisecond, then sleep.

    That bridges the gap to the next operation: sleeping at once makes a step of training on two
    idle cores half as long again (30 ms for 20). GNU's OpenMP would spin for many milliseconds,
    during which others cannot work: beside a second notebook that trains, or four busy programs,
    the same step then takes a second. OMP_WAIT_POLICY or GOMP_SPINCOUNT in the environment take
    precedence. Read when torch is loaded, and handed on to the kernels of JupyterLab.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", "5000")


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


_sleep_soon()
_keep_freed_memory()
sys.meta_path.append(MovedFinder())  # asked last, when nobody else knows a name

__version__ = "0.1.0"

_HOMES = {
    "LSTMCell": "cells",
    "ConvLSTMCell": "cells",
    "ConvGRUCell": "cells",
    "GRUCell": "cells",
    "RNNCell": "cells",
    "LSTM": "layers.recurrent",
    "ConvLSTM": "layers.recurrent",
    "load_digits": "data",
    "BouncingDigits": "data",
    "VideoModel": "models",
    "Settings": "settings",
    "train": "training",
    "evaluate": "evaluation",
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
