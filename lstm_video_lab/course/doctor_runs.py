"""One real thing of each sort, as `lstm-video-lab doctor` runs it, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from lstm_video_lab.course.last_line import last_line

SECONDS = 180  # that a real thing may take
VIEW = "application/vnd.jupyter.widget-view+json"
KERNEL = f"""
import nbformat, nbclient
code = "import ipywidgets; from IPython.display import display; display(ipywidgets.IntSlider())"
nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
nbclient.NotebookClient(nb, timeout=120, kernel_name="python3").execute()
shown = [kind for output in nb.cells[0].outputs for kind in output.get("data", ())]
assert {VIEW!r} in shown, "no widget came back"
"""
TRAINING = """
import sys
from lstm_video_lab import Settings, train
for _ in train(Settings.for_scale("smoke", steps=2), sys.argv[1] + "/run"):
    pass
"""


def try_imports(names: Iterable[str]) -> dict[str, str]:
    """Name → why it cannot be imported, for those that cannot."""
    started = {
        name: subprocess.Popen(
            [sys.executable, "-c", f"import {name}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        for name in names
    }
    failures = {}
    for name, process in started.items():
        try:
            errors = process.communicate(timeout=SECONDS)[1]
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            failures[name] = f"not over after {SECONDS} s"
            continue
        if process.returncode:
            failures[name] = last_line(errors) or f"exit code {process.returncode}"
    return failures


def run_kernel() -> str:
    """A kernel shows a widget. Raises RuntimeError where it does not."""
    _run(KERNEL, "a kernel with a widget")
    return "a kernel started, and sent a widget"


def run_training() -> str:
    """A tiny model learns. Raises RuntimeError where it does not."""
    with tempfile.TemporaryDirectory() as folder:
        _run(TRAINING, "a smoke training", folder)
    return "a tiny model was trained, and left a checkpoint"


def grade_hostile(solutions: Path) -> tuple[str, list[str]]:
    """The level of isolation, and which files an answer that looks for them can read: solutions
    that lie here, and a file of this user's.

    Raises SandboxError where nothing can be graded.
    """
    from lstm_video_lab.course.grading.isolation import Sandbox, SandboxError

    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / "own.txt"
        own.write_text("a user's own")
        secret = [solutions] if solutions.is_dir() else []
        with Sandbox(secret=secret) as sandbox:
            right = sandbox.run("", "def f(x): return x + 1", "f", [{"x": 1}])
            if right.results != ({"value": 2},):
                raise SandboxError(f"a right answer was not judged right: {right}")
            files = [own, *sorted(solutions.glob("*.py"))]
            return sandbox.level, sandbox.can_read(files)


def _run(code: str, what: str, *arguments: str) -> None:
    try:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"{what}: not over after {SECONDS} s: is the machine busy?") from None
    if done.returncode:
        reason = last_line(done.stderr) or f"exit code {done.returncode}"
        raise RuntimeError(f"{what}: {reason}")
