"""What lesson 01 asks: each answer follows from what was measured."""

import pytest

from lstm_video_lab.lessons.recurrence_and_memory import guesses, live_figures, memory


@pytest.mark.parametrize(
    "gains, answer",
    [
        ({0.75: 0.9, 1.0: 30.0}, guesses.BELOW),
        ({0.75: 1e-6, 1.0: 1.5, 1.5: 1e4}, guesses.ONE),
        ({1.0: 1e-5, 1.5: 1.7, 2.0: 60.0}, guesses.HALF_MORE),
        ({1.0: 1e-9, 1.5: 1e-4, 2.0: 0.5}, guesses.TWO),
    ],
)
def test_the_scale_is_the_one_that_neither_loses_nor_blows_up(gains, answer):
    assert guesses.WHICH_SCALE.right(gains, 1e4) == answer
    assert "at scale 1 and applied fifty times" in guesses.WHICH_SCALE.reveal(gains, 1e4)


def test_up_to_the_length_that_is_named_attention_needs_no_more_than_the_state():
    for units in (16, 64):
        longest, state = guesses.equal_work(units), memory.multiplications(units, 1)
        assert memory.multiplications(None, longest) <= state
        assert memory.multiplications(None, longest + 1) > state
    assert guesses.DEARER_FROM.right(64) == guesses.HUNDREDS


def test_the_work_that_is_drawn_is_the_work_that_is_counted():
    words = live_figures.draw_work(895).text
    for name, units in memory.MEMORIES.items():
        assert f"{name} {memory.multiplications(units, 895):,}" in words
