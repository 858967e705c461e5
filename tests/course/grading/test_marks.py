"""Marks typed by hand survive what a spreadsheet does to their table, or the table is refused."""

import csv
import io
import unicodedata

import pytest
from course.small_class import put, run, table
from course.tiny import NAME
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstm_video_lab.course.grading import marks
from lstm_video_lab.course.grading.marks import MarksTable, read_table, update_table, write_table

CLASS = ("ada", "José Núñez", "=bob", "'cyd", "Müller, Jörg", "max", "a;=1+1", "Zoë", "x\ty")
POINTS = ("", "0", "1", "2.5", "3", "0.25")


def as_a_spreadsheet(rows, how):
    """The bytes of a table, as some program saves it: the oracle writes, the lab reads."""
    page = io.StringIO(newline="")
    if how["says"]:
        page.write(f"sep={how['separator']}\r\n")
    quoting = csv.QUOTE_ALL if how["quotes"] else csv.QUOTE_MINIMAL
    writer = csv.writer(
        page, delimiter=how["separator"], quoting=quoting, lineterminator=how["end"]
    )
    writer.writerows(rows)
    return page.getvalue().encode(how["encoding"])


HOW = st.fixed_dictionaries({
    "separator": st.sampled_from(",;\t"),
    "encoding": st.sampled_from(
        ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "mac_roman"]),
    "says": st.booleans(),
    "quotes": st.booleans(),
    "end": st.sampled_from(["\n", "\r\n"]),
    "comma": st.booleans(),
    "head": st.sampled_from([str, str.upper, str.title, lambda name: f"  {name} "]),
    "name": st.sampled_from([str, str.upper, lambda name: f" {name}  ",
                             lambda name: unicodedata.normalize("NFD", name)]),
    "added": st.booleans(),
    "seed": st.randoms(use_true_random=False),
})  # fmt: skip


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(HOW, st.lists(st.sampled_from(POINTS), min_size=len(CLASS), max_size=len(CLASS)))
def test_a_round_trip_through_a_spreadsheet_keeps_every_mark(tmp_path, how, points):
    one_byte = how["encoding"] in ("cp1252", "mac_roman")
    if one_byte and any(ord(sign) > 255 for name in CLASS for sign in how["name"](name)):
        how = {**how, "name": str}
    path = tmp_path / "why.csv"
    path.unlink(missing_ok=True)
    written = MarksTable(path)
    update_table(written, dict.fromkeys(CLASS, "Because; of, that"), [])
    rows = [list(written.head), *map(list, written.rows)]
    for row, mark in zip(rows[1:], points, strict=True):
        row[0] = how["name"](row[0])
        row[1] = mark.replace(".", ",") if how["comma"] else mark
    rows[0] = [how["head"](name) for name in rows[0]]
    if how["added"]:
        rows = [["née", *row] for row in rows]
    head, body = rows[0], rows[1:]
    how["seed"].shuffle(body)
    path.write_bytes(as_a_spreadsheet([head, *body], how))
    read = read_table(path, 3, CLASS)
    expected = {name: float(mark) for name, mark in zip(CLASS, points, strict=True) if mark}
    assert read.points == expected
    write_table(read)
    again = read_table(path, 3, CLASS)
    assert (again.points, again.head, again.rows) == (expected, read.head, read.rows)
    assert [row[0] for row in again.rows] == ["née"] * len(CLASS) or not how["added"]


REFUSED = {
    "decimal comma, no quotes": ("student,points,answer\nada,2,5,Because", "row 2"),
    "two columns of points": ("student,points,Points\nada,1,2", "points"),
    "no column of points": ("student,mark,answer\nada,1,x", "points"),
    "no head": ("ada,1,Because", "points"),
    "one cell": ('"student,points,answer"\n"ada,1,x"', "points"),
    "nobody": ("student,points,answer\nadda,1,x", "row 2, column 'student': 'adda'"),
    "letters lost": ("student,points,answer\nJos? Nunez,1,x", "row 2"),
    "two marks": ("student,points,answer\nada,1,x\nADA,2,x", "row 3, column 'points'"),
    "a date": ("student,points,answer\nada,2. Mai,x", "row 2, column 'points'"),
    "too many": ("student,points,answer\nada,4,x", "from 0 to 3"),
    "a formula": ("student,points,answer\nada,=1+1,x", "row 2"),
    "underlined": ("student,points,answer\nada,1_0,x", "row 2"),
    "broken quotes": ('student,points,answer\nada,1,"x" y\n', "points"),
    "empty": ("", "points"),
    "half": ("student,points\nbob2,1\nada", "row 2"),
}


@pytest.mark.parametrize("text, words", REFUSED.values(), ids=REFUSED)
def test_what_is_not_wholly_understood_is_refused_by_its_place(course, graded, capsys, text, words):
    put(course, f"ada/{NAME}.ipynb", words="Because.")
    path = course / "out/written/why.csv"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert run(course) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "why.csv" in line and words in line
    assert path.read_text() == text and list(path.parent.iterdir()) == [path]
    assert graded == []  # before the work began


def mark(path, **points):
    rows = table(path)
    for row in rows[1:]:
        row[1] = points.get(row[0], row[1])
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def test_marks_of_students_who_are_absent_from_one_grading_stay(course, graded):
    for name in ("ada", "bob", "cyd"):
        put(course, f"{name}/{NAME}.ipynb", words=f"Because of {name}.")
    assert run(course) == 0
    path = course / "out/written/why.csv"
    mark(path, ada="1", bob="2", cyd="3")
    for name in ("ada", "cyd"):
        (course / "in" / name).rename(course / name)
    put(course, f"dan/{NAME}.ipynb", words="Late.")
    assert run(course) == 0
    assert [row[:2] for row in table(path)[1:]] == [
        ["ada", "1"], ["bob", "2"], ["cyd", "3"], ["dan", ""]]  # fmt: skip
    assert [row[2] for row in table(course / "out/gradebook.csv")[2:]] == ["4", "2"]
    (earlier,) = (path.parent / "earlier").iterdir()
    assert [row[:2] for row in table(earlier)[1:]] == [["ada", "1"], ["bob", "2"], ["cyd", "3"]]


def test_a_zero_from_beforehand_goes_when_something_is_handed_in(course, graded):
    put(course, f"ada/{NAME}.ipynb")
    put(course, f"bob/{NAME}.ipynb", words="Because.")
    assert run(course) == 0
    path = course / "out/written/why.csv"
    assert [row[:2] for row in table(path)[1:]] == [["ada", "0"], ["bob", ""]]
    mark(path, bob="0")
    for name in ("ada", "bob"):
        put(course, f"{name}/{NAME}.ipynb", words="Because, indeed.")
    assert run(course) == 0
    assert [row[:2] for row in table(path)[1:]] == [["ada", ""], ["bob", "0"]]


def test_a_zero_that_a_person_gave_for_a_file_that_cannot_be_read_stays(course, graded):
    put(course, f"ada/{NAME}.ipynb", words="Because.")
    (course / "in/bob").mkdir()
    (course / f"in/bob/{NAME}.ipynb").write_text("{")
    assert run(course) == 0
    path = course / "out/written/why.csv"
    assert [row[:2] for row in table(path)[1:]] == [["ada", ""], ["bob", ""]]
    mark(path, bob="0")
    assert run(course) == 0
    assert [row[:2] for row in table(path)[1:]] == [["ada", ""], ["bob", "0"]]


def test_an_unchanged_table_is_not_touched_and_a_comment_reaches_the_page(course, graded):
    put(course, f"ada/{NAME}.ipynb", words="Because.")
    assert run(course) == 0
    path = course / "out/written/why.csv"
    text = "sep=;\nStudent;Points;Comment;answer\nAda;2,5;Well <put>;Because.\n"
    path.write_text(text)
    assert run(course) == 0
    assert path.read_text() == text and not (path.parent / "earlier").exists()
    (page,) = (course / "out/feedback").glob("ada-*.html")
    assert "2.5 of 3" in page.read_text() and "Well &lt;put&gt;" in page.read_text()


def test_a_failed_write_leaves_the_table_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "why.csv"
    path.write_text("student,points,answer\nada,1,x\n")
    read = read_table(path, 3, ["ada"])
    update_table(read, {"ada": "y"}, [])

    def full(path, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(marks, "write_whole", full)
    with pytest.raises(OSError, match="No space"):
        write_table(read)
    assert path.read_text() == "student,points,answer\nada,1,x\n"


def test_a_zero_of_the_grader_is_no_mark_beside_that_of_a_person(course, graded, capsys):
    """A roster, or another name on it, joins what the first grading took for two students."""
    put(course, f"lovelaceada_12_800_{NAME}.ipynb", words="Because.")
    put(course, f"bob/{NAME}.ipynb")
    put(course, f"byteb_14_800_{NAME}.ipynb", words="So.")
    put(course, f"cy/{NAME}.ipynb")
    roster = course / "class.csv"
    roster.write_text("name,also\nAda L,\nBob Byte,\nCy D,\n")
    assert run(course, "--roster", roster) == 0
    path = course / "out/written/why.csv"
    assert {row[0]: row[1] for row in table(path)[1:]} == {
        "Ada L": "0", "Bob Byte": "0", "Cy D": "0", "bob": "0", "byteb": "", "cy": "0",
        "lovelaceada": ""}  # fmt: skip
    mark(path, lovelaceada="2")
    roster.write_text("name,also\nAda L,lovelaceada\nBob Byte,byteb;bob\nCy D,cy\n")
    assert run(course, "--roster", roster) == 0, capsys.readouterr().err
    rows = [(row[0], row[1], row[2]) for row in table(path)[1:]]
    assert sorted(rows) == [
        ("Cy D", "0", ""), ("byteb", "", "So."), ("lovelaceada", "2", "Because.")]  # fmt: skip
    totals = {row[0]: row[1] for row in table(course / "out/gradebook.csv")[2:]}
    assert totals["Ada L"] == "4"


def test_a_zero_that_a_person_typed_is_kept_beside_another_mark_and_an_answer(
    course, graded, capsys
):
    put(course, f"ada/{NAME}.ipynb", words="Because.")
    (course / "in/bob").mkdir()
    (course / f"in/bob/{NAME}.ipynb").write_text("{")
    put(course, f"bb_14_800_{NAME}.ipynb", words="So.")
    assert run(course) == 0
    path = course / "out/written/why.csv"
    mark(path, bob="0", bb="2")
    roster = course / "class.csv"
    roster.write_text("name,also\nBob Byte,bob;bb\n")
    capsys.readouterr()
    assert run(course, "--roster", roster) == 2
    assert "Bob Byte has another row, with another mark" in capsys.readouterr().err
    put(course, f"bob/{NAME}.ipynb", words="At last.")
    assert run(course) == 0
    assert {row[0]: row[1] for row in table(path)[1:]}["bob"] == "0"
