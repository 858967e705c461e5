"""CONTRIBUTING's worked example, taken out of the page: its room, its own tests, its lesson."""

import inspect
import re
import runpy
import sys
from pathlib import Path

import pytest

from lstm_video_lab import lessons
from lstm_video_lab.course.scripts import read_script

PAGE = (Path(__file__).resolve().parents[2] / "CONTRIBUTING.md").read_text("utf-8")
ROOM = "lstm_video_lab/lessons/copy_last"
SCRIPT, TESTS = "notebooks/17_copy_last.py", "tests/lessons/copy_last/test_copy_last.py"


def files_of_the_page():
    """Name → text of every file that the example says to write."""
    example = PAGE.split("\n## Add a lesson")[1].split("\n## ")[0]
    step = r"^\*\*\d\.\*\*.*?`([\w/]+\.py)`.*?^```python\n(.*?)^```"
    return dict(re.findall(step, example, re.M | re.S))


@pytest.fixture
def root(tmp_path, monkeypatch):
    """The files, written to a folder in which rooms are found as well."""
    for name, text in files_of_the_page().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    rooms = tmp_path / "lstm_video_lab" / "lessons"
    monkeypatch.setattr(lessons, "__path__", [*lessons.__path__, str(rooms)])
    monkeypatch.setitem(lessons.ROOMS, "copy_last", "copy_last")
    for name, value in {"SCALE": "smoke", "STATIC": "1", "STRICT": "1"}.items():
        monkeypatch.setenv(f"LAB_{name}", value)
    yield tmp_path
    for name in [name for name in sys.modules if "lessons.copy_last" in name]:
        del sys.modules[name]
    vars(lessons).pop("copy_last", None)


def test_the_page_shows_a_room_a_lesson_and_a_test():
    parts = [f"{ROOM}/{part}.py" for part in ("__init__", "experiment", "figures", "widgets")]
    files = files_of_the_page()
    assert list(files) == [*parts, SCRIPT, TESTS]
    assert max(len(line) for text in files.values() for line in text.splitlines()) <= 100


def test_its_own_tests_pass_and_its_lesson_runs(root, monkeypatch):
    # The widget that it makes is `CopyLastExplorer()`.
    results = root / "results"
    for name, value in runpy.run_path(str(root / TESTS)).items():
        if name.startswith("test_"):
            value(*[results for wanted in inspect.signature(value).parameters])
    monkeypatch.chdir(root)  # where the lesson finds results/copy_last.json
    names: dict = {}
    for cell in read_script(root / SCRIPT).cells:
        if cell.cell_type == "code":
            exec(cell.source, names)
    assert set(names["stored"]["speeds"]) == {"0.02", "0.05", "0.1", "0.2"}
