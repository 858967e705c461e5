"""Merges in real repositories, with the settings and the commands that CONTRIBUTING gives."""

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from course import tiny

from lstm_video_lab.cli import main

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
SECTION = PAGE.partition("\n## Merging and reviewing\n")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"^```bash\n(.*?)^```", SECTION, re.M | re.S)
COMMANDS = "".join(BLOCKS).replace("\\\n", "").splitlines()
SETTINGS = [line for line in COMMANDS if line.startswith("git config ")]
TAKE_OURS = next(line for line in COMMANDS if line.startswith("git checkout --ours "))
AS_TEXT = "lstm_video_lab/course/building/as_text.py"

LESSON = """# %% [markdown]
# # A lesson
#
# Words of the lesson.

# %% one
word = "one"
print(word)

# %% two
print("two")

# %% three
import json
from pathlib import Path

known = json.loads(Path("results/known.json").read_text())
print(known[0])

# %% four
print("four")
"""
PLACE = "Before.\n\n<!-- results: begin -->\n<!-- results: end -->\n\nAfter.\n"
FIRST, NEW = "notebooks/01_first.py", "notebooks/04_new.py"
RESULT, SOLUTION = "notebooks/results/layers.json", f"solutions/{tiny.NAME}.py"


def git(root, *words, fine=True):
    done = subprocess.run(
        ["git", *words],
        cwd=root,
        env={
            **os.environ,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_EDITOR": "true",
            "LC_ALL": "C",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            **{f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER")
               for what in ("NAME", "EMAIL")},
        },
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert (done.returncode == 0) == fine, done.stdout + done.stderr
    return done.stdout + done.stderr


def build(root, *flags):
    """The exit code of the command `build`, and what it says."""
    said = io.StringIO()
    with (
        contextlib.chdir(root),
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(said),
    ):
        return main(["build", *flags]), said.getvalue()


def check(root):
    return build(root, "--check")


def replace(name, old, new):
    def edit(root):
        text = (root / name).read_text()
        assert text.count(old) == 1
        (root / name).write_text(text.replace(old, new))

    return edit


def measure(place, value):
    """Another mean of one model in a stored result."""

    def edit(root):
        result = json.loads((root / RESULT).read_text())
        list(result["models"].values())[place]["mean"] = value
        (root / RESULT).write_text(json.dumps(result, indent=1) + "\n")

    return edit


def move(root):
    for suffix in ("py", "ipynb"):
        git(root, "mv", f"notebooks/01_first.{suffix}", f"notebooks/03_first.{suffix}")


def add(text):
    return lambda root: (root / NEW).write_text(f"# %% say\nprint({text!r})\n")


BRANCHES = {
    "one": replace(FIRST, 'word = "one"', 'word = "ONE"'),
    "refactor": replace(FIRST, 'word = "one"\nprint(word)', 'name = "one"\nprint(name)'),
    "four": replace(FIRST, 'print("four")', 'print("four", word)'),
    "whole": replace(FIRST, "print(known[0])", "print(known)"),
    "second": replace("notebooks/02_second.py", "'second'", "'2nd'"),
    "text": replace(FIRST, "Words of the lesson", "Better words"),
    "longer text": replace(FIRST, "Words of the lesson.", "Words of the lesson.\n# And more."),
    "line and four": lambda root: (
        replace(FIRST, "lesson\n#\n", "lesson\n# Better:\n")(root),
        replace(FIRST, 'print("four")', 'print("four", 4)')(root),
    ),
    "line and text": lambda root: (
        replace(FIRST, "lesson\n#\n", "lesson\n# Better:\n")(root),
        (root / FIRST).write_text((root / FIRST).read_text() + "\n# %% [markdown]\n# The end.\n"),
    ),
    "data": lambda root: (root / "notebooks/results/known.json").write_text('["a", "c"]'),
    "deleted": lambda root: git(root, "rm", "-q", FIRST, "notebooks/01_first.ipynb"),
    "moved": move,
    "added": add("left"),
    "added too": add("right"),
    "measured": measure(0, 111.0),
    "measured too": measure(-1, 222.0),
    "exercise": replace(SOLUTION, "Twice x", "Two times x"),
    "exercise too": replace(SOLUTION, "# Why?", "# Why is it so?"),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A repository with a branch for each edit, all built from the same commit."""
    root = tmp_path_factory.mktemp("world")
    (root / RESULT).parent.mkdir(parents=True)
    (root / FIRST).write_text(LESSON)
    (root / "notebooks/02_second.py").write_text("# %% say\nprint('second')\n")
    (root / "notebooks/results/known.json").write_text('["a", "b"]')
    shutil.copy(ROOT / RESULT, root / RESULT)
    measure(0, 100.0)(root)
    (root / "docs").mkdir()
    (root / "docs/results.md").write_text(PLACE)
    tiny.write_solutions(root / "solutions")
    (root / AS_TEXT).parent.mkdir(parents=True)
    for name in (".gitattributes", ".gitignore", AS_TEXT):
        shutil.copy(ROOT / name, root / name)
    git(root, "init", "-q", "-b", "main")
    commit(root, "base")
    for name, edit in BRANCHES.items():
        git(root, "checkout", "-q", "-b", name.replace(" ", "-"), "main")
        edit(root)
        commit(root, name)
    git(root, "checkout", "-q", "main")
    return root


def commit(root, words):
    code, said = build(root)
    assert code == 0, said
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", words)


@pytest.fixture
def plain(world, tmp_path):
    """A clone of one's own in which nothing is set."""
    return Path(shutil.copytree(world, tmp_path / "clone"))


@pytest.fixture
def clone(plain):
    """The same, set as CONTRIBUTING says."""
    for line in SETTINGS:
        subprocess.run(line, shell=True, cwd=plain, check=True)
    return plain


def merge(root, ours, theirs, fine=True):
    git(root, "checkout", "-q", ours)
    return git(root, "merge", "--no-edit", theirs, fine=fine)


def conflicts(root):
    return git(root, "diff", "--name-only", "--diff-filter=U").split()


def marked(root):
    """Files of lessons that hold the marks of a conflict."""
    files = [path for path in (root / "notebooks").iterdir() if path.is_file()]
    return [path.name for path in files if "<<<<" in path.read_text()]


def printed(root, lesson="01_first"):
    """What the cells of a lesson print, in its notebook."""
    cells = nbformat.read(root / f"notebooks/{lesson}.ipynb", 4).cells
    return [output.text for cell in cells for output in cell.get("outputs", [])]


def test_three_settings_are_given_and_a_merge_names_the_file_in_one_line(clone):
    assert len(SETTINGS) == 3
    said = merge(clone, "one", "four")
    assert said.count("notebooks/01_first.ipynb: build it anew\n") == 1
    assert "second" not in said and git(clone, "status", "--porcelain") == ""


def test_code_in_different_cells_merges_and_a_build_heals(clone):
    merge(clone, "one", "four")
    code, said = check(clone)
    assert code == 2 and "01_first" in said and "02_second" not in said
    assert build(clone)[0] == 0 and check(clone)[0] == 0
    assert printed(clone) == ["ONE\n", "two\n", "a\n", "four ONE\n"]
    assert not marked(clone)


def test_code_in_the_same_cell_conflicts_in_the_script_only(clone):
    merge(clone, "one", "refactor", fine=False)
    assert conflicts(clone) == [FIRST]
    (clone / FIRST).write_text(LESSON.replace('"one"', '"both"'))
    assert build(clone)[0] == 0 and check(clone)[0] == 0
    assert printed(clone)[0] == "both\n"


@pytest.mark.parametrize(("ours", "theirs"), [("text", "four"), ("four", "text")])
def test_text_against_code_needs_no_second_run(clone, ours, theirs):
    merge(clone, ours, theirs)
    code, said = build(clone)
    assert code == 0 and "01_first: outputs kept" in said
    assert check(clone)[0] == 0 and printed(clone)[-1] == "four one\n"


@pytest.mark.parametrize("other", ["line-and-four", "line-and-text"])
@pytest.mark.parametrize("is_ours", [True, False])
def test_lines_that_touch_in_the_notebook_only_are_no_edit_of_the_notebook(clone, other, is_ours):
    """In the notebook the lines of a text are one list, in the script each is a line."""
    ours, theirs = ("longer-text", other) if is_ours else (other, "longer-text")
    merge(clone, ours, theirs)
    code, said = build(clone)
    assert code == 0 and "01_first.py was edited" in said, said
    assert check(clone)[0] == 0
    text = (clone / FIRST).read_text()
    assert "# Better:\n# Words of the lesson.\n# And more.\n" in text
    assert "executed" not in said


def test_lessons_that_ran_on_either_side_need_no_second_run(clone):
    """Each notebook is of one side, and what each was made from is in the one file of both."""
    merge(clone, "one", "second")
    code, said = build(clone)
    assert code == 0 and "executed" not in said, said
    assert check(clone)[0] == 0


@pytest.mark.parametrize(("ours", "theirs"), [("refactor", "four"), ("four", "refactor")])
def test_two_edits_that_break_each_other_are_never_as_built(clone, ours, theirs):
    """One renames what the other begins to use: each ran, both together never did."""
    merge(clone, ours, theirs)
    assert check(clone)[0] == 2
    code, said = build(clone)
    assert code == 2 and "NameError" in said


@pytest.mark.parametrize(("ours", "theirs"), [("data", "whole"), ("whole", "data")])
def test_code_of_one_and_data_of_the_other_are_never_as_built(clone, ours, theirs):
    """The lesson did not show what changed in its data; now it does."""
    merge(clone, ours, theirs)
    assert check(clone)[0] == 2
    assert build(clone)[0] == 0 and check(clone)[0] == 0
    assert printed(clone)[2] == "['a', 'c']\n"


@pytest.mark.parametrize("choice", ["git rm -q", "git add"])
def test_a_lesson_deleted_here_and_edited_there_is_a_persons_choice(clone, choice):
    merge(clone, "deleted", "text", fine=False)
    pair = [FIRST.replace(".py", ".ipynb"), FIRST]
    assert sorted(conflicts(clone)) == pair
    subprocess.run([*choice.split(), *pair], cwd=clone, check=True, capture_output=True)
    assert build(clone)[0] == 0 and check(clone)[0] == 0
    assert (clone / FIRST).exists() == (choice == "git add")


def test_a_lesson_that_moved_takes_the_edit_with_it(clone):
    merge(clone, "moved", "text")
    assert build(clone)[0] == 0 and check(clone)[0] == 0
    assert not (clone / FIRST).exists()
    assert "Better words" in (clone / "notebooks/03_first.ipynb").read_text()
    assert printed(clone, "03_first")[0] == "one\n"


def test_a_lesson_added_on_both_sides_conflicts_in_the_script_only(clone):
    merge(clone, "added", "added-too", fine=False)
    assert conflicts(clone) == [NEW]
    add("both")(clone)
    assert build(clone)[0] == 0 and check(clone)[0] == 0
    assert printed(clone, "04_new") == ["both\n"]


@pytest.mark.parametrize(("side", "means"), [("HEAD", [111.0]), ("MERGE_HEAD", [100.0, 222.0])])
def test_a_result_of_both_is_chosen_as_a_whole_and_its_table_follows(clone, side, means):
    merge(clone, "measured", "measured-too", fine=False)
    assert sorted(conflicts(clone)) == ["docs/results.md", RESULT]
    assert '"mean": 111.0' in (clone / RESULT).read_text()  # whole, and valid: ours
    assert '"mean": 222.0' not in (clone / RESULT).read_text()
    git(clone, "checkout", side, "--", RESULT)
    assert build(clone)[0] == 0 and check(clone)[0] == 0
    page = (clone / "docs/results.md").read_text()
    assert page.startswith("Before.") and page.endswith("After.\n") and "<<<<" not in page
    shown = [mean for mean in (100.0, 111.0, 222.0) if f" {mean} " in page]
    assert shown == means


def test_exercises_edited_on_both_sides_are_cut_anew(clone):
    assert "exercises/01_doubles.ipynb: build it anew" in merge(clone, "exercise", "exercise-too")
    assert build(clone)[0] == 0 and check(clone)[0] == 0
    for kind in ("py", "ipynb"):
        text = (clone / f"exercises/01_doubles.{kind}").read_text()
        assert "Two times x" in text and "Why is it so?" in text and "<<<<" not in text


@pytest.mark.parametrize("side", ["--ours", "--theirs"])
def test_without_the_settings_either_side_is_taken_and_built(plain, side):
    """As on a forge, which has no settings; there is no other conflict than in plain git."""
    merge(plain, "four", "one", fine=False)
    assert "notebooks/01_first.ipynb" in conflicts(plain) and FIRST not in conflicts(plain)
    take = TAKE_OURS.replace("--ours", side)
    subprocess.run(take, shell=True, cwd=plain, check=True, capture_output=True)
    assert not marked(plain)
    assert check(plain)[0] == 2
    assert build(plain)[0] == 0 and check(plain)[0] == 0
    assert printed(plain) == ["ONE\n", "two\n", "a\n", "four ONE\n"]


def test_a_rebase_and_a_cherry_pick_do_not_stop(clone):
    git(clone, "checkout", "-q", "four")
    assert "01_first.ipynb: build it anew" in git(clone, "rebase", "one")
    code, said = build(clone)
    assert code == 0 and check(clone)[0] == 0, said
    assert printed(clone)[-1] == "four ONE\n"
    git(clone, "commit", "-q", "-a", "-m", "built")
    assert "01_doubles.ipynb: build it anew" in git(
        clone, "cherry-pick", "exercise", "exercise-too"
    )
    assert build(clone)[0] == 0 and check(clone)[0] == 0


def test_a_diff_shows_text_and_plain_git_shows_the_file(clone):
    git(clone, "checkout", "-q", "four")
    said = git(clone, "diff", "main", "--", "notebooks/01_first.ipynb")
    assert re.search(r"^@@.*@@ # %% three$", said, re.M)
    assert "-four\n" in said and "+four one\n" in said and '"outputs"' not in said
    for line in SETTINGS:
        git(clone, "config", "--unset", line.split()[2])
    said = git(clone, "diff", "main", "--", "notebooks/01_first.ipynb")
    assert '+      "four one\\n"' in said


def test_a_diff_works_where_the_command_does_not(clone):
    (clone / AS_TEXT).unlink()
    said = git(clone, "diff", "main", "four", "--", "notebooks/01_first.ipynb")
    assert '"four one\\n"' in said
