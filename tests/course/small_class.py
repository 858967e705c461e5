"""A small class that is graded: what its students hand in, and the command. No test in here."""

import csv
import json
import os
import xml.etree.ElementTree as ElementTree

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


def write_junit(folder, *failures):
    """A report of cells: "" for one that passed, else how it failed."""
    suite = ElementTree.Element("testsuite")
    for failure in failures:
        cell = ElementTree.SubElement(suite, "testcase")
        if failure:
            ElementTree.SubElement(cell, "failure").text = failure.encode(
                "ascii", "replace"
            ).decode()
    ElementTree.ElementTree(suite).write(folder / nbval_runner.JUNIT)
