"""The chain rule in a world that is listed in full."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_video_lab.lessons.pixel_by_pixel import two_places as world
from lstm_video_lab.lessons.pixel_by_pixel.figures import draw_two_places
from lstm_video_lab.lessons.pixel_by_pixel.widgets import TwoPlaces

ALL = np.array(list(product((0, 1), repeat=4)))  # every image of four pixels: (16, 4)


@given(st.lists(st.floats(0.01, 1), min_size=16, max_size=16))
def test_in_turn_the_pixels_of_each_future_cost_what_it_costs_as_a_whole(weights):
    chances = np.array(weights) / sum(weights)
    costs = world.costs_in_turn(ALL, chances)
    np.testing.assert_allclose(costs.sum(1), -np.log(chances), rtol=1e-9, atol=1e-9)
    together = world.expected(costs, chances).sum()
    assert together == pytest.approx(world.whole_cost(chances))
    alone = world.expected(world.costs_alone(ALL, chances), chances).sum()
    assert alone >= together - 1e-9  # never less than what the whole costs


def test_alone_is_as_good_where_pixels_do_not_hang_together():
    bright = np.array([0.1, 0.5, 0.7, 0.9])
    chances = np.prod(np.where(ALL == 1, bright, 1 - bright), axis=1)
    alone = world.expected(world.costs_alone(ALL, chances), chances)
    expected = -(bright * np.log(bright) + (1 - bright) * np.log(1 - bright))
    np.testing.assert_allclose(alone, expected)
    assert alone.sum() == pytest.approx(world.whole_cost(chances))


def test_a_surprise_is_paid_once_in_turn_and_at_every_undecided_pixel_alone():
    past, pictures = world.two_places()
    futures, chances = pictures.reshape(2, -1), np.array([0.5, 0.5])
    assert past.sum() == pictures[0].sum() == pictures[1].sum()
    in_turn = world.expected(world.costs_in_turn(futures, chances), chances)
    assert np.count_nonzero(in_turn) == 1 and in_turn.sum() == pytest.approx(np.log(2))
    undecided = (futures[0] != futures[1]).sum()
    alone = world.expected(world.costs_alone(futures, chances), chances).sum()
    assert undecided == 2 * past.sum() and alone == pytest.approx(undecided * np.log(2))


def test_a_certain_future_costs_nothing_in_either_way():
    _, pictures = world.two_places()
    futures, chances = pictures.reshape(2, -1), np.array([1.0, 0.0])
    for costs_of in (world.costs_in_turn, world.costs_alone):
        assert world.expected(costs_of(futures, chances), chances).sum() == 0
    assert world.whole_cost(chances) == 0


def test_whole_draws_are_futures_and_others_have_the_right_pixels_only():
    _, pictures = world.two_places()
    futures, chances = pictures.reshape(2, -1), np.array([0.3, 0.7])
    whole, alone = (
        drawn(futures, chances, 2000, np.random.default_rng(0))
        for drawn in (world.draw_whole, world.draw_alone)
    )
    is_future = [(draws[:, None] == futures).all(2).any(1).mean() for draws in (whole, alone)]
    assert is_future == [1, 0]
    for draws in (whole, alone):
        np.testing.assert_allclose(draws.mean(0), chances @ futures, atol=0.05)


def test_the_explorer_says_both_costs(monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")
    widget = TwoPlaces()
    assert "as a whole, the future costs 0.693 nats" in widget.text.value
    before = widget.picture()
    widget.values["seed"].value = 2
    assert widget.picture() != before
    assert "each pixel alone, 0.000" in draw_two_places(1.0, 1).text
