"""Scripts that are no exercises are named with what to do; files that are not current are found."""

import json

import pytest

from lstm_video_lab.course import handout
from lstm_video_lab.course.exercises import ExerciseError, cut_code, cut_text, read_exercise
from lstm_video_lab.course.visible_cases import values_from_text, values_to_text

SCRIPT = '''# %% [markdown]
# # Exercise 1 · Twice

# %% given
FACTOR = 2


# %% answer double, 3 points
def double(x):
    """Twice x."""
    # BEGIN SOLUTION
    return FACTOR * x
    # END SOLUTION


# %% check double
print("checked")

# %% written why, 1 point [markdown]
# Why twice?
#
# BEGIN SOLUTION
# Once is not enough.
# END SOLUTION

# %% cases double
TOLERANCE = 1e-6


def visible(rng):
    yield {"x": torch.ones(2)}


def hidden(rng):
    yield {"x": torch.from_numpy(rng.normal(size=3))}


# %% hints double
"""
Think of one and one.

Multiply.
"""


# %% rewrite double: by a sum
def by_sum(x):
    return x + x


# %% rewrite double: by halves
def by_halves(x):
    return x / 0.5
''' + "".join(
    f'\n\n# %% mistake double: wrong {k}\ndef wrong{k}(x):\n    """Not {k} times."""\n'
    f"    return {k} * x\n"
    for k in (0, 1, 3, 4, 5)
)


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "solutions" / "01_twice.py"
    path.parent.mkdir()
    path.write_text(SCRIPT)
    return path


def test_what_is_made_is_current_and_every_change_is_found(script):
    folder = script.parent
    assert handout.problems(folder) and len(handout.write(folder)) == 4
    assert handout.problems(folder) == [] and handout.write(folder) == []
    for path in handout.files(folder):
        before = path.read_text()
        path.write_text(before.replace("wice", "hrice").replace('"points": 3', '"points": 4'))
        assert [path.name in line for line in handout.problems(folder)] == [True]
        path.write_text(before)
    (folder.parent / "exercises" / "02_gone.py").write_text("")
    assert "made from no script" in handout.problems(folder)[0]


def test_rounding_of_another_processor_is_no_difference(script):
    handout.write(script.parent)
    path = script.parents[1] / "lstm_video_lab" / "course" / "visible" / "double.json"
    text = path.read_text()
    cases = values_from_text(json.loads(text)["cases"])
    for change, found in ((1e-7, 0), (1e-2, 1)):
        cases[0]["expected"] = cases[0]["expected"] * (1 + change)
        changed = json.loads(text) | {"cases": values_to_text(cases)}
        path.write_text(json.dumps(changed, indent=1, ensure_ascii=False) + "\n")
        assert len(handout.problems(script.parent)) == found


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("    # END SOLUTION\n", "", "from '# BEGIN SOLUTION' to"),
        (", 3 points", "", "no points"),
        ("# %% hints double", "# %% other", "no hints"),
        ("# %% cases double", "# %% other", "no cases"),
        ("# %% rewrite double: by a sum", "# %% other", "no two rewrites"),
        ("# %% mistake double: wrong 0", "# %% other", "no five mistakes"),
        ('    """Not 0 times."""\n', "", "no a hint in each mistake"),
        ("# %% check double", "# %% check triple", "'triple' comes before its answer"),
    ],
)
def test_what_an_exercise_lacks_is_named(script, old, new, words):
    script.write_text(SCRIPT.replace(old, new, 1))
    with pytest.raises(ExerciseError, match=words) as error:
        read_exercise(script)
    assert "01_twice.py" in str(error.value) and "\n" not in str(error.value)


def test_a_name_in_two_exercises_is_refused(script):
    script.with_name("02_again.py").write_text(SCRIPT)
    with pytest.raises(ExerciseError, match=r"'double' is in 01_twice\.py too"):
        handout.files(script.parent)


def test_stubs_stand_where_the_answer_stood():
    assert cut_code("a\n  # BEGIN SOLUTION\n  b\n  # END SOLUTION\nc") == (
        'a\n  raise NotImplementedError("your answer")\nc'
    )
    assert cut_text("Why?\n\nBEGIN SOLUTION\nso\nEND SOLUTION") == "Why?\n\n*Your answer:*"
    assert cut_text("Why?") == "Why?"


def test_no_scripts_no_work(tmp_path):
    assert handout.write(tmp_path / "none") == [] == handout.problems(tmp_path / "none")
