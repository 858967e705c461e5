"""Whom an instructor means by a name, one way for all that they may write or type."""

import re
import unicodedata
from pathlib import Path

import pytest
from course.small_class import put, run, table
from course.tiny import NAME, WRONG

from lstm_video_lab.course.grading.people import People, chosen
from lstm_video_lab.course.grading.roster import read_roster

CLASS = [
    "Ada Lovelace",
    "Ben Ólafsson",
    "byronann",
    "Kim Lee (11)",
    "Kim Lee (12)",
    "Steven O'Hara",
]
MEANT = {
    "ada": "Ada Lovelace", "ADA LOVELACE": "Ada Lovelace", "Lovelace, Ada": "Ada Lovelace",
    "lovelaceada": "Ada Lovelace", "ada_lovelace": "Ada Lovelace", "lovelace": "Ada Lovelace",
    "ben ólafsson": "Ben Ólafsson", "BEN OLAFSSON": "Ben Ólafsson", "ólafsson": "Ben Ólafsson",
    unicodedata.normalize("NFD", "Ben Ólafsson"): "Ben Ólafsson", "Ann Byron": "byronann",
    "kim lee 12": "Kim Lee (12)", "ohara": "Steven O'Hara", "O’Hara": "Steven O'Hara",
}  # fmt: skip


@pytest.mark.parametrize("name, student", MEANT.items())
def test_a_name_is_found_however_it_is_spelt(name, student):
    assert People(CLASS).find(name) == {student}
    assert People(CLASS).meant(name) == student


def test_a_part_of_a_word_does_where_one_types_and_not_in_a_table():
    assert People(CLASS).meant("love") == "Ada Lovelace" and People(CLASS).find("love") == set()
    assert People(CLASS).find("eve") == set()  # she is no Steven
    assert People(CLASS).find("") == People(CLASS).find(" .") == set()


def test_a_whole_name_goes_before_a_part_of_another():
    both = People(["ada", "Ada Lovelace", "ADA Byron"])
    assert both.find("ada") == {"ada"} and both.find("Ada") == {"ada"}


def test_the_letters_of_a_table_are_told_by_names_that_are_right():
    people = People(CLASS)
    right, like = "Ben Ólafsson", "Ben Òlafsson"
    assert people.find(like) == {right}
    assert [known(right) for known in people.known] == [True, True]
    assert [known(like) for known in people.known] == [False, False]


def test_what_is_two_students_or_nobody_is_said_with_names():
    with pytest.raises(
        ValueError, match=r"'kim' may be Kim Lee \(11\) or Kim Lee \(12\): write more"
    ):
        People(CLASS).meant("kim")
    with pytest.raises(ValueError, match=r"'zoe' is nobody here: give one of Ada Lovelace"):
        People(CLASS).meant("zoe")
    with pytest.raises(ValueError, match=r"x.csv, row 3, column 'student': 'lee' may be Kim"):
        People(CLASS).the_one(Path("x.csv"), 3, "student", "lee")
    with pytest.raises(ValueError, match="--only: 'zoe' is nobody here, and no exercise"):
        chosen(["zoe"], [NAME], CLASS)
    assert chosen([NAME, "ada"], [NAME], CLASS) == [NAME, "Ada Lovelace"]


def test_the_roster_says_by_what_else_somebody_is_known(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text("name,id,also\nAda Lovelace,s1001,countess; al@x.org\nMax,s2,\n")
    people = People(["Ada Lovelace", "Max"], roster=read_roster(path))
    for name in ("countess", "s1001", "al", "COUNTESS"):
        assert people.find(name) == {"Ada Lovelace"}


def test_the_examples_of_the_guide_hold_for_full_names(course, graded, capsys):
    for name in ("Ada Lovelace", "Ben Ólafsson"):
        put(course, f"{name}/{NAME}.ipynb", WRONG, time=1000 * 24 * 3600)
    (course / "out").mkdir()
    (course / "out/overrides.csv").write_text("student,what,points,reason\nada,double,1,a slip\n")
    (course / "out/course.toml").write_text(
        'due = "1970-01-02"\nlate_per_day = 100\n[extensions."olafsson"]\nall = 366\n'
    )
    assert run(course) == 0
    rows = {row[0]: row[1] for row in table(course / "out/gradebook.csv")[2:]}
    assert rows == {"Ada Lovelace": "1", "Ben Ólafsson": "0"}
    assert "nobody of this grading" not in capsys.readouterr().out
    assert run(course, "--only", "ada") == 0
    for name in ("ada", "ben ólafsson", "lovelaceada", "love"):
        capsys.readouterr()
        assert run(course, "--explain", name, "double") == 0
        assert re.match("Ada Lovelace|Ben Ólafsson", capsys.readouterr().out)
    assert run(course, "--explain", "zoe", "double") == 2
    assert "'zoe' is nobody here" in capsys.readouterr().err
