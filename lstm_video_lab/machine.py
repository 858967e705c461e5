"""What the lab changes in its process when it is imported.

All that is changed for the whole process, and not by a call's own arguments, is changed here, but
for the finder of names that have moved (`moved.py`), which is asked when an import has failed.
"""

import contextlib
import ctypes
import gc
import os

from lstm_video_lab import quota

THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")


def tune_process(*, is_loaded: bool = False) -> None:
    """Make this process quicker, and a better neighbour; ``LAB_TUNE=0`` leaves it as it is.

    Importing `lstm_video_lab` calls it, before torch is loaded: waiting threads soon sleep, there
    are no more of them than a container may use, and freed memory is kept. Importing
    `lstm_video_lab.widgets` calls it again, `is_loaded`, once torch and matplotlib are there: the
    garbage collector then leaves alone what is there by now. Numbers do not depend on it, but for
    the last digits, which hang on the number of threads.
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
    _heed_quota()
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


def _heed_quota() -> None:
    """No more threads than a container's share of the processors feeds, and at least one.

    Torch takes one for each processor that it sees. Under a quota of half a core on a machine with
    64 they would stand still most of the time, waiting for each other. OMP_NUM_THREADS or
    MKL_NUM_THREADS in the environment take precedence.
    """
    share = quota.cpu_quota()
    if share < quota.cores() and not any(name in os.environ for name in THREADS):
        os.environ["OMP_NUM_THREADS"] = str(max(1, int(share)))


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
