"""Figures in prose: each is what its source says, and each kind of slip is found."""

import json
import subprocess
import sys
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert import HTMLExporter

from lstm_video_lab.course.building import prose, texts
from lstm_video_lab.course.building.expressions import ExpressionError, evaluate, parse

ROOT = Path(__file__).resolve().parents[3]
TABLE = {
    "models": {
        "composite": {"mean": 50.63, "seeds": [50.7, 50.8, 50.4]},
        "future predictor": {"mean": 57.2, "seeds": [59.4, 56.5, 55.7], "spread": None},
    },
    "steps": [100, 200],
    "scale": "laptop",
}
OUTPUTS = [
    {"output_type": "stream", "name": "stdout", "text": ["after 1,200 steps: 54.1, ", "alone −60"]},
    {
        "output_type": "display_data",
        "metadata": {},
        "data": {"text/plain": ["[picture]"], "text/markdown": ["r is 0.88, before it 6e-09"]},
    },
    {
        "output_type": "display_data",
        "metadata": {},
        "data": {"text/html": "<p>The <b>gain</b> &gt; 3</p>", "text/plain": "Which?"},
    },
]
WORDS = "The composite is better by 6.6 nats, in every\nseed: 50.6 against 57.2, after 1,200 steps."


@pytest.fixture
def world(tmp_path):
    """A project of one lesson with one stored result, and what writes its prose."""
    results = tmp_path / "notebooks" / "results"
    results.mkdir(parents=True)
    (results / "table2.json").write_text(json.dumps(TABLE))
    cell = {"cell_type": "code", "id": "how-good-is-it", "metadata": {}, "outputs": OUTPUTS}
    notebook = {"cells": [{"cell_type": "markdown", "id": "a", "source": ""}, cell]}
    (tmp_path / "notebooks" / "01_lesson.ipynb").write_text(json.dumps(notebook))

    def write(comment, words=WORDS):
        lines = f"{words}\n\n{comment}".splitlines()
        text = "\n".join(f"# {line}".rstrip() for line in lines)
        script = f"# %% [markdown]\n{text}\n\n# %% how good is it\nprint(1)  # <!-- no tie -->\n"
        (tmp_path / "notebooks" / "01_lesson.py").write_text(script)
        return prose.problems(tmp_path)

    return write


MEANS = 'table2.models["future predictor"].mean - table2.models.composite.mean'
TRUE = {
    "a difference, rounded": f"6.6 = {MEANS}",
    "words around a number": f'"better by 6.6 nats" = {MEANS}',
    "words over two lines": '"in every seed" = min(table2.models["future predictor"].seeds)'
    " > max(table2.models.composite.seeds)",
    "two numbers": '"50.6 against 57.2" = [mean(table2.models.composite.seeds),'
    ' table2.models["future predictor"].mean]',
    "a thousand": '1,200 = output("how good is it", "after")',
    "the next number": '"57.2" = 3.1 + output("how-good-is-it", "after 1,200 steps:", 1)',
    "below nothing": '"in every" = output("how good is it", "steps:", 2) == -60',
    "the text of a picture": '"in every" = output("how good is it", "r is") == 0.88',
    "a very small one": '"in every" = output("how good is it", "before it") == 6e-9',
    "HTML as text": '"in every" = output("how good is it", "gain >") == 3',
    "what is printed": '"in every" = printed("how good is it", "r is 0.88")',
    "for each": '"in every" = all(m.mean > 50 for m in values(table2.models) if m.mean < 60)',
    "a last item": '"in every" = table2.steps[-1] == 200 != table2.steps[0]',
    "another lesson": '"in every" = printed("01/how good is it", "alone")',
}


@pytest.mark.parametrize("tie", TRUE.values(), ids=TRUE)
def test_what_is_so_is_no_problem(world, tie):
    assert world(f"<!-- {tie} -->") == []


def test_one_comment_may_hold_several_ties_over_several_lines(world):
    several = f"<!--\n6.6 = {MEANS}\n57.2\n    = table2.models\n    ['future predictor'].mean\n"
    assert world(f'{several}\n"in every seed" = 1 < 2 -->') == []


FALSE = {
    "a wrong number": (f"7.6 = {MEANS}", "by 7.6", "the text says '7.6'", "is 6.57"),
    "one digit off": (f"6.57 = {MEANS} + 0.01", "6.57", "the text says '6.57'", "is 6.58"),
    "a wrong sign": (f'"by 6.6" = -({MEANS})', "by 6.6", "is -6.57"),
    "a sign": ("100 = table2.steps[0]", "a gain of −100", "is not in the text"),
    "thousands": ("100 = table2.steps[0]", "100 000 steps", "is not in the text"),
    "a power of ten": ("100 = table2.steps[0]", "100·10³ steps", "is not in the text"),
    "another power": ("100 = table2.steps[0]", "100 × 10⁻³ steps", "is not in the text"),
    "one of two": ('"6 to 8" = [6, 7]', "6 to 8", "the text says '6 to 8'", "is [6, 7]"),
    "a claim": ('"better" = 1.8 < table2.steps[0] < 2.2', "better", "1.8 < 100 < 2.2 is false"),
    "not printed": ('"better" = printed("how good is it", "worse")', "better", "is false"),
    "not in the text": (f"6.6 = {MEANS}", "by 16.6 or 6.61", "is not in the text"),
    "part of a word": ('"in" = 1 < 2', "inside", "is not in the text"),
    "an unknown file": ("6.6 = table9.mean", "6.6", "there is no notebooks/results/table9.json"),
    "an unknown key": (
        "6.6 = table2.models.composit.mean",
        "6.6",
        "table2.models has no 'composit': it has 'composite', 'future predictor'",
    ),
    "too far": ("6.6 = table2.steps[2]", "6.6", "table2.steps has 2 items, none at 2"),
    "two keys at once": (
        '6.6 = table2.models["composite", "mean"]',
        "6.6",
        "table2.models: one key at a time",
    ),
    "a key of a number": ("6.6 = table2.steps[0].mean", "6.6", "is a number: it has no 'mean'"),
    "an unknown cell": ('6.6 = output("nowhere", "r")', "6.6", "has no cell 'nowhere'"),
    "an unknown lesson": ('6.6 = output("09/x", "r")', "6.6", "there is no lesson 09"),
    "no such words": ('6.6 = output("how good is it", "q is")', "6.6", "does not print 'q is'"),
    "no such number": ('6.6 = output("how good is it", "gain", 2)', "6.6", "no number 2 after"),
    "no card": ('6.6 = card("huge").mean', "6.6", "there is no lstm_video_lab/weights/huge.json"),
    "no expression": ("6.6 = table2.models.", "6.6", "'table2.models.' is no expression"),
    "no number": ("6.6 = table2.scale", "6.6", "is laptop, no number"),
    "nothing": ('6.6 = table2.models["future predictor"].spread', "6.6", "is None, no number"),
    "one for two": (f'"5 to 7" = {MEANS}', "5 to 7", "2 numbers", "one for each"),
    "words alone": (f'"better" = {MEANS}', "better", "0 numbers", "or a comparison"),
    "no source": ("6.6", "6.6", "'6.6' is no tie: write `NUMBER = SOURCE`"),
    "a note": ("todo: look again", "6.6", "'todo: look again' is no tie"),
    "a key of a text": ("6.6 = table2.scale + 1", "6.6", "only numbers can be reckoned with"),
    "by nothing": ("6.6 = 1 / (2 - 2)", "6.6", "division by zero"),
}


@pytest.mark.parametrize("slip", FALSE.values(), ids=FALSE)
def test_each_slip_is_one_line_with_its_place(world, slip):
    tie, words, *says = slip
    (problem,) = world(f"<!-- {tie} -->", f"First.\n\nIt is {words}, not more.")
    assert problem.startswith("notebooks/01_lesson.py:6: ")
    assert [part for part in says if part not in problem] == []
    assert "\n" not in problem


def test_the_line_of_a_tie_is_its_own(world):
    first, second = world(f"<!--\n6.6 = {MEANS}\n7.7 =\n  1\n8.8 = 2 -->", "6.6\n7.7\n8.8")
    assert first.startswith("notebooks/01_lesson.py:8: ")
    assert second.startswith("notebooks/01_lesson.py:10: ")


def test_a_comment_that_is_not_closed_is_read_to_its_end(world):
    (problem,) = world("<!-- 6.6 = 1\n", "6.6")
    assert "the text says '6.6'" in problem


def test_a_name_serves_the_ties_after_it(world):
    named = 'few = table2.steps\ncell = "how good is it"\n"every" = output(cell, "r is") < few[0]'
    assert world(f"<!--\n{named}\n-->") == []
    assert world(f"<!--\n{named}\n-->\n\n<!-- 6.6 = few[0] -->", WORDS)[0].endswith(
        "there is no notebooks/results/few.json: mend the tie"
    )


def test_words_without_quotes_are_no_name(world):
    (problem,) = world("<!--\nbetter = 1 < 2\n6.6 = 6.6\n-->")
    assert "'better' is a name that no tie uses: drop it, or put words in quotes" in problem


def test_what_is_shown_as_code_is_no_tie(world):
    assert world("```\n<!-- 6.6 = 1 -->\n```\n\n`<!-- 6.6 = 1 -->`", "6.6") == []


def test_a_page_has_ties_for_each_of_its_parts(world, tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "bench.json").write_text('{"rows": [{"goal": 2.5}]}')
    weights = tmp_path / "lstm_video_lab" / "weights"
    weights.mkdir(parents=True)
    (weights / "big.json").write_text('{"steps": 6500}')
    tie = '<!-- 2.5 = bench.rows[0].goal -->\n<!-- "by 6,500" = card("big").steps -->'
    (tmp_path / "docs" / "speed.md").write_text(
        "# Speed\n\nThe goal is 2.5.\n\n## Marks\n\n<!-- bench: begin -->\n| 2.5 |\n"
        f"<!-- bench: end -->\n\n## Reached\n\nThe goal is 2.5, by 6,500 steps.\n{tie}\n"
    )
    (tmp_path / "README.md").write_text("A world.\n\n## One\n2.5\n\n## Two\n\n<!-- 2.5 = 2.5 -->\n")
    (problem,) = world("")
    assert problem.startswith("README.md:8: '2.5' is tied, but is not in the text")


def test_a_world_without_pages_results_and_notebooks_has_no_problems(tmp_path):
    assert prose.problems(tmp_path) == []


def test_a_lesson_that_is_not_built_yet_is_named(world, tmp_path):
    (tmp_path / "notebooks" / "01_lesson.ipynb").unlink()
    (problem,) = world('<!-- 6.6 = output("how good is it", "r is") -->')
    assert "there is no notebooks/01_lesson.ipynb" in problem
    (tmp_path / "notebooks" / "01_lesson.ipynb").write_text("{")
    (problem,) = world('<!-- 6.6 = output("how good is it", "r is") -->')
    assert problem.startswith("notebooks/01_lesson.ipynb cannot be read")


def test_a_broken_result_is_named_once_and_the_other_ties_are_looked_at(world, tmp_path):
    (tmp_path / "notebooks" / "results" / "table2.json").write_text('{"models": {}, }')
    (tmp_path / "notebooks" / "results" / "layers.json").write_bytes(b"\xff")
    first, second, tie = world("<!--\n6.6 = table2.a\n57.2 = table2.b\n1,200 = 1 -->")
    assert first.startswith("notebooks/results/layers.json cannot be read (")
    assert second.startswith("notebooks/results/table2.json cannot be read (")
    assert "\n" not in first + second
    assert tie.startswith("notebooks/01_lesson.py:8: the text says '1,200'")


def test_a_script_without_a_header_has_no_ties(world, tmp_path):
    for text in ("", "# <!-- 6.6 = 1 -->\n"):
        (tmp_path / "notebooks" / "01_lesson.py").write_text(text)
        assert prose.problems(tmp_path) == []
    (tmp_path / "notebooks" / "01_lesson.py").write_text("#%% [markdown]\n# 6.6 <!-- 6.6 = 1 -->\n")
    assert len(prose.problems(tmp_path)) == 1


@settings(max_examples=60, deadline=None)
@given(st.floats(-5000, 5000), st.integers(0, 4), st.integers(1, 9))
def test_a_number_is_right_when_it_is_the_rounded_one_and_no_other(value, digits, off):
    step = Decimal(1).scaleb(-digits)
    right = Decimal(value).quantize(step, ROUND_HALF_EVEN)
    wrong = right + off * step
    assert prose._is_rounded(f"{right:,f}".replace("-", "−"), value)
    assert not prose._is_rounded(f"{wrong:,f}".replace("-", "−"), value)


@pytest.mark.parametrize(
    "expression",
    [
        "__import__('os').system('true')",
        "(lambda: 1)()",
        "table.__class__",
        "values.__globals__",
        "[].append(1)",
        "'a' * 10**9",
        "9**9**9",
        "len(table, key=1)",
        "min(*table.a)",
        "f'{table}'",
        "table.a[0:2]",
        "1 if table else 2",
        "1 in table.a",
        "b'x'",
        "(x := 1)",
        "abs(abs)",
        "table.a(1)",
        "sum(a + b for a, b in table.a)",
        "sum(a for a in 3)",
        "-table",
    ],
)
def test_an_expression_can_do_nothing_but_reckon(expression):
    class Names(dict):
        def __missing__(self, name):
            raise ExpressionError(f"there is no {name}")

    with pytest.raises(ExpressionError) as error:
        evaluate(parse(expression), Names(table={"a": [1, 2]}))
    assert "\n" not in str(error.value)


def test_a_build_can_ask_without_loading_torch():
    ask = (
        "import sys; from lstm_video_lab.course.building import links, prose; "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", ask], check=False).returncode == 0


def test_no_reader_of_a_page_sees_a_tie():
    cell = f"Better by 6.6 nats.\n<!-- 6.6 = {MEANS} -->\n\n- one\n\n<!--\n1 = 2 < 3\n\n4 = 5\n-->"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(f"{cell}\n\nMore.")])
    page, _ = HTMLExporter().from_notebook_node(notebook)
    body = page[page.index("Better by") :]
    shown = texts.TAG.sub("", texts.COMMENT.sub("", body)).split()
    assert shown == ["Better", "by", "6.6", "nats.", "one", "More."]


def test_every_figure_of_the_project_is_what_its_source_says():
    assert prose.problems(ROOT) == []


@pytest.mark.parametrize("script", sorted((ROOT / "notebooks").glob("[0-9]*_*.py")), ids=str)
def test_a_lesson_on_measurements_has_ties(script):
    assert any(list(cell.comments()) for cell in texts.cells(script))


def test_a_solution_s_figures_are_checked_too(world, tmp_path):
    assert world("") == []
    script = tmp_path / "solutions" / "01_twice.py"
    script.parent.mkdir()
    script.write_text(
        "# %% [markdown]\n# It took 999 steps.\n#\n# <!-- 999 = table2.steps[0] -->\n"
    )
    assert [line.partition(": ")[0] for line in prose.problems(tmp_path)] == [
        "solutions/01_twice.py:4"
    ]
