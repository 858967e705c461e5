"""What an installation reads: constraints, environment.yml, the README's commands, .ci/run."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import lstm_video_lab

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text())
README = (ROOT / "README.md").read_text("utf-8")
CONSTRAINTS = {
    canonicalize_name(line.split("==")[0]): line.split("==")[1]
    for line in (ROOT / "constraints.txt").read_text().splitlines()
    if not line.startswith("#")
}


def test_constraints_are_exact_versions_and_nothing_else():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    exact = re.compile(r"#.*|[A-Za-z0-9._-]+==\d+(\.\d+)*(\.post\d+)?")
    assert [line for line in lines if not exact.fullmatch(line)] == []
    assert CONSTRAINTS["torch"] == "2.13.0"
    assert CONSTRAINTS["triton"] == "3.7.1"  # what the CUDA builds of this torch ask for
    assert "lstm-video-lab" not in CONSTRAINTS
    assert [name for name in CONSTRAINTS if name.startswith(("nvidia", "cuda"))] == []


def needed(requirements):
    """Every distribution that `requirements` bring here: name → requirements on it."""
    found, waiting = {}, [Requirement(text) for text in requirements]
    while waiting:
        requirement = waiting.pop()
        name, extras = canonicalize_name(requirement.name), requirement.extras or {""}
        seen = name in found and extras == {""}
        found.setdefault(name, []).append(requirement)
        for text in [] if seen else distribution(name).requires or []:
            below = Requirement(text)
            if below.marker is None or any(below.marker.evaluate({"extra": e}) for e in extras):
                waiting.append(below)
    return found


def test_every_package_that_the_lab_brings_has_its_version():
    extra = PROJECT["optional-dependencies"]["test"]
    try:
        brought = needed([*PROJECT["dependencies"], *extra])
    except PackageNotFoundError as missing:
        pytest.skip(f"not installed here: {missing}")
    own_platform = re.compile(r"nvidia|cuda|triton|colorama|pywin|appnope")
    unlisted = {n for n in brought if n not in CONSTRAINTS and not own_platform.match(n)}
    assert unlisted == set()
    for name, requirements in brought.items():
        for requirement in requirements:
            if name in CONSTRAINTS:
                assert requirement.specifier.contains(CONSTRAINTS[name]), requirement


def test_triton_is_never_required():
    """The lab runs without it; only its tests want it, where it exists."""
    assert "triton" not in {Requirement(text).name for text in PROJECT["dependencies"]}
    (wanted,) = [
        Requirement(text)
        for text in PROJECT["optional-dependencies"]["test"]
        if text.startswith("triton")
    ]
    assert wanted.marker is not None
    assert not wanted.marker.evaluate({"platform_system": "Darwin"})


def test_the_environment_is_no_second_list():
    assert ENVIRONMENT["channels"] == ["conda-forge"]
    *conda, pip = ENVIRONMENT["dependencies"]
    assert pip == {"pip": ["-c constraints.txt", "-e ."]}
    assert [re.match(r"[\w-]+", text)[0] for text in conda] == ["python", "pip", "pytorch-cpu"]
    versions = dict(text.partition("=")[::2] for text in conda if ">" not in text)
    assert f"torch{conda[-1].removeprefix('pytorch-cpu')}" in PROJECT["dependencies"]
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(
        versions["python"] + ".0"
    )


def commands(language="bash"):
    return re.findall(rf"```{language}\n(.*?)\n```", README, re.S)


def test_the_readme_has_two_complete_commands():
    lessons, tests = commands()
    for command in (lessons, tests):
        assert "\n" not in command
        assert command.startswith(
            "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt"
        )
    assert lessons.endswith("-e . && .venv/bin/lstm-video-lab open")
    assert tests.endswith("-e '.[test]' && .venv/bin/pytest")


def test_ci_runs_the_readmes_test_command_and_insists_on_a_browser():
    script = ROOT / ".ci" / "run"
    lines = script.read_text().splitlines()
    install, test = (part.removeprefix(".venv/bin/") for part in commands()[1].split(" && ")[1:])
    assert script.stat().st_mode & 0o111
    assert install.removeprefix("pip install") in " ".join(lines)
    assert f"{test} </dev/null" in lines
    for line in ("set -euo pipefail", "ruff format --check", "ruff check", "mypy",
                 "lstm-video-lab build --check"):  # fmt: skip
        assert line in lines
    assert any(line.startswith("export LAB_REQUIRE_BROWSER=1") for line in lines)


def test_versions_agree():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    newest = re.search(r"^## (\S+)", changes, re.M)
    assert newest
    found = {PROJECT["version"], lstm_video_lab.__version__, citation["version"], newest[1]}
    assert len(found) == 1


def test_the_citation_has_what_its_format_requires():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(citation)
    assert citation["license"] == PROJECT["license"]
    assert citation["references"][0]["year"] == 2015
