"""Runs in the kernel of a build, before the first cell: what the lesson imports and opens.

`LAB_RECORD` names a file; each module of the library and each opened file is a line of it. A file
of its own, without imports from the library, since it must not load what it is to report.
"""

import os
import sys


def _record(record: int, folder: str) -> None:
    def hook(event, arguments):
        if event == "import":
            name = str(arguments[0])
            if name.partition(".")[0] == "lstm_video_lab":
                os.write(record, f"module {name}\n".encode())
        elif event == "open" and isinstance(arguments[0], str | os.PathLike):
            path = os.path.join(folder, os.fspath(arguments[0]))
            os.write(record, f"file {path}\n".encode())

    sys.addaudithook(hook)


_record(os.open(os.environ["LAB_RECORD"], os.O_WRONLY | os.O_APPEND), os.getcwd())
del _record
