"""What is made from `solutions/`: exercises, notebooks, and what the checker in them knows.

`exercises/NN_name.py` and `.ipynb` are cut from the script; `solutions/NN_name.ipynb` is the whole
of it. `lstm_video_lab/course/visible/NAME.json` holds, for each answer, its hints, a few calls with
what they should return, and what the known mistakes return for them: numbers, never code. The
hidden calls are nowhere but in `solutions/`.
"""

from __future__ import annotations

import inspect
import json
import re
import zlib
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode

from lstm_video_lab.course import plain_values
from lstm_video_lab.course.building.scripts import METADATA, content_hash, read_script, to_text
from lstm_video_lab.course.compare import difference
from lstm_video_lab.course.exercises import (
    Answer,
    Exercise,
    ExerciseError,
    kind_of,
    read_exercises,
)
from lstm_video_lab.course.time_limit import TooLongError, time_limit
from lstm_video_lab.course.visible_cases import values_from_text, values_to_text
from lstm_video_lab.files import write_whole

VISIBLE_SEED = 0
MOST_VISIBLE = 150_000  # bytes of the file of one answer
SECONDS = 30.0  # for all calls of one answer, its rewrites and mistakes
HEADER = "# Cut from solutions/{name}.py by `lstm-video-lab build`: edit that one.\n"


def files(solutions: Path) -> dict[Path, str]:
    """Path → content of everything that is made from the scripts in `solutions`."""
    contents: dict[Path, str] = {}
    exercises = solutions.parent / "exercises"
    visible = _visible_folder(solutions)
    all_exercises = read_exercises(solutions)
    handed_out: dict[Path, str] = {}
    for name, exercise in all_exercises.items():
        contents[solutions / f"{name}.ipynb"] = notebook_text(
            exercise.notebook, content_hash(read_script(solutions / f"{name}.py"))
        )
        cut = exercise.cut()
        handed_out[exercises / f"{name}.ipynb"] = notebook_text(cut)
        handed_out[exercises / f"{name}.py"] = HEADER.format(name=name) + script_text(cut)
        for answer in exercise.answers.values():
            try:
                with time_limit(SECONDS):
                    text = visible_text(exercise, answer)
                handed_out[visible / f"{answer.name}.json"] = text
            except ExerciseError:
                raise
            except TooLongError:
                words = f"its code runs for more than {SECONDS:g} s: does a loop in it never end?"
                raise ExerciseError(f"{name}.py: {answer.name!r}: {words}") from None
            except (Exception, SystemExit) as error:  # whatever the code of its cells raises
                words = f"{type(error).__name__}: {' '.join(str(error).split())}"
                raise ExerciseError(f"{name}.py: {answer.name!r}: {words}") from None
    for exercise in all_exercises.values():
        others = [one for one in all_exercises.values() if one is not exercise]
        _refuse_leaks(exercise, handed_out, "\n".join(map(_given_code, others)))
    return contents | handed_out


def _given_code(exercise: Exercise) -> str:
    """What an exercise gives on purpose, be it the answer of another."""
    cells = exercise.notebook.cells
    return "\n".join(cell.source for cell in cells if kind_of(cell).kind == "given")


def _refuse_leaks(exercise: Exercise, handed_out: dict[Path, str], public: str) -> None:
    """The last gate: whatever the titles and marks say, no secret line goes to students, in the
    files of whichever exercise.

    public  code that the other exercises give: a line of it is no secret in their files
    """
    own = (exercise.name, *exercise.answers)
    for line, number in exercise.secrets.items():
        escaped = json.dumps(line, ensure_ascii=False)[1:-1]
        for path, text in handed_out.items():
            is_public = path.stem not in own and line in public
            if (line in text or escaped in text) and not is_public:
                place = f"{path.parent.name}/{path.name}"
                words = f"this line would reach students in {place}: say it there in other words"
                raise ExerciseError(f"{exercise.name}.py:{number}: {words}")


def _visible_folder(solutions: Path) -> Path:
    """Where the checker's files of a clone are."""
    return solutions.parent / "lstm_video_lab" / "course" / "visible"


def notebook_text(nb: NotebookNode, script: str = "") -> str:
    """The file of a notebook without outputs; ids follow from what the cells are for."""
    nb = nbformat.from_dict(json.loads(json.dumps(nb)))
    taken: set[str] = set()
    for number, cell in enumerate(nb.cells):
        cell.id = _cell_id(cell, number, taken)
        taken.add(cell.id)
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
    nb.metadata = nbformat.from_dict(METADATA)
    if script:
        nb.metadata["lab"] = {"script": script}  # tells its edits: see authoring
    nb.nbformat = 4
    nb.nbformat_minor = 5
    nbformat.validate(nb)
    return to_text(nb)


def _cell_id(cell: NotebookNode, number: int, taken: set[str]) -> str:
    kind, name, _, words = kind_of(cell)
    parts = [part for part in (kind, name, words) if part]
    text = "-".join(parts) or f"cell-{number}"
    cell_id = re.sub(r"[^a-zA-Z0-9]", "-", text)[:60]
    while cell_id in taken:
        cell_id += "-2"
    return cell_id


def script_text(nb: NotebookNode) -> str:
    """The same as a script in percent format."""
    nb = nbformat.from_dict(json.loads(json.dumps(nb)))
    nb.metadata = nbformat.from_dict({"jupytext": {"notebook_metadata_filter": "-all"}})
    for cell in nb.cells:
        cell.metadata.pop("lab", None)
    return jupytext.writes(nb, fmt="py:percent")


def visible_text(exercise: Exercise, answer: Answer) -> str:
    """What the checker of a student's notebook knows of an answer."""
    reference = answer.function()
    mistakes = [answer.function(mistake) for mistake in answer.mistakes]
    rewrites = [answer.function(rewrite) for rewrite in answer.rewrites]
    hidden = set()
    rights = [True] * len(mistakes)  # which of the mistakes give what the answer gives
    for arguments in answer.calls("hidden", VISIBLE_SEED):
        hidden.add(plain_values.encode(arguments))
        expected = reference(**plain_values.copy_of(arguments))
        for k, mistake in enumerate(mistakes):
            rights[k] &= _is_right(answer, _call(mistake, arguments), expected)
    if not hidden:
        raise ExerciseError(f"{exercise.name}.py: {answer.name!r}: `hidden` yields no call")
    cases = []
    for arguments in answer.calls("visible", VISIBLE_SEED):
        if plain_values.encode(arguments) in hidden:
            words = "`visible` yields a call of `hidden`, and students would get it: write another"
            raise ExerciseError(f"{exercise.name}.py: {answer.name!r}: {words}")
        expected = reference(**plain_values.copy_of(arguments))
        _check_rewrites(exercise, answer, rewrites, arguments, expected)
        mistaken = [_call(mistake, arguments) for mistake in mistakes]
        for k, value in enumerate(mistaken):
            rights[k] &= _is_right(answer, value, expected)
        cases.append({"arguments": arguments, "expected": expected, "mistaken": mistaken})
    if not cases:
        raise ExerciseError(f"{exercise.name}.py: {answer.name!r}: `visible` yields no call")
    if True in rights:
        words = f"mistake {answer.name}: {answer.mistakes[rights.index(True)].words!r} is right"
        raise ExerciseError(f"{exercise.name}.py: {words} in all calls: mend it, or add a call")
    visible = {
        "exercise": exercise.name,
        "points": answer.points,
        "shows": answer.shows,
        "tolerance": answer.tolerance,
        "hints": list(answer.hints),
        "mistakes": [mistake.hint for mistake in answer.mistakes],
        "cases": values_to_text(cases),
    }
    text = json.dumps(visible, indent=1, ensure_ascii=False) + "\n"
    if len(text) > MOST_VISIBLE:
        raise ExerciseError(
            f"{exercise.name}.py: the visible calls of {answer.name!r} take "
            f"{len(text) // 1000} KB, {MOST_VISIBLE // 1000} at most: make them smaller or fewer"
        )
    return text


def _check_rewrites(
    exercise: Exercise,
    answer: Answer,
    functions: list[Any],
    arguments: dict[str, Any],
    expected: Any,
) -> None:
    """Raises ExerciseError for a rewrite that does not give what the answer gives."""
    for rewrite, function in zip(answer.rewrites, functions, strict=True):
        value = function(**plain_values.copy_of(arguments))
        fault = difference(value, expected, tolerance=answer.tolerance)
        if fault is not None:
            raise ExerciseError(
                f"{exercise.name}.py: rewrite {answer.name}: {rewrite.words!r} differs from the "
                f"answer: {fault.words}"
            )


def _is_right(answer: Answer, value: Any, expected: Any) -> bool:
    return difference(value, expected, tolerance=answer.tolerance) is None


def _call(function: Any, arguments: dict[str, Any]) -> Any:
    """What a function returns, on a copy of its arguments; None for one that fails.

    Raises TypeError for one that takes other arguments, and NameError: both are slips.
    """
    inspect.signature(function).bind(**arguments)
    try:
        return function(**plain_values.copy_of(arguments))
    except NameError:
        raise
    except Exception:
        return None


def write(solutions: Path) -> list[str]:
    """Write what is not as it should be; a line for each file. No scripts, nothing to do."""
    if not solutions.is_dir():
        return []
    lines = []
    for path, text in files(solutions).items():
        if not _is_stored(path, text):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, text)
            lines.append(f"{path.parent.name}/{path.name}: written")
    return lines


def _is_stored(path: Path, text: str) -> bool:
    if not path.is_file():
        return False
    stored = path.read_text("utf-8", "replace")
    return stored == text or (path.suffix == ".json" and _have_same_cases(stored, text))


def problems(solutions: Path) -> list[str]:
    """A line for every file that is not as it would be made now, or that nothing is made from."""
    if not solutions.is_dir():
        return []
    contents = files(solutions)
    lines = []
    for path, text in contents.items():
        if not _is_stored(path, text):
            words = "differs from its script in solutions" if path.is_file() else "is missing"
            lines.append(f"{path.parent.name}/{path.name} {words}: run `lstm-video-lab build`")
    places = (
        (solutions, "*.ipynb"),
        (solutions.parent / "exercises", "[!.]*"),
        (_visible_folder(solutions), "[!.]*"),
    )
    for folder, pattern in places:
        for path in sorted(folder.glob(pattern)):
            if path not in contents and path.is_file():
                lines.append(f"{folder.name}/{path.name} is made from no script: delete it")
    return lines


def _have_same_cases(stored: str, fresh: str) -> bool:
    """Whether two files of visible calls are equal; numbers to rounding, for processors differ."""
    try:
        old, new = json.loads(stored), json.loads(fresh)
        old_cases = values_from_text(old.pop("cases"))
        new_cases = values_from_text(new.pop("cases"))
    except (ValueError, KeyError, zlib.error):
        return False
    return old == new and difference(old_cases, new_cases, tolerance=1e-5) is None
