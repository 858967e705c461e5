"""`lstm-video-lab build`: scripts become notebooks, and pairs that disagree are named."""

import base64
import json
import os
import re
import signal
import struct
import subprocess
import sys
import time
import zlib

import jupytext
import nbformat
import pytest
from course.tiny import write_solutions
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstm_video_lab.cli import main
from lstm_video_lab.course.building import build as building
from lstm_video_lab.course.building.build import build, check
from lstm_video_lab.course.building.hashes import hashes_of_cells
from lstm_video_lab.course.building.scripts import read_script
from lstm_video_lab.course.building.stale import find_problems

LESSON = """# %% [markdown]
# # A lesson
#
# Next: another.

# %% name="told"
import json
import os
import sys
from pathlib import Path

from IPython.display import Image, Markdown, display

print({name: os.environ[f"LAB_{name}"] for name in ("SCALE", "STATIC", "STRICT")})

# %% The Picture
for word in ("one", "two", "three"):
    print(word)
    sys.stdout.flush()
display(Image(bytes.fromhex("@PNG@")), Markdown("a line of text"))

# %%
# NBVAL_CHECK_OUTPUT
Path("left.txt").write_text("over")
json.loads(Path("results/known.json").read_text())
"""


def one_pixel():
    """A PNG by hand: signature, header, one grey pixel, end."""

    def chunk(kind, data):
        crc = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + crc

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0\x80")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        chunk(k, d) for k, d in ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    )


def said(function, *arguments, **options):
    """The lines that a build says."""
    lines = []
    function(*arguments, say=lines.append, **options)
    return lines


def make_lesson(root, text, name="01_lesson"):
    folder = root / "notebooks"
    (folder / "results").mkdir(parents=True, exist_ok=True)
    (folder / "results" / "known.json").write_text("[1, 2]")
    script = folder / f"{name}.py"
    script.write_text(text.replace("@PNG@", one_pixel().hex()), encoding="utf-8")
    return script


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A lesson, built once; tests that change it work on their own copy."""
    root = tmp_path_factory.mktemp("built")
    make_lesson(root, LESSON)
    assert said(build, root)[-1] == "01_lesson: executed at laptop scale"
    return root


@pytest.fixture
def copy(built, tmp_path):
    for path in built.rglob("*"):
        if path.is_file():
            (tmp_path / path.relative_to(built)).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path.relative_to(built)).write_bytes(path.read_bytes())
    return tmp_path


@pytest.fixture
def no_execution(monkeypatch):
    def refuse(*_):
        raise AssertionError("nothing needed to be executed")

    monkeypatch.setattr(building, "execute", refuse)


def notebook(root):
    return nbformat.read(root / "notebooks" / "01_lesson.ipynb", as_version=4)


def test_the_notebook_is_the_script_and_its_outputs(built):
    nb = notebook(built)
    nbformat.validate(nb)
    script = jupytext.read(built / "notebooks" / "01_lesson.py")
    assert [(c.cell_type, c.source) for c in nb.cells] == [
        (c.cell_type, c.source) for c in script.cells
    ]
    told, picture, last = nb.cells[1:]
    # One stream for three flushed prints; the picture and its line of text.
    assert told.outputs[0].text == "{'SCALE': 'laptop', 'STATIC': '1', 'STRICT': '1'}\n"
    assert picture.outputs[0].text == "one\ntwo\nthree\n"
    png, line = picture.outputs[1:]
    assert base64.b64decode(png.data["image/png"]) == one_pixel()
    assert line.data["text/markdown"] == "a line of text"
    assert last.outputs[0].data["text/plain"] == "[1, 2]"
    assert [cell.execution_count for cell in nb.cells[1:]] == [1, 2, 3]


def test_ids_come_from_names_and_metadata_is_fixed(built):
    nb = notebook(built)
    assert [cell.id for cell in nb.cells[1:3]] == ["told", "the-picture"]
    assert set(nb.metadata) == {"kernelspec", "language_info", "lab"}
    assert nb.metadata.kernelspec.name == "python3"
    text = (built / "notebooks" / "01_lesson.ipynb").read_text()
    assert "jupytext" not in text and 'execution"' not in text


def test_what_a_lesson_writes_does_not_stay(built):
    assert sorted(path.name for path in (built / "notebooks").iterdir()) == [
        ".build", "01_lesson.ipynb", "01_lesson.py", "made_from.json", "results",
    ]  # fmt: skip


def test_a_second_build_changes_nothing(copy, no_execution):
    before = (copy / "notebooks" / "01_lesson.ipynb").stat().st_mtime_ns
    assert said(build, copy) == ["01_lesson: outputs kept"]
    assert (copy / "notebooks" / "01_lesson.ipynb").stat().st_mtime_ns == before
    assert said(check, copy) == ["01_lesson: as built"]


def test_building_again_from_nothing_gives_the_same_bytes(built, copy):
    (copy / "notebooks" / "01_lesson.ipynb").unlink()
    build(copy)
    again = (copy / "notebooks" / "01_lesson.ipynb").read_bytes()
    assert again == (built / "notebooks" / "01_lesson.ipynb").read_bytes()


def test_a_word_in_the_text_needs_no_execution(copy, no_execution):
    script = copy / "notebooks" / "01_lesson.py"
    script.write_text(script.read_text().replace("A lesson", "A better lesson"))
    assert find_problems(copy / "notebooks") != []
    assert said(build, copy) == [EDITED, "01_lesson: outputs kept"]
    assert find_problems(copy / "notebooks") == []
    assert notebook(copy).cells[0].source.startswith("# A better lesson")


def executed(monkeypatch):
    names = []

    def execute(nb, script, scale):
        names.append((script.stem, scale))
        for cell in nb.cells[1:]:
            cell.outputs = [nbformat.v4.new_output("stream", text="done\n")]
        return {"cells": hashes_of_cells(nb), "inputs": {}}

    monkeypatch.setattr(building, "execute", execute)
    return names


def test_changed_code_a_name_or_force_executes(copy, monkeypatch):
    names = executed(monkeypatch)
    build(copy, names=["01"], accept=True)
    build(copy, force=True)
    assert names == [("01_lesson", "laptop")] * 2
    script = copy / "notebooks" / "01_lesson.py"
    script.write_text(script.read_text() + "\n# %%\nprint(3)\n")
    build(copy)
    assert len(names) == 3


def test_another_scale_executes_and_is_no_build_to_keep(copy, monkeypatch):
    names = executed(monkeypatch)
    monkeypatch.setenv("LAB_SCALE", "smoke")
    build(copy)
    assert names == [("01_lesson", "smoke")]


def test_an_exercise_is_built_alone_by_its_name_and_before_the_lessons(copy, monkeypatch):
    names = executed(monkeypatch)
    script = copy / "notebooks" / "01_lesson.py"
    script.write_text(script.read_text() + "\n# %%\nprint('new')\n")
    write_solutions(copy / "solutions")
    monkeypatch.setattr(building.prose, "problems", lambda root: ["of a lesson"] * bool(names))
    said = []
    build(copy, names=["01_dou"], say=said.append)
    assert names == [] and (copy / "exercises" / "01_doubles.ipynb").is_file()
    check(copy, names=["01_doubles"])
    with pytest.raises(ValueError, match=r"'99' is unknown: .*01_lesson; the exercises 01_doubles"):
        build(copy, names=["99"])
    (copy / "exercises" / "01_doubles.py").unlink()
    with pytest.raises(ValueError, match=r"01_doubles\.py"):
        check(copy, names=["01_doubles"])
    with pytest.raises(ValueError, match="of a lesson"):
        build(copy, accept=True, say=said.append)
    lines = [line.partition(" ")[0].partition(":")[0] for line in said]
    assert names and lines.index("exercises/01_doubles.py") < lines.index("01_lesson")


def test_an_unknown_lesson_and_an_empty_folder_are_named(copy, tmp_path_factory):
    with pytest.raises(ValueError, match="'99' is unknown: the lessons are 01_lesson"):
        build(copy, names=["99"])
    for function in (build, check):
        with pytest.raises(ValueError, match="holds no lessons"):
            function(tmp_path_factory.mktemp("empty"))


def edit_json(change):
    """A way to spoil a stored notebook: `change` its JSON, write it as the build would."""

    def spoil(folder):
        path = folder / "01_lesson.ipynb"
        value = json.loads(path.read_text())
        change(value)
        path.write_text(json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n")

    return spoil


def edit_text(name, old, new):
    def spoil(folder):
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1))

    return spoil


def strip(value):
    for cell in value["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)


def swap(value):
    first, second = (value["cells"][k] for k in (1, 2))
    first["outputs"], second["outputs"] = second["outputs"], first["outputs"]


def rewrite_both(folder):
    """Code changed in the script and in the notebook alike, outputs left from the old code."""
    for name in ("01_lesson.py", "01_lesson.ipynb"):
        edit_text(name, "print(word)", "print(word * 2)")(folder)


SPOILERS = {
    "a word in the script": (edit_text("01_lesson.py", "A lesson", "A task"), "differs"),
    "code in the notebook": (edit_text("01_lesson.ipynb", "print(word)", "print(2)"), "differs"),
    "code in both": (rewrite_both, "line 16: cell 'the-picture' has changed"),
    "an id": (edit_text("01_lesson.ipynb", '"id": "told"', '"id": "tell"'), "differs"),
    "a new cell": (lambda f: (f / "01_lesson.py").open("a").write("\n# %%\n3\n"), "is new"),
    "a tag": (edit_json(lambda v: v["cells"][1]["metadata"].update(tags=["x"])), "differs"),
    "metadata": (edit_json(lambda v: v["metadata"].update(jupytext={})), "other metadata"),
    "an older format": (edit_json(lambda v: v.update(nbformat_minor=4)), "no valid notebook"),
    "no outputs": (edit_json(strip), "changed after"),
    "outputs of another cell": (edit_json(swap), "changed after"),
    "an output": (edit_text("01_lesson.ipynb", '"two\\n"', '"six\\n"'), "changed after"),
    "other indentation": (edit_text("01_lesson.ipynb", '\n "cells"', '\n  "cells"'), "written"),
    "another scale": (edit_text("01_lesson.ipynb", '"scale": "laptop"', '"scale": "smoke"'),
                      "scale 'smoke'"),
    "half a file": (lambda f: (f / "01_lesson.ipynb").write_text('{"cells": ['), "no valid"),
    "no notebook": (lambda f: (f / "01_lesson.ipynb").unlink(), "is missing"),
    "no script": (lambda f: (f / "01_lesson.py").unlink(), "has no script"),
    "a notebook left over": (lambda f: (f / "old.ipynb").write_text("{}"), "has no script old.py"),
    "a script left over": (lambda f: (f / "old.py").write_text("1"), "old.py is no name"),
}  # fmt: skip


@pytest.mark.parametrize("spoiler", SPOILERS)
def test_check_names_the_file_the_fault_and_the_mend(copy, spoiler):
    spoil, fault = SPOILERS[spoiler]
    spoil(copy / "notebooks")
    problems = find_problems(copy / "notebooks")
    assert len(problems) == 1
    assert re.match(r"\w+\.(ipynb|py) ", problems[0]) and fault in problems[0]
    assert "run `lstm-video-lab build`" in problems[0] or "or delete" in problems[0]
    assert "\n" not in problems[0]


def test_check_names_every_problem_and_changes_nothing(copy):
    make_lesson(copy, LESSON, "02_next")
    (copy / "notebooks" / "old.ipynb").write_text("{}")
    before = {path: path.read_bytes() for path in copy.rglob("*.*") if path.is_file()}
    with pytest.raises(ValueError) as error:
        check(copy)
    assert [line.split()[0] for line in str(error.value).split("\n")] == [
        "02_next.ipynb", "old.ipynb",
    ]  # fmt: skip
    assert before == {path: path.read_bytes() for path in copy.rglob("*.*") if path.is_file()}


BAD_LESSONS = {
    "an error": ('# %% name="sum"\nprint(1)\n1 / 0', "cell 'sum' fails: ZeroDivisionError"),
    "an import that only the build has made": (
        '# %% name="where"\nprint(os.getcwd())', "cell 'where' fails: NameError",
    ),
    "an output that is no text": (
        '# %% name="raw"\ndisplay({"text/plain": 5}, raw=True)',
        "cell 'raw' fails: it shows text/plain that is no text but 5",
    ),
    "a kernel that dies": (
        '# %% name="end"\nimport os\nos._exit(3)', "cell 'end' fails: the kernel died",
    ),
    "a cell that hangs": (
        '# %% name="wait" timeout=2\nimport time\ntime.sleep(99)', "'wait' fails: it takes",
    ),
    "a notebook too large": ('# %%\nprint(("x" * 60 + "\\n") * 9000)', "would have 6"),
    "a live widget": (
        '# %% name="slide"\nimport ipywidgets\nipywidgets.IntSlider()', "'slide' shows a live",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", BAD_LESSONS)
def test_a_lesson_that_fails_is_named_and_its_old_notebook_stays(tmp_path, fault):
    text, message = BAD_LESSONS[fault]
    make_lesson(tmp_path, text)
    old = tmp_path / "notebooks" / "01_lesson.ipynb"
    old.write_text("old")
    with pytest.raises(ValueError) as error:
        build(tmp_path)
    assert message in str(error.value) and "01_lesson" in str(error.value)
    assert "\n" not in str(error.value)
    assert old.read_text() == "old"
    assert [path.name for path in old.parent.glob(".*")] == []


SOURCES = st.lists(st.sampled_from(["a = 1", "b = 2", "c = 3", "d = 4"]), min_size=1, max_size=6)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SOURCES, st.integers(0, 6))
def test_ids_are_unique_valid_and_survive_a_new_cell(tmp_path, sources, place):
    def ids(lines):
        script = tmp_path / "01_ids.py"
        script.write_text("\n".join(f"# %%\n{line}\n" for line in lines))
        return [cell.id for cell in read_script(script).cells]

    before = ids(sources)
    assert len(set(before)) == len(before)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name) for name in before)
    assert ids(sources) == before
    place = min(place, len(sources))
    after = ids([*sources[:place], "new = 0", *sources[place:]])
    assert after[:place] + after[place + 1 :] == before


EDITED = "01_lesson.py was edited: 01_lesson.ipynb follows it"
PICTURE = "line 16: cell 'the-picture'"


def edit_script(root, old, new):
    edit_text("01_lesson.py", old, new)(root / "notebooks")


def bytes_of(root):
    return (root / "notebooks" / "01_lesson.ipynb").read_bytes()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("for word in", "# why\nfor word in"),
        ('("one", "two", "three"):', '(\n    "one",\n    "two",\n    "three",\n):'),
        ("# %% The Picture", "# %% the same under another name"),
        ("# %% The Picture", "# %% The Picture timeout=77"),
        ("import json\n", "import json\n\n\n"),
    ],
)
def test_a_comment_layout_or_a_header_trains_nothing(copy, no_execution, old, new):
    edit_script(copy, old, new)
    assert said(build, copy)[-1] == "01_lesson: outputs kept"
    assert find_problems(copy / "notebooks") == []
    assert said(build, copy) == ["01_lesson: outputs kept"]


def test_every_stale_cell_is_listed_with_its_line(copy):
    edit_script(copy, "print(word)", "print(word * 2)")
    edit_script(copy, '"over"', '"more"')
    assert find_problems(copy / "notebooks") == [
        f"01_lesson.ipynb is stale: {PICTURE} has changed: run `lstm-video-lab build`",
        "01_lesson.ipynb is stale: line 22: cell '"
        f"{read_script(copy / 'notebooks' / '01_lesson.py').cells[-1].id}' is new: "
        "run `lstm-video-lab build`",
        f"01_lesson.ipynb is stale: cell '{notebook(copy).cells[-1].id}' is gone: "
        "run `lstm-video-lab build`",
    ]


def test_a_stored_result_that_changed_makes_its_lessons_stale(copy):
    result = copy / "notebooks" / "results" / "known.json"
    result.write_text("[1,    2]\n")  # another layout
    assert find_problems(copy / "notebooks") == []
    result.write_text("[1, 3]")
    assert find_problems(copy / "notebooks") == [
        "01_lesson.ipynb is stale: results/known.json has changed: run `lstm-video-lab build`"
    ]
    with pytest.raises(ValueError, match=r"1 numbers moved .* 2 → 3: .* --accept"):
        build(copy)
    assert json.loads(result.read_text()) == [1, 3]


def test_where_a_new_run_gives_the_same_only_the_stamp_is_renewed(copy):
    before = bytes_of(copy)
    edit_script(copy, "print(word)", "print(str(word))")
    assert find_problems(copy / "notebooks") != []
    build(copy)
    assert find_problems(copy / "notebooks") == []
    after = json.loads(bytes_of(copy))
    old = json.loads(before)
    assert [c.get("outputs") for c in after["cells"]] == [c.get("outputs") for c in old["cells"]]
    edit_script(copy, "print(str(word))", "print(word)")
    build(copy)
    assert bytes_of(copy) == before


STEPS = """# %% train
import json
from pathlib import Path

steps = json.loads(Path("results/known.json").read_text())[0]

# %% result{spread}
print(steps, "steps")
"""


def write_steps(root, steps, spread=""):
    make_lesson(root, STEPS.replace("{spread}", spread))
    (root / "notebooks" / "results" / "known.json").write_text(f"[{steps}]")


def test_a_number_that_moved_is_refused_until_it_is_accepted(tmp_path, monkeypatch):
    write_steps(tmp_path, 375)
    build(tmp_path)
    before = bytes_of(tmp_path)
    write_steps(tmp_path, 232)
    lines = []
    with pytest.raises(ValueError, match="1 numbers moved"):
        build(tmp_path, say=lines.append)
    assert "01_lesson: result: 375 steps → 232 steps" in lines
    assert bytes_of(tmp_path) == before
    monkeypatch.setattr(building, "execute", None)  # the run that was refused is taken
    build(tmp_path, accept=True)
    assert "232 steps" in bytes_of(tmp_path).decode()
    assert find_problems(tmp_path / "notebooks") == []


def test_a_move_within_the_stated_spread_is_said_and_taken(tmp_path):
    write_steps(tmp_path, 375, " spread=0.5")
    build(tmp_path)
    write_steps(tmp_path, 232, " spread=0.5")
    assert "01_lesson: result: 375 steps → 232 steps" in said(build, tmp_path)
    write_steps(tmp_path, 80, " spread=0.5")
    with pytest.raises(ValueError, match="232 steps → 80 steps"):
        build(tmp_path)


def test_numbers_are_compared_with_the_committed_ones_where_the_notebook_is_gone(tmp_path):
    write_steps(tmp_path, 375)
    build(tmp_path)
    for command in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b.c",
                    "commit", "-qm", "built"]):  # fmt: skip
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    (tmp_path / "notebooks" / "01_lesson.ipynb").unlink()
    write_steps(tmp_path, 232)
    with pytest.raises(ValueError, match="375 steps → 232 steps"):
        build(tmp_path)


@pytest.mark.parametrize("stamp", ["[]", "3", '{"cells": {}}', '{"cells": [], "inputs": {}}'])
def test_a_damaged_stamp_is_none(copy, stamp):
    (copy / "notebooks" / "made_from.json").write_text(f'{{"01_lesson": {stamp}}}')
    assert find_problems(copy / "notebooks") == [
        "01_lesson.ipynb is stale: it is not known what its outputs were made from: "
        "run `lstm-video-lab build`"
    ]


def test_a_scale_that_is_none_is_refused_and_changes_nothing(copy, monkeypatch):
    before = bytes_of(copy)
    monkeypatch.setenv("LAB_SCALE", "smok")
    with pytest.raises(ValueError, match="LAB_SCALE='smok' is unknown: choose one of smoke"):
        build(copy)
    assert bytes_of(copy) == before


def test_a_folder_in_place_of_a_notebook_keeps_no_other_lesson_from_its_build(copy):
    make_lesson(copy, "# %% new\nprint(1)\n", "02_next")
    make_lesson(copy, "# %% new\nprint(1)\n", "00_first")
    (copy / "notebooks" / "00_first.ipynb").mkdir()
    with pytest.raises(ValueError, match=r"00_first"):
        build(copy)
    assert (copy / "notebooks" / "02_next.ipynb").is_file()


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--check", "--watch"], "--check and --watch at once"),
        (["--check", "--accept"], "--accept does nothing beside --check"),
        (["01", "--cell", ""], "--cell is empty"),
        ([""], "a name of a lesson is empty"),
        (["--cell", "told"], "--cell takes one lesson"),
        (["--since", "HEAD"], "--since goes with --html"),
        (["01", "--html", "p", "--since", "HEAD"], "--since takes no names"),
    ],
)
def test_flags_that_would_do_nothing_are_refused(copy, monkeypatch, capsys, flags, words):
    monkeypatch.chdir(copy)
    assert main(["build", *flags]) == 2
    assert words in capsys.readouterr().err


def test_a_check_of_one_lesson_looks_at_that_one(copy):
    make_lesson(copy, "# %% new\nprint(1)\n", "02_next")
    assert said(check, copy, names=["01"]) == ["01_lesson: as built"]
    with pytest.raises(ValueError, match="02_next"):
        check(copy)


def test_one_broken_file_hides_no_other_fault(copy):
    make_lesson(copy, "# %% new\nprint(1)\n", "02_next")
    (copy / "notebooks" / "results" / "known.json").write_text("{")
    with pytest.raises(ValueError) as error:
        check(copy)
    first, second, third = str(error.value).splitlines()
    assert "known.json is no JSON" in first and "02_next.ipynb is missing" in second
    assert third.startswith("notebooks/results/known.json cannot be read")


def test_a_notebook_without_a_script_gets_one_or_is_named(copy, monkeypatch):
    executed(monkeypatch)
    folder = copy / "notebooks"
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print(1)")])
    for name in ("02_new", "Untitled"):
        nbformat.write(made, folder / f"{name}.ipynb")
    (folder / "03_half.ipynb").write_text("{")
    (folder / "01_lesson.ipynb").rename(folder / "04_moved.ipynb")
    lines = []
    with pytest.raises(ValueError) as error:
        build(copy, accept=True, say=lines.append)
    assert lines[0] == "02_new.ipynb had no script: 02_new.py was written from it"
    assert "print(1)" in (folder / "02_new.py").read_text()
    half, moved, other = str(error.value).splitlines()
    assert half == "03_half.ipynb has no script, and is no valid notebook: delete it"
    assert moved.startswith("04_moved.py is gone, and 04_moved.ipynb was made from it")
    assert other.startswith("Untitled.ipynb has no script: name it as 07_some_words.ipynb")
    with pytest.raises(ValueError, match=r"^03_half.ipynb has no script[^\n]*$"):
        build(copy, names=["03", "02"])


def test_an_empty_script_is_named_and_its_notebook_stays(copy, no_execution):
    before = bytes_of(copy)
    for text in ("", "\n\n"):
        (copy / "notebooks" / "01_lesson.py").write_text(text)
        with pytest.raises(ValueError, match=r"^01_lesson.py:1: the script is empty[^\n]*$"):
            build(copy)
        assert bytes_of(copy) == before


def test_a_lesson_without_code_is_built(tmp_path, no_execution, monkeypatch):
    executed(monkeypatch)
    make_lesson(tmp_path, "# %% [markdown]\n# # Words\n#\n# Only.\n")
    build(tmp_path)
    assert find_problems(tmp_path / "notebooks") == []


def test_a_pasted_picture_that_is_not_shown_is_left_out_by_name(copy, no_execution):
    picture = {"image.png": {"image/png": "aGk="}}
    edit_json(lambda nb: nb["cells"][0].update(attachments=picture))(copy / "notebooks")
    assert said(build, copy)[0] == (
        "01_lesson.ipynb: cell 1 ('# A lesson') does not show image.png: left out"
    )
    assert said(build, copy) == ["01_lesson: outputs kept"]


def test_the_others_are_built_where_one_fails(tmp_path):
    make_lesson(tmp_path, "# %% broken\n1 / 0\n", "01_broken")
    make_lesson(tmp_path, "# %% fine\nprint(1)\n", "02_fine")
    lines = []
    with pytest.raises(ValueError, match=r"^01_broken\.py: cell 'broken' fails: ZeroDivisionError"):
        build(tmp_path, say=lines.append)
    assert lines[-1] == "02_fine: executed at laptop scale"
    assert (tmp_path / "notebooks" / "02_fine.ipynb").exists()


def test_one_cell_is_tried_and_nothing_is_written(copy):
    before = {path: path.read_bytes() for path in copy.rglob("*.*") if path.is_file()}
    edit_script(copy, "print(word)", "print(word * 2)")
    assert said(building.try_cell, copy, "01", "the-pic") == [
        "oneone", "twotwo", "threethree", "", "<IPython.core.display.Image object>",
        "a line of text",
    ]  # fmt: skip
    assert said(building.try_cell, copy, "01", "The Picture")[0] == "oneone"
    edit_script(copy, "print(word * 2)", "print(word)")
    assert before == {path: path.read_bytes() for path in copy.rglob("*.*") if path.is_file()}
    with pytest.raises(ValueError, match="no cell 'gate': its cells are told, the-picture"):
        building.try_cell(copy, "01", "gate")


def start_build(root, *flags):
    """The command, as an author runs it."""
    command = [sys.executable, "-m", "lstm_video_lab", "build", *flags]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        command, cwd=root, env=environment, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip


def wait_for(condition, what):
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(f"never seen: {what}")


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_ctrl_c_ends_the_kernel_and_leaves_nothing_half_written(tmp_path):
    pid = tmp_path / "pid"
    make_lesson(
        tmp_path,
        "# %%\nimport os, time\nfrom pathlib import Path\n"
        f"Path({str(pid)!r}).write_text(str(os.getpid()))\ntime.sleep(600)\n",
    )
    process = start_build(tmp_path)
    wait_for(lambda: pid.exists() and pid.read_text(), "the kernel")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "lstm-video-lab build: stopped\n" and "Traceback" not in out
    wait_for(lambda: not is_alive(int(pid.read_text())), "the end of the kernel")
    assert sorted(path.name for path in (tmp_path / "notebooks").iterdir()) == [
        "01_lesson.py", "results",
    ]  # fmt: skip


def test_two_builds_at_once_keep_both_stamps_and_tear_no_file(tmp_path):
    for name in ("01_a", "02_b"):
        make_lesson(tmp_path, "# %%\nprint(1)\n", name)
    pair = [start_build(tmp_path, "01"), start_build(tmp_path, "02")]
    for process in pair:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
    assert find_problems(tmp_path / "notebooks") == []


def test_what_is_saved_is_built_until_ctrl_c(copy):
    process = start_build(copy, "--watch")
    assert "watching" in process.stdout.readline()
    time.sleep(1)
    edit_script(copy, "A lesson", "A better lesson")
    assert process.stdout.readline() == f"{EDITED}\n"
    assert process.stdout.readline() == "01_lesson: outputs kept\n"
    edit_script(copy, "print(word)", "print(wird)")
    assert process.stdout.readline() == f"{EDITED}\n"
    assert "has changed" in process.stdout.readline()
    assert "'the-picture' fails: NameError" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert notebook(copy).cells[0].source.startswith("# A better lesson")
