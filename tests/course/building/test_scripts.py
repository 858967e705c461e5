"""What the header of a cell may say, and that all else is refused by file and line."""

import re
from pathlib import Path

import jupytext
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_video_lab.course.building.markers import headers
from lstm_video_lab.course.building.scripts import CELL_METADATA, content_hash, read_script

ROOT = Path(__file__).parents[3]
SCRIPTS = sorted([*ROOT.glob("notebooks/[0-9]*.py"), *ROOT.glob("solutions/[0-9]*.py")])

ACCEPTED = {
    "": {},
    "A title": {"title": "A title"},
    'A title, "quoted": {}'.replace(": {}", ""): {"title": 'A title, "quoted"'},
    'name="gates"': {"name": "gates"},
    'Gates name="gates" tags=["slow", "b"] timeout=200 spread=0.1': {
        "title": "Gates", "name": "gates", "tags": ["slow", "b"], "timeout": 200, "spread": 0.1,
    },
    "timeout=1.5": {"timeout": 1.5},
    "[markdown]": {},
    "[raw]": {},
    "Words [markdown]": {"title": "Words"},
    "tags=[]": {},
    '{"timeout": 3}': {"timeout": 3},
}  # fmt: skip

LOST = "would not be kept"
UNREADABLE = "cannot be read"
WRONG = "must be"
REFUSED = {
    "time_out=30": LOST,
    'slideshow={"slide_type": "slide"}': LOST,
    'active="ipynb"': LOST,
    'active="py"': LOST,
    'active=""': LOST,
    "collapsed=true": LOST,
    'cell_type="raw"': LOST,
    'magic_args="x"': LOST,
    "lines_to_next_cell=3": LOST,
    '[raw] raw_mimetype="text/restructuredtext"': LOST,
    '[raw] format="text/latex"': LOST,
    "[markdown] editable=false": LOST,
    '{"slideshow": 3}': LOST,
    "title .class": LOST,
    "% deeper": "depth",
    "tags=a": UNREADABLE,
    "timeout=two": UNREADABLE,
    "A title timeout=two": UNREADABLE,
    "a = b": UNREADABLE,
    "a: {b}": UNREADABLE,
    '{"timeout": 3': UNREADABLE,
    "{1, 2}": UNREADABLE,
    'timeout="200"': WRONG,
    "timeout=0": WRONG,
    "timeout=-1": WRONG,
    "timeout=true": WRONG,
    "timeout=NaN": WRONG,
    "timeout=1e400": WRONG,
    "timeout=null": WRONG,
    "timeout=[3]": WRONG,
    "spread=0": WRONG,
    'spread="wide"': WRONG,
    'tags="a"': WRONG,
    "tags=3": WRONG,
    "tags=null": WRONG,
    "tags=[1]": WRONG,
    'tags=["a", "a"]': WRONG,
    'tags=["a,b"]': WRONG,
    'tags=["active-py"]': WRONG,
    'tags=["nbval-check-ouput"]': "does nothing: write 'nbval-check-output'",
    'tags=["hide_input"]': "does nothing: write 'hide-input'",
    'tags=["Hide-Input"]': "does nothing: write 'hide-input'",
    'name=""': WRONG,
    "name=3": WRONG,
    "title=3": WRONG,
    'title="a = b"': "must hold no",
    'name="a" name="b"': "stands there twice",
    '[markdown] tags=["hide-input"]': "is for code",
    'Words [md] tags=["a", "hide-input"]': "is for code",
    'Words title="others"': "stands there twice",
}


def write(tmp_path, header, before="# %% [markdown]\n# Text\n\n"):
    script = tmp_path / "01_lesson.py"
    script.write_text(f"{before}# %% {header}".rstrip() + "\n# x = 1\n")
    return script


def test_every_script_of_the_course_is_accepted_and_its_cells_are_jupytext_s():
    for script in SCRIPTS:
        cells = jupytext.read(script, fmt="py:percent").cells
        nb = read_script(script)
        assert [(c.cell_type, c.source) for c in nb.cells] == [
            (c.cell_type, c.source) for c in cells
        ]
        assert len(list(headers(script.read_text()))) == len(cells)


@pytest.mark.parametrize("header", ACCEPTED)
def test_what_a_header_may_say(tmp_path, header):
    cell = read_script(write(tmp_path, header)).cells[1]
    assert cell.metadata == ACCEPTED[header]


@pytest.mark.parametrize("header", REFUSED)
def test_what_a_header_may_not_say_is_refused_in_one_line(tmp_path, header):
    with pytest.raises(ValueError) as error:
        read_script(write(tmp_path, header))
    for line in str(error.value).split("\n"):
        assert line.startswith("01_lesson.py:4: ")
    assert REFUSED[header] in str(error.value)


@pytest.mark.parametrize(
    ("key", "value"), [("timeout", '"200"'), ("time_out", "3"), ("active", '""')]
)
def test_a_refusal_names_the_key(tmp_path, key, value):
    with pytest.raises(ValueError, match=f"01_lesson.py:4: `{key}` "):
        read_script(write(tmp_path, f"{key}={value}"))


def test_each_fault_has_its_line(tmp_path):
    script = tmp_path / "01_lesson.py"
    script.write_text("# %% a=1\n\n# %% [markdown]\n# ![x](attachment:y.png)\n\n# %% tags=2\n")
    with pytest.raises(ValueError) as error:
        read_script(script)
    places = [line.partition(" ")[0] for line in str(error.value).split("\n")]
    assert sorted(places) == ["01_lesson.py:1:", "01_lesson.py:4:", "01_lesson.py:6:"]


@pytest.mark.parametrize("kind", ["# %%", "# %% [markdown]"])
@pytest.mark.parametrize("line", ["# In[3]:", "# In[ ]:", "#In[12]", "# <codecell>", "  # In[1]: "])
def test_other_lines_that_begin_a_cell_are_refused_not_dropped(tmp_path, kind, line):
    script = tmp_path / "01_lesson.py"
    script.write_text(f"{kind}\n# a\n{line}\n# b\n")
    assert len(jupytext.read(script, fmt="py:percent").cells) == 2
    fault = f"01_lesson.py:3: `{line.strip()}` begins a cell and is not kept"
    with pytest.raises(ValueError, match=f"^{re.escape(fault)}"):
        read_script(script)
    script.write_text(f'# %%\ntext = """\n{line}\n"""\n# see {line}\n')
    (cell,) = read_script(script).cells
    assert cell.source == f'text = """\n{line}\n"""\n# see {line}'


def test_a_line_in_a_string_is_no_header(tmp_path):
    script = tmp_path / "01_lesson.py"
    script.write_text('# %%\ntext = """\n# %% time_out=3\n"""\n\n# %%\nit = 1\n')
    assert len(read_script(script).cells) == len(list(headers(script.read_text())))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# ---\n# jupyter:\n#   kernelspec:\n#     name: ir\n# ---\n\n# %%\nx = 1\n", ":1: meta"),
        ("#!/usr/bin/env python\n# ---\n# title: x\n# ---\n# %%\nx = 1\n", ":2: meta"),
        ("# -*- coding: latin-1 -*-\n# %%\nx = 1\n", ": Encodings other"),
    ],
)
def test_what_stands_above_the_cells_is_not_lost_in_silence(tmp_path, text, words):
    script = tmp_path / "01_lesson.py"
    script.write_text(text)
    with pytest.raises(ValueError, match=f"^01_lesson.py{words}"):
        read_script(script)


def test_a_script_of_another_encoding_is_one_line(tmp_path):
    script = tmp_path / "01_lesson.py"
    script.write_bytes("# %%\n# é\n".encode("latin-1"))
    with pytest.raises(ValueError, match=r"^01_lesson.py is not in UTF-8: save it so$"):
        read_script(script)


def test_layout_is_no_content(tmp_path):
    script = tmp_path / "01_lesson.py"
    texts = ["# %%\nx = 1\n# %% [md]\n# a\n", "# %%\nx = 1\n\n\n\n\n# %% [markdown]\n# a\n\n\n"]
    hashes = set()
    for text in texts:
        script.write_text(text)
        hashes.add(content_hash(read_script(script)))
    assert len(hashes) == 1


def test_a_tag_folds_the_code_of_a_cell_away_and_a_notebook_says_it_in_jupyter_s_words(tmp_path):
    tagged, plain = read_script(
        write(tmp_path, "plain", '# %% Drawing tags=["hide-input", "slow"]\nx = 1\n\n')
    ).cells
    assert tagged.metadata.tags == ["hide-input", "slow"]
    assert tagged.metadata.jupyter == {"source_hidden": True}
    assert "jupyter" not in plain.metadata


HEADER = st.text(st.sampled_from("abtimeoutags =[]{}\"'%.,1#"), max_size=25)


@settings(max_examples=300, deadline=None)
@given(HEADER)
def test_a_header_is_kept_whole_or_refused_by_line(tmp_path_factory, header):
    """Against jupytext: whatever it reads from the header, the notebook has it too."""
    script = write(tmp_path_factory.mktemp("script"), header, before="")
    try:
        cells = read_script(script).cells
    except ValueError as error:
        assert str(error).startswith("01_lesson.py:")
        return
    read = jupytext.read(script, fmt="py:percent").cells
    for mine, theirs in zip(cells, read, strict=True):
        lost = set(theirs.metadata) - set(CELL_METADATA)
        assert lost <= {"lines_to_next_cell", "cell_marker", "region_name"}
        assert mine.metadata == {
            k: v for k, v in theirs.metadata.items() if k in CELL_METADATA and v
        }
