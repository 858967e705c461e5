"""Formulas of several lines keep their lines."""

import pytest

pytest.importorskip("latex2mathml")

from lstm_video_lab.course.mathml import as_mathml


def test_lines_that_are_aligned_are_rows_of_a_table():
    formula = r"\begin{aligned} a &= W x \\ b &= U h \\ c &= d \end{aligned}"
    text = as_mathml(formula, "block")
    assert text.count("<mtr") == 3 and ">&<" not in text and "&amp;" not in text


def test_a_formula_of_one_line_stands_in_the_text():
    assert 'display="inline"' in as_mathml(r"\sigma(V h + b)")
