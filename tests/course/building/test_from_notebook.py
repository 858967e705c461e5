"""A notebook as its script: what a script cannot hold is refused, by cell, before it is lost."""

import re

import jupytext
import nbformat
import pytest
from course.edited_lesson import (
    SCRIPT,
    files,
    in_vs_code,
    load,
    make_lesson,
    save,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from tornado.web import HTTPError

from lstm_video_lab.course.building.from_notebook import Script, inputs_of, script_text
from lstm_video_lab.course.building.pairs import settle, take_edits


@pytest.fixture
def script(tmp_path):
    return make_lesson(tmp_path)


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


def test_what_is_said_of_the_whole_notebook_is_refused_by_name(script):
    content = load(script)
    content["metadata"]["rise"] = {"scroll": True}
    with pytest.raises(HTTPError, match=r"01_lesson\.ipynb: the notebook's own metadata 'rise'"):
        save(script, content)
    in_vs_code(script, lambda nb: nb["metadata"].update(authors=["me"]))
    with pytest.raises(ValueError, match=r"01_lesson\.ipynb: .*'authors' is not kept"):
        take_edits(script)


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


def test_code_that_is_folded_away_stays_so_on_both_ways(script):
    tagged = SCRIPT.replace("# %% first", '# %% first tags=["hide-input"]')
    script.write_text(tagged)
    settle(script)
    content = load(script)
    first = content["cells"][1]["metadata"]
    assert first["jupyter"] == {"source_hidden": True} and first["tags"] == ["hide-input"]
    save(script, content)
    assert script.read_text() == tagged
    first["jupyter"] = {"source_hidden": False}  # unfolded for a look
    content["cells"][1]["source"] += "\n"
    content["cells"][3]["source"] = "x = 2"
    save(script, content)
    assert script.read_text() == tagged.replace("x = 1", "x = 2")
    first["tags"] = []
    save(script, content)
    assert script.read_text() == SCRIPT.replace("x = 1", "x = 2")
    content["cells"][3]["metadata"]["jupyter"] = {"source_hidden": True}  # folded, for a while
    save(script, content)
    assert script.read_text() == SCRIPT.replace("x = 1", "x = 2")


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
