"""What a grading leaves: the gradebook, marks, late days, exports, likenesses, pages."""

import csv
import re
import zipfile
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from course.small_class import OTHER, put, run, table
from course.tiny import NAME, RIGHT, WRONG

from lstm_video_lab.course.check import CORRECT
from lstm_video_lab.course.grading.agreements import Agreements, LateRule
from lstm_video_lab.course.grading.gradebook import Book
from lstm_video_lab.course.grading.intake import Submission


def test_pages_open_offline_are_escaped_and_tell_nothing_hidden(course, graded):
    put(course, f"<b>eve/{NAME}.ipynb", "def double(x): return 0 * x", "<script>alert(1)</script>")
    put(course, f"ada/{NAME}.ipynb", "def double(x): raise ValueError('<i>' + str(x))")
    late = "def double(x):\n    if len(x) == 4: return 2 * x\n    "
    put(course, f"bob/{NAME}.ipynb", late + "return 0 * x")
    put(course, f"cyd/{NAME}.ipynb", late + "raise type(str(x.tolist()), (Exception,), {})")
    put(course, f"dan/{NAME}.ipynb", late + "raise ValueError(str(x.tolist()))")
    assert run(course, "--seed", 5) == 0
    pages = {p.name.rpartition("-")[0]: p.read_text() for p in (course / "out/feedback").iterdir()}
    assert sorted(pages) == ["ada", "b-eve", "bob", "cyd", "dan"]
    assert "<b>eve" not in pages["b-eve"] and "<script" not in pages["b-eve"]
    assert "&lt;script&gt;alert(1)" in pages["b-eve"] and "&lt;i&gt;" in pages["ada"]
    assert 'src="data:image/png;base64,' in pages["b-eve"] and "hint" not in pages["b-eve"].lower()
    for page in pages.values():
        assert not re.search(r"https?:|<link|<script|@import|url\(", page)
        assert "secret model answer" not in page
        plain = " ".join(page.split())
        assert "20 seconds of the processor for the calls that you know" in plain
        assert "what only waits is ended after 200." in plain
    for who in ("bob", "cyd", "dan"):
        words = re.sub(r"<style>.*?</style>|<img[^>]*>", "", pages[who], flags=re.DOTALL)
        assert "case that is not shown" in words or "Exception" in words or "ValueError" in words
        assert not re.search(r"\d\.\d", words), words  # no number of a hidden call


def test_written_answers_are_gathered_and_their_marks_are_merged(course, graded):
    put(course, f"ada/{NAME}.ipynb", words="Because,\nso to speak.")
    put(course, f"=bob/{NAME}.ipynb", words="=HYPERLINK(1)")
    put(course, f"'ada/{NAME}.ipynb", words="-1")
    put(course, f"cyd/{NAME}.ipynb")
    assert run(course) == 0
    path = course / "out/written/why.csv"
    rows = table(path)
    assert rows == [
        ["student", "points", "answer"], ["''ada", "", "-1"], ["'=bob", "", "'=HYPERLINK(1)"],
        ["ada", "", "Because,\nso to speak."], ["cyd", "0", ""]]  # fmt: skip
    rows[1][1], rows[2][1], rows[3][1] = "1", "2,5", "3"
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # as a spreadsheet does
        csv.writer(file).writerows(rows)
    assert run(course) == 0
    assert {row[0]: row[1] for row in table(course / "out/gradebook.csv")[2:]} == {
        "''ada": "3", "'=bob": "4.5", "ada": "5", "cyd": "2"}  # fmt: skip
    assert [row[1] for row in table(path)[1:]] == ["1", "2,5", "3", "0"]  # as typed
    pages = [page.read_text() for page in (course / "out/feedback").glob("ada-*.html")]
    assert sorted("3 of 3" in page for page in pages) == [False, True]  # 'ada and ada


@pytest.mark.parametrize("mark", ["4", "-1", "nan", "many", "inf"])
def test_a_wrong_mark_is_named(course, graded, capsys, mark):
    put(course, f"ada/{NAME}.ipynb", words="Because.")
    (course / "out/written").mkdir(parents=True)
    (course / "out/written/why.csv").write_text(f"student,points,answer\nada,{mark},x\n")
    assert run(course) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "ada" in line and "from 0 to 3" in line


DAYS = {"2026-01-10": "1", "2026-01-11": "0", "2026-01-11T11:00": "1", "2026-01-01": "10"}


@pytest.mark.parametrize("due, days", DAYS.items())
def test_late_days(course, graded, due, days):
    """Handed in on 11 January at noon."""
    noon = datetime(2026, 1, 11, 12).timestamp()
    put(course, f"ada/{NAME}.ipynb", time=noon)
    assert run(course, "--due", due, "--late-per-day", 25) == 0
    total = {"0": "2", "1": "1.5", "10": "0"}[days]
    assert table(course / "out/gradebook.csv")[::2] == [
        ["student", NAME, "late_days", "total"], ["ada", total, days, total]]  # fmt: skip
    (page,) = (course / "out/feedback").glob("*.html")
    assert f"<b>{total} of 5 points</b>" in page.read_text()
    assert (f"{days} day" in page.read_text()) == (days != "0")


def test_only_the_exercise_that_is_late_costs_points():
    due = datetime(2026, 1, 2).timestamp()

    class Earned:
        submission = Submission(
            "ada",
            files={"a": Path("a.ipynb"), "b": Path("b_LATE_1.ipynb"), "c": Path("c.ipynb")},
            times={"a": due, "b": 0.0, "c": due + 1},
        )
        records = dict.fromkeys("abcd", SimpleNamespace(outcome=CORRECT))

    exercises = {}
    for name, points in zip("abcd", (8, 4, 2, 0), strict=True):
        answers = {name: SimpleNamespace(name=name, points=points)}
        exercises[name] = SimpleNamespace(answers=answers, written={})
    agreed = Agreements(dict.fromkeys(exercises, LateRule(due, 25)))
    book = Book(SimpleNamespace(exercises=exercises), {}, agreed)
    assert book.points(Earned) == [8, 3, 1.5, 0]
    assert Book(book.grading, {}).points(Earned) == [8, 4, 2, 0]


def test_a_date_that_is_none_is_named(course, graded, capsys):
    put(course, f"ada/{NAME}.ipynb")
    assert run(course, "--due", "tomorrow") == 2
    assert "tomorrow" in capsys.readouterr().err
    assert not (course / "out").exists()  # it was found before the work began


def test_names_of_canvas_and_moodle_lead_back_to_them(course, graded):
    old, new = 1e9, 2e9
    put(course, f"lovelaceada_LATE_12_900_{NAME}-2.ipynb", time=old)
    put(course, f"lovelaceada_12_800_{NAME}.ipynb", WRONG, time=new)  # Canvas's number counts
    put(course, f"Bob Byte_77_assignsubmission_file_{NAME}.ipynb", WRONG)
    put(course, f"Cy D_78_assignsubmission_file_/{NAME}.ipynb")
    put(course, f"dan_{NAME}.ipynb", None)
    assert run(course, "--due", "2099-01-01") == 0
    assert table(course / "out/canvas.csv") == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", NAME],
        ["    Points Possible", "", "", "", "", "5"],
        ["lovelaceada", "12", "", "", "", "2"],
    ]
    assert table(course / "out/moodle.csv") == [
        ["Identifier", "Full name", NAME], ["Participant 77", "Bob Byte", "0"],
        ["Participant 78", "Cy D", "2"]]  # fmt: skip
    rows = table(course / "out/gradebook.csv")
    assert [row[:3] for row in rows[2:]] == [
        ["Bob Byte", "0", "0"], ["Cy D", "2", "0"], ["dan", "0", "0"],
        ["lovelaceada", "2", "1"]]  # fmt: skip


LONG = """
def double(x):
    total = []
    for k, value in enumerate(x.tolist()):
        step = value + 3 * k
        total.append(step + value - 3 * k)
    return torch.tensor(total, dtype=x.dtype)
"""


def test_copies_are_found_whatever_their_names(course, graded):
    copied = LONG.replace("total", "s").replace("step", "# hidden\n        t").replace("value", "v")
    assert copied != LONG
    put(course, f"ada/{NAME}.ipynb", LONG)
    put(course, f"bob/{NAME}.ipynb", copied)
    put(course, f"cyd/{NAME}.ipynb", OTHER)
    for name in ("dan", "eve"):  # too short to be telling
        put(course, f"{name}/{NAME}.ipynb", RIGHT)
    assert run(course) == 0
    rows = table(course / "out/similarity.csv")
    assert rows[0][:4] == ["answer", "one", "other", "alike"]
    assert [row[:3] for row in rows[1:]] == [["double", "ada", "bob"]]


def test_what_the_whole_class_has_in_common_is_no_copy(course, graded):
    for student in range(12):
        put(course, f"s{student}/{NAME}.ipynb", LONG)
    assert run(course) == 0
    assert table(course / "out/similarity.csv")[1:] == []


def test_nobody_who_handed_in_anything_vanishes(course, graded, capsys):
    put(course, f"ada/{NAME}.ipynb")
    others = {"bob/answer.py": b"x", "cyd/work.zip": b"PK", "dan/01.ipynb.txt": b"{}"}
    others["eve.html"] = b""
    for name, data in others.items():
        (course / "in" / name).parent.mkdir(exist_ok=True)
        (course / "in" / name).write_bytes(data)
    (course / "in" / "fay").mkdir()
    (course / "in" / ".gus").mkdir()
    (course / "in" / "hal").symlink_to(course)
    (course / "in" / "__MACOSX").mkdir()
    assert run(course) == 0
    rows = table(course / "out/gradebook.csv")[2:]
    names = [".gus", "ada", "bob", "cyd", "dan", "eve", "fay", "hal"]
    assert [row[0] for row in rows] == names
    printed = capsys.readouterr().out
    for name in set(names) - {"ada"}:
        assert f"nothing to grade: {name}: " in printed
    marks = {row[0]: row[1] for row in table(course / "out/written/why.csv")[1:]}
    assert marks == {**dict.fromkeys(names, ""), "ada": "0"}


def test_an_exercise_that_nobody_handed_in_is_empty_in_exports(course, graded):
    script = course / "solutions" / f"{NAME}.py"
    other = script.read_text().replace("double", "treble").replace("written why", "written how")
    (course / "solutions" / "02_trebles.py").write_text(other)
    put(course, f"leekim_11_901_{NAME}.ipynb")
    assert run(course) == 0
    assert table(course / "out/canvas.csv")[2] == ["leekim", "11", "", "", "", "2", ""]
    on_paper = "student,what,points,reason\nleekim,02_trebles,3,on paper\n"
    (course / "out/overrides.csv").write_text(on_paper)
    assert run(course) == 0
    assert table(course / "out/canvas.csv")[2] == ["leekim", "11", "", "", "", "2", "3"]


def test_a_name_whose_letters_are_taken_apart_is_the_same_student(course, graded):
    import unicodedata

    put(course, f"José/{NAME}.ipynb", WRONG, time=1e9)
    put(course, f"{unicodedata.normalize('NFD', 'José')}/{NAME}.ipynb", RIGHT, time=2e9)
    assert run(course) == 0
    assert table(course / "out/gradebook.csv")[2:] == [["José", "2", "2"]]


def test_pages_of_students_who_are_joined_or_renamed_are_set_apart(course, graded, capsys):
    put(course, f"lovelaceada_12_800_{NAME}.ipynb")
    put(course, f"bob/{NAME}.ipynb")
    assert run(course) == 0
    pages = course / "out/feedback"
    (pages / "mine.html").write_text("not of the grader")
    assert "moved to" not in capsys.readouterr().out
    roster = course / "class.csv"
    roster.write_text("name,also\nAda L,lovelaceada\n")
    assert run(course, "--roster", roster) == 0
    (line,) = [one for one in capsys.readouterr().out.splitlines() if one.startswith("moved to")]
    assert "lovelaceada" in line and "bob" not in line
    names = {path.name.rpartition("-")[0] or path.name for path in pages.iterdir()}
    assert names == {"Ada-L", "bob", "mine.html", "earlier"}
    assert [path.name.rpartition("-")[0] for path in (pages / "earlier").iterdir()] == [
        "lovelaceada"
    ]


def test_a_student_with_a_problem_gets_a_page_that_is_addressed_to_them(course, graded):
    moodle = "assignsubmission_file_"
    put(course, f"Ada L_1_{moodle}/{NAME}.ipynb")
    for student, name, data in (
        ("Bob B_2", "work.zip", b"PK"), ("Cy D_3", f"{NAME}.ipynb", b"{"), ("Eve_4", "", None),
    ):  # fmt: skip
        folder = course / "in" / f"{student}_{moodle}"
        folder.mkdir()
        if data:
            (folder / name).write_bytes(data)
    (course / "in" / f"kimlee_7_800_{NAME}.zip").write_bytes(b"PK")
    assert run(course) == 0
    with zipfile.ZipFile(course / f"out/return/moodle_{NAME}.zip") as archive:
        names = [f"Ada L_1_{moodle}", f"Bob B_2_{moodle}", f"Cy D_3_{moodle}", f"Eve_4_{moodle}"]
        assert sorted(archive.namelist()) == [f"{name}/feedback.html" for name in names]
        bob, eve = (archive.read(f"{names[n]}/feedback.html").decode() for n in (1, 3))
    assert "unpack" not in bob and "work.zip" in bob and "hand in the notebook itself" in bob
    assert "hand in the notebook itself" in eve
    with zipfile.ZipFile(course / f"out/return/canvas_{NAME}.zip") as archive:
        assert archive.namelist() == ["kimlee_7_800_feedback.html"]
    index = (course / "out/index.html").read_text()
    assert "unpack it and grade again" in index  # for the instructor


def test_canvas_gets_a_row_for_who_handed_in_nothing(course, graded):
    put(course, f"lovelaceada_12_800_{NAME}.ipynb")
    roster = course / "class.csv"
    roster.write_text("name,id,also\nAda L,12,lovelaceada\nBob B,13,\nCy D,14,\n")
    assert run(course, "--roster", roster) == 0
    path = course / "out/canvas.csv"
    assert [[row[0], row[1], row[5]] for row in table(path)[2:]] == [
        ["Ada L", "12", "2"], ["Bob B", "13", ""], ["Cy D", "14", ""]]  # fmt: skip
    text = f"student,what,points,reason\nBob B,{NAME},3,on paper\n"
    (course / "out/overrides.csv").write_text(text)
    assert run(course, "--roster", roster) == 0
    assert [row[5] for row in table(path)[2:]] == ["2", "3", ""]


def test_ids_that_are_not_those_of_canvas_stay_out_of_its_table(course, graded):
    put(course, f"lovelaceada_12_800_{NAME}.ipynb")
    roster = course / "class.csv"
    roster.write_text("name,id,also\nAda L,s1,lovelaceada\nBob B,s2,\n")
    assert run(course, "--roster", roster) == 0
    assert [row[:2] for row in table(course / "out/canvas.csv")[2:]] == [["Ada L", "12"]]
    head = "Student,ID,SIS User ID,SIS Login ID,Section"
    roster.write_text(f"{head}\nAda L,12,a1,lovelaceada,\nBob B,13,b1,bb,\n")
    assert run(course, "--roster", roster) == 0
    rows = [row[:2] for row in table(course / "out/canvas.csv")[2:]]
    assert rows == [["Ada L", "12"], ["Bob B", "13"]]
