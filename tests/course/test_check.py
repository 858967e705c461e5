"""What a student sees of a verdict: a page's element in which everything is escaped."""

import os
import subprocess
import sys

import nbformat
import pytest

from lstm_video_lab.course.check import CORRECT, ERROR, INCORRECT, RAISES, Verdict, check
from lstm_video_lab.plots.canvas import Picture


def test_a_verdict_is_escaped_and_keeps_its_lines():
    page = Verdict("<b>", ERROR, "1 < 2\nFor help: hint('x')")._repr_html_()
    assert page.startswith('<div role="status">') and page.endswith("</div>")
    assert "⚠ &lt;b&gt;: error" in page
    assert "1 &lt; 2<br>For help" in page
    assert "<img" not in page


def test_a_picture_stands_inside_the_page_with_its_words():
    page = Verdict("step", INCORRECT, "", Picture(b"png", 'Frames "a" & b.'))._repr_html_()
    assert 'src="data:image/png;base64,cG5n"' in page
    assert 'alt="Frames &#34;a&#34; &amp; b."' in page


def double_plus_one(*arguments, **more):
    raise NotImplementedError


def test_a_check_raises_where_that_is_asked_for(monkeypatch):
    assert check("lstm_step", double_plus_one).outcome != CORRECT
    monkeypatch.setenv(RAISES, "1")
    for name, answer in (("lstm_step", double_plus_one), ("lstm_step", 3), ("no_such", print)):
        with pytest.raises(AssertionError, match=name):
            check(name, answer)
    assert check("lstm_cell/no_such", print).outcome == ERROR  # a lesson's line is not graded


def test_bare_nbval_counts_checks_on_a_folder_of_submissions(tmp_path):
    """The recipe of the guide, on a machine where nothing of the clone's tests is at hand."""
    cells = [
        nbformat.v4.new_code_cell("from lstm_video_lab import check"),
        nbformat.v4.new_code_cell("def lstm_step(x, h, c, W, U, p, b):\n    return h, c"),
        nbformat.v4.new_code_cell('check("lstm_step", lstm_step)'),
    ]
    (tmp_path / "ada").mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "ada" / "01_lstm_cell.ipynb")
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env", "-q"]
    command += ["-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(tmp_path)]
    environment = {**os.environ, RAISES: "1"}
    ran = subprocess.run(
        [*command, str(tmp_path)], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert "1 failed, 2 passed" in ran.stdout and "lstm_step: incorrect" in ran.stdout
