"""`lstm-video-lab open`: the student's own copy, and the originals paired with their scripts."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import jupytext
import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstm_video_lab import cli, course
from lstm_video_lab.course import launch
from lstm_video_lab.course.building.scripts import content_hash, read_script
from lstm_video_lab.course.launch import refresh_copy


@pytest.fixture
def lessons(tmp_path):
    folder = tmp_path / "clone" / "notebooks"
    (folder / "results").mkdir(parents=True)
    (folder / "00_start_here.ipynb").write_text("start")
    (folder / "01_next.ipynb").write_text("next")
    (folder / "01_next.py").write_text("script")
    (folder / "results" / "units.json").write_text("[1]")
    return folder


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and path.name != launch.MANIFEST
    }


COPY = {"00_start_here.ipynb": "start", "01_next.ipynb": "next", "results/units.json": "[1]"}


def test_a_copy_holds_notebooks_and_results_and_is_made_once(lessons, tmp_path):
    mine = tmp_path / "deep" / "mine"
    assert refresh_copy(lessons, mine) == []
    assert files(mine) == COPY
    times = {path: path.stat().st_mtime_ns for path in mine.rglob("*.ipynb")}
    assert refresh_copy(lessons, mine) == []
    assert {path: path.stat().st_mtime_ns for path in mine.rglob("*.ipynb")} == times


def test_links_between_lessons_and_exercises_lead_there_in_the_copy(lessons, tmp_path):
    exercises = lessons.parent / "exercises"
    exercises.mkdir()
    (exercises / "01_write.ipynb").write_text("[back](../notebooks/01_next.ipynb)")
    (lessons / "01_next.ipynb").write_text("[write](../exercises/01_write.ipynb)")
    refresh_copy(lessons, tmp_path / "mine")
    for name, text in files(tmp_path / "mine").items():
        for link in re.findall(r"[(](.*?)[)]", text):
            assert (tmp_path / "mine" / name).parent.joinpath(link).is_file(), (name, link)


def test_untouched_files_follow_their_originals_and_edited_ones_stay(lessons, tmp_path):
    mine = tmp_path / "mine"
    refresh_copy(lessons, mine)
    (mine / "01_next.ipynb").write_text("my work")
    (mine / "notes.txt").write_text("my notes")
    assert refresh_copy(lessons, mine) == []  # nothing new: nothing to say
    for name in ("00_start_here.ipynb", "01_next.ipynb", "results/units.json"):
        (lessons / name).write_text("new")
    for _ in range(2):  # said again as long as it holds
        messages = refresh_copy(lessons, mine)
        assert "01_next.ipynb: kept with your edits; rename it to get the new lesson" in messages
    assert files(mine) == {
        "00_start_here.ipynb": "new", "01_next.ipynb": "my work", "results/units.json": "new",
        "notes.txt": "my notes",
    }  # fmt: skip
    (mine / "01_next.ipynb").rename(mine / "my_next.ipynb")
    refresh_copy(lessons, mine)
    assert (mine / "01_next.ipynb").read_text() == "new"
    assert (mine / "my_next.ipynb").read_text() == "my work"


@pytest.mark.parametrize("manifest", [None, "", "{", "[]", '{"copied": 3}', '{"copied": {}}'])
def test_without_a_manifest_every_file_counts_as_edited(lessons, tmp_path, manifest):
    mine = tmp_path / "mine"
    refresh_copy(lessons, mine)
    (mine / "01_next.ipynb").write_text("my work")
    (lessons / "00_start_here.ipynb").write_text("new")
    if manifest is None:
        (mine / launch.MANIFEST).unlink()
    else:
        (mine / launch.MANIFEST).write_text(manifest)
    assert len(refresh_copy(lessons, mine)) == 2
    assert files(mine) == {**COPY, "01_next.ipynb": "my work"}


ACTIONS = st.lists(
    st.tuples(st.sampled_from(["edit", "pull", "open", "delete"]), st.sampled_from(list(COPY))),
    max_size=25,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTIONS)
def test_no_edit_is_ever_lost(lessons, tmp_path_factory, actions):
    """Against a model that remembers what the student wrote and what they only received."""
    mine = tmp_path_factory.mktemp("mine")
    refresh_copy(lessons, mine)
    written = {}
    for count, (action, name) in enumerate(actions):
        if action == "edit":
            written[name] = f"mine {count}"
            (mine / name).write_text(written[name])
        elif action == "pull":
            (lessons / name).write_text(f"lesson {count}")
        elif action == "delete":
            written.pop(name, None)
            (mine / name).unlink(missing_ok=True)
        else:
            refresh_copy(lessons, mine)
            expected = {n: written.get(n, (lessons / n).read_text()) for n in COPY}
            assert files(mine) == expected


def test_a_failed_write_leaves_the_old_file(lessons, tmp_path, monkeypatch):
    mine = tmp_path / "mine"
    refresh_copy(lessons, mine)
    (lessons / "01_next.ipynb").write_text("new")

    def full(self, data):
        with self.open("wb") as file:
            file.write(data[:1])
        raise OSError(28, "No space left on device", str(self))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(OSError, match="No space"):
            refresh_copy(lessons, mine)
    assert files(mine) == COPY
    refresh_copy(lessons, mine)
    assert files(mine) == {**COPY, "01_next.ipynb": "new"}


def test_folders_that_cannot_be_a_copy(lessons, tmp_path):
    (tmp_path / "file").write_text("")
    for wrong, message in (
        (tmp_path / "file", "is a file"),
        (tmp_path / "file" / "deeper", "is a file"),
        (lessons, "belongs to the original lessons"),
        (lessons / "mine", "belongs to the original lessons"),
    ):
        with pytest.raises(ValueError, match=message) as error:
            refresh_copy(lessons, wrong)
        assert str(wrong) in str(error.value) and "choose another folder" in str(error.value)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes anywhere")
def test_a_folder_that_cannot_be_written(lessons, tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(ValueError, match="cannot be written: choose another folder"):
        refresh_copy(lessons, tmp_path / "closed" / "mine")


def test_lessons_that_are_missing_or_not_built(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="run `lstm-video-lab build` first"):
        refresh_copy(tmp_path, tmp_path.parent / "mine")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(course.lstm_video_lab, "__file__", str(tmp_path / "site" / "x" / "y.py"))
    with pytest.raises(ValueError, match="no lessons found"):
        course.find_lessons()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "00_start_here.ipynb").write_text("another course")
    with pytest.raises(ValueError, match="no lessons found"):
        course.find_lessons()
    (tmp_path / "notebooks" / "00_start_here.ipynb").write_text("import lstm_video_lab")
    assert course.find_lessons() == tmp_path / "notebooks"


def test_nothing_is_written_where_nothing_is_new(lessons, tmp_path, monkeypatch):
    """As on a full disk."""
    mine = tmp_path / "mine"
    refresh_copy(lessons, mine)
    monkeypatch.setattr(launch, "write_whole", None)
    assert refresh_copy(lessons, mine) == []


def test_a_home_that_cannot_be_written_is_told_and_left_alone(tmp_path, monkeypatch):
    (tmp_path / "closed").write_text("a file, where no folder can be made")
    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    assert launch.make_room_for_jupyter() == []
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "closed" / "runtime"))
    (line,) = launch.make_room_for_jupyter()
    assert str(tmp_path / "closed") in line and "cannot be written" in line
    assert Path(os.environ["JUPYTER_RUNTIME_DIR"]).parent.is_dir()
    assert os.environ["IPYTHONDIR"] == str(tmp_path / "IPYTHONDIR")


def test_the_flags_of_open_reach_jupyterlab(monkeypatch):
    seen = []
    monkeypatch.setattr(launch, "open_lab", lambda to, **options: seen.append(options) or 0)
    words = "open --no-browser --port 9 --ip 0.0.0.0 --token t"
    assert cli.main(words.split()) == cli.main(["open"]) == 0
    assert seen[0]["lab_args"] == [
        "--ServerApp.ip=0.0.0.0",
        "--no-browser",
        "--ServerApp.port=9",
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=t",
    ]
    assert seen[1]["lab_args"] == ["--ServerApp.ip=127.0.0.1"]


@pytest.fixture
def server(lessons, tmp_path):
    """Run `open_lab` on `lessons` in a process of its own; gives `ask(path, method, body)`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    started = []

    def ask(path, method="GET", body=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": "token secret"},
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read()) if path.startswith("api") else answer.url

    def start(**options):
        options["lab_args"] = [
            "--no-browser", f"--ServerApp.port={port}", "--IdentityProvider.token=secret",
        ]  # fmt: skip
        code = (
            "import pathlib\nfrom lstm_video_lab.course import launch\n"
            f"launch.find_lessons = lambda: pathlib.Path({str(lessons)!r})\n"
            f"launch.open_lab(**{options!r})"
        )
        (tmp_path / "config").mkdir(exist_ok=True)  # a user's own, which names another folder
        own = f"c.ServerApp.root_dir = c.ServerApp.preferred_dir = {str(tmp_path)!r}\n"
        (tmp_path / "config" / "jupyter_server_config.py").write_text(own)
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", code],
                stderr=subprocess.DEVNULL,
                env={**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path / "config")},
            )
        )
        for _ in range(900):
            try:
                ask("api/status")
                return ask
            except OSError:
                assert started[0].poll() is None, "JupyterLab ended by itself"
                time.sleep(0.1)
        raise AssertionError("JupyterLab did not start")

    yield start
    for process in started:
        process.terminate()
        assert process.wait(30) is not None


SCRIPT = """# %% [markdown]
# # A lesson

# %% name="first"
x = 1


# %% A title timeout=30
def double(x):
    return 2 * x
"""


def made(script):
    """Write a script, and its notebook as a build does."""
    script.parent.mkdir(exist_ok=True)
    script.write_text(SCRIPT)
    nb = read_script(script)
    nb.metadata["lab"] = {"script": content_hash(nb)}
    script.with_suffix(".ipynb").write_text(nbformat.writes(nb) + "\n")
    return script


def test_author_mode_saves_the_script_with_the_notebook(server, lessons, capfd):
    lesson = made(lessons / "00_start_here.py")
    solution = made(lessons.parent / "solutions" / "01_exercise.py")
    (lessons / "01_next.ipynb").unlink()
    lesson.write_text(SCRIPT.replace("A lesson", "A better lesson"))
    ask = server(author=True)
    assert capfd.readouterr().out.splitlines() == [
        "00_start_here.py was edited: 00_start_here.ipynb follows it",
        "01_next.ipynb was missing: made from 01_next.py, not run yet",
    ]
    assert ask("").endswith("/lab/tree/notebooks/00_start_here.ipynb")
    for script in (lesson, solution):
        path = f"api/contents/{script.parent.name}/{script.stem}.ipynb"
        before = script.read_text()
        content = ask(path)["content"]
        save = {"type": "notebook", "format": "json", "content": content}
        ask(path, "PUT", save)
        assert script.read_text() == before  # opening and saving alone changes no byte
        content["cells"][1]["source"] = "x = 2"
        ask(path, "PUT", save)
        assert script.read_text() == before.replace("x = 1", "x = 2")
        content["cells"][0]["metadata"] = {"slideshow": {"slide_type": "slide"}}
        with pytest.raises(urllib.error.HTTPError) as refused:
            ask(path, "PUT", save)
        line = json.loads(refused.value.read())["message"]
        assert line.startswith(f"{script.stem}.ipynb: cell 1") and "`slideshow`" in line


def test_a_student_saves_nothing_but_the_notebook_of_the_copy(server, lessons, tmp_path):
    notebook = jupytext.reads(SCRIPT, fmt="py:percent")
    notebook.metadata.pop("jupytext")
    jupytext.write(notebook, lessons / "00_start_here.ipynb")
    before = files(lessons)
    ask = server(to=str(tmp_path / "mine"))
    assert ask("").endswith("/lab/tree/00_start_here.ipynb")  # where the front door leads
    lesson = ask("api/contents/00_start_here.ipynb")
    lesson["content"]["cells"][1]["source"] = "x = 2"
    save = {"type": "notebook", "format": "json", "content": lesson["content"]}
    ask("api/contents/00_start_here.ipynb", "PUT", save)
    assert "x = 2" in (tmp_path / "mine" / "00_start_here.ipynb").read_text()
    assert list((tmp_path / "mine").rglob("*.py")) == []
    assert files(lessons) == before
