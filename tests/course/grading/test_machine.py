"""A failure of the machine is no grade: nobody's 0, not kept, named; and nothing runs on."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from course.small_class import put, table
from course.tiny import NAME
from course.traces import below, processes, started_with, until

from lstm_video_lab.course.grading.isolation import Sandbox, SandboxError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are counted in /proc")


def test_an_answer_that_is_killed_from_outside_is_not_judged():
    from concurrent.futures import ThreadPoolExecutor

    try:
        sandbox = Sandbox()
    except SandboxError as error:
        pytest.skip(str(error))
    with sandbox, ThreadPoolExecutor(1) as pool:
        asleep = pool.submit(sandbox.run, "import time", "def f(): time.sleep(100)", "f", [{}])
        assert until(lambda: below(sandbox._server.pid) or asleep.done())
        until(lambda: len(below(sandbox._server.pid)) > 2, 2)
        table_of_processes = processes()
        leaves = [pid for pid in below(sandbox._server.pid) if pid not in table_of_processes]
        os.kill(leaves[0], signal.SIGKILL)
        with pytest.raises(SandboxError, match="killed from outside"):
            asleep.result()
        assert "exit code" in sandbox.run("import os", "def f(): os._exit(137)", "f", [{}]).end


@pytest.fixture
def grading(course):
    """A grading of an answer that sleeps, as a process of its own; and how to end it."""
    put(course, f"ada/{NAME}.ipynb", "import time\ndef double(x): time.sleep(100)")
    place = course / "temporary"
    place.mkdir()
    command = [sys.executable, "-m", "lstm_video_lab", "grade", str(course / "in")]
    command += ["--out", str(course / "out"), "--solutions", str(course / "solutions")]
    environment = {**os.environ, "TMPDIR": str(place)}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    yield process, lambda: started_with(str(place))
    process.kill()
    process.communicate()


def test_a_kill_leaves_nothing_running_and_the_next_grading_sweeps_up(course, grading):
    process, running = grading
    assert until(lambda: list((course / "out/running").glob("*/judging.ipynb")), 120)
    time.sleep(1)
    process.kill()
    process.wait()
    assert until(lambda: not running(), 60), running()
    assert list((course / "out/running").iterdir()) and not list((course / "temporary").iterdir())
    put(course, f"ada/{NAME}.ipynb")
    from lstm_video_lab import cli

    command = ["grade", str(course / "in"), "--out", str(course / "out")]
    assert cli.main([*command, "--solutions", str(course / "solutions")]) == 0
    assert not (course / "out/running").exists()
    assert table(course / "out/gradebook.csv")[-1] == ["ada", "2", "2"]


def test_an_interruption_answers_at_once_and_says_what_is_kept(course, grading):
    process, running = grading
    assert until(lambda: list((course / "out/running").glob("*/judging.ipynb")), 120)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130 and "0 of 1 students" in out
    assert not (course / "out/running").exists() and not list(course.glob("out/records/*"))
    assert until(lambda: not running(), 60), running()


def test_two_gradings_into_one_folder_are_one_line(course, graded, capsys):
    from filelock import FileLock

    from lstm_video_lab import cli

    put(course, f"ada/{NAME}.ipynb")
    running = course / "out/running/of_the_first"
    running.mkdir(parents=True)
    with FileLock(course / "out/.lock"):
        command = ["grade", str(course / "in"), "--out", str(course / "out")]
        assert cli.main([*command, "--solutions", str(course / "solutions")]) == 2
    assert "another grading" in capsys.readouterr().err
    assert running.is_dir()


def test_a_reason_stands_in_the_json(course, graded, capsys, monkeypatch):
    from course.small_class import Ended, run

    from lstm_video_lab.course.grading import nbval_runner

    def dead(folder):
        (folder / nbval_runner.LOG).write_text("the kernel has ended")
        return Ended()

    put(course, f"ada/{NAME}.ipynb")
    monkeypatch.setattr(nbval_runner, "start_nbval", dead)
    assert run(course) == 1
    assert "not judged: ada: double" in capsys.readouterr().out
    (student,) = json.loads((course / "out/gradebook.json").read_text())["students"]
    assert "kernel has ended" in student["answers"]["double"]["reason"]
    assert student["points"] == {NAME: None} and not list(course.glob("out/records/*"))


def test_a_full_disk_at_any_write_is_one_line_and_the_next_grading_is_whole(
    course, graded, capsys, monkeypatch
):
    """Nothing that stands there is half, whichever write is the first that fails."""
    from pathlib import Path

    from course.small_class import run

    put(course, f"ada/{NAME}.ipynb", words="Because.")
    write_bytes = Path.write_bytes
    calls = {"done": 0, "allowed": 0}

    def full(path, data):
        calls["done"] += 1
        if calls["done"] > calls["allowed"]:
            raise OSError(28, "No space left on device")
        return write_bytes(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    codes = []
    for allowed in range(40):
        calls.update(done=0, allowed=allowed)
        codes.append(run(course))
        errors = capsys.readouterr().err.strip().splitlines()
        if codes[-1] == 0:
            break
        assert len(errors) == 1 and "Traceback" not in errors[0]
        assert not list((course / "out").rglob("*.draft"))
        for path in course.glob("out/*.json"):
            json.loads(path.read_text())
    assert codes[-1] == 0 and 0 not in codes[:-1] and len(codes) > 5
    assert table(course / "out/gradebook.csv")[-1] == ["ada", "2", "2"]


def test_a_file_that_this_machine_cannot_read_is_nobodys_zero(course, graded, capsys, monkeypatch):
    from pathlib import Path

    from course.small_class import run

    put(course, f"ada/{NAME}.ipynb")
    put(course, f"bob/{NAME}.ipynb")
    read_bytes = Path.read_bytes

    def broken(path):
        if path.parent.name == "bob":
            raise OSError(5, "Input/output error")
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", broken)
    assert run(course) == 1
    assert "not judged: bob: double" in capsys.readouterr().out
    assert table(course / "out/gradebook.csv")[2:] == [["ada", "2", "2"], ["bob", "", ""]]
    marks = {row[0]: row[1] for row in table(course / "out/written/why.csv")[1:]}
    assert marks == {"ada": "0", "bob": ""}
    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    assert run(course) == 0
    assert table(course / "out/gradebook.csv")[3] == ["bob", "2", "2"]
