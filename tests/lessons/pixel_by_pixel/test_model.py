"""Pixel by pixel: probabilities by enumeration, nothing looks ahead, counts by hand, textures."""

import math
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_video_lab.lessons.pixel_by_pixel.model import (
    PixelLSTM,
    earlier_neighbours,
    grow_texture,
    table_bits,
    train_pixels,
)

SHAPES = [((2, 2), 4), ((6,), 3), ((2, 2, 2), 2), ((3, 3), 2)]


def all_sequences(length, levels):
    return torch.cartesian_prod(*[torch.arange(levels)] * length).T  # (T, K^T)


@pytest.mark.parametrize("memory", [True, False])
@pytest.mark.parametrize(("shape", "levels"), SHAPES)
def test_the_probabilities_of_all_images_add_up_to_one(shape, levels, memory):
    model = PixelLSTM(shape, levels, units=6, memory=memory, seed=3)
    every = all_sequences(math.prod(shape), levels)
    with torch.no_grad():
        for parameter in model.parameters():  # far from uniform
            parameter.mul_(4)
        p = (0.5 ** model.bits(every).double()).prod(0)
    assert p.sum().item() == pytest.approx(1, abs=1e-5)
    assert p.max() > 3 * p.min()


@pytest.mark.parametrize("memory", [True, False])
@pytest.mark.parametrize(("shape", "reach"), [((4, 5), 2), ((9,), 3), ((3, 3, 3), 1), ((4, 4), 0)])
def test_a_pixel_is_seen_by_later_ones_only(shape, reach, memory):
    T = math.prod(shape)
    model = PixelLSTM(shape, 4, units=6, reach=reach, memory=memory, seed=1)
    symbols = torch.randint(4, (T, 2), generator=torch.Generator().manual_seed(0))
    before = model(symbols)
    for t in range(T):
        other = symbols.clone()
        other[t] = (other[t] + 1) % 4
        moved = (model(other) != before).any(2).all(1)  # (T)
        assert not moved[: t + 1].any()
        assert t == T - 1 or moved[t + 1]
        if memory:
            assert moved[t + 1 :].all()


def test_without_memory_only_the_neighbourhood_counts():
    model = PixelLSTM((5, 5), 3, units=6, reach=1, memory=False, seed=0)
    symbols = torch.zeros(25, 1).long()
    other = symbols.clone()
    other[7] = 2  # row 1, column 2
    moved = (model(other) != model(symbols)).any(2)[:, 0].nonzero()[:, 0].tolist()
    assert moved == [8, 11, 12, 13]  # right of it, and below it


@given(st.lists(st.integers(1, 4), min_size=1, max_size=3), st.integers(0, 2))
def test_the_neighbours_are_those_before_and_near(shape, reach):
    T = math.prod(shape)
    table = np.arange(T).reshape(shape)
    rows = earlier_neighbours(tuple(shape), reach).tolist()
    for row, place in zip(rows, np.ndindex(*shape), strict=True):
        expected = []
        for offset in np.ndindex(*[2 * reach + 1] * len(shape)):
            there = tuple(p + o - reach for p, o in zip(place, offset, strict=True))
            if there < place:  # by rows, then by columns
                inside = all(0 <= at < size for at, size in zip(there, shape, strict=True))
                expected.append(table[there] if inside else T)
        assert row == expected


@pytest.mark.parametrize("memory", [True, False])
def test_writing_step_by_step_is_scored_as_reading_at_once(memory):
    model = PixelLSTM((4, 4), 5, units=8, memory=memory, seed=0)
    given = torch.randint(5, (16, 30), generator=torch.Generator().manual_seed(0))
    known = torch.rand(16, 30, generator=torch.Generator().manual_seed(1)) < 0.4
    written, costs = model.sample(given, known, torch.Generator().manual_seed(2))
    assert torch.equal(written[known], given[known])
    assert not torch.equal(written, given)
    with torch.no_grad():
        paid = costs.gather(2, written[..., None])[..., 0]
        torch.testing.assert_close(paid, model.bits(written), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close((0.5**costs).sum(2), torch.ones(16, 30))
    again, _ = model.sample(given, known, torch.Generator().manual_seed(2))
    assert torch.equal(again, written)


def test_samples_come_as_often_as_the_model_says():
    model = PixelLSTM((3,), 2, units=6, seed=5)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(5)
        every = all_sequences(3, 2)
        p = (0.5 ** model.bits(every)).prod(0)
    blank = torch.zeros(3, 20_000).long()
    written, _ = model.sample(blank, blank.bool(), torch.Generator().manual_seed(0))
    numbers = (written * torch.tensor([[4], [2], [1]])).sum(0)
    shares = torch.bincount(numbers, minlength=8) / 20_000
    torch.testing.assert_close(shares, p, rtol=0, atol=0.015)
    cold, _ = model.sample(blank, blank.bool(), torch.Generator().manual_seed(0), 0.05)
    greedy = []  # step by step the likeliest
    for t in range(3):
        rest = torch.tensor(greedy + [0] * (3 - t))[:, None]
        greedy.append(int(model(rest)[t, 0].argmax()))
    assert (cold == torch.tensor(greedy)[:, None]).all(0).double().mean() > 0.9


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10**6))
def test_tables_count_as_by_hand(seed):
    draw = torch.Generator().manual_seed(seed)
    train, test = (torch.randint(3, (6, n), generator=draw) for n in (5, 2))
    before = torch.tensor([[6], [0], [1], [6], [3], [4]])  # the place to the left, 6 if outside

    def context(image, t):
        return 3 if t % 3 == 0 else int(image[t - 1])

    pairs = [(context(x, t), int(x[t])) for x in train.T for t in range(6)]
    counts, plain = Counter(pairs), Counter(symbol for _, symbol in pairs)
    contexts = Counter(c for c, _ in pairs)
    found = table_bits(train, test, before, 3)
    for n in range(2):
        for t in range(6):
            c, symbol = context(test[:, n], t), int(test[t, n])
            without = Fraction(plain[symbol] + 1, 30 + 3)
            p = (counts[c, symbol] + without) / (contexts[c] + 1)
            assert found[t, n].item() == pytest.approx(-math.log2(p))


def test_it_learns_what_a_table_of_neighbours_cannot_know():
    """The last of six symbols equals the first, five steps before: only memory can tell."""
    symbols = torch.randint(4, (6, 400), generator=torch.Generator().manual_seed(0))
    symbols[5] = symbols[0]
    model = PixelLSTM((6,), 4, units=24, reach=1, seed=0)
    losses = train_pixels(model, symbols, 150, rate=2e-2)
    with torch.no_grad():
        bits = model.bits(symbols).mean(1)
    assert losses[-1] < losses[0]
    assert bits[5] < 0.2 and bits[1:5].min() > 1.8
    blind = PixelLSTM((6,), 4, units=24, reach=1, memory=False, seed=0)
    train_pixels(blind, symbols, 150, rate=2e-2)
    with torch.no_grad():
        assert blind.bits(symbols).mean(1)[5] > 1.8


def test_weights_follow_from_the_seed_and_leave_others_draws_alone():
    before = torch.random.get_rng_state()
    one, same, other = (PixelLSTM((3, 3), 4, seed=seed) for seed in (0, 0, 1))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.equal(one.head.weight, same.head.weight)
    assert not torch.equal(one.lstm.weight_hh_l0, other.lstm.weight_hh_l0)


CHESS = np.indices((12, 12)).sum(0) % 2


@pytest.mark.parametrize("window", [3, 5])
def test_a_chessboard_grows_into_a_chessboard(window):
    image, order, shares = grow_texture(CHESS, 9, 2, window)
    assert image.shape == (9, 9)
    assert ((image[1:] + image[:-1]) == 1).all() and ((image[:, 1:] + image[:, :-1]) == 1).all()
    assert shares.max(1).tolist() == [1.0] * 72  # never a choice
    assert len(set(map(tuple, order))) == 72


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 1000), st.integers(4, 9), st.sampled_from([3, 5]))
def test_what_is_written_was_drawn_from_alike_windows(seed, side, window):
    sample = np.random.default_rng(seed).integers(0, 4, (10, 11))
    image, order, shares = grow_texture(sample, side, 4, window, seed=seed)
    np.testing.assert_allclose(shares.sum(1), 1)
    levels = image[tuple(order.T)]
    assert (shares[np.arange(len(order)), levels] > 0).all()
    again = grow_texture(sample, side, 4, window, seed=seed)
    np.testing.assert_array_equal(again[0], image)
    # The last pixel, by hand: all windows of the sample against what surrounds it.
    half, (y, x) = window // 2, order[-1]
    bell = np.exp(-0.5 * (np.arange(-half, half + 1) * 6.4 / window) ** 2)
    errors = {}
    for v in range(half, 10 - half):
        for u in range(half, 11 - half):
            total = 0.0
            for dy in range(-half, half + 1):
                for dx in range(-half, half + 1):
                    at = (y + dy, x + dx)
                    if (dy or dx) and 0 <= at[0] < side and 0 <= at[1] < side:
                        gap = image[at] - sample[v + dy, u + dx]
                        total += bell[dy + half] * bell[dx + half] * gap**2
            errors[v, u] = total
    best = min(errors.values())
    middles = [sample[at] for at, error in errors.items() if error <= 1.1 * best + 1e-9]
    np.testing.assert_allclose(shares[-1], np.bincount(middles, minlength=4) / len(middles))


@pytest.mark.parametrize("window", [2, 1, 13])
def test_a_window_that_cannot_be_is_refused(window):
    with pytest.raises(ValueError, match="window="):
        grow_texture(CHESS, 9, 2, window)
