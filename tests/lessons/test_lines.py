"""A line to write in a lesson: right is called right, and what is wrong is named."""

import pkgutil
from importlib import import_module
from pathlib import Path

import pytest

from lstm_video_lab import check, hint, lessons
from lstm_video_lab.course import check as checker
from lstm_video_lab.course.visible_cases import VISIBLE
from lstm_video_lab.questions import Line

ROOMS = [room.name for room in pkgutil.iter_modules(lessons.__path__) if room.ispkg]
LINES = {
    f"{room}/{name}": value
    for room in ROOMS
    if (Path(lessons.__path__[0]) / room / "line.py").is_file()
    for name, value in vars(import_module(f"lstm_video_lab.lessons.{room}.line")).items()
    if isinstance(value, Line)
}


@pytest.fixture(params=LINES)
def name(request):
    return request.param


def test_the_line_of_the_room_is_right(name):
    verdict = check(name, LINES[name].reference)
    assert verdict.outcome == checker.CORRECT, verdict


def test_each_known_mistake_is_told_what_is_wrong(name):
    assert LINES[name].mistakes
    for words, wrong in LINES[name].mistakes.items():
        verdict = check(name, wrong)
        assert verdict.outcome == checker.INCORRECT and words in verdict.words, (words, verdict)


def test_a_blank_is_no_error_and_says_where_help_is(name):
    verdict = check(name, lambda **arguments: ...)
    assert verdict.outcome == checker.NOT_ATTEMPTED and "Not written yet" in verdict.words
    assert f"hint({name!r})" in verdict.words


def test_it_has_hints_in_steps(name, monkeypatch):
    monkeypatch.setattr(checker, "_hints_shown", {})
    said = [hint(name) for _ in LINES[name].hints]
    assert len(set(said)) == len(said) >= 2
    assert said[-1] == hint(name)


def test_no_answer_of_an_exercise_has_its_name(name):
    """What a lesson's cell defines is so never taken for an answer by the grader."""
    answers = {path.stem for path in VISIBLE.glob("*.json")}
    assert name.partition("/")[2] not in answers


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no_lesson/line", "no lesson 'no_lesson' has a line"),
        ("autoencoder/other", "autoencoder has newest_first"),
        ("../files/line", "no lesson '..' has a line"),
    ],
)
def test_an_unknown_line_is_named(name, words):
    verdict = check(name, lambda: 1)
    assert verdict.outcome == checker.ERROR and words in verdict.words
