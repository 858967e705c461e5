"""How pytest runs the tests: two files at a time, and each code cell of a notebook is a test.

nbval gives a notebook one kernel. Here that kernel is told to run unattended at smoke scale, in a
temporary folder; a kernel that dies is noticed within a second, a cell that hangs fails by itself,
and the cells after it are judged on their own.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from queue import Empty

import nbval.plugin
import pytest

from lstm_video_lab.course import UNATTENDED, workspace

UNATTENDED_AT_SMOKE = {"LAB_SCALE": "smoke", **UNATTENDED}
OUTPUT_SECONDS = 15  # silence after a cell's end until its output counts as lost
INTERRUPT_SECONDS = 5  # an interrupted cell ends within this, or its kernel is stopped
WORKERS = 2

# For all that the tests start, too: networks at smoke scale are so small that a second thread costs
# more than it gives. Read when torch is loaded.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config) -> None:
    """Folders are shared by two processes of pytest-xdist, file by file; `-n 0` makes it one.

    Not in pyproject.toml, where it would hold for a single file and for --pdb as well, and where
    pytest could not start without pytest-xdist.
    """
    option = config.option
    undecided = getattr(option, "numprocesses", 0) is None and option.dist == "no"
    one_process = option.usepdb or option.collectonly or hasattr(config, "workerinput")
    if undecided and not one_process and any(Path(name).is_dir() for name in config.args):
        option.numprocesses, option.dist = WORKERS, "loadfile"
        option.loadscopereorder = False  # by name, which puts the longest first


class LessonKernel(nbval.plugin.RunningKernel):
    """nbval's kernel, in the environment of a lesson, and watched: it may die."""

    def __init__(self, kernel_name: str, cwd: str, startup_timeout: float = 60) -> None:
        self.folder = workspace(Path(cwd))
        self.deadline = float("inf")
        with pytest.MonkeyPatch.context() as patch:
            for name, value in UNATTENDED_AT_SMOKE.items():
                patch.setenv(name, os.environ.get(name, value))
            super().__init__(kernel_name, self.folder.name, startup_timeout)

    def execute_cell_input(self, cell_input, allow_stdin=None):
        self.deadline = float("inf")
        return super().execute_cell_input(cell_input, allow_stdin)

    def interrupt(self) -> None:
        self.deadline = time.monotonic() + INTERRUPT_SECONDS
        super().interrupt()

    def get_message(self, stream, timeout=None):
        """The next message; Empty after `timeout` seconds, RuntimeError where the kernel died."""
        end = min(self.deadline, time.monotonic() + (float("inf") if timeout is None else timeout))
        while True:
            left = end - time.monotonic()
            try:
                if left <= 0:
                    raise Empty
                return super().get_message(stream, timeout=min(left, 1.0))
            except Empty:
                if not self.is_alive():
                    raise RuntimeError(self.death_message()) from None
                if left <= 1.0:
                    raise

    def death_message(self) -> str:
        code = self.km.provisioner.process.returncode if hasattr(self, "km") else None
        reason = " (-9 is what a machine without free memory sends)" if code == -9 else ""
        return f"the kernel died in this cell with exit code {code}{reason}"

    def stop(self) -> None:
        super().stop()
        self.folder.cleanup()


class LessonCell(nbval.plugin.IPyNbCell):
    """nbval's test of one cell, judged on its own."""

    def reportinfo(self):
        return self.path, 0, self.name

    def setup(self) -> None:
        self.output_timeout = OUTPUT_SECONDS
        self.parent.timed_out = False  # else nbval would expect the cells after it to fail
        super().setup()

    def runtest(self) -> None:
        """A cell may have its own limit in seconds: `# %% timeout=200`."""
        option = self.config.option
        usual = option.nbval_cell_timeout
        option.nbval_cell_timeout = self.cell.metadata.get("timeout", usual)
        try:
            super().runtest()
        finally:
            option.nbval_cell_timeout = usual


class LessonFile(nbval.plugin.IPyNbFile):
    """nbval's notebook, its cells known by their ids: a number changes with each cell before it."""

    def collect(self):
        for cell in super().collect():
            yield LessonCell.from_parent(
                self,
                name=cell.cell.get("id", cell.name),
                cell_num=cell.cell_num,
                cell=cell.cell,
                options=cell.options,
            )


nbval.plugin.RunningKernel = LessonKernel


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    return [
        LessonFile.from_parent(parent, path=file_path)
        if isinstance(node, nbval.plugin.IPyNbFile)
        else node
        for node in (yield)
    ]
