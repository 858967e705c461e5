"""The compiled loop of the extra `fast`: against the equations, beside itself, and after a fork."""

import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_video_lab import LSTM, ConvLSTM
from lstm_video_lab.layers import pointwise

pytest.importorskip("numba", reason="the extra `fast` is not installed")
if not pointwise.HAS_NUMBA:
    pytest.skip("LAB_FAST=0", allow_module_level=True)


def randomise(model, seed):
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(torch.randn(weight.shape, generator=generator) / weight[0].numel() ** 0.5)
    return model


def everything(model, x, state=None):
    """Output, last state, and gradients of a function of all at x, state and parameters."""
    leaves = [x.clone().requires_grad_()]
    if state is not None:
        leaves += [z.clone().requires_grad_() for z in state]
    output, (h, c) = model(leaves[0], tuple(leaves[1:]) or None)
    loss = output.square().sum() + h.sum() + c.sin().sum()
    return [output, h, c, *torch.autograd.grad(loss, [*leaves, *model.parameters()])]


def assert_close(ours, exact):
    for a, b in zip(ours, exact, strict=True):
        assert a.isfinite().all() and (a - b).norm() <= 2e-6 * b.norm()


@settings(max_examples=25, deadline=None)
@given(
    T=st.integers(1, 5),
    B=st.integers(1, 9) | st.just(33),
    H=st.sampled_from([1, 3, 4, 16, 30, 64, 321]),
    how=st.sampled_from([{}, {"peepholes": False}, {"output_peephole": "old"}]),
    seed=st.integers(0, 1000),
)
def test_the_loop_is_the_equations(T, B, H, how, seed):
    model = randomise(LSTM(3, H, **how), seed)
    x, state = torch.randn(T, B, 3), (torch.randn(1, B, H), torch.randn(1, B, H))
    ours = everything(model, x, state)
    assert model.backend == ("numba loop" if H < 321 else "numba")
    model.double().fast = False
    exact = everything(model, x.double(), tuple(z.double() for z in state))
    assert model.backend == "equations"
    assert_close(ours, exact)


@pytest.mark.parametrize("how", [{}, {"peepholes": False}, {"peepholes": "location"}])
@pytest.mark.parametrize(("channels", "side"), [(1, 3), (3, 4), (16, 32)])
def test_the_step_of_maps_is_the_equations(how, channels, side):
    model = randomise(ConvLSTM(2, channels, 3, size=(side, side), **how), 0)
    x = torch.randn(3, 2, 2, side, side)
    ours = everything(model, x)
    assert model.backend == "numba"
    model.double().fast = False
    assert_close(ours, everything(model, x.double()))


def test_a_number_that_is_none_is_not_hidden():
    model = randomise(LSTM(2, 8), 0)
    x = torch.zeros(3, 2, 2)
    x[1, 0] = float("nan")
    output, (_, c) = model(x)
    assert model.backend == "numba loop"
    assert output[1:, 0].isnan().all() and c[0, 0].isnan().all()
    assert output[0].isfinite().all() and output[:, 1].isfinite().all()


def test_what_the_loop_is_not_made_for_goes_another_way():
    x = torch.randn(3, 2, 4)
    for model, z in ((LSTM(4, 8).double(), x.double()), (LSTM(4, 8, fast=False), x)):
        model(z)
        assert model.backend in ("torch", "equations")
    model = LSTM(4, 8)
    with torch.autocast("cpu", torch.bfloat16):
        model(x)
    assert model.backend == "numba"
    output, _ = LSTM(4, 8)(torch.zeros(3, 0, 4))
    assert output.shape == (3, 0, 8)


def test_many_layers_at_once_do_not_disturb_each_other():
    models = [randomise(LSTM(8, 64), seed) for seed in range(4)]
    x = torch.randn(10, 64, 8)
    expected = [everything(model, x) for model in models]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            for ours, theirs in zip(
                pool.map(lambda m: everything(m, x), models), expected, strict=True
            ):
                for a, b in zip(ours, theirs, strict=True):
                    torch.testing.assert_close(a, b)


def in_a_child(model, x, queue):
    torch.set_num_threads(1)  # torch's own threads do not live on after a fork
    queue.put(float(model(x)[0].detach().sum()))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_fork_after_a_run_runs():
    model, x = randomise(LSTM(8, 64), 0), torch.randn(10, 64, 8)
    expected = float(model(x)[0].detach().sum())
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=in_a_child, args=(model, x, queue))
    child.start()
    assert queue.get(timeout=60) == pytest.approx(expected, rel=1e-4)
    child.join(60)
    assert child.exitcode == 0


def test_without_a_place_to_keep_it_it_is_compiled_all_the_same(tmp_path):
    """A read-only installation, and no cache of the user's: a line says that it compiles."""
    code = (
        "from numba.core import caching\n"
        "caching.CacheImpl._locator_classes = []\n"
        "import torch; from lstm_video_lab import LSTM\n"
        "from lstm_video_lab.layers import loop_numba\n"
        "loop_numba.forward_step\n"
        "print(type(loop_numba._gates._cache).__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["NullCache"], done.stderr
    assert len(done.stderr.splitlines()) == 1 and "compiled" in done.stderr


def test_it_can_be_left_aside():
    code = (
        "import torch; from lstm_video_lab import LSTM\n"
        "m = LSTM(2, 3); m(torch.zeros(1, 1, 2)); print(m.backend)"
    )
    environment = os.environ | {"LAB_FAST": "0"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment
    )
    assert done.stdout.split() == ["torch"], done.stderr
