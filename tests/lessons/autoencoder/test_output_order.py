"""Two orders: against the training loop, and in a world in which the order cannot matter."""

import numpy as np
import pytest
import torch

from lstm_video_lab import evaluation, training
from lstm_video_lab.lessons.autoencoder import output_order
from lstm_video_lab.settings import Settings

SMOKE = Settings.for_scale("smoke", predict=False, steps=24)


def last(settings, reverse):
    return list(output_order.train_order(settings, reverse))[-1]


def test_newest_first_is_the_autoencoder_of_the_training_loop():
    learned = training.learn(SMOKE)
    data = evaluation.heldout_data(SMOKE)
    score = evaluation.score(learned.model, data, SMOKE.frames_in, output_order.HELDOUT)
    expected = score["reconstruction"]["cross_entropy"].mean(1)
    step, error = last(SMOKE, reverse=True)
    assert step == SMOKE.steps
    assert error == pytest.approx(expected.tolist(), rel=1e-5)


def test_a_sequence_that_stands_still_has_no_order():
    still = SMOKE.changed(speed=0.0)
    assert last(still, True) == last(still, False)
    assert last(SMOKE, True) != last(SMOKE, False)


def test_a_run_that_waits_leaves_the_numbers_of_others_alone():
    """Small numbers are flushed, and gradients off, only while it works itself."""
    run = output_order.train_order(SMOKE, reverse=True)
    next(run)
    assert torch.is_grad_enabled() and (torch.tensor([1e-39]) * 0.5).item() > 0
    next(run)
    assert torch.is_grad_enabled() and (torch.tensor([1e-39]) * 0.5).item() > 0
    run.close()
    assert (torch.tensor([1e-39]) * 0.5).item() > 0


def test_compare_keeps_every_seed_and_moment():
    profiles = output_order.compare(SMOKE, seeds=(3, 5))
    assert list(profiles) == ["newest first", "oldest first"]
    for name, profile in profiles.items():
        assert profile.steps.tolist() == list(range(2, 25, 2))
        assert profile.error.shape == (2, 12, SMOKE.frames_in)
        step, error = last(SMOKE.changed(seed=5), output_order.ORDERS[name])
        assert (step, error) == (24, profile.error[1, -1].tolist())


def test_the_words_are_about_the_end_of_the_training():
    steps, ends = np.array([1, 2]), {"newest first": [4, 8], "oldest first": [7, 6]}  # two seeds
    profiles = {
        name: output_order.Profile(
            steps, np.array([[[99, 99], [end - 1, end + 1]] for end in each])
        )
        for name, each in ends.items()
    }
    assert output_order.final_gap(profiles).tolist() == [3, -2]
    words = output_order.describe(profiles)
    assert "newest first 6.0, oldest first 6.5" in words and "+3.0, -2.0" in words


@pytest.mark.parametrize("frames", [1, 4, 10])
def test_lags_by_playing_both_orders_with_a_list(frames):
    for reverse in (True, False):
        read_in = list(range(1, frames + 1))  # frame k is read in step k
        expected = []
        for step in range(frames + 1, 2 * frames + 1):
            expected.append(step - read_in.pop(-1 if reverse else 0))
        assert output_order.lags(frames, reverse) == expected
        assert np.mean(expected) == frames  # the mean does not depend on the order


def test_the_number_of_steps_must_be_known():
    with pytest.raises(ValueError, match="steps=None"):
        next(output_order.train_order(SMOKE.changed(steps=None, minutes=1.0), True))
