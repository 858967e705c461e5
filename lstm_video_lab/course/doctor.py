"""What is wrong with this installation, and what to do: `lstm-video-lab doctor`.

It needs none of the packages that it asks about: each is tried in a process of its own. Below, what
is looked at; the real things that are run are in `doctor_runs`.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lstm_video_lab.course import doctor_runs
from lstm_video_lab.course.launch import can_write

LEAST = {
    "torch": "2.11",
    "numpy": "2.0",
    "matplotlib": "3.9",
    "ipywidgets": "8.1",
    "jupyterlab": "4.4",
    "jupytext": "1.17",
}
FOR_GRADING = {"nbval": "0.11", "pytest": "8.3"}
IMPORTS = (
    *("torch", "matplotlib.pyplot", "sklearn", "PIL.Image", "safetensors", "filelock", "tqdm"),
    *("ipywidgets", "anywidget", "jupyterlab"),
)
EXTRAS = ("numba", "av")  # tried where they are installed
INSTALL = "pip install -c constraints.txt -e ."
FILES_OPEN = 256  # at once, that a grading may need
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
    """Look at everything that lessons and grading need; what cannot be looked at is wrong too."""
    looks: dict[str, Callable[[], Iterable[Finding]]] = {
        "Python": _python,
        "packages": _packages,
        "imports": _imports,
        "the browser's halves": lambda: map(_browsers_half, HALVES),
        "extensions": _disabled,
        "the kernel": _kernel,
        "folders": _folders,
        "a kernel with a widget": lambda: _real(doctor_runs.run_kernel),
        "a training": lambda: _real(doctor_runs.run_training),
        "grading": _grading,
    }
    for name, look in looks.items():
        try:
            yield from look()
        except Exception as error:
            first = (str(error).splitlines() or [""])[0]
            words = f"{name}: cannot be looked at ({type(error).__name__}: {first}): {INSTALL}"
            yield Finding(False, words)


def _python() -> Iterator[Finding]:
    version = platform.python_version()
    advice = "" if sys.version_info >= (3, 11) else ": install Python 3.11 or newer"
    yield Finding(not advice, f"Python {version} on {platform.system()}{advice}")


def _packages() -> Iterator[Finding]:
    for name, least in LEAST.items():
        yield _package(name, least, INSTALL)


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


def _imports() -> Iterator[Finding]:
    """All at once, for torch alone takes seconds. What is installed may still be broken."""
    extras = [name for name in EXTRAS if _is_installed(name)]
    names = [*IMPORTS, *extras]
    failures = doctor_runs.try_imports(names)
    for name, reason in failures.items():
        advice = f"pip uninstall {name}, without which lessons run" if name in extras else INSTALL
        yield Finding(False, f"import {name} fails ({reason}): mend that, or {advice}")
    if not failures:
        yield Finding(True, f"imports: {', '.join(names)}")


def _is_installed(package: str) -> bool:
    try:
        return bool(importlib.metadata.version(package))
    except importlib.metadata.PackageNotFoundError:
        return False


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


def _disabled() -> Iterator[Finding]:
    """A browser's half that is there may be switched off in a page_config.json."""
    from jupyter_core.paths import jupyter_config_path, jupyter_path

    pages = [Path(folder) / "labconfig" / "page_config.json" for folder in jupyter_config_path()]
    pages += [Path(folder) / "page_config.json" for folder in jupyter_path("lab", "settings")]
    for page in pages:
        if not page.is_file():
            continue
        try:
            names = json.loads(page.read_text("utf-8")).get("disabledExtensions", {})
        except (ValueError, OSError, AttributeError) as error:
            yield Finding(False, f"{page}: cannot be read ({error}): mend it, or take it away")
            continue
        off = [n for n in names if not isinstance(names, dict) or names[n]]
        for half in HALVES:
            if any(str(name).split(":")[0] == half.folder for name in off):
                command = f"jupyter labextension enable {half.folder}"
                yield Finding(False, f"{half.name}: switched off in {page}: {command}")


def _kernel() -> Iterator[Finding]:
    """The kernel "python3" must be this Python, or lessons run elsewhere."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    manager = KernelSpecManager()
    try:
        spec = manager.get_kernel_spec("python3")
    except NoSuchKernel:
        yield Finding(False, 'the kernel "python3" is missing: pip install ipykernel')
        return
    except (ValueError, KeyError, TypeError, OSError) as error:
        files = [Path(folder) / "python3" / "kernel.json" for folder in manager.kernel_dirs]
        file = next((path for path in files if path.exists()), "kernel.json")
        yield Finding(False, f"{file}: cannot be read ({error}): delete its folder")
        return
    first = spec.argv[0] if spec.argv else ""
    own = ("python", "python3", f"python3.{sys.version_info[1]}")  # Jupyter puts in this Python
    python = shutil.which(first) or first
    if first in own or os.path.dirname(python) == os.path.dirname(sys.executable):
        yield Finding(True, 'the kernel "python3" runs this Python')
        return
    where = getattr(spec, "resource_dir", "")
    advice = f"delete {where}, which comes first, or run " if where else "run "
    advice += shlex.join([sys.executable, "-m", "ipykernel", "install", "--sys-prefix"])
    yield Finding(False, f'the kernel "python3" runs {python}: {advice}')


def _folders() -> Iterator[Finding]:
    from jupyter_core.paths import jupyter_runtime_dir

    free = shutil.disk_usage(Path.cwd()).free / 2**30
    advice = "" if free > 1 else ": make room"
    yield Finding(free > 1, f"{free:.0f} GB free here{advice}")
    runtime = Path(jupyter_runtime_dir())
    if not can_write(runtime):
        advice = "set JUPYTER_RUNTIME_DIR to a folder that can be (`open` takes another one itself)"
        yield Finding(False, f"{runtime}: Jupyter's files cannot be written there: {advice}")


def _real(run: Callable[[], str]) -> Iterator[Finding]:
    """A real thing; `run` gives what it did, or raises RuntimeError with what went wrong."""
    try:
        yield Finding(True, run())
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        yield Finding(False, str(error))


def _grading() -> Iterator[Finding]:
    """The level of the sandbox, what it protects, and what a grading needs besides."""
    for name, least in FOR_GRADING.items():
        yield _package(name, least, "pip install -c constraints.txt -e '.[test]' (to grade)")
    if os.name != "posix":
        yield Finding(False, "grading needs Linux, macOS or WSL; lessons do not")
        return
    import resource

    at_once = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if at_once != resource.RLIM_INFINITY and at_once < FILES_OPEN:
        words = f"only {at_once} files may be open at once, to grade {FILES_OPEN} are needed"
        yield Finding(False, f"{words}: ulimit -n 1024")
    if reason := _loopback_fails():
        words = f"127.0.0.1 cannot be reached ({reason}), and kernels are"
        yield Finding(False, f"{words}: ip link set lo up")
    from lstm_video_lab.course.grading.isolation import SandboxError

    try:
        level, seen = doctor_runs.grade_hostile(Path("solutions"))
    except SandboxError as error:
        yield Finding(False, f"grading: {error}")
        return
    yield Finding(level != "limits", f"grading, level {level!r}: {PROTECTION[level]}")
    if seen and level != "limits":
        words = f"grading: answers can read {seen[0]} and {len(seen) - 1} more"
        yield Finding(False, f"{words}: move the solutions out of Python's folders")


def _loopback_fails() -> str:
    try:
        with socket.socket() as door:
            door.bind(("127.0.0.1", 0))
            door.listen()
            with socket.create_connection(door.getsockname(), timeout=5):
                return ""
    except OSError as error:
        return str(error)
