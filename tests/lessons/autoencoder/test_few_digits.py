"""Ten digits only: which they are, that scores are taken on clips apart, and the stored result."""

import numpy as np

from lstm_video_lab.data import load_digits
from lstm_video_lab.lessons.autoencoder import few_digits, figures


def test_ten_digits_one_of_each_class_and_others_for_another_seed():
    digits = [few_digits.clips(seed).digits for seed in few_digits.SEEDS]
    for few in digits:
        assert sorted(few.labels) == list(range(10))
    assert not np.array_equal(digits[0].images, digits[1].images)


def test_the_other_digits_are_none_of_them():
    others = load_digits(split="test").images.reshape(-1, 28 * 28)
    few = few_digits.clips(0).digits.images.reshape(-1, 28 * 28)
    assert not (few[:, None] == others[None]).all(-1).any()


def test_a_short_training_has_both_scores_and_is_the_same_again():
    first, again = (few_digits.train(4, seed=0, steps=2, from_all=False) for _ in range(2))
    assert list(first) == list(few_digits.KINDS) and first == again
    assert all(value > 0 for value in first.values())


def test_the_control_learns_from_other_digits():
    few, everything = (few_digits.train(4, 0, 2, from_all) for from_all in (False, True))
    assert few != everything


def test_the_picture_says_both_errors_of_each_size(tmp_path, monkeypatch):
    monkeypatch.setattr(few_digits, "train", lambda units, seed, steps, from_all: dict.fromkeys(
        few_digits.KINDS, float(units + seed + 100 * from_all)
    ))  # fmt: skip
    run = few_digits.run("smoke", tmp_path)
    try:
        while True:
            next(run)
    except StopIteration as ended:
        picture = figures.draw_few_digits(ended.value)
    assert (
        "16 units 17.00 and 17.00 (control 117.00 and 117.00)" in picture.text
        and "3 seeds" in picture.text
    )
