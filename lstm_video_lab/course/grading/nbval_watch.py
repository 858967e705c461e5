"""A plug-in of pytest for gradings: what the grader has started ends with the grader or its kernel.

    pytest -p lstm_video_lab.course.grading.nbval_watch

nbval alone notices a dead kernel after a cell's whole time, and goes on when nobody waits for it.
"""

from __future__ import annotations

import os
import threading
import time
from queue import Empty

import nbval.plugin

GRADER = "LAB_GRADER"  # in the environment: the grader's process
SECONDS = 0.5  # from one look to the next


class WatchedKernel(nbval.plugin.RunningKernel):
    """nbval's kernel; a cell ends when its kernel does."""

    def get_message(self, stream, timeout=None):
        """The next message; Empty after `timeout` seconds, RuntimeError where the kernel died."""
        end = time.monotonic() + (float("inf") if timeout is None else timeout)
        while True:
            left = end - time.monotonic()
            try:
                if left <= 0:
                    raise Empty
                return super().get_message(stream, timeout=min(left, SECONDS))
            except Empty:
                if not self.is_alive():
                    raise RuntimeError("the kernel of the grader has ended") from None
                if left <= SECONDS:
                    raise


def pytest_configure() -> None:
    nbval.plugin.RunningKernel = WatchedKernel
    grader = int(os.environ[GRADER])
    threading.Thread(target=_end_with, args=(grader,), daemon=True).start()


def _end_with(parent: int) -> None:
    """End this process once its parent is another one; the kernel then ends by itself."""
    while os.getppid() == parent:
        time.sleep(SECONDS)
    os._exit(1)
