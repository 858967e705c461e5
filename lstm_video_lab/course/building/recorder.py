"""Runs in the kernel of a build, before the first cell: what the lesson runs and opens.

`LAB_RECORD` names a file; each module that is run, each source that is read as text and each opened
file is a line of it. A file of its own, without imports from the library, since it must not load
what it is to report.
"""

import os
import sys


def _record(record: int, folder: str) -> None:
    def note(kind, path):
        os.write(record, f"{kind} {os.path.join(folder, path)}\n".encode())

    def hook(event, arguments):
        if event == "exec":  # the code of a module, however it was imported
            path = getattr(arguments[0], "co_filename", "")
            if path.endswith(".py"):
                note("module", path)
        elif event == "open" and isinstance(arguments[0], str | os.PathLike):
            path = os.fspath(arguments[0])
            if isinstance(path, str):
                note("text" if path.endswith(".py") and _is_shown() else "file", path)

    sys.addaudithook(hook)
    note("begun", "")


def _is_shown():
    """Whether a source is opened for `inspect.getsource`, which shows comments too."""
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_code.co_name != "getsourcelines":
        frame = frame.f_back
    return frame.f_code.co_name == "getsourcelines"


_record(os.open(os.environ["LAB_RECORD"], os.O_WRONLY | os.O_APPEND), os.getcwd())
del _record
