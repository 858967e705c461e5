"""Edits of a script and of its notebook: which one is kept, and that none is lost."""

import contextlib
import re

import nbformat
import pytest
from course.edited_lesson import (
    BOTH,
    FOLLOWS,
    IN_NOTEBOOK,
    IN_SCRIPT,
    SCRIPT,
    as_built,
    edit_notebook,
    files,
    in_vs_code,
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
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tornado.web import HTTPError

from lstm_video_lab.course.building import pairs
from lstm_video_lab.course.building.pairs import settle_all, take_edits
from lstm_video_lab.course.building.scripts import read_script


@pytest.fixture
def script(tmp_path):
    return make_lesson(tmp_path)


def edit_notebook_alike(script):
    in_vs_code(script, put(2, "Between, in the script"))


def leave(script):
    pass


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
@pytest.mark.parametrize("take", [take_edits, pairs.settle, None], ids=["build", "open", "page"])
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


@pytest.mark.parametrize("ask", [take_edits, pairs.settle, load], ids=["build", "open", "page"])
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
    assert "was missing" in pairs.settle(script)
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


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b'{"cells": 3}', b"<<<<<<< ours\n{}\n=======\n", b"\xff\r\n"]
)
def test_what_is_no_notebook_is_kept_and_made_anew_from_its_script(script, data):
    script.with_suffix(".ipynb").write_bytes(data)
    said = (
        "01_lesson.ipynb cannot be read as a notebook: it is made anew from 01_lesson.py, and what "
        "it held is kept in 01_lesson.ipynb.kept-1"
    )
    assert take_edits(script) == said
    assert pairs.settle(script) == said
    assert sources(load(script)) == sources(read_script(script))
    assert files(script)["01_lesson.ipynb.kept-1"] == data
    assert len(files(script)) == 3


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


class Author:
    """Somebody who edits one lesson everywhere; each edit adds a word of its own."""

    def __init__(self, root):
        self.script = make_lesson(root)
        self.target = self.script.with_suffix(".ipynb")
        self.pages = [Page(self), Page(self)]
        self.saved = []

    def edit_script(self, word):
        if not self.script.exists():
            return
        self.script.write_text(f"{self.script.read_text().rstrip()} + {word}\n")
        self.saved.append(word)

    def edit_in_vs_code(self, word):
        if self.target.exists():
            in_vs_code(self.script, lambda content: add_word(content, word))
            self.saved.append(word)

    def paste_in_vs_code(self, word):
        """A picture, too, which no script holds."""
        self.edit_in_vs_code(word)
        if self.target.exists():
            in_vs_code(self.script, paste_picture)

    def build(self, _):
        with contextlib.suppress(ValueError):
            take_edits(self.script)
            if self.script.exists():
                as_built(self.script)

    def delete_script(self, _):
        if pairs.read_pair(self.script).edited in ("", "notebook") and self.target.exists():
            self.script.unlink(missing_ok=True)

    def delete_notebook(self, _):
        if pairs.read_pair(self.script).edited in ("", "script"):  # nothing of its own in it
            self.target.unlink(missing_ok=True)

    def merge(self, _):
        """As the line of a refusal says."""
        self.build(_)
        pair = pairs.read_pair(self.script)
        if pair.edited == "both" and pair.inputs is not None:
            kept = "".join(path.read_text() for path in self.script.parent.glob("*.kept-*"))
            comments = "".join(f"# {line}\n" for line in kept.replace("%%", "").splitlines())
            self.script.write_text(self.script.read_text() + comments)
            self.target.unlink()
            self.build(_)

    def all_text(self):
        return "".join(path.read_text() for path in self.script.parent.iterdir() if path.is_file())


class Page:
    """One of the two pages in which the lesson is open."""

    def __init__(self, author):
        self.author = author
        self.content = load(author.script)
        self.unsaved = []

    def type(self, word):
        add_word(self.content, word)
        self.unsaved.append(word)

    def save(self, _):
        if not self.author.target.exists():
            return
        for cell in self.content["cells"]:
            cell.pop("attachments", None)  # a picture is taken out, as the refusal says
            cell["source"] = "".join(cell["source"]).replace("(attachment:a.png)", "")
        self.author.saved += self.unsaved
        self.unsaved = []
        try:
            save(self.author.script, self.content)
        except HTTPError as error:
            assert error.status_code == 409
            self.load(_)

    def load(self, _):
        if self.author.target.exists():
            with contextlib.suppress(HTTPError):
                self.content = load(self.author.script)
                self.unsaved = []


def in_page(number, step):
    return lambda author, word: step(author.pages[number], word)


def add_word(content, word):
    cell = content["cells"][len(word) * int(word[1:]) % len(content["cells"])]
    cell["source"] = "".join(cell["source"]) + f" + {word}"


STEPS = [Author.edit_script, Author.edit_in_vs_code, Author.paste_in_vs_code, Author.build,
         Author.delete_script, Author.delete_notebook, Author.merge]  # fmt: skip
for step in (Page.type, Page.save, Page.load):
    STEPS += [in_page(0, step), in_page(1, step)]


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from(STEPS), max_size=14))
def test_no_edit_is_ever_lost(tmp_path_factory, steps):
    """Whatever was saved, anywhere, is found in a file for ever."""
    author = Author(tmp_path_factory.mktemp("world"))
    for number, step in enumerate(steps):
        step(author, f"w{number}")
        text = author.all_text()
        assert [word for word in author.saved if not re.search(rf"\b{word}\b", text)] == []


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
        patch.setattr(pairs, "write_whole", write_some)
        with contextlib.suppress(Killed):
            pairs.settle(script)
    pairs.settle(script)
    assert script.read_text() == (IN_NOTEBOOK if edit is edit_notebook else IN_SCRIPT)
    assert sources(load(script)) == sources(read_script(script))


def test_a_kill_between_script_and_notebook_of_a_save_loses_nothing(script):
    content = nbformat.from_dict(load(script))
    content.cells[3].source = "x = 2"
    pairs.save(script, content)  # and the notebook itself is not written any more
    assert take_edits(script) == FOLLOWS
    assert script.read_text() == IN_NOTEBOOK
    assert load(script)["cells"][3]["source"] == "x = 2"
