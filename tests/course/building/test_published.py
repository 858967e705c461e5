"""No number changes without a word, whatever stands in the notebook since its last build."""

import contextlib
import io
import json
import shutil
import subprocess

import nbformat
import pytest

from lstm_video_lab.course.building import build as building
from lstm_video_lab.course.building import inputs, stamps
from lstm_video_lab.course.building.build import build
from lstm_video_lab.course.building.hashes import hashes_of_cells
from lstm_video_lab.course.building.scripts import code_cells
from lstm_video_lab.course.building.stale import find_problems

LESSON = """# %% train
import json
from pathlib import Path

steps = json.loads(Path("results/known.json").read_text())[0]

# %% result
print(steps, "steps")
"""


def in_this_process(nb, script, scale):
    """As a kernel would, in no time: smoke is a tenth."""
    names = {}
    for count, cell in enumerate(code_cells(nb), 1):
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.chdir(script.parent):
            exec(cell.source, names)
        if scale == "smoke" and "steps" in names:
            names["steps"] /= 10
        cell.execution_count = count
        if out.getvalue():
            cell.outputs = [nbformat.v4.new_output("stream", text=out.getvalue())]
    found = {"results/known.json": inputs.hash_of("results/known.json", script.parent)}
    return {"cells": hashes_of_cells(nb), "inputs": found}


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    """A lesson that was built when it took 375 steps, and would now print 232."""
    monkeypatch.setattr(building, "execute", in_this_process)
    folder = tmp_path / "notebooks"
    (folder / "results").mkdir(parents=True)
    script = folder / "01_lesson.py"
    script.write_text(LESSON)
    put_steps(script, 375)
    build(tmp_path)
    return script


def put_steps(script, steps):
    (script.parent / "results" / "known.json").write_text(f"[{steps}]")


def edit(script, change):
    path = script.with_suffix(".ipynb")
    value = json.loads(path.read_text())
    change({cell["id"]: cell for cell in value["cells"]})
    path.write_text(json.dumps(value))


def run_in_jupyter(script, steps=232):
    """JupyterLab saves other outputs, and leaves what the build noted."""

    def run(cells):
        cells["result"]["outputs"][0]["text"] = [f"{steps} steps\n"]
        cells["result"]["execution_count"] = 7

    edit(script, run)


def commit(script):
    root = script.parents[1]
    (root / ".gitignore").write_text(".build/\n")
    for command in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b.c",
                    "commit", "-qm", "built"]):  # fmt: skip
        subprocess.run(["git", *command], cwd=root, check=True)


def at_smoke_scale(script, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("LAB_SCALE", "smoke")
        build(script.parents[1])
    assert "37.5 steps" in script.with_suffix(".ipynb").read_text()


def refused(script):
    with pytest.raises(ValueError, match=r"375 steps → 232 steps.* --accept"):
        build(script.parents[1])
    return True


def test_a_run_in_jupyter_does_not_hide_a_number_that_moved(lesson):
    put_steps(lesson, 232)
    run_in_jupyter(lesson)
    assert refused(lesson)
    run_in_jupyter(lesson, 233)
    assert refused(lesson)
    build(lesson.parents[1], accept=True)
    assert find_problems(lesson.parent) == []
    run_in_jupyter(lesson, 1)
    build(lesson.parents[1])  # the accepted ones are those that readers have now
    assert find_problems(lesson.parent) == []


def test_nor_does_a_build_at_another_scale(lesson, monkeypatch):
    at_smoke_scale(lesson, monkeypatch)
    put_steps(lesson, 232)
    assert refused(lesson)


def test_nor_does_another_scale_and_then_a_run_in_jupyter(lesson, monkeypatch):
    at_smoke_scale(lesson, monkeypatch)
    run_in_jupyter(lesson)
    put_steps(lesson, 232)
    assert refused(lesson)


@pytest.mark.parametrize("between", ["a run in Jupyter", "another scale"])
def test_in_a_fresh_clone_the_committed_numbers_count(lesson, monkeypatch, between):
    commit(lesson)
    shutil.rmtree(lesson.parent / stamps.DRAFTS)
    if between == "another scale":
        at_smoke_scale(lesson, monkeypatch)
    else:
        run_in_jupyter(lesson)
    put_steps(lesson, 232)
    assert refused(lesson)


def test_of_two_that_are_kept_the_one_counts_that_the_notebook_names(lesson):
    """On another branch the notebook is another, and what was kept here is not what it shows."""
    commit(lesson)
    put_steps(lesson, 300)
    build(lesson.parents[1], accept=True)
    names = ["checkout", "-q", "HEAD", "--", "notebooks"]
    subprocess.run(["git", *names], cwd=lesson.parents[1], check=True)
    run_in_jupyter(lesson)
    put_steps(lesson, 232)
    assert refused(lesson)


@pytest.mark.parametrize("where", ["script", "notebook", "notebook, and run"])
def test_an_edit_of_code_is_the_same_edit_wherever_it_is_made(lesson, where):
    new = 'print(steps + 1, "steps")'
    if where == "script":
        lesson.write_text(LESSON.replace('print(steps, "steps")', new))
    else:
        edit(lesson, lambda cells: cells["result"].update(source=new))
    if where == "notebook, and run":
        run_in_jupyter(lesson, 376)
    lines = []
    build(lesson.parents[1], say=lines.append)
    assert "01_lesson: result: 375 steps → 376 steps" in lines
    assert new in lesson.read_text()
    assert find_problems(lesson.parent) == []


@pytest.mark.parametrize("where", ["script", "notebook"])
def test_code_above_that_moves_a_number_is_asked_for_wherever_it_is_made(lesson, where):
    old, new = ".read_text())[0]", ".read_text())[0] - 143"
    if where == "script":
        lesson.write_text(LESSON.replace(old, new))
    else:

        def change(cells):
            cells["train"]["source"] = "".join(cells["train"]["source"]).replace(old, new)

        edit(lesson, change)
    assert refused(lesson)


@pytest.mark.parametrize(
    "lab", [None, 3, {"scale": "laptop"}, {"scale": "laptop", "stamp": "[]"},
            {"scale": "laptop", "stamp": "{"}, {"scale": "laptop", "stamp": 5}],
)  # fmt: skip
def test_a_refused_run_that_is_damaged_is_made_anew(lesson, lab):
    put_steps(lesson, 232)
    assert refused(lesson)
    path = lesson.parent / stamps.DRAFTS / "01_lesson.ipynb"
    value = json.loads(path.read_text())
    value["metadata"].pop("lab")
    value["metadata"] |= {} if lab is None else {"lab": lab}
    path.write_text(json.dumps(value))
    build(lesson.parents[1], accept=True)
    assert "232 steps" in lesson.with_suffix(".ipynb").read_text()


@pytest.mark.parametrize("stamps_are", ["{}", "<<<<<<< HEAD\n{}", '{"01_lesson": {"cells": {}}}'])
def test_damaged_stamps_hide_no_number(lesson, stamps_are):
    (lesson.parent / stamps.STAMPS).write_text(stamps_are)
    put_steps(lesson, 232)
    assert refused(lesson)
