"""Whole sequences: against the cells step by step, against torch.nn.LSTM, and gradcheck."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from test_cells import randomise

from lstm_video_lab import LSTM, ConvLSTM
from lstm_video_lab.layers import linear_maps, pointwise


def by_cells(model, x, state, steps):
    """The slow plain form: a loop over layers and steps with the reference cell."""
    h_n, c_n = [], []
    for layer in range(model.num_layers):
        cell, outputs = model.cell(layer), []
        h, c = state[0][layer], state[1][layer]
        for t in range(steps):
            h, c = cell(None if x is None else x[t], (h, c))
            outputs.append(h)
        x = torch.stack(outputs)
        h_n.append(h)
        c_n.append(c)
    return x, (h_n, c_n)


def everything(output, state, inputs):
    """Output, last state, and the gradient of a random function of both at every input."""
    generator = torch.Generator().manual_seed(5)
    parts = [output, *state[0], *state[1]]
    total = sum((p * torch.randn(p.shape, generator=generator).double()).sum() for p in parts)
    return parts, torch.autograd.grad(total, inputs)


def assert_same(ours, expected):
    for a, b in zip([*ours[0], *ours[1]], [*expected[0], *expected[1]], strict=True):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-11)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 5),
    st.integers(1, 3),
    st.integers(0, 3),
    st.lists(st.integers(1, 4), min_size=1, max_size=3),
    st.booleans(),
    st.sampled_from(["new", "old"]),
    st.integers(0, 1000),
)
def test_lstm_is_its_cells(T, B, X, sizes, peepholes, output_peephole, seed):
    model = LSTM(X, tuple(sizes), len(sizes), peepholes=peepholes, output_peephole=output_peephole)
    randomise(model, seed)
    x = torch.randn(T, B, X, dtype=torch.double, requires_grad=True) if X else None
    state = tuple(
        [torch.randn(B, H, dtype=torch.double, requires_grad=True) for H in sizes] for _ in "hc"
    )
    inputs = [*model.parameters(), *state[0], *state[1], *([x] if X else [])]
    expected = everything(*by_cells(model, x, state, T), inputs)
    for fast in (True, False):
        model.fast = fast
        assert_same(everything(*model(x, state, T), inputs), expected)


@settings(max_examples=15, deadline=None)
@given(
    st.integers(1, 4),
    st.integers(0, 2),
    st.lists(st.integers(1, 3), min_size=1, max_size=2),
    st.sampled_from([False, True, "channel", "location"]),
    st.sampled_from(["new", "old"]),
    st.sampled_from([1, 3, 5]),
)
def test_convlstm_is_its_cells(T, X, sizes, peepholes, output_peephole, k):
    B, h, w = 2, 4, 3
    model = ConvLSTM(
        X,
        tuple(sizes),
        k,
        len(sizes),
        peepholes=peepholes,
        output_peephole=output_peephole,
        size=(h, w),
    )
    randomise(model)
    x = torch.randn(T, B, X, h, w, dtype=torch.double, requires_grad=True) if X else None
    state = tuple([torch.randn(B, C, h, w).double().requires_grad_() for C in sizes] for _ in "hc")
    inputs = [*model.parameters(), *state[0], *state[1], *([x] if X else [])]
    expected = everything(*by_cells(model, x, state, T), inputs)
    for fast in (True, False):
        model.fast = fast
        assert_same(everything(*model(x, state, T), inputs), expected)


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_without_peepholes_it_is_torch_nn_lstm(layers, dtype):
    ours = LSTM(7, 5, layers, peepholes=False).to(dtype)
    theirs = torch.nn.LSTM(7, 5, layers).to(dtype)
    with torch.no_grad():
        for k in range(layers):
            for name in ("weight_ih", "weight_hh"):
                getattr(ours, f"{name}_l{k}").copy_(getattr(theirs, f"{name}_l{k}"))
            bias = getattr(theirs, f"bias_ih_l{k}") + getattr(theirs, f"bias_hh_l{k}")
            getattr(ours, f"bias_l{k}").copy_(bias)
    x = torch.randn(6, 4, 7, dtype=dtype)
    state = (torch.randn(layers, 4, 5, dtype=dtype), torch.randn(layers, 4, 5, dtype=dtype))
    results = []
    for model in (ours, theirs):
        seen = x.clone().requires_grad_()
        output, last = model(seen, state)
        (output.square().sum() + last[0].sum() + last[1].cos().sum()).backward()
        gradients = [
            getattr(model, f"{n}_l{k}").grad
            for n in ("weight_ih", "weight_hh")
            for k in range(layers)
        ]
        biases = [
            getattr(model, f"bias{'' if model is ours else '_ih'}_l{k}").grad for k in range(layers)
        ]
        results.append((output, *last, seen.grad, *gradients, *biases))
    for a, b in zip(*results, strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("peepholes", [True, False])
@pytest.mark.parametrize("output_peephole", ["new", "old"])
def test_gradcheck(peepholes, output_peephole):
    model = randomise(LSTM(3, 2, 2, peepholes=peepholes, output_peephole=output_peephole))
    x = torch.randn(4, 2, 3, dtype=torch.double, requires_grad=True)
    state = [torch.randn(2, 2, 2, dtype=torch.double, requires_grad=True) for _ in "hc"]

    def run(x, h, c, *_):
        output, last = model(x, (h, c))
        return output, *last

    assert torch.autograd.gradcheck(run, (x, *state, *model.parameters()))


def test_gradcheck_convolutional():
    model = randomise(ConvLSTM(1, 2, 3, peepholes="location", size=(3, 3)))
    x = torch.randn(3, 1, 1, 3, 3, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x, *_: model(x)[0], (x, *model.parameters()))


@pytest.mark.parametrize("wanted", [True, False])
@pytest.mark.parametrize("convolutional", [True, False])
def test_a_gradient_goes_to_the_input_exactly_when_it_requires_one(
    wanted, convolutional, monkeypatch
):
    """The product that makes it is not even taken otherwise: the Function sees the need."""
    monkeypatch.setattr(pointwise, "HAS_NUMBA", False)  # whose loop takes W_h's products itself
    model = ConvLSTM(3, 2, 3) if convolutional else LSTM(3, 2)
    x = torch.randn(5, 2, 3, *[4] * 2 * convolutional, requires_grad=wanted)
    kind = linear_maps.Convolution if convolutional else linear_maps.Matrix
    true, taken = kind.to_input, []
    monkeypatch.setattr(
        kind, "to_input", lambda self, d: taken.append(self.weight.shape[1]) or true(self, d)
    )
    model(x)[0].sum().backward()
    assert (x.grad is not None) is wanted
    assert taken.count(2) == 4  # W_h at each step but the first, where nobody needs it
    assert (3 in taken) is wanted  # W_x


@pytest.mark.parametrize("steps", [1, 3])
@pytest.mark.parametrize("convolutional", [True, False])
@pytest.mark.parametrize("needed", [True, False])
def test_what_starts_at_zero_is_what_the_equations_say(steps, convolutional, needed):
    """There products with h(0) = 0 are left out."""
    kind, maps = (ConvLSTM, (4, 4)) if convolutional else (LSTM, ())
    model = randomise(kind(3, 2, *[3] * convolutional))
    x = torch.randn(steps, 2, 3, *maps, dtype=torch.double)
    state = [torch.zeros(1, 2, 2, *maps, dtype=torch.double, requires_grad=needed) for _ in "hc"]
    wanted = [*model.parameters(), *state * needed]
    grads = []
    for fast in (True, False):
        model.fast = fast
        output, (h, c) = model(x, state)
        loss = output.square().sum() + h.sum() + c.sin().sum()
        grads.append((output, *torch.autograd.grad(loss, wanted)))
    for ours, theirs in zip(*grads, strict=True):
        torch.testing.assert_close(ours, theirs)


def test_every_parameter_receives_a_gradient():
    for model, shape in (
        (LSTM(3, 4, 2), (5, 2, 3)),
        (LSTM(3, 4, 2, output_peephole="old"), (5, 2, 3)),
        (ConvLSTM(1, 2, 3, 2), (5, 2, 1, 4, 4)),
        (ConvLSTM(1, 2, 3, 2, peepholes="location", size=(4, 4)), (5, 2, 1, 4, 4)),
    ):
        model(torch.randn(shape))[0].square().sum().backward()
        for name, parameter in model.named_parameters():
            assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


def test_peepholes_change_the_numbers_and_so_does_where_the_output_gate_looks():
    x = torch.randn(5, 2, 3).double()
    new, old = randomise(LSTM(3, 4)), randomise(LSTM(3, 4, output_peephole="old"))
    without = LSTM(3, 4, peepholes=False).double()
    without.load_state_dict({k: v for k, v in new.state_dict().items() if "peephole" not in k})
    outputs = [model(x)[0] for model in (new, old, without)]
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert (outputs[a] - outputs[b]).abs().max() > 1e-3


def test_dropout_acts_between_layers_in_training_only_and_follows_the_generator():
    model, x = LSTM(3, 50, 2, dropout=0.5), torch.randn(4, 2, 3)
    first, again, other = (
        model(x, generator=torch.Generator().manual_seed(seed))[0] for seed in (1, 1, 2)
    )
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert torch.equal(model.eval()(x)[0], model(x)[0])
    for fast in (True, False):  # the lower layer's own recurrence is untouched
        model.train().fast = fast
        lower = model.unroll(x)[0][0]
        torch.testing.assert_close(lower, model.eval().unroll(x)[0][0])


def test_bf16_operands_stay_close_to_float32():
    model, x = LSTM(64, 32), torch.randn(5, 8, 64)
    exact = model(x)[0]
    with torch.autocast("cpu", torch.bfloat16):
        rounded = model(x)[0]
    assert rounded.dtype == torch.float32
    difference = (rounded - exact).norm() / exact.norm()
    assert 0 < difference < 2e-2
    rounded.sum().backward()
    assert model.weight_hh_l0.grad.dtype == torch.float32


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LSTM(3, 2, 0), "num_layers=0"),
        (lambda: LSTM(3, (2, 2), 3), "2 sizes were given for num_layers=3"),
        (lambda: LSTM(3, 2, 1, dropout=0.5), "there is only one"),
        (lambda: LSTM(3, 2, 2, dropout=1.5), "dropout=1.5"),
        (lambda: LSTM(0, 2)(torch.zeros(2, 1, 3)), "without inputs"),
        (lambda: LSTM(0, 2)(None), "give a state and a number of steps"),
        (lambda: LSTM(3, 2)(torch.zeros(2, 1, 3), steps=3), "steps=3 differs"),
    ],
)
def test_bad_input_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@settings(max_examples=25, deadline=None)
@given(
    convolutional=st.booleans(),
    precision=st.sampled_from([torch.float32, torch.float64, torch.bfloat16]),
    layers=st.integers(1, 3),
    with_input=st.booleans(),
    with_state=st.booleans(),
    size=st.sampled_from([1, 8, 16, 33]),
    seed=st.integers(0, 1000),
)
def test_fast_is_slow_in_every_precision(
    convolutional, precision, layers, with_input, with_state, size, seed
):
    """Values and gradients of `fast=True` and False; bfloat16 by autocast, to its own rounding."""
    torch.manual_seed(seed)
    maps = (4, 3) if convolutional else ()
    kernel = (3,) if convolutional else ()
    kind = ConvLSTM if convolutional else LSTM
    model = kind(5 if with_input else 0, size, *kernel, layers)
    for name, weight in model.named_parameters():
        if name.startswith("peephole"):
            torch.nn.init.normal_(weight, std=0.3)
    model.to(torch.float64 if precision == torch.float64 else torch.float32)
    like = model.bias_l0
    x = torch.randn(4, 2, 5, *maps).to(like) if with_input else None
    state = [torch.randn(layers, 2, size, *maps).to(like) for _ in "hc"]
    given = {"state": tuple(state) if with_state or not with_input else None}
    given["steps"] = None if with_input else 4
    results = []
    for model.fast in (True, False):
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == torch.bfloat16):
            output, (h, c) = model(x, **given)
        loss = output.double().square().sum() + h.double().sum() + c.double().sin().sum()
        results.append([output, h, c, *torch.autograd.grad(loss, list(model.parameters()))])
    close = {torch.float32: 1e-4, torch.float64: 1e-10, torch.bfloat16: 5e-2}[precision]
    for fast, slow in zip(*results, strict=True):
        scale = slow.double().abs().max().item() + 1e-3
        difference = (fast.double() - slow.double()).abs().max().item()
        assert difference <= close * scale
