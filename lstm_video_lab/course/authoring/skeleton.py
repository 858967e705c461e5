"""The first files of a lesson or an exercise: `lstm-video-lab new lesson NAME`.

They build and pass as they are, and say TODO wherever their author has something to say. What a
lesson must have is written once, in `templates/lesson/`; of an exercise, in `templates/exercise/`.
"""

from __future__ import annotations

import builtins
import keyword
import re
import tempfile
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from lstm_video_lab.course.authoring import edits
from lstm_video_lab.course.exercise_cells import ExerciseError, read_cells
from lstm_video_lab.course.exercise_code import check_definitions

LONGEST_NAME = 24
OF_A_NOTEBOOK = ("check", "hint", "math", "np", "target", "torch")  # names that exercises use
ROWS = {  # file → its last line of this form gets another below it
    "README.md": (
        r"\| `\d\d[a-z]?_\w+` \|.*",
        "| `{number}_{name}` | TODO what one will see |",
    ),
    "notebooks/00_start_here.py": (
        r"# \| \[[^|]*\]\(\d\d[a-z]?_\w+\.ipynb\) \|.*",
        "# | [{number} {words}]({number}_{name}.ipynb) | TODO its question? |",
    ),
    "tests/browser/test_lessons.py": (
        r'        "\d\d[a-z]?_\w+",',
        '        "{number}_{name}",',
    ),
}


def write(root: str | Path, kind: str, name: str) -> list[str]:
    """Write the skeleton of a "lesson" or an "exercise" into the clone at `root`; a line for each
    file.

    It gets the next free number. Raises ValueError, and writes nothing, where `root` is no clone or
    the name cannot be taken.
    """
    root = Path(root)
    for part in ("notebooks", "solutions", "lstm_video_lab/lessons", "tests/lessons"):
        if not (root / part).is_dir():
            raise ValueError(f"{root} is no clone of the lab, it has no {part}/: run this in one")
    _check_name(name)
    contents = _lesson(root, name) if kind == "lesson" else _exercise(root, name)
    edited = [file for file in contents if (root / file).exists()]
    edits.apply(root, contents)
    lines = [f"{file}: {'a line added' if file in edited else 'written'}" for file in contents]
    return [*lines, "Put your own in place of each TODO, and run `lstm-video-lab build`."]


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        raise ValueError(
            f"{name!r} is no name: take small letters, digits and _, a letter first, no number "
            "and no folder, as copy_last"
        )
    if len(name) > LONGEST_NAME:
        raise ValueError(f"{name!r} is too long: take {LONGEST_NAME} letters at most")


def _next_number(folder: Path) -> str:
    numbers = [int(path.name[:2]) for path in folder.glob("[0-9][0-9]*_*.py")]
    return f"{max(numbers, default=0) + 1:02d}"


def _lesson(root: Path, name: str) -> dict[str, str]:
    """Name of a file → its text, with a new line in the pages that list lessons."""
    taken = [*(root / "notebooks").glob(f"[0-9]*_{name}.*")]
    for folder in ("lstm_video_lab/lessons", "tests/lessons"):
        taken += [path for path in (root / folder).glob("*") if path.stem == name]
    if taken:
        where = taken[0].relative_to(root).as_posix()
        raise ValueError(f"{name!r} is taken, see {where}: choose another name")
    words = name.replace("_", " ")
    values = {
        "number": _next_number(root / "notebooks"),
        "name": name,
        "words": words,
        "title": words.capitalize(),
        "explorer": "".join(word.capitalize() for word in name.split("_")) + "Explorer",
    }
    room, tests = f"lstm_video_lab/lessons/{name}", f"tests/lessons/{name}"
    return {
        f"{room}/__init__.py": _render("lesson/room.py.jinja", values),
        f"{room}/figures.py": _render("lesson/figures.py.jinja", values),
        f"{room}/guesses.py": _render("lesson/guesses.py.jinja", values),
        f"{room}/line.py": _render("lesson/line.py.jinja", values),
        f"{room}/widgets.py": _render("lesson/widgets.py.jinja", values),
        f"notebooks/{values['number']}_{name}.py": _render("lesson/notebook.py.jinja", values),
        f"{tests}/test_{name}.py": _render("lesson/test.py.jinja", values),
        **{file: _with_row(root / file, file, values) for file in ROWS},
    }


def _exercise(root: Path, name: str) -> dict[str, str]:
    solutions = root / "solutions"
    for script in sorted(solutions.glob("[0-9]*_*.py")):
        is_answer = re.search(
            rf"^# %% (?:answer|written) {name}\b", script.read_text("utf-8"), re.M
        )
        if is_answer or script.stem.split("_", 1)[1] == name:
            raise ValueError(f"{name!r} is taken, see solutions/{script.name}: choose another name")
    lesson = max(path.stem for path in (root / "notebooks").glob("[0-9]*_*.py"))
    number = _next_number(solutions)
    values = {
        "number": number,
        "name": name,
        "title": name.replace("_", " ").capitalize(),
        "lesson": lesson,
        "lesson_number": lesson.split("_")[0],
    }
    text = _render("exercise/solution.py.jinja", values)
    if name in OF_A_NOTEBOOK or hasattr(builtins, name) or not _is_exercise(text):
        raise ValueError(f"{name!r} means something else in an exercise: choose another name")
    return {f"solutions/{number}_{name}.py": text}


def _is_exercise(text: str) -> bool:
    """Whether a script is one as it is: names such as `hidden` or `end_solution` spoil it."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "script.py"
        script.write_text(text, "utf-8")
        try:
            check_definitions(read_cells(script)[1])
        except ExerciseError:
            return False
    return True


def _with_row(path: Path, file: str, values: dict[str, str]) -> str:
    """The text of a page with a row for the lesson, below the last one."""
    pattern, row = ROWS[file]
    lines = path.read_text("utf-8").split("\n") if path.is_file() else []
    places = [k for k, line in enumerate(lines) if re.fullmatch(pattern, line)]
    if not places:
        raise ValueError(f"{file} lists no lessons: put its list back, with a line for each lesson")
    lines.insert(places[-1] + 1, row.format(**values))
    return "\n".join(lines)


def _render(template: str, values: dict[str, str]) -> str:
    environment = Environment(  # no HTML: nothing is escaped
        loader=PackageLoader("lstm_video_lab.course"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(values)
