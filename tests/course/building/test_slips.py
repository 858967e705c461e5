"""Slips of an author: each ends in one line that names the file, or in a right result."""

import json
import warnings

import pytest
from course.building.test_published import LESSON, in_this_process, put_steps
from course.tiny import NAME, write_solutions

from lstm_video_lab.cli import main
from lstm_video_lab.course.building import build as building


@pytest.fixture
def world(tmp_path, monkeypatch, capsys):
    """A project that is built: a lesson, a solution, a page."""
    monkeypatch.setattr(building, "execute", in_this_process)
    monkeypatch.chdir(tmp_path)
    script = tmp_path / "notebooks" / "01_lesson.py"
    (script.parent / "results").mkdir(parents=True)
    script.write_text(LESSON)
    put_steps(script, 375)
    write_solutions(tmp_path / "solutions")
    (tmp_path / "README.md").write_text("# [One](notebooks/01_lesson.ipynb)\n")
    assert main(["build"]) == 0
    capsys.readouterr()
    return tmp_path


def change(name, edit):
    """A slip in a file of JSON."""

    def spoil(root):
        path = root / name
        value = json.loads(path.read_text())
        edit(value)
        path.write_text(json.dumps(value))

    return spoil


def put(name, data):
    return lambda root: (root / name).write_bytes(data)


def folder_for(name):
    def spoil(root):
        (root / name).unlink()
        (root / name).mkdir()

    return spoil


SCRIPT, NOTEBOOK = "notebooks/01_lesson.py", "notebooks/01_lesson.ipynb"
RESULT, STAMPS = "notebooks/results/known.json", "notebooks/made_from.json"
NAMED = {  # the slip, and a word of the only line
    "a folder for a script": (folder_for(SCRIPT), "01_lesson.py"),
    "half a result": (put(RESULT, b"[37"), "known.json"),
    "a mark of a merge": (put(SCRIPT, b"# %%\n<<<<<<< HEAD\n"), "01_lesson.py:2"),
    "half of a letter in a cell": (
        change(NOTEBOOK, lambda nb: nb["cells"][0].update(source="x = '\ud800'")),
        "01_lesson.ipynb",
    ),
    "a hyphen": (put("notebooks/03-name.py", b"# %%\n1\n"), "03-name.py"),
    "a blank": (put("notebooks/03_a name.py", b"# %%\n1\n"), "03_a name.py"),
    "a number twice": (put("notebooks/01_more.py", b"# %%\n1\n"), "01_more.py"),
    "no number": (put("notebooks/name.py", b"# %%\n1\n"), "name.py"),
    "a page of another encoding": (put("README.md", b"na\xefve"), "README.md"),
    "a page with a BOM": (put("README.md", b"\xef\xbb\xbf# A"), "README.md"),
    "a solution with a BOM": (put(f"solutions/{NAME}.py", b"\xef\xbb\xbf# %%"), f"{NAME}.py"),
    "an empty solution": (put(f"solutions/{NAME}.py", b""), f"{NAME}.py"),
    "a link to nowhere": (put("README.md", b"[a](b.md)"), "README.md:1"),
}
MENDED = {
    "lines of Windows": put(SCRIPT, LESSON.replace("\n", "\r\n").encode()),
    "a notebook that is a list": put(NOTEBOOK, b"[]"),
    "a merged notebook": put(NOTEBOOK, b"<<<<<<< HEAD\n{}"),
    "an id twice": change(NOTEBOOK, lambda nb: nb["cells"][0].update(id="result")),
    "cells of nothing": change(NOTEBOOK, lambda nb: nb.update(cells=None)),
    "another format": change(NOTEBOOK, lambda nb: nb.update(nbformat=3)),
    "metadata of words": change(NOTEBOOK, lambda nb: nb["metadata"].update(lab="x")),
    "merged stamps": put(STAMPS, b"<<<<<<< HEAD\n{}"),
    "stamps of nothing": change(STAMPS, lambda s: s["01_lesson"]["inputs"].update({"": "1"})),
    "stamps of numbers": change(STAMPS, lambda s: s["01_lesson"]["cells"].update(train=3)),
    "half an exercise": put(f"exercises/{NAME}.ipynb", b"\xff{"),
    "no exercise": lambda root: (root / "exercises" / f"{NAME}.py").unlink(),
}


@pytest.mark.parametrize("slip", NAMED)
def test_a_slip_is_one_line_that_names_the_file(world, capsys, slip):
    spoil, word = NAMED[slip]
    spoil(world)
    assert main(["build"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len({word in line for line in lines}) == 1 and word in lines[0]
    assert main(["build", "--check"]) == 2
    assert word in capsys.readouterr().err


@pytest.mark.parametrize("slip", MENDED)
def test_what_a_build_can_make_is_made_without_noise(world, capsys, slip):
    MENDED[slip](world)
    with warnings.catch_warnings(action="error"):
        main(["build", "--check"])
        assert main(["build"]) == 0
        capsys.readouterr()
        assert main(["build", "--check"]) == 0
    assert capsys.readouterr().err == ""
