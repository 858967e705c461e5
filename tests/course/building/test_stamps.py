"""What makes a lesson stale, and what does not: code by its tree, results by their values."""

import json
import os

import nbformat
import numpy as np
import pytest
from safetensors.numpy import save_file

from lstm_video_lab.course.building import inputs, stamps
from lstm_video_lab.course.building.execution import execute
from lstm_video_lab.course.building.hashes import hash_of_code, hashes_of_cells
from lstm_video_lab.course.building.inputs import PACKAGE

SAME = {
    "a comment": "x = 1\nprint(x)  # why",
    "layout": "x  =  1\n\n\nprint(\n    x,\n)",
    "quotes": "x = 1\nprint((x))",
    "a mark": "# NBVAL_CHECK_OUTPUT\nx = 1\nprint(x)",
}
OTHER = {
    "a number": "x = 2\nprint(x)",
    "an order": "print(x)\nx = 1",
    "a string that looks like a comment": "x = 1\nprint('# why')",
    "a name": "y = 1\nprint(y)",
    "a bare string, which a notebook would show": "x = 1\nprint(x)\n'why'",
    "nothing": "",
}


@pytest.mark.parametrize("kind", SAME)
def test_what_changes_nothing_has_the_same_hash(kind):
    assert hash_of_code(SAME[kind]) == hash_of_code("x = 1\nprint(x)")


@pytest.mark.parametrize("kind", OTHER)
def test_what_changes_something_has_another(kind):
    assert hash_of_code(OTHER[kind]) != hash_of_code("x = 1\nprint(x)")


def test_cells_that_are_no_plain_python_have_a_hash_too():
    assert hash_of_code("%timeit 1  # why") != hash_of_code("%timeit 2")
    assert hash_of_code("!ls") == hash_of_code("# all\n!ls")
    assert hash_of_code("for") != hash_of_code("while")


MODULE = '"""What it is."""\n\n\ndef f(x):\n    """What it does."""\n    return x + 1\n'


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A library of one module, with a result and a trained model."""
    package = tmp_path / PACKAGE.name
    (package / "weights").mkdir(parents=True)
    (tmp_path / "notebooks" / "results").mkdir(parents=True)
    monkeypatch.setattr(inputs, "PACKAGE", package)
    (package / "cells.py").write_text(MODULE)
    (package / "weights" / "small.json").write_text('{"shards": ["small.1.safetensors"]}')
    (package / "weights" / "small.1.safetensors").write_bytes(b"1")
    (tmp_path / "notebooks" / "results" / "units.json").write_text('{"a": 1, "b": [2]}')
    return package / "cells.py"


def notebook():
    cells = [nbformat.v4.new_code_cell("x = 1", id="one")]
    return nbformat.v4.new_notebook(cells=cells)


def stamp_of(module, workspace):
    """The stamp of a run that loaded the module, the model, a result, and things of no interest."""
    package = module.parent
    record = "\n".join(
        [
            "begun /",
            f"module {package / 'cells.py'}",
            f"module {package / 'gone.py'}",
            f"module {os.__file__}",
            f"file {package / 'weights' / 'small.json'}",
            f"file {workspace / 'results' / 'units.json'}",
            f"file {workspace / 'left.txt'}",
            f"file {os.devnull}",
            "file 7",
        ]
    )
    return stamps.make(notebook(), record, workspace, package.parent / "notebooks")


def test_a_stamp_names_all_that_was_loaded_and_nothing_else(module, tmp_path):
    stamp = stamp_of(module, tmp_path / "run")
    assert list(stamp["cells"]) == ["one"]
    assert list(stamp["inputs"]) == [
        f"{PACKAGE.name}/cells.py",
        f"{PACKAGE.name}/weights/small.1.safetensors",
        f"{PACKAGE.name}/weights/small.json",
        "results/units.json",
    ]


def test_an_input_that_was_saved_while_the_lesson_ran_is_refused(module, tmp_path):
    record = f"begun /\nmodule {module}"
    saved = module.stat().st_mtime_ns
    stamps.make(notebook(), record, tmp_path, tmp_path / "notebooks", saved + 1)
    with pytest.raises(ValueError, match=r"cells\.py was saved while the lesson ran"):
        stamps.make(notebook(), record, tmp_path, tmp_path / "notebooks", saved - 1)


def test_a_run_without_a_record_and_one_of_another_library_are_refused(module, tmp_path):
    with pytest.raises(ValueError, match="kept no record"):
        stamps.make(notebook(), "", tmp_path, tmp_path / "notebooks")
    other = f"begun /\nmodule /elsewhere/{PACKAGE.name}/cells.py"
    with pytest.raises(ValueError, match="another library, /elsewhere"):
        stamps.make(notebook(), other, tmp_path, tmp_path / "notebooks")


def test_a_source_that_a_lesson_shows_counts_with_its_comments(module, tmp_path):
    record = f"begun /\nmodule {module}\ntext {module}"
    stamp = stamps.make(notebook(), record, tmp_path, tmp_path / "notebooks")
    write(module, MODULE.replace("return", "# why\n    return").encode())
    assert stamps.changes(stamp, notebook(), tmp_path / "notebooks") == [
        f"{PACKAGE.name}/cells.py as text has changed"
    ]


def test_weights_behind_a_link_are_inputs_too(module, tmp_path):
    weights = module.parent / "weights"
    (tmp_path / "disk").mkdir()
    weights.rename(tmp_path / "disk" / "weights")
    weights.symlink_to(tmp_path / "disk" / "weights")
    assert f"{PACKAGE.name}/weights/small.1.safetensors" in stamp_of(module, tmp_path)["inputs"]


def inputs_of_run(tmp_path, source):
    """The names of the inputs of a lesson with this code, in a real kernel."""
    script = tmp_path / "notebooks" / "01_a.py"
    results = script.parent / "results"
    results.mkdir(parents=True)
    (results / "known.json").write_text('{"a": 1}')
    (results / "deep").mkdir()
    save_file({"a": np.zeros(1)}, results / "numbers.safetensors")
    (tmp_path / "table.csv").write_text("1")
    (tmp_path / "table.py").write_text("x = 1")
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source, id="one")])
    return execute(nb, script, "smoke")["inputs"], script.parent


def test_a_kernel_records_what_is_imported_in_whatever_way(tmp_path):
    source = """
import inspect
from lstm_video_lab import VideoModel, cells
from lstm_video_lab.files import load_result
load_result("known")
inspect.getsource(cells)
"""
    found, _ = inputs_of_run(tmp_path, source)
    for name in ("__init__.py", "models.py", "cells.py", "cells.py as text", "files.py"):
        assert f"{PACKAGE.name}/{name}" in found
    assert "results/known.json" in found
    assert not any("course" in name or "models.py as text" in name for name in found)
    assert not any(name.endswith(("/", "whole")) for name in found)


def test_a_kernel_records_what_is_opened_in_rust_listed_looked_for_and_of_the_project(tmp_path):
    source = f"""
import os
from pathlib import Path
from safetensors.numpy import load_file
load_file("results/numbers.safetensors")
list(Path("results").glob("*.json"))
os.listdir("results/deep")
Path("results/own.json").write_text("[2]")
Path({str(tmp_path / "table.csv")!r}).read_text()
Path({str(tmp_path / "table.py")!r}).read_text()
try:
    open("results/none.json")
except FileNotFoundError:
    pass
"""
    found, lessons = inputs_of_run(tmp_path, source)
    assert list(found) == [
        "../table.csv", "results/*.json", "results/deep/*", "results/none.json",
        "results/numbers.safetensors",
    ]  # fmt: skip

    def changes():
        return stamps.changes({"cells": {}, "inputs": found}, nbformat.v4.new_notebook(), lessons)

    assert changes() == []
    (lessons / "results" / ".draft").touch()
    write(lessons / "results" / "known.json", b"[2]")
    assert changes() == []
    (lessons / "results" / "none.json").write_text("[]")
    (lessons / "results" / "more.txt").touch()
    assert changes() == ["results/*.json fits other files now", "results/none.json is there now"]
    write(tmp_path / "table.csv", b"2")
    write(lessons / "results" / "numbers.safetensors", b"2")
    (lessons / "results" / "deep" / "a.txt").touch()
    assert changes() == [
        "../table.csv has changed", "results/*.json fits other files now",
        "results/deep/* fits other files now", "results/none.json is there now",
        "results/numbers.safetensors has changed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "code",
    [
        "list(Path('.').rglob('*.json'))",
        "list(Path('results').rglob('*.json'))",
        "glob.glob('**/*.json', recursive=True)",
        "glob.glob('*/*.json')",
        "glob.glob('results/k*.json')",
        "list(os.walk('.'))",
        "os.listdir('results')",
        "list(Path('results').iterdir())",
        "list(os.walk('results'))",
        "list(os.scandir(Path('results').absolute()))",
    ],
)
def test_a_new_file_is_seen_however_a_folder_is_listed(tmp_path, code):
    imports = "import glob, os\nfrom pathlib import Path\n"
    found, lessons = inputs_of_run(tmp_path, imports + code)
    stamp = {"cells": {}, "inputs": found}
    assert stamps.changes(stamp, nbformat.v4.new_notebook(), lessons) == []
    (lessons / "results" / "knot.json").write_text("[2]")
    (line,) = stamps.changes(stamp, nbformat.v4.new_notebook(), lessons)
    assert line.endswith(" fits other files now")


@pytest.mark.parametrize(
    "code", ["os.listdir('.')", "os.makedirs('runs'); list(Path('runs').rglob('*'))", "1"]
)
def test_a_new_result_is_nothing_to_who_lists_other_folders(tmp_path, code):
    found, lessons = inputs_of_run(tmp_path, "import os\nfrom pathlib import Path\n" + code)
    (lessons / "results" / "knot.json").write_text("[2]")
    stamp = {"cells": {}, "inputs": found}
    assert stamps.changes(stamp, nbformat.v4.new_notebook(), lessons) == []


@pytest.mark.parametrize(
    "start", ["!true", "import subprocess; subprocess.run(['true'])", "import os; os.system('')"]
)
def test_a_program_may_have_read_everything(tmp_path, start):
    found, lessons = inputs_of_run(tmp_path, start)
    assert list(found) == [f"{PACKAGE.name}/ as a whole", "results/ as a whole"]
    write(lessons / "results" / "known.json", b"[2]")
    changes = stamps.changes({"cells": {}, "inputs": found}, nbformat.v4.new_notebook(), lessons)
    assert "results/ as a whole has changed" in changes


def test_a_tag_that_acts_makes_another_cell():
    nb = notebook()
    before = hashes_of_cells(nb)
    nb.cells[0].metadata["tags"] = ["nbval-check-output"]
    assert hashes_of_cells(nb) == before
    nb.cells[0].metadata["tags"] = ["skip-execution"]
    assert hashes_of_cells(nb) != before


def write(path, data):
    path.write_bytes(data)
    time = path.stat().st_mtime_ns + 10**9  # a clock may be coarser than a test is quick
    os.utime(path, ns=(time, time))


CHANGES = {
    "a comment": ("cells.py", MODULE.replace("return", "# why\n    return"), False),
    "a docstring": ("cells.py", MODULE.replace("What it does", "What else it does"), False),
    "no docstring": ("cells.py", MODULE.replace('    """What it does."""\n', ""), False),
    "layout": ("cells.py", MODULE.replace("x + 1", "(x\n  + 1)"), False),
    "a number": ("cells.py", MODULE.replace("x + 1", "x + 2"), True),
    "a word that is shown": ("cells.py", MODULE + "TITLE = 'units'\n", True),
    "weights": ("weights/small.1.safetensors", "2", True),
    "words of a card": ("weights/small.json", '{"shards": ["small.1.safetensors"], "a": 1}', True),
    "layout of a result": ("../notebooks/results/units.json", '{\n "b": [2],\n "a": 1}', False),
    "a number of a result": ("../notebooks/results/units.json", '{"a": 1, "b": [3]}', True),
}  # fmt: skip


@pytest.mark.parametrize("kind", CHANGES)
def test_an_input_is_another_where_it_means_something_else(module, tmp_path, kind):
    name, text, is_other = CHANGES[kind]
    stamp = stamp_of(module, tmp_path / "run")
    lessons = tmp_path / "notebooks"
    assert stamps.changes(stamp, notebook(), lessons) == []
    write(module.parent / name, text.encode())
    lines = stamps.changes(stamp, notebook(), lessons)
    assert len(lines) == is_other
    assert all(
        line.endswith(f"{name.rpartition('../notebooks/')[2]} has changed") for line in lines
    )


def test_an_input_that_is_gone_is_named(module, tmp_path):
    stamp = stamp_of(module, tmp_path / "run")
    module.unlink()
    assert stamps.changes(stamp, notebook(), tmp_path / "notebooks") == [
        f"{PACKAGE.name}/cells.py is gone"
    ]


def test_stamps_are_kept_side_by_side_and_forgotten_with_their_lesson(tmp_path):
    for name in ("01_a", "02_b"):
        (tmp_path / f"{name}.py").touch()
        stamps.write(tmp_path, name, {"cells": {name: "0"}, "inputs": {}}, "0")
    assert set(stamps.read(tmp_path)) == {"01_a", "02_b"}
    (tmp_path / "01_a.py").unlink()
    stamps.write(tmp_path, "02_b", {"cells": {"x": "1"}, "inputs": {}}, "0")
    (stamp,) = stamps.read(tmp_path).values()
    assert stamp["cells"] == {"x": "1"} and stamp["inputs"] == {}
    for text in ("", "[1]", "{"):
        (tmp_path / stamps.STAMPS).write_text(text)
        assert stamps.read(tmp_path) == {}


def test_the_file_of_stamps_has_a_line_for_each_input(tmp_path):
    (tmp_path / "01_a.py").touch()
    stamps.write(tmp_path, "01_a", {"cells": {}, "inputs": {"a": "1", "b": "2"}}, "0")
    text = (tmp_path / stamps.STAMPS).read_text()
    assert '   "a": "1",\n   "b": "2"\n' in text and json.loads(text)
