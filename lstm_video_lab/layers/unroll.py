"""One recurrent layer over a whole sequence, its backward pass written by hand: the fast path of
`LSTM` and `ConvLSTM`.

Letters: T time, B batch, X inputs, H units (of a ConvLSTM: channels). Units stand last: a batch of
states is (B, H), or (B, h, w, H). `a` is what the gates sum up, and later the gates themselves;
`d_…` is the gradient of the loss at whatever follows.
"""

import sys
from functools import cache
from typing import Any

import torch
from torch import Tensor

from lstm_video_lab import cells
from lstm_video_lab.layers.linear_maps import Convolution, Matrix, autocast_dtype
from lstm_video_lab.layers.pointwise import BackwardSteps, backend, forward_step


def by_equations(x, h, c, weight_ih, weight_hh, bias, peephole, output_peephole, steps):
    """One layer over T steps by the equations themselves, slowly: every operation is torch's own.

    Returns the output (T, B, …) and the last h and c, as `RecurrentFunction` does.
    """
    outputs, weights = [], (weight_ih, weight_hh, bias, peephole)
    for t in range(steps):
        now = cells.step(None if x is None else x[t], (h, c), weights, output_peephole)
        h, c = now.h, now.c
        outputs.append(h)
    return torch.stack(outputs), h, c


def by_hand(*inputs):
    """The same, fast: `RecurrentFunction`, which torch.compile leaves as it is."""
    apply = _opaque() if "torch._dynamo" in sys.modules else RecurrentFunction.apply
    return apply(*inputs)


def compiled_loop(weight_hh: Tensor) -> Any:
    """The module that runs the whole time loop of a layer with these weights, or None."""
    kernels = backend(weight_hh) if weight_hh.dim() == 2 else None
    is_single = weight_hh.dtype == torch.float32 and not autocast_dtype(weight_hh)
    return kernels if kernels and is_single and weight_hh.shape[1] <= kernels.WHOLE else None


def backend_name(weight_hh: Tensor) -> str:
    """Which way `by_hand` goes: "torch", "triton", "numba", or "numba loop" for the whole loop."""
    name = getattr(backend(weight_hh), "__name__", "torch").rpartition("_")[2]
    return f"{name} loop" if compiled_loop(weight_hh) else name


@cache
def _opaque():
    return torch.compiler.disable(RecurrentFunction.apply)


class RecurrentFunction(torch.autograd.Function):
    """One layer over T steps: the equations of `cells`, everything that can be outside the loop.

    W_x x(t) + b is one product for many steps, and so is each weight gradient: for all T steps in
    an LSTM; step by step in a ConvLSTM, whose maps would leave the cache, and memory, otherwise.
    The forward pass writes the gates over their sums; the backward pass needs only them, the cell
    states and the outputs. Under autocast, and with weights in half precision, the operands of
    products are rounded, while gates and states within a sequence stay in float32.
    """

    @staticmethod
    def forward(ctx, *inputs: Any):
        x, h_0, c_0, weight_ih, weight_hh, bias, peephole, output_peephole, steps = inputs
        make, ctx.autocast = Matrix if weight_hh.dim() == 2 else Convolution, autocast_dtype(bias)
        ctx.make, ctx.steps, ctx.loop = make, steps, compiled_loop(weight_hh)
        ctx.output_peephole, new = output_peephole, output_peephole == "new"
        span = steps if make is Matrix else 1  # steps in one product
        with torch.autocast(bias.device.type, enabled=False):
            x, h_0, c_0, w = (_units_last(z, make) for z in (x, h_0, c_0, peephole))
            h_0, c_0, w, b = (_summable(z) for z in (h_0, c_0, w, bias))
            h = h_0.new_empty(steps + 1, *h_0.shape)
            c = torch.empty_like(h)
            h[0], c[0] = h_0, c_0
            outer = None if x is None else make(weight_ih, ctx.autocast)
            inner = make(weight_hh, ctx.autocast)
            spans: Any = []
            hs, cs = h.unbind(), c.unbind()
            # W_h 0 is known, as is what it gives to the gradient: a tenth of ten steps
            ctx.from_zero = h_0.device.type == "cpu" and not h_0.any()
            for start in range(0, steps, span):
                if outer is None:
                    a = b.expand(span, *h_0.shape[:-1], -1).clone()
                else:
                    a = outer(x[start : start + span], b)  # W_x x(t) + b
                spans.append(a)
                if ctx.loop:
                    ctx.loop.forward(a, weight_hh, w, new, h, c, ctx.from_zero)
                    continue
                for t, a_t in enumerate(a.unbind(), start):
                    is_zero = t == 0 and ctx.from_zero
                    product = torch.zeros_like(a_t) if is_zero else inner(hs[t])
                    forward_step(a_t, product, cs[t], w, new, cs[t + 1], hs[t + 1])
        ctx.save_for_backward(*inputs[:7], x, w, h, c, *spans)
        outputs = (h[1:], h[-1].clone(), c[-1].clone())
        return tuple(_units_first(z, make).to(bias.dtype) for z in outputs)

    @staticmethod
    def backward(ctx, *d_outputs):
        saved = ctx.saved_tensors
        is_batched = torch._C._functorch.is_legacy_batchedtensor(d_outputs[0])
        if torch.is_grad_enabled() or is_batched or torch._C._are_functorch_transforms_active():
            return _by_equations_again(ctx, saved[:7], d_outputs)  # to be differentiated again
        _, _, _, weight_ih, weight_hh, _, _, x, w, h, c, *spans = saved
        make, span = ctx.make, len(spans[0])
        d_output, d_h, d_c = (_summable(_units_last(z, make)) for z in d_outputs)
        d_c, d_outputs = d_c.clone(memory_format=torch.contiguous_format), d_output.unbind()
        inner = make(weight_hh, ctx.autocast)
        outer = None if x is None else make(weight_ih, ctx.autocast)
        d_a, new = torch.empty_like(spans[0]), ctx.output_peephole == "new"
        totals: dict[str, Tensor] = {}
        d_x: Any = []
        for start in reversed(range(0, ctx.steps, span)):
            here = slice(start, start + span)
            before, after = c[here], c[start + 1 : start + span + 1]
            a, states = spans[start // span], c[start : start + span + 1]
            if ctx.loop:
                d_h = d_h.clone()
                slopes = (d_output, d_h, d_c, d_a, ctx.needs_input_grad[1])
                ctx.loop.backward(a, c, weight_hh, w, new, *slopes)
            else:
                back = BackwardSteps(a, states, h[start + 1 : start + span + 1], w, new, d_a)
                for t in reversed(range(start, start + span)):
                    d_a_t = back.step(t - start, d_outputs[t], d_h, d_c)
                    if t or ctx.needs_input_grad[1]:
                        d_h = inner.to_input(d_a_t)  # to h(t−1)
            prepared = inner.prepare(d_a)
            is_known = ctx.from_zero and start == 0 and span == 1  # h(0) = 0 adds nothing
            if not (is_known and totals):
                _add(totals, "weight_hh", inner.to_weight(prepared, h[here]))
            _add(totals, "bias", d_a.flatten(0, -2).sum(0))
            if outer is not None:
                _add(totals, "weight_ih", outer.to_weight(prepared, x[here]))
                if ctx.needs_input_grad[0]:
                    d_x.append(outer.to_input(d_a))
            if w is not None:
                _add(totals, "peephole", _to_peephole(d_a, before, after if new else before, w))
        d_w = totals.pop("peephole", None)
        d_x = torch.cat(d_x[::-1]) if d_x else None
        d_x, d_h, d_c, d_w = (_units_first(z, make) for z in (d_x, d_h, d_c, d_w))
        weights = (totals.get("weight_ih"), totals["weight_hh"], totals["bias"], d_w)
        return d_x, d_h, d_c, *weights, None, None


def _by_equations_again(ctx, saved, d_outputs):
    """The gradient as a function that can itself be differentiated."""
    with torch.enable_grad():
        inputs: Any = [z if z is None else z.view_as(z) for z in saved]
        with torch.autocast(d_outputs[0].device.type, ctx.autocast, ctx.autocast is not None):
            outputs = by_equations(*(*inputs, ctx.output_peephole, ctx.steps))
        needed = ctx.needs_input_grad
        wanted = [z for z, is_needed in zip(inputs, needed, strict=False) if is_needed]
        found: Any = iter(torch.autograd.grad(outputs, wanted, d_outputs, create_graph=True))
    return tuple(next(found) if is_needed else None for is_needed in needed)


def _to_peephole(d_a: Tensor, before: Tensor, after: Tensor, w: Tensor) -> Tensor:
    """Gradient at the peepholes: d_a ⊙ the cell state that each looks at, summed to their shape."""
    d_i, d_f, _, d_o = d_a.unflatten(-1, (4, -1)).unbind(-2)
    pairs = ((d_i, before), (d_f, before), (d_o, after))
    return torch.stack([(d * c).sum_to_size(w[0].shape) for d, c in pairs])


def _add(totals: dict[str, Tensor], name: str, part: Tensor) -> None:
    """Sum over spans; with a single span, a plain assignment."""
    totals[name] = totals[name].add_(part) if name in totals else part


def _units_last(z: Any, make: type) -> Any:
    """(…, H, h, w) → (…, h, w, H), contiguous, for maps; vectors stay as they are."""
    if z is None:
        return None
    return z.movedim(-3, -1).contiguous() if make is Convolution else z.contiguous()


def _summable(z: Any) -> Any:
    """In float32 at least, in which gates and states are summed up."""
    return z.float() if z is not None and z.dtype in (torch.bfloat16, torch.float16) else z


def _units_first(z: Any, make: type) -> Any:
    return z.movedim(-1, -3) if z is not None and make is Convolution else z
