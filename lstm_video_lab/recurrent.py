"""Whole sequences through stacks of recurrent layers: the equations of `cells`, fast.

Letters: T time, B batch, X inputs, H units, C channels, L layers, h × w the size of a map.

Fast means: whatever does not depend on h(t−1) leaves the time loop. The input projections of the
whole sequence are one matrix product, and in the backward pass so is each weight gradient.
``fast=False`` runs the reference cell step by step instead and gives the same numbers slowly.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from lstm_video_lab.cells import ConvLSTMCell, LSTMCell, check_positive, gates

State = tuple[Tensor, Tensor]


class _Recurrent(nn.Module):
    """A stack of layers. Subclasses say how to make a cell and how to run one layer fast."""

    weight_names = ("weight_ih", "weight_hh", "bias", "peephole")

    def __init__(
        self, sizes: int | tuple[int, ...], num_layers: int, dropout: float, fast: bool
    ) -> None:
        super().__init__()
        check_positive(num_layers=num_layers)
        self.sizes = (sizes,) * num_layers if isinstance(sizes, int) else tuple(sizes)
        if len(self.sizes) != num_layers:
            raise ValueError(f"{len(self.sizes)} sizes were given for num_layers={num_layers}")
        if not 0.0 <= dropout < 1.0:
            raise ValueError(f"dropout={dropout} must lie in [0, 1)")
        if dropout and num_layers == 1:
            raise ValueError(f"dropout={dropout} acts between layers, and there is only one: use 0")
        self.num_layers, self.dropout, self.fast = num_layers, dropout, fast

    def _adopt(self, cells: list[Any]) -> None:
        """Parameters are named as in torch.nn.LSTM: weight_ih_l0, weight_hh_l0, bias_l0,
        peephole_l0, …
        """
        for k, cell in enumerate(cells):
            for name in self.weight_names:
                self.register_parameter(f"{name}_l{k}", getattr(cell, name))

    def weights(self, layer: int) -> tuple[Tensor | None, Tensor, Tensor, Tensor | None]:
        """Input weights (or None), recurrent weights, bias and peepholes (or None) of a layer."""
        found = [getattr(self, f"{name}_l{layer}") for name in self.weight_names]
        return found[0], found[1], found[2], found[3]

    def cell(self, layer: int = 0) -> Any:
        """The reference cell of a layer, sharing its parameters: to step by hand and watch."""
        cell = self._make_cell(layer)
        for name in self.weight_names:
            cell.register_parameter(name, getattr(self, f"{name}_l{layer}"))
        return cell

    def _make_cell(self, layer: int) -> Any:
        raise TypeError("use LSTM or ConvLSTM")

    def _run_fast(
        self, layer: int, x: Tensor | None, state: State, steps: int
    ) -> tuple[Tensor, State]:
        raise TypeError("use LSTM or ConvLSTM")

    def _zero_state(self, x: Tensor, size: int) -> Tensor:
        raise TypeError("use LSTM or ConvLSTM")

    def _run_slow(
        self, layer: int, x: Tensor | None, state: State, steps: int
    ) -> tuple[Tensor, State]:
        cell, outputs = self.cell(layer), []
        for t in range(steps):
            state = cell(None if x is None else x[t], state)
            outputs.append(state[0])
        return torch.stack(outputs), state

    def unroll(
        self,
        x: Tensor | None,
        states: list[State] | None = None,
        steps: int | None = None,
        generator: torch.Generator | None = None,
    ) -> tuple[list[Tensor], list[State]]:
        """The outputs (T, B, …) of every layer, and the last (h, c) of every layer."""
        if x is None:
            if states is None or steps is None or steps < 1:
                raise ValueError(
                    "without an input x, give a state and a number of steps of at least 1"
                )
        else:
            if self.weights(0)[0] is None:
                raise ValueError(
                    "this layer was built without inputs (input size 0): call it with x=None"
                )
            if steps not in (None, len(x)) or len(x) == 0:
                raise ValueError(
                    f"steps={steps} differs from the length of x, {len(x)}, or x is empty"
                )
            steps = len(x)
        if states is None:
            assert x is not None
            states = [(zero, zero) for zero in (self._zero_state(x, size) for size in self.sizes)]
        run = self._run_fast if self.fast else self._run_slow
        outputs, last = [], []
        for layer in range(self.num_layers):
            if layer and self.dropout and self.training:
                assert x is not None
                keep = torch.full_like(
                    x, 1 - self.dropout
                )  # between layers only, never across time
                x = x * torch.bernoulli(keep, generator=generator) / (1 - self.dropout)
            x, state = run(layer, x, states[layer], steps)
            outputs.append(x)
            last.append(state)
        return outputs, last

    def forward(
        self,
        x: Tensor | None,
        state: State | None = None,
        steps: int | None = None,
        generator: torch.Generator | None = None,
    ) -> tuple[Tensor, Any]:
        """torch.nn.LSTM's call: (x, (h_0, c_0)) → (output of the last layer, (h_n, c_n)).

        States are (L, B, …); where layers differ in size, tuples of one tensor per layer. `x` None
        runs for `steps` without input. `generator` draws the dropout masks (None: torch's own).
        """
        states = None if state is None else list(zip(*state, strict=True))
        outputs, last = self.unroll(x, states, steps, generator)
        h, c = zip(*last, strict=True)
        if len(set(self.sizes)) == 1:
            return outputs[-1], (torch.stack(h), torch.stack(c))
        return outputs[-1], (h, c)


class LSTM(_Recurrent):
    """LSTM layers with peepholes over whole sequences: `torch.nn.LSTM`'s call.

    `(x (T, B, X) or None, state=None, steps=None) → (output (T, B, H), (h_n, c_n) each (L, B, H))`.
    `input_size=0` has no input weights and runs for `steps`. `hidden_size` is an int or one per
    layer. Dropout acts between layers only. A gradient goes to the input exactly when it requires
    one.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int | tuple[int, ...],
        num_layers: int = 1,
        *,
        peepholes: bool = True,
        output_peephole: str = "new",
        dropout: float = 0.0,
        fast: bool = True,
    ) -> None:
        super().__init__(hidden_size, num_layers, dropout, fast)
        self.input_size, self.peepholes, self.output_peephole = (
            input_size,
            peepholes,
            output_peephole,
        )
        self._adopt([self._make_cell(k) for k in range(num_layers)])

    def _make_cell(self, layer: int) -> LSTMCell:
        return LSTMCell(
            (self.input_size, *self.sizes)[layer],
            self.sizes[layer],
            peepholes=self.peepholes,
            output_peephole=self.output_peephole,
        )

    def _zero_state(self, x: Tensor, size: int) -> Tensor:
        return x.new_zeros(x.shape[1], size)

    def _run_fast(
        self, layer: int, x: Tensor | None, state: State, steps: int
    ) -> tuple[Tensor, State]:
        weight_ih, *rest = self.weights(layer)
        weight_ih = None if x is None else weight_ih
        output, h, c = _LSTMSequence.apply(
            x, *state, weight_ih, *rest, self.output_peephole == "new", steps
        )
        return output, (h, c)


class ConvLSTM(_Recurrent):
    """Convolutional LSTM layers over whole sequences of maps.

    `(x (T, B, X, h, w) or None, state=None, steps=None) → (output (T, B, C, h, w), (h_n, c_n))`,
    states (L, B, C, h, w), or tuples of one tensor per layer where `hidden_channels` differ.
    Peepholes are False, "channel" (True means this) or "location", which needs `size=(h, w)`.
    """

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int | tuple[int, ...],
        kernel_size: int,
        num_layers: int = 1,
        *,
        peepholes: bool | str = "channel",
        output_peephole: str = "new",
        size: tuple[int, int] | None = None,
        dropout: float = 0.0,
        fast: bool = True,
    ) -> None:
        super().__init__(hidden_channels, num_layers, dropout, fast)
        self.in_channels, self.kernel_size, self.size = in_channels, kernel_size, size
        self.peepholes, self.output_peephole = peepholes, output_peephole
        self._adopt([self._make_cell(k) for k in range(num_layers)])

    def _make_cell(self, layer: int) -> ConvLSTMCell:
        return ConvLSTMCell(
            (self.in_channels, *self.sizes)[layer],
            self.sizes[layer],
            self.kernel_size,
            peepholes=self.peepholes,
            output_peephole=self.output_peephole,
            size=self.size,
        )

    def _zero_state(self, x: Tensor, size: int) -> Tensor:
        return x.new_zeros(x.shape[1], size, *x.shape[-2:])

    def _run_fast(
        self, layer: int, x: Tensor | None, state: State, steps: int
    ) -> tuple[Tensor, State]:
        weight_ih, weight_hh, bias, peephole = self.weights(layer)
        h, c = state
        a = bias.view(-1, 1, 1).expand(steps, len(h), -1, *h.shape[-2:])  # (T, B, 4C, h, w)
        if x is not None:
            assert weight_ih is not None
            flat = F.conv2d(
                x.flatten(0, 1), weight_ih, bias, padding="same"
            )  # one call for T·B maps
            a = flat.unflatten(0, x.shape[:2])
        outputs = []
        for t in range(steps):
            now = gates(
                a[t] + F.conv2d(h, weight_hh, padding="same"), c, peephole, self.output_peephole
            )
            h, c = now.h, now.c
            outputs.append(h)
        return torch.stack(outputs), (h, c)


class _LSTMSequence(torch.autograd.Function):
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
                a = (
                    _product(x.flatten(0, 1), weight_ih.t(), ctx.operand)
                    .add_(bias)
                    .view(T, B, 4 * H)
                )
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
            torch.mul(d_h * tanh_c, o * (1 - o), out=d_o)
            d_c = d_c + d_h * o * (1 - tanh_c * tanh_c)
            if ctx.sees_new:
                d_c = d_c + w_co * d_o
            torch.mul(d_c * g, i * (1 - i), out=d_i)
            torch.mul(d_c * c[t], f * (1 - f), out=d_f)
            torch.mul(d_c * i, 1 - g * g, out=d_g)
            d_c = d_c * f + w_ci * d_i + w_cf * d_f  # to c(t−1)
            if not ctx.sees_new:
                d_c = d_c + w_co * d_o
            d_h = _product(d_a[t], w_h, ctx.operand)  # to h(t−1)

        flat = d_a.view(T * B, 4 * H)
        d_weight_hh = _product(
            flat.t(), h[:-1].reshape(T * B, H), ctx.operand
        )  # one product, after the loop
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
