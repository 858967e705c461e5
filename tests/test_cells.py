"""The cells against the equations written out scalar by scalar, and against torch's own cells."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate2d

from lstm_video_lab import ConvGRUCell, ConvLSTMCell, GRUCell, LSTMCell, RNNCell


def randomise(module: torch.nn.Module, seed: int = 0) -> torch.nn.Module:
    """Every parameter, peepholes too, away from its first value; double precision."""
    generator = torch.Generator().manual_seed(seed)
    module.double()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.5)
    return module


def sigmoid(a: float) -> float:
    return 1 / (1 + math.exp(-a))


def plain_lstm_step(cell, x, h, c, output_peephole):
    """Graves 2013, one number at a time."""
    H, weights = len(h), {k: v.tolist() for k, v in cell.named_parameters()}
    p = weights.get("peephole", [[0.0] * H] * 3)

    def total(gate, n):
        row = gate * H + n
        inputs = sum(w * v for w, v in zip(weights["weight_ih"][row], x, strict=True))
        recurrent = sum(w * v for w, v in zip(weights["weight_hh"][row], h, strict=True))
        return inputs + recurrent + weights["bias"][row]

    h_new, c_new = [], []
    for n in range(H):
        i = sigmoid(total(0, n) + p[0][n] * c[n])
        f = sigmoid(total(1, n) + p[1][n] * c[n])
        g = math.tanh(total(2, n))
        now = f * c[n] + i * g
        o = sigmoid(total(3, n) + p[2][n] * (now if output_peephole == "new" else c[n]))
        c_new.append(now)
        h_new.append(o * math.tanh(now))
    return h_new, c_new


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 4),
    st.integers(1, 4),
    st.booleans(),
    st.sampled_from(["new", "old"]),
    st.integers(0, 1000),
)
def test_lstm_cell_is_the_written_out_equations(X, H, peepholes, output_peephole, seed):
    cell = randomise(LSTMCell(X, H, peepholes=peepholes, output_peephole=output_peephole), seed)
    x, h, c = torch.randn(2, X).double(), torch.randn(2, H).double(), torch.randn(2, H).double()
    h_new, c_new = cell(x, (h, c))
    for b in range(2):
        expected = plain_lstm_step(
            cell, x[b].tolist(), h[b].tolist(), c[b].tolist(), output_peephole
        )
        torch.testing.assert_close(h_new[b], torch.tensor(expected[0]).double())
        torch.testing.assert_close(c_new[b], torch.tensor(expected[1]).double())


def test_without_peepholes_it_is_torchs_cell():
    ours, theirs = LSTMCell(5, 3, peepholes=False), torch.nn.LSTMCell(5, 3)
    with torch.no_grad():
        ours.weight_ih.copy_(theirs.weight_ih)
        ours.weight_hh.copy_(theirs.weight_hh)
        ours.bias.copy_(theirs.bias_ih + theirs.bias_hh)
    x, state = torch.randn(4, 5), (torch.randn(4, 3), torch.randn(4, 3))
    torch.testing.assert_close(ours(x, state), theirs(x, state))


def copy_from_torch(ours, theirs):
    """Torch has two biases for each gate; they differ in effect only for the GRU's new value."""
    H = theirs.hidden_size
    with torch.no_grad():
        ours.weight_ih.copy_(theirs.weight_ih)
        ours.weight_hh.copy_(theirs.weight_hh)
        both, last = theirs.bias_ih + theirs.bias_hh, slice(2 * H, None)
        if isinstance(ours, GRUCell):
            both = torch.cat([both[: 2 * H], theirs.bias_ih[last], theirs.bias_hh[last]])
        ours.bias.copy_(both)


ONE_STATE = [(RNNCell, torch.nn.RNNCell), (GRUCell, torch.nn.GRUCell)]


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(ONE_STATE),
    st.integers(1, 4),
    st.integers(1, 6),
    st.integers(1, 5),
    st.integers(0, 1000),
)
def test_plain_and_gru_cell_are_torchs_and_so_are_their_gradients(kinds, B, X, H, seed):
    ours, theirs = (kind(X, H).double() for kind in kinds)
    copy_from_torch(ours, randomise(theirs, seed))
    draws = torch.Generator().manual_seed(seed)
    values = [torch.randn(B, n, generator=draws).double() for n in (X, H)]
    grown = []
    for cell in (ours, theirs):
        x, h = (value.clone().requires_grad_() for value in values)
        now = cell(x, cell(x, h))  # twice, so that a gradient passes through a step
        now.square().sum().backward()
        grown.append((now, x.grad, h.grad, cell.weight_ih.grad, cell.weight_hh.grad))
    assert grown[0][0].shape == (B, H)
    for mine, torchs in zip(*grown, strict=True):
        torch.testing.assert_close(mine, torchs)


@pytest.mark.parametrize("kind", [RNNCell, GRUCell])
def test_every_parameter_of_a_one_state_cell_is_learned(kind):
    cell = randomise(kind(2, 3))
    inputs = (torch.randn(4, 2).double(), torch.randn(4, 3).double())
    for parameter in cell.parameters():
        assert torch.autograd.gradcheck(lambda _: cell(*inputs), (parameter,))
        (slope,) = torch.autograd.grad(cell(*inputs).sum(), parameter)
        assert (slope != 0).all()


@pytest.mark.parametrize(("z", "kept"), [(50.0, True), (-50.0, False)])
def test_the_update_gate_of_a_gru_keeps_the_state_or_replaces_it(z, kept):
    cell = randomise(GRUCell(2, 3))
    with torch.no_grad():
        cell.bias.chunk(4)[1].fill_(z)
    x, h = torch.randn(4, 2).double(), torch.randn(4, 3).double()
    now = cell.gates(x, h)
    torch.testing.assert_close(now.h, h if kept else now.n)


def test_the_reset_gate_acts_after_the_matrix_product():
    """With the reset gate shut, the new value hears the input and its own bias, not the state."""
    cell = randomise(GRUCell(2, 3))
    with torch.no_grad():
        cell.bias.chunk(4)[0].fill_(-50.0)
    x, h = torch.randn(4, 2).double(), torch.randn(4, 3).double()
    heard = x @ cell.weight_ih.chunk(3)[2].T + cell.bias.chunk(4)[2]
    torch.testing.assert_close(cell.gates(x, h).n, torch.tanh(heard))
    with torch.no_grad():
        cell.bias.chunk(4)[0].fill_(50.0)
        heard += h @ cell.weight_hh.chunk(3)[2].T + cell.bias.chunk(4)[3]
    torch.testing.assert_close(cell.gates(x, h).n, torch.tanh(heard))


def test_first_weights_are_small_and_only_the_forget_gate_starts_open():
    for kind in (RNNCell, GRUCell, LSTMCell):
        cell = kind(9, 16)
        for weight, fan_in in ((cell.weight_ih, 9), (cell.weight_hh, 16)):
            assert fan_in**-0.5 >= weight.abs().max() > 0.8 * fan_in**-0.5
        forget = cell.bias.chunk(4)[1] if kind is LSTMCell else 0 * cell.bias[:4]
        assert cell.bias.sum() == forget.sum() == (16 if kind is LSTMCell else 0)


@pytest.mark.parametrize("output_peephole", ["new", "old"])
def test_the_output_gate_peeps_where_it_is_asked_to(output_peephole):
    """With only the output peephole on, o changes with c(t), or with c(t−1), and with no other."""
    cell = LSTMCell(1, 1, output_peephole=output_peephole).double()
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.zero_()
        cell.peephole[2] = 1.0
        cell.bias[0] = 50.0  # the input gate is open
        cell.bias[1] = -50.0  # and the forget gate closed, so that c(t) = g, whatever c(t−1) is
        cell.bias[2] = 0.3
    c = torch.tensor([[2.0]]).double()
    now = cell.gates(None, (torch.zeros(1, 1).double(), c))
    seen = math.tanh(0.3) if output_peephole == "new" else 2.0
    assert now.o.item() == pytest.approx(sigmoid(seen), abs=1e-12)


@settings(max_examples=10, deadline=None)
@given(
    st.sampled_from([False, "channel", "location"]),
    st.sampled_from([1, 3, 5]),
    st.sampled_from(["new", "old"]),
)
def test_convlstm_cell_is_an_lstm_cell_with_a_sparse_matrix(peepholes, k, output_peephole):
    """A convolution is a matrix: with it written out, the LSTM's equations give the same maps."""
    X, C, h, w = 2, 3, 4, 5
    conv = randomise(
        ConvLSTMCell(X, C, k, peepholes=peepholes, size=(h, w), output_peephole=output_peephole)
    )
    flat = LSTMCell(
        X * h * w, C * h * w, peepholes=bool(peepholes), output_peephole=output_peephole
    )
    flat.double()

    def matrix(weight, channels):
        basis = torch.eye(channels * h * w).double().view(-1, channels, h, w)
        columns = torch.nn.functional.conv2d(basis, weight, padding=k // 2)
        return columns.flatten(1).t()  # (4·C·h·w, channels·h·w), gates stay in order

    with torch.no_grad():
        flat.weight_ih.copy_(matrix(conv.weight_ih, X))
        flat.weight_hh.copy_(matrix(conv.weight_hh, C))
        flat.bias.copy_(conv.bias.repeat_interleave(h * w))
        if peepholes:
            flat.peephole.copy_(conv.peephole.expand(3, C, h, w).flatten(1))
    x, state = torch.randn(2, X, h, w).double(), [torch.randn(2, C, h, w).double() for _ in "hc"]
    ours = conv(x, tuple(state))
    expected = flat(x.flatten(1), tuple(s.flatten(1) for s in state))
    for a, b in zip(ours, expected, strict=True):
        torch.testing.assert_close(a.flatten(1), b)


def conv_gru_by_loops(cell, x, h):
    """One sequence, one map at a time, by scipy's correlation; gates in the order r, z, n."""
    W, U, b = (p.detach().numpy() for p in (cell.weight_ih, cell.weight_hh, cell.bias))
    C = len(h)

    def total(gate, c, state):
        row = gate * C + c
        maps = [correlate2d(m, w, mode="same") for m, w in zip(x, W[row], strict=True)]
        maps += [correlate2d(m, u, mode="same") for m, u in zip(state, U[row], strict=True)]
        return sum(maps) + b[row]

    r, z = (np.stack([1 / (1 + np.exp(-total(g, c, h))) for c in range(C)]) for g in (0, 1))
    n = np.stack([np.tanh(total(2, c, r * h)) for c in range(C)])
    return (1 - z) * h + z * n


@settings(max_examples=15, deadline=None)
@given(
    st.integers(1, 3),
    st.integers(1, 3),
    st.sampled_from([1, 3, 5]),
    st.tuples(st.integers(1, 6), st.integers(1, 6)),
    st.integers(0, 1000),
)
def test_conv_gru_cell_is_its_equations_written_as_loops(X, C, k, size, seed):
    cell, draws = randomise(ConvGRUCell(X, C, k), seed), torch.Generator().manual_seed(seed)
    size = tuple(max(side, k) for side in size)  # scipy swaps a kernel that is the larger one
    x, h = (torch.randn(2, n, *size, generator=draws).double() for n in (X, C))
    now = cell(x, h)
    assert now.shape == (2, C, *size)
    for b in range(2):
        expected = conv_gru_by_loops(cell, x[b].numpy(), h[b].numpy())
        np.testing.assert_allclose(now[b].detach().numpy(), expected, rtol=1e-9, atol=1e-12)


def test_on_maps_of_one_pixel_a_conv_gru_is_dense():
    """Of a kernel only the middle meets a map of 1×1; then it is matrix products in numpy."""
    cell = randomise(ConvGRUCell(3, 4, 5))
    W, U = (w.detach()[..., 2, 2].numpy() for w in (cell.weight_ih, cell.weight_hh))
    b, x, h = cell.bias.detach().numpy(), np.ones((2, 3)) * 0.3, np.arange(8).reshape(2, 4) / 8
    a = x @ W.T + b
    r, z = (1 / (1 + np.exp(-(a + np.pad(h @ U[:8].T, ((0, 0), (0, 4))))[:, s])) for s in
            (slice(4), slice(4, 8)))  # fmt: skip
    n = np.tanh(a[:, 8:] + (r * h) @ U[8:].T)
    now = cell(*(torch.from_numpy(v)[..., None, None].double() for v in (x, h)))
    np.testing.assert_allclose(now.detach().numpy()[..., 0, 0], (1 - z) * h + z * n, rtol=1e-12)


def test_the_update_gate_of_a_conv_gru_lets_the_new_value_in():
    """The other way round than `GRUCell`: 1 is new, 0 keeps."""
    cell, x, h = ConvGRUCell(2, 3, 3), torch.randn(1, 2, 4, 4), torch.randn(1, 3, 4, 4)
    with torch.no_grad():
        cell.bias.chunk(3)[1].fill_(-50.0)
        torch.testing.assert_close(cell(x, h), h)
        cell.bias.chunk(3)[1].fill_(50.0)
        assert not torch.allclose(cell(x, h), h) and cell(x, h).abs().max() <= 1


def test_the_reset_gate_of_a_conv_gru_acts_before_the_convolution():
    """Shut everywhere, the new value hears the input alone; `GRUCell` would still hear a bias."""
    cell, x = randomise(ConvGRUCell(2, 3, 3)), torch.randn(1, 2, 4, 4).double()
    with torch.no_grad():
        cell.bias[:3], cell.bias[3:6] = -80.0, 80.0
        heard = [cell(x, torch.full((1, 3, 4, 4), value).double()) for value in (0.0, 0.9)]
    torch.testing.assert_close(*heard)


def test_every_parameter_of_a_conv_gru_is_learned():
    cell, inputs = randomise(ConvGRUCell(1, 2, 3)), torch.randn(2, 1, 2, 3, 3).double()
    x, h = inputs[0, :, :1], inputs[1]
    for parameter in cell.parameters():
        assert torch.autograd.gradcheck(lambda _: cell(x, h), (parameter,))
        assert (torch.autograd.grad(cell(x, h).sum(), parameter)[0] != 0).any()


@pytest.mark.parametrize("kind", [LSTMCell, GRUCell, RNNCell])
def test_no_input_is_a_zero_input(kind):
    cell, nothing = randomise(kind(3, 2)), torch.zeros(4, 3).double()
    h, c = torch.randn(4, 2).double(), torch.randn(4, 2).double()
    state = (h, c) if kind is LSTMCell else h
    torch.testing.assert_close(cell(None, state), cell(nothing, state))
    without = kind(0, 2).double()
    without.load_state_dict({k: v for k, v in cell.state_dict().items() if k != "weight_ih"}, False)
    if kind is not LSTMCell:
        torch.testing.assert_close(without(None, h), cell(None, h))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LSTMCell(3, 0), "hidden_size=0"),
        (lambda: LSTMCell(-1, 2), "input_size=-1"),
        (lambda: RNNCell(3, 0), "hidden_size=0"),
        (lambda: GRUCell(-1, 2), "input_size=-1"),
        (lambda: GRUCell(0, 2)(torch.zeros(1, 3), torch.zeros(1, 2)), "without inputs"),
        (lambda: LSTMCell(3, 2, output_peephole="newest"), "output_peephole='newest'"),
        (lambda: ConvLSTMCell(1, 2, 4), "kernel_size=4 is even"),
        (lambda: ConvGRUCell(1, 2, 4), "kernel_size=4 is even"),
        (lambda: ConvGRUCell(0, 2, 3), "in_channels=0"),
        (lambda: ConvGRUCell(1, 0, 3), "hidden_channels=0"),
        (lambda: ConvLSTMCell(1, 2, 3, peepholes="pixel"), "peepholes='pixel'"),
        (lambda: ConvLSTMCell(1, 2, 3, peepholes="location"), "size="),
        (lambda: LSTMCell(0, 2)(torch.zeros(1, 3), (torch.zeros(1, 2),) * 2), "without inputs"),
    ],
)
def test_bad_input_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
