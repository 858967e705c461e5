"""Scripts that are no exercises are named with what to do; files that are not current are found."""

import json
import re
import subprocess
import sys

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
    for name in ("exercises", "lstm_video_lab/course/visible"):
        (folder.parent / name / ".double.json.7.draft").write_text("of a build that was killed")
    assert handout.problems(folder) == [] and handout.write(folder) == []
    for path in handout.files(folder):
        before = path.read_text()
        path.write_text(before.replace("wice", "hrice").replace('"points": 3', '"points": 4'))
        assert [path.name in line for line in handout.problems(folder)] == [True]
        path.write_text(before)
    for name in ("02_gone.py", "answers.py"):
        (folder.parent / "exercises" / name).write_text("")
    assert ["is made from no script" in line for line in handout.problems(folder)] == [True, True]


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
    ("begin", "end", "words"),
    [
        ("# %% hints double", "# %% rewrite", "lacks hints"),
        ("# %% rewrite double: by a sum", "# %% rewrite double: by halves", "lacks two rewrites"),
        ("# %% mistake double: wrong 0", "# %% mistake double: wrong 1", "lacks five mistakes"),
        ("# %% cases double", "# %% hints", "the first of the secret cells is no `cases`"),
    ],
)
def test_what_an_exercise_lacks_is_named(script, begin, end, words):
    head, rest = SCRIPT.split(begin, 1)
    script.write_text(head + end + rest.split(end, 1)[1])
    with pytest.raises(ExerciseError, match=words) as error:
        read_exercise(script)
    assert re.match(r"01_twice\.py:\d+: .*$", str(error.value))


HIDDEN = "def hidden(rng):"
# What stands in the script, what an author writes, the line at fault, and words of the error.
SLIPS = [
    # titles of another spelling
    ("# %% rewrite double: by halves", "# %% Rewrite double: by halves", "", "write '# %% rewrite"),
    ("# %% rewrite double: by halves", "# %% rewirte double: by halves", "", "write '# %% rewrite"),
    ("# %% rewrite double: by halves", "# %% rewrite double by halves", "", "rewrite NAME: words"),
    ("# %% rewrite double: by halves", "# %% rewrite double:by halves", "", "rewrite NAME: words"),
    ("# %% rewrite double: by halves", "# %% rewrite double:", "", "rewrite NAME: words"),
    ("# %% rewrite double: by halves", "# %% rewrite dubble: by halves", "", "before its answer"),
    ("# %% rewrite double: by halves", "# %%rewrite double: by halves", "", "begins no cell"),
    ("# %% rewrite double: by halves", "#%% rewrite double: by halves", "", "begins no cell"),
    ("# %% rewrite double: by halves", "# % rewrite double: by halves", "", "begins no cell"),
    ("# %% rewrite double: by halves", " # %% rewrite double: by halves", "", "begins no cell"),
    ("# %% rewrite double: by halves", "%% rewrite double: by halves", "", "begins no cell"),
    ("# %% rewrite double: by halves", "# rewrite double: by halves", "", "reads like a title"),
    ("# %% rewrite double: by halves", "# %% rewrite double: x = x / 0.5", "", "begins no cell"),
    ("# %% rewrite double: by halves", "# %% rewrite double: [] halves", "", "begins no cell"),
    ("# %% rewrite double: by halves", "# %% rewrite double: so [markdown]", "", "is code"),
    ("# %% rewrite double: by halves", "# %% by halves", "", "PLAIN_TITLES"),
    ("# %% rewrite double: by halves", "# %% a hint", "def by_halves(x):", "neither given"),
    ("# %% rewrite double: by halves", "# %%", "", "students would get this cell"),
    ("# %% rewrite double: by halves", "# %% given", "", "students get this cell"),
    ("# %% rewrite double: by halves", "# %% [markdown]", "def by_halves(x):", "is no text"),
    ("# %% mistake double: wrong 3", "# %% mistakes double: wrong 3", "", "'# %% mistake NAME"),
    ("# %% mistake double: wrong 3", "# %% MISTAKE double: wrong 3", "", "'# %% mistake NAME"),
    ("# %% mistake double: wrong 3", "# In[3]:", "", "begins no cell"),
    ("# %% hints double", "# %% hint double", "", "write '# %% hints NAME'"),
    ("# %% cases double", "# %% case double", "", "write '# %% cases NAME'"),
    ("# %% cases double", "", "TOLERANCE = 1e-6", "is no text"),
    ("# %% cases double", "# %% given", "TOLERANCE = 1e-6", "belongs to a cell of cases"),
    ("# %% cases double", "# %% check double", "TOLERANCE = 1e-6", "belongs to a cell of cases"),
    ("# %% answer double, 3 points", "# %% answer double", "", "answer NAME, N points"),
    ("# %% answer double, 3 points", "# %% answer double 3 points", "", "answer NAME, N points"),
    ("# %% answer double, 3 points", "# %% answer double, 0 points", "", "answer NAME, N points"),
    ("# %% answer double, 3 points", "# %% answer dubble, 3 points", "", "no function 'dubble'"),
    ("# %% answer double, 3 points", "# %% given", "# BEGIN SOLUTION", "neither answer nor"),
    ("# %% answer double, 3 points", "# %%", "", "students would get this cell"),
    ("# %% written why, 1 point [markdown]", "# %% written why, 1 point", "", "is text"),
    ("# %% written why, 1 point [markdown]", "# %% written why, 1 point [md]", "", "begins no"),
    ("# %% written why, 1 point [markdown]", "# %% [markdown]", "# BEGIN", "neither answer nor"),
    ("# %% written why, 1 point [markdown]", "", "# BEGIN", "neither answer nor"),
    ("# %% written why, 1 point [markdown]", "# %% written double, 1 point [markdown]",
     "", "stands above already"),
    ("# %% [markdown]", "# %%", "", "only comments in a cell of code"),
    ("# %% [markdown]", "# %% given", "", "only comments in a cell of code"),
    ("# %% [markdown]", "# [markdown]", "", "reads like a title"),
    ("# %% check double", "# check double", "", "reads like a title"),
    ("# %% check double", "# %%\nFACTOR * 3\n\n# %% check double", "# %%",
     "students would get this cell"),
    ("# %% check double", "# %% tags=[]\n\n# %% check double", "# %% tags",
     "students would get this cell"),
    ("# %% check double", "# %% check triple", "", "'triple' comes before its answer"),
    # marks
    ("    # BEGIN SOLUTION\n", "", "# END SOLUTION", "out of order"),
    ("    # END SOLUTION\n", "", "# %% answer", "from '# BEGIN SOLUTION' to"),
    ("    # BEGIN SOLUTION", "    # begin solution", "# begin", "is no mark"),
    ("    # BEGIN SOLUTION", "    # BEGIN SOLUTIONS", "# BEGIN", "is no mark"),
    ("    # BEGIN SOLUTION", "    # BEGIN SOLUTION (short)", "# BEGIN", "is no mark"),
    ("    # BEGIN SOLUTION", "    #BEGIN SOLUTION", "#BEGIN", "is no mark"),
    ("    # BEGIN SOLUTION", "    ### BEGIN SOLUTION", "###", "is no mark"),
    ("    # BEGIN SOLUTION", "    # BEGN SOLUTION", "# BEGN", "is no mark"),
    ("    # BEGIN SOLUTION", "    # START SOLUTION", "# START", "is no mark"),
    ("    # BEGIN SOLUTION", "    # BEGIN", "# BEGIN", "is no mark"),
    ("    # BEGIN SOLUTION", "    # END SOLUTION", "# END", "out of order"),
    ("    # END SOLUTION", "    # BEGIN SOLUTION", "", "out of order"),
    ("    # END SOLUTION", "    pass  # END SOLUTION", "pass", "is no mark"),
    ("    # END SOLUTION", "    # END SOLUTION\n    y = x", "y = x", "below the last"),
    ("    # END SOLUTION", "# END SOLUTION", "# END", "not indented"),
    ("    return FACTOR * x\n", "", "# BEGIN", "nothing stands between"),
    ("    # BEGIN SOLUTION\n    return FACTOR * x", "    return FACTOR * x\n    # BEGIN SOLUTION",
     "# BEGIN", "nothing stands between"),
    ("# BEGIN SOLUTION\n# Once", "# END SOLUTION\n# Once", "# END", "out of order"),
    ("# BEGIN SOLUTION\n# Once", "# # BEGIN SOLUTION\n# Once", "# #", "is no mark"),
    ("# BEGIN SOLUTION\n# Once is", "# Once is\n# BEGIN SOLUTION\n# Once is", "# BEGIN",
     "no empty line"),
    ("enough.\n# END SOLUTION", "enough.\n# END SOLUTION\n# So.", "# So.", "below the last"),
    ("enough.\n# END SOLUTION", "enough.\n# END SOLUTION\n# BEGIN SOLUTION\n# So.\n# END SOLUTION",
     "# BEGIN", "one model answer"),
    ("# Why twice?", "# BEGIN SOLUTION", "# BEGIN", "out of order"),
    (HIDDEN, "# BEGIN SOLUTION\n" + HIDDEN, "# BEGIN", "neither answer nor"),
    # what a cell holds
    ('print("checked")', "def double(x): return FACTOR * x", "", "'double' is an answer"),
    ('print("checked")', "helper = lambda x: FACTOR * x", "", "neither given nor answer"),
    ('print("checked")', "def helper(x): return FACTOR * x", "", "neither given nor answer"),
    ("FACTOR = 2", "double = abs", "", "'double' is an answer"),
    ("FACTOR = 2", "FACTOR = = 2", "", "no Python"),
    ("# # Exercise 1 · Twice", "Exercise 1", "", "is no text"),
    ('    """Twice x."""', '    """Twice x.', "", "no Python: unterminated"),
    ("# %% given", "# %% given tags=['secret']", "", "tags"),
    ("# %% given", '# %% given timeout="200"', "", "no number of seconds"),
    ("# %% given", "# %% given timeout=two", "", "is not known"),
    ("# %% given", '# %% given author="me"', "", "begins no cell"),
    ("# %% given", "# %% given tags=[] author=1", "", "'author' is not known"),
    ("TOLERANCE = 1e-6", "TOLERANCE = small", "", "a number above 0"),
    ("TOLERANCE = 1e-6", 'SHOWS = "picture"', "", "one of frames, strip, lines"),
    ("TOLERANCE = 1e-6", "TOLERANCE: float = -1", "", "a number above 0"),
    ("TOLERANCE = 1e-6", "TOLERNCE = 1e-6", "", "is not read"),
    ("TOLERANCE = 1e-6", 'SHOW = "lines"', "", "is not read"),
    ("def wrong3(x):", 'def triple(x):\n    """More."""\n    return 3 * x\n\n\ndef double(x):',
     "def triple(x):", "not the first function"),
    (HIDDEN, "def hiden(rng):", "# %% cases", "no function hidden"),
    ('    """Not 0 times."""\n', "", "# %% mistake double: wrong 0", "without a hint"),
    ("def by_sum(x):\n    return x + x", "x = 1", "# %% rewrite double: by a sum",
     "without a function"),
    ("# %% rewrite double: by a sum", "# %% cases double", "", "has cases already"),
    ("# %% rewrite double: by a sum", "# %% hints double", "", "has hints already"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "at", "words"), SLIPS)
def test_a_slip_of_an_author_is_named_with_its_line(script, old, new, at, words):
    assert old in SCRIPT
    script.write_text(SCRIPT.replace(old, new, 1))
    with pytest.raises(ExerciseError) as error:
        read_exercise(script)
    match = re.fullmatch(r"01_twice\.py:(\d+): (.*)", str(error.value))
    assert match and words in match[2]
    line = script.read_text().splitlines()[int(match[1]) - 1]
    assert line.strip().startswith((at or new).strip())


def test_a_secret_line_in_a_hint_is_refused(script):
    """The last gate: it looks at what would be written, whatever the titles and marks say."""
    script.write_text(
        SCRIPT.replace("return FACTOR * x", "return FACTOR * torch.as_tensor(x)", 1).replace(
            "Multiply.", "Say: return FACTOR * torch.as_tensor(x)"
        )
    )
    with pytest.raises(ExerciseError, match=r"01_twice\.py:12: .*visible/double\.json"):
        handout.files(script.parent)


REWRITE = "    return torch.as_tensor(x) / 0.5"


def other_exercise(script, old, new):
    """Another one beside it, with its own names and one edit."""
    text = SCRIPT.replace("double", "treble").replace("why", "what_for")
    assert old in text
    script.with_name("02_thrice.py").write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# Why twice?", f"# Why not `{REWRITE.strip()}`?"),
        ('print("checked")', f'print("{REWRITE.strip()}")'),
        ("Multiply.", REWRITE.strip()),
    ],
)
def test_a_secret_line_of_one_exercise_in_another_is_refused(script, old, new):
    script.write_text(SCRIPT.replace("    return x / 0.5", REWRITE))
    other_exercise(script, old, new)
    with pytest.raises(ExerciseError, match=r"01_twice\.py:53: this line would reach students in "):
        handout.files(script.parent)


def test_an_exercise_may_give_what_another_asks_for(script):
    script.write_text(SCRIPT.replace("    return x / 0.5", REWRITE))
    other_exercise(script, "FACTOR = 2\n", f"FACTOR = 2\n\n\ndef again(x):\n{REWRITE}\n")
    assert len(handout.files(script.parent)) == 8


def test_an_open_string_is_named_before_all_else_by_an_optimised_python_too(script):
    script.write_text(SCRIPT.replace('"""Twice x."""', '"""Twice x.', 1))
    ask = "import sys; from pathlib import Path; from lstm_video_lab.course import exercises; "
    ask += "exercises.read_exercise(Path(sys.argv[1]))"
    ran = subprocess.run(
        [sys.executable, "-O", "-c", ask, str(script)], capture_output=True, text=True, check=False
    )
    assert "no Python: unterminated" in ran.stderr


LONG = "doubled = FACTOR * torch.as_tensor(x)"
MODEL = "Once is not enough, for nobody hears it."


@pytest.mark.parametrize(
    ("secret", "old", "new"),
    [
        (LONG, "# Why twice?", f"# Why `{LONG}`?"),
        (LONG, 'print("checked")', f"x = 3\n{LONG}"),
        (LONG, 'print("checked")', f"print()\n# {LONG}"),
        (LONG, '"""Twice x."""', f'"""Twice x.\n\n    {LONG}\n    """'),
        (LONG, "FACTOR = 2", f"FACTOR = 2  # {LONG}"),
        (MODEL, "# Why twice?", f"# Why twice? {MODEL}"),
        (MODEL, "# # Exercise 1", f"# # Exercise 1\n#\n# {MODEL}\n#"),
        (REWRITE.strip(), 'print("checked")', f"print()\n# {REWRITE.strip()}"),
        (REWRITE.strip(), '"""Twice x."""', f'"""Twice x.\n\n{REWRITE}\n    """'),
    ],
)
def test_a_secret_line_that_students_read_is_refused(script, secret, old, new):
    """Also where other lines of the same answer stand nowhere else."""
    text = SCRIPT.replace(
        "    return FACTOR * x", f"    {LONG}\n    return doubled.clone().detach()"
    )
    text = text.replace("    return x / 0.5", REWRITE).replace("# Once is", f"# {MODEL}\n# Once is")
    script.write_text(text)
    read_exercise(script)
    script.write_text(text.replace(old, new, 1))
    with pytest.raises(ExerciseError, match="students read this line in the cell of line") as error:
        read_exercise(script)
    line = int(str(error.value).split(":")[1])
    assert secret in script.read_text().splitlines()[line - 1]


def test_a_rewrite_may_begin_as_the_answer_does(script):
    shared = "    shape = torch.as_tensor(x).shape\n"
    text = SCRIPT.replace("    # BEGIN", f"{shared}    # BEGIN", 1)
    script.write_text(text.replace("    return x / 0.5", f"{shared}    return x / 0.5"))
    assert shared.strip() not in read_exercise(script).secrets


@pytest.mark.parametrize("text", ["", "\n\n", "# a comment\n"])
def test_a_script_without_cells_is_refused(script, text):
    script.write_text(text)
    with pytest.raises(ExerciseError, match=r"01_twice\.py:1: .*begin with '# %% \[markdown\]'"):
        read_exercise(script)


def test_two_scripts_with_one_number_are_refused(script):
    script.with_name("01_thrice.py").write_text(SCRIPT.replace("double", "treble"))
    with pytest.raises(ExerciseError, match=r"01_twice\.py:1: '01' is in 01_thrice\.py too"):
        handout.files(script.parent)


def test_a_script_of_another_name_is_refused(script):
    script.rename(script.with_name("1-twice.py"))
    with pytest.raises(ExerciseError, match=r"1-twice\.py:1: .*NN_name\.py"):
        handout.files(script.parent)


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


BROKEN = {
    "an answer that fails": ("return FACTOR * x", "return FACTR * x", "'double': NameError"),
    "a rewrite that is wrong": ("return x + x", "return x + 3", "answer: the result differs"),
    "no visible call": ('    yield {"x": torch.ones(2)}', "    yield from ()", "yields no call"),
    "an unknown name in the cases": ("torch.ones(2)", "torch.onse(2)", "'double': AttributeError"),
    "another argument": ('yield {"x": torch.ones(2)}', 'yield {"y": torch.ones(2)}', "TypeError"),
    "a hidden call that fails": ("rng.normal(size=3)", "rng.norml(size=3)", "AttributeError"),
    "another argument in hidden": ('{"x": torch.from', '{"y": torch.from', "TypeError"),
    "no hidden call": (
        '    yield {"x": torch.from_numpy(rng.normal(size=3))}', "    yield from ()",
        "`hidden` yields no call",
    ),
    "a hidden call among the visible": (
        '    yield {"x": torch.ones(2)}', "    yield from hidden(rng)", "a call of `hidden`",
    ),
    "one list of calls for both": (
        "torch.from_numpy(rng.normal(size=3))", "torch.ones(2)", "a call of `hidden`",
    ),
    "visible calls without an end": (
        'yield {"x": torch.ones(2)}', 'while True:\n        yield {"x": torch.ones(2)}',
        "`visible` yields more than 100 calls",
    ),
    "a mistake that is right": ("return 3 * x", "return 2 * x", "'wrong 3' is right"),
    "a mistake with a slip": ("return 3 * x", "return 3 * X", "NameError: name 'X'"),
    "a mistake of other arguments": ("def wrong3(x):", "def wrong3(x, k):", "TypeError"),
    "given code that leaves": ("FACTOR = 2\n", "FACTOR = 2\nexit(3)\n", "NameError|SystemExit"),
}  # fmt: skip


@pytest.mark.parametrize("slip", BROKEN)
def test_an_exercise_that_does_not_work_is_one_line(script, slip):
    old, new, words = BROKEN[slip]
    assert SCRIPT.count(old) == 1
    script.write_text(SCRIPT.replace(old, new))
    with pytest.raises(ExerciseError, match=rf"^01_twice\.py: .*({words})") as error:
        handout.files(script.parent)
    assert "\n" not in str(error.value)


FOR_EVER = "while True:\n        x = x"


@pytest.mark.parametrize(
    "code", ["return FACTOR * x", "return x / 0.5", "return 3 * x", 'yield {"x": torch.ones(2)}']
)
def test_code_without_an_end_is_one_line(script, monkeypatch, code):
    monkeypatch.setattr(handout, "SECONDS", 0.3)
    script.write_text(SCRIPT.replace(code, f"x = 1\n    {FOR_EVER}\n    {code}", 1))
    with pytest.raises(ExerciseError, match=r"^01_twice\.py: 'double': .* more than 0\.3 s"):
        handout.files(script.parent)


def test_a_tolerance_may_say_its_type(script):
    script.write_text(SCRIPT.replace("TOLERANCE = 1e-6", "TOLERANCE: float = 0.5"))
    assert read_exercise(script).answers["double"].tolerance == 0.5
