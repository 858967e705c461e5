"""What nbval and the judge leave in a folder becomes records, or is a failure of the machine."""

import json
from pathlib import Path

import pytest
from course.small_class import Ended, write_outcomes

from lstm_video_lab.course.grading import nbval_runner
from lstm_video_lab.course.grading.judging import CORRECT, INCORRECT, NOT_JUDGED
from lstm_video_lab.course.grading.nbval_runner import (
    FIRST_CELL,
    HandedIn,
    Settings,
    judge_class,
    read_record,
)

SETTINGS = Settings(Path("solutions"), [], 1, "limits")


def test_what_nbval_prints_is_why_nothing_was_judged(tmp_path):
    """Here there is no notebook to run."""
    process = nbval_runner.start_nbval(tmp_path)
    assert process.wait(120) != 0
    assert "not found: judging.ipynb" in (tmp_path / nbval_runner.LOG).read_text()


JUDGED = '{"outcome": "correct", "words": "x"}'
DISAGREEMENTS = {
    "no record": (None, "SandboxError: no room", "SandboxError: no room"),
    "correct, and then a failure": (JUDGED, "Timeout", "Timeout"),
    "incorrect, but passed": (JUDGED.replace("correct", "incorrect"), "", "but its record"),
    "broken record": ("{", "", "cannot be read"),
}


@pytest.mark.parametrize("record, failure, reason", DISAGREEMENTS.values(), ids=DISAGREEMENTS)
def test_an_answer_is_judged_where_its_record_and_its_cell_agree(tmp_path, record, failure, reason):
    path = tmp_path / "double.json"
    if record:
        path.write_text(record)
    read = read_record(path, {"passed": not failure, "failure": failure})
    assert read.outcome == NOT_JUDGED and reason in read.reason
    for outcome, failure in ((CORRECT, ""), (INCORRECT, "AssertionError")):
        path.write_text(JUDGED.replace("correct", outcome))
        assert read_record(path, {"passed": not failure, "failure": failure}).outcome == outcome


@pytest.fixture
def kernel(monkeypatch, tmp_path):
    """nbval, whose kernel dies at some answers; and the students of each batch, in their order."""
    batches = []

    def run(answers, deadly=(), passes=True, jobs=1):
        def start(folder):
            notebook = json.loads((folder / nbval_runner.NOTEBOOK).read_text())
            sources = ["".join(cell["source"]) for cell in notebook["cells"][1:]]
            pairs = [source.split("'")[1::2] for source in sources]
            batches.append([f"{key.split('-')[1]}.{name}" for key, name in pairs])
            write_outcomes(folder, {FIRST_CELL: "" if passes else "OSError: no server"})
            for (key, _), title in zip(pairs, batches[-1], strict=True):
                if title in deadly or not passes:
                    write_outcomes(folder, {key: "RuntimeError: the kernel has ended"})
                    continue
                (folder / "records" / f"{key}.json").write_text(JUDGED)
                write_outcomes(folder, {key: ""})
            return Ended()

        monkeypatch.setattr(nbval_runner, "start_nbval", start)
        monkeypatch.setattr(nbval_runner, "POLL_SECONDS", 0)
        handed_in = [HandedIn(*title.split("."), []) for title in answers]
        judged = list(judge_class(SETTINGS, handed_in, tmp_path, jobs))
        assert len(judged) == len(answers) and not list(tmp_path.iterdir())
        return {f"{one.student}.{one.name}": record for one, record in judged}

    run.batches = batches
    return run


ALL = [f"{student}.{name}" for student in ("ada", "bob", "cyd") for name in ("f", "g")]


def test_a_class_is_one_batch_for_each_job(kernel):
    assert {record.outcome for record in kernel(ALL, jobs=2).values()} == {CORRECT}
    assert kernel.batches == [ALL[:3], ALL[3:]]


def test_a_kernel_that_dies_costs_its_answer_alone_after_a_second_try(kernel):
    records = kernel(ALL, deadly=["bob.f"])
    not_judged = [title for title, record in records.items() if record.outcome == NOT_JUDGED]
    assert not_judged == ["bob.f"] and "kernel has ended" in records["bob.f"].reason
    assert kernel.batches == [ALL, ["bob.f"], ["bob.g"], ALL[4:]]


def test_a_student_whose_answers_all_end_the_kernel_is_given_up_and_nobody_else(kernel):
    theirs = [f"bob.f{k}" for k in range(20)]
    records = kernel(["ada.f", *theirs, "cyd.f"], deadly=theirs)
    judged = [title for title, record in records.items() if record.outcome == CORRECT]
    assert judged == ["ada.f", "cyd.f"] and len(kernel.batches) < 10


def test_a_machine_that_fails_is_not_tried_for_each_answer(kernel):
    many = [f"s{k}.f" for k in range(100)]
    records = kernel(many, deadly=many)
    assert {record.outcome for record in records.values()} == {NOT_JUDGED}
    assert len(kernel.batches) < 30
    kernel.batches.clear()
    records = kernel(ALL, passes=False)
    assert {record.reason for record in records.values()} == {"OSError: no server"}
    assert kernel.batches == [ALL] * 3


@pytest.mark.parametrize("report", ["", '{"cell": "judge", "pas\n{"cell"\n'])
def test_half_a_report_is_a_failure_of_the_machine(monkeypatch, tmp_path, report):
    def start(folder):
        (folder / nbval_runner.LOG).touch()
        (folder / nbval_runner.OUTCOMES).write_text(report)
        return Ended()

    monkeypatch.setattr(nbval_runner, "start_nbval", start)
    monkeypatch.setattr(nbval_runner, "POLL_SECONDS", 0)
    ((_, record),) = judge_class(SETTINGS, [HandedIn("ada", "f", [])], tmp_path, 1)
    assert record.outcome == NOT_JUDGED and "disk full" in record.reason


def test_an_id_of_a_cell_names_student_and_answer_in_64_letters():
    long = HandedIn("Ωmega-" + "x" * 60, "лстм_" + "y" * 60, [])
    for k in (7, 999):
        key = nbval_runner._id_of(k, long)
        assert key.isascii() and len(key) <= 64 and key.startswith(f"{k}-") and "mega-xxx" in key
