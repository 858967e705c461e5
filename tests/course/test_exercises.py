"""Every exercise: right answers pass, wrong ones do not and are told why, and nothing leaks."""

import ast
import re
from pathlib import Path

import nbformat
import pytest
from course import leaks

from lstm_video_lab.course import exercises, handout, plain_values
from lstm_video_lab.course.check import CORRECT, NOT_ATTEMPTED, check, draw, hint, target
from lstm_video_lab.course.compare import difference

ROOT = Path(__file__).parents[2]
SOLUTIONS = ROOT / "solutions"
KNOWN = exercises.read_exercises(SOLUTIONS)
ANSWERS = {name: a for e in KNOWN.values() for name, a in e.answers.items()}
REWRITES = [(name, r) for name, a in ANSWERS.items() for r in a.rewrites]
MISTAKES = [(name, m) for name, a in ANSWERS.items() for m in a.mistakes]
SEEDS = (1, 2, 3)


def named(value):
    return value.words if isinstance(value, exercises.Variant) else None


def copy_of(value):
    return plain_values.copy_of(value)


def agrees(answer, function, seed):
    """Whether a function gives what the reference gives for every hidden call of a seed."""
    try:
        for arguments in answer.calls("hidden", seed):
            want = answer.function()(**copy_of(arguments))
            if difference(function(**copy_of(arguments)), want, answer.tolerance):
                return False
    except Exception:
        return False
    return True


def test_they_are_numbered_without_a_gap_and_as_built():
    assert [name[:2] for name in KNOWN] == [f"{n:02d}" for n in range(1, len(KNOWN) + 1)]
    assert handout.problems(SOLUTIONS) == []


@pytest.mark.parametrize("name", ANSWERS)
def test_the_reference_is_correct(name):
    verdict = check(name, ANSWERS[name].function())
    assert verdict.outcome == CORRECT, verdict


@pytest.mark.parametrize(("name", "rewrite"), REWRITES, ids=named)
def test_another_right_answer_is_correct(name, rewrite):
    answer = ANSWERS[name]
    verdict = check(name, answer.function(rewrite))
    assert verdict.outcome == CORRECT, verdict
    assert all(agrees(answer, answer.function(rewrite), seed) for seed in SEEDS)


@pytest.mark.parametrize(("name", "mistake"), MISTAKES, ids=named)
def test_a_mistake_is_refused_and_its_misconception_named(name, mistake):
    answer = ANSWERS[name]
    verdict = check(name, answer.function(mistake))
    assert verdict.outcome != CORRECT
    assert mistake.hint in verdict.words, verdict
    assert not any(agrees(answer, answer.function(mistake), seed) for seed in SEEDS)


@pytest.mark.parametrize("name", ANSWERS)
def test_a_stub_is_not_attempted_and_hints_come_in_steps(name):
    source = exercises.cut_code(ANSWERS[name].source)
    stub = ANSWERS[name].function(exercises.Variant("", source, name))
    assert check(name, stub).outcome == NOT_ATTEMPTED
    steps = [hint(name) for _ in range(len(ANSWERS[name].hints) + 1)]
    assert len(set(steps)) >= 3 and steps[-1].startswith(f"Hint {len(ANSWERS[name].hints)} of")


@pytest.mark.parametrize("name", [n for n, a in ANSWERS.items() if a.shows])
def test_a_target_is_drawn_and_yours_beside_it(name):
    answer = ANSWERS[name]
    value = answer.function()(**answer.calls("visible", handout.VISIBLE_SEED)[0])
    picture = draw(answer.shows, {"yours": value, "target": value})
    assert picture is not None and picture.png[:4] == b"\x89PNG" and "yours" in picture.text
    assert target(name).png != picture.png


@pytest.mark.parametrize("exercise", KNOWN.values(), ids=list(KNOWN))
def test_the_head_tells_points_time_and_lesson(exercise):
    head = exercise.notebook.cells[0].source
    points = re.search(r"\*\*Points\*\* (\d+)", head)
    assert points and int(points[1]) == exercise.points
    assert re.search(r"\*\*Time\*\* \d+ minutes", head) and "**Difficulty**" in head
    lesson = re.search(r"\.\./notebooks/(\d\d[a-z]?_\w+)\.ipynb", head)
    assert lesson and (ROOT / "notebooks" / f"{lesson[1]}.py").is_file()
    assert any(re.search("for the fast", c.source, re.I) for c in exercise.notebook.cells)
    code = [cell.source for cell in exercise.notebook.cells if cell.cell_type == "code"]
    assert "target(" in code[0] + code[1]


def test_no_solution_is_in_anything_that_students_get():
    assert leaks.leaks(ROOT) == []


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_need_nothing_of_the_lab(name):
    """It cannot be imported where answers are graded."""
    for source in (ANSWERS[name].preamble, ANSWERS[name].source):
        for node in ast.walk(ast.parse(source)):
            names = [alias.name for alias in getattr(node, "names", ())]
            assert "lstm_video_lab" not in " ".join([*names, getattr(node, "module", "") or ""])


@pytest.mark.parametrize("exercise", KNOWN.values(), ids=list(KNOWN))
def test_notebooks_are_valid_and_tell_which_cell_answers_what(exercise):
    for folder in ("exercises", "solutions"):
        nb = nbformat.read(ROOT / folder / f"{exercise.name}.ipynb", as_version=4)
        nbformat.validate(nb)
        named = [cell.metadata.get("lab", {}).get("answer") for cell in nb.cells]
        assert [name for name in named if name] == list(exercise.answers)
        assert not any(cell.get("outputs") for cell in nb.cells)
