"""One student is one row, and nobody vanishes: whose a file is, in all the ways it is handed in."""

import unicodedata
from pathlib import Path

import pytest

from lstm_video_lab.course.grading.roster import Roster, read_roster
from lstm_video_lab.course.grading.students import find_students

ONE, TWO = "01_lstm_cell", "02_backpropagation_by_hand"
EXERCISES = (ONE, TWO)
MOODLE = "assignsubmission_file_"


def students(folder, paths, roster=None):
    """Student → the number of files, for files of these paths."""
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"")
    found = find_students(folder, EXERCISES, roster)
    return {student: len(of_one) for student, of_one in found.items()}


CLASSES = {
    "folders": ([f"ada/{ONE}.ipynb", f"ada/deep/er/{TWO}.ipynb"], {"ada": 2}),
    "loose": (
        [f"{ONE}_ada.ipynb", f"ada_{TWO}.ipynb", f"Ada-{ONE}.ipynb", f"ada-{ONE}-2.ipynb"],
        {"ada": 4}),
    "spelt otherwise": (["ada 01-lstm-cell.ipynb", "01 LSTM cell_ada.ipynb"], {"ada": 2}),
    "Moodle's ids are another one for each assignment": (
        [f"Ada L_111_{MOODLE}/{ONE}.ipynb", f"Ada L_222_{MOODLE}/{TWO}.ipynb"], {"Ada L": 2}),
    "Moodle, loose": (
        [f"Ada L_111_{MOODLE}{ONE}.ipynb", f"Ada L_222_{MOODLE}{TWO}.ipynb"], {"Ada L": 2}),
    "Moodle, in folders of weeks": (
        [f"week1/Ada L_111_{MOODLE}/{ONE}.ipynb", f"week2/Ada L_2_{MOODLE}/{TWO}.ipynb"],
        {"Ada L": 2}),
    "nobody's name in Moodle": (
        [f"Participant_111_{MOODLE}/{ONE}.ipynb", f"Participant_222_{MOODLE}/{TWO}.ipynb"],
        {"Participant 111": 1, "Participant 222": 1}),
    "two of one name in Moodle": (
        [f"Ada L_111_{MOODLE}/{ONE}.ipynb", f"Ada L_112_{MOODLE}/{ONE}.ipynb"],
        {"Ada L (111)": 1, "Ada L (112)": 1}),
    "Canvas": (
        [f"lovelaceada_12345_67890_{ONE}.ipynb", f"byronann_LATE_12_3_{ONE}-1.ipynb"],
        {"byronann": 1, "lovelaceada": 1}),
    "Canvas, unpacked into a folder for each week": (
        [f"week1/lovelaceada_12345_67890_{ONE}.ipynb", f"week1/lee-kim_LATE_7_8_{ONE}.ipynb",
         f"week2/lovelaceada_LATE_12345_67999_{TWO}.ipynb"], {"lee-kim": 1, "lovelaceada": 2}),
    "Canvas, in a folder of any name, with what is no notebook": (
        ["Montag/lovelaceada_12345_67890_work.zip", f"Montag/leekim_7_678_{ONE}.ipynb",
         f"Week 2/leekim_7_8_{TWO}.ipynb", "Week 2/readme.txt"],
        {"readme": 1, "leekim": 2, "lovelaceada": 1}),
    "a student's name for a file that looks like Canvas's": (
        [f"ada/try_1_2_{ONE}.ipynb", f"ada/lstm_cell_10_200_{ONE}.ipynb", f"ada/{TWO}.ipynb"],
        {"ada": 3}),
    "two of one name in Canvas": (
        [f"leekim_11_1_{ONE}.ipynb", f"leekim_12_2_{TWO}.ipynb"],
        {"leekim (11)": 1, "leekim (12)": 1}),
    "Canvas, and a folder of the same name": (
        [f"leekim_11_1_{ONE}.ipynb", f"leekim/{TWO}.ipynb"], {"leekim": 2}),
    "letters taken apart": (
        [f"José/{ONE}.ipynb", unicodedata.normalize("NFD", f"José/{TWO}.ipynb"),
         unicodedata.normalize("NFD", f"{TWO}_JOSÉ.ipynb")], {"JOSÉ": 3}),
    "copies": (
        [f"Copy of {ONE}_ada.ipynb", f"{ONE}_ada (1).ipynb", f"ada/{ONE}-Copy1.ipynb",
         f"Kopie von {TWO}_ada.ipynb", f"ada (2)/{TWO}.ipynb", f"ada_{TWO} - Copy (3).ipynb",
         f"Copie de ada_{ONE}.ipynb", f"ada_{ONE} copy 2.ipynb"], {"ada": 8}),
    "folders of sections": (
        [f"section 1/ada/{ONE}.ipynb", f"section 1/bob/{ONE}.ipynb", f"section 2/ada/{ONE}.ipynb"],
        {"ada (section 1)": 1, "ada (section 2)": 1, "bob": 1}),
    "one student in two sections": (
        [f"section 1/ada/{ONE}.ipynb", f"section 2/ada/{TWO}.ipynb"], {"ada": 2}),
    "folders of weeks": (
        [f"Week 1/ada/{ONE}.ipynb", f"Week 2/ada/{ONE}.ipynb", f"week3/{TWO}_bob.ipynb"],
        {"ada": 2, "bob": 1}),
    "folders of exercises": ([f"{ONE}/ada.ipynb", f"{TWO}/ada/x.ipynb"], {"ada": 2}),
    "sections of any name": (
        [f"{top}/{who}/{ONE}.ipynb" for top, who in zip("XXY", "abc", strict=True)],
        {"a": 1, "b": 1, "c": 1}),
    "one folder around all": ([f"all/{who}/{ONE}.ipynb" for who in "ab"], {"a": 1, "b": 1}),
    "a team": ([f"group3/{ONE}_final.ipynb", f"group 4/week1/{ONE}.ipynb"],
               {"group 4": 1, "group3": 1}),
    "a group of students": (
        [f"group3/{ONE}_ada.ipynb", f"group3/{ONE}_bob.ipynb"], {"ada": 1, "bob": 1}),
    "a student's own versions": (
        [f"ada/old/{ONE}.ipynb", f"ada/new/{ONE}.ipynb", f"ada/try 1/{ONE}.ipynb"], {"ada": 3}),
    "nobody's name": (
        [f"{ONE}.ipynb", f"{ONE} (1).ipynb"], {ONE: 1, f"{ONE} (1)": 1}),
    "names of the table": ([f"max/{ONE}.ipynb", f"student/{ONE}.ipynb"], {"max": 1, "student": 1}),
    "no letters": ([f"new\nline/{ONE}.ipynb", f"a\u202eb/{ONE}.ipynb"],
                   {"a\ufffdb": 1, "new\ufffdline": 1}),
    "any letters": ([f"山田太郎/{ONE}.ipynb", f"Ольга_{ONE}.ipynb"], {"Ольга": 1, "山田太郎": 1}),
}  # fmt: skip


@pytest.mark.parametrize("paths, expected", CLASSES.values(), ids=CLASSES)
def test_one_student_is_one_row(tmp_path, paths, expected):
    assert students(tmp_path, paths) == expected


def test_whatever_was_handed_in_is_there_with_a_reason(tmp_path, monkeypatch):
    files = ["a/x.py", "b/x.zip", "c/x.ipynb.txt", "d.html", "week1/leekim_1_2_x.pdf", "f/.x.ipynb"]
    paths = [*files, "._d.ipynb", "a/.ipynb_checkpoints/x.ipynb", "__MACOSX/a.ipynb", ".g/x.ipynb"]
    students(tmp_path, paths)
    (tmp_path / "h").mkdir()
    (tmp_path / "week1/i").mkdir()
    (tmp_path / "j").symlink_to(tmp_path)
    (tmp_path / "k.ipynb").symlink_to(tmp_path / "d.html")
    found = find_students(tmp_path, EXERCISES)
    odd = {student: [one.entry.odd for one in of_one] for student, of_one in found.items()}
    assert set(odd) == {"a", "b", "c", "d", "leekim", "f", ".g", "h", "i", "j", "k"}
    assert all(len(words) == 1 and words[0] for words in odd.values())
    monkeypatch.chdir(tmp_path)
    own = Roster(tmp_path / "d.html", [])  # the instructor's, by another path
    assert "d" not in find_students(Path("../" + tmp_path.name), EXERCISES, own)
    assert "empty folder" in odd["h"][0] and "link" in odd["j"][0] and "hidden" in odd[".g"][0]


def test_what_tools_leave_behind_is_no_student(tmp_path):
    tools = [
        ".pytest_cache/v/cache/lastfailed", ".pytest_cache/README.md", "__pycache__/x.pyc",
        ".git/HEAD", "ada/.ipynb_checkpoints/x-checkpoint.ipynb", "__MACOSX/._x.ipynb",
        ".idea/x.xml", ".vscode/settings.json", ".some_editor/state", ".DS_Store", ".gitignore",
        "ada/.mypy_cache/3/x.json", "ada/.virtual_documents/x.ipynb", "ada/.Rhistory",
    ]  # fmt: skip
    paths = [*tools, f"ada/{ONE}.ipynb", f".eve/{ONE}.ipynb", ".max/deep/x.zip"]
    assert students(tmp_path, paths) == {".eve": 1, ".max": 1, "ada": 1}


ROSTER = """\
Name;ID;Section
Lovelace, Ada;s1001;A
"Lovelace, Ada";s1001;B
Max;s1002;A
Kim Lee;s1003;A
Kim Lee;s1004;B
山田太郎;s1005;B
Zoë Byrne-Ó Dálaigh;s1006;B
"""
NAMED = [
    f"Ada Lovelace_111_{MOODLE}/{ONE}.ipynb", f"lovelaceada_12345_67890_{TWO}.ipynb",
    f"s1001_{ONE}.ipynb", f"ADA_LOVELACE/{ONE}.ipynb", f"max/{ONE}.ipynb",
    f"Kim Lee s1004/{ONE}.ipynb", f"Kim Lee/{ONE}.ipynb", f"zoe/{ONE}.ipynb",
    unicodedata.normalize("NFD", f"{ONE}_zoë-byrne-ó-dálaigh.ipynb"),
]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_roster_settles_who_is_who(tmp_path, encoding):
    (tmp_path / "roster.csv").write_bytes(ROSTER.encode(encoding))
    roster = read_roster(tmp_path / "roster.csv")
    assert students(tmp_path / "in", NAMED, roster) == {
        "Lovelace, Ada": 4, "Max": 1, "Kim Lee (s1004)": 1, "Kim Lee": 1, "zoe": 1,
        "Zoë Byrne-Ó Dálaigh": 1}  # fmt: skip
    sections = {person.student: person.section for person in roster.people}
    assert sections["Lovelace, Ada"] == "A, B" and sections["Kim Lee (s1003)"] == "A"


def test_an_id_of_the_platform_is_no_id_of_somebody_else(tmp_path):
    (tmp_path / "roster.csv").write_text("name,id\nAda L,9001\nBob B,9002\nKim,9003\nKim,9004\n")
    roster = read_roster(tmp_path / "roster.csv")
    paths = [
        f"Ada L_9002_{MOODLE}/{ONE}.ipynb", f"bbob_9001_700_{TWO}.ipynb",
        f"Eve_9001_{MOODLE}/{ONE}.ipynb", f"kim_9004_701_{ONE}.ipynb", f"x_9003_702_{TWO}.ipynb",
    ]  # fmt: skip
    assert students(tmp_path / "in", paths, roster) == {
        "Ada L": 1, "Bob B": 1, "Eve": 1, "Kim (9004)": 1, "Kim (9003)": 1}  # fmt: skip


def test_a_folder_that_is_called_by_an_id_is_that_students(tmp_path):
    """An id of any form; within a longer name it must look like one."""
    (tmp_path / "roster.csv").write_text("name,username\nAda L,alovelace\nBob B,b12\n")
    roster = read_roster(tmp_path / "roster.csv")
    paths = [f"alovelace/{ONE}.ipynb", f"B12/{ONE}.ipynb", f"{TWO}_b12.ipynb", f"b12 x/{ONE}.ipynb"]
    assert students(tmp_path / "in", paths, roster) == {"Ada L": 1, "Bob B": 2, "b12 x": 1}


@pytest.mark.parametrize(
    "text, words",
    [
        ("who,id\nada,1", "name"),
        ("name,id\n,1", "row 2"),
        ("name,id\nada,1\nbob,1", "row 3, column 'id'"),
        ("name,id\n", "nobody"),
        ("name,section\nLi Wei,A\nLi Wei,B", "row 3, column 'id'.*Li Wei"),
        ("name,id\nLi Wei,1\nLi Wei,", "row 3, column 'id'.*Li Wei"),
        ("name,id\nLi Wei,\nLi Wei,1", "row 3, column 'id'.*Li Wei"),
        ("name,id\nada,1,2,3", "row 2"),
        ("name,id,id\nada,1,2", "two such columns"),
    ],
)
def test_a_roster_that_is_not_understood_is_refused_by_its_place(tmp_path, text, words):
    (tmp_path / "roster.csv").write_text(text)
    with pytest.raises(ValueError, match=words):
        read_roster(tmp_path / "roster.csv")


def test_exports_of_canvas_and_moodle_are_rosters(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text("Student,ID,SIS Login ID,Section,01\n    Points Possible,,,,7\n"
                    '"Lovelace, Ada",12345,adal,A,\n')  # fmt: skip
    (ada,) = read_roster(path).people
    assert (ada.name, ada.id, ada.section, ada.also) == ("Lovelace, Ada", "12345", "A", {"adal"})
    path.write_text("First name,Surname,ID number,Email address\nAda,Lovelace,7,adal@x.org\n")
    (ada,) = read_roster(path).people
    assert (ada.name, ada.id, "adal" in ada.also) == ("Ada Lovelace", "7", True)
