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
LINE = 512  # numbers of each gate that are worked on together
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
    whole = x
    x = f(7.9053111) if x > f(7.9053111) else (f(-7.9053111) if x < f(-7.9053111) else x)
    y = x * x
    p = f(-2.76076847742355e-16) * y + f(2.00018790482477e-13)
    p = (p * y + f(-8.60467152213735e-11)) * y + f(5.12229709037114e-08)
    p = (p * y + f(1.48572235717979e-05)) * y + f(6.37261928875436e-04)
    p = p * y + f(4.89352455891786e-03)
    q = (f(1.19825839466702e-06) * y + f(1.18534705686654e-04)) * y + f(2.26843463243900e-03)
    t = x * p / (q * y + f(4.89352518554385e-03))
    return f(1) if whole > f(7.9053111) else (f(-1) if whole < f(-7.9053111) else t)


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
def _gates(first, last, a, inner, skip, c, w, new, c_out, h_out):
    """One step of some rows: `a` ← the gates, `c_out` ← c(t), `h_out` ← h(t).

    `inner` are the products W_h h(t−1), without those of the first `skip` rows.

    Rows are laid end to end into lines of memory that is nobody else's: only over long lines, of
    which no two can be the same, is the arithmetic done sixteen numbers at a time. (Loops copy
    them, since Numba's assignment of slices takes longer than the arithmetic.)
    """
    H, P, old = c.shape[1], w.shape[1], np.float32(1) - new
    n = max(1, LINE // H)
    lines = np.empty((7, n * H), np.float32)
    li, lf, lg, lo, lc, lw, lh = (
        lines[0],
        lines[1],
        lines[2],
        lines[3],
        lines[4],
        lines[5],
        lines[6],
    )
    for r in range(first, last, n):
        m = min(n, last - r)
        for k in range(m):
            q, p, s = r + k, (r + k) % P, k * H
            for j in range(H):
                li[s + j] = a[q, j] + inner[q - skip, j] + w[0, p, j] * c[q, j]
            for j in range(H):
                lf[s + j] = a[q, H + j] + inner[q - skip, H + j] + w[1, p, j] * c[q, j]
            for j in range(H):
                lg[s + j] = a[q, 2 * H + j] + inner[q - skip, 2 * H + j]
            for j in range(H):
                lo[s + j] = a[q, 3 * H + j] + inner[q - skip, 3 * H + j]
            for j in range(H):
                lc[s + j] = c[q, j]
                lw[s + j] = w[2, p, j]
        for x in range(m * H):
            i, f, g = _sigmoid(li[x]), _sigmoid(lf[x]), _tanh(lg[x])
            after = f * lc[x] + i * g  # c(t) = f ⊙ c(t−1) + i ⊙ g
            o = _sigmoid(lo[x] + lw[x] * (new * after + old * lc[x]))
            li[x] = i
            lf[x] = f
            lg[x] = g
            lo[x] = o
            lc[x] = after
            lh[x] = o * _tanh(after)  # h(t) = o ⊙ tanh(c(t))
        for k in range(m):
            q, s = r + k, k * H
            for j in range(H):
                a[q, j] = li[s + j]
            for j in range(H):
                a[q, H + j] = lf[s + j]
            for j in range(H):
                a[q, 2 * H + j] = lg[s + j]
            for j in range(H):
                a[q, 3 * H + j] = lo[s + j]
            for j in range(H):
                c_out[q, j] = lc[s + j]
                h_out[q, j] = lh[s + j]


@_compiled
def _gates_back(first, last, a, c, c_new, w, new, d_output, d_h, d_c, d_a):
    """The gradient: writes `d_a`, and that at c(t−1) over `d_c`."""
    H, P, one = c.shape[1], w.shape[1], np.float32(1)
    old, n = one - new, max(1, LINE // H)
    lines = np.empty((11, n * H), np.float32)
    li, lf, lg, lo, lc, ln = lines[0], lines[1], lines[2], lines[3], lines[4], lines[5]
    lh, ld, wi, wf, wo = lines[6], lines[7], lines[8], lines[9], lines[10]
    for r in range(first, last, n):
        m = min(n, last - r)
        for k in range(m):
            q, p, s = r + k, (r + k) % P, k * H
            for j in range(H):
                li[s + j] = a[q, j]
                lf[s + j] = a[q, H + j]
            for j in range(H):
                lg[s + j] = a[q, 2 * H + j]
                lo[s + j] = a[q, 3 * H + j]
            for j in range(H):
                lc[s + j] = c[q, j]
                ln[s + j] = c_new[q, j]
            for j in range(H):
                lh[s + j] = d_output[q, j] + d_h[q, j]
                ld[s + j] = d_c[q, j]
            for j in range(H):
                wi[s + j] = w[0, p, j]
                wf[s + j] = w[1, p, j]
                wo[s + j] = w[2, p, j]
        for x in range(m * H):
            i, f, g, o = li[x], lf[x], lg[x], lo[x]
            tanh_c, dh = _tanh(ln[x]), lh[x]
            # h = o ⊙ tanh(c) with o = σ(…), where σ′ = σ (1 − σ)
            d_o = dh * tanh_c * o * (one - o)
            by_o = wo[x] * d_o
            dc = ld[x] + dh * o * (one - tanh_c * tanh_c) + new * by_o
            # c = f ⊙ c(t−1) + i ⊙ g
            d_i = dc * g * i * (one - i)
            d_f = dc * lc[x] * f * (one - f)
            li[x] = d_i
            lf[x] = d_f
            lg[x] = dc * i * (one - g * g)
            lo[x] = d_o
            # what reaches c(t−1): through the cell, and through the peepholes that look at it
            ld[x] = dc * f + wi[x] * d_i + wf[x] * d_f + old * by_o
        for k in range(m):
            q, s = r + k, k * H
            for j in range(H):
                d_a[q, j] = li[s + j]
                d_a[q, H + j] = lf[s + j]
            for j in range(H):
                d_a[q, 2 * H + j] = lg[s + j]
                d_a[q, 3 * H + j] = lo[s + j]
            for j in range(H):
                d_c[q, j] = ld[s + j]


@_compiled
def _forward_rows(first, last, a, R, w, new, h, c, from_zero):
    """Rows first … last − 1 through T steps; h, c (T+1, B, H) hold the first state; R (H, 4H)."""
    inner = np.empty((4, R.shape[1]), np.float32)
    for r in range(first, last, 4):
        end = min(r + 4, last)
        for t in range(a.shape[0]):
            inner[:] = np.float32(0)
            if t == 0 and from_zero:
                pass  # W_h 0
            elif end - r == 4:
                _add_products(inner, h[t, r : r + 4], R)
            else:
                for b in range(r, end):
                    _add_product(inner[b - r], h[t, b], R)
            _gates(r, end, a[t], inner, r, c[t], w, new, c[t + 1], h[t + 1])


@_compiled
def _backward_rows(first, last, a, c, W, w, new, d_output, d_h, d_c, d_a, wanted):
    """d_h, d_c (B, H) hold the gradient after the last step, then at the first state; W (4H, H)."""
    for r in range(first, last, 4):
        end = min(r + 4, last)
        for t in range(a.shape[0] - 1, -1, -1):
            _gates_back(r, end, a[t], c[t], c[t + 1], w, new, d_output[t], d_h, d_c, d_a[t])
            if t == 0 and not wanted:
                break
            d_h[r:end] = np.float32(0)
            if end - r == 4:
                _add_products(d_h[r : r + 4], d_a[t, r : r + 4], W)
            else:
                for b in range(r, end):
                    _add_product(d_h[b], d_a[t, b], W)


def forward(
    a: Tensor, weight_hh: Tensor, w: Tensor | None, new: bool, h: Tensor, c: Tensor, from_zero: bool
) -> None:
    """All T steps: `a` (T, B, 4H) ← the gates, h and c (T+1, B, H) are filled after their first.

    `from_zero` says that the first h is 0, of which no product is needed.
    """
    R = weight_hh.detach().t().contiguous().numpy()
    weights = (R, _peepholes(w, c.shape[-1]))
    rest = (a.numpy(), *weights, np.float32(new), h.numpy(), c.numpy(), from_zero)
    _share(_forward_rows, a.shape[1], a.numel(), rest)


def backward(
    a: Tensor, c: Tensor, weight_hh: Tensor, w: Tensor | None, new: bool,
    d_output: Tensor, d_h: Tensor, d_c: Tensor, d_a: Tensor, wanted: bool,
) -> None:  # fmt: skip
    """Writes d_a (T, B, 4H); `d_h`, where it is `wanted`, and `d_c` become the gradients at the
    first state.
    """
    arrays = (
        a.numpy(),
        c.numpy(),
        weight_hh.detach().contiguous().numpy(),
        _peepholes(w, c.shape[-1]),
    )
    slopes = (d_output.contiguous().numpy(), d_h.numpy(), d_c.numpy(), d_a.numpy(), wanted)
    _share(_backward_rows, a.shape[1], a.numel(), (*arrays, np.float32(new), *slopes))


def forward_step(
    a: Tensor, inner: Tensor, c: Tensor, w: Tensor | None, new: bool, c_out: Tensor, h_out: Tensor
) -> None:
    """As `pointwise.forward_step`; all tensors contiguous."""
    H = c.shape[-1]
    arrays = (_rows(a), _rows(inner), 0, _rows(c), _peepholes(w, H), np.float32(new))
    _share(_gates, c.numel() // H, a.numel(), (*arrays, _rows(c_out), _rows(h_out)))


def backward_step(
    a: Tensor, c: Tensor, c_new: Tensor, w: Tensor | None, new: bool,
    d_output: Tensor, d_h: Tensor, d_c: Tensor, d_a: Tensor,
) -> None:  # fmt: skip
    """As `pointwise.BackwardSteps.step`: writes `d_a`, and the gradient at c(t−1) over `d_c`."""
    H = c.shape[-1]
    arrays = (_rows(a), _rows(c), _rows(c_new), _peepholes(w, H), np.float32(new))
    slopes = (_rows(d_output.contiguous()), _rows(d_h.contiguous()), _rows(d_c), _rows(d_a))
    _share(_gates_back, c.numel() // H, a.numel(), (*arrays, *slopes))


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
