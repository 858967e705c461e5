"""CONTRIBUTING, followed by a reader in a copy of the project, command by command."""

import re
import shlex
import tomllib

import pytest
from course import reader

from lstm_video_lab.lessons import experiments

PAGE = "CONTRIBUTING.md"
NUMBER = reader.next_number("notebooks")  # the one on the page, until that is taken
EXAMPLE = reader.section(PAGE, "Add a lesson").replace("17", NUMBER)
ROOM = "lstm_video_lab/lessons/copy_last"
SCRIPT, TESTS = f"notebooks/{NUMBER}_copy_last.py", "tests/lessons/copy_last/test_copy_last.py"
LONGEST_LINE = 100


def files_of_the_page():
    """Name → text of every file that the example says to write."""
    step = r"^\*\*\d\.\*\*.*?`([\w/]+\.py)`.*?^```python\n(.*?)^```"
    return dict(re.findall(step, EXAMPLE, re.M | re.S))


def test_the_page_shows_a_room_a_lesson_and_a_test():
    names = ("__init__", "experiment", "figures", "widgets", "guesses", "line")
    parts = [f"{ROOM}/{name}.py" for name in names]
    files = files_of_the_page()
    assert list(files) == [*parts, SCRIPT, TESTS]
    longest = max(len(line) for text in files.values() for line in text.splitlines())
    assert longest <= LONGEST_LINE


def put_line(path, line, below):
    """A line into a list, below the last one of a form."""
    lines = path.read_text("utf-8").split("\n")
    last = max(k for k, old in enumerate(lines) if re.fullmatch(below, old))
    path.write_text("\n".join([*lines[: last + 1], line, *lines[last + 1 :]]), "utf-8")


def test_a_lesson_is_added_as_the_page_says(tmp_path):
    clone = reader.copy_of_the_project(tmp_path)
    (new,), *_, then = [block.splitlines() for block in reader.blocks(EXAMPLE, "bash")]
    reader.run(new, clone)
    written = set(clone.rglob("*copy_last*/*.py")) | {clone / SCRIPT}
    files = files_of_the_page()
    for name, text in files.items():
        assert (clone / name).exists() != name.endswith("experiment.py")
        (clone / name).write_text(text, "utf-8")
    assert written <= {clone / name for name in files}  # nothing says TODO any longer
    room, row = (block.rstrip("\n") for block in reader.blocks(EXAMPLE, ""))
    put_line(clone / "lstm_video_lab/lessons/experiments.py", room, r"ROOMS = .*")
    put_line(clone / "docs/commands.md", row, r"\| `\w+` \| \d\d[a-z]? \|")
    for name in ("README.md", "notebooks/00_start_here.py"):
        page = (clone / name).read_text("utf-8")
        assert page.count("TODO") == 1
        (clone / name).write_text(page.replace("TODO", "when"), "utf-8")
    programs = [line.split()[0] for line in then]
    assert programs == ["lstm-video-lab", "cp", "lstm-video-lab", "pytest", "pytest"]
    (clone / "local").mkdir()
    for line in then:
        reader.run(line, clone, only="copy_last or experiments or made_in_some")


def commands_of_the_page():
    """The words of each command, without comments; a line may hold several."""
    text = (reader.ROOT / PAGE).read_text("utf-8")
    for block in reader.blocks(text, "bash"):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            while words:
                end = words.index("&&") if "&&" in words else len(words)
                yield words[:end]
                words = words[end + 1 :]


@pytest.mark.parametrize("command", list(commands_of_the_page()), ids=" ".join)
def test_every_command_could_be_run(command):
    """Its program comes with Python or with the extra `test`, and its files are there or made.

    That flags and names are known, test_pages proves.
    """
    program, *words = command
    project = tomllib.loads((reader.ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    brought = " ".join(project["optional-dependencies"]["test"] + list(project["scripts"]))
    name = program.removeprefix(".venv/bin/")
    assert name in ("pip", "cp", "git", "python3") or re.search(rf"\b{name}\b", brought)
    if name == "cp":
        made, target = words
        assert (reader.ROOT / target).is_dir()
        stem = made.removeprefix("local/").split(".")[0]
        assert stem in {*experiments.ROOMS, "copy_last"} or list(
            (reader.ROOT / target).glob(f"{stem}.*")
        )
    for word in words:
        is_file = re.fullmatch(r"[\w/]+/[\w.]+", word) and name in ("pytest", "ruff", "mypy")
        if is_file and "copy_last" not in word:
            assert (reader.ROOT / word).exists(), word
