"""The recipe for docker, read line by line: no docker is at hand to build it."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECIPE = (ROOT / "docker" / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
IGNORED = (ROOT / ".dockerignore").read_text("utf-8").split()
COPIED = re.compile(r"^(?:COPY|ADD) +(.*) \S+$", re.M)


def stages():
    """Name → its lines."""
    parts = re.split(r"^FROM \S+ AS (\w+)\n", RECIPE, flags=re.M)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def copied(stage):
    """What of the clone a stage holds, and the stages that it takes files from."""
    words = [word for line in COPIED.findall(stages()[stage]) for word in line.split()]
    others = [word.removeprefix("--from=") for word in words if word.startswith("--from=")]
    own = set() if others else {word for word in words if not word.startswith("--")}
    return own, others


def test_students_get_what_a_wheel_brings_and_no_solution():
    assert copied("hub") == (set(), ["wheel"])
    files, others = copied("wheel")
    assert not others
    assert files == {
        "pyproject.toml", "constraints.txt", "README.md", "LICENSE",
        "lstm_video_lab", "notebooks", "exercises",
    }  # fmt: skip
    assert all((ROOT / name).exists() for name in files)
    assert "--mount" not in RECIPE and "git clone" not in RECIPE
    assert set(re.findall(r"^FROM (\S+)", RECIPE, re.M)) == {"python:3.11-slim"}


def test_only_the_grader_has_solutions_and_nobody_tests():
    assert "solutions" in stages()["grader"] and "solutions" not in stages()["hub"]
    assert "tests" in IGNORED and "local" in IGNORED
    named = {name.split("/")[0] for name in IGNORED if "*" not in name}
    files, _ = copied("wheel")
    assert not named & (files - {"notebooks"})
