"""What lesson 06c asks: each answer follows from the table, whatever its numbers."""

import pytest
import torch

from lstm_video_lab.lessons.table2 import guesses
from lstm_video_lab.lessons.table2.figures import draw_grid, draw_shown_and_free
from lstm_video_lab.lessons.table2.nearest_clip import squared_errors

NAMES = ("predictor", "composite", "conditional", "both")  # from worst to best in the paper


def table(means, spread=0.5):
    models = {
        name: {
            "mean": mean,
            "spread": spread,
            "seeds": [mean - spread, mean, mean + spread],
            "steps": 20,
        }
        for name, mean in zip(NAMES, means, strict=True)
    }
    return {
        "scale": "smoke",
        "models": models,
        "published": dict(zip(NAMES, (350.0, 345.0, 343.0, 341.0), strict=True)),
        "baselines": {"mean_image": {"cross_entropy": 100.0}},
    }


@pytest.mark.parametrize(
    "means, answer",
    [
        ((58, 55, 52, 50), guesses.AS_PUBLISHED),
        ((58, 55, 54.8, 50), guesses.NEARLY),
        ((58, 55, 55.2, 50), guesses.NEARLY),
        ((58, 51, 54, 50), guesses.CHANGED),
    ],
)
def test_the_order_is_held_against_the_spread_of_the_seeds(means, answer):
    assert guesses.THE_ORDER.right(table(means)) == answer


def test_the_reveal_gives_the_leads_along_the_paper_s_order():
    words = guesses.THE_ORDER.reveal(table((58, 51, 54, 50)))
    assert "+7.0, -3.0, +4.0" in words
    assert "predictor 58.0 ± 0.5; conditional 54.0 ± 0.5; composite" in words


@pytest.mark.parametrize(
    "shown, answer",
    [(40.0, guesses.FIRST), (53.0, guesses.MIDDLE), (57.0, guesses.LAST), (90.0, guesses.LAST)],
)
def test_the_place_that_a_wrong_test_gives(shown, answer):
    assert guesses.WRONG_TEST.right(shown, 57.0, table((58, 55, 52, 50))) == answer


def test_pictures_name_what_lies_beyond_their_axis_and_who_stands_beside_whom():
    few = table((58, 55, 52, 50))
    assert "Beyond the axis: mean image 100.0" in draw_grid("table2", few).text
    assert "shown the truth 40.0" in draw_shown_and_free(40.0, 57.0, few).text


def test_squared_errors_are_sums_over_pixels_and_means_over_frames():
    truth, predicted = torch.zeros(3, 2, 4, 4), torch.zeros(3, 2, 4, 4)
    predicted[0, 1] = 0.5  # in one of three frames of the second clip, 16 pixels of 0.25
    assert squared_errors(truth, predicted).tolist() == pytest.approx([0.0, 16 * 0.25 / 3])
