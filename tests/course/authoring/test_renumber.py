"""`build --renumber`: a lesson moves with all that names it, or not at all."""

import json
import re

import jupytext
import nbformat
import pytest
from course import reader

from lstm_video_lab.course import handout
from lstm_video_lab.course.authoring import edits, mentions
from lstm_video_lab.course.authoring.mentions import Kind, Move
from lstm_video_lab.course.authoring.renumber import renumber
from lstm_video_lab.course.building import build as building
from lstm_video_lab.course.building import scripts, stamps

# NN is the number of the lesson "leaves"; no lesson of the course has 61 to 69.
NAMES = {  # of the lesson, in any text
    "`NN_leaves`, NN_leaves.py, notebooks/NN_leaves.{py,ipynb}": Kind.CODE,
    "[the leaves](../notebooks/NN_leaves.ipynb#a-part)": Kind.CODE,
    "[NN, falling\n# leaves](NN_leaves.ipynb), [**NN** leaves](NN_leaves.ipynb)": Kind.LESSON,
    '"""The pictures of lesson NN\'s results, as in lesson NN."""': Kind.CODE,
    "as lesson\n# NN says, and Lesson NN too; lessons 61, NN and 63; lessons NN–64": Kind.LESSON,
    "def test_lesson_NN_trains(): ...": Kind.CODE,
    "| week | lessons |\n| --- | --- |\n| 1 | 61, NN |\n| 2 | NN |": Kind.PAGE,
    "# | lesson | asks |\n# | --- | --- |\n# | **NN leaves** | Why NN |": Kind.LESSON,
    "lstm-video-lab build 61 NN --html pages": Kind.PAGE,
    "# # NN · Falling leaves": Kind.OWN,
    "# %% [markdown]\n# Up. <!-- 4.5 = output('NN/how fast', 'all') -->": Kind.LESSON,
}
OTHERS = [  # what stands there is no name of this lesson
    "NN frames, 0.NN nats, NN %, NN×NN, x[NN], 2026-NN-01, NN:00, (NN)",
    "exercise NN, exercises 01 and NN, a lesson of NN minutes, lesson 1NN, lesson NNc",
    "NN_leaves_fall, fNN_leaves, NN_tree.ipynb, [NN trees](NN_tree.ipynb)",
    "lstm-video-lab train --units NN",
    "| units | nats |\n| --- | --- |\n| NN | 5 |",
]
LOST = "(NN), go to NN, (01 to NN)"  # in a lesson's text, where NN begins with 0


def said(text, number):
    return text.replace("NN", number)


@pytest.mark.parametrize("numbers", [("62", "66"), ("62", "62b"), ("62b", "03"), ("05", "05c")])
@pytest.mark.parametrize("text", NAMES)
def test_every_way_to_name_a_lesson_follows(text, numbers):
    old, new = numbers
    move = Move("leaves", old, new)
    want = said(text, new).replace(f"Why {new}", f"Why {old}")
    assert mentions.rewrite(said(text, old), move, NAMES[text]) == want
    assert mentions.rewrite(want, move, NAMES[text]) == want


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("text", OTHERS)
def test_what_only_looks_like_it_stays(text, kind):
    text = "# %% [markdown]\n" + said(text, "62")
    assert mentions.rewrite(text, Move("leaves", "62", "66"), kind) == text


def test_a_bare_number_is_a_lesson_only_in_the_text_of_one_and_with_a_zero():
    move, text = Move("leaves", "02", "07"), f"# %% [markdown]\n# {LOST}, exercise NN, `NN`, 0.NN"
    want = text.replace(LOST, said(LOST, "07"))
    assert mentions.rewrite(said(text, "02"), move, Kind.LESSON) == said(want, "02")
    code = said("# %%\nx = (NN)\n# (NN)", "02")
    assert mentions.rewrite(code, move, Kind.LESSON) == code
    page = said(LOST, "02")
    assert mentions.rewrite(page, move, Kind.PAGE) == page
    assert mentions.doubtful(page, move, Kind.PAGE, shared=False) != []


def test_a_text_that_has_two_lessons_of_one_number_keeps_what_may_be_the_others():
    move = Move("leaves", "62", "66")
    text = "[62 leaves](62_leaves.ipynb), lesson 62, `62_copy_last`"
    assert mentions.rewrite(text, move, Kind.PAGE, shared=True) == (
        "[66 leaves](66_leaves.ipynb), lesson 62, `62_copy_last`"
    )
    assert mentions.doubtful(text, move, Kind.PAGE, shared=True) == [(1, "is this lesson 62?")]


@pytest.mark.parametrize(
    "row", ["| `{}_of` | x |", '        "{}_of",', "| {} | `x` |", "# | [{} of]({}_of.ipynb) | x |"]
)
def test_lists_that_were_in_order_stay_so(row):
    def text(*numbers):
        rows = [row.replace("{}_of", f"{n}_{NAME[n]}").replace("{}", n) for n in numbers]
        head = [] if row.startswith(" ") else ["| lesson | what |", "| --- | --- |"]
        if row.startswith("#"):
            head = [f"# {line}" for line in head]
        return "\n".join([*head, *rows, "", "end"])

    NAME = {"61": "a", "62": "leaves", "63": "b", "62b": "leaves", "64": "leaves", "60": "leaves"}
    before = text("61", "62", "63")
    for new, order in {"62b": (0, 1, 2), "64": (0, 2, 1), "60": (1, 0, 2)}.items():
        numbers = ["61", new, "63"]
        after = mentions.rewrite(before, Move("leaves", "62", new), Kind.PAGE)
        assert after == text(*(numbers[k] for k in order))
    unsorted = text("63", "62", "61")
    assert mentions.rewrite(unsorted, Move("leaves", "62", "64"), Kind.PAGE) == text(
        "63", "64", "61"
    )


@pytest.mark.parametrize(
    ("text", "why"),
    {
        "# %% [markdown]\n# In lessons 61 to 64 it is so.": "range",
        "# %% [markdown]\n# Next: [66, leaves](66_leaves.ipynb).": "next",
        "# %% [markdown]\n# as said (62).": "is this lesson 62?",
    }.items(),
)
def test_what_only_a_person_can_judge_is_named_with_its_line(text, why):
    ((line, words),) = mentions.doubtful(
        text, Move("leaves", "62", "66"), Kind.LESSON, shared=False
    )
    assert line == 2 and why in words
    others = text.replace("61 to 64", "51 to 54").replace("66", "67").replace("62", "32")
    assert not mentions.doubtful(others, Move("leaves", "62", "66"), Kind.LESSON, shared=False)


LESSON = """# %% [markdown]
# # {number} · {name}
#
# Before it comes lesson 61.

# %% name="sum"
print({number})  # lesson 62 says why
# %%
# %matplotlib inline
2  # of lesson {number}
"""
SOLUTION = """# %% [markdown]
# # Exercise 1
#
# **After lesson** [62, leaves](../notebooks/62_leaves.ipynb)
"""


@pytest.fixture
def clone(tmp_path):
    """Three lessons, an exercise and pages; committed."""
    folder = tmp_path / "notebooks"
    (folder / "results").mkdir(parents=True)
    for stem in ("61_tree", "62_leaves", "63_wind"):
        number, name = stem.split("_")
        script = folder / f"{stem}.py"
        script.write_text(LESSON.format(number=number, name=name))
        nb = scripts.read_script(script)
        for count, cell in enumerate(scripts.code_cells(nb), 1):
            cell.execution_count = count
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=f"{number}\n")]
        nb.metadata["lab"] = {"script": scripts.content_hash(nb), "scale": "laptop"}
        (folder / f"{stem}.ipynb").write_text(nbformat.writes(nb, version=4) + "\n")
    of_lessons = {}
    for stem in ("61_tree", "62_leaves", "63_wind"):
        stamp = {"cells": {"sum": stem[:2]}, "inputs": {"results/leaves.json": "62"}}
        of_lessons[stem] = {**stamp, "whole": stamps.whole_of(stamp, "outputs")}
    (folder / "made_from.json").write_text(json.dumps(of_lessons, indent=1) + "\n")
    (folder / "results" / "leaves.json").write_text('{"62_leaves": "lesson 62"}')
    for name in ("solutions", "exercises"):
        (tmp_path / name).mkdir()
        script = tmp_path / name / "01_rake.py"
        script.write_text(SOLUTION)
        nb = jupytext.reads(SOLUTION, fmt="py:percent")
        of_script = "" if name == "exercises" else scripts.content_hash(scripts.read_script(script))
        script.with_suffix(".ipynb").write_text(handout.notebook_text(nb, of_script))
    (tmp_path / "README.md").write_text(
        "| lesson | what |\n| --- | --- |\n"
        "| `61_tree` | t |\n| `62_leaves` | l |\n| `63_wind` | w |\n"
    )
    (tmp_path / "CHANGELOG.md").write_text("- Lesson 62 is new.\n")
    reader.git(tmp_path, "init", "-q")
    reader.commit(tmp_path)
    return tmp_path


def files(folder):
    kept = [path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts]
    texts = {}
    for path in kept:
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        texts[path.relative_to(folder).as_posix()] = text
    return texts


def outputs(text):
    return [
        (cell.get("execution_count"), cell.get("outputs")) for cell in json.loads(text)["cells"]
    ]


def test_all_moves_and_the_outputs_stay(clone):
    before = files(clone)
    lines = renumber(clone, "62", "64")
    after = files(clone)
    assert set(before) - set(after) == {"notebooks/62_leaves.py", "notebooks/62_leaves.ipynb"}
    assert set(after) - set(before) == {"notebooks/64_leaves.py", "notebooks/64_leaves.ipynb"}
    for name in ("61_tree", "63_wind"):
        assert outputs(after[f"notebooks/{name}.ipynb"]) == outputs(
            before[f"notebooks/{name}.ipynb"]
        )
    assert outputs(after["notebooks/64_leaves.ipynb"]) == outputs(
        before["notebooks/62_leaves.ipynb"]
    )
    for name, text in after.items():
        if name.endswith(".ipynb"):
            nb, script = nbformat.reads(text, as_version=4), clone / name.replace(".ipynb", ".py")
            read = jupytext.read(script, fmt="py:percent")
            assert [cell.source for cell in nb.cells] == [cell.source for cell in read.cells]
        if name.startswith(("notebooks/6", "solutions/")) and name.endswith(".ipynb"):
            assert nb.metadata.lab.script == scripts.content_hash(scripts.read_script(script))
    assert after["README.md"].index("63_wind") < after["README.md"].index("64_leaves")
    old, new = (json.loads(text["notebooks/made_from.json"]) for text in (before, after))
    assert list(new) == ["61_tree", "63_wind", "64_leaves"]
    assert list(new.values()) == [old["61_tree"], old["63_wind"], old["62_leaves"]]
    for name in ("notebooks/results/leaves.json", "CHANGELOG.md"):
        assert after[name] == before[name]
    left = {name for name, text in after.items() if re.search(r"62_leaves|[Ll]esson 62", text)}
    assert left == {"notebooks/results/leaves.json", "CHANGELOG.md"}
    assert "notebooks/62_leaves.py → notebooks/64_leaves.py" in lines
    assert "notebooks/64_leaves.py:2: # # 64 · leaves" in lines
    assert "look at CHANGELOG.md:1: is this lesson 62? - Lesson 62 is new." in lines


def test_a_number_in_code_is_no_comment_and_is_named(clone):
    lines = renumber(clone, "62", "64")
    assert not [line for line in lines if "executes" in line]  # it was in a comment
    for name in ("notebooks/61_tree.py", "notebooks/61_tree.ipynb"):
        edit(name, "print(61)", "print('lesson 64')")(clone)
    reader.commit(clone)
    lines = renumber(clone, "64", "62")
    (line,) = [line for line in lines if "executes" in line]
    assert line.startswith("look at notebooks/61_tree.py: its code says the number")
    assert "print('lesson 62')" in (clone / "notebooks" / "61_tree.py").read_text()


@pytest.mark.parametrize("new", ["00", "62b", "99", "64_leaves"])
@pytest.mark.parametrize("old", ["62", "leaves", "62_leaves"])
def test_there_and_back_again_gives_the_same_bytes(clone, old, new):
    before = files(clone)
    assert renumber(clone, old, new, check=True) != []
    assert files(clone) == before
    told = renumber(clone, old, new)
    assert files(clone) != before
    reader.commit(clone)
    assert len(renumber(clone, new[:3].removesuffix("_"), "62")) >= len(told) - 1
    assert files(clone) == before


WRONG = {
    ("65", "66"): "lesson '65' is unknown: the lessons are 61_tree, 62_leaves, 63_wind",
    ("6", "66"): "is unknown",
    ("62", "7"): "'7' is no number of a lesson",
    ("62", "100"): "'100' is no number",
    ("62", "../66"): "is no number",
    ("62", "66_trees"): "is no number",
    ("62", "62"): "62 is taken by 62_leaves",
    ("62", "63"): "63 is taken by 63_wind",
}


@pytest.mark.parametrize("numbers", WRONG)
def test_what_cannot_be_is_one_line_and_nothing_moves(clone, numbers):
    before = files(clone)
    with pytest.raises(ValueError) as error:
        renumber(clone, *numbers)
    assert WRONG[numbers] in str(error.value) and "\n" not in str(error.value)
    assert files(clone) == before


def edit(name, old, new):
    def change(clone):
        path = clone / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    return change


def rename(folder):
    (folder / "solutions" / "01_rake.py").rename(folder / "solutions" / "64_leaves.py")


STATES = {
    "an edit that is not committed": (edit("README.md", "| t |", "| T |"), False, "README.md"),
    "a new file": (lambda c: (c / "a.py").write_text("# lesson 62"), False, "not committed: a.py"),
    "a notebook of other words": (
        edit("notebooks/62_leaves.ipynb", "comes lesson", "was lesson"), True,
        "does not say what its script says",
    ),
    "an exercise of that name": (rename, True, "64_leaves is the name of an exercise"),
    "a page of another encoding": (
        lambda c: (c / "README.md").write_bytes(b"lesson 62, na\xefve"), True,
        "README.md is not in UTF-8: save it so",
    ),
    "half a notebook": (
        lambda c: (c / "notebooks" / "62_leaves.ipynb").write_text("{"), True,
        "notebooks/62_leaves.ipynb is no valid notebook",
    ),
    "half of what lessons were made from": (
        lambda c: (c / "notebooks" / "made_from.json").write_text("{"), True,
        "notebooks/made_from.json is no JSON",
    ),
    "a notebook there": (
        lambda c: (c / "notebooks" / "64_leaves.ipynb").write_text("{}"), True, "is there already",
    ),
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_a_clone_that_is_not_ready_is_refused(clone, state):
    change, is_committed, words = STATES[state]
    change(clone)
    if is_committed:
        reader.commit(clone)
    before = files(clone)
    with pytest.raises(ValueError) as error:
        renumber(clone, "62", "64")
    assert words in str(error.value) and "\n" not in str(error.value)
    assert files(clone) == before


def test_an_edit_elsewhere_does_not_matter(clone):
    (clone / "notes.md").write_text("mine")
    renumber(clone, "62", "64")
    assert (clone / "notes.md").read_text() == "mine"


def test_a_folder_without_lessons_or_without_git_is_named(clone, tmp_path_factory):
    with pytest.raises(ValueError, match="no clone of the lab"):
        renumber(tmp_path_factory.mktemp("empty"), "62", "64")
    (clone / ".git").rename(clone / "no-git")
    with pytest.raises(ValueError, match="no clone that git knows"):
        renumber(clone, "62", "64")


@pytest.mark.parametrize("after", range(6))
def test_what_is_stopped_midway_leaves_all_as_it_was(clone, monkeypatch, after):
    before, honest, written = files(clone), edits.write_whole, []

    def write(path, data):
        written.append(path)
        if len(written) == after + 1:
            raise OSError("the disk is full")
        honest(path, data)

    monkeypatch.setattr(edits, "write_whole", write)
    with pytest.raises(OSError, match="the disk is full"):
        renumber(clone, "62", "64")
    assert files(clone) == before


def faults_of(clone):
    """What a build would do; nothing in a clone that is as built."""
    lessons, exercises = clone / "notebooks", clone / "solutions"
    faults = building.find_problems(lessons) + handout.problems(exercises)
    return [fault.replace("06z_future", "05_future") for fault in faults]


def test_a_lesson_of_the_course_moves_between_two_others_and_back(tmp_path):
    clone = reader.copy_of_the_project(tmp_path)
    before, faults = files(clone), faults_of(clone)
    renumber(clone, "future_predictor", "06z")
    after = files(clone)
    assert set(after) == {name.replace("05_future", "06z_future") for name in before}
    assert faults_of(clone) == faults
    own = "tests/course/authoring/test_renumber.py"
    left = re.compile(r"05_future_pred|\b[Ll]essons?\s(?:#\s)?05\b|\[05[ ,]")
    for name, text in after.items():
        if name.endswith((".py", ".md")) and name not in ("CHANGELOG.md", own):
            assert not left.search(text), name
    reader.commit(clone)
    renumber(clone, "06z", "05")
    assert files(clone) == before
