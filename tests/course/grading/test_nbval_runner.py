"""What nbval and the judge leave in a folder becomes records, or is a failure of the machine."""

import pytest
from course.small_class import write_junit

from lstm_video_lab.course.grading import nbval_runner
from lstm_video_lab.course.grading.judging import CORRECT, INCORRECT, NOT_JUDGED


def test_what_nbval_prints_is_why_nothing_was_judged(tmp_path):
    """Here there is no notebook to run."""
    nbval_runner.run_nbval(tmp_path, 2)
    (record,) = nbval_runner.read_records(tmp_path, ["double"]).values()
    assert record.outcome == NOT_JUDGED
    assert "file or directory not found: judging.ipynb" in record.reason


JUDGED = '{"outcome": "correct", "words": "x"}'
DISAGREEMENTS = {
    "no record": (None, ["", "SandboxError: no room"], "SandboxError: no room"),
    "no judge": (None, ["OSError: no server", "NameError: judge"], "OSError: no server"),
    "correct, and then a failure": (JUDGED, ["", "Timeout"], "Timeout"),
    "incorrect, but passed": (JUDGED.replace("correct", "incorrect"), ["", ""], "but its record"),
    "broken record": ("{", ["", ""], "cannot be read"),
    "a cell too few": (JUDGED, [""], "nbval did not run"),
    "a cell too many": (JUDGED, ["", "", ""], "nbval did not run"),
}


@pytest.mark.parametrize("record, failures, reason", DISAGREEMENTS.values(), ids=DISAGREEMENTS)
def test_an_answer_is_judged_where_its_record_and_its_cell_agree(
    tmp_path, record, failures, reason
):
    (tmp_path / nbval_runner.LOG).touch()
    if record:
        (tmp_path / "double.json").write_text(record)
    write_junit(tmp_path, *failures)
    (read,) = nbval_runner.read_records(tmp_path, ["double"]).values()
    assert read.outcome == NOT_JUDGED and reason in read.reason
    for outcome, failure in ((CORRECT, ""), (INCORRECT, "AssertionError")):
        (tmp_path / "double.json").write_text(JUDGED.replace("correct", outcome))
        write_junit(tmp_path, "", failure)
        assert nbval_runner.read_records(tmp_path, ["double"])["double"].outcome == outcome
