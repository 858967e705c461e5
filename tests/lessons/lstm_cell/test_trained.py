"""A unit found by its place, a task of timing, and layers of the same numbers."""

import numpy as np
import pytest
import torch

from lstm_video_lab import LSTM
from lstm_video_lab.lessons.lstm_cell import same_numbers, timing, trained_figures
from lstm_video_lab.lessons.lstm_cell.units_of_place import correlation, find_unit, profile

T, N, H = 6, 8, 5


@pytest.fixture
def units():
    return torch.randn(T, N, H, generator=torch.Generator().manual_seed(0))


def test_the_unit_that_goes_with_the_place_is_found(units):
    place = 3.0 - 2.0 * units[..., 2].double()
    assert find_unit(units, place) == (2, pytest.approx(1.0))


def test_correlation_is_numpys(units):
    place = torch.arange(T * N).reshape(T, N).double()
    flat = units.reshape(-1, H).numpy()
    by_hand = [abs(np.corrcoef(flat[:, n], place.reshape(-1))[0, 1]) for n in range(H)]
    np.testing.assert_allclose(correlation(units, place), by_hand)


def test_a_profile_is_of_the_clips_that_did_not_choose(units):
    place = torch.arange(T)[:, None].expand(T, N).double()
    places, means = profile(units[..., 0], place)
    other = units[:, N // 2 :, 0].double()
    assert places.tolist() == list(range(T))
    torch.testing.assert_close(means, ((other - other.mean()) / other.std()).mean(1))


def test_an_answer_is_due_as_late_as_the_pulse_is_high():
    x, answer = timing.pulses(3, 50)
    at, due = x[..., 0].argmax(0), answer.argmax(0)
    assert (answer.sum(0) == 1).all() and (x.count_nonzero(0) == 1).all()
    torch.testing.assert_close(x.amax(0)[:, 0] * timing.LONGEST, (due - at).float())


def test_guessing_from_the_clock_is_what_no_pulse_can_teach():
    timed = timing.compare(10)
    assert {name: run.shape for name, run in timed.losses.items()} == dict.fromkeys(
        timing.KINDS, (3, 10)
    )
    dues = timing.pulses(1, 10_000)[1].mean(1)
    cost = -(torch.xlogy(dues, dues) + torch.xlogy(1 - dues, 1 - dues)).sum()
    assert timed.guessing == pytest.approx(float(cost), rel=0.05)
    assert f"costs {timed.guessing:.2f}" in trained_figures.draw_timing(timed).text


def test_layers_of_other_weights_differ_and_of_the_same_do_not():
    one, other = LSTM(3, 4), LSTM(3, 4, fast=False)
    x = torch.ones(5, 2, 3)
    assert same_numbers.differences(one, other, x)["outputs"] > 1e-4
    other.load_state_dict(one.state_dict())
    for layer in (one, other):
        layer.zero_grad()
    apart = same_numbers.differences(one, other, x)
    assert len(apart) == 5 and max(apart.values()) < 1e-5
