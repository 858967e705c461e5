"""What a reviewer reads: a notebook as text for git, and pages of what has changed since."""

import base64
import io
import re
import subprocess
import sys
from dataclasses import replace

import nbformat
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from lstm_video_lab.course.building import as_text
from lstm_video_lab.course.building.as_text import Cell, Picture
from lstm_video_lab.course.building.changes import (
    changed_cells,
    changed_lines,
    changed_pixels,
    changed_words,
)
from lstm_video_lab.course.building.review import write_html, write_since


def picture(*dark, size=(4, 3)):
    """A white PNG in base64, some of its pixels (row, column) dark."""
    pixels = np.full((size[1], size[0], 3), 255, np.uint8)
    for place in dark:
        pixels[place] = 20
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def shown(data, line):
    """A picture and its line of text, as a lesson shows them."""
    return [
        new_output("display_data", {"image/png": data, "text/plain": "[picture]"}),
        new_output("display_data", {"text/markdown": line, "text/plain": line}),
    ]


def printed(text):
    return [new_output("stream", name="stdout", text=text)]


def notebook(*cells):
    return nbformat.writes(new_notebook(cells=list(cells)), version=4)


HTML = (
    "<p><b>Which?</b></p><ul><li>A</li><li>B &amp; C</li></ul>"
    f'<img alt="a spot" src="data:image/png;base64,{picture((0, 0))}"><p>B.</p>'
)
GUESS = new_output("display_data", {"text/html": HTML, "text/plain": "Which? A / B"})
NOTEBOOK = notebook(
    new_markdown_cell("# A lesson\n\nWords.", id="0badcafe"),
    new_code_cell("print(1)", id="setup", metadata={"title": "setup", "tags": ["t"], "timeout": 9},
                  outputs=printed("one\ntwo\n")),
    new_code_cell("plot()", id="a-picture", outputs=shown(picture((1, 2)), "a spot at one")),
    new_code_cell("Guess()", id="guess", outputs=[GUESS]),
)  # fmt: skip


def test_a_notebook_as_text_shows_what_a_reader_sees():
    text = as_text.write(as_text.read(NOTEBOOK))
    hashes = re.findall(r"\[picture 4×3 ([0-9a-f]{8})\]", text)
    assert len(set(hashes)) == 2
    assert re.sub(r"[0-9a-f]{8}\]", "#]", text) == (
        "# %% [markdown]\n# A lesson\n\nWords.\n\n"
        '# %% setup tags=["t"] timeout=9\nprint(1)\n\n# output\none\ntwo\n\n'
        "# %% a-picture\nplot()\n\n# output\n[picture 4×3 #]\na spot at one\n\n"
        "# %% guess\nGuess()\n\n# output\nWhich?\nA\nB & C\n[picture 4×3 #]\nB.\n"
    )


@pytest.mark.parametrize("text", [NOTEBOOK, "<<<<<<< ours\n{}\n", '{"cells": 1}', "\xff"])
def test_the_file_needs_no_library_and_shows_what_is_no_notebook_as_it_is(tmp_path, text):
    path = tmp_path / "a.ipynb"
    path.write_text(text, "latin1" if text == "\xff" else "utf-8")
    command = [sys.executable, "-I", "-S", as_text.__file__, str(path)]
    done = subprocess.run(command, capture_output=True, check=True)
    is_notebook = text == NOTEBOOK
    expected = as_text.write(as_text.read(text)).encode() if is_notebook else path.read_bytes()
    assert done.stdout == expected


def cell(name, source="", kind="code", outputs=()):
    return Cell(name, kind, "", source or f"source of {name}", tuple(outputs))


A, B, C = cell("a", "a = 1"), cell("b", "b = 1\nb += b"), cell("c", "from far import thing")
TEXT = cell("0badcafe", "A paragraph of some words, and of more.", "markdown")
EDITED = cell("deadbeef", "A paragraph of some words, and of fewer.", "markdown")
DARK, DARKER = picture((0, 0)), picture((0, 0), (2, 3))
CASES = {
    "code": ([A, B], [A, replace(B, source="b = 2\nb += b")], [("b", ["code"])]),
    "a text, whose id is a hash of it": ([A, TEXT, B], [A, EDITED, B], [
        (EDITED.source, ["text"])]),
    "a name": ([A, B], [A, replace(B, name="d")], [("d", ["name"])]),
    "tags": ([A], [replace(A, settings=' tags=["t"]')], [("a", ["settings"])]),
    "a printed number": ([replace(A, outputs=("4.5",))], [replace(A, outputs=("5.4",))], [
        ("a", ["output"])]),
    "a picture": ([replace(A, outputs=(Picture(DARK),))], [replace(A, outputs=(Picture(DARKER),))],
                  [("a", ["pictures"])]),
    "a new cell": ([A, B], [A, C, B], [("c", ["new"])]),
    "a cell that is gone": ([A, C, B], [A, B], [("c", ["gone"])]),
    "another place": ([A, B, C], [C, A, B], [("c", ["moved"])]),
    "all at once": ([A, B, TEXT], [C, EDITED, replace(A, source="a = 3")], [
        ("c", ["new"]), (EDITED.source, ["moved", "text"]), ("a", ["code"]), ("b", ["gone"])]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_every_kind_of_change_is_named(case):
    before, after, expected = CASES[case]
    assert [(change.title, change.what) for change in changed_cells(before, after)] == expected
    assert changed_cells(after, after) == []


CELLS = st.lists(
    st.builds(cell, st.sampled_from("abcdef"), st.sampled_from(["x = 1", "y = 2", "print(x)"])),
    max_size=6,
    unique_by=lambda one: one.name,
)


@given(CELLS, CELLS)
def test_no_cell_is_lost_and_none_is_shown_twice(before, after):
    changes = changed_cells(before, after)
    for version in ("before", "after"):
        named = [getattr(c, version).name for c in changes if getattr(c, version)]
        assert len(set(named)) == len(named)
    gone = [c.before for c in changes if c.what == ["gone"]]
    new = [c.after for c in changes if c.what == ["new"]]
    assert len(before) - len(gone) == len(after) - len(new)
    silent = [c for c in after if c not in [change.after for change in changes]]
    assert all(c in before for c in silent)


LINES = st.lists(st.sampled_from(["a b", "a  c", "loss 4.5 nats", "", "- x, y"]), max_size=4)


def side(parts, *kinds):
    return "".join(text for kind, pieces in parts if kind in kinds for _, text in pieces)


@given(LINES, LINES)
def test_marked_texts_hold_both_versions_whole(before, after):
    old, new = "\n".join(before), "\n".join(after)
    lines, words = changed_lines(old, new), changed_words(old, new)
    if lines and "skip" not in dict(lines):
        assert (side(lines, "same", "del"), side(lines, "same", "ins")) == (old, new)
    assert bool(lines) == (old != new)
    if words and "skip" not in dict(words):
        assert side(words, "same", "ins").split() == new.split()
        assert side(words, "same", "del").split() == old.split()
    assert bool(words) or old.split() == new.split()


def test_a_number_that_moved_stands_beside_the_one_before():
    old = "375 steps, and the loss is\n4.5 nats.\n"
    new = "232 steps, and the\nloss is 5.4 nats.\n"
    marked = [(kind, side([(kind, pieces)], kind)) for kind, pieces in changed_words(old, new)]
    assert [part for part in marked if part[0] != "same"] == [
        ("del", "375"), ("ins", "232"), ("del", "4.5"), ("ins", "5.4"),
    ]  # fmt: skip


def test_far_lines_are_left_out_and_counted():
    old = "".join(f"line {n}\n" for n in range(50))
    parts = changed_lines(old, old.replace("line 25\n", "line x\n"))
    assert [side([part], "skip") for part in parts if part[0] == "skip"] == ["23 lines", "22 lines"]
    assert side(parts, "same") == "line 23\nline 24\nline 26\nline 27\n"


def test_pixels_that_differ_are_counted_and_shown_where_they_are():
    share, where = changed_pixels(Picture(picture((0, 0))), Picture(picture((0, 0), (2, 3))))
    assert share == 1 / 12
    pixels = np.asarray(Image.open(io.BytesIO(as_text.decode(where.data))).convert("RGB"))
    red = (pixels[..., 0] > 200) & (pixels[..., 1] < 100)
    assert np.argwhere(red).tolist() == [[2, 3]]
    assert changed_pixels(Picture(DARK), Picture(picture(size=(5, 5)))) is None
    assert changed_pixels(Picture(DARK), Picture("AAAA")) is None


def git(root, *words):
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    command = ["git", "-C", str(root), *identity, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


TALK = "Here are as many words as a lesson of this size can bear, one by one, for all to read."
HOSTILE = '<script src="https://example.org/a.js"></script><img src=//example.org/b.png onerror=1>'


def lesson(word="three", data=DARK, text="Words.", extra=()):
    return notebook(
        new_markdown_cell(text, id=f"text{len(text)}"),
        new_code_cell(f"print('{word}')", id="count", outputs=printed(f"{word} steps\n")),
        new_code_cell("plot()", id="plot", outputs=shown(data, f"a spot after {word}")),
        new_code_cell("same()", id="same", outputs=printed("never changes\n")),
        *extra,
    )


@pytest.fixture
def clone(tmp_path):
    """A repository in a folder of a larger one: five lessons, then four that have changed."""
    root = tmp_path / "clone" / "lab"
    folder = root / "notebooks"
    folder.mkdir(parents=True)
    for number in range(5):
        (folder / f"0{number}_lesson.ipynb").write_text(lesson(text=f"{number}. {TALK}"))
    (folder / "notes.ipynb").write_text("{}")
    git(root.parent, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "Before <b>all</b>")
    git(root, "tag", "before")
    (folder / "00_lesson.ipynb").write_text(lesson("four", DARKER, f"0. {TALK} {HOSTILE}"))
    (folder / "01_lesson.ipynb").unlink()
    git(root, "mv", "notebooks/02_lesson.ipynb", "notebooks/07_moved.ipynb")
    (folder / "08_new.ipynb").write_text(lesson())  # not even added
    git(root, "commit", "-q", "-m", "A lesson moves")
    return root


def test_pages_show_the_changed_lessons_only_before_and_after(clone, tmp_path):
    before = git(clone, "status", "--porcelain")
    out = tmp_path / "pages"
    assert write_since(clone, out, "before") == [
        "00_lesson: 3 cells, 1 picture",
        "01_lesson: gone",
        "07_moved: was 02_lesson",
        "08_new: new",
        "4 lessons changed since before: index.html",
    ]
    assert git(clone, "status", "--porcelain") == before
    names = ["00_lesson.html", "07_moved.html", "08_new.html", "index.html"]
    assert sorted(path.name for path in out.iterdir()) == names
    page = (out / "00_lesson.html").read_text("utf-8")
    first, second = page.index(DARK), page.index(DARKER)
    assert first < second and "8.3 % of the pixels differ" in page
    assert "<del>three</del><ins>four</ins> steps" in page
    assert "print(&#39;<b>three</b>&#39;)" in page and "print(&#39;<b>four</b>&#39;)" in page
    assert 'alt="after: a spot after four"' in page
    assert "never changes" not in page and "same()" not in page


def test_pages_load_nothing_and_run_nothing(clone, tmp_path):
    write_since(clone, tmp_path / "pages", "before")
    for name in ("index", "00_lesson", "07_moved"):
        page = (tmp_path / "pages" / f"{name}.html").read_text("utf-8")
        tags = re.findall(r"<(\w+)[^>]*?\b(?:src|href)=\"([^\"]*)", page)
        assert all(address.startswith(("data:image/png", "#")) or ":" not in address
                   for _, address in tags)  # fmt: skip
        assert not re.search(r"<script|<link|<iframe|@import|url\(|<img src=//|<b>all</b>", page)
    assert "&lt;script src=" in (tmp_path / "pages" / "00_lesson.html").read_text("utf-8")


def test_nothing_changed_is_said(clone, tmp_path):
    git(clone, "add", ".")
    git(clone, "commit", "-q", "-m", "All")
    assert write_since(clone, tmp_path / "pages", "HEAD") == [
        "0 lessons changed since HEAD: index.html"
    ]


@pytest.mark.parametrize(
    "revision", ["nowhere", "", "--output=x", "before..HEAD", "HEAD:notebooks"]
)
def test_an_unknown_revision_is_one_line(clone, tmp_path, revision):
    with pytest.raises(ValueError, match=r"^revision '.*' is unknown: name a commit[^\n]*$"):
        write_since(clone, tmp_path / "pages", revision)
    assert not (tmp_path / "pages").exists() and not (clone / "x").exists()


def test_no_clone_no_git_and_a_broken_notebook_are_one_line(clone, tmp_path, monkeypatch):
    (clone / "notebooks" / "00_lesson.ipynb").write_text("<<<<<<< ours")
    with pytest.raises(ValueError, match=r"^00_lesson.ipynb is no valid notebook: run [^\n]*$"):
        write_since(clone, tmp_path / "pages", "before")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "plain").mkdir()
    with pytest.raises(ValueError, match=r"^git cannot read .*plain: not a git repository[^\n]*$"):
        write_since(tmp_path / "plain", tmp_path / "pages", "before")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ValueError, match=r"^git is not installed[^\n]*$"):
        write_since(clone, tmp_path / "pages", "before")
    assert not (tmp_path / "pages").exists()


def test_formulas_are_mathml_in_a_reading_copy_and_code_is_left_alone(tmp_path):
    cell = new_markdown_cell("With $c(t)$:\n\n$$c = f \\odot c' + 1 < 2$$\n\nand `$HOME/$USER`.")
    path = tmp_path / "00_lesson.ipynb"
    path.write_text(notebook(cell))
    write_html([path], tmp_path / "pages")
    page = (tmp_path / "pages" / "00_lesson.html").read_text()
    assert page.count("<math ") == 2 and 'display="block"' in page
    assert "<mi>c</mi>" in page and "\\odot" not in page
    assert "<code>$HOME/$USER</code>" in page and "<script" not in page.split("<main")[1]


def test_code_that_a_lesson_folds_is_folded_in_its_reading_copy(tmp_path):
    cells = [new_code_cell("shown = 1"), new_code_cell("plumbing = 2")]
    cells[1].metadata["tags"] = ["hide-input"]
    path = tmp_path / "00_lesson.ipynb"
    path.write_text(notebook(*cells))
    write_html([path], tmp_path / "pages")
    before, folded = (tmp_path / "pages" / "00_lesson.html").read_text().split("<details>")
    assert "shown" in before and "plumbing" in folded.split("</details>")[0]
