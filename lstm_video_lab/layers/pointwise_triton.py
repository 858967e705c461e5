"""The pointwise part of an LSTM step as one Triton kernel, and its gradient as another.

For CUDA devices; `kernels` chooses, and its plain operations are what these are tested against (in
Triton's interpreter, where there is no GPU). What plain operations read from memory and write back
ten times over is read once and written once here.

Letters as in `kernels`: R rows, H units, and P rows of peepholes: 1, or one for each
place of a map.
"""

from __future__ import annotations

import triton
import triton.language as tl
from torch import Tensor

BLOCK = 512
WHOLE = 0  # the time loop stays outside, whatever the size of a layer


def forward_step(
    a: Tensor, inner: Tensor, c: Tensor, w: Tensor | None, new: bool, c_out: Tensor, h_out: Tensor
) -> None:
    """As `kernels.forward_step`; all tensors contiguous."""
    _forward[_grid(c)](
        a, inner, c, _pointer(w, c), c_out, h_out, c.numel(), c.shape[-1], _rows(w),
        SEES=_sees(w, new), BLOCK=BLOCK,
    )  # fmt: skip


def backward_step(
    a: Tensor, c: Tensor, c_new: Tensor, w: Tensor | None, new: bool,
    d_output: Tensor, d_h: Tensor, d_c: Tensor, d_a: Tensor,
) -> None:  # fmt: skip
    """As `kernels.BackwardSteps.step`: writes `d_a`, and the gradient at c(t−1) over `d_c`."""
    _backward[_grid(c)](
        a, c, c_new, _pointer(w, c), d_output.contiguous(), d_h.contiguous(), d_c, d_a,
        c.numel(), c.shape[-1], _rows(w), SEES=_sees(w, new), BLOCK=BLOCK,
    )  # fmt: skip


def _grid(c: Tensor) -> tuple[int]:
    return (triton.cdiv(c.numel(), BLOCK),)


def _pointer(w: Tensor | None, instead: Tensor) -> Tensor:
    """A kernel wants some address, also where it reads nothing."""
    return instead if w is None else w


def _rows(w: Tensor | None) -> int:
    """Rows of peepholes of one gate: row r of a batch sees row r mod P."""
    return 1 if w is None else w[0].numel() // w.shape[-1]


def _sees(w: Tensor | None, new: bool) -> int:
    """Which cell state the output gate sees: 0 none (no peepholes), 1 c(t), 2 c(t−1)."""
    return 0 if w is None else 1 if new else 2


@triton.jit
def _sigmoid(x):
    return 1 / (1 + tl.exp(-x))


@triton.jit
def _tanh(x):
    """Right to a few roundings: near 0, where exp(−2x) is nearly 1, by the first terms of a series.

    The terms: x − x³/3 + 2x⁵/15 − 17x⁷/315 + 62x⁹/2835 − 1382x¹¹/155925.
    """
    y = x * x
    series = 0.1333333333 + y * (-0.0539682540 + y * (0.0218694885 - y * 0.0088632355))
    near = x + x * y * (-0.3333333333 + y * series)
    e = tl.exp(-2 * tl.abs(x))
    far = tl.where(x < 0, -1.0, 1.0) * (1 - e) / (1 + e)
    return tl.where(tl.abs(x) < 0.3, near, far)


@triton.jit
def _forward(a, inner, c, w, c_out, h_out, N, H, P, SEES: tl.constexpr, BLOCK: tl.constexpr):
    n = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)  # (row, unit), counted through
    live = n < N
    row, unit = n // H, n % H
    i_at = row.to(tl.int64) * 4 * H + unit  # gates i, f, g, o of a row follow each other
    c_old = tl.load(c + n, live)
    a_i = tl.load(a + i_at, live) + tl.load(inner + i_at, live)
    a_f = tl.load(a + i_at + H, live) + tl.load(inner + i_at + H, live)
    a_g = tl.load(a + i_at + 2 * H, live) + tl.load(inner + i_at + 2 * H, live)
    a_o = tl.load(a + i_at + 3 * H, live) + tl.load(inner + i_at + 3 * H, live)
    w_at = w + (row % P) * H + unit
    if SEES:
        a_i += tl.load(w_at, live) * c_old
        a_f += tl.load(w_at + P * H, live) * c_old
    i, f, g = _sigmoid(a_i), _sigmoid(a_f), _tanh(a_g)
    c_new = f * c_old + i * g  # c(t) = f ⊙ c(t−1) + i ⊙ g
    if SEES == 1:
        a_o += tl.load(w_at + 2 * P * H, live) * c_new
    if SEES == 2:
        a_o += tl.load(w_at + 2 * P * H, live) * c_old
    o = _sigmoid(a_o)
    tl.store(a + i_at, i, live)
    tl.store(a + i_at + H, f, live)
    tl.store(a + i_at + 2 * H, g, live)
    tl.store(a + i_at + 3 * H, o, live)
    tl.store(c_out + n, c_new, live)
    tl.store(h_out + n, o * _tanh(c_new), live)  # h(t) = o ⊙ tanh(c(t))


@triton.jit
def _backward(
    a, c, c_new, w, d_output, d_h, d_c, d_a, N, H, P, SEES: tl.constexpr, BLOCK: tl.constexpr
):
    n = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    live = n < N
    row, unit = n // H, n % H
    i_at = row.to(tl.int64) * 4 * H + unit
    w_at = w + (row % P) * H + unit
    i, f = tl.load(a + i_at, live), tl.load(a + i_at + H, live)
    g, o = tl.load(a + i_at + 2 * H, live), tl.load(a + i_at + 3 * H, live)
    c_old, tanh_c = tl.load(c + n, live), _tanh(tl.load(c_new + n, live))
    dh = tl.load(d_output + n, live) + tl.load(d_h + n, live)
    # h = o ⊙ tanh(c) with o = σ(…), where σ′ = σ (1 − σ)
    d_o = dh * tanh_c * o * (1 - o)
    dc = tl.load(d_c + n, live) + dh * o * (1 - tanh_c * tanh_c)
    if SEES == 1:
        dc += tl.load(w_at + 2 * P * H, live) * d_o
    # c = f ⊙ c(t−1) + i ⊙ g
    d_i = dc * g * i * (1 - i)
    d_f = dc * c_old * f * (1 - f)
    d_g = dc * i * (1 - g * g)
    # what reaches c(t−1): through the cell, and through the peepholes that look at it
    dc *= f
    if SEES:
        dc += tl.load(w_at, live) * d_i + tl.load(w_at + P * H, live) * d_f
    if SEES == 2:
        dc += tl.load(w_at + 2 * P * H, live) * d_o
    tl.store(d_a + i_at, d_i, live)
    tl.store(d_a + i_at + H, d_f, live)
    tl.store(d_a + i_at + 2 * H, d_g, live)
    tl.store(d_a + i_at + 3 * H, d_o, live)
    tl.store(d_c + n, dc, live)
