"""Edits of a script and of its notebook: which one is kept, and that none is lost.

JupyterLab is here its contents manager, called as the server calls it.
"""

import contextlib
import functools
import json
import re
import shutil
from pathlib import Path

import jupytext
import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tornado.web import HTTPError

from lstm_video_lab.course import authoring
from lstm_video_lab.course.authoring import settle_all, take_edits
from lstm_video_lab.course.contents import PairedContents
from lstm_video_lab.course.from_notebook import Script, inputs_of, script_text
from lstm_video_lab.course.scripts import content_hash, read_script

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted([*ROOT.glob("notebooks/[0-9]*.py"), *ROOT.glob("solutions/[0-9]*.py")])
SCRIPT = """# %% [markdown]
# # A lesson


# %% first
def double(x):
    return 2 * x


# %% [markdown]
# Between

# %% name="last" timeout=30
x = 1
"""


def as_built(script):
    """The notebook as a build writes it; each code cell has an output of its own."""
    nb = read_script(script)
    nb.metadata["lab"] = {"script": content_hash(nb), "outputs": "of a run", "scale": "laptop"}
    for number, cell in enumerate(nb.cells):
        if cell.cell_type == "code":
            cell.outputs = [nbformat.v4.new_output("stream", text=f"output {number}")]
            cell.execution_count = number
    script.with_suffix(".ipynb").write_text(nbformat.writes(nb) + "\n")


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "notebooks" / "01_lesson.py"
    path.parent.mkdir()
    path.write_text(SCRIPT)
    as_built(path)
    return path


@functools.cache
def server(root):
    return PairedContents(root_dir=str(root))


def lab(script):
    return server(script.parents[1])


def address(script):
    return f"{script.parent.name}/{script.stem}.ipynb"


def load(script, manager=None):
    """The notebook as the page gets it: JSON."""
    model = (manager or lab(script)).get(address(script))
    return json.loads(json.dumps(model["content"]))


def save(script, content, manager=None):
    model = {"type": "notebook", "format": "json", "content": json.loads(json.dumps(content))}
    return (manager or lab(script)).save(model, address(script))


def in_vs_code(script, edit, indent=1):
    """What an editor does that knows nothing of scripts: read JSON, write JSON."""
    path = script.with_suffix(".ipynb")
    content = json.loads(path.read_text())
    edit(content)
    path.write_text(json.dumps(content, indent=indent))


def sources(content):
    return ["".join(cell["source"]) for cell in content["cells"]]


def put(number, source):
    """An edit of a notebook: the source of one cell."""

    def edit(content):
        content["cells"][number]["source"] = source

    return edit


def files(script):
    return {path.name: path.read_bytes() for path in script.parent.iterdir() if path.is_file()}


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


# Who wins. Each row: what was done to the script, what to the notebook, and the end of it.
IN_SCRIPT = SCRIPT.replace("Between", "Between, in the script")
IN_NOTEBOOK = SCRIPT.replace("x = 1", "x = 2")
BOTH = IN_SCRIPT.replace("x = 1", "x = 2")


def write(text):
    return lambda script: script.write_text(text)


def edit_notebook(script):
    in_vs_code(script, put(3, "x = 2"))


def edit_notebook_alike(script):
    in_vs_code(script, put(2, "Between, in the script"))


def leave(script):
    pass


FOLLOWS = "01_lesson.py was edited: 01_lesson.ipynb follows it"
WRITTEN = "01_lesson.ipynb was edited at cell 'last': 01_lesson.py follows it"
KINDS = {
    "nothing": (leave, leave, "", SCRIPT),
    "script": (write(IN_SCRIPT), leave, FOLLOWS, IN_SCRIPT),
    "notebook": (leave, edit_notebook, WRITTEN, IN_NOTEBOOK),
    "alike": (write(IN_SCRIPT), edit_notebook_alike, "", IN_SCRIPT),
    "layout": (
        write(SCRIPT.replace("\n\n\n", "\n\n")),
        leave,
        "",
        SCRIPT.replace("\n\n\n", "\n\n"),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "take", [take_edits, authoring.settle, None], ids=["build", "open", "page"]
)
def test_one_sentence_says_which_half_won(script, kind, take):
    edit, edit_other, sentence, text = KINDS[kind]
    edit(script)
    edit_other(script)
    if take is None:
        load(script)
    else:
        assert take(script) == sentence
    assert script.read_text() == text
    if take is not take_edits:
        assert sources(load(script)) == sources(read_script(script))
    assert sorted(files(script)) == ["01_lesson.ipynb", "01_lesson.py"]
    assert take_edits(script) in ("", FOLLOWS)  # and a notebook that won is not asked again


@pytest.mark.parametrize("ask", [take_edits, authoring.settle, load], ids=["build", "open", "page"])
def test_where_both_were_edited_both_are_kept(script, ask):
    script.write_text(IN_SCRIPT)
    edit_notebook(script)
    before = files(script)
    for _ in range(2):  # asked again, it is said again, and nothing is added
        with pytest.raises((ValueError, HTTPError)) as error:
            ask(script)
        message = getattr(error.value, "log_message", None) or str(error.value)
        assert message == (
            "01_lesson.py and 01_lesson.ipynb were both edited, at cell 3 ('Between') and 1 more: "
            "the notebook's text is kept in 01_lesson.py.kept-1: put what you want of it into "
            "01_lesson.py, then delete 01_lesson.ipynb"
        )
        assert files(script) == {**before, "01_lesson.py.kept-1": IN_NOTEBOOK.encode()}
    script.write_text(BOTH)  # the author does as the line says
    script.with_suffix(".ipynb").unlink()
    assert take_edits(script) == ""
    assert "was missing" in authoring.settle(script)
    assert sources(load(script)) == sources(read_script(script))


def test_a_kept_text_is_never_overwritten(script):
    script.write_text(IN_SCRIPT)
    for number in (2, 3, 2):
        in_vs_code(script, put(3, f"x = {number}"))
        with pytest.raises(ValueError, match="both edited"):
            take_edits(script)
    kept = sorted(script.parent.glob("*.kept-*"))
    assert [path.read_text().splitlines()[-1] for path in kept] == ["x = 2", "x = 3"]


def drop_ids(content):
    content["nbformat_minor"] = 4
    for cell in content["cells"]:
        del cell["id"]


def run_by_hand(content):
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], 77


def look_around(content):
    views = {"vscode": {"languageId": "python"}, "collapsed": True, "scrolled": False,
             "jupyter": {"source_hidden": True}, "editable": True, "tags": [],
             "slideshow": {"slide_type": ""}, "lines_to_next_cell": 2}  # fmt: skip
    for cell in content["cells"]:
        cell["metadata"].update(views)
    content["metadata"]["language_info"]["version"] = "3.99"
    content["metadata"]["widgets"] = {}


def other_ids(content):
    for number, cell in enumerate(content["cells"]):
        cell["id"] = f"other-{number}"


@pytest.mark.parametrize(
    "reformat", [drop_ids, run_by_hand, look_around, other_ids, lambda content: None]
)
@pytest.mark.parametrize("indent", [None, 4])
def test_a_notebook_that_is_only_written_otherwise_is_not_edited(script, reformat, indent):
    in_vs_code(script, reformat, indent)
    assert take_edits(script) == ""
    script.write_text(IN_SCRIPT)
    assert take_edits(script) == FOLLOWS
    assert script.read_text() == IN_SCRIPT


def test_halves_that_are_alone(script):
    target = script.with_suffix(".ipynb")
    stored = target.read_bytes()
    script.unlink()  # and its notebook was not edited
    with pytest.raises(ValueError, match=r"is gone, and 01_lesson.ipynb was made from it"):
        take_edits(script)
    assert files(script) == {"01_lesson.ipynb": stored}
    edit_notebook(script)
    assert take_edits(script) == "01_lesson.ipynb had no script: 01_lesson.py was written from it"
    assert sources(read_script(script))[-1] == "x = 2"
    target.unlink()
    assert take_edits(script) == ""
    made = "01_lesson.ipynb was missing: made from 01_lesson.py, not run yet"
    assert list(settle_all(script.parents[1])) == [made]
    assert sources(load(script))[-1] == "x = 2"
    assert list(settle_all(script.parents[1])) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 3}', "<<<<<<< ours\n{}\n=======\n"])
def test_what_is_no_notebook_is_made_anew_from_its_script(script, text):
    script.with_suffix(".ipynb").write_text(text)
    said = "01_lesson.ipynb cannot be read as a notebook: it is made anew from 01_lesson.py"
    assert take_edits(script) == said
    assert authoring.settle(script) == said
    assert sources(load(script)) == sources(read_script(script))


def test_where_no_build_has_said_what_agreed_nobody_wins_in_silence(script):
    in_vs_code(script, lambda content: content["metadata"].pop("lab"))
    assert take_edits(script) == ""
    script.write_text(IN_SCRIPT)
    with pytest.raises(ValueError, match="differ, and no build says which was edited"):
        take_edits(script)
    assert script.read_text() == IN_SCRIPT


def test_opening_says_a_line_for_each_pair_and_goes_on(script):
    other = script.with_name("02_other.py")
    solution = script.parents[1] / "solutions" / "01_exercise.py"
    solution.parent.mkdir()
    for path in (other, solution):
        path.write_text(SCRIPT)
        as_built(path)
    other.write_text("# %% time_out=3\nx = 1\n")
    edit_notebook(solution)
    script.write_text(IN_SCRIPT)
    assert list(settle_all(script.parents[1])) == [
        FOLLOWS,
        "02_other.py:1: `time_out` would not be kept: take title, name, tags, timeout or spread, "
        "or delete it",
        "01_exercise.ipynb was edited at cell 'last': 01_exercise.py follows it",
    ]
    assert solution.read_text() == IN_NOTEBOOK


# The page.


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


# What a script cannot hold.


def paste_picture(cell):
    cell["source"] += "\n![image.png](attachment:abc.png)"
    cell["attachments"] = {"abc.png": {"image/png": "iVBORw0KGgo="}}


def put_metadata(**metadata):
    return lambda cell: cell["metadata"].update(metadata)


def put_code(text):
    return lambda cell: cell.update(source=text, cell_type="code", outputs=[], execution_count=None)


NOT_KEPT = {
    "picture": (paste_picture, "a pasted picture is not kept"),
    "slideshow": (put_metadata(slideshow={"slide_type": "slide"}), "`slideshow` would not be kept"),
    "typing slip": (put_metadata(time_out=3), "`time_out` would not be kept"),
    "active": (put_metadata(active="py"), "`active` would not be kept"),
    "frozen": (put_metadata(editable=False), "`editable` would not be kept"),
    "words": (put_metadata(timeout="200"), "`timeout` must be a number"),
    "no list": (put_metadata(tags="a"), "`tags` must be a list"),
    "header": (put_code("x = 1\n# %% another cell\ny = 1"), "would be another in a script"),
    "line end": (put_code("x = 'a\u2028b'"), "would be another in a script"),
    "raw": (lambda cell: cell.update(cell_type="raw", metadata={"raw_mimetype": "text/x"}),
            "`raw_mimetype` would not be kept"),
}  # fmt: skip


@pytest.mark.parametrize("kind", NOT_KEPT)
def test_what_would_be_lost_is_refused_by_cell_and_nothing_is_written(script, kind):
    spoil, words = NOT_KEPT[kind]
    before = files(script)
    content = load(script)
    spoil(content["cells"][2])
    with pytest.raises(HTTPError) as error:
        save(script, content)
    assert re.match(r"01_lesson\.ipynb: cell 3 \(['\"].*['\"]\)", error.value.log_message)
    assert words in error.value.log_message
    assert files(script) == before
    in_vs_code(script, lambda stored: spoil(stored["cells"][2]))
    before = files(script)
    with pytest.raises(ValueError, match=re.escape(words)):
        take_edits(script)  # a build does not overwrite it
    assert files(script) == before
    content = load(script)  # it opens, to be mended
    content["cells"][2].update(source="Mended", metadata={}, cell_type="markdown")
    content["cells"][2].pop("attachments", None)
    save(script, content)
    assert take_edits(script) == ""
    assert "# Mended" in script.read_text()


def test_a_picture_that_is_no_longer_shown_is_no_loss(script):
    content = load(script)
    paste_picture(content["cells"][2])
    content["cells"][2]["source"] = "Without it"
    save(script, content)
    assert "# Without it" in script.read_text()


def test_a_script_that_cannot_be_read_opens_with_its_line(script):
    content = load(script)
    script.write_text(SCRIPT.replace("timeout=30", "timeout=two"))
    for action in (load, lambda path: save(path, content)):
        with pytest.raises(HTTPError, match=r"01_lesson.py:13: .*timeout=two` cannot be read"):
            action(script)


TEXT = st.text(st.sampled_from("ab #%\n\"'`=[]{}:\\!x\t\u2028é"), max_size=25)
SOURCES = st.one_of(
    TEXT,
    st.sampled_from(
        ["%matplotlib inline", "%%bash\nls", "%%time\nx = 1", "!ls", "# %load x", "def f():\n    x",
         "x = 1\n\n", "\n\nx", "'''\n# %% no cell\n'''", "```\n%% a\n```", "---\na: 1\n---"]
    ),
)  # fmt: skip
METADATA = st.fixed_dictionaries(
    {},
    optional={
        "title": TEXT, "name": TEXT, "tags": st.lists(TEXT, max_size=2),
        "timeout": st.one_of(st.integers(-1, 3), st.floats()), "spread": st.floats(),
        "other": TEXT,
    },
)  # fmt: skip
CELLS = st.lists(
    st.tuples(st.sampled_from(["code", "markdown", "raw"]), SOURCES, METADATA), max_size=4
)


@settings(max_examples=150, deadline=None)
@given(CELLS, CELLS)
def test_a_notebook_is_refused_or_is_the_same_in_its_script(old, new):
    """Against jupytext, and beside whatever stood in the script before."""

    def notebook(cells):
        keys = ("cell_type", "source", "metadata")
        cells = [dict(zip(keys, cell, strict=True)) for cell in cells]
        return nbformat.from_dict({"metadata": {}, "cells": cells})

    before = None
    try:
        before = Script.of(
            script_text(inputs_of(notebook(old), "old.ipynb"), "old.ipynb"), "old.py"
        )
    except ValueError as error:
        assert "old.ipynb" in str(error)
    try:
        text = script_text(inputs_of(notebook(new), "new.ipynb"), "new.ipynb", before)
    except ValueError as error:
        assert str(error).startswith("new.ipynb")
        return
    again = jupytext.reads(text, "py:percent").cells
    assert len(again) == len(new)
    for cell, (kind, source, metadata) in zip(again, new, strict=True):
        assert cell.cell_type == kind
        assert cell.source.rstrip("\n") == source.rstrip("\n")
        for key in ("title", "name", "tags", "timeout", "spread"):
            assert cell.metadata.get(key) == (metadata.get(key) or None)


# Nothing is lost, whatever is done and whenever it ends.

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["editor", "vs code", "type", "save", "load", "build", "delete notebook", "merge"]
        ),
        st.integers(0, 3),
    ),
    max_size=14,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(STEPS)
def test_no_edit_is_ever_lost(tmp_path_factory, steps):
    """Each edit adds a word of its own; what was saved is found in a file for ever."""
    script = tmp_path_factory.mktemp("world") / "notebooks" / "01_lesson.py"
    script.parent.mkdir()
    script.write_text(SCRIPT)
    as_built(script)
    page, typed, saved = load(script), [], []
    for number, (step, place) in enumerate(steps):
        word = f"word{number}"
        target = script.with_suffix(".ipynb")
        if step == "editor":
            lines = script.read_text().splitlines()
            lines[-1] += f" + {word}"
            script.write_text("\n".join(lines) + "\n")
            saved.append(word)
        elif step == "vs code" and target.exists():
            in_vs_code(script, lambda c, place=place, word=word: append(c, place, word))
            saved.append(word)
        elif step == "type":
            append(page, place, word)
            typed.append(word)
        elif step == "save" and target.exists():
            refused = saves(script, page)
            saved += typed
            typed = []
            if refused:
                page = loads(script) or page
        elif step == "load" and target.exists():
            page, typed = loads(script) or page, []
        elif step == "build":
            builds(script)
        elif step == "delete notebook" and holds_nothing_of_its_own(script):
            target.unlink(missing_ok=True)
        elif step == "merge" and disagrees(script):  # as the line of the refusal says
            builds(script)
            kept = "".join(f"# {line}\n" for path in script.parent.glob("*.kept-*")
                           for line in path.read_text().splitlines())  # fmt: skip
            script.write_text(script.read_text() + kept.replace("# %%", "#"))
            target.unlink()
            builds(script)
        everything = "".join(path.read_text() for path in script.parent.iterdir() if path.is_file())
        assert [word for word in saved if not re.search(rf"\b{word}\b", everything)] == []


def append(content, place, word):
    cell = content["cells"][place % len(content["cells"])]
    cell["source"] = "".join(cell["source"]) + f" + {word}"


def saves(script, page):
    try:
        save(script, page)
    except HTTPError as error:
        assert error.status_code == 409
        return True
    return False


def loads(script):
    try:
        return load(script)
    except HTTPError:
        return None


def builds(script):
    try:
        take_edits(script)
    except ValueError:
        return
    as_built(script)


def holds_nothing_of_its_own(script):
    return authoring.read_pair(script).edited in ("", "script")


def disagrees(script):
    return authoring.read_pair(script).edited == "both"


class Killed(BaseException):
    """Of a process that is ended."""


@pytest.mark.parametrize("edit", [write(IN_SCRIPT), edit_notebook], ids=["script", "notebook"])
@pytest.mark.parametrize("writes", [0, 1, 2])
def test_a_kill_between_two_writes_loses_nothing(script, monkeypatch, edit, writes):
    edit(script)
    left = iter(range(writes))

    def write_some(path, data):
        if next(left, None) is None:
            raise Killed
        path.write_text(data)

    with monkeypatch.context() as patch:
        patch.setattr(authoring, "write_whole", write_some)
        with contextlib.suppress(Killed):
            authoring.settle(script)
    authoring.settle(script)
    assert script.read_text() == (IN_NOTEBOOK if edit is edit_notebook else IN_SCRIPT)
    assert sources(load(script)) == sources(read_script(script))


def test_a_kill_between_script_and_notebook_of_a_save_loses_nothing(script):
    content = nbformat.from_dict(load(script))
    content.cells[3].source = "x = 2"
    authoring.save(script, content)  # and the notebook itself is not written any more
    assert take_edits(script) == FOLLOWS
    assert script.read_text() == IN_NOTEBOOK
    assert load(script)["cells"][3]["source"] == "x = 2"
