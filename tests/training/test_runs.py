"""Trials that are done once: whatever was cut off, the log is that of an uninterrupted run."""

import json

from hypothesis import given
from hypothesis import strategies as st

from lstm_video_lab.training.trials import resume_trials

POINTS = [{"name": name, "seed": seed} for name in ("a", "b") for seed in range(3)]


def work(point):
    return {"found": [point["seed"], len(point["name"])], "shape": {"n": 1}}


@given(st.integers(0, 2000))
def test_a_log_that_was_cut_anywhere_is_completed(tmp_path_factory, at):
    folder = tmp_path_factory.mktemp("log")
    whole = list(resume_trials(folder / "runs" / "whole.jsonl", POINTS, work))
    text = (folder / "runs" / "whole.jsonl").read_text()
    assert [row for row, _ in whole] == [point | work(point) for point in POINTS]
    assert all(is_new for _, is_new in whole)

    cut, asked = folder / "cut.jsonl", []
    cut.write_text(text[:at])
    again = list(resume_trials(cut, POINTS, lambda point: asked.append(point) or work(point)))
    assert [row for row, _ in again] == [row for row, _ in whole] and cut.read_text() == text
    assert len(asked) == len(POINTS) - text[:at].count("\n")
    assert asked == [{key: row[key] for key in ("name", "seed")} for row, is_new in again if is_new]


def test_a_row_is_what_the_file_will_say(tmp_path):
    """Not what `work` gave: JSON knows no tuples, so that a resumed run would differ."""
    ((row, _),) = resume_trials(tmp_path / "log.jsonl", [{"n": 1}], lambda _: {"pair": (1, 2)})
    assert row == {"n": 1, "pair": [1, 2]} == json.loads((tmp_path / "log.jsonl").read_text())


def test_the_order_of_the_points_may_change(tmp_path):
    list(resume_trials(tmp_path / "log.jsonl", POINTS, work))
    rows = list(resume_trials(tmp_path / "log.jsonl", POINTS[::-1], lambda _: {}))
    assert [row for row, _ in rows] == [point | work(point) for point in POINTS[::-1]]
    assert not any(is_new for _, is_new in rows)
