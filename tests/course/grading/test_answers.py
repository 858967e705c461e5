"""Answers in words are found however a notebook was edited; what was not found is no zero."""

import copy

import pytest
from course.small_class import put, run, table
from course.tiny import NAME, cell_of, handed_out, write_solutions

from lstm_video_lab.course.exercises import read_exercises
from lstm_video_lab.course.grading.answers import Answers, own_words

WORDS = "Because a sum of two equal parts is twice one of them."
QUESTION = "## 3. Why?\n\nWhy is twice the same as a sum? Say it in your own words, please."


@pytest.fixture(scope="module")
def exercise(tmp_path_factory):
    folder = write_solutions(tmp_path_factory.mktemp("course") / "solutions")
    script = folder / f"{NAME}.py"
    asked = "\n".join(f"# {line}".rstrip() for line in QUESTION.splitlines())
    script.write_text(script.read_text().replace("# Why?", asked))
    notebook = handed_out(folder)
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return read_exercises(folder)[NAME], notebook


def text(source, **more):
    return {"cell_type": "markdown", "metadata": {}, "source": source, **more}


def at(notebook):
    return notebook["cells"].index(cell_of(notebook, "why"))


def set_source(notebook, change):
    cell = cell_of(notebook, "why")
    cell["source"] = change(cell["source"])


def without_labels(notebook, **more):
    place = at(notebook)
    notebook["cells"][place] = text(notebook["cells"][place]["source"] + " " + WORDS, **more)


def moved(notebook, *cells):
    notebook["cells"].remove(cell_of(notebook, "why"))
    notebook["cells"] += cells


FORMS = {
    "after the mark": lambda nb: set_source(nb, lambda s: s + " " + WORDS),
    "above the mark": lambda nb: set_source(
        nb, lambda s: s.replace("*Your answer:*", WORDS + "\n\n*Your answer:*")),
    "in the mark": lambda nb: set_source(nb, lambda s: s.replace("answer:*", f"answer: {WORDS}*")),
    "bold": lambda nb: set_source(
        nb, lambda s: s.replace("*Your answer:*", f"**Your answer:** {WORDS}")),
    "in place of the mark": lambda nb: set_source(nb, lambda s: s.replace("*Your answer:*", WORDS)),
    "in place of all": lambda nb: set_source(nb, lambda s: WORDS),
    "question touched": lambda nb: set_source(
        nb, lambda s: s.replace("same as", "same  as").replace("please", "PLEASE") + WORDS),
    "lines broken anew": lambda nb: set_source(
        nb, lambda s: s.replace("Say it", "\nSay it\n") + "\n" + WORDS),
    "cell below": lambda nb: nb["cells"].insert(at(nb) + 1, text(WORDS)),
    "raw cell below": lambda nb: nb["cells"].insert(at(nb) + 1, text(WORDS, cell_type="raw")),
    "remark below": lambda nb: nb["cells"].insert(
        at(nb) + 1, text("# " + WORDS, cell_type="code")),
    "duplicate": lambda nb: nb["cells"].insert(at(nb) + 1, {
        **copy.deepcopy(cell_of(nb, "why")), "source": cell_of(nb, "why")["source"] + WORDS}),
    "Colab": lambda nb: without_labels(nb, metadata={"id": "AbCd"}),
    "Deepnote": lambda nb: without_labels(nb, metadata={"cell_id": "00f"}),
    "VS Code": lambda nb: without_labels(nb, id="other"),
    "retyped with its question": lambda nb: moved(nb, text(QUESTION + "\n\n" + WORDS)),
    "at the end": lambda nb: moved(nb, text(WORDS)),
}  # fmt: skip


def answers(notebook, exercise):
    cells = []
    for cell in notebook["cells"]:
        lab = cell["metadata"].get("lab", {})
        kind, name = cell["cell_type"], cell.get("id", "")
        cells.append({"id": name, "type": kind, "source": cell["source"], "lab": lab})
    return Answers(cells, exercise)


@pytest.mark.parametrize("edit", FORMS.values(), ids=FORMS)
def test_an_answer_in_words_is_found(exercise, edit):
    notebook = copy.deepcopy(exercise[1])
    edit(notebook)
    found = answers(notebook, exercise[0])
    assert found.words["why"].replace("PLEASE.", "").strip() == WORDS and found.blank == set()


def test_what_was_left_empty_is_blank_and_what_is_gone_is_not(exercise):
    plain = exercise[1]
    found = answers(plain, exercise[0])
    assert (found.words, found.blank) == ({"why": ""}, {"why"})
    gone = copy.deepcopy(plain)
    moved(gone)
    found = answers(gone, exercise[0])
    assert (found.words, found.blank) == ({"why": ""}, set())
    assert any("why" in note and "gone" in note for note in found.notes)


def test_an_answer_may_quote_the_question():
    quoted = "Twice is the same as a sum, for it is one."
    assert own_words(quoted, QUESTION) == quoted
    assert own_words(f"{QUESTION}\n\n*Your answer:* {quoted}", QUESTION) == quoted


def test_only_what_was_not_handed_in_gets_a_zero_beforehand(course, graded):
    put(course, f"ada/{NAME}.ipynb", words="Because.")
    put(course, f"bob/{NAME}.ipynb")
    path = put(course, f"cyd/{NAME}.ipynb")
    path.write_text(path.read_text().replace("Why?", "gone").replace('"why"', '"no"'))
    (course / "in/dan").mkdir()
    (course / "in/dan" / f"{NAME}.ipynb").write_text("{")
    assert run(course) == 0
    marks = {row[0]: row[1] for row in table(course / "out/written/why.csv")[1:]}
    assert marks == {"ada": "", "bob": "0", "cyd": "", "dan": ""}


def test_a_cell_of_an_answer_that_defines_nothing_is_an_error_and_not_missing(exercise):
    mine = copy.deepcopy(exercise[1])
    cell_of(mine, "double")["source"] = "%run my_answer.py"
    assert answers(mine, exercise[0]).code == {"double": "%run my_answer.py"}
