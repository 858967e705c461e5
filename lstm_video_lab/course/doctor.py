"""What is wrong with this installation, and what to do: `lstm-video-lab doctor`."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LEAST = {"torch": "2.11", "ipywidgets": "8.1", "jupyterlab": "4.4", "jupytext": "1.17"}
FOR_GRADING = {"nbval": "0.11", "pytest": "8.3"}
PROTECTION = {  # level of the sandbox → what it keeps answers from
    "namespaces": "answers run without network, in a file system and a world of their own",
    "landlock": "answers see no files but Python's, and reach no network; they share the machine's "
    "list of processes",
    "limits": "answers have limits on time and memory only, and can read this user's files: grade "
    "in a container (see the instructor's guide)",
}


@dataclass(frozen=True)
class Half:
    """What JupyterLab serves to the browser of a package, and how its version begins."""

    name: str
    folder: str  # below labextensions
    series: str
    package: str


HALVES = (
    Half("widgets", "@jupyter-widgets/jupyterlab-manager", "5.", "jupyterlab_widgets"),
    Half("anywidget", "anywidget", "0.", "anywidget"),
)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: fine, or what is wrong and what to do."""

    fine: bool
    words: str

    def __str__(self) -> str:
        return f"{'ok   ' if self.fine else 'WRONG'} {self.words}"


def examine() -> Iterator[Finding]:
    """Look at everything that lessons and grading need."""
    version = platform.python_version()
    advice = "" if sys.version_info >= (3, 11) else ": install Python 3.11 or newer"
    yield Finding(not advice, f"Python {version} on {platform.system()}{advice}")
    for name, least in LEAST.items():
        yield _package(name, least, "pip install -c constraints.txt -e .")
    yield from map(_browsers_half, HALVES)
    yield _kernel()
    yield _space()
    yield from _grading()


def _package(name: str, least: str, advice: str) -> Finding:
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Finding(False, f"{name} is not installed: {advice}")
    if _numbers(version) < _numbers(least):
        return Finding(False, f"{name} {version} is older than {least}: {advice}")
    return Finding(True, f"{name} {version}")


def _numbers(version: str) -> tuple[int, ...]:
    numbers = []
    for part in version.split("+")[0].split("."):
        if not part.isdigit():
            break
        numbers.append(int(part))
    return tuple(numbers)


def _browsers_half(half: Half) -> Finding:
    """JupyterLab needs each in the installation that serves pages."""
    from jupyter_core.paths import jupyter_path

    for folder in jupyter_path("labextensions"):
        package = Path(folder) / half.folder / "package.json"
        with suppress(OSError, ValueError, KeyError, TypeError):
            version = str(json.loads(package.read_text("utf-8"))["version"])
            words = f"{half.name}: the browser's half is {version}"
            if version.startswith(half.series):
                return Finding(True, words)
            advice = "make the environment anew from constraints.txt"
            needed = half.series.rstrip(".")
            return Finding(False, f"{words}, version {needed} is needed: {advice}")
    advice = f"pip install -c constraints.txt --force-reinstall --no-deps {half.package}"
    return Finding(False, f"{half.name}: the browser's half is missing: {advice}")


def _kernel() -> Finding:
    """The kernel "python3" must be this Python, or lessons run elsewhere."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        first = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        return Finding(False, 'the kernel "python3" is missing: pip install ipykernel')
    python = shutil.which(first) or first
    if os.path.dirname(python) == os.path.dirname(sys.executable) or first == "python":
        return Finding(True, 'the kernel "python3" runs this Python')
    advice = f"run {sys.executable} -m ipykernel install --sys-prefix"
    return Finding(False, f'the kernel "python3" runs {python}: {advice}')


def _space() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free / 2**30
    advice = "" if free > 1 else ": make room"
    return Finding(free > 1, f"{free:.0f} GB free here{advice}")


def _grading() -> Iterator[Finding]:
    """The level of the sandbox, and what it protects."""
    for name, least in FOR_GRADING.items():
        yield _package(name, least, "pip install -c constraints.txt -e '.[test]' (to grade)")
    if os.name != "posix":
        yield Finding(False, "grading needs Linux, macOS or WSL; lessons do not")
        return
    from lstm_video_lab.course.grading.isolation import Sandbox, SandboxError

    try:
        with Sandbox() as sandbox:
            level = sandbox.level
    except SandboxError as error:
        yield Finding(False, f"grading: {error}")
        return
    yield Finding(level != "limits", f"grading, level {level!r}: {PROTECTION[level]}")
