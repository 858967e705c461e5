"""A copy that bears other times than what was handed in takes nobody's points without a word."""

import json
import re
from datetime import datetime

import pytest
from course.small_class import put, run, table
from course.tiny import NAME

DUE = datetime(2026, 1, 10).timestamp()
DAY = 24 * 3600
COURSE = 'due = "2026-01-09"\nlate_per_day = 25\ncloses = "2026-01-20"\n'


def agree(course, text=COURSE):
    (course / "out").mkdir(exist_ok=True)
    (course / "out/course.toml").write_text(text)


def points(course):
    return {row[0]: row[1] for row in table(course / "out/gradebook.csv")[2:]}


def notes(course):
    """Student → what the book notes of them; the page of each says it too."""
    book = json.loads((course / "out/gradebook.json").read_text("utf-8"))
    return {one["student"]: " ".join(one["notes"]) for one in book["students"]}


def test_files_of_one_time_are_named_where_dates_are_set(course, graded, capsys):
    for number, name in enumerate(("ada", "bob", "cyd")):
        put(course, f"{name}/{NAME}.ipynb", time=DUE + 30 * DAY + 10 * number)
    assert run(course) == 0
    assert "copied?" not in capsys.readouterr().out  # nothing is due
    agree(course)
    assert run(course) == 0
    (line,) = re.findall(r".*copied\?.*", capsys.readouterr().out)
    assert "one time" in line and "2026-02-09" in line and "lateness may be wrong" in line
    assert all("copied?" in note for note in notes(course).values())
    (page,) = (course / "out/feedback").glob("ada-*.html")
    assert "copied?" in page.read_text("utf-8")
    assert "copied?" in json.loads((course / "out/grading.json").read_text())["notes"][0]


def test_a_class_that_is_late_by_file_times_alone_is_named(course, graded, capsys):
    agree(course)
    for number, name in enumerate(("ada", "bob", "cyd")):
        put(course, f"{name}/{NAME}.ipynb", time=DUE + (number + 1) * DAY - 60)
    assert run(course) == 0
    (line,) = re.findall(r".*copied\?.*", capsys.readouterr().out)
    assert "every student is late" in line


def test_a_copy_of_each_week_is_seen_among_the_others(course, graded, capsys):
    script = course / "solutions" / f"{NAME}.py"
    other = script.read_text().replace("double", "treble").replace("written why", "written how")
    (course / "solutions" / "02_trebles.py").write_text(other)
    agree(course)
    for number, name in enumerate(("ada", "bob", "cyd")):
        put(course, f"{name}/{NAME}.ipynb", time=DUE - number * DAY)
        put(course, f"{name}/02_trebles.ipynb", time=DUE + DAY + number)
    assert run(course) == 0
    (line,) = re.findall(r".*copied\?.*", capsys.readouterr().out)
    assert line.startswith("02_trebles: all files bear one time")


@pytest.mark.parametrize(
    "times",
    [(-DAY, DAY, 2 * DAY), (DAY, DAY), (-3 * DAY, -2 * DAY, -DAY)],
    ids=["not all late", "two alone", "in time"],
)
def test_times_of_a_usual_class_are_believed(course, graded, capsys, times):
    agree(course)
    for number, time in enumerate(times):
        put(course, f"student{number}/{NAME}.ipynb", time=DUE + time)
    assert run(course) == 0
    assert "copied?" not in capsys.readouterr().out


def test_what_canvas_calls_in_time_is_in_time_whatever_the_file_says(course, graded, capsys):
    agree(course)
    late = DUE + 40 * DAY  # when the archive was made
    put(course, f"byronann_12_700_{NAME}.ipynb", time=late)
    put(course, f"leekim_13_701_{NAME}.ipynb", time=DUE - DAY)
    put(course, f"youngsam_LATE_14_702_{NAME}.ipynb", time=DUE + DAY - 60)
    assert run(course) == 0
    assert points(course) == {"byronann": "2", "leekim": "2", "youngsam": "1.5"}
    printed = capsys.readouterr().out
    assert re.search(r"Canvas.*1 of 3.*no LATE", printed)
    assert "Canvas" in notes(course)["byronann"] and "Canvas" not in notes(course)["leekim"]


def test_an_override_is_final_and_nothing_is_taken_off_for_being_late(course, graded):
    """Per cent of what was earned, of the marks too; what an instructor sets stands as it is."""
    agree(course, 'due = "2026-01-09"\nlate_per_day = 25\n')
    for name in ("ada", "bob"):
        put(course, f"{name}/{NAME}.ipynb", words="Because.", time=DUE + 60)
    (course / "out/written").mkdir()
    (course / "out/written/why.csv").write_text(
        "student,points,answer\nada,2.5,Because.\nbob,2.5,Because.\n"
    )
    (course / "out/overrides.csv").write_text(
        "student,what,points,reason\nada,double,1.9,the exercise had a slip\n"
    )
    assert run(course) == 0
    assert points(course) == {"ada": "3.77", "bob": "3.38"}  # 1.9 + 0.75·2.5; 0.75·4.5
