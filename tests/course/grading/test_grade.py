"""`lstm-video-lab grade`: a small class from its notebooks to its records."""

import json
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

import pytest
from course.hostile import ANSWERS
from course.small_class import OTHER, Ended, put, run, table
from course.tiny import NAME, RIGHT, WRONG
from course.traces import started_with, until

from lstm_video_lab import cli
from lstm_video_lab.commands import grade as command
from lstm_video_lab.course.grading import grade, nbval_runner


@pytest.mark.skipif(sys.platform == "win32", reason="answers are graded on Linux, macOS or WSL")
def test_a_class_is_graded_by_nbval(course, capsys, monkeypatch):
    place = course / "temporary"
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    monkeypatch.setattr(tempfile, "tempdir", None)
    put(course, f"ada/{NAME}.ipynb", words="Because.")
    put(course, f"eve/{NAME}.ipynb", ANSWERS["abort"])
    (course / "in" / "mal").mkdir()
    (course / "in" / "mal" / f"{NAME}.ipynb").write_bytes(b"{")
    assert run(course, "--seed", 5) == 0
    out = course / "out"
    assert table(out / "gradebook.csv") == [
        ["student", NAME, "total"], ["points possible", "5", "5"], ["ada", "2", "2"],
        ["eve", "0", "0"], ["mal", "0", "0"]]  # fmt: skip
    assert "seed 5" in capsys.readouterr().out
    root = ElementTree.parse(out / "junit.xml").getroot()
    cells = [len(list(suite.iter("testcase"))) for suite in root.iter("testsuite")]
    failed = [len(list(suite.iter("failure"))) for suite in root.iter("testsuite")]
    assert (cells, failed) == ([1, 1, 0], [0, 1, 0])
    students = json.loads((out / "gradebook.json").read_text())["students"]
    assert [one["answers"]["double"]["outcome"] for one in students] == [
        "correct", "error", "missing"]  # fmt: skip
    assert "no notebook" in students[2]["notes"][0]
    assert until(lambda: not started_with(str(place))), "a process is left"
    assert list(place.iterdir()) == []


def test_the_same_seed_gives_the_same_files(course, graded):
    put(course, f"ada/{NAME}.ipynb", words="Because.")
    put(course, f"bob/{NAME}.ipynb", WRONG)
    seen = []
    for name in ("one", "two"):
        out = course / name
        command = ["grade", str(course / "in"), "--out", str(out), "--seed", "9"]
        assert cli.main([*command, "--solutions", str(course / "solutions")]) == 0
        seen.append({p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.is_file()})
    assert seen[0] == seen[1] and len(graded) == 4


def test_what_was_graded_is_not_graded_again_unless_it_changed(course, graded):
    put(course, f"ada/{NAME}.ipynb")
    put(course, f"bob/{NAME}.ipynb", WRONG)
    assert run(course) == 0
    first, seed = table(course / "out/gradebook.csv"), json.loads(
        (course / "out/grading.json").read_text())["seed"]  # fmt: skip
    assert len(graded) == 2
    assert run(course) == 0
    assert len(graded) == 2 and table(course / "out/gradebook.csv") == first
    put(course, f"bob/{NAME}.ipynb", OTHER)
    assert run(course) == 0
    assert graded[2:] == [OTHER]
    assert table(course / "out/gradebook.csv")[-1] == ["bob", "2", "2"]
    assert run(course, "--seed", seed + 1) == 0  # other hidden calls: all anew
    assert len(graded) == 5
    script = course / "solutions" / f"{NAME}.py"
    script.write_text(script.read_text() + "\n# a changed exercise\n")
    assert run(course) == 0 and len(graded) == 7


def test_an_interrupted_grading_goes_on(course, graded, monkeypatch):
    for name in "abcdef":
        put(course, f"{name}/{NAME}.ipynb", RIGHT + f"  # {name}")
    judge_all = nbval_runner.start_nbval

    def interrupted(folder):
        if len(graded) == 2:
            raise KeyboardInterrupt
        return judge_all(folder)

    monkeypatch.setattr(nbval_runner, "MOST_ANSWERS", 1)
    monkeypatch.setattr(nbval_runner, "start_nbval", interrupted)
    assert run(course, "--jobs", 1) == 130 and len(graded) == 2
    monkeypatch.setattr(nbval_runner, "start_nbval", judge_all)
    assert run(course) == 0
    assert len(graded) == len(set(graded)) == 6


def test_a_broken_record_is_made_again(course, graded):
    put(course, f"ada/{NAME}.ipynb")
    assert run(course) == 0
    (record,) = (course / "out/records").glob("*.json")
    for text in ("", "[]", "{", '{"digest": 3}', record.read_text().replace("outcome", "x")):
        record.write_text(text)
        assert run(course) == 0
        assert table(course / "out/gradebook.csv")[-1] == ["ada", "2", "2"]
    assert len(graded) == 6


def test_nothing_to_grade_is_one_line(course, capsys):
    assert cli.main(["grade", str(course / "none"), "--out", str(course / "out"),
                     "--solutions", str(course / "solutions")]) == 2  # fmt: skip
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_failure_of_the_machine_is_nobodys_zero(course, graded, capsys, monkeypatch):
    """It is named, costs nothing, and is tried again."""
    put(course, f"ada/{NAME}.ipynb", words="Because.")
    put(course, f"bob/{NAME}.ipynb", WRONG)
    put(course, f"cyd_12_800_{NAME}.ipynb")
    judge_all = nbval_runner.start_nbval

    def without_memory(folder):
        if len(graded) == 0:
            return judge_all(folder)
        (folder / nbval_runner.LOG).write_text("...\nMemoryError: \x1b[31mno room\n\n")
        return Ended()

    monkeypatch.setattr(nbval_runner, "MOST_ANSWERS", 1)
    monkeypatch.setattr(nbval_runner, "start_nbval", without_memory)
    assert run(course, "--jobs", 1) == 1
    printed = capsys.readouterr()
    assert "not judged: bob: double: nbval did not run: MemoryError: no room" in printed.out
    assert printed.err.splitlines()[-1].startswith("not judged: 2: grade again")
    out = course / "out"
    assert table(out / "gradebook.csv")[2:] == [["ada", "2", "2"], ["bob", "", ""], ["cyd", "", ""]]
    assert table(out / "canvas.csv")[2:] == [["cyd", "12", "", "", "", ""]]
    (page,) = (out / "feedback").glob("bob-*.html")
    assert "<b>? of 5 points</b>" in page.read_text() and "not judged" in page.read_text()
    assert "MemoryError" not in page.read_text()  # that is for the instructor
    monkeypatch.setattr(nbval_runner, "start_nbval", judge_all)
    assert run(course) == 0
    assert [row[1] for row in table(out / "gradebook.csv")[2:]] == ["2", "0", "2"]
    assert len(graded) == 3  # ada's was kept


def test_grading_without_nbval_is_one_line(course, graded, capsys, monkeypatch):
    put(course, f"ada/{NAME}.ipynb")
    monkeypatch.setattr(grade, "find_spec", lambda name: None if name == "nbval" else name)
    assert run(course) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "needs nbval" in line and "pip install" in line
    assert not (course / "out").exists()


def test_without_isolation_nothing_is_graded_unless_it_is_accepted(
    course, graded, capsys, monkeypatch
):
    monkeypatch.setattr(grade.Sandbox, "level", "limits")
    put(course, f"ada/{NAME}.ipynb")
    assert run(course) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "--accept-limits" in line and not (course / "out").exists()
    assert run(course, "--accept-limits") == 0
    assert capsys.readouterr().out.startswith("not isolated: ")
    (page,) = (course / "out/feedback").glob("ada-*.html")
    assert "could read the solutions" in page.read_text()


def test_a_file_that_an_answer_can_open_stops_the_grading(course, graded, capsys, monkeypatch):
    put(course, f"ada/{NAME}.ipynb")
    asked = []
    monkeypatch.setattr(
        grade.Sandbox, "can_read", lambda self, paths: asked.extend(paths) or [str(paths[0])]
    )
    assert run(course) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert f"{NAME}.py" in line and "can be read" in line and graded == []
    assert [path.relative_to(course).parts[0] for path in asked] == ["solutions", "in", "out"]
    assert all(path.stat().st_size for path in asked), "an empty file proves nothing"


def test_per_cent_that_are_none_are_refused(course, graded, capsys):
    put(course, f"ada/{NAME}.ipynb")
    for percent in ("-5", "nan", "101", "inf"):
        assert run(course, f"--late-per-day={percent}") == 2
        assert "0 to 100" in capsys.readouterr().err
    assert not (course / "out").exists()


@pytest.mark.parametrize("flags", [("--jobs", "0"), ("--jobs", "-1"), ("--seed", "-1")])
def test_a_number_that_cannot_be_is_refused_before_the_work(course, graded, capsys, flags):
    put(course, f"ada/{NAME}.ipynb")
    with pytest.raises(SystemExit) as ended:
        run(course, *flags)
    assert ended.value.code == 2 and flags[0] in capsys.readouterr().err
    assert not (course / "out").exists()


@pytest.mark.parametrize(
    ("quota", "free", "jobs"), [(1.5, 9e11, 2), (float("inf"), 9e9, 9), (0.5, 9e11, 1), (8, 0, 1)]
)
def test_a_container_is_given_no_more_jobs_than_it_feeds(monkeypatch, quota, free, jobs):
    monkeypatch.setattr(command.quota, "cores", lambda: 64)
    monkeypatch.setattr(command.quota, "cpu_quota", lambda: quota)
    monkeypatch.setattr(command.needs, "free_memory", lambda: free)
    assert command.jobs_that_feed() == jobs
