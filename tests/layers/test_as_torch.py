"""The same call means what it means for torch's own modules: derivatives of derivatives, exports,
low precision, shared weights, and what is refused.
"""

import copy
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from test_cells import randomise
from torch import nn
from torch.autograd import grad, gradgradcheck
from torch.func import functional_call, jvp, vmap
from torch.nn.utils import prune

from lstm_video_lab import LSTM, ConvLSTM, GRUCell, LSTMCell, RNNCell
from lstm_video_lab.layers import products_onednn
from lstm_video_lab.layers.linear_maps import Linear

LAYERS = {
    "lstm": (lambda **more: LSTM(3, 2, 2, **more), (3, 2, 3)),
    "old": (lambda **more: LSTM(3, 2, output_peephole="old", **more), (3, 2, 3)),
    "plain": (lambda **more: LSTM(3, (2, 1), 2, peepholes=False, **more), (2, 1, 3)),
    "maps": (lambda **more: ConvLSTM(1, 2, 3, **more), (2, 1, 1, 3, 2)),
    "places": (
        lambda **more: ConvLSTM(1, 2, 3, peepholes="location", size=(3, 2), **more),
        (2, 1, 1, 3, 2),
    ),
}
each_layer = pytest.mark.parametrize("name", LAYERS)


def draw(*shape, seed=0, **more):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed)).to(**more)


def pair(name):
    """The same layer fast and slow, and its input, in double precision."""
    make, shape = LAYERS[name]
    fast = randomise(make())
    slow = copy.deepcopy(fast)
    slow.fast = False
    return fast, slow, draw(*shape, dtype=torch.double)


def states(model, x):
    """h(0) and c(0) that are not zero."""
    return tuple(
        [draw(x.shape[1], size, *x.shape[3:], seed=n, dtype=torch.double) for size in model.sizes]
        for n in (1, 2)
    )


@each_layer
def test_a_gradient_can_be_differentiated(name):
    model, _, x = pair(name)
    h, c = states(model, x)
    inputs = [z.requires_grad_() for z in (x, *h, *c)]
    L = len(h)

    def run(x, *rest):
        output, last = model(x, (rest[:L], rest[L : 2 * L]))
        return output, *last[0], *last[1]

    assert gradgradcheck(run, (*inputs, *model.parameters()))


@each_layer
@pytest.mark.parametrize("wanted", ["all", "frozen weights", "weights alone"])
def test_a_gradient_penalty_is_that_of_the_equations(name, wanted):
    """Also where the first state is made of the input, and both states are one tensor."""
    fast, slow, x = pair(name)
    weight = draw(x.shape[2], max(fast.sizes), dtype=torch.double)
    found = []
    for model in (fast, slow):
        model.requires_grad_(wanted != "frozen weights")
        z = x.clone().requires_grad_(wanted != "weights alone")
        first = [torch.tensordot(z[0], weight[:, :size], ([1], [0])) for size in model.sizes]
        first = [f.movedim(-1, 1) for f in first]
        output, _ = model(z, (first, first))
        leaves = [p for p in (z, *model.parameters()) if p.requires_grad]
        slopes = grad(output.sin().sum(), leaves, create_graph=True)
        penalty = sum(slope.square().sum() for slope in slopes)
        found.append((*slopes, *grad(penalty, leaves)))
    for ours, expected in zip(*found, strict=True):
        torch.testing.assert_close(ours, expected, rtol=1e-9, atol=1e-11)


def test_the_second_derivative_without_peepholes_is_that_of_torch():
    ours, theirs = LSTM(3, 4, peepholes=False).double(), nn.LSTM(3, 4).double()
    with torch.no_grad():
        ours.weight_ih_l0.copy_(theirs.weight_ih_l0)
        ours.weight_hh_l0.copy_(theirs.weight_hh_l0)
        ours.bias_l0.copy_(theirs.bias_ih_l0 + theirs.bias_hh_l0)
    x = draw(5, 2, 3, dtype=torch.double)
    hessians = [
        torch.autograd.functional.hessian(lambda z, m=m: m(z)[0].square().sum(), x)
        for m in (ours, theirs)
    ]
    assert hessians[1].abs().max() > 0.01
    torch.testing.assert_close(*hessians)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(5,), (3, 5), (2, 3, 5), (0, 5), (2, 0, 5)])
def test_our_linear_is_torchs(bias, shape):
    """By the same product, and by oneDNN's where the machine has it."""
    ours, theirs = Linear(5, 4, bias=bias), nn.Linear(5, 4, bias=bias)
    ours.load_state_dict(theirs.state_dict())
    found = []
    for model in (ours, theirs):
        x = draw(*shape).requires_grad_()
        y = model(x)
        leaves = [x, *model.parameters()]
        slopes = grad(y.sin().sum(), leaves, create_graph=True)
        twice = grad(sum(slope.square().sum() for slope in slopes), leaves)
        found.append((y, *slopes, *twice))
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b)


@each_layer
def test_a_first_order_gradient_takes_no_slow_step(name, monkeypatch):
    from lstm_video_lab import cells

    fast, _, x = pair(name)
    monkeypatch.setattr(cells, "step", lambda *_: pytest.fail("it went by the equations"))
    fast(x.requires_grad_())[0].sum().backward()


@each_layer
def test_the_transforms_of_torch_see_the_equations(name):
    fast, slow, x = pair(name)
    x, v = x.float().double(), draw(*x.shape, seed=3, dtype=torch.double)
    many = torch.stack([x, x + 1])

    def per_clip(model):
        def loss(parameters, z):
            return functional_call(model, parameters, (z[:, None],))[0].sum()

        weights = dict(model.named_parameters())
        return vmap(torch.func.grad(loss), in_dims=(None, 1))(weights, x)["bias_l0"]

    for run in (
        lambda model: vmap(lambda z: model(z)[0])(many),
        lambda model: jvp(lambda z: model(z)[0], (x,), (v,))[1],
        lambda model: torch.autograd.functional.jacobian(lambda z: model(z)[0], x, vectorize=True),
        per_clip,
    ):
        torch.testing.assert_close(run(fast), run(slow), rtol=1e-9, atol=1e-11)
    expected = torch.stack([slow(z)[0] for z in many])
    torch.testing.assert_close(vmap(lambda z: slow(z)[0])(many), expected)
    cell, state = slow.cell(0), tuple(s[0] for s in states(slow, x))
    step = vmap(lambda z: cell(z, state)[0])(many[:, 0])
    torch.testing.assert_close(step[0], cell(x[0], state)[0])


@each_layer
def test_an_export_is_right(name, tmp_path):
    """For as many steps as its example has; on the other side stands another runtime."""
    onnxruntime = pytest.importorskip("onnxruntime")
    model, _, x = pair(name)
    model, x = model.float(), x.float()
    expected = model(x)[0]
    program = torch.export.export(model, (x,))
    torch.testing.assert_close(program.module()(x)[0], expected)
    path = str(tmp_path / "layer.onnx")
    torch.onnx.export(model, (x,), path, dynamo=False)
    session = onnxruntime.InferenceSession(path)
    (output, *_) = session.run(None, {session.get_inputs()[0].name: x.numpy()})
    torch.testing.assert_close(torch.from_numpy(output), expected)


def test_a_traced_layer_is_right():
    model, _, x = pair("lstm")
    traced = torch.jit.trace(model, (x,))
    torch.testing.assert_close(traced(x + 1)[0], model(x + 1)[0])


@pytest.mark.parametrize("name", ["lstm", "maps"])
def test_a_compiler_gets_right_values(name):
    """A graph break: what is written by hand runs as it is."""
    model, _, x = pair(name)
    compiled = torch.compile(model, backend="aot_eager")
    found = []
    for run in (model, compiled):
        z = x.clone().requires_grad_()
        output = run(z)[0]
        found.append((output, *grad(output.sin().sum(), [z, *model.parameters()])))
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("name", ["lstm", "maps", "plain"])
def test_a_layer_in_half_precision_learns(name, dtype):
    """Values and gradients are those of double precision, to a few roundings."""
    exact, _, x = pair(name)
    model = copy.deepcopy(exact).to(dtype)
    low, high = (z.clone().requires_grad_() for z in (x.to(dtype), x))
    output, (h, c) = model(low)
    assert output.dtype == h[0].dtype == c[0].dtype == dtype
    expected, _ = exact(high)
    output.float().square().sum().backward()
    expected.square().sum().backward()
    wanted = [(output, expected), (low.grad, high.grad)]
    for ours, theirs in zip(model.parameters(), exact.parameters(), strict=True):
        assert ours.grad.dtype == dtype
        wanted.append((ours.grad, theirs.grad))
    for a, b in wanted:
        assert (a - b).norm() < 12 * torch.finfo(dtype).eps * b.norm()


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("given_state", [True, False])
def test_under_autocast_states_stay_in_float32(fast, dtype, given_state):
    torch.manual_seed(0)
    model = LSTM(16, 24)
    model.fast = fast
    x = torch.randn(60, 4, 16).to(dtype)
    state = (torch.zeros(1, 4, 24, dtype=dtype),) * 2 if given_state else None
    exact = copy.deepcopy(model).double()(x.double())[1][1]
    with torch.autocast("cpu", torch.bfloat16):
        output, (h, c) = model(x, state)
    assert output.dtype == h.dtype == c.dtype == torch.float32
    assert (c - exact).norm() < 0.01 * exact.norm()


def test_a_small_signal_passes_and_a_closed_gate_stays_a_little_open():
    """tanh and σ are right to a few roundings, relatively, at both ends."""
    small = torch.tensor([1e-30, 1e-12, 1e-6, 1e-4, 1e-2, 0.3, 3.0, 30.0, 90.0])
    x = torch.cat([-small, small])
    model = LSTM(0, len(x), peepholes=False)
    with torch.no_grad():
        for weight in model.parameters():
            weight.zero_()
        i, f, g, o = model.bias_l0.chunk(4)
        i.fill_(100.0)
        f.fill_(-100.0)
        g.copy_(x)
        o.copy_(-12.0 + 0 * x)
    zero = torch.zeros(1, 1, len(x))
    output, (_, c) = model(None, (zero, zero), steps=1)
    exact = x.double().tanh()
    torch.testing.assert_close(c[0, 0].double(), exact, rtol=1e-6, atol=0)
    shut = torch.tensor(-12.0).double().sigmoid()
    torch.testing.assert_close(output[0, 0].double(), shut * exact.tanh(), rtol=1e-6, atol=0)
    output.sum().backward()
    slope = model.bias_l0.grad.chunk(4)[2].double()
    expected = shut * (1 - exact.tanh().square()) * (1 - exact.square())
    torch.testing.assert_close(slope[8:15], expected[8:15], rtol=1e-5, atol=0)


@pytest.mark.parametrize("layers", [1, 2])
def test_one_sequence_without_a_batch_is_taken_as_torch_takes_it(layers):
    model = LSTM(3, 4, layers)
    x, state = torch.randn(5, 3), (torch.randn(layers, 4), torch.randn(layers, 4))
    for given in (None, state):
        output, (h, c) = model(x, given)
        theirs, (h_torch, _) = nn.LSTM(3, 4, layers)(x, given)
        assert output.shape == theirs.shape and h.shape == c.shape == h_torch.shape
        batch = given and tuple(z[:, None] for z in given)
        torch.testing.assert_close(output, model(x[:, None], batch)[0][:, 0])
    alone, _ = LSTM(0, 4, layers)(None, state, steps=3)
    assert alone.shape == (3, 4)


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("fast", [True, False])
def test_an_empty_batch_is_a_batch(name, fast):
    make, shape = LAYERS[name]
    model = make(fast=fast)
    x = torch.zeros(shape[0], 0, *shape[2:], requires_grad=True)
    output, (h, _) = model(x)
    assert output.shape[:2] == (shape[0], 0) and h[0].shape[-len(shape[3:]) - 2] == 0
    output.sum().backward()
    assert x.grad.shape == x.shape
    assert all(not p.grad.any() for p in model.parameters())


H, C = torch.zeros(1, 2, 4), torch.zeros(1, 2, 4)
X = torch.zeros(5, 2, 3)
CONV, MAPS = ConvLSTM(1, 2, 3), torch.zeros(4, 2, 1, 5, 6)


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (lambda m: m(X[..., :2]), r"x is \(5, 2, 2\): it must be \(T, B, X\), with X = 3"),
        (lambda m: m(X[None]), r"x is \(1, 5, 2, 3\)"),
        (lambda m: m(X.double()), "x is torch.float64, but the weights are torch.float32"),
        (lambda m: m(X.long()), "x is torch.int64"),
        (lambda m: m(nn.utils.rnn.pack_sequence([X[:, 0]])), "x is PackedSequence: it must be"),
        (lambda m: m(X, (H.expand(2, 2, 4), C.expand(2, 2, 4))), "the state has 2 layers"),
        (lambda m: m(X, (H[:, :1], C)), r"h of layer 0 has shape \(1, 4\): it must have \(2, 4\)"),
        (lambda m: m(X, (H, C[..., :3])), r"c of layer 0 has shape \(2, 3\)"),
        (lambda m: m(X, (H, C.double())), "c of layer 0 is torch.float64"),
        (lambda m: m(X, (H[0], C[0])), "the state has 2 layers"),
        (lambda m: m(X, H), r"state must be a pair \(h_0, c_0\)"),
        (lambda m: m(X, (H, C, C)), r"state must be a pair \(h_0, c_0\)"),
        (lambda m: m(None, (H[..., :3], C), steps=2), r"h of layer 0 has shape \(2, 3\)"),
        (lambda m: m.unroll(X, [(H[0], C[0])] * 2), "the state has 2 layers"),
        (lambda _: CONV(MAPS[:, :, 0]), r"it must be \(T, B, X, h, w\), with X = 1"),
        (lambda _: CONV(MAPS.expand(4, 2, 3, 5, 6)), "with X = 1"),
        (lambda _: CONV(MAPS, (torch.zeros(1, 2, 2, 6, 5),) * 2), r"it must have \(2, 2, 5, 6\)"),
        (
            lambda _: ConvLSTM(1, 2, 3, peepholes="location", size=(6, 5))(MAPS),
            r"maps of \[5, 6\] do not fit peepholes of \[6, 5\]",
        ),
    ],
)
@pytest.mark.parametrize("fast", [True, False])
def test_what_does_not_fit_is_named(run, message, fast):
    with pytest.raises(ValueError, match=message):
        run(LSTM(3, 4, fast=fast))


@each_layer
def test_neither_cell_nor_slow_form_draws_random_numbers(name):
    fast, slow, x = pair(name)
    keys = list(fast.state_dict())
    before = torch.get_rng_state()
    fast(x)
    slow(x)
    kept = fast.cell(0)
    assert torch.equal(before, torch.get_rng_state())
    fast.kept = None
    assert kept.weight_hh is fast.weight_hh_l0 and list(fast.state_dict()) == keys
    assert not list(fast.children())
    other = copy.deepcopy(fast)
    assert other.cell(0).weight_hh is other.weight_hh_l0 is not fast.weight_hh_l0
    assert fast.float().cell(0).bias.dtype == kept.bias.dtype == torch.float32


def test_dropout_is_the_same_by_the_equations():
    fast = LSTM(3, 8, 2, dropout=0.5)
    slow = copy.deepcopy(fast)
    slow.fast = False
    outputs = []
    for model in (fast, slow):
        torch.manual_seed(0)
        outputs.append(model(X + 1)[0])
    torch.testing.assert_close(*outputs)


@each_layer
def test_weights_may_be_made_of_other_parameters(name):
    """Weight norm, pruning and functional calls; for the slow form, and for a cell."""
    fast, slow, x = pair(name)
    for change in (
        lambda m: nn.utils.parametrizations.weight_norm(m, "weight_hh_l0"),
        lambda m: prune.l1_unstructured(m, "weight_ih_l0", amount=0.5),
    ):
        found = []
        for model in (copy.deepcopy(fast), copy.deepcopy(slow)):
            change(model)
            output = model(x)[0]
            output.sum().backward()
            found.append((output, *(p.grad for p in model.parameters())))
            h = model.cell(0)(x[0], tuple(s[0] for s in states(model, x)))[0]
            assert h.requires_grad
        for a, b in zip(*found, strict=True):
            torch.testing.assert_close(a, b)
    doubled = {n: (2 * p).detach().requires_grad_() for n, p in fast.named_parameters()}
    results = []
    for model in (fast, slow):
        output = functional_call(model, doubled, (x,))[0]
        results.append((output, *grad(output.sum(), list(doubled.values()))))
    for a, b in zip(*results, strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize(
    "make",
    [*(make for make, _ in LAYERS.values()), lambda **m: LSTMCell(3, 2, **m),
     lambda **m: GRUCell(3, 2, **m), lambda **m: RNNCell(3, 2, **m), lambda **m: Linear(3, 2, **m)],
)  # fmt: skip
def test_device_and_type_are_asked_for_as_everywhere_in_torch(make):
    model = make(device="meta", dtype=torch.float64)
    assert {(p.device.type, p.dtype) for p in model.parameters()} == {("meta", torch.float64)}
    before = torch.get_rng_state()
    with torch.device("meta"):
        assert next(make().parameters()).is_meta
    assert torch.equal(before, torch.get_rng_state())
    with pytest.raises(TypeError, match="batch_first"):
        make(batch_first=True)


@each_layer
def test_a_layer_runs_on_the_meta_device(name):
    make, shape = LAYERS[name]
    model = make(device="meta")
    output, (h, _) = model(torch.zeros(shape, device="meta", requires_grad=True))
    assert output.is_meta and h[0].is_meta and output.shape[:2] == shape[:2]


def test_nothing_depends_on_the_default_device():
    code = (
        "import torch; torch.set_default_device('meta')\n"
        "from lstm_video_lab import LSTM, ConvLSTM, devices\n"
        "x = torch.ones(3, 2, 4, device='cpu')\n"
        "with devices.flush_denormal():\n"
        "    y = LSTM(4, 5, device='cpu')(x)[0]\n"
        "z = ConvLSTM(2, 3, 3, device='cpu')(torch.ones(3, 2, 2, 4, 4, device='cpu'))[0]\n"
        "(y.sum() + z.sum()).backward()\n"
        "print(y.device, z.device)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["cpu", "cpu"], done.stderr


def test_torchs_own_tests_of_modules_pass():
    """In a process of their own: they change global flags."""
    pytest.importorskip("expecttest")
    script = Path(__file__).with_name("torch_module_tests.py")
    # Where CI is set, torch's runner wants to write XML by a package that the lab does not need.
    plain = {name: value for name, value in os.environ.items() if name != "CI"}
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, env=plain)
    assert done.returncode == 0, done.stderr[-3000:]


def test_without_onednn_linear_is_torchs_product(monkeypatch):
    monkeypatch.setattr(products_onednn, "OPERATION", None)
    model, x = Linear(5, 4), draw(3, 5)
    assert torch.equal(model(x), nn.functional.linear(x, model.weight, model.bias))
