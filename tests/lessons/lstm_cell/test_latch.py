"""The hand-set latch: what it does against the equations in closed form."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lstm_video_lab import LSTM, LSTMCell
from lstm_video_lab.lessons.lstm_cell.diagram import two
from lstm_video_lab.lessons.lstm_cell.figures import describe_latch, draw_half_lives
from lstm_video_lab.lessons.lstm_cell.gates import (
    fraction_left,
    gates_over_time,
    half_life,
    with_forget_bias,
)
from lstm_video_lab.lessons.lstm_cell.widgets import HalfLife, LatchExplorer

STORE_AND_READ = ("value", "store", "read")


def latch(forget_bias=5.0):
    """One unit that takes `value` when told to store, and gives it when told to read."""
    cell = LSTMCell(3, 1, peepholes=False)
    with torch.no_grad():
        for weights in cell.parameters():
            weights.zero_()
        cell.weight_ih.copy_(torch.tensor([[0, 30, 0], [0, -30, 0], [1, 0, 0], [0, 0, 30]]))
        cell.bias.copy_(torch.tensor([-15, forget_bias, 0, -15]))
    return cell


def story(steps=12, stored=0.5, at=3, read=8):
    x = torch.zeros(steps, 3)
    x[at] = torch.tensor([stored, 1.0, 0.0])
    x[read, 2] = 1
    return x


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")


def test_a_cell_stepped_by_hand_gives_what_its_layer_gives():
    layer = LSTM(4, 3)
    with torch.no_grad():
        layer.peephole_l0.uniform_(-1, 1, generator=torch.Generator().manual_seed(0))
    x = torch.randn(6, 2, 4, generator=torch.Generator().manual_seed(1))
    output, (_, c) = layer(x)
    seen = gates_over_time(layer.cell(), x)
    torch.testing.assert_close(seen.h, output)
    torch.testing.assert_close(seen.c[-1:], c)
    assert not seen.h.requires_grad


@given(st.floats(-5, 5), st.floats(0.05, 0.95))
def test_a_number_decays_as_the_forget_gate_says(bias, value):
    kept = fraction_left(latch(bias), [value, 1.0, 0.0], steps=20)
    np.testing.assert_allclose(
        kept, (1 + math.exp(-bias)) ** -np.arange(21.0), rtol=1e-3, atol=1e-6
    )


@given(st.floats(0.01, 0.99))
def test_a_half_life_is_the_first_whole_step_with_half_or_less(f):
    kept = f ** np.arange(100)
    steps = half_life(kept)
    assert steps == (math.ceil(math.log(0.5) / math.log(f)) if f**99 <= 0.5 else None)


def test_a_cell_that_stores_nothing_is_named():
    with pytest.raises(ValueError, match="stores nothing"):
        fraction_left(latch(), [0.0, 0.0, 0.0])


def test_another_forget_bias_is_a_copy_with_that_alone_changed():
    cell = latch(5.0)
    changed = with_forget_bias(cell, -1.0)
    assert cell.bias.tolist() == [-15, 5, 0, -15] and changed.bias.tolist() == [-15, -1, 0, -15]
    assert torch.equal(changed.weight_ih, cell.weight_ih)


def test_words_tell_what_was_stored_and_what_is_left():
    seen = gates_over_time(latch(0.0), story()[:, None])  # half is lost in each step
    series = {name: value[:, 0, 0].numpy() for name, value in seen._asdict().items()}
    stored = math.tanh(0.5)
    assert "nothing has been stored yet" in describe_latch(series, 3)
    assert f"at step 4 as {stored:.2f}, 100 % is left" in describe_latch(series, 4)
    words = describe_latch(series, 9)  # five steps later
    assert "3 % is left" in words and "keeps 50.0 %" in words
    assert f"is open, 1.00, and h = {math.tanh(stored / 32):.2f}" in words


def test_words_tell_the_half_life():
    kept = {bias: fraction_left(latch(bias), [0.9, 1.0, 0.0]) for bias in (0.0, 5.0, 9.0)}
    assert "after 1 steps measured, 1.00 by the law" in draw_half_lives(kept, 0.0).text
    words = draw_half_lives(kept, 5.0).text
    assert "after 104 steps measured, 103.2" in words and "after 100 steps 51.1 % is left" in words
    assert "after more than 150 steps measured" in draw_half_lives(kept, 9.0).text


@pytest.mark.parametrize("name, value", [("bias", 0.0), ("step", 9)])
def test_each_slider_of_the_latch_changes_picture_and_words(name, value):
    widget = LatchExplorer(latch(), story(), STORE_AND_READ, step=5)
    before = widget.picture()
    widget.values[name].value = value
    after = widget.picture()
    assert after.png != before.png and after.text != before.text
    assert widget.image.value == after.png


def test_the_latch_begins_with_the_bias_of_its_cell():
    widget = LatchExplorer(latch(2.5), story(), STORE_AND_READ)
    assert (widget.values["bias"].value, widget.values["step"].value) == (2.5, 1)


def test_the_slider_of_the_half_life_changes_picture_and_words():
    widget = HalfLife(latch(), [0.9, 1.0, 0.0])
    before = widget.picture()
    widget.values["bias"].value = -2.0
    assert widget.picture().png != before.png and "σ(−2.00) = 0.1192" in widget.picture().text


def test_numbers_have_two_decimals_and_zero_no_minus():
    assert [two(value) for value in (-0.001, -0.5, 0.999)] == ["0.00", "−0.50", "1.00"]
