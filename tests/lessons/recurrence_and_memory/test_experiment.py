"""Jacobians against finite differences and laws in closed form; tasks against their own rules."""

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from lstm_video_lab.files import read_result
from lstm_video_lab.lessons import experiments
from lstm_video_lab.lessons.recurrence_and_memory import experiment, figures, jacobians, memory
from lstm_video_lab.lessons.recurrence_and_memory.jacobians import (
    STARTS,
    factors,
    gains,
    initial_state,
    make_cell,
    step,
)


def walk(cell, x, state):
    for x_t in x:
        state = step(cell, x_t[None], state)
    return state


@pytest.mark.parametrize("start", STARTS)
def test_the_factors_multiply_to_the_slope_of_the_whole_walk(start):
    """Autograd over each step alone, against central differences over all steps at once."""
    cell = make_cell(start, 2, 3, seed=0, scale=1.5).double()
    x = torch.randn(7, 2, generator=torch.Generator().manual_seed(0)).double()
    with torch.no_grad():
        before = walk(cell, x[:2], initial_state(cell, 1))
        nudges = 1e-5 * torch.eye(before.shape[1]).double()
        ends = [[walk(cell, x[2:], before + sign * n) for n in nudges] for sign in (1, -1)]
        whole = torch.cat([(up - down)[0] for up, down in zip(*ends, strict=True)])
    slope = whole.view(len(nudges), -1).T / 2e-5  # (S, S): row, what changes; column, the nudge
    parts = factors(cell, x)
    assert parts.shape == (7, len(slope), len(slope))
    torch.testing.assert_close(
        torch.linalg.multi_dot(list(parts[2:].flip(0))), slope, rtol=1e-6, atol=1e-8
    )
    strongest = torch.linalg.svdvals(slope)[0]
    torch.testing.assert_close(gains(parts)[5], strongest, rtol=1e-6, atol=1e-8)


@given(st.floats(0.3, 3.0), st.integers(1, 30))
def test_the_gain_of_a_turned_and_scaled_state_is_a_power(factor, steps):
    """An orthogonal matrix changes no length: what is left is the factor, once for each step."""
    turn, _ = torch.linalg.qr(
        torch.randn(4, 4, generator=torch.Generator().manual_seed(0)).double()
    )
    found = gains((factor * turn).expand(steps, 4, 4))
    torch.testing.assert_close(found, factor ** torch.arange(steps + 1).double())


def test_a_memory_that_keeps_half_loses_half_in_each_step():
    """Without recurrent weights, the forget gate alone carries the state: σ(0) = ½."""
    cell = make_cell("LSTM, forget 0", 2, 3, seed=0, scale=0.0).double()
    parts = factors(cell, torch.zeros(6, 2).double())
    torch.testing.assert_close(parts[:, 3:, 3:], 0.5 * torch.eye(3).double().expand(6, 3, 3))


def test_an_identity_transition_adds_one_to_every_slope():
    plain, added = (jacobians.deep_factors(1, 5, 0.7, identity, 3) for identity in (False, True))
    torch.testing.assert_close(added, plain + torch.eye(5).double())


def test_first_weights_follow_from_the_seed_and_leave_others_draws_alone():
    before = torch.random.get_rng_state()
    one, same, other = (make_cell("GRU", 2, 3, seed, 1.0) for seed in (0, 0, 1))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.equal(one.weight_hh, same.weight_hh) and torch.equal(one.weight_ih, same.weight_ih)
    assert not torch.equal(one.weight_hh, other.weight_hh)


def test_the_gate_that_keeps_is_the_one_that_is_set():
    h = torch.ones(1, 3)
    gru, lstm = (make_cell(name, 2, 3, 0, scale=0.0) for name in ("GRU, keep 5", "LSTM, forget 5"))
    kept = torch.sigmoid(torch.tensor(5.0)).expand(1, 3)
    torch.testing.assert_close(gru.gates(None, h).z, kept)
    torch.testing.assert_close(lstm.gates(None, (h, h)).f, kept)


@given(st.integers(0, 9), st.integers(0, 1000))
def test_the_copy_task_asks_at_its_end_for_the_symbol_with_the_mark(delay, seed):
    x, answers = experiment.copy_task(delay, 5, seed)
    K = experiment.SYMBOLS
    assert x.shape == (delay + 2, 5, K + 2)
    assert torch.equal(x[0, :, :K].argmax(1), answers)
    assert torch.equal(x[:, :, K].sum(0), x[0, :, K]) and (x[0, :, K] == 1).all()
    assert (x[:-1, :, :K].sum(2) == 1).all() and (x[-1, :, :K] == 0).all()
    assert torch.equal(x[:, :, K + 1].sum(0), x[-1, :, K + 1])
    assert torch.equal(experiment.copy_task(delay, 5, seed)[0], x)


def test_a_short_delay_is_learned_and_the_same_seed_gives_the_same():
    curve = list(experiment.learn_copy("LSTM, forget 5", 2, 0, 200))
    assert curve[-1][1] >= 0.99 and curve[-1][0] < 200
    assert curve == list(experiment.learn_copy("LSTM, forget 5", 2, 0, 200))


def test_text_is_plain_and_excerpts_come_from_it():
    numbers, alphabet = memory.read_text()
    text = "".join(alphabet[n] for n in numbers)
    assert "attribute" in text.lower() and len(text) > 10_000
    for letters in memory.excerpts(40, 3, seed=1).T:
        assert "".join(alphabet[n] for n in letters) in text


def test_a_perturbation_is_one_wrong_letter_and_starts_at_the_first_layer():
    stack = memory.Stack(len(memory.read_text()[1]), False, seed=0)
    curve = memory.perturbation(stack, places=20)
    assert curve.shape == (memory.AFTER, memory.LAYERS)
    torch.testing.assert_close(curve.amax(0), torch.ones(memory.LAYERS))
    with torch.no_grad():
        for cell in stack.cells:
            cell.weight_hh.zero_()  # without recurrence nothing is left after the step itself
    assert torch.equal(memory.perturbation(stack, places=20)[1:], torch.zeros(memory.AFTER - 1, 4))


@given(st.lists(st.floats(0, 1), max_size=20))
def test_recovery_is_the_first_step_after_which_little_is_left(curve):
    steps = memory.recovery_steps(curve)
    assert all(part <= 0.1 for part in curve[steps:])
    assert steps == 0 or curve[steps - 1] > 0.1


def test_the_layers_of_a_stack_are_read_in_order():
    """One layer's input is the state of the layer below in the same step."""
    stack = memory.Stack(5, True, seed=0)
    letters = torch.randint(0, 5, (3, 2), generator=torch.Generator().manual_seed(0))
    seen, logits = stack(letters)
    h = [torch.zeros(2, memory.WIDTH)] * memory.LAYERS
    for t, layer in itertools.product(range(3), range(memory.LAYERS)):
        one_hot = torch.eye(5)[letters[t]]
        h[layer] = stack.cells[layer](h[layer - 1] if layer else one_hot, h[layer])
        torch.testing.assert_close(seen[t, layer], h[layer])
    torch.testing.assert_close(logits[-1], stack.readout(torch.cat(h, dim=1)))


def test_attention_reads_any_place_and_a_state_of_two_numbers_cannot():
    assert memory.learn_recall(None, 12, seed=0, steps=150).min() > 0.99
    assert memory.learn_recall(1, 12, seed=0, steps=150).mean() < 0.6


@settings(deadline=None, max_examples=10)
@given(st.integers(2, 40), st.integers(1, 40))
def test_multiplications_are_what_torch_counts(length, units):
    """Multiplications of one frame and one answer, against torch's count (two per product)."""
    cell = make_cell("LSTM, forget 5", memory.RECALL_SYMBOLS, units, 0)
    state, x = initial_state(cell, 1), torch.zeros(length, 1, memory.RECALL_SYMBOLS)
    attention, answer = (
        memory.AttentionMemory(length),
        torch.nn.Linear(2 * units, memory.RECALL_SYMBOLS),
    )
    with FlopCounterMode(display=False) as counter:
        answer(step(cell, x[0], state))
    assert counter.get_total_flops() == 2 * memory.multiplications(units, length)
    attention.queries = torch.nn.Parameter(attention.queries[:1].detach())
    with FlopCounterMode(display=False) as counter:
        attention(x)
    assert counter.get_total_flops() == 2 * memory.multiplications(None, length)


def test_the_command_stores_all_of_it_and_resumes(tmp_path, monkeypatch):
    monkeypatch.setattr(experiment, "SEEDS", (0, 1))
    monkeypatch.setattr(memory, "AFTER", 10)
    lines = list(experiments.run("recurrence", "smoke", tmp_path))
    assert lines[-1].startswith("stored:")
    result = read_result(tmp_path / "recurrence.json")
    assert result["made"]["seeds"] == [0, 1]
    assert set(result["copy"]) == set(STARTS)
    for found in result["copy"].values():
        assert [len(seeds) for seeds in found["accuracy"]] == [2, 2]
        assert all(0 <= one <= 1 for seeds in found["accuracy"] for one in seeds)
    assert {name: len(found["loss"]) for name, found in result["layers"].items()} == {
        "untrained": 0, "top layer answers": 2, "all layers answer": 2
    }  # fmt: skip
    assert set(result["recall"]) == set(memory.MEMORIES)
    monkeypatch.setattr(experiment, "learn_copy", None)  # would fail if it were called again
    assert list(experiments.run("recurrence", "smoke", tmp_path)) == lines
    words = figures.overview(result).text
    assert "chance is 0.25" in words and "smoke scale" in words
