"""JupyterLab's page of a notebook that is paired with its script: loading, saving, renaming."""

import shutil
from pathlib import Path

import jupytext
import nbformat
import pytest
from course.edited_lesson import (
    BOTH,
    FOLLOWS,
    IN_NOTEBOOK,
    IN_SCRIPT,
    SCRIPT,
    address,
    as_built,
    edit_notebook,
    files,
    in_vs_code,
    lab,
    load,
    look_around,
    make_lesson,
    paste_picture,
    put,
    run_by_hand,
    save,
    sources,
    write,
)
from tornado.web import HTTPError

from lstm_video_lab.course.building.pairs import take_edits
from lstm_video_lab.course.building.scripts import read_script

ROOT = Path(__file__).parents[3]
SCRIPTS = sorted([*ROOT.glob("notebooks/[0-9]*.py"), *ROOT.glob("solutions/[0-9]*.py")])


@pytest.fixture
def script(tmp_path):
    return make_lesson(tmp_path)


@pytest.mark.parametrize("original", SCRIPTS, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_every_script_survives_a_save_a_build_and_a_reload(original, tmp_path):
    script = tmp_path / original.parent.name / original.name
    script.parent.mkdir()
    shutil.copy(original, script)
    before = script.read_bytes()
    as_built(script)
    built = sources(read_script(script))
    save(script, load(script))
    assert script.read_bytes() == before
    as_built(script)  # it knows nothing of the save, and is later
    content = load(script)
    assert sources(content) == built
    for number in (0, len(built) // 2, len(built) - 1):
        line = f"# an edit of cell {number}"
        content["cells"][number]["source"] += f"\n{line}"
    save(script, content)
    changed = jupytext.reads(script.read_text(), "py:percent")
    assert sources(changed) == sources(content)
    lines = script.read_text().splitlines()
    kept = [line for line in lines if "an edit of cell" not in line]
    assert kept == before.decode().splitlines()  # no other line of the script is another
    as_built(script)
    assert sources(load(script)) == sources(content)


def test_saving_what_was_not_edited_writes_no_script(script):
    script.write_text("#!/usr/bin/env python\n" + SCRIPT.replace("# Between", "#Between"))
    as_built(script)
    before = script.read_bytes(), script.stat().st_mtime_ns
    content = load(script)
    run_by_hand(content)
    look_around(content)
    save(script, content)
    assert (script.read_bytes(), script.stat().st_mtime_ns) == before
    content["cells"][3]["source"] = "x = 2"
    save(script, content)
    assert script.read_text() == "#!/usr/bin/env python\n" + IN_NOTEBOOK


def test_the_page_saves_loads_and_the_build_takes_turns(script):
    """Edits in turn, here and there, without a build between them: nothing is in conflict."""
    content = load(script)
    content["cells"][3]["source"] = "x = 2"
    save(script, content)
    content["cells"][3]["source"] = "x = 3"
    save(script, content)
    script.write_text(script.read_text().replace("Between", "In an editor"))
    content = load(script)
    assert content["cells"][3]["outputs"][0]["text"] == "output 3"
    content["cells"][0]["source"] = "# A title"
    save(script, content)
    in_vs_code(script, put(3, "x = 4"))
    assert "follows" in take_edits(script)
    script.write_text(script.read_text().replace("return 2", "return 3"))
    assert take_edits(script) == FOLLOWS
    text = SCRIPT.replace("A lesson", "A title").replace("Between", "In an editor")
    assert script.read_text() == text.replace("x = 1", "x = 4").replace("return 2", "return 3")


@pytest.mark.parametrize("edit", [write(IN_SCRIPT), edit_notebook], ids=["script", "notebook"])
def test_a_page_does_not_overwrite_what_was_edited_behind_it(script, edit):
    content = load(script)
    edit(script)
    before = files(script)
    content["cells"][1]["source"] += "\n\n\nprint(double(2))"
    with pytest.raises(HTTPError, match="was edited elsewhere since this notebook was loaded"):
        save(script, content)
    kept = files(script).pop("01_lesson.py.kept-1").decode()
    assert "print(double(2))" in kept
    assert {**before, "01_lesson.py.kept-1": kept.encode()} == files(script)
    assert "print(double(2))" not in "".join(sources(load(script)))  # reloading shows the others'


def test_of_two_pages_one_saves_on_and_the_other_is_refused(script):
    mine, other = load(script), load(script)
    other["cells"][3]["source"] = "x = 'other'"
    for number in (2, 3):
        mine["cells"][3]["source"] = f"x = {number}"
        save(script, mine)
        for _ in range(2):
            before = files(script)
            with pytest.raises(HTTPError, match=r"text is kept in 01_lesson.py.kept-1: reload"):
                save(script, other)
            assert "x = 'other'" in files(script).pop("01_lesson.py.kept-1").decode()
            assert {**before, **files(script)} == files(script)
    assert script.read_text() == SCRIPT.replace("x = 1", "x = 3")
    other = load(script)  # who reloads goes on, and now the first is behind
    other["cells"][1]["source"] += "\n\n\nprint(double(2))"
    save(script, other)
    mine["cells"][3]["source"] = "x = 4"
    with pytest.raises(HTTPError, match="was edited elsewhere"):
        save(script, mine)
    assert "print(double(2))" in script.read_text()


def test_the_mark_of_a_page_is_in_no_file(script):
    save(script, load(script))
    lab(script).copy(address(script), "notebooks/Untitled.ipynb")
    for path in script.parent.glob("*.ipynb"):
        assert '"page"' not in path.read_text()
    assert load(script)["metadata"]["lab"]["page"] != load(script)["metadata"]["lab"]["page"]


def spoil(script):
    script.with_suffix(".ipynb").write_text("<<<<<<< ours\n{}\n")


@pytest.mark.parametrize(
    "edit", [lambda s: in_vs_code(s, paste_picture), edit_notebook, spoil],
    ids=["picture", "words", "no notebook"],
)  # fmt: skip
@pytest.mark.parametrize("is_gone", [False, True], ids=["script", "no script"])
def test_a_page_overwrites_no_notebook_that_it_has_not_seen(script, edit, is_gone):
    content = load(script)
    content["cells"][3]["source"] = "x = 'mine'"
    edit(script)
    if is_gone:
        script.unlink()
    before = files(script)
    with pytest.raises(HTTPError, match=r"01_lesson.ipynb was edited elsewhere"):
        save(script, content)
    after = files(script)
    assert "x = 'mine'" in after.pop("01_lesson.py.kept-1").decode()
    assert after == before


def test_who_has_seen_a_picture_takes_it_out_and_saves(script):
    in_vs_code(script, paste_picture)
    content = load(script)
    with pytest.raises(HTTPError, match="a pasted picture is not kept"):
        save(script, content)
    content["cells"][2] = {**content["cells"][2], "source": "Between", "attachments": {}}
    save(script, content)
    assert script.read_text() == SCRIPT
    assert take_edits(script) == ""


def test_a_new_notebook_that_gets_the_name_of_a_lesson_is_one(script):
    manager = lab(script)
    path = manager.new_untitled("notebooks", type="notebook")["path"]
    content = manager.get(path)["content"]
    assert "lab" in content["metadata"]
    for number in (1, 2):
        content["cells"] = [nbformat.v4.new_code_cell(f"x = {number}")]
        manager.save({"type": "notebook", "format": "json", "content": content}, path)
    assert "lab" not in nbformat.read(script.parents[1] / path, 4).metadata
    manager.rename_file(path, "notebooks/02_new.ipynb")
    new = script.with_name("02_new.py")
    for number in (3, 4):
        content["cells"][0]["source"] = f"x = {number}"
        save(new, content)
        assert new.read_text() == f"# %%\nx = {number}\n"


def test_a_page_that_says_the_same_may_be_saved(script):
    content = load(script)
    write(IN_NOTEBOOK)(script)
    save(
        script,
        {**content, "cells": [*content["cells"][:3], {**content["cells"][3], "source": "x = 2"}]},
    )
    assert script.read_text() == IN_NOTEBOOK
    assert take_edits(script) == ""


def test_renaming_takes_the_script_along_and_never_another_s_place(script):
    manager = lab(script)
    script.with_name("03_taken.py").write_text("x = 1\n")
    with pytest.raises(HTTPError, match=r"03_taken.py is there already"):
        manager.rename_file("notebooks/01_lesson.ipynb", "notebooks/03_taken.ipynb")
    manager.rename_file("notebooks/01_lesson.ipynb", "notebooks/02_lesson.ipynb")
    assert sorted(files(script)) == ["02_lesson.ipynb", "02_lesson.py", "03_taken.py"]
    assert sources(load(script.with_name("02_lesson.py"), manager))[-1] == "x = 1"


def test_going_back_to_a_checkpoint_goes_back_in_both(script):
    manager = lab(script)
    content = load(script, manager)
    save(script, content, manager)
    checkpoint = manager.create_checkpoint(address(script))["id"]
    content["cells"][3]["source"] = "x = 2"
    save(script, content, manager)
    script.write_text(BOTH)
    with pytest.raises(HTTPError, match="reload the notebook first"):
        manager.restore_checkpoint(checkpoint, address(script))
    assert script.read_text() == BOTH
    script.write_text(IN_NOTEBOOK)
    manager.restore_checkpoint(checkpoint, address(script))
    assert script.read_text() == SCRIPT
    assert load(script, manager)["cells"][3]["source"] == "x = 1"


@pytest.mark.parametrize(
    "path", ["notebooks/Untitled.ipynb", "notebooks/deep/01_x.ipynb", "exercises/01_x.ipynb",
             "01_x.ipynb", "notebooks/01_lesson-Copy1.ipynb"]
)  # fmt: skip
def test_other_notebooks_have_no_script(script, path):
    manager = lab(script)
    (script.parents[1] / path).parent.mkdir(parents=True, exist_ok=True)
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1")])
    manager.save({"type": "notebook", "format": "json", "content": nb}, path)
    assert manager.get(path)["content"].cells[0].source == "x = 1"
    assert not (script.parents[1] / path).with_suffix(".py").exists()


def test_a_new_lesson_begins_in_the_page(script):
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1\n")])
    new = script.with_name("02_new.py")
    save(new, nb)
    assert new.read_text() == "# %%\nx = 1\n"
    assert take_edits(new) == ""
