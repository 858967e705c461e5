"""The instructor's guide, followed by a reader in a copy of the project, command by command."""

import csv
import json
import re
import shlex
import zipfile

import pytest
from course import reader

from lstm_video_lab import cli
from lstm_video_lab.course.exercises import read_exercises
from lstm_video_lab.course.grading import intake
from lstm_video_lab.course.grading.course_file import read_agreements

PAGE = "docs/instructors.md"
NUMBER = reader.next_number("solutions")  # the one on the page, until that is taken
ANSWER = "def mean_frame(frames):\n    return frames.sum(0, keepdim=True) / len(frames)"


def commands(heading):
    """The lines of the blocks of a part, as they are typed."""
    text = "".join(reader.blocks(reader.section(PAGE, heading), ""))
    return text.replace("12_mean_frame", f"{NUMBER}_mean_frame").splitlines()


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    return reader.copy_of_the_project(tmp_path_factory.mktemp("clone"))


def test_an_exercise_is_added_and_graded_as_the_page_says(clone):
    part = reader.section(PAGE, "Change or add an exercise")
    new, *rest = commands("Change or add an exercise")
    assert f"solutions/{NUMBER}_mean_frame.py: written" in reader.run(new, clone)
    script = clone / "solutions" / f"{NUMBER}_mean_frame.py"
    assert "TODO" in script.read_text("utf-8")
    (example,) = reader.blocks(part, "python")
    assert "TODO" not in example
    script.write_text(example.replace("Exercise 12", f"Exercise {NUMBER}"), "utf-8")
    assert [line.split()[0] for line in rest] == ["lstm-video-lab", "pytest", "pytest"]
    for line in rest:
        reader.run(line, clone)
    assert {path.name for path in clone.glob(f"exercises/{NUMBER}_*")} == {
        f"{NUMBER}_mean_frame.ipynb", f"{NUMBER}_mean_frame.py",
    }  # fmt: skip
    grade_one_answer(clone)


def grade_one_answer(clone):
    """What a student hands in, graded by the command of the page."""
    notebook = json.loads((clone / "exercises" / f"{NUMBER}_mean_frame.ipynb").read_text("utf-8"))
    for cell in notebook["cells"]:
        if cell["metadata"].get("lab") == {"answer": "mean_frame"}:
            cell["source"] = ANSWER
    folder = clone / "submissions" / "ada"
    folder.mkdir(parents=True)
    (folder / f"{NUMBER}_mean_frame.ipynb").write_text(json.dumps(notebook))
    doctor, grade = commands("Grade")
    assert doctor == "lstm-video-lab doctor"  # it judges the machine, not the page
    reader.run(grade, clone)
    with (clone / "grades" / "gradebook.csv").open(encoding="utf-8", newline="") as file:
        ada = next(row for row in csv.DictReader(file) if "ada" in row.values())
    assert float(ada[f"{NUMBER}_mean_frame"]) == 2


def test_what_students_get_has_no_solutions(clone):
    (line,) = commands("Hand out")
    reader.run(line, clone)
    names = zipfile.ZipFile(clone / "lab-for-students.zip").namelist()
    assert "exercises/01_lstm_cell.ipynb" in names and "notebooks/03_bouncing_digits.ipynb" in names
    assert not [name for name in names if name.startswith(("solutions", "tests"))]


def test_every_way_to_hand_in_is_understood(tmp_path):
    """The table of "Collect": each example is the first exercise of somebody."""
    exercises = read_exercises(reader.ROOT / "solutions")
    notebook = (reader.ROOT / "exercises" / "01_lstm_cell.ipynb").read_bytes()
    examples = re.findall(r"`([^`]+\.ipynb)`", reader.section(PAGE, "Collect"))
    assert len(examples) == 7
    for number, example in enumerate(examples):
        path = tmp_path / str(number) / example.removeprefix("submissions/")
        path.parent.mkdir(parents=True)
        path.write_bytes(notebook)
        (submission,) = intake.read_submissions(tmp_path / str(number), exercises)
        assert submission.student.lower() in ("ada", "ada lovelace", "lovelaceada")
        assert list(submission.files) == ["01_lstm_cell"] and submission.notes == []


def test_what_the_course_has_agreed_on_is_read_as_it_stands_on_the_page(tmp_path):
    (block,) = reader.blocks(reader.section(PAGE, "What the course has agreed on"), "toml")
    (tmp_path / "course.toml").write_text(block)
    exercises = read_exercises(reader.ROOT / "solutions")
    questions = {name: exercise.written for name, exercise in exercises.items()}
    agreed = read_agreements(tmp_path, questions)
    assert agreed.roster == tmp_path / "class.csv" and len(agreed.rubrics["why_peep"]) == 2
    assert agreed.rules["01_lstm_cell"].per_day == 25 and agreed.rules["03_convlstm_cell"].closes
    assert {*agreed.extensions["Ada Lovelace"]} == {"01_lstm_cell", "all"}


def test_the_container_is_made_of_files_and_flags_that_exist():
    (block,) = reader.blocks(reader.section(PAGE, "What the isolation protects"), "")
    built = shlex.split(block.splitlines()[0])
    recipe = (reader.ROOT / built[built.index("-f") + 1]).read_text("utf-8")
    assert (reader.ROOT / "constraints.txt").is_file() and "-c /wheel/constraints.txt" in recipe
    ran = block.replace("\\\n", " ").splitlines()[-1]
    words = shlex.split(ran[ran.index("lstm-video-lab grade") :])
    assert cli._make_parser().parse_args(words[1:]).solutions.as_posix() == "/lab/solutions"
