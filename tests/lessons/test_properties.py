"""What every lesson has, read from its script and its notebook (nbval runs the notebooks)."""

import ast
import itertools
import re
from importlib import import_module
from pathlib import Path

import jupytext
import nbformat
import pytest

from lstm_video_lab.course.building.stale import LARGEST, find_problems
from lstm_video_lab.widgets.base import LabWidget

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "notebooks"
SCRIPTS = sorted(FOLDER.glob("[0-9]*_*.py"))
LONGEST_CELL = 25
CHECKED = "nbval-check-output"  # the tag of a cell whose text output is part of the test


@pytest.fixture(params=SCRIPTS, ids=lambda path: path.stem)
def script(request):
    return request.param


@pytest.fixture
def cells(script):
    return jupytext.read(script, fmt="py:percent").cells


@pytest.fixture
def stored(script):
    return nbformat.read(script.with_suffix(".ipynb"), as_version=4)


def text_of(cells):
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def code_of(cells):
    return "\n".join(cell.source for cell in cells if cell.cell_type == "code")


def title_of(cell):
    return cell.metadata.get("title") or cell.metadata.get("name")


def calls(tree):
    """Names of what is called: `Guess(...)`, `widgets.Guess(...)`."""
    functions = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [getattr(f, "attr", getattr(f, "id", "")) for f in functions]


def output_texts(notebook):
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            yield output.get("text", "")
            for kind, data in output.get("data", {}).items():
                if kind.startswith("text/"):
                    yield data


def test_scripts_and_notebooks_say_the_same():
    assert find_problems(FOLDER) == []


def test_the_readme_lists_exactly_the_lessons():
    listed = re.findall(r"^\| `(\d\d[a-z]?_\w+)` \|", (ROOT / "README.md").read_text("utf-8"), re.M)
    assert listed == [path.stem for path in SCRIPTS]


def test_it_opens_with_a_title_objectives_time_and_references(cells):
    assert cells[0].cell_type == "markdown" and cells[0].source.startswith("# ")
    before_code = text_of(cells[: [cell.cell_type for cell in cells].index("code")])
    assert re.search(r"^\W*objectives\b", before_code, re.I | re.M)
    assert re.search(r"^\W*time\b.*\d+\s*min", before_code, re.I | re.M)
    assert re.search(r"^\W*references\b", text_of(cells), re.I | re.M)


def test_a_question_and_a_guess_come_before_the_result(cells):
    kinds = [(cell.cell_type, cell.source) for cell in cells]
    asked = next(
        k for k, (kind, source) in enumerate(kinds) if kind == "markdown" and "?" in source
    )
    guessed = next(
        k for k, (kind, source) in enumerate(kinds)
        if kind == "code" and "Guess" in calls(ast.parse(source))
    )  # fmt: skip
    assert asked <= guessed


def test_it_has_a_widget_besides_the_guess(cells):
    tree = ast.parse(code_of(cells))
    imported = {
        alias.name: getattr(import_module(node.module), alias.name, None)  # None: a module of it
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and str(node.module).startswith(("lstm_video_lab.widgets", "lstm_video_lab.lessons"))
        for alias in node.names
    }
    used = {name for name in calls(tree) if isinstance(imported.get(name), type)}
    assert [name for name in used - {"Guess"} if issubclass(imported[name], LabWidget)]


def test_it_ends_with_what_to_try_next(cells):
    headings = re.findall(r"^#+ (.*)", text_of(cells), re.M)
    assert "what to try next" in [heading.strip().lower() for heading in headings[-2:]]


def test_code_cells_are_short(cells):
    lengths = {
        cell.source.split("\n")[0]: len(cell.source.split("\n"))
        for cell in cells
        if cell.cell_type == "code"
    }
    assert {first: n for first, n in lengths.items() if n > LONGEST_CELL} == {}


def test_no_pyplot_and_no_magics(cells):
    code = code_of(cells)
    assert "pyplot" not in code and "pylab" not in code
    ast.parse(code)  # plain Python: the script runs without Jupyter's extensions of the language


def test_links_to_other_lessons_and_files_exist(cells):
    for target in re.findall(r"\]\(([^)#\s]+)", text_of(cells)):
        if not re.match(r"https?:|mailto:", target):
            assert (FOLDER / target).exists(), target


def test_a_marked_output_means_something(cells, stored):
    assert [cell for cell in cells if CHECKED in cell.metadata.get("tags", [])]
    for cell in stored.cells:
        if CHECKED in cell.metadata.get("tags", []):
            texts = [o.get("text") or o.get("data", {}).get("text/plain") for o in cell.outputs]
            assert any(texts), f"nothing to compare in cell {cell.id}"


def test_marks_for_tools_stand_in_headers_only(cells):
    """A cell reads like a page: nbval's marks are tags, and ruff formats every line."""
    marks = re.compile(r"#\s*(?:NBVAL_\w+|PYTEST_\w+|fmt\s*:|noqa|type\s*:|ruff\s*:)")
    assert [found[0] for found in marks.finditer(code_of(cells))] == []


def test_a_code_cell_has_a_title(cells):
    untitled = [cell.source for cell in cells if cell.cell_type == "code" and not title_of(cell)]
    assert untitled == []


def test_it_can_be_read_without_a_kernel(script, stored):
    assert script.with_suffix(".ipynb").stat().st_size < LARGEST
    shown = [output.data for cell in stored.cells for output in cell.get("outputs", [])
             if "data" in output]  # fmt: skip
    pictures = [data["text/html"] for data in shown if "<img" in data.get("text/html", "")]
    assert pictures and all(re.search(r'<img alt="[^"]{20,}"', page) for page in pictures)
    assert not any("application/vnd.jupyter.widget-view+json" in data for data in shown)
    assert "error" not in [o.output_type for cell in stored.cells for o in cell.get("outputs", [])]


def test_nothing_in_it_belongs_to_one_machine_or_one_run(script, stored):
    texts = [script.read_text("utf-8"), *output_texts(stored)]
    private = re.compile(r"/(?:home|root|tmp|work|Users|mnt|opt)/|[A-Z]:\\| at 0x[0-9a-f]{6}")
    assert [found[0] for found in map(private.search, texts) if found] == []


def test_nothing_goes_to_standard_error(stored):
    """A warning is noise to a student, and differs from machine to machine."""
    streams = [output for cell in stored.cells for output in cell.get("outputs", [])
               if output.output_type == "stream"]  # fmt: skip
    assert [output.text for output in streams if output.name == "stderr"] == []


def questions_of(tree):
    """The names of questions in guesses of a room: `Guess(guesses.NAME, …)`."""
    for node in ast.walk(tree):
        is_guess = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Guess"
        if is_guess and isinstance(node.args[0], ast.Attribute):
            yield node.args[0].attr


def plain(text):
    return " ".join(text.replace("*", "").split())


def test_a_question_stands_in_the_text_right_above_its_guess(script, cells):
    room = script.stem.split("_", 1)[1]
    names = set()
    for above, cell in itertools.pairwise(cells):
        if cell.cell_type != "code":
            continue
        for name in questions_of(ast.parse(cell.source)):
            question = getattr(import_module(f"lstm_video_lab.lessons.{room}.guesses"), name)
            assert above.cell_type == "markdown", f"no text stands above the guess {name}"
            assert plain(question.words) in plain(above.source), f"{name}: asked in other words"
            assert question.name.startswith(f"{room}/") and question.name not in names
            names.add(question.name)
