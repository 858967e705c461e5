"""A table's letters are read right, or it is refused: a name never becomes another one."""

import pytest
from course.small_class import put, run, table
from course.tiny import NAME
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lstm_video_lab.course.grading.letters import possible_readings
from lstm_video_lab.course.grading.marks import read_table
from lstm_video_lab.course.grading.roster import read_roster

WEST = ("Ben Ólafsson", "Émile Durand", "Åsa C", "Øyvind A", "José Núñez", "Müller, Jörg",
        "Zoë Byrne-Ó Dálaigh", "Françoise Lefèvre", "João Gonçalves", "Þóra Æsir", "Ægir Ýr",
        "Søren Kjærgård", "MARÍA PEÑA", "Mª José", "O’Brien", "Groß", "Ada", "Núria Gal·la",
        "Siân", "Hélène Côté", "ülkü", "Šime Žigić", "Noël", "Æ", "Ö")  # fmt: skip
CENTRE = ("Łukasz Żak", "Jiří Dvořák", "Ľudovít Štúr", "Ágnes Szűcs", "Çağan", "Ştefan Ţepeş",
          "Đorđe Šarić", "Ő", "ŠÁRKA NĚMCOVÁ", "Gößl", "Zbigniew Błąd", "Müller")  # fmt: skip
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp1250",
             "mac_roman", "mac_latin2", "cp850", "cp852")  # fmt: skip


def roster(path, names, encoding, head="Name;ID;Section"):
    rows = [head, *(f"{name};;A" for name in names)]
    path.write_bytes("\r\n".join(rows).encode(encoding))


def decodes_as_utf_8(data):
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not data.isascii()


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.sampled_from(WEST + CENTRE), min_size=1, max_size=5, unique=True),
    st.sampled_from(ENCODINGS),
    st.data(),
)
def test_a_name_is_read_right_or_refused(tmp_path, names, encoding, data):
    path = tmp_path / "class.csv"
    try:
        roster(path, names, encoding)
    except UnicodeEncodeError:
        assume(False)
    is_utf = encoding.startswith("utf")
    assume(is_utf or not decodes_as_utf_8(path.read_bytes()))  # by chance, and rare
    known = data.draw(st.lists(st.sampled_from(names), max_size=2))
    try:
        people = read_roster(path, known, ["Ada"]).people
    except ValueError as error:
        assert "save it as CSV in UTF-8" in str(error) and not is_utf
    else:
        assert [person.name for person in people] == names


@pytest.mark.parametrize(
    "names, encoding, known",
    [
        (["Ben Ólafsson", "Émile Durand"], "cp1252", []),
        (["Åsa C", "Øyvind A", "Ada"], "cp1252", ["Åsa C", "Øyvind A"]),
        (["Åsa C"], "cp1252", ["åsa c"]),
        (["Šárka Ň", "Jiří D"], "cp1250", ["Jiří D", "Šárka Ň"]),
        (["José N"], "mac_roman", []),
        (["Ana", "Öä Ü"], "mac_roman", ["Öä Ü"]),
    ],
)
def test_what_decides_is_used(tmp_path, names, encoding, known):
    roster(tmp_path / "class.csv", names, encoding)
    people = read_roster(tmp_path / "class.csv", known).people
    assert [person.name for person in people] == names


def test_logins_without_accents_decide(tmp_path):
    path = tmp_path / "class.csv"
    text = "name,id,email\nÅsa Carlsson,1,asa.carlsson@x.org\nÓli Büh,2,\n"
    path.write_bytes(text.encode("cp1252"))
    assert [one.name for one in read_roster(path).people] == ["Åsa Carlsson", "Óli Büh"]
    path.write_bytes("name\nSøren Aas\nÅsa C\n".encode("cp1252"))
    with pytest.raises(ValueError, match="UTF-8"):
        read_roster(path)
    people = read_roster(path, ["aassoren"]).people
    assert [one.name for one in people] == ["Søren Aas", "Åsa C"]


def test_where_nothing_decides_a_table_is_refused(tmp_path):
    roster(tmp_path / "class.csv", ["Åsa C"], "cp1252")
    with pytest.raises(
        ValueError, match=r"class.csv: 'Åsa C' may also be 'Ĺsa C', .*save it as CSV in UTF-8"
    ):
        read_roster(tmp_path / "class.csv")
    assert possible_readings([["Åsa"], ["Ĺsa"], ["”sa"], ["Åsa"]], []) == [0, 1]


def test_a_roster_in_windows_letters_with_other_names_is_no_ghost(course, graded, capsys):
    put(course, f"olafssonben_12_800_{NAME}.ipynb", words="Because.")
    path = course / "class.csv"
    text = "Name;ID;Section;also\nBen Ólafsson;;A;olafssonben\nÉmile Durand;;B;\n"
    path.write_bytes(text.encode("cp1252"))
    assert run(course, "--roster", path) == 0
    assert [row[0] for row in table(course / "out/gradebook.csv")[2:]] == [
        "Ben Ólafsson", "Émile Durand"]  # fmt: skip
    written = course / "out/written/why.csv"
    text = "student;points;answer\nBen Ólafsson;0,5;Because.\nÉmile Durand;0;\n"
    for encoding in ("cp1252", "mac_roman"):
        written.write_bytes(text.encode(encoding))
        assert run(course, "--roster", path) == 0
        totals = {row[0]: row[-1] for row in table(course / "out/gradebook.csv")}
        assert totals["Ben Ólafsson"] == "2.5"


def test_the_letters_of_a_folder_decide_those_of_the_roster(course, graded, capsys):
    put(course, f"Øyvind A_11_assignsubmission_file_/{NAME}.ipynb")
    path = course / "class.csv"
    path.write_bytes("name,id\nØyvind A,s1\nÅsa C,s2\n".encode("cp1252"))
    assert run(course, "--roster", path) == 0
    names = {row[0] for row in table(course / "out/gradebook.csv")[2:]}
    assert names == {"Åsa C", "Øyvind A"}


def test_a_ghost_of_an_earlier_grading_decides_no_letters_and_is_said(course, graded, capsys):
    """`Ĺsa C` was graded once, misread: what is written for `Åsa C` is hers."""
    put(course, f"Ĺsa C/{NAME}.ipynb", words="Because.")
    assert run(course) == 0
    (course / "in" / "Ĺsa C").rename(course / "in" / "Åsa C")
    path = course / "out/written/why.csv"
    path.write_bytes("student;points;answer\nÅsa C;0,5;Because.\n".encode("cp1252"))
    assert run(course) == 0
    assert [row[-1] for row in table(course / "out/gradebook.csv")[2:]] == ["2.5"]
    capsys.readouterr()
    path.write_text("student;points;answer\nĹsa C;0,5;Because.\n", encoding="utf-8")
    assert run(course) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "is nobody of" in line]
    assert "why.csv" in line and "'Ĺsa C'" in line and "'Åsa C'" in line


def test_the_error_is_that_of_the_right_letters(tmp_path):
    path = tmp_path / "why.csv"
    text = "student,points,answer\nJosé Núñez,1,x\nÅsa C,7,x\n"
    for encoding in ("cp1252", "mac_roman"):
        path.write_bytes(text.encode(encoding))
        with pytest.raises(ValueError, match="row 3, column 'points': Åsa C has '7' points"):
            read_table(path, 3, ["José Núñez", "Åsa C"])
