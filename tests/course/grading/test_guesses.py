"""What a class guessed: one table and one page, whatever its files hold."""

import json
import os

import pytest
from course.small_class import put, run, table
from course.tiny import NAME

from lstm_video_lab.course.grading import guesses
from lstm_video_lab.questions import KEPT, LARGEST_FILE, MOST_CHOICES, Guessed, keep_guess

ASKED, FIRST, LAST = "Which <order>?", "=newest", "oldest"


def hand_in(folder, student, *choices, note=""):
    path = folder / student / KEPT
    path.parent.mkdir(parents=True, exist_ok=True)
    keep_guess(path, "autoencoder/order", Guessed(ASKED, LAST, choices, note))
    return path


def test_a_class_has_one_table_and_one_page_without_points(course, graded, capsys):
    put(course, f"ada/{NAME}.ipynb")
    hand_in(course / "in", "ada", FIRST, LAST, note="<script>alert(1)</script>")
    hand_in(course / "in", "bob", LAST)
    (course / "in" / "cyd").mkdir()
    (course / "in" / "cyd" / KEPT).write_text("[]")
    assert run(course) == 0
    head, *rows = table(course / "out" / "guesses.csv")
    assert [dict(zip(head, row, strict=True))["first_guess"] for row in rows] == ["'" + FIRST, LAST]
    assert rows[0][0] == "ada" and rows[0][4:6] == [LAST, LAST] and "<script>" in rows[0][6]
    page = (course / "out" / "guesses.html").read_text()
    assert "<script" not in page and "&lt;script&gt;" in page and "Which &lt;order&gt;?" in page
    assert "1 of 2 at first guess" in page
    told = capsys.readouterr().out
    assert told.count("guesses of cyd are left out") == 1
    gradebook = (course / "out" / "gradebook.csv").read_text()
    assert "bob" not in gradebook and "order" not in gradebook


def test_a_roster_among_the_submissions_is_nobodys(course, graded, capsys):
    """It changes nothing of who is who, in the guesses and in what is explained."""
    for student in ("ada", "bob"):
        put(course, f"physics/{student}/{NAME}.ipynb")
        hand_in(course / "in" / "physics", student, FIRST)
    roster = course / "in" / "roster.csv"
    roster.write_text("name\nada\nbob\n")
    assert run(course, "--roster", roster) == 0
    assert [row[0] for row in table(course / "out" / "guesses.csv")[1:]] == ["ada", "bob"]
    assert run(course, "--explain", "bob", "double") == 0
    assert "bob: double" in capsys.readouterr().out


def test_a_class_without_guesses_gets_no_table(course, graded):
    put(course, f"ada/{NAME}.ipynb")
    assert run(course) == 0
    assert not (course / "out" / "guesses.csv").exists()


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("ada/deep/my_guesses.json", "ada"),
        ("lovelaceada_12_345_my_guesses-1.json", "lovelaceada"),
        ("Ada Lovelace_12_assignsubmission_file_/my_guesses.json", "Ada Lovelace"),
        ("my_guesses_ada.json", "ada"),
    ],
)
def test_whose_they_are_the_path_says(tmp_path, path, student):
    target = tmp_path / path
    target.parent.mkdir(parents=True, exist_ok=True)
    keep_guess(target, "a/b", Guessed(ASKED, LAST, (FIRST,)))
    assert list(guesses.read_class(tmp_path, {}).of_students) == [student]


GOOD = {"question": "q", "answer": "a", "choices": ["a"], "note": ""}
BROKEN = [
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"guesses": 3}',
    b'{"guesses": {"a/b": {"choices": [1]}, "c/d": [], "e/f": null}}',
    json.dumps({"guesses": {"a/b": GOOD | {"choices": []}}}).encode(),
    json.dumps({"guesses": {"a/b": GOOD | {"note": ["x"]}}}).encode(),
    b" " * (LARGEST_FILE + 1),
]


@pytest.mark.parametrize("content", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_file_gives_a_line_or_nothing(tmp_path, content):
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / KEPT).write_bytes(content)
    found = guesses.read_class(tmp_path, {})
    assert not any(found.of_students.values())
    assert len(found.lines) == (not found.of_students)


def test_a_link_is_not_followed(tmp_path):
    hand_in(tmp_path, "ada", LAST)
    (tmp_path / "bob").mkdir()
    os.symlink(tmp_path / "ada" / KEPT, tmp_path / "bob" / KEPT)
    found = guesses.read_class(tmp_path, {})
    assert list(found.of_students) == ["ada"] and len(found.lines) == 1


def test_long_texts_and_long_lists_are_cut(tmp_path):
    long = GOOD | {"choices": [str(n) for n in range(5000)], "note": "n" * 5000 + "\ud800"}
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / KEPT).write_text(json.dumps({"guesses": {"a/b": long}}))
    one = guesses.read_class(tmp_path, {}).of_students["ada"]["a/b"]
    assert one.choices[0] == "0" and one.choices[-1] == "4999"
    assert len(one.choices) == MOST_CHOICES and len(one.note) == 2000
    guesses.write(guesses.read_class(tmp_path, {}), tmp_path)
    assert "4999" in (tmp_path / "guesses.csv").read_text()
