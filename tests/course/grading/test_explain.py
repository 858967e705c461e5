"""What a mark rests on: code, seed, calls and both results."""

import json

import pytest
from course.small_class import put, run
from course.tiny import NAME

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
    for student, answer in (("bob", "double"), ("ada", "treble")):
        assert run(course, "--explain", student, answer) == 2
        assert "give one of" in capsys.readouterr().err


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
