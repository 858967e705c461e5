"""A reader who follows a page, command by command, in a copy of the project. No test in here."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)
LINKED = ("lstm_video_lab/weights/",)  # large, and only read


def section(page, heading):
    """A part of a page, from its heading to the next of that kind."""
    text = (ROOT / page).read_text("utf-8")
    return text.split(f"\n## {heading}")[1].split("\n## ")[0]


def blocks(text, *languages):
    """The blocks of code in these languages; "" for those that name none."""
    return [code for language, code in BLOCK.findall(text) if language in languages]


def next_number(folder):
    """Of the next lesson or exercise, as a reader finds it."""
    return f"{max(int(path.name[:2]) for path in (ROOT / folder).glob('[0-9]*_*.py')) + 1:02d}"


def copy_of_the_project(folder):
    """What git has of the project, and new files; committed, as a reader finds it in a clone."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in names.split("\0"):
        source, target = ROOT / name, folder / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            if name.startswith(LINKED):
                target.symlink_to(source)
            else:
                shutil.copyfile(source, target)
    git(folder, "init", "-q")
    commit(folder)
    return folder


def git(folder, *arguments):
    identity = ["-c", "user.name=reader", "-c", "user.email=reader@example.org"]
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def commit(folder):
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "a step")


def run(command, folder, only=""):
    """What a line of a page prints; it must end well. Python and its programs are those of now.

    only  of the tests that it runs, those with these words in their names (pytest's -k)
    """
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("LAB_", "PYTEST_"))}
    plain |= {"PYTHONPATH": str(folder), "PYTEST_ADDOPTS": "-q -p no:cacheprovider -n 0"}
    plain["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    if only:
        plain["PYTEST_ADDOPTS"] += f" -k '{only}'"
    ran = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=plain,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=500,
    )
    assert ran.returncode == 0, f"{command}\n{ran.stdout}"
    assert not command.startswith("pytest") or re.search(r"\d+ passed", ran.stdout)
    return ran.stdout
