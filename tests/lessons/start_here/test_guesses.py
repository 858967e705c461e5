"""What is asked of the time-lapse in lesson 00: how much is done after half of the steps."""

import pytest

from lstm_video_lab.lessons.start_here import guesses


def lapse(*errors):
    """Two models whose errors after 0, 1, 50 and 100 steps are these."""
    models = {"one": [200.0, 190.0, *errors], "other": [200.0, 150.0, 101.0, 100.0]}
    return {"models": {k: {"step": [0, 1, 50, 100], "future": v} for k, v in models.items()}}


@pytest.mark.parametrize(
    ("middle", "answer", "share"),
    [(150.0, guesses.HALF, "50 %"), (125.0, guesses.THREE_QUARTERS, "75 %"),
     (105.0, guesses.NEARLY_ALL, "95 %")],
)  # fmt: skip
def test_the_slower_of_two_models_decides(middle, answer, share):
    result = lapse(middle, 100.0)
    assert guesses.HALF_TIME.right(result) == answer
    assert f"{share} for the one, 99 % for the other" in guesses.HALF_TIME.reveal(result)
