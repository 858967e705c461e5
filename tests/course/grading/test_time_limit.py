"""Students know how long an answer may take: each exercise says it."""

from pathlib import Path

import pytest

from lstm_video_lab.course.grading.isolation import Limits

EXERCISES = sorted((Path(__file__).parents[3] / "exercises").glob("*.py"))


@pytest.mark.parametrize("script", EXERCISES, ids=lambda path: path.stem)
def test_an_exercise_says_how_long_an_answer_may_take(script):
    head = script.read_text("utf-8").partition("# %%")[2].partition("# %%")[0]
    words = " ".join(head.replace("\n#", "").split())
    assert f"`check` makes may take {Limits().cpu_seconds:g} seconds of the processor" in words
    assert f"so may the others; what only waits is ended after {Limits().wall_seconds:g}" in words


def test_what_waits_has_ten_times_the_time():
    assert Limits().wall_seconds == 10 * Limits().cpu_seconds
