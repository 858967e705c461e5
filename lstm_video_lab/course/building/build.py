"""Notebooks from their scripts, and exercises from their solutions: `lstm-video-lab build`.

People edit ``notebooks/NN_name.py`` (jupytext's percent format). The build makes ``NN_name.ipynb``
from it: the same cells, ids that depend on nothing but the cells, and the outputs of one run from
top to bottom. What that run was made from stands in ``notebooks/made_from.json`` (see `stamps`):
a lesson is executed again where its code, or a module, result or model that it loaded, is another.
The notebook holds in its metadata ("lab") a hash of the script and of the outputs, so that edits of
either by hand are seen. The conversion goes one way only; `jupytext --sync`, which trusts
modification times, is never used.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from lstm_video_lab.checks import check_choice
from lstm_video_lab.course import find_lessons, handout, need_scripts
from lstm_video_lab.course.building import links, prose, published, stamps, tables
from lstm_video_lab.course.building.execution import execute, run_until
from lstm_video_lab.course.building.from_notebook import unused_pictures
from lstm_video_lab.course.building.pairs import NAME, take_edits
from lstm_video_lab.course.building.scripts import (
    code_cells,
    content_hash,
    output_hash,
    read_script,
    to_text,
)
from lstm_video_lab.course.building.stale import (
    LARGEST,
    NO_NAME,
    SCALE,
    find_problems,
    stale_because,
    stored_notebook,
)
from lstm_video_lab.files import write_whole
from lstm_video_lab.settings import SCALES

Say = Callable[[str], None]


def build(
    root: str | Path | None = None,
    *,
    names: Sequence[str] = (),
    force: bool = False,
    accept: bool = False,
    say: Say = print,
) -> None:
    """Build every lesson and exercise below `root`; a line for each, as soon as it is known.

    root    the folder that holds ``notebooks/``; None: where `find_lessons` finds them
    names   lessons, by the start of their names, to execute even if nothing has changed; the
            others are left alone. Exercises too: all of them are built, before the lessons
    force   execute all
    accept  take numbers that moved further than their cells state
    Raises ValueError with a line for each lesson that could not be built; the others are.
    """
    folder = lessons_of(root)
    problems = [*_take_lone_notebooks(folder, names, say)]
    if names:
        _refuse(problems)
    problems += [f"{p.name} {NO_NAME}" for p in folder.glob("*.py") if not NAME.fullmatch(p.stem)]
    scripts = lessons_among(folder, names)
    problems += _lines_of(build_exercises, folder.parent, say)
    for script in scripts:
        try:
            build_one(script, bool(names) or force, accept, say)
        except (ValueError, OSError) as error:
            problems.append(in_words(script, error))
    problems += _lines_of(_refresh_tables, folder.parent, say)
    looks = (prose.problems, links.problems) if scripts else (links.problems,)
    _refuse(problems + _collect(folder.parent, looks))


def _lines_of(make: Callable[[Path], list[str]], root: Path, say: Say) -> list[str]:
    """Say the lines of what is made; returns the problem with it, if there is one."""
    try:
        for line in make(root):
            say(line)
    except ValueError as error:
        return [str(error)]
    return []


def check(root: str | Path | None = None, *, names: Sequence[str] = (), say: Say = print) -> None:
    """Say of every lesson that it is as built, and change nothing.

    Raises ValueError with a line for each file that is not as a build would make it.
    """
    folder = lessons_of(root)
    scripts = lessons_among(folder, names)
    looks: tuple[Callable[[Path], list[str]], ...] = (
        lambda root: handout.problems(root / "solutions"),
        links.problems,
    )
    if scripts:
        chosen = [script.stem for script in scripts] if names else ()
        looks = lambda _: find_problems(folder, chosen), prose.problems, *looks
    _refuse(_collect(folder.parent, looks))
    for script in scripts:
        say(f"{script.stem}: as built")


def _collect(root: Path, looks: Sequence[Callable[[Path], list[str]]]) -> list[str]:
    """The problems that each of these finds; what stops one is a problem, and the others go on."""
    problems = []
    for look in looks:
        try:
            problems += look(root)
        except ValueError as error:
            problems.append(str(error))
        except OSError as error:
            problems.append(f"{error.filename}: {error.strerror}")
    return problems


def _refuse(problems: list[str]) -> None:
    """Raise ValueError with a line for each problem, once, whoever found it."""
    lines = dict.fromkeys(line for problem in problems for line in problem.splitlines())
    if lines:
        raise ValueError("\n".join(lines))


def try_cell(root: str | Path | None, lesson: str, cell: str, say: Say = print) -> None:
    """Run a lesson up to one cell, by its id or the start of it; say its output, write nothing."""
    scripts = choose(lessons_of(root), [lesson])
    for line in run_until(read_script(scripts[0]), cell, scripts[0], _scale()):
        say(line)


def in_words(script: Path, error: Exception) -> str:
    """An error as a line that names the lesson."""
    if isinstance(error, OSError):
        return f"{script.name}: {error.filename or 'a file'}: {error.strerror or error}"
    return str(error)


def choose(folder: Path, names: Sequence[str] = ()) -> list[Path]:
    """The scripts of the lessons, or of those whose names begin with one of `names`."""
    scripts = sorted(path for path in folder.glob("*.py") if NAME.fullmatch(path.stem))
    if not scripts:
        raise ValueError(f"{folder} holds no lessons: run this in a clone of the repository")
    for one, other in itertools.pairwise(scripts):
        number = one.name.partition("_")[0]
        if number == other.name.partition("_")[0]:
            raise ValueError(f"{one.name} and {other.name} have one number, {number}: rename one")
    for name in names:
        if not any(script.name.startswith(name) for script in scripts):
            known = ", ".join(script.stem for script in scripts)
            raise ValueError(f"lesson {name!r} is unknown: the lessons are {known}")
    return [s for s in scripts if not names or s.name.startswith(tuple(names))]


def lessons_among(folder: Path, names: Sequence[str]) -> list[Path]:
    """The scripts of the lessons that names choose; a name may also be an exercise's, by its start.

    Raises ValueError for a name that is neither's.
    """
    lessons = [path.name for path in choose(folder)]
    exercises = [path.name for path in (folder.parent / "solutions").glob("[0-9]*_*.py")]
    of_lessons = []
    for name in names:
        if any(one.startswith(name) for one in lessons):
            of_lessons.append(name)
        elif not any(one.startswith(name) for one in exercises):
            known = [", ".join(Path(one).stem for one in sorted(of)) for of in (lessons, exercises)]
            words = f"the lessons are {known[0]}; the exercises {known[1] or 'are none'}"
            raise ValueError(f"{name!r} is unknown: {words}")
    return choose(folder, of_lessons) if of_lessons or not names else []


def lessons_of(root: str | Path | None) -> Path:
    """The folder of the lessons: below `root`, or where `find_lessons` finds it."""
    return Path(root) / "notebooks" if root else need_scripts(find_lessons())


def _scale() -> str:
    scale = os.environ.get("LAB_SCALE") or SCALE
    check_choice("LAB_SCALE", scale, SCALES)
    return scale


def _take_lone_notebooks(folder: Path, names: Sequence[str], say: Say) -> Iterator[str]:
    """Write the script of each notebook that has none; yield a line for each that gets none."""
    for target in sorted(folder.glob("*.ipynb")):
        script = target.with_suffix(".py")
        if (
            script.exists()
            or not target.is_file()
            or (names and not target.name.startswith(tuple(names)))
        ):
            continue
        if not NAME.fullmatch(target.stem):
            yield f"{target.name} has no script: name it as 07_some_words.ipynb, or delete it"
            continue
        try:
            if sentence := take_edits(script):
                say(sentence)
            else:
                yield f"{target.name} has no script, and is no valid notebook: delete it"
        except ValueError as error:
            yield str(error)


def build_exercises(root: Path) -> list[str]:
    """Exercises and notebooks from the solutions; a line for each file that is written."""
    solutions = root / "solutions"
    lines: list[str] = []
    problems = [*_take_lone_notebooks(solutions, (), lines.append)]
    for script in sorted(solutions.glob("[0-9]*_*.py")):
        _take_edits(script, lines.append)
    lines += handout.write(solutions)
    if problems:
        raise ValueError("\n".join(problems))
    return lines


def _refresh_tables(root: Path) -> list[str]:
    """Write the pages' tables of results anew where they have changed; a line for each page."""
    messages = []
    for name, page in tables.outdated_pages(root).items():
        write_whole(root / name, page)
        messages.append(f"{name}: tables of results written")
    return messages


def build_one(script: Path, force: bool, accept: bool, say: Say) -> None:
    """Write the notebook of `script`; execute it only where it is stale."""
    edits = _take_edits(script, say)
    target = script.with_suffix(".ipynb")
    scale = _scale()
    nb = read_script(script)
    old = stored_notebook(target)
    reasons = stale_because(script, nb, old, scale)
    for reason in reasons:
        say(f"{script.stem}: {reason}")
    if old and not reasons and not force:
        _take_outputs(nb, old)
        _write(nb, target, scale)
        stamps.rename_cells(script.parent, script.stem, nb)
        say(f"{script.stem}: outputs kept")
        return
    stamp = _run_or_take_refused(nb, script, scale, accept)
    published.compare(script, nb, stamp, scale, accept, say)
    _take_edits(script, say, edits)  # what was saved meanwhile
    published.keep(script, old)
    _write(nb, target, scale)
    published.keep(script, nb)
    stamps.write(script.parent, script.stem, stamp, output_hash(nb))
    say(f"{script.stem}: executed at {scale} scale")


def _take_edits(script: Path, say: Say, known: str = "") -> str:
    """An edit of the notebook goes into its script; say so, unless that is known."""
    sentence = take_edits(script)
    if sentence and sentence != known:
        say(sentence)
    target = script.with_suffix(".ipynb")
    if not known and (nb := stored_notebook(target)) is not None:
        for line in unused_pictures(nb, target.name):
            say(line)
    return sentence


def _take_outputs(nb: NotebookNode, old: NotebookNode) -> None:
    for new_cell, old_cell in zip(code_cells(nb), code_cells(old), strict=True):
        new_cell.outputs = old_cell.outputs
        new_cell.execution_count = old_cell.execution_count


def _run_or_take_refused(nb: NotebookNode, script: Path, scale: str, accept: bool) -> stamps.Stamp:
    """Execute `nb`, unless the run that was refused before is accepted now; returns its stamp."""
    with contextlib.suppress(LookupError):
        if accept:
            run, stamp = published.refused_run(script, nb, scale)
            _take_outputs(nb, run)
            return stamp
    return execute(nb, script, scale)


def _write(nb: NotebookNode, target: Path, scale: str) -> None:
    """Write the notebook, if it is not there as it must be."""
    nb.metadata["lab"] = {
        "script": content_hash(nb),
        "outputs": output_hash(nb),
        "scale": scale,
    }
    nbformat.validate(nb)
    data = to_text(nb).encode()
    if len(data) >= LARGEST:
        raise ValueError(
            f"{target.name} would have {len(data) // 1000} KB, {LARGEST // 1000} at most: "
            "show smaller or fewer pictures"
        )
    if not target.exists() or target.read_bytes() != data:
        write_whole(target, data)
