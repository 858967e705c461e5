"""`lstm-video-lab new`: what it writes builds and passes as it is, and nothing is overwritten."""

import re
import shlex
import shutil

import pytest
from course import reader

from lstm_video_lab import cli
from lstm_video_lab.course.authoring import edits, skeleton

LESSON, EXERCISE = "falling_leaves", "brighter"


def files(folder):
    kept = [path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in kept}


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """The parts of the project that `new` looks at."""
    for name in ("notebooks", "solutions", "lstm_video_lab/lessons", "tests/lessons"):
        (tmp_path / name).mkdir(parents=True)
    for name in (*skeleton.ROWS, "solutions/01_lstm_cell.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(reader.ROOT / name, tmp_path / name)
    (tmp_path / "notebooks" / "06b_folding.py").write_text("# %%\n")
    (tmp_path / "lstm_video_lab" / "lessons" / "folding").mkdir()
    (tmp_path / "lstm_video_lab" / "lessons" / "experiments.py").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_skeleton_builds_and_passes_all_that_looks_at_lessons_and_exercises(tmp_path):
    clone = reader.copy_of_the_project(tmp_path)
    for kind, name in (("lesson", LESSON), ("exercise", EXERCISE)):
        reader.run(f"lstm-video-lab new {kind} {name}", clone)
    room, script = f"lstm_video_lab/lessons/{LESSON} tests/lessons/{LESSON}", f"*_{LESSON}.py"
    written = f"{room} notebooks/{script} solutions/*_{EXERCISE}.py"
    reader.run(f"ruff format --check {written} && ruff check {written}", clone)
    reader.run("lstm-video-lab build", clone)
    tests = f"tests/lessons/test_properties.py tests/lessons/{LESSON} tests/test_house.py"
    notebooks = f"notebooks/*_{LESSON}.ipynb *s/*_{EXERCISE}.ipynb"
    reader.run(
        f"pytest {tests} tests/course/test_exercises.py {notebooks}",
        clone,
        only=f"{LESSON} or {EXERCISE} or gap or house",
    )
    reader.commit(clone)
    assert "TODO" in reader.git(clone, "show", "--format=", "README.md")


def test_a_lesson_has_the_next_number_and_a_line_in_every_list(clone, capsys):
    before = files(clone)
    assert cli.main(["new", "lesson", LESSON]) == 0
    after = files(clone)
    told = capsys.readouterr().out.splitlines()
    new = sorted(set(after) - set(before))
    assert f"notebooks/07_{LESSON}.py" in new
    assert {line.split(":")[0] for line in told[:-1]} == {*new, *skeleton.ROWS}
    for name in skeleton.ROWS:
        old, lines = before[name].decode().split("\n"), after[name].decode().split("\n")
        (place,) = [k for k, line in enumerate(lines) if LESSON in line]
        assert lines[:place] + lines[place + 1 :] == old
        assert "16_pixel_by_pixel" in lines[place - 1]


def test_an_exercise_has_the_next_number_and_follows_the_last_lesson(clone):
    assert cli.main(["new", "exercise", EXERCISE]) == 0
    text = (clone / "solutions" / f"02_{EXERCISE}.py").read_text("utf-8")
    assert "[06b](../notebooks/06b_folding.ipynb)" in text


@pytest.mark.parametrize("kind", ["lesson", "exercise"])
def test_the_longest_name_leaves_lines_that_fit(clone, kind):
    name = "a" * skeleton.LONGEST_NAME
    assert cli.main(["new", kind, name]) == 0
    for path in clone.rglob("*.py"):
        if name in path.as_posix():
            assert max(map(len, path.read_text("utf-8").splitlines())) <= 100, path
    assert cli.main(["new", kind, name + "a"]) == 2


WRONG = {
    "lesson leaves/falling": "'leaves/falling' is no name",
    "lesson ../leaves": "is no name",
    "lesson 71_leaves": "is no name",
    "lesson Leaves": "is no name",
    "lesson falling-leaves": "is no name",
    "lesson class": "is no name",
    "lesson ''": "is no name",
    "lesson laß": "is no name",
    "lesson folding": "see notebooks/06b_folding.py",
    "lesson start_here": "see notebooks/00_start_here.py",
    "lesson experiments": "see lstm_video_lab/lessons/experiments.py",
    "exercise lstm_cell": "see solutions/01_lstm_cell.py",
    "exercise lstm_step": "see solutions/01_lstm_cell.py",
    "exercise torch": "means something else",
    "exercise visible": "means something else",
    "exercise hidden": "means something else",
    "exercise tuple": "means something else",
    "exercise end_solution": "means something else",
    "exercise ../leaves": "is no name",
    "film leaves": "invalid choice",
    "lesson": "required",
}


@pytest.mark.parametrize("words", WRONG)
def test_a_name_that_cannot_be_taken_is_one_line_and_nothing_is_written(clone, capsys, words):
    before = files(clone)
    try:
        code = cli.main(["new", *shlex.split(words)])
    except SystemExit as ended:  # argparse's
        code = ended.code
    told = capsys.readouterr().err
    assert code == 2 and told.count("\n") == 1 and WRONG[words] in told
    assert files(clone) == before


def test_a_name_is_taken_once(clone, capsys):
    for kind, name in (("lesson", LESSON), ("exercise", EXERCISE)):
        assert cli.main(["new", kind, name]) == 0
        before = files(clone)
        assert cli.main(["new", kind, name]) == 2
        assert "is taken" in capsys.readouterr().err
        assert files(clone) == before


def test_a_folder_that_is_no_clone_and_a_list_that_is_gone_are_one_line(clone, capsys, monkeypatch):
    (clone / "README.md").write_text("# Nothing\n")
    before = files(clone)
    assert cli.main(["new", "lesson", LESSON]) == 2
    assert "README.md lists no lessons" in capsys.readouterr().err
    assert files(clone) == before
    monkeypatch.chdir(clone / "tests")
    for kind in ("lesson", "exercise"):
        assert cli.main(["new", kind, LESSON]) == 2
        assert re.fullmatch(r"[^\n]* is no clone of the lab, [^\n]*\n", capsys.readouterr().err)


@pytest.mark.parametrize("stop", [OSError("the disk is full"), KeyboardInterrupt()])
@pytest.mark.parametrize("after", range(8))
def test_what_is_stopped_midway_leaves_all_as_it_was(clone, monkeypatch, stop, after):
    before, folders = files(clone), sorted(path for path in clone.rglob("*") if path.is_dir())
    honest, written = edits.write_whole, []

    def write(path, data):
        written.append(path)
        if len(written) == after + 1:
            raise stop
        honest(path, data)

    monkeypatch.setattr(edits, "write_whole", write)
    with pytest.raises(type(stop)):
        skeleton.write(clone, "lesson", LESSON)
    assert files(clone) == before
    assert sorted(path for path in clone.rglob("*") if path.is_dir()) == folders
