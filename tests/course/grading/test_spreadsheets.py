"""No field of a table is a formula, whatever separator a spreadsheet takes."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_video_lab.course.grading.spreadsheets import csv_text

NASTY = st.text(st.sampled_from("a1=+-@;,|\t\n\r \"'"), max_size=12)


@pytest.mark.parametrize("separator", ",;\t|")
@given(cells=st.lists(NASTY, min_size=1, max_size=3))
def test_no_field_begins_a_formula(separator, cells):
    text = csv_text([["name", *cells, "end"]])
    for row in csv.reader(text.splitlines(), delimiter=separator):
        for field in row:
            plain = field.strip()
            begins = plain[:1] in ("=", "+", "-", "@")
            assert not begins or plain[1:].replace(".", "").replace(",", "").isdigit(), (
                field,
                text,
            )


@given(st.lists(st.text(max_size=8), min_size=1))
def test_what_is_no_formula_stays_as_it_is(cells):
    plain = [cell for cell in cells if not set(cell) & set("=+-@'\x00\r")]
    (row,) = csv.reader(csv_text([["x", *plain]]).split("\x00"), strict=True) if not any(
        "\n" in cell for cell in plain) else [["x", *plain]]  # fmt: skip
    assert row == ["x", *plain]
