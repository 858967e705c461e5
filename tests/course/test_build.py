"""`lstm-video-lab build`: scripts become notebooks, and pairs that disagree are named."""

import base64
import json
import re
import struct
import zlib

import jupytext
import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstm_video_lab.course import build as building
from lstm_video_lab.course.build import build, find_problems
from lstm_video_lab.course.scripts import read_script

LESSON = """# %% [markdown]
# # A lesson
#
# Next: [another](02_next.ipynb#part).

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
    assert build(root) == ["01_lesson: executed at laptop scale"]
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
        "01_lesson.ipynb", "01_lesson.py", "results",
    ]  # fmt: skip


def test_a_second_build_changes_nothing(copy, no_execution):
    before = (copy / "notebooks" / "01_lesson.ipynb").stat().st_mtime_ns
    assert build(copy) == ["01_lesson: outputs kept"]
    assert (copy / "notebooks" / "01_lesson.ipynb").stat().st_mtime_ns == before
    assert build(copy, check=True) == ["01_lesson: as built"]


def test_building_again_from_nothing_gives_the_same_bytes(built, copy):
    (copy / "notebooks" / "01_lesson.ipynb").unlink()
    build(copy)
    again = (copy / "notebooks" / "01_lesson.ipynb").read_bytes()
    assert again == (built / "notebooks" / "01_lesson.ipynb").read_bytes()


def test_a_word_in_the_text_needs_no_execution(copy, no_execution):
    script = copy / "notebooks" / "01_lesson.py"
    script.write_text(script.read_text().replace("A lesson", "A better lesson"))
    assert find_problems(copy / "notebooks") != []
    assert build(copy) == ["01_lesson: outputs kept"]
    assert find_problems(copy / "notebooks") == []
    assert notebook(copy).cells[0].source.startswith("# A better lesson")


def executed(monkeypatch):
    names = []
    monkeypatch.setattr(
        building, "execute", lambda nb, script, scale: names.append((script.stem, scale))
    )
    return names


def test_changed_code_a_name_or_force_executes(copy, monkeypatch):
    names = executed(monkeypatch)
    build(copy, names=["01"])
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


def test_an_unknown_lesson_and_an_empty_folder_are_named(copy, tmp_path_factory):
    with pytest.raises(ValueError, match="'99' is unknown: the lessons are 01_lesson"):
        build(copy, names=["99"])
    for check in (False, True):
        with pytest.raises(ValueError, match="holds no lessons"):
            build(tmp_path_factory.mktemp("empty"), check=check)


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
    "code in both": (rewrite_both, "made from other cells"),
    "an id": (edit_text("01_lesson.ipynb", '"id": "told"', '"id": "tell"'), "differs"),
    "a new cell": (lambda f: (f / "01_lesson.py").open("a").write("\n# %%\n3\n"), "cells, its"),
    "a tag": (edit_json(lambda v: v["cells"][1]["metadata"].update(tags=["x"])), "differs"),
    "metadata": (edit_json(lambda v: v["metadata"].update(jupytext={})), "other metadata"),
    "an older format": (edit_json(lambda v: v.update(nbformat_minor=4)), "no valid notebook"),
    "no outputs": (edit_json(strip), "has no outputs"),
    "outputs of another cell": (edit_json(swap), "changed after"),
    "an output": (edit_text("01_lesson.ipynb", '"two\\n"', '"six\\n"'), "changed after"),
    "other indentation": (edit_text("01_lesson.ipynb", '\n "cells"', '\n  "cells"'), "written"),
    "another scale": (edit_text("01_lesson.ipynb", '"scale": "laptop"', '"scale": "smoke"'),
                      "scale 'smoke'"),
    "half a file": (lambda f: (f / "01_lesson.ipynb").write_text('{"cells": ['), "no valid"),
    "no notebook": (lambda f: (f / "01_lesson.ipynb").unlink(), "is missing"),
    "no script": (lambda f: (f / "01_lesson.py").unlink(), "has no script"),
    "a notebook left over": (lambda f: (f / "old.ipynb").write_text("{}"), "has no script old.py"),
    "a script left over": (lambda f: (f / "old.py").write_text("1"), "old.ipynb is missing"),
}  # fmt: skip


@pytest.mark.parametrize("spoiler", SPOILERS)
def test_check_names_the_file_the_fault_and_the_mend(copy, spoiler):
    spoil, fault = SPOILERS[spoiler]
    spoil(copy / "notebooks")
    problems = find_problems(copy / "notebooks")
    assert len(problems) == 1
    assert re.match(r"\w+\.ipynb ", problems[0]) and fault in problems[0]
    assert "run `lstm-video-lab build`" in problems[0] or "delete the notebook" in problems[0]
    assert "\n" not in problems[0]


def test_check_names_every_problem_and_changes_nothing(copy):
    make_lesson(copy, LESSON, "02_next")
    (copy / "notebooks" / "old.ipynb").write_text("{}")
    before = {path: path.read_bytes() for path in copy.rglob("*.*") if path.is_file()}
    with pytest.raises(ValueError) as error:
        build(copy, check=True)
    assert [line.split()[0] for line in str(error.value).split("\n")] == [
        "02_next.ipynb", "old.ipynb",
    ]  # fmt: skip
    assert before == {path: path.read_bytes() for path in copy.rglob("*.*") if path.is_file()}


BAD_LESSONS = {
    "an error": ('# %% name="sum"\nprint(1)\n1 / 0', "cell 'sum' fails: ZeroDivisionError"),
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


def test_a_page_for_reading_loads_nothing_and_links_pages(copy, no_execution):
    pages = copy / "pages"
    assert build(copy, html=pages)[-1] == "01_lesson.html: written"
    page = (pages / "01_lesson.html").read_text(encoding="utf-8")
    loaded = re.findall(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=\"([^\"]*)", page)
    assert loaded and all(address.startswith("data:image/png;base64,") for address in loaded)
    assert "<script" not in page and not re.search(r"url\(\s*[\"']?http", page)
    assert 'href="02_next.html#part"' in page
    assert base64.b64encode(one_pixel()).decode() in page and "a line of text" in page
    assert "No description has been provided" not in page


@pytest.mark.parametrize(
    "text",
    ["![far](https://example.org/a.png)", '<img alt="far" src=//example.org/a.png>',
     '<script src="https://example.org/a.js"></script>'],
)  # fmt: skip
def test_a_page_that_would_load_from_the_network_is_refused(copy, no_execution, text):
    script = copy / "notebooks" / "01_lesson.py"
    script.write_text(script.read_text() + f"\n# %% [markdown]\n# {text}\n")
    with pytest.raises(ValueError, match=r"01_lesson\.ipynb: its page would load"):
        build(copy, html=copy / "pages")
    assert list((copy / "pages").iterdir()) == []
