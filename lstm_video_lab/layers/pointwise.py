"""The pointwise part of an LSTM step and its gradient: what stands between two products W_h h.

One kernel each on a CUDA device (`pointwise_triton`), and on a CPU with the extra `fast`
(`loop_numba`; ``LAB_FAST=0`` leaves it aside); plain operations elsewhere. Units stand last,
so that a ConvLSTM is the same code: rows are the B vectors of a batch, or the B × h × w places of
its maps.

Letters: T time, R rows, H units. `a` (R, 4H) is what the gates sum up, and later the gates
i, f, g, o themselves; `d_…` is the gradient of the loss at whatever follows; peepholes w are
(3, …, H). The equations are those of `cells.gates`, and this is tested against them.
"""

import os
import warnings
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor

# Gradients of σ and tanh from their values: (d, σ) → d σ (1 − σ), in one pass over memory.
_SIGMOID_SLOPE: Any = torch.ops.aten.sigmoid_backward.grad_input
_TANH_SLOPE: Any = torch.ops.aten.tanh_backward.grad_input
HAS_TRITON = find_spec("triton") is not None
HAS_NUMBA = find_spec("numba") is not None and os.environ.get("LAB_FAST") != "0"


def forward_step(
    a: Tensor, inner: Tensor, c: Tensor, w: Tensor | None, new: bool, c_out: Tensor, h_out: Tensor
) -> None:
    """One step: `a` ← the gates, `c_out` ← c(t), `h_out` ← h(t).

    Before, `a` is W_x x(t) + b, and `inner` is W_h h(t−1); `c` is c(t−1). `new` says whether the
    output gate sees c(t). All but `a` must be contiguous.
    """
    if kernels := backend(a):
        return kernels.forward_step(a, inner, c, w, new, c_out, h_out)
    a.add_(inner)
    H = c.shape[-1]
    i, f, g, o = a.view(*c.shape[:-1], 4, H).unbind(-2)  # what follows writes into `a`
    if w is not None:  # i and f see c(t−1)
        w_i, w_f, w_o = w.unbind()
        i.addcmul_(w_i, c)
        f.addcmul_(w_f, c)
    a[..., : 2 * H].sigmoid_()
    _tanh(g, out=g)
    torch.mul(f, c, out=c_out).addcmul_(i, g)  # c(t) = f ⊙ c(t−1) + i ⊙ g
    if w is None:
        h_out.copy_(o)
    else:  # o sees c(t), or c(t−1)
        torch.addcmul(o, w_o, c_out if new else c, out=h_out)
    o.copy_(h_out.sigmoid_())
    _tanh(c_out, out=h_out).mul_(o)  # h(t) = o ⊙ tanh(c(t))
    return None


class BackwardSteps:
    """Gradients of T steps, last one first: from those at h(t) and c(t) to those at `a`.

    Whatever does not depend on them, the slopes of the gates, is computed for all T steps at once.
    """

    def __init__(
        self, a: Tensor, c: Tensor, h: Tensor, w: Tensor | None, new: bool, d_a: Tensor
    ) -> None:
        """Gates `a` (T, R, 4H), cell states `c` (T+1, R, H), outputs `h` (T, R, H); `d_a`
        (T, R, 4H) is written into.
        """
        self.a, self.c, self.h, self.w, self.new, self.d_a = a, c, h, w, new, d_a
        self.kernels = backend(a)
        if self.kernels is None:
            self._find_slopes()

    def _find_slopes(self) -> None:
        c_before = self.c[:-1]
        i, f, g, o = self.a.unflatten(-1, (4, -1)).unbind(-2)
        s_i, s_f, s_g, s_o = slopes = self.d_a.unflatten(-1, (4, -1)).unbind(-2)
        # h = o ⊙ tanh(c) with o = σ(a_o), where σ′ = σ (1 − σ) and tanh′ = 1 − tanh²
        tanh_c = self.h / o.clamp(min=torch.finfo(o.dtype).tiny)  # where o is 0, so is h
        _SIGMOID_SLOPE(tanh_c, o, grad_input=s_o)  # ∂h/∂a_o = tanh(c) ⊙ σ′
        # c = f ⊙ c(t−1) + i ⊙ g
        _SIGMOID_SLOPE(g, i, grad_input=s_i)  # ∂c/∂a_i
        _SIGMOID_SLOPE(c_before, f, grad_input=s_f)  # ∂c/∂a_f
        _TANH_SLOPE(i, g, grad_input=s_g)  # ∂c/∂a_g
        # ∂h/∂c = o ⊙ tanh′(c), and through the output gate where it sees c(t)
        h_by_c = _TANH_SLOPE(o, tanh_c, grad_input=tanh_c)
        # ∂c/∂c(t−1): directly, and through the peepholes of i and f
        c_by_c = f
        if self.w is not None:
            c_by_c = torch.addcmul(f, self.w[0], s_i).addcmul_(self.w[1], s_f)
            if self.new:
                h_by_c.addcmul_(self.w[2], s_o)
        self.slopes = [z.unbind() for z in (*slopes, h_by_c, c_by_c)]  # views of each step

    def step(self, t: int, d_output: Tensor, d_h: Tensor, d_c: Tensor) -> Tensor:
        """The gradient at a(t), (R, 4H), from those at output t and at h(t), c(t) from later on.

        `d_c` then holds the gradient at c(t−1).
        """
        d_a = self.d_a[t]
        if self.kernels is not None:
            forward = (self.a[t], self.c[t], self.c[t + 1], self.w, self.new)
            self.kernels.backward_step(*forward, d_output, d_h, d_c, d_a)
            return d_a
        d_i, d_f, d_g, d_o, h_by_c, c_by_c = (z[t] for z in self.slopes)
        d_h = d_h + d_output
        d_c.addcmul_(d_h, h_by_c)
        for slope in (d_i, d_f, d_g):  # one by one: together, over short strides, it is slow
            slope.mul_(d_c)
        d_o.mul_(d_h)
        d_c.mul_(c_by_c)
        if self.w is not None and not self.new:
            d_c.addcmul_(self.w[2], d_o)
        return d_a


def _tanh(x: Tensor, out: Tensor) -> Tensor:
    """tanh(x) = e / (e + 2), where e = exp(2x) − 1: on a CPU half the time of torch's tanh.

    As exact as that one, for small x too, where 2 σ(2x) − 1 would lose it.
    """
    e = torch.mul(x, 2).clamp_(max=30).expm1_()
    return torch.div(e, e + 2, out=out)


def backend(x: Tensor) -> Any:
    """The compiled steps for tensors as this one, a module, or None for plain operations."""
    if x.is_cuda and HAS_TRITON:
        return _compiled("pointwise_triton")
    if HAS_NUMBA and x.device.type == "cpu" and x.dtype != torch.float64 and x.is_contiguous():
        return _compiled("loop_numba")
    return None


@lru_cache
def _compiled(name: str) -> Any:
    """That module; None, with a warning, where what it needs is installed and does not work."""
    try:
        return import_module(f"lstm_video_lab.layers.{name}")
    except Exception as error:  # numba beside a newer numpy, say: an ImportError, or any other
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        warnings.warn(f"layers run without {name}, which does not load ({reason})", stacklevel=2)
        return None
