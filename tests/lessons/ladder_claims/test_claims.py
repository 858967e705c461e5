"""Claims of lesson 14b: a verdict only where all pairs of seeds agree."""

import pytest

from lstm_video_lab.lessons.ladder_claims import claims, trials


def result_of(**errors):
    """Trials whose only error is given, seed by seed."""
    return {
        "trials": {
            f"{name}/{seed}": {"mse": [value]}
            for name, values in errors.items()
            for seed, value in enumerate(values)
        }
    }


@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        ([1, 2, 3], [2, 3, 4], "reproduced"),
        ([2, 3, 4], [1, 2, 3], "the other way"),
        ([1, 3, 3], [2, 2, 4], "not clear"),
        ([1, 2, 3], [1, 3, 4], "not clear"),  # one pair is equal
        ([1], [2], "not clear"),  # one seed says nothing
        ([1, 2, 9], [2, 3], "reproduced"),  # pairs only
    ],
)
def test_a_verdict_needs_every_pair(a, b, verdict):
    row = claims.claim(result_of(a=a, b=b), "a beats b", "a", "b", "mse", 0)
    assert row[:2] == ("a beats b", verdict)
    assert "squared error, frame 9: a " in row[2]


def test_the_gap_is_that_of_pairs():
    gap, error, alike, count = trials.gap_of(result_of(a=[5, 2], b=[1, 1]), "a", "b", "mse", 0)
    assert (gap, alike, count) == (2.5, True, 2)
    assert error == pytest.approx(1.5)
