"""A course of one small exercise, and its grading without nbval."""

import json
import tempfile
from pathlib import Path

import pytest
from course.small_class import Ended, write_outcomes
from course.tiny import write_solutions

from lstm_video_lab.course.grading import grade, judging, nbval_runner
from lstm_video_lab.course.grading.isolation import Limits, Sandbox, SandboxError
from lstm_video_lab.course.grading.judging import Judge

try:
    import fcntl
except ImportError:  # Windows, where nothing is graded
    fcntl = None


@pytest.fixture
def course(tmp_path):
    write_solutions(tmp_path / "solutions")
    return tmp_path


@pytest.fixture(scope="module")
def quick_sandbox():
    try:
        with Sandbox(limits=Limits(2, 2)) as mine:
            yield mine
    except SandboxError as error:
        pytest.skip(str(error))


@pytest.fixture
def graded(quick_sandbox, monkeypatch):
    """The list of what was graded; nbval is left out, for it takes its time."""
    sources = []

    class Open:
        level = quick_sandbox.level
        __init__ = lambda self, *level, **secret: None  # noqa: E731
        can_read = lambda self, paths: []  # noqa: E731
        __enter__ = lambda self: self  # noqa: E731
        __exit__ = lambda self, *error: None  # noqa: E731
        run = staticmethod(quick_sandbox.run)

    def judge_all(folder):
        judge = Judge(folder)
        failures = {nbval_runner.FIRST_CELL: ""}
        for path in sorted((folder / "answers").iterdir()):
            sources.append(json.loads(path.read_text())[-1][1])
            try:
                failures[path.stem] = ""
                judge.require_correct(path.stem, "double")
            except AssertionError as error:
                failures[path.stem] = f"AssertionError: {error}"
        write_outcomes(folder, failures)
        return Ended()

    monkeypatch.setattr(judging, "Sandbox", Open)
    monkeypatch.setattr(grade, "Sandbox", Open)
    monkeypatch.setattr(nbval_runner, "start_nbval", judge_all)
    return sources


@pytest.fixture(scope="module", autouse=True)
def alone():
    """One file at a time, whatever worker runs it: they look for what answers leave in /tmp."""
    if fcntl is None:
        yield
        return
    with (Path(tempfile.gettempdir()) / "lstm-video-lab-grading-tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
