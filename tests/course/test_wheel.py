"""The wheel brings its lessons: built, unpacked, and opened in an empty folder."""

import os
import subprocess
import sys
import zipfile
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NEITHER = ("solutions", "notebooks/runs", ".build", "made_from", "fc-two-digits-conditional")
MOST = 64 * 2**20  # bytes: what README and guide say, with some room

# What `open` does before the server runs, in a place where only the wheel's package is found.
OPEN = """
import sys, types
sys.modules["jupyterlab.labapp"] = server = types.ModuleType("labapp")
server.main = lambda arguments: print(*arguments)
from lstm_video_lab.cli import main
main(sys.argv[1:])
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the unpacked wheel, and the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site", wheel


def run(site, folder, *arguments, code=OPEN):
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(site), "LAB_TUNE": "0"},
        capture_output=True,
        text=True,
    )


def test_the_wheel_brings_lessons_and_no_answer(site):
    place, wheel = site
    names = zipfile.ZipFile(wheel).namelist()
    for folder in ("notebooks", "exercises"):
        brought = {Path(n).name for n in names if f"handed_out/{folder}/" in n}
        there = {path.name for path in (ROOT / folder).glob("[0-9]*_*.ipynb")}
        assert there <= brought and not [name for name in brought if name.endswith(".py")]
    assert [name for name in names if any(word in name for word in NEITHER)] == []
    assert wheel.stat().st_size < MOST
    (info,) = place.glob("*.dist-info")
    (command,) = PathDistribution(info).entry_points.select(name="lstm-video-lab")
    assert command.value == "lstm_video_lab.cli:main"


def test_it_opens_in_an_empty_folder(site, tmp_path):
    done = run(site[0], tmp_path, "open")
    assert done.returncode == 0, done.stderr
    assert "00_start_here.ipynb" in done.stdout
    copy = tmp_path / "lab-work"
    lessons = {path.name for path in copy.glob("*.ipynb")}
    assert lessons == {path.name for path in (ROOT / "notebooks").glob("[0-9]*_*.ipynb")}
    assert (copy / "results" / "table2.json").is_file() and any((copy / "exercises").iterdir())
    used = "import lstm_video_lab as lab; print(lab.__file__); lab.load_pretrained('fc-two-digits')"
    done = run(site[0], copy, code=used)
    assert done.returncode == 0 and done.stdout.startswith(str(site[0])), done.stderr


@pytest.mark.parametrize("arguments", [["open", "--author"], ["build"]])
def test_what_needs_the_scripts_says_so_in_one_line(site, tmp_path, arguments):
    done = run(site[0], tmp_path, *arguments)
    assert done.returncode != 0 or "clone" in done.stderr
    assert "clone of the repository" in done.stderr and "Traceback" not in done.stderr
    assert not any(tmp_path.iterdir())
