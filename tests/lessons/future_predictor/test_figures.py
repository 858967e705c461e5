"""The pictures of lesson 05 name each model by one name, and say who is best in which way."""

import torch

from lstm_video_lab import Settings
from lstm_video_lab.lessons.future_predictor import figures, guesses
from lstm_video_lab.lessons.future_predictor.two_futures import two_futures


def stored(free: float, shown: float) -> dict:
    return {
        "seeds": {
            "free": [[free - 3, free + 1], [free - 1, free + 3]],  # a row of steps for each seed
            "shown": [[shown, shown]] * 2,
        },
        "curve": {"step": [10, 20], "future": [free + 9, free]},
    }


RESULT = {
    "scale": "smoke",
    "baselines": {
        "mean_image": {"cross_entropy": 100.0},
        "entropy_bound": {"cross_entropy": 20.0},
    },
    "models": {
        "unconditional": stored(53, 53),
        "teacher": stored(51, 39),
        "scheduled": stored(49, 43),
        "own": stored(50, 50),
    },
}


def test_the_best_of_each_way_is_named_as_the_lesson_names_it():
    text = figures.draw_four(RESULT).text
    assert "Running freely: unconditional 53.0 ± 1.4; teacher-forced 51.0" in text
    assert "best scheduled. Shown the true frame: unconditional 53.0 ± 0.0" in text
    assert "best teacher-forced" in text


def test_curves_say_where_each_begins_and_ends():
    text = figures.draw_four_curves(RESULT).text
    assert "own frames 59.0 nats after 10 steps and 50.0 after 20" in text


def test_what_reaches_the_encoder_is_a_mean_over_batches():
    before = {"one": torch.tensor([[1.0, 4.0, 2.0], [3.0, 8.0, 4.0]])}  # (batches, 1 + T)
    after = {"one": 10 * before["one"]}
    text = figures.draw_reach(before, after, "made so").text
    assert "one 2 ± 1 before, 20 ± 1e+01 after (made so)" in text
    assert "one 60 to 30" in figures.draw_reach_by_frame(after, first=11).text


def test_the_least_of_four_guesses_is_both_at_half():
    futures = two_futures(Settings.for_scale("smoke"))
    assert guesses.ONE_PICTURE.right(futures) == guesses.BOTH
    assert guesses.BOTH in figures.draw_candidates(guesses.candidates(futures), futures).text
