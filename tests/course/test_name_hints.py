"""A cell that is run alone after a restart says which one comes first."""

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel

from lstm_video_lab.course import launch
from lstm_video_lab.course.name_hints import cell_that_makes, names_of


@pytest.fixture
def notebook(tmp_path):
    new = nbformat.v4.new_code_cell
    cells = [
        nbformat.v4.new_markdown_cell("trained = 1"),
        new("print(1)", metadata={"title": "setup"}),
        new("trained, other = 1, 2", metadata={"title": "train the first"}),
        new("trained = 3", metadata={"title": "again"}),
        new("%time x = 1\n"),
        new("# a comment\nwith open('a') as file:\n    pass"),
    ]
    path = tmp_path / "a lesson.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_the_first_cell_that_makes_a_name_is_found(notebook, tmp_path):
    assert cell_that_makes("trained", notebook) == "train the first"
    assert cell_that_makes("file", notebook) == "# a comment"
    assert cell_that_makes("print", notebook) == ""
    assert cell_that_makes("trained", tmp_path / "none.ipynb") == ""
    notebook.write_text("[]")
    assert cell_that_makes("trained", notebook) == ""


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("a = b", {"a"}), ("import os.path as p", {"p"}), ("import os.path", {"os"}),
        ("for i in x:\n    y = i", {"i", "y"}), ("def f(x):\n    z = 1", {"f"}),
        ("class A:\n    b = 1", {"A"}), ("a[0] = 1", set()), ("%time x = 1", set()), ("a =", set()),
    ],
)  # fmt: skip
def test_names_that_a_cell_binds(source, names):
    assert names_of(source) == names


def test_in_a_kernel_the_error_stays_and_a_line_follows(notebook, monkeypatch):
    start = launch.Path(launch.__file__).with_name("start_kernel.py")
    monkeypatch.setenv("PYTHONSTARTUP", str(start))
    monkeypatch.setenv("JPY_SESSION_NAME", str(notebook))
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        outputs = []
        reply = client.execute_interactive("trained + 1", output_hook=outputs.append, timeout=60)
        assert reply["content"]["status"] == "error"
        kinds = {one["msg_type"]: one["content"] for one in outputs}
        assert kinds["error"]["ename"] == "NameError"
        assert "“trained” is made in the cell “train the first”" in kinds["stream"]["text"]
        outputs.clear()
        client.execute_interactive("print(sorted(dir()))", output_hook=outputs.append, timeout=60)
        text = next(one["content"]["text"] for one in outputs if one["msg_type"] == "stream")
        for name in ("_start", "Path", "json", "spec", "install", "explain"):
            assert f"'{name}'" not in text
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
