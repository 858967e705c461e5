"""Give a lesson another number, with all that names it: `lstm-video-lab build --renumber OLD NEW`.

The script and its notebook get another name; links, tables, tests, docstrings and prose follow (see
`mentions`). Stored results and trained models keep their names, and no lesson is executed: every
output stays as it is.
"""

from __future__ import annotations

import difflib
import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from lstm_video_lab.course.authoring import edits
from lstm_video_lab.course.authoring.mentions import NUMBER, Kind, Move, doubtful, rewrite
from lstm_video_lab.course.building import stamps
from lstm_video_lab.course.building.hashes import hash_of_code
from lstm_video_lab.course.building.history import git
from lstm_video_lab.course.building.scripts import code_cells, content_hash, read_script, to_text

READ = (".py", ".md", ".ipynb", ".toml", ".yml", ".cff", ".html", ".jinja")
STAMPS = f"notebooks/{stamps.STAMPS}"
VISIBLE = "lstm_video_lab/course/visible/"  # other JSON holds results
HISTORY = "CHANGELOG.md"  # it says what was: no number in it changes
LONGEST_LINE = 100


@dataclass
class Plan:
    """What a move changes.

    before, after  name of a file below the root → its text; all files that were read
    renamed        name → new name
    stale          scripts whose code says the number: the next build executes them
    exercises      stems of the exercises, which have numbers of their own
    """

    move: Move
    exercises: list[str]
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    stale: list[str] = field(default_factory=list)

    def changed(self) -> list[str]:
        """The names of the files that do not stay as they are."""
        edited = {name for name, text in self.after.items() if text != self.before[name]}
        return sorted(edited | set(self.renamed))

    def kind(self, name: str) -> Kind:
        if name == f"notebooks/{self.move.old_stem}.py":
            return Kind.OWN
        if name.startswith("notebooks/") and name.endswith(".py"):
            return Kind.LESSON
        return Kind.PAGE if name.endswith(".md") else Kind.CODE

    def is_shared(self, text: str) -> bool:
        """Whether a text also names another lesson by the same number: a worked example, say."""
        same = rf"(?<![\w])(?<!exercises/)(?<!solutions/)({self.move.old}_[a-z]\w*)"
        stems = [stem for stem in re.findall(same, text) if stem != self.move.old_stem]
        return any(not stem.startswith(tuple(self.exercises)) for stem in stems)


def renumber(root: str | Path, old: str, new: str, *, check: bool = False) -> list[str]:
    """Move a lesson of the clone at `root`; a line for each place that changes, and for each that a
    person has to judge.

    old    the lesson: its number, its name, or both
    new    its number from now on: two digits and at most a letter, as 07 or 06b
    check  say the same, and change nothing
    Raises ValueError: what keeps it from moving. Nothing has then been changed.
    """
    root = Path(root)
    plan = Plan(_find_move(root, old, new), _stems(root / "solutions"))
    _read_files(root, plan)
    _rewrite_texts(plan)
    _rewrite_lessons(plan)
    _note_scripts_of_solutions(plan)
    _refuse_uncommitted(root, plan)
    if not check:
        contents = {plan.renamed.get(name, name): plan.after[name] for name in plan.changed()}
        edits.apply(root, contents, removed=plan.renamed)
    return [*_changes(plan), *_places_to_judge(plan)]


def _stems(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("[0-9]*_*.py"))


def _find_move(root: Path, old: str, new: str) -> Move:
    stems = _stems(root / "notebooks")
    if not stems:
        raise ValueError(f"{root} is no clone of the lab, or holds no lessons: run this in one")
    found = [stem for stem in stems if old in (stem, *stem.split("_", 1))]
    if not found:
        raise ValueError(f"lesson {old!r} is unknown: the lessons are {', '.join(stems)}")
    number, name = found[0].split("_", 1)
    new = new.removesuffix(f"_{name}")
    if not re.fullmatch(NUMBER, new):
        raise ValueError(
            f"{new!r} is no number of a lesson: write two digits and at most a letter, as 07 or 06b"
        )
    for stem in stems:
        if stem.startswith(f"{new}_"):
            raise ValueError(f"number {new} is taken by {stem}: choose another, or move that first")
    if f"{new}_{name}" in _stems(root / "solutions"):
        raise ValueError(f"{new}_{name} is the name of an exercise: choose another number")
    return Move(name, number, new)


def _read_files(root: Path, plan: Plan) -> None:
    """The texts of the clone that may name a lesson."""
    listed = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in sorted(set(listed.split("\0"))):
        is_read = name.endswith(READ) or name.startswith(VISIBLE) or name == STAMPS
        if is_read and (root / name).is_file():
            try:
                plan.before[name] = (root / name).read_bytes().decode()
            except UnicodeDecodeError:
                raise ValueError(f"{name} is not in UTF-8: save it so") from None
            if Path(name).parent.name == "notebooks" and Path(name).stem == plan.move.old_stem:
                target = str(Path(name).with_stem(plan.move.new_stem).as_posix())
                plan.renamed[name] = target
                if (root / target).exists():
                    raise ValueError(f"{target} is there already: choose another number")


def _git(root: Path, *arguments: str) -> str:
    """What git prints. Raises ValueError where there is no git, or no clone."""
    try:
        return git(root, *arguments)
    except ValueError:
        raise ValueError(
            f"{root} is no clone that git knows: a lesson is moved in one, where it can be undone"
        ) from None


def _rewrite_texts(plan: Plan) -> None:
    """All but the notebooks of lessons and what the others note of their scripts."""
    for name, text in plan.before.items():
        if name == HISTORY or _is_lesson_notebook(name):
            plan.after[name] = text
        elif name == STAMPS:
            plan.after[name] = _rename_stamp(text, plan.move)
        elif name.endswith(".ipynb"):
            plan.after[name] = _rewrite_cells(name, plan)
        else:
            shared = plan.is_shared(text)
            plan.after[name] = rewrite(text, plan.move, plan.kind(name), shared=shared)


def _rename_stamp(text: str, move: Move) -> str:
    """What the lesson was made from is the same, and so are the names of what it loaded."""
    try:
        of_lessons = json.loads(text)
    except ValueError:
        raise ValueError(f"{STAMPS} is no JSON: run `lstm-video-lab build`") from None
    if move.old_stem in of_lessons:
        of_lessons[move.new_stem] = of_lessons.pop(move.old_stem)
    return stamps.to_text(of_lessons)


def _is_lesson_notebook(name: str) -> bool:
    return name.startswith("notebooks/") and name.endswith(".ipynb")


def _stored(name: str, plan: Plan) -> NotebookNode:
    """A notebook that was read. Raises ValueError where it is none."""
    try:
        nb = nbformat.reads(plan.before[name], as_version=4)
        nbformat.validate(nb)
    except (ValueError, AttributeError, KeyError, TypeError, nbformat.ValidationError):
        raise ValueError(f"{name} is no valid notebook: run `lstm-video-lab build`") from None
    return nb


def _rewrite_cells(name: str, plan: Plan) -> str:
    """A notebook without outputs, cell by cell: an exercise, or its solution."""
    nb = _stored(name, plan)
    for cell in nb.cells:
        shared = plan.is_shared(cell.source)
        cell.source = rewrite(cell.source, plan.move, Kind.CODE, shared=shared)
    return to_text(nb)


def _rewrite_lessons(plan: Plan) -> None:
    """The notebooks of the scripts that have changed: new words, old outputs."""
    for name in [name for name in plan.before if _is_lesson_notebook(name)]:
        script = str(Path(name).with_suffix(".py").as_posix())
        if plan.after.get(script) == plan.before.get(script):
            continue
        stored = _stored(name, plan)
        old, new = _notebook(plan.before[script], script), _notebook(plan.after[script], script)
        if content_hash(old) != content_hash(stored):
            raise ValueError(
                f"{name} does not say what its script says: run `lstm-video-lab build`, commit, "
                "and move the lesson then"
            )
        for cell, made in zip(code_cells(new), code_cells(stored), strict=True):
            cell.outputs, cell.execution_count = made.outputs, made.execution_count
        if _codes(old) != _codes(new):
            plan.stale.append(script)
        new.metadata["lab"] = _stamp_of(stored, old, new)
        nbformat.validate(new)
        plan.after[name] = to_text(new)


def _codes(nb: NotebookNode) -> list[str]:
    return [hash_of_code(cell.source) for cell in code_cells(nb)]


def _note_scripts_of_solutions(plan: Plan) -> None:
    """Their notebooks hold a hash of the script, as it is now."""
    for name in plan.before:
        script = str(Path(name).with_suffix(".py").as_posix())
        is_solution = name.startswith("solutions/") and name.endswith(".ipynb")
        if not is_solution or plan.after.get(script) == plan.before.get(script):
            continue
        nb = nbformat.reads(plan.after[name], as_version=4)  # valid: it was rewritten
        old, new = _notebook(plan.before[script], script), _notebook(plan.after[script], script)
        nb.metadata["lab"] = _stamp_of(nb, old, new)
        plan.after[name] = to_text(nb)


def _notebook(text: str, name: str) -> NotebookNode:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, Path(name).name)
        script.write_text(text, "utf-8")
        return read_script(script)


def _stamp_of(stored: NotebookNode, old: NotebookNode, new: NotebookNode) -> dict[str, str]:
    """What the stored notebook says it was made from; of its script, as that is now."""
    lab = dict(stored.metadata.get("lab", {}))
    for key, value in lab.items():
        if value == content_hash(old):
            lab[key] = content_hash(new)
    return lab


def _refuse_uncommitted(root: Path, plan: Plan) -> None:
    names = plan.changed()
    status = _git(root, "status", "--porcelain", "-z", "--", *names)
    dirty = [line[3:] for line in status.split("\0") if line]
    if dirty:
        shown = ", ".join(dirty[:5]) + (f" and {len(dirty) - 5} more" if len(dirty) > 5 else "")
        raise ValueError(f"not committed: {shown}: commit them first, so that all can be undone")


def _changes(plan: Plan) -> Iterator[str]:
    """A line for each file that is renamed, and for each line that is another."""
    for name, target in plan.renamed.items():
        yield f"{name} → {target}"
    for name in plan.changed():
        target = plan.renamed.get(name, name)
        if name.endswith(".ipynb"):
            yield f"{target}: as its script, outputs kept"
            continue
        for number, line in _new_lines(plan.before[name], plan.after[name]):
            yield f"{target}:{number}: {line.strip()}"


def _new_lines(before: str, after: str) -> Iterator[tuple[int, str]]:
    old, new = before.split("\n"), after.split("\n")
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for kind, _, _, first, last in matcher.get_opcodes():
        if kind != "equal":
            yield from ((k + 1, new[k]) for k in range(first, last))


def _places_to_judge(plan: Plan) -> Iterator[str]:
    """What is left to a person: where a number may be right or wrong, and lines too long."""
    for name, text in plan.after.items():
        if name.endswith((".ipynb", ".json")):
            continue
        shared = name == HISTORY or plan.is_shared(text)
        places = doubtful(text, plan.move, plan.kind(name), shared=shared)
        if name.endswith(".py") and not name.startswith("exercises/"):
            new = _new_lines(plan.before[name], text) if text != plan.before[name] else ()
            places += [(k, "too long a line") for k, line in new if len(line) > LONGEST_LINE]
        target, lines = plan.renamed.get(name, name), text.split("\n")
        if name in plan.stale:
            yield f"look at {target}: its code says the number: the next build executes it"
        for number, why in sorted(places):
            yield f"look at {target}:{number}: {why} {lines[number - 1].strip()}"
