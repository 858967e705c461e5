"""The folder that a lesson runs in goes with its process, also where that is killed."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from lstm_video_lab import course
from lstm_video_lab.course import OWNER, workspace

MAKE = """
import sys
from pathlib import Path
from lstm_video_lab.course import workspace
folder = workspace(Path(sys.argv[1]))
print(folder.name, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr(course, "JUST_MADE", -1.0)
    (tmp_path / "tmp").mkdir()
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "a.json").write_text("1")
    return tmp_path


def other(place):
    """Another process with a workspace."""
    process = subprocess.Popen(
        [sys.executable, "-c", MAKE, str(place)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, env={**os.environ, "TMPDIR": str(place / "tmp")},
    )  # fmt: skip
    return process, Path(process.stdout.readline().strip())


def test_a_folder_goes_at_the_end_or_when_its_process_was_killed_and_not_before(place):
    (place / "tmp" / "lesson-of-mine").mkdir()
    process, theirs = other(place)
    with workspace(place) as mine:
        assert (Path(mine) / "results" / "a.json").is_file()
        assert theirs.is_dir()  # its owner lives
        process.kill()
        process.wait()
        with workspace(place):
            assert not theirs.exists()
            assert Path(mine).is_dir() and (Path(mine) / OWNER).exists()
    assert [path.name for path in (place / "tmp").iterdir()] == ["lesson-of-mine"]
