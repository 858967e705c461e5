"""What an instructor decides is kept apart from the verdicts, and reaches whom it concerns."""

import json
import re
import zipfile
from datetime import datetime

import pytest
from course.small_class import OTHER, put, run, table
from course.tiny import NAME, RIGHT, WRONG

SECOND = "02_trebles"
MOODLE = "assignsubmission_file_"


def gradebook(course):
    head, _, *rows = table(course / "out/gradebook.csv")
    return {row[0]: dict(zip(head, row, strict=True)) for row in rows}


def page_of(course, student):
    (path,) = (course / "out/feedback").glob(f"{student}-*.html")
    return re.sub(r"<style>.*?</style>", "", path.read_text("utf-8"), flags=re.DOTALL)


def add_exercise(course):
    script = course / "solutions" / f"{NAME}.py"
    other = script.read_text().replace("double", "treble").replace("written why", "written how")
    (course / "solutions" / f"{SECOND}.py").write_text(other)


def test_an_override_and_a_request_stand_beside_the_verdict_and_are_never_rewritten(
    course, graded, capsys
):
    for name, source in (("ada", WRONG), ("bob", RIGHT), ("max", OTHER)):
        put(course, f"{name}/{NAME}.ipynb", source, words="Because.")
    assert run(course) == 0
    out = course / "out"
    assert (out / "overrides.csv").read_text() == "student,what,points,reason\n"
    overrides = (
        "Student;What;Points;Reason\nADA;double;1,5;right but for a <sign>\n"
        f"bob;{NAME};0;handed in for somebody else\nmax;why;3;said in class\n"
    )
    requests = "student,what,request,reply\nada,double,Please look,\nbob,double,Why?,As said\n"
    (out / "overrides.csv").write_text(overrides)
    (out / "regrade.csv").write_text(requests)
    assert run(course) == 0
    points = {student: row["total"] for student, row in gradebook(course).items()}
    assert points == {"ada": "1.5", "bob": "0", "max": "5"}
    assert (out / "overrides.csv").read_text() == overrides
    assert (out / "regrade.csv").read_text() == requests
    students = {one["student"]: one for one in json.loads(
        (out / "gradebook.json").read_text())["students"]}  # fmt: skip
    assert students["ada"]["answers"]["double"]["outcome"] == "incorrect"  # the verdict stays
    assert students["ada"]["overrides"]["double"]["points"] == 1.5
    page = page_of(course, "ada")
    assert "Set by your instructor to 1.5" in page and "a &lt;sign&gt;" in page
    assert "Please look" in page and "not yet" in page
    assert "As said" in page_of(course, "bob")
    printed = capsys.readouterr().out
    assert "asked for: ada: double: Please look" in printed and "Why?" not in printed
    assert "Please look" in (out / "index.html").read_text()


WRONG_TABLES = {
    "nobody": ("overrides.csv", "student,what,points,reason\neve,double,1,x", "row 2"),
    "nothing": ("overrides.csv", "student,what,points,reason\nada,treble,1,x", "column 'what'"),
    "no reason": ("overrides.csv", "student,what,points,reason\nada,double,1,", "'reason'"),
    "too many": ("overrides.csv", "student,what,points,reason\nada,double,3,x", "from 0 to 2"),
    "none": ("overrides.csv", "student,what,points,reason\nada,double,,x", "'points'"),
    "twice": (
        "overrides.csv",
        "student,what,points,reason\nada,double,1,x\nada,double,2,y",
        "row 3",
    ),
    "no head": ("overrides.csv", "ada,double,1,x", "student"),
    "of whom": ("regrade.csv", "student,what,request\neve,double,x", "row 2"),
    "a date": ("course.toml", "due = 3", "due 3 is no date"),
    "a question": ("course.toml", "[rubric.how]\nx = 3", "'how' is unknown"),
    "a roster": ("course.toml", 'roster = "who.csv"', "who.csv"),
}


@pytest.mark.parametrize("name, text, words", WRONG_TABLES.values(), ids=WRONG_TABLES)
def test_what_people_wrote_is_understood_before_the_work_begins(
    course, graded, capsys, name, text, words
):
    put(course, f"ada/{NAME}.ipynb")
    (course / "out").mkdir()
    (course / "out" / name).write_text(text)
    assert run(course) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert name in line or name == "course.toml"
    assert words in line and graded == []
    assert (course / "out" / name).read_text() == text


def test_dates_of_each_exercise_and_extensions_are_remembered(course, graded, capsys):
    add_exercise(course)
    day = 24 * 3600
    time = datetime(2026, 1, 11, 12).timestamp()
    for name in ("ada", "bob", "cyd"):
        put(course, f"{name}/{NAME}.ipynb", time=time)
    put(course, f"late_LATE_12_800_{NAME}.ipynb", time=time - 9 * day)
    (course / "out").mkdir()
    (course / "out/course.toml").write_text(
        f"""due = "2026-01-10"
late_per_day = 25
[exercises.{SECOND}]
due = "2026-01-01"
[extensions.ADA]
all = 3
[extensions.late]
{NAME} = "2026-01-10"
[extensions.zoe]
all = 1
[extensions.cyd]
{NAME} = "2026-01-11T11:59:59"
"""
    )
    assert run(course) == 0
    rows = gradebook(course)
    assert [rows[name][NAME] for name in ("ada", "bob", "cyd", "late")] == ["2", "1.5", "1.5", "2"]
    assert [rows[name]["late_days"] for name in ("ada", "bob", "late")] == ["0", "1", "0"]
    assert "'zoe' is nobody of this grading" in capsys.readouterr().out
    assert "25 % of what was earned" in page_of(course, "bob")


def test_a_page_counts_the_exercises_that_the_course_has_come_to(course, graded):
    add_exercise(course)
    for name in ("ada", "bob"):
        put(course, f"{name}/{NAME}.ipynb")
    assert run(course) == 0
    assert "<b>2 of 5 points</b>" in page_of(course, "ada") and "treble" not in page_of(
        course, "ada"
    )
    put(course, f"bob/{SECOND}.ipynb", "def treble(x):\n    return 2 * x")
    assert run(course) == 0
    assert "<b>2 of 10 points</b>" in page_of(course, "ada") and "treble" in page_of(course, "ada")


def test_a_rubric_has_its_columns_and_its_place_on_the_page(course, graded, capsys):
    for name in ("ada", "bob", "cyd"):
        put(course, f"{name}/{NAME}.ipynb", words="Because.")
    (course / "out").mkdir()
    (course / "out/course.toml").write_text("[rubric.why]\n'names it' = 1\n'says why' = 2\n")
    assert run(course) == 0
    path = course / "out/written/why.csv"
    assert table(path)[0] == ["student", "points", "answer", "names it", "says why"]
    path.write_text(
        "student,points,answer,Names it,says why,comment\n"
        'ada,,Because.,1,"1,5",Nearly\nbob,,Because.,1,,\ncyd,3,Because.,,,\n'
    )
    assert run(course) == 0
    assert {name: row["total"] for name, row in gradebook(course).items()} == {
        "ada": "4.5", "bob": "2", "cyd": "5"}  # fmt: skip
    ada = json.loads((course / "out/gradebook.json").read_text())["students"][0]
    criteria = {"names it": 1, "says why": 1.5}
    assert ada["marks"]["why"] == {"points": 2.5, "criteria": criteria, "comment": "Nearly"}
    page = page_of(course, "ada")
    assert "says why: 1.5 of 2" in page and "2.5 of 3" in page and "Nearly" in page
    assert "not marked yet" in page_of(course, "bob")
    assert "not marked yet: why" in (course / "out/index.html").read_text()
    capsys.readouterr()
    path.write_text("student,points,answer,names it,says why\nada,3,x,1,1\n")
    assert run(course) == 2
    assert "empty one of them" in capsys.readouterr().err


def test_one_student_or_one_exercise_is_graded_and_all_others_stay(course, graded, capsys):
    add_exercise(course)
    for name in ("ada", "bob"):
        put(course, f"{name}/{NAME}.ipynb", WRONG + f"  # {name}")
    assert run(course, "--only", "ada") == 0
    assert [row[NAME] for row in gradebook(course).values()] == ["0", ""]
    assert len(graded) == 1
    for name in ("ada", "bob"):
        put(course, f"{name}/{NAME}.ipynb", RIGHT + f"  # {name}")
    assert run(course, "--only", SECOND) == 0
    assert [row[NAME] for row in gradebook(course).values()] == ["0", ""]
    assert run(course, "--only", NAME) == 0
    assert [row[NAME] for row in gradebook(course).values()] == ["2", "2"]
    assert len(graded) == 3
    assert run(course, "--only", "eve") == 2
    assert "'eve' is nobody here, and no exercise" in capsys.readouterr().err


def test_a_roster_lists_who_is_missing_and_who_is_not_on_it(course, graded, capsys):
    put(course, f"Ada Lovelace_1_{MOODLE}/{NAME}.ipynb")
    put(course, f"eve/{NAME}.ipynb")
    roster = course / "in" / "roster.csv"
    roster.write_text("name;id;section\nLovelace, Ada;s1;A\nBob Byte;s2;B\n")
    assert run(course, "--roster", roster) == 0
    rows = gradebook(course)
    assert {name: (row["section"], row["total"]) for name, row in rows.items()} == {
        "Lovelace, Ada": ("A", "2"), "Bob Byte": ("B", "0"), "eve": ("", "2")}  # fmt: skip
    printed = capsys.readouterr().out
    assert "missing: 1 of 2: Bob Byte (B)" in printed and "not on the roster: eve" in printed
    assert run(course) == 0  # it is remembered
    assert "missing: 1 of 2" in capsys.readouterr().out
    assert "Bob Byte" in gradebook(course)


def test_pages_go_back_under_the_names_by_which_the_platforms_know_them(course, graded):
    add_exercise(course)
    put(course, f"Ada L_11_{MOODLE}/{NAME}.ipynb")
    put(course, f"Ada L_22_{MOODLE}/{SECOND}.ipynb", "def treble(x):\n    return 2 * x")
    put(course, f"week1/leekim_LATE_12345_678_{NAME}-1.ipynb")
    put(course, f"week1/山田太郎_12346_679_{NAME}.ipynb")
    assert run(course) == 0
    back = {
        path.name: sorted(zipfile.ZipFile(path).namelist())
        for path in (course / "out/return").iterdir()
    }
    assert back == {
        f"canvas_{NAME}.zip": [
            "leekim_LATE_12345_678_feedback.html", "山田太郎_12346_679_feedback.html"],
        f"moodle_{NAME}.zip": [f"Ada L_11_{MOODLE}/feedback.html"],
        f"moodle_{SECOND}.zip": [f"Ada L_22_{MOODLE}/feedback.html"],
    }  # fmt: skip
    with zipfile.ZipFile(course / f"out/return/moodle_{NAME}.zip") as archive:
        page = archive.read(archive.namelist()[0]).decode()
    assert "double" in page and "treble" not in page
    rows = table(course / "out/moodle.csv")
    assert [row[0] for row in rows[1:]] == ["Participant 11", "Participant 22"]
    assert rows[1][2] == "2" and rows[1][3] == "" and rows[2][2] == "" and rows[2][3] != ""
    names = {path.name.rpartition("-")[0] for path in (course / "out/feedback").iterdir()}
    assert names == {"Ada-L", "leekim", "山田太郎"}
    index = (course / "out/index.html").read_text("utf-8")
    for link in re.findall(r'href="([^"]+)"', index):
        from urllib.parse import unquote

        assert (course / "out" / unquote(link)).is_file()


def test_what_was_written_about_a_student_follows_a_new_spelling(course, graded):
    """A roster, or another file, calls them otherwise: no mark is lost, and no row comes twice."""
    put(course, f"Ada-{NAME}.ipynb", WRONG, words="Because.")
    assert run(course) == 0
    path = course / "out/written/why.csv"
    path.write_text("student,points,answer\nAda,3,Because.\n")
    (course / "out/overrides.csv").write_text("student,what,points,reason\nAda,double,1,x\n")
    put(course, f"{NAME}_ada.ipynb", WRONG, words="Because.")
    assert run(course) == 0
    assert {name: row["total"] for name, row in gradebook(course).items()} == {"ada": "4"}
    roster = course / "roster.csv"
    roster.write_text('name,id,also\n"Lovelace, Ada",s1,ada\n')
    assert run(course, "--roster", roster) == 0
    assert {name: row["total"] for name, row in gradebook(course).items()} == {
        "Lovelace, Ada": "4"}  # fmt: skip
    assert [row[:2] for row in table(path)[1:]] == [["Ada", "3"]]
