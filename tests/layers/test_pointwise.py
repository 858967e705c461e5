"""The pointwise step: plain operations against the equations, Triton kernels against both."""

import os
import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_video_lab import LSTM, ConvLSTM, cells
from lstm_video_lab.layers import pointwise

cases = given(
    rows=st.lists(st.integers(1, 5), min_size=1, max_size=1)
    | st.lists(st.integers(1, 5), min_size=3, max_size=3),
    H=st.sampled_from([1, 3, 16, 33, 200]),
    peepholes=st.sampled_from([None, "unit", "place"]),
    new=st.booleans(),
    seed=st.integers(0, 1000),
)


def make(rows, H, peepholes, seed):
    """Sums from the input and from h(t−1), c(t−1) and peepholes, for rows of H units."""
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return torch.randn(shape, generator=generator)

    places = rows[1:] if peepholes == "place" else [1] * (len(rows) - 1)
    w = None if peepholes is None else draw(3, *places, H)
    return draw(*rows, 4 * H), draw(*rows, 4 * H), draw(*rows, H), w


def by_equations(a, inner, c, w, new):
    """`cells.gates`, which has units in dimension 1."""
    first = [z.flatten(0, -2) for z in (a + inner, c)]
    if w is not None:
        w = w.expand(3, *c.shape[-w.dim() + 1 :]).flatten(1, -2) if w.dim() > 2 else w[:, None]
        w = w.repeat(1, len(first[1]) // w.shape[1], 1)
    return cells.gates(*first, w, "new" if new else "old")


def fused_kernels():
    pytest.importorskip("triton", reason="no Triton on this system")
    if not torch.cuda.is_available():
        os.environ["TRITON_INTERPRET"] = "1"  # read when a kernel is defined
    from lstm_video_lab.layers import pointwise_triton

    return pointwise_triton


def step(run, rows, H, peepholes, new, seed, device="cpu"):
    a, inner, c, w = (z if z is None else z.to(device) for z in make(rows, H, peepholes, seed))
    out = torch.empty_like(c), torch.empty_like(c)
    run(a, inner, c, w, new, *out)
    return [z.cpu() for z in (a, *out)]


@settings(max_examples=60, deadline=None)
@cases
def test_the_plain_step_is_the_equations(rows, H, peepholes, new, seed):
    a, c, h = step(pointwise.forward_step, rows, H, peepholes, new, seed)
    now = by_equations(*make(rows, H, peepholes, seed), new)
    expected = torch.cat([now.i, now.f, now.g, now.o], 1)
    for ours, theirs in ((a, expected), (c, now.c), (h, now.h)):
        torch.testing.assert_close(ours.flatten(0, -2), theirs, rtol=1e-5, atol=1e-6)


@settings(max_examples=25, deadline=None)
@cases
def test_the_fused_step_is_the_plain_one(rows, H, peepholes, new, seed):
    device = "cuda" if torch.cuda.is_available() else "cpu"
    pointwise_triton = step(fused_kernels().forward_step, rows, H, peepholes, new, seed, device)
    plain = step(pointwise.forward_step, rows, H, peepholes, new, seed)
    for a, b in zip(pointwise_triton, plain, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-6)


@settings(max_examples=25, deadline=None)
@cases
def test_the_fused_gradient_is_the_plain_one(rows, H, peepholes, new, seed):
    device = "cuda" if torch.cuda.is_available() else "cpu"
    a, inner, c, w = make(rows, H, peepholes, seed)
    states = torch.stack([c, torch.empty_like(c)])
    h = torch.empty_like(c)
    pointwise.forward_step(a, inner, c, w, new, states[1], h)
    d_output, d_h, d_c = torch.randn(3, *c.shape, generator=torch.Generator().manual_seed(seed))
    plain, back = d_c.clone(), torch.empty_like(a)
    steps = pointwise.BackwardSteps(a[None], states, h[None], w, new, back[None])
    steps.step(0, d_output, d_h, plain)

    moved = [z if z is None else z.to(device) for z in (a, *states, w, d_output, d_h, d_c)]
    a, c, c_new, w, d_output, d_h, d_c = moved
    d_a = torch.empty_like(a)
    fused_kernels().backward_step(a, c, c_new, w, new, d_output, d_h, d_c, d_a)
    torch.testing.assert_close(d_a.cpu(), back, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(d_c.cpu(), plain, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("model", [LSTM(3, 5, 2), ConvLSTM(2, 3, 3, output_peephole="old")])
def test_a_layer_may_run_on_fused_steps(model, monkeypatch):
    """Values and gradients of whole sequences, as where there is a GPU."""
    fused_kernels()
    for name, weight in model.named_parameters():
        torch.nn.init.normal_(weight, std=0.3) if name.startswith("peephole") else None
    x = torch.randn(4, 2, *([3] if isinstance(model, LSTM) else [2, 5, 4]))
    results = []
    for is_fused in (False, True):
        kernels = fused_kernels() if is_fused else None
        monkeypatch.setattr(pointwise, "backend", lambda _, kernels=kernels: kernels)
        output, (h, c) = model(x)
        loss = output.square().sum() + h.sum() + c.sin().sum()
        results.append((output, h, c, *torch.autograd.grad(loss, list(model.parameters()))))
    for plain, pointwise_triton in zip(*results, strict=True):
        torch.testing.assert_close(pointwise_triton, plain, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("fault", ["ImportError('needs NumPy 2.3')", "SystemError('no LLVM')"])
def test_a_numba_that_does_not_load_costs_a_line_and_no_more(tmp_path, fault):
    """As after an upgrade of numpy alone."""
    (tmp_path / "numba").mkdir()
    (tmp_path / "numba" / "__init__.py").write_text(f"raise {fault}\n")
    code = (
        "import torch; from lstm_video_lab import LSTM\n"
        "x, model = torch.ones(3, 2, 4), LSTM(4, 5)\n"
        "model(x); model(x)[0].sum().backward()"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "LAB_FAST": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment
    )
    said = [line for line in done.stderr.splitlines() if "Warning" in line]
    assert done.returncode == 0 and len(said) == 1, done.stderr
    assert "layers run without loop_numba, which does not load" in said[0]
    assert fault.split("'")[1] in said[0]
