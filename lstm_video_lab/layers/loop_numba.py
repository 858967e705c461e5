"""The time loop of an LSTM layer as one compiled call each way, and the step of larger layers.

For CPUs, in float32, where Numba is installed: the extra `fast`. Compiled at first use, some
seconds, and kept on disk. As `pointwise_triton` is for CUDA; the equations are those of
`cells.gates`, and this is tested against them.

Rows of a batch do not know each other: each thread takes its rows through all T steps, without
waiting for another within a sequence. The threads are Python's, which hold no lock while they are
in here; Numba's own end the process when two layers run at once, or after a fork.

Letters: T time, B batch, R rows, H units, P rows of peepholes; `a` are the sums of the gates
i, f, g, o, and later the gates; `d_…` is the gradient of the loss at whatever follows.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numba import njit
from torch import Tensor

WHOLE = 320  # units: up to here the products made in the loop beat torch's
ALONE = 16384  # numbers of a step: fewer are not worth waking a second thread
OPTIONS: Any = {"fastmath": {"contract", "nsz"}, "error_model": "numpy", "nogil": True}
# NaN and infinity stay what they are, and sums keep their order: fastmath is not all of it
_pool: ThreadPoolExecutor | None = None


def _compiled(function: Any) -> Any:
    """Kept on disk where there is a place to write, beside this file or in the user's cache."""
    try:
        return njit(cache=True, **OPTIONS)(function)
    except RuntimeError:  # no such place
        return njit(**OPTIONS)(function)


inlined = njit(inline="always", **OPTIONS)


@inlined
def _sigmoid(x):
    """1 / (1 + exp(−x)), right to a few roundings also where it is nearly 0."""
    f = np.float32
    z = -x
    z = f(88.0) if z > f(88.0) else (f(-88.0) if z < f(-88.0) else z)  # NaN stays
    n = np.floor(z * f(1.44269504088896341) + f(0.5))
    r = z - n * f(0.693359375)
    r = r - n * f(-2.12194440e-4)
    p = f(1.9875691500e-4) * r + f(1.3981999507e-3)
    p = p * r + f(8.3334519073e-3)
    p = p * r + f(4.1665795894e-2)
    p = p * r + f(1.6666665459e-1)
    p = p * r + f(5.0000001201e-1)
    e = p * (r * r) + (r + f(1.0))  # exp of what is left, |r| < 0.35
    return f(1.0) / (f(1.0) + e * _power_of_two(n))


@inlined
def _power_of_two(n):
    return np.int32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)


@inlined
def _tanh(x):
    """A quotient of polynomials, right to a few roundings, for small x too."""
    f = np.float32
    x = f(7.9053111) if x > f(7.9053111) else (f(-7.9053111) if x < f(-7.9053111) else x)
    y = x * x
    p = f(-2.76076847742355e-16) * y + f(2.00018790482477e-13)
    p = (p * y + f(-8.60467152213735e-11)) * y + f(5.12229709037114e-08)
    p = (p * y + f(1.48572235717979e-05)) * y + f(6.37261928875436e-04)
    p = p * y + f(4.89352455891786e-03)
    q = (f(1.19825839466702e-06) * y + f(1.18534705686654e-04)) * y + f(2.26843463243900e-03)
    return x * p / (q * y + f(4.89352518554385e-03))


@_compiled
def _add_products(out, x, W):
    """out (4, N) += x (4, K) W (K, N): a weight that was read once serves four rows."""
    K, N = W.shape
    o0, o1, o2, o3 = out[0], out[1], out[2], out[3]
    whole = K - K % 4
    for k in range(0, whole, 4):
        a0, a1, a2, a3 = x[0, k], x[0, k + 1], x[0, k + 2], x[0, k + 3]
        b0, b1, b2, b3 = x[1, k], x[1, k + 1], x[1, k + 2], x[1, k + 3]
        c0, c1, c2, c3 = x[2, k], x[2, k + 1], x[2, k + 2], x[2, k + 3]
        d0, d1, d2, d3 = x[3, k], x[3, k + 1], x[3, k + 2], x[3, k + 3]
        w0, w1, w2, w3 = W[k], W[k + 1], W[k + 2], W[k + 3]
        for j in range(N):
            p, q, r, s = w0[j], w1[j], w2[j], w3[j]
            o0[j] = (((o0[j] + a0 * p) + a1 * q) + a2 * r) + a3 * s
            o1[j] = (((o1[j] + b0 * p) + b1 * q) + b2 * r) + b3 * s
            o2[j] = (((o2[j] + c0 * p) + c1 * q) + c2 * r) + c3 * s
            o3[j] = (((o3[j] + d0 * p) + d1 * q) + d2 * r) + d3 * s
    for k in range(whole, K):
        a0, b0, c0, d0 = x[0, k], x[1, k], x[2, k], x[3, k]
        w0 = W[k]
        for j in range(N):
            p = w0[j]
            o0[j] += a0 * p
            o1[j] += b0 * p
            o2[j] += c0 * p
            o3[j] += d0 * p


@_compiled
def _add_product(out, x, W):
    """out (N) += x (K) W (K, N), for a row that is left over."""
    K, N = W.shape
    whole = K - K % 4
    for k in range(0, whole, 4):
        a0, a1, a2, a3 = x[k], x[k + 1], x[k + 2], x[k + 3]
        w0, w1, w2, w3 = W[k], W[k + 1], W[k + 2], W[k + 3]
        for j in range(N):
            out[j] = (((out[j] + a0 * w0[j]) + a1 * w1[j]) + a2 * w2[j]) + a3 * w3[j]
    for k in range(whole, K):
        a0, w0 = x[k], W[k]
        for j in range(N):
            out[j] += a0 * w0[j]


@_compiled
def _gates(a, c, wi, wf, wo, new, c_out, h_out):
    """One step of one row: `a` ← the gates, `c_out` ← c(t), `h_out` ← h(t)."""
    H = c.shape[0]
    old = np.float32(1) - new
    ai, af, ag, ao = a[:H], a[H : 2 * H], a[2 * H : 3 * H], a[3 * H :]
    for j in range(H):
        before = c[j]
        i = _sigmoid(ai[j] + wi[j] * before)
        f = _sigmoid(af[j] + wf[j] * before)
        g = _tanh(ag[j])
        after = f * before + i * g  # c(t) = f ⊙ c(t−1) + i ⊙ g
        o = _sigmoid(ao[j] + wo[j] * (new * after + old * before))
        ai[j] = i
        af[j] = f
        ag[j] = g
        ao[j] = o
        c_out[j] = after
        h_out[j] = o * _tanh(after)  # h(t) = o ⊙ tanh(c(t))


@_compiled
def _gates_back(a, c, c_new, wi, wf, wo, new, d_output, d_h, d_c, d_a):
    """Its gradient: writes `d_a`, and the gradient at c(t−1) over `d_c`."""
    H = c.shape[0]
    one = np.float32(1)
    old = one - new
    gi, gf, gg, go = a[:H], a[H : 2 * H], a[2 * H : 3 * H], a[3 * H :]
    di, df, dg, do = d_a[:H], d_a[H : 2 * H], d_a[2 * H : 3 * H], d_a[3 * H :]
    for j in range(H):
        i, f, g, o = gi[j], gf[j], gg[j], go[j]
        tanh_c = _tanh(c_new[j])
        dh = d_output[j] + d_h[j]
        # h = o ⊙ tanh(c) with o = σ(…), where σ′ = σ (1 − σ)
        d_o = dh * tanh_c * o * (one - o)
        by_o = wo[j] * d_o
        dc = d_c[j] + dh * o * (one - tanh_c * tanh_c) + new * by_o
        # c = f ⊙ c(t−1) + i ⊙ g
        d_i = dc * g * i * (one - i)
        d_f = dc * c[j] * f * (one - f)
        di[j] = d_i
        df[j] = d_f
        dg[j] = dc * i * (one - g * g)
        do[j] = d_o
        # what reaches c(t−1): through the cell, and through the peepholes that look at it
        d_c[j] = dc * f + wi[j] * d_i + wf[j] * d_f + old * by_o


@_compiled
def _forward_rows(first, last, a, R, w, new, h, c):
    """Rows first … last − 1 through T steps; h, c (T+1, B, H) hold the first state; R (H, 4H)."""
    T, wi, wf, wo = a.shape[0], w[0, 0], w[1, 0], w[2, 0]
    for r in range(first, last, 4):
        end = min(r + 4, last)
        for t in range(T):
            if end - r == 4:
                _add_products(a[t, r : r + 4], h[t, r : r + 4], R)
            else:
                for b in range(r, end):
                    _add_product(a[t, b], h[t, b], R)
            for b in range(r, end):
                _gates(a[t, b], c[t, b], wi, wf, wo, new, c[t + 1, b], h[t + 1, b])


@_compiled
def _backward_rows(first, last, a, c, W, w, new, d_output, d_h, d_c, d_a):
    """d_h, d_c (B, H) hold the gradient after the last step, then at the first state; W (4H, H)."""
    T, wi, wf, wo = a.shape[0], w[0, 0], w[1, 0], w[2, 0]
    for r in range(first, last, 4):
        end = min(r + 4, last)
        for t in range(T - 1, -1, -1):
            for b in range(r, end):
                _gates_back(
                    a[t, b], c[t, b], c[t + 1, b], wi, wf, wo, new,
                    d_output[t, b], d_h[b], d_c[b], d_a[t, b],
                )  # fmt: skip
                d_h[b] = np.float32(0)
            if end - r == 4:
                _add_products(d_h[r : r + 4], d_a[t, r : r + 4], W)
            else:
                for b in range(r, end):
                    _add_product(d_h[b], d_a[t, b], W)


@_compiled
def _add_rows(first, last, a, inner, c, w, new, c_out, h_out):
    P = w.shape[1]
    for r in range(first, last):
        sums, more = a[r], inner[r]
        for j in range(sums.shape[0]):
            sums[j] += more[j]
        p = r % P
        _gates(sums, c[r], w[0, p], w[1, p], w[2, p], new, c_out[r], h_out[r])


@_compiled
def _step_back_rows(first, last, a, c, c_new, w, new, d_output, d_h, d_c, d_a):
    P = w.shape[1]
    for r in range(first, last):
        p = r % P
        _gates_back(
            a[r], c[r], c_new[r], w[0, p], w[1, p], w[2, p], new,
            d_output[r], d_h[r], d_c[r], d_a[r],
        )  # fmt: skip


def forward(
    a: Tensor, weight_hh: Tensor, w: Tensor | None, new: bool, h: Tensor, c: Tensor
) -> None:
    """All T steps: `a` (T, B, 4H) ← the gates, h and c (T+1, B, H) are filled after their first."""
    R = weight_hh.detach().t().contiguous().numpy()
    rest = (a.numpy(), R, _peepholes(w, c.shape[-1]), np.float32(new), h.numpy(), c.numpy())
    _share(_forward_rows, a.shape[1], a.numel(), rest)


def backward(
    a: Tensor, c: Tensor, weight_hh: Tensor, w: Tensor | None, new: bool,
    d_output: Tensor, d_h: Tensor, d_c: Tensor, d_a: Tensor,
) -> None:  # fmt: skip
    """Writes d_a (T, B, 4H); `d_h` and `d_c` become the gradients at the first state."""
    arrays = (
        a.numpy(),
        c.numpy(),
        weight_hh.detach().contiguous().numpy(),
        _peepholes(w, c.shape[-1]),
    )
    slopes = (d_output.contiguous().numpy(), d_h.numpy(), d_c.numpy(), d_a.numpy())
    _share(_backward_rows, a.shape[1], a.numel(), (*arrays, np.float32(new), *slopes))


def forward_step(
    a: Tensor, inner: Tensor, c: Tensor, w: Tensor | None, new: bool, c_out: Tensor, h_out: Tensor
) -> None:
    """As `pointwise.forward_step`; all tensors contiguous."""
    H = c.shape[-1]
    arrays = (_rows(a), _rows(inner), _rows(c), _peepholes(w, H), np.float32(new))
    _share(_add_rows, c.numel() // H, a.numel(), (*arrays, _rows(c_out), _rows(h_out)))


def backward_step(
    a: Tensor, c: Tensor, c_new: Tensor, w: Tensor | None, new: bool,
    d_output: Tensor, d_h: Tensor, d_c: Tensor, d_a: Tensor,
) -> None:  # fmt: skip
    """As `pointwise.BackwardSteps.step`: writes `d_a`, and the gradient at c(t−1) over `d_c`."""
    H = c.shape[-1]
    arrays = (_rows(a), _rows(c), _rows(c_new), _peepholes(w, H), np.float32(new))
    slopes = (_rows(d_output.contiguous()), _rows(d_h.contiguous()), _rows(d_c), _rows(d_a))
    _share(_step_back_rows, c.numel() // H, a.numel(), (*arrays, *slopes))


def _rows(x: Tensor) -> np.ndarray:
    return x.detach().numpy().reshape(-1, x.shape[-1])


def _peepholes(w: Tensor | None, H: int) -> np.ndarray:
    """(3, P, H); zeros where there are none."""
    return np.zeros((3, 1, H), np.float32) if w is None else w.detach().numpy().reshape(3, -1, H)


def _share(kernel: Any, rows: int, numbers: int, rest: tuple[Any, ...]) -> None:
    """Run a kernel on all rows: each thread of torch's number takes its share, in fours."""
    if rows == 0:
        return
    threads = 1 if numbers < 4 * ALONE else min(torch.get_num_threads(), -(-rows // 4))
    size = 4 * -(-rows // (4 * threads))
    others = [
        _workers().submit(kernel, first, min(first + size, rows), *rest)
        for first in range(size, rows, size)
    ]
    kernel(0, min(size, rows), *rest)
    for other in others:
        other.result()


def _workers() -> ThreadPoolExecutor:
    global _pool
    if _pool is None:
        _pool = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="lab-layers")
    return _pool


def _forget_workers() -> None:
    """A fork has none of its parent's threads."""
    global _pool
    _pool = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_workers)


def _say_that_it_compiles() -> None:
    """One line, where nothing is kept on disk yet."""
    cache = getattr(_forward_rows, "_cache", None)
    folder = getattr(cache, "cache_path", None)
    if folder is None or not list(Path(folder).glob("loop_numba._forward_rows*.nbi")):
        print("The fast layers are compiled, once (some 10 s) …", file=sys.stderr, flush=True)


_say_that_it_compiles()
