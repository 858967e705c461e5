"""The machine: what the lab changes in its process, its devices, and what it is, for the figures.

All that is changed for the whole process, and not by a call's own arguments, is changed here, but
for the finder of names that have moved (`moved.py`), which is asked when an import has failed.
torch is loaded when it is first needed, for `tune_process` comes before it.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import platform
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from lstm_video_lab.checks import LabError

if TYPE_CHECKING:
    import torch


def tune_process(*, is_loaded: bool = False) -> None:
    """Make this process quicker, and a better neighbour; ``LAB_TUNE=0`` leaves it as it is.

    Importing `lstm_video_lab` calls it, before torch is loaded: waiting threads soon sleep, and
    freed memory is kept. Importing `lstm_video_lab.widgets` calls it again, `is_loaded`, once torch
    and matplotlib are there: the garbage collector then leaves alone what is there by now. Numbers
    do not depend on it.
    """
    if os.environ.get("LAB_TUNE") == "0":
        return
    if is_loaded:
        # Pictures leave much to the garbage collector. Now and then it would also look through all
        # that torch and matplotlib hold, for up to a quarter of a second: a sequence that is played
        # would stumble.
        gc.freeze()
        return
    _sleep_soon()
    _keep_freed_memory()


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


@contextlib.contextmanager
def flush_denormal() -> Iterator[None]:
    """Around a step of training: this thread takes numbers under 1e-38 for 0.

    They slow a CPU down many times, and gates that close make them. Afterwards it is as before,
    which one product tells, since torch does not.
    """
    import torch

    was_flushing = (torch.tensor(1e-39, device="cpu") * 0.5).item() == 0
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(was_flushing)


def pick_device(name: str) -> torch.device:
    """The device asked for; "auto" takes CUDA, then mps, then the CPU.

    Raises ValueError for one that is not there.
    """
    import torch

    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        name = next(kind for kind, is_there in there.items() if is_there)
    if not there[name]:
        raise LabError(
            f"device={name!r} is not there: this machine has {[k for k in there if there[k]]}"
        )
    return torch.device(name)


def has_bf16(device: torch.device) -> bool:
    """Whether the processor multiplies bfloat16 in hardware, by asking it."""
    import torch

    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    if device.type == "cpu":
        capabilities: Any = getattr(torch.cpu, "get_capabilities", dict)()  # older torch: {}
        return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
    return False


def describe_machine() -> dict[str, Any]:
    """What the figures hold for."""
    import torch

    capabilities: Any = getattr(torch.cpu, "get_capabilities", dict)()
    return {
        "processor": capabilities.get("cpu_name") or platform.processor() or "unknown",
        "threads": torch.get_num_threads(),
        "bf16": has_bf16(torch.device("cpu")),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "system": platform.system(),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }
