"""Runs in the kernel of a build, before the first cell: what the lesson runs and opens.

`LAB_RECORD` names a file; each module that is run, each source that is read as text, each file that
is opened and each folder that is listed is a line of it. Of a program that is started nobody knows
what it reads: a line says that there was one. A file of its own, without imports from the library,
since it must not load what it is to report.
"""

import contextlib
import os
import sys
from types import FrameType


def _record(record: int, folder: str) -> None:
    starts = {"subprocess.Popen", "os.system", "os.posix_spawn", "os.exec", "os.forkpty"}

    def note(kind, path):
        with contextlib.suppress(OSError):  # in a child that has closed all files
            os.write(record, f"{kind} {os.path.join(folder, path)}\n".encode())

    def hook(event, arguments):
        if event == "exec":  # the code of a module, however it was imported
            path = getattr(arguments[0], "co_filename", "")
            if path.endswith(".py"):
                note("module", path)
        elif event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
            path = os.fsdecode(arguments[0])
            if not _only_writes(arguments[2]):
                note("text" if path.endswith(".py") and _is_shown() else "file", path)
        elif event in ("os.listdir", "os.scandir") and not isinstance(arguments[0], int):
            if not _is_for_itself():
                note("list", os.path.join(os.fsdecode(arguments[0] or "."), "*"))
        elif event == "glob.glob":
            note("list", os.fsdecode(arguments[0]))
        elif event in ("pathlib.Path.glob", "pathlib.Path.rglob"):
            deep = "**" if event.endswith("rglob") else ""
            note("list", os.path.join(os.fspath(arguments[0]), deep, os.fspath(arguments[1])))
        elif event in starts and not _is_import():
            note("program", "")

    _watch_safetensors(note)
    note("begun", "")
    sys.addaudithook(hook)


def _watch_safetensors(note):
    """Its files are opened in Rust, which tells nobody."""
    try:
        import safetensors
    except ImportError:
        return
    open_file = safetensors.safe_open

    def safe_open(filename, *arguments, **options):
        note("file", os.fsdecode(filename))
        return open_file(filename, *arguments, **options)

    setattr(safetensors, "safe_open", safe_open)  # noqa: B010


def _only_writes(flags):
    """Whether what stands in a file is not read."""
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_TRUNC))


def _is_for_itself():
    """Whether an import lists a folder, or a search by a pattern, which is noted as such."""
    code = sys._getframe(2).f_code
    is_search = "pathlib" in code.co_filename and code.co_name != "iterdir"
    return is_search or code.co_filename.endswith(("glob.py", "_bootstrap_external>"))


def _is_import():
    """Whether an import does it, through the code of a module."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _is_shown():
    """Whether a source is opened for `inspect.getsource`, which shows comments too."""
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_code.co_name != "getsourcelines":
        frame = frame.f_back
    return frame.f_code.co_name == "getsourcelines"


_record(os.open(os.environ["LAB_RECORD"], os.O_WRONLY | os.O_APPEND), os.getcwd())
