"""What a mark rests on: code, seed, calls and both results."""

from course.small_class import put, run
from course.tiny import NAME


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
