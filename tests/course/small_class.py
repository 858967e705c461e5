"""A small class that is graded: what its students hand in, and the command. No test in here."""

import csv
import json
import os

from course.tiny import RIGHT, answered, handed_out

from lstm_video_lab import cli
from lstm_video_lab.course.grading import nbval_runner

OTHER = "def double(x):\n    return torch.cat([2 * n[None] for n in x])"


def run(folder, *flags):
    """The exit code of the command, for a class in `folder`."""
    command = ["grade", str(folder / "in"), "--out", str(folder / "out"), "--jobs", "2"]
    return cli.main([*command, "--solutions", str(folder / "solutions"), *map(str, flags)])


def table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def put(folder, name, source=RIGHT, words="", time=None):
    path = folder / "in" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = handed_out(folder / "solutions")
    path.write_text(json.dumps(answered(plain, source, words) if source else plain))
    if time:
        os.utime(path, (time, time))
    return path


class Ended:
    """Stands for the process of nbval, where what it does has been done."""

    poll = wait = lambda self: 0
    kill = lambda self: None  # noqa: E731


def write_outcomes(folder, failures):
    """What the plug-in says of cells; failures: id → "" for one that passed, else how it failed."""
    with (folder / nbval_runner.OUTCOMES).open("a") as file:
        for key, failure in failures.items():
            line = {"cell": key, "passed": not failure, "failure": failure}
            file.write(json.dumps(line) + "\n")
