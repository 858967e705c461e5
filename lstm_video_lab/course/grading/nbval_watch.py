"""A plug-in of pytest for gradings: what came of each cell is written down as soon as it ends.

    pytest -p lstm_video_lab.course.grading.nbval_watch

A cell is known by its id. What the grader has started ends with the grader or its kernel: nbval
alone notices a dead kernel after a cell's whole time, and goes on when nobody waits for it.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from queue import Empty

import nbval.plugin
import pytest

from lstm_video_lab.course.grading import GRADER, OUTCOMES

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


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items):
    """nbval numbers the cells; here they go by their ids."""
    for item in items:
        item.name = item.cell["id"]
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call" or (call.when == "setup" and not report.passed):
        passed = report.passed and not hasattr(report, "wasxfail")
        failure = "" if passed else str(report.longrepr or report.outcome)
        line = {"cell": item.name, "passed": passed, "failure": failure}
        with (item.config.rootpath / OUTCOMES).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    return report


def pytest_configure(config) -> None:
    nbval.plugin.RunningKernel = WatchedKernel
    tempfile.tempdir = str(config.rootpath)  # a kernel's files are swept up with all others
    grader = int(os.environ[GRADER])
    threading.Thread(target=_end_with, args=(grader,), daemon=True).start()


def _end_with(parent: int) -> None:
    """End this process once its parent is another one; the kernel then ends by itself."""
    while os.getppid() == parent:
        time.sleep(SECONDS)
    os._exit(1)
