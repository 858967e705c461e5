"""What an answer gets to see of this machine: Python, and nothing of the grader's."""

import os
import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest

from lstm_video_lab.course.grading.isolation import Sandbox, SandboxError
from lstm_video_lab.course.grading.isolation import visible_files as files
from lstm_video_lab.course.grading.isolation.levels import LEVELS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems isolate less")
PACKAGES = Path(sysconfig.get_path("purelib"))
WALLS = [level for level in LEVELS if level != "limits"]
USUAL_PLACES = [
    *(f"{sys.prefix}/{name}" for name in ("src/lab", "share/lab", "lab", "lib/lab", "etc")),
    "/usr/src/app", "/usr/local/src/lab", "/usr/share/lab", "/usr/lib/lab", "/opt/lab", "/srv/lab",
    "/usr/local/lib/lab", "/home/ada/lab", "/root/lab", "/etc/passwd", "/tmp", "/proc", "/var",
]  # fmt: skip


@pytest.mark.parametrize("place", USUAL_PLACES)
def test_a_clone_lies_in_nothing_that_can_be_read(place):
    """Wherever people clone to, unless it is among the packages: see the next test."""
    visible = files.readable()
    real = os.path.realpath(place)
    assert real not in visible and not files.lies_in(real, visible)


@pytest.fixture(scope="module", params=[PACKAGES])
def clone(request):
    """A clone where everything around it can be read."""
    try:
        folder = Path(tempfile.mkdtemp(prefix="clone-", dir=request.param))
    except OSError as error:
        pytest.skip(str(error))
    folder.chmod(0o755)
    for name in ("solutions", "submissions", "grades"):
        (folder / name / "deep").mkdir(parents=True)
        (folder / name / "deep" / "file.py").write_text("secret")
    (folder / ".git").mkdir()
    (folder / ".git" / "objects").write_text("secret")
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("level", WALLS)
def test_what_the_grader_names_is_closed_and_what_lies_beside_it(clone, level):
    names = ("solutions", "submissions", "grades")
    looked_for = [path for path in clone.rglob("*") if path.is_file()]
    open_to_all = [Path(os.__file__), PACKAGES / "torch" / "version.py"]
    try:
        with Sandbox(level, secret=[clone / name for name in names]) as walled:
            assert walled.can_read(looked_for) == []
            assert set(walled.can_read(open_to_all)) == set(map(str, open_to_all))
    except SandboxError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("level", WALLS)
def test_what_is_not_named_is_found_to_be_open(clone, level):
    """The probe says so: it would be worth nothing if it found every file closed."""
    try:
        with Sandbox(level) as walled:
            assert walled.can_read([clone / ".git" / "objects"])
    except SandboxError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("level", LEVELS)
def test_no_answer_finds_the_environment_of_the_instructor(monkeypatch, level):
    """It stands in a process's memory, after the words of its command, whoever clears it later."""
    monkeypatch.setenv("CANVAS_API_TOKEN", "canvas~secret")
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    source = """
import ctypes, sys
def words():
    at = ctypes.c_void_p.in_dll(ctypes.CDLL(None), "program_invocation_name").value
    found = []
    while not found or not found[-1].startswith("TMPDIR=") and len(found) < 200:
        word = ctypes.string_at(at)
        found.append(word.decode("latin-1"))
        at += len(word) + 1
        if word == b"END=1":
            break
    return [found, sys.flags.optimize]
"""
    monkeypatch.setattr(
        "lstm_video_lab.course.grading.isolation.KEPT_NAMES", ("PATH", "LAST_OF_ALL")
    )
    source = source.replace("END=1", "OMP_NUM_THREADS=1")
    try:
        with Sandbox(level) as sandbox:
            run = sandbox.run("", source, "words", [{}])
    except SandboxError as error:
        pytest.skip(str(error))
    found, optimised = run.results[0]["value"]
    names = {word.partition("=")[0] for word in found if "=" in word}
    assert names == {"PATH", "LANG", "OMP_NUM_THREADS"} and optimised == 0
    assert "secret" not in "".join(found)
