"""What a mark rests on: code, seed, calls and both results."""

import json

import pytest
from course.small_class import put, run
from course.tiny import NAME, RIGHT, WRONG

from lstm_video_lab.course.grading import explain
from lstm_video_lab.course.grading.judging import seed_of_answer


def test_a_mark_is_explained_by_its_code_and_its_calls(course, graded, capsys):
    source = "%%time\nimport nothing_of_it\ndef double(x):\n    return 3 * x\n\nprint('try-out')"
    put(course, f"ada/{NAME}.ipynb", source)
    assert run(course, "--seed", 5) == 0
    capsys.readouterr()
    before = sorted(course.rglob("*"))
    assert run(course, "--explain", "ada", "double") == 0
    printed = capsys.readouterr().out
    assert "def double(x):\n    return 3 * x" in printed and "line 3" in printed
    assert "try-out" not in printed and "nothing_of_it" not in printed
    assert printed.count("theirs:") == printed.count("right:") == 3
    assert "visible call 1" in printed and "hidden call 2" in printed
    assert sorted(course.rglob("*")) == before


def test_what_cannot_be_explained_is_one_line(course, graded, capsys):
    put(course, f"ada/{NAME}.ipynb")
    assert run(course, "--explain", "ada", "double") == 2
    assert "nothing was graded" in capsys.readouterr().err
    assert run(course) == 0
    for student, answer in (("bob", "double"), ("ada", "treble")):
        assert run(course, "--explain", student, answer) == 2
        assert "give one of" in capsys.readouterr().err
    assert run(course, "--all") == 2
    assert "--all goes with --explain" in capsys.readouterr().err


def test_the_head_says_what_the_mark_is(course, graded, capsys):
    put(course, f"ada/{NAME}.ipynb", WRONG, words="Because\x1b[31m.", time=24 * 3600)
    put(course, f"bob/{NAME}.ipynb", time=24 * 3600)
    out = course / "out"
    (out / "written").mkdir(parents=True)
    (out / "course.toml").write_text('due = "1970-01-01T12:00:00Z"\nlate_per_day = 25\n')
    (out / "overrides.csv").write_text("student,what,points,reason\nada,double,1,a slip\n")
    (out / "written/why.csv").write_text("student,points,answer,comment\nada,2,x,Nearly\n")
    assert run(course) == 0
    capsys.readouterr()
    assert run(course, "--explain", "ada", "double") == 0
    head = capsys.readouterr().out.splitlines()[:5]
    assert head[0] == f"ada: double of {NAME}"
    assert head[1] == "  incorrect, 0 of 2 points; set by you to 1: a slip"
    assert head[2] == "  1 day late: 25 % of what was earned is taken off"
    assert head[3] == f"  {NAME} in all: 2.5 of 5 points"
    assert head[4].startswith("  first that differs: visible call 1: ")
    assert run(course, "--explain", "ada", "why") == 0
    printed = capsys.readouterr().out
    assert "mark: 2 of 3" in printed and "comment: Nearly" in printed
    assert "the answer:\nBecause�[31m." in printed
    assert run(course, "--explain", "bob", "double") == 0
    printed = capsys.readouterr().out
    assert "  correct, 2 of 2 points\n" in printed and "  all calls agree\n" in printed
    assert run(course, "--explain", "bob", "why") == 0
    assert "has not answered" in capsys.readouterr().out
    put(course, f"ada/{NAME}.ipynb", RIGHT)
    assert run(course, "--explain", "ada", "double") == 0
    assert "has changed: grade again" in capsys.readouterr().out


def test_of_a_long_tensor_the_shape_and_the_first_numbers_are_shown(course, graded, capsys):
    script = course / "solutions" / f"{NAME}.py"
    script.write_text(script.read_text().replace("torch.arange(4.0)", "torch.arange(500.0)"))
    put(course, f"ada/{NAME}.ipynb")
    assert run(course) == 0
    capsys.readouterr()
    assert run(course, "--explain", "ada", "double") == 0
    few = capsys.readouterr().out
    assert "\n  x = float32 (500,): 0, 1, 2, 3, 4, 5, …\n" in few and "499" not in few
    assert run(course, "--explain", "ada", "double", "--all") == 0
    assert "499" in capsys.readouterr().out


class Poor:
    """Stands for a sandbox; it runs nothing."""

    def __init__(self, level, readable):
        self.level = level
        self.readable = readable

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def can_read(self, paths):
        return [str(path) for path in paths if self.readable]

    def run(self, *arguments, **more):
        pytest.fail("the answer was run")


@pytest.mark.parametrize(
    ("level", "words"), [("limits", "--accept-limits"), ("landlock", "can be read by an answer")]
)
def test_where_an_answer_could_read_the_solutions_nothing_is_run(
    course, graded, capsys, monkeypatch, level, words
):
    put(course, f"ada/{NAME}.ipynb")
    assert run(course) == 0
    capsys.readouterr()
    monkeypatch.setattr(explain, "Sandbox", lambda **secret: Poor(level, readable=True))
    assert run(course, "--explain", "ada", "double") == 2
    assert words in capsys.readouterr().err


def test_a_mark_keeps_the_seed_that_it_rests_on(course, graded, capsys):
    for student in ("ada", "bob"):
        put(course, f"{student}/{NAME}.ipynb")
    assert run(course, "--seed", 5) == 0
    path = course / "out" / "grading.json"
    made = path.read_text()
    assert run(course, "--only", "ada", "--seed", 7) == 2
    assert "seed 5" in capsys.readouterr().err and path.read_text() == made
    assert run(course, "--only", "ada", "--seed", 5) == 0
    path.write_text(json.dumps({**json.loads(made), "seed": 7}))  # that grading was interrupted
    capsys.readouterr()
    assert run(course, "--explain", "bob", "double") == 0
    assert f"seed {seed_of_answer(5, 'double')}" in capsys.readouterr().out
