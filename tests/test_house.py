"""Who may import whom, read from the imports; and how large the core is."""

import ast
import io
import tokenize
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "lstm_video_lab"
LESSONS = Path(__file__).parents[1] / "notebooks"
UPPER = (
    "questions",
    "lessons",
    "widgets",
    "course",
    "bench",
    "commands",
    "cli",
    "__main__",
    "machine",  # what an import changes in its process, and asks a container: no part of a model
    "moved",
    "quota",
)
FOR_LESSONS = ("questions", "widgets", "machine", "quota")
BASE = ("checks", "cells", "metrics", "settings", "data")  # they know nobody above them
BACKENDS = (
    "layers.pointwise_triton",
    "layers.loop_numba",
    "layers.products_onednn",
)  # compiled, and optional
LARGEST_CORE = 3600  # lines of code
DRAWING = ("matplotlib", "PIL", "ipywidgets", "lstm_video_lab.plots", "lstm_video_lab.widgets")


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imported(path: Path) -> set[str]:
    """Full names of all that a file imports, within functions too; a name as well as its module."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports in full"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def own(names: set[str]) -> set[str]:
    """The modules of the lab that they come from, without its name."""
    within = {name.removeprefix("lstm_video_lab.") for name in names if "lstm_video_lab." in name}
    return {name if name in FILES else name.rpartition(".")[0] for name in within} - {""}


ARROWS = {name: own(imported(path)) - {name} for name, path in FILES.items()}


def is_in(name: str, rooms: tuple[str, ...]) -> bool:
    return name.split(".")[0] in rooms


def wrong(sources, is_forbidden) -> list[str]:
    return [
        f"{source} → {target}"
        for source in sorted(sources)
        for target in sorted(ARROWS[source])
        if is_forbidden(source, target)
    ]


CORE = {name for name in FILES if name and not is_in(name, UPPER)}
ROOMS = {name for name in FILES if name.startswith("lessons.")}


def room_of(name: str) -> str:
    return ".".join(name.split(".")[:2])


def test_the_core_knows_nobody_above_it():
    assert wrong(CORE, lambda _, target: is_in(target, UPPER)) == []


def test_what_all_stand_on_knows_nobody_above_it():
    base = {name for name in FILES if is_in(name, BASE)}
    assert wrong(base, lambda _, target: not is_in(target, BASE)) == []


def test_no_lesson_knows_another_or_the_course():
    def is_forbidden(source, target):
        if is_in(target, ("lessons",)):
            return room_of(target) != room_of(source)
        return is_in(target, UPPER) and not is_in(target, FOR_LESSONS)

    assert wrong(ROOMS, is_forbidden) == []


def test_shared_widgets_know_no_lesson_and_no_course():
    widgets = {name for name in FILES if is_in(name, ("widgets",))}
    above = tuple(room for room in UPPER if room not in FOR_LESSONS)
    assert wrong(widgets, lambda _, target: is_in(target, above)) == []


def test_what_a_lesson_asks_is_plain_data():
    assert ARROWS["questions"] <= {"checks", "files"}


@pytest.mark.parametrize("script", sorted(LESSONS.glob("*.py")), ids=lambda path: path.stem)
def test_a_notebook_uses_its_own_room(script):
    used = {room_of(name) for name in own(imported(script)) if name.startswith("lessons.")}
    assert used <= {f"lessons.{script.stem.split('_', 1)[1]}"}


MAY_DRAW = ("figures", "widgets", "sequence_figures", "diagram")
COMPUTING = sorted(name for name in ROOMS if name.count(".") == 2 and not name.endswith(MAY_DRAW))


@pytest.mark.parametrize("name", COMPUTING)
def test_what_computes_does_not_draw(name):
    drawing = {used for used in imported(FILES[name]) if used.startswith(DRAWING)}
    assert drawing == set()


def test_there_are_no_circles():
    left = dict(ARROWS)
    while free := [name for name, targets in left.items() if not targets & left.keys()]:
        for name in free:
            del left[name]
    assert sorted(left) == []


def code_lines(text: str) -> int:
    """Lines of code: without blank lines, comments and docstrings."""
    quiet = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
             tokenize.ENDMARKER)  # fmt: skip
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in quiet:
            lines |= set(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        is_constant = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if is_constant and isinstance(node.value.value, str):  # a docstring
            lines -= set(range(node.lineno, (node.end_lineno or 0) + 1))
    return len(lines)


def test_lines_are_counted_as_a_reader_would():
    text = '"""Doc."""\n\nx = (  # why\n    1,\n)\n\n# only words\ny = """two\nlines"""\n'
    assert code_lines(text) == 5


def test_the_core_is_thin():
    counted = {name: code_lines(FILES[name].read_text("utf-8")) for name in CORE - set(BACKENDS)}
    assert sum(counted.values()) < LARGEST_CORE, sorted(counted.items(), key=lambda item: -item[1])
