"""The bundle for rooms without a network: what is asked of pip, and what is refused."""

import zipfile
from pathlib import Path

import pytest

from lstm_video_lab.course import bundle


@pytest.fixture
def asked(monkeypatch):
    """What would be run; the commands do what pip and hatchling would leave behind."""
    commands = []

    def run(command, folder):
        commands.append([str(part) for part in command])
        if "hatchling" in commands[-1]:
            place = Path(command[-1])
            zipfile.ZipFile(place / "lstm_video_lab-9-py3-none-any.whl", "w").close()
        else:
            place = Path(command[command.index("-w") + 1])
            (place / "torch-2.13.0-py3-none-any.whl").write_bytes(b"x")

    monkeypatch.setattr(bundle, "_run", run)
    monkeypatch.setattr(bundle, "find_spec", lambda name: name != "myst_nb")
    return commands


def test_wheels_for_the_tested_versions_and_a_page_that_says_how(asked, tmp_path):
    lines = []
    folder = tmp_path / "offline"
    bundle.write_bundle(Path("clone"), folder, lines.append)
    bundle.write_bundle(Path("clone"), folder, lines.append)  # what is there is taken up again
    names = sorted(path.name for path in (folder / "wheels").iterdir())
    assert names == ["lstm_video_lab-9-py3-none-any.whl", "torch-2.13.0-py3-none-any.whl"]
    assert asked[1][1:4] == ["-m", "pip", "wheel"] and "clone/constraints.txt" in asked[1]
    page = (folder / "README.txt").read_text()
    assert "--no-index --find-links" in page and "lstm-video-lab open" in page
    assert any("site: left out" in line for line in lines)


def test_a_folder_of_something_else_is_left_alone(asked, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ValueError, match="name a new or empty folder"):
        bundle.write_bundle(Path("clone"), tmp_path)
    assert not asked and [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_without_pip_or_when_it_fails_one_line_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(bundle, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"^pip is missing here"):
        bundle.write_bundle(Path("clone"), tmp_path / "new")
    with pytest.raises(ValueError, match=r"^timeit fails: .*Error") as caught:
        bundle._run([bundle.sys.executable, "-m", "timeit", "nonsense"], tmp_path)
    assert "\n" not in str(caught.value)
