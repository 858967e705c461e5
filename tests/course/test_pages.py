"""README, CONTRIBUTING, docs/: examples are understood, maps are whole, tables are fresh."""

import json
import re
import shlex
from pathlib import Path

import pytest

from lstm_video_lab import cli
from lstm_video_lab.bench import report
from lstm_video_lab.commands.pretrain import MODELS
from lstm_video_lab.course.building import tables
from lstm_video_lab.lessons import experiments
from lstm_video_lab.settings import SCALES

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "lstm_video_lab"
TOP = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "ATTRIBUTION.md")
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
    for path in [*(ROOT / name for name in TOP), *sorted((ROOT / "docs").glob("*.md"))]
}
LONGEST_README = 120
FENCE = re.compile(r"^```.*?^```", re.M | re.S)


def part(page, heading):
    """What stands between a heading and the next of its kind."""
    return PAGES[page].split(f"\n## {heading}\n")[1].split("\n## ")[0]


def test_the_readme_is_one_page():
    assert len(PAGES["README.md"].splitlines()) <= LONGEST_README


@pytest.mark.parametrize("page", PAGES)
def test_no_page_belongs_to_one_machine(page):
    private = r"/(?:home|root|tmp|work)/|index-url|pypi\.org|download\.pytorch"
    assert not re.search(private, PAGES[page])


def test_every_page_of_docs_can_be_reached_from_the_readme():
    linked = set(re.findall(r"\]\((docs/\w+\.md)\)", PAGES["README.md"]))
    assert linked == {page for page in PAGES if page.startswith("docs/")}


def test_each_command_has_its_part_and_no_other():
    named = re.findall(r"^## (\w+)$", PAGES["docs/commands.md"].split("\n## Scales\n")[0], re.M)
    assert named == re.findall(r"^\| \[`(\w+)`\]", PAGES["docs/commands.md"], re.M)
    assert set(named) == set(cli.COMMANDS)


@pytest.mark.parametrize("page", PAGES)
def test_a_command_that_is_named_exists(page):
    assert set(re.findall(r"`lstm-video-lab ([a-z]+)", PAGES[page])) <= set(cli.COMMANDS)


def lines_of_code():
    """(page, line) for every line in a block of a page, as it would be typed."""
    for page, text in PAGES.items():
        for block in FENCE.findall(text):
            for line in re.sub(r"\\\n", " ", block).splitlines():
                yield page, line


def examples():
    """The lab's own commands among them, without its name."""
    commands = {}
    for page, line in lines_of_code():
        if found := re.search(r"(?:^|/)(?:-m )?lstm[-_]video[-_]lab ([a-z].*)", line):
            commands[f"{page}: {found[1]}"] = found[1]
    return [pytest.param(command, id=name) for name, command in commands.items()]


@pytest.mark.parametrize("command", examples())
def test_an_example_is_understood(command, monkeypatch):
    monkeypatch.setitem(experiments.ROOMS, "copy_last", "copy_last")  # the lesson of CONTRIBUTING
    cli._make_parser().parse_args(shlex.split(command, comments=True))


def test_the_tests_that_a_page_runs_exist():
    paths = {
        path
        for _, line in lines_of_code()
        if re.match(r"\S*pytest ", line)
        for path in re.findall(r"(?:tests|notebooks)/\S+", line)
        if "copy_last" not in path
    }
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_experiments_are_those_that_there_are():
    table = part("docs/commands.md", "experiment").split("| names |")[1]
    named = set(re.findall(r"`([\w-]+)`", table))
    assert named == {*experiments.ROOMS, *MODELS}


def test_the_scales_and_the_variables_are_those_that_are_read():
    scales = re.findall(r"^\| `(\w+)` ", part("docs/commands.md", "Scales"), re.M)
    assert scales == list(SCALES)
    listed = set(re.findall(r"`(LAB_\w+)`", part("docs/commands.md", "Environment variables")))
    files = [*PACKAGE.rglob("*.py"), ROOT / "tests" / "browser" / "conftest.py"]
    asked = re.compile(r'environ(?:\.get\(|\[)\s*"(LAB_\w+)"')
    read = {name for file in files for name in asked.findall(file.read_text("utf-8"))}
    assert listed == read


@pytest.mark.parametrize(
    ("page", "heading"), [("README.md", "Map of the house"), ("CONTRIBUTING.md", "The map")]
)
def test_a_map_shows_every_room_and_only_rooms_that_exist(page, heading):
    tree = part(page, heading).split("```")[1]
    named = set(re.findall(r"[\w/]+(?:/(?=\s)|\.py\b)", tree)) - {"NN_name.py"}
    top = {name for name in named if (ROOT / name).exists()}
    inside = {name for name in named if any(PACKAGE.rglob(name.rstrip("/")))}
    assert named - top - inside == set()
    assert len(inside) > 10 and len(top) >= 4
    packages = {f"{file.parent.name}/" for file in PACKAGE.glob("*/__init__.py")}
    assert packages - inside == set()


def test_tables_of_results_are_fresh():
    assert [page for page in tables.PAGES if tables.BEGIN not in PAGES[page]] == []
    assert tables.outdated_pages(ROOT) == {}


def test_the_table_of_speeds_is_fresh():
    stored = json.loads((ROOT / "docs" / "bench.json").read_text("utf-8"))
    page = ROOT / "docs" / "speed.md"
    assert report.with_table(page, report.table(stored)) == page.read_text("utf-8")
