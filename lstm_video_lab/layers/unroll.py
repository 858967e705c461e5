"""One recurrent layer over a whole sequence, its backward pass written by hand: the fast path of
`LSTM` and `ConvLSTM`.

Letters: T time, B batch, X inputs, H units (of a ConvLSTM: channels). Units stand last: a batch of
states is (B, H), or (B, h, w, H). `a` is what the gates sum up, and later the gates themselves;
`d_…` is the gradient of the loss at whatever follows.
"""

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from lstm_video_lab.layers.linear_maps import Convolution, Matrix, autocast_dtype
from lstm_video_lab.layers.pointwise import BackwardSteps, forward_step


class RecurrentFunction(torch.autograd.Function):
    """One layer over T steps: the equations of `cells`, everything that can be outside the loop.

    W_x x(t) + b is one product for many steps, and so is each weight gradient: for all T steps in
    an LSTM; step by step in a ConvLSTM, whose maps would leave the cache, and memory, otherwise.
    The forward pass writes the gates over their sums; the backward pass needs only them, the cell
    states and the outputs. Under autocast the operands of products are rounded, while gates, states
    and gradients of weights stay in float32.
    """

    @staticmethod
    def forward(ctx, x, h_0, c_0, weight_ih, weight_hh, bias, peephole, new, steps):
        make, operand = Matrix if weight_hh.dim() == 2 else Convolution, autocast_dtype(bias)
        ctx.make, ctx.operand, ctx.new = make, operand, new
        ctx.span = span = steps if make is Matrix else 1  # steps in one product
        with torch.autocast(bias.device.type, enabled=False):
            x, h_0, c_0, w = (_units_last(z, make) for z in (x, h_0, c_0, peephole))
            x, w = (z if z is None else z.contiguous() for z in (x, w))
            h = h_0.new_empty(steps + 1, *h_0.shape)
            c = torch.empty_like(h)
            h[0], c[0] = h_0, c_0
            hs, cs = h.unbind(), c.unbind()  # views of each step
            outer = None if x is None else make(weight_ih, operand)
            inner = make(weight_hh, operand)
            spans = []
            for start in range(0, steps, span):
                if outer is None:
                    a = bias.expand(span, *h_0.shape[:-1], -1).clone()
                else:
                    a = outer(x[start : start + span], bias)  # W_x x(t) + b
                spans.append(a)
                for t, a_t in enumerate(a.unbind(), start):
                    forward_step(a_t, inner(hs[t]), cs[t], w, new, cs[t + 1], hs[t + 1])
        ctx.save_for_backward(x, weight_ih, weight_hh, w, h, c, *spans)
        return tuple(_units_first(z, make) for z in (h[1:], h[-1].clone(), c[-1].clone()))

    @staticmethod
    @once_differentiable
    def backward(ctx, d_output, d_h, d_c):
        x, weight_ih, weight_hh, w, h, c, *spans = ctx.saved_tensors
        make, span = ctx.make, ctx.span
        d_output, d_h, d_c = (_units_last(z, make) for z in (d_output, d_h, d_c))
        d_c = d_c.clone(memory_format=torch.contiguous_format)
        inner = make(weight_hh, ctx.operand)
        outer = None if x is None else make(weight_ih, ctx.operand)
        d_a = torch.empty_like(spans[0])
        totals: dict[str, Tensor] = {}
        d_x = []
        for start in reversed(range(0, len(spans) * span, span)):
            here = slice(start, start + span)
            before, after = c[here], c[start + 1 : start + span + 1]
            back = BackwardSteps(spans[start // span], c[start : start + span + 1], w, ctx.new, d_a)
            for t in reversed(range(start, start + span)):
                d_h = inner.to_input(back.step(t - start, d_output[t], d_h, d_c))  # to h(t−1)
            prepared = inner.prepare(d_a)
            _add(totals, "weight_hh", inner.to_weight(prepared, h[here]))
            _add(totals, "bias", d_a.flatten(0, -2).sum(0))
            if outer is not None:
                _add(totals, "weight_ih", outer.to_weight(prepared, x[here]))
                if ctx.needs_input_grad[0]:
                    d_x.append(outer.to_input(d_a))
            if w is not None:
                _add(totals, "peephole", _to_peephole(d_a, before, after if ctx.new else before, w))
        return (
            _units_first(torch.cat(d_x[::-1]), make) if d_x else None,
            _units_first(d_h, make),
            _units_first(d_c, make),
            totals.get("weight_ih"),
            totals["weight_hh"],
            totals["bias"],
            None if w is None else _units_first(totals["peephole"], make),
            None,
            None,
        )


def _to_peephole(d_a: Tensor, before: Tensor, after: Tensor, w: Tensor) -> Tensor:
    """Gradient at the peepholes: d_a ⊙ the cell state that each looks at, summed to their shape."""
    d_i, d_f, _, d_o = d_a.unflatten(-1, (4, -1)).unbind(-2)
    pairs = ((d_i, before), (d_f, before), (d_o, after))
    return torch.stack([(d * c).sum_to_size(w[0].shape) for d, c in pairs])


def _add(totals: dict[str, Tensor], name: str, part: Tensor) -> None:
    """Sum over spans; with a single span, a plain assignment."""
    totals[name] = totals[name].add_(part) if name in totals else part


def _units_last(z: Tensor | None, make: type) -> Tensor | None:
    """(…, H, h, w) → (…, h, w, H) for maps; vectors stay as they are."""
    return z.movedim(-3, -1) if z is not None and make is Convolution else z


def _units_first(z: Tensor, make: type) -> Tensor:
    return z.movedim(-1, -3) if make is Convolution else z
