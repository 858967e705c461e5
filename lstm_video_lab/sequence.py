"""One LSTM layer over a whole sequence, its backward pass written by hand: the fast path of `LSTM`.

Letters: T time, B batch, X inputs, H units. `a` is what the gates sum up, and later the gates
themselves; `d_…` is the gradient of the loss at whatever follows. The equations are those of
`cells.gates`, and it is tested against them.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


class LSTMSequence(torch.autograd.Function):
    """One LSTM layer over a whole sequence, with its backward pass written by hand.

    The forward pass overwrites the summed inputs `a` with the gates, in place; the backward pass
    needs only them, the cell states and the outputs. Under autocast the operands of matrix products
    are bfloat16, while gates, states and gradients of weights stay in float32.
    """

    @staticmethod
    def forward(ctx, x, h_0, c_0, weight_ih, weight_hh, bias, peephole, sees_new, steps):
        ctx.sees_new, ctx.operand = sees_new, _operand_type(bias)
        with torch.autocast(bias.device.type, enabled=False):
            T, (B, H) = steps, h_0.shape
            if x is None:
                a = bias.expand(T, B, 4 * H).clone()
            else:  # W_x x(t) + b for the whole sequence: one product
                flat = _product(x.flatten(0, 1), weight_ih.t(), ctx.operand)  # (T·B, 4H)
                a = flat.add_(bias).view(T, B, 4 * H)
            h = a.new_empty(T + 1, B, H)
            c = a.new_empty(T + 1, B, H)
            h[0], c[0] = h_0, c_0
            w_h = weight_hh.t() if ctx.operand is None else weight_hh.t().to(ctx.operand)
            for t in range(T):
                if ctx.operand is None:
                    a[t].addmm_(h[t], w_h)  # + W_h h(t−1)
                else:
                    a[t].add_(h[t].to(ctx.operand) @ w_h)
                i, f, g, o = a[t].chunk(4, dim=1)  # views: what follows writes into `a`
                if peephole is not None:
                    i.addcmul_(peephole[0], c[t])
                    f.addcmul_(peephole[1], c[t])
                a[t, :, : 2 * H].sigmoid_()  # i(t), f(t)
                g.tanh_()
                torch.mul(f, c[t], out=c[t + 1]).addcmul_(i, g)  # c(t) = f ⊙ c(t−1) + i ⊙ g
                if peephole is not None:
                    o.addcmul_(peephole[2], c[t + 1] if sees_new else c[t])
                o.sigmoid_()
                torch.tanh(c[t + 1], out=h[t + 1]).mul_(o)  # h(t) = o ⊙ tanh(c(t))
        ctx.save_for_backward(x, weight_ih, weight_hh, peephole, a, h, c)
        return h[1:], h[T].clone(), c[T].clone()

    @staticmethod
    @once_differentiable
    def backward(ctx, d_output, d_h, d_c):
        x, weight_ih, weight_hh, peephole, a, h, c = ctx.saved_tensors
        T, B, H = d_output.shape
        w_ci, w_cf, w_co = (0.0, 0.0, 0.0) if peephole is None else peephole
        w_h = weight_hh if ctx.operand is None else weight_hh.to(ctx.operand)
        d_a = torch.empty_like(a)  # gradient at the summed inputs of the gates
        for t in reversed(range(T)):
            i, f, g, o = a[t].chunk(4, dim=1)
            d_i, d_f, d_g, d_o = d_a[t].chunk(4, dim=1)
            tanh_c = torch.tanh(c[t + 1])
            d_h = d_h + d_output[t]
            # h(t) = o ⊙ tanh(c(t)), and o = σ(a_o + w_co ⊙ c(t)), where σ′ = σ (1 − σ)
            torch.mul(d_h * tanh_c, o * (1 - o), out=d_o)
            d_c = d_c + d_h * o * (1 - tanh_c * tanh_c)
            if ctx.sees_new:
                d_c = d_c + w_co * d_o
            # c(t) = f ⊙ c(t−1) + i ⊙ g
            torch.mul(d_c * g, i * (1 - i), out=d_i)
            torch.mul(d_c * c[t], f * (1 - f), out=d_f)
            torch.mul(d_c * i, 1 - g * g, out=d_g)
            # what reaches c(t−1): through the cell, and through the peepholes that look at it
            d_c = d_c * f + w_ci * d_i + w_cf * d_f
            if not ctx.sees_new:
                d_c = d_c + w_co * d_o
            d_h = _product(d_a[t], w_h, ctx.operand)  # to h(t−1)

        # One product for each weight gradient, after the loop.
        flat = d_a.view(T * B, 4 * H)
        d_weight_hh = _product(flat.t(), h[:-1].reshape(T * B, H), ctx.operand)
        d_weight_ih = d_x = d_peephole = None
        if weight_ih is not None:
            d_weight_ih = _product(flat.t(), x.flatten(0, 1), ctx.operand)
            if ctx.needs_input_grad[0]:
                d_x = _product(flat, weight_ih, ctx.operand).view_as(x)
        if peephole is not None:
            d_i, d_f, _, d_o = d_a.chunk(4, dim=2)
            seen = c[1:] if ctx.sees_new else c[:-1]
            pairs = ((d_i, c[:-1]), (d_f, c[:-1]), (d_o, seen))
            d_peephole = torch.stack([(d * s).sum((0, 1)) for d, s in pairs])
        return d_x, d_h, d_c, d_weight_ih, d_weight_hh, flat.sum(0), d_peephole, None, None


def _operand_type(like: Tensor) -> torch.dtype | None:
    """The type to which autocast asks matrix operands to be rounded, or None."""
    kind = like.device.type
    asked = torch.is_autocast_enabled(kind) and like.dtype == torch.float32
    return torch.get_autocast_dtype(kind) if asked else None


def _product(a: Tensor, b: Tensor, operand: torch.dtype | None) -> Tensor:
    """a @ b in float32, the operands rounded where autocast asks for it."""
    return a @ b if operand is None else (a.to(operand) @ b.to(operand)).float()
