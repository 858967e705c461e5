"""Whole sequences through stacks of recurrent layers: the equations of `cells`, fast.

Letters: T time, B batch, X inputs, H units, C channels, L layers, h × w the size of a map.

Fast means: whatever does not depend on h(t−1) leaves the time loop. The input projections of the
whole sequence are one matrix product, and in the backward pass so is each weight gradient.
``fast=False`` runs the reference cell step by step instead and gives the same numbers slowly.
"""

from abc import ABC, abstractmethod
from typing import Any

import torch
from torch import Tensor, nn

from lstm_video_lab.cells import ConvLSTMCell, LSTMCell, existing
from lstm_video_lab.checks import LabError, check_sizes
from lstm_video_lab.layers.unroll import RecurrentFunction

State = tuple[Tensor, Tensor]


class _Recurrent(nn.Module, ABC):
    """A stack of layers. A subclass says what its reference cell is, and the output peephole."""

    weight_names = ("weight_ih", "weight_hh", "bias", "peephole")

    def __init__(
        self, sizes: int | tuple[int, ...], num_layers: int, dropout: float, fast: bool
    ) -> None:
        super().__init__()
        check_sizes(num_layers=num_layers)
        self.sizes = (sizes,) * num_layers if isinstance(sizes, int) else tuple(sizes)
        if len(self.sizes) != num_layers:
            raise LabError(f"{len(self.sizes)} sizes were given for num_layers={num_layers}")
        if not 0.0 <= dropout < 1.0:
            raise LabError(f"dropout={dropout} must lie in [0, 1)")
        if dropout and num_layers == 1:
            raise LabError(f"dropout={dropout} acts between layers, and there is only one: use 0")
        self.num_layers, self.dropout, self.fast = num_layers, dropout, fast

    def _add_parameters(self) -> None:
        """Named as in torch.nn.LSTM: weight_ih_l0, weight_hh_l0, bias_l0, peephole_l0, …"""
        for k in range(self.num_layers):
            cell = self._make_cell(k)
            for name in self.weight_names:
                self.register_parameter(f"{name}_l{k}", getattr(cell, name))

    def weights(self, layer: int) -> tuple[Tensor | None, Tensor, Tensor, Tensor | None]:
        """Input weights (or None), recurrent weights, bias and peepholes (or None) of a layer."""
        weight_ih, weight_hh, bias, peephole = (
            getattr(self, f"{name}_l{layer}") for name in self.weight_names
        )
        return weight_ih, weight_hh, bias, peephole

    def cell(self, layer: int = 0) -> Any:
        """The reference cell of a layer, sharing its parameters: to step by hand."""
        cell = self._make_cell(layer)
        for name in self.weight_names:
            cell.register_parameter(name, getattr(self, f"{name}_l{layer}"))
        return cell

    @abstractmethod
    def _make_cell(self, layer: int) -> Any:
        """A reference cell of the layer's size, with parameters of its own."""

    def _run_fast(
        self, layer: int, x: Tensor | None, state: State, steps: int
    ) -> tuple[Tensor, State]:
        weight_ih, *rest = self.weights(layer)
        weight_ih = None if x is None else weight_ih
        output, h, c = RecurrentFunction.apply(
            x, *state, weight_ih, *rest, self.output_peephole == "new", steps
        )
        return output, (h, c)

    def _zero_states(self, x: Tensor) -> list[State]:
        """h(0) and c(0) of each layer, (B, H) or (B, C, h, w)."""
        zeros = [x.new_zeros(x.shape[1], size, *x.shape[3:]) for size in self.sizes]
        return [(zero, zero) for zero in zeros]

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
        """The outputs (T, B, …) of every layer, and the last (h, c) of every layer.

        Raises ValueError where neither x nor a state and a number of steps are there.
        """
        steps = self._count_steps(x, states, steps)
        if states is None:
            assert x is not None
            states = self._zero_states(x)
        run = self._run_fast if self.fast else self._run_slow
        outputs, last = [], []
        for layer in range(self.num_layers):
            if layer and self.dropout and self.training:
                assert x is not None
                keep = torch.full_like(x, 1 - self.dropout)  # between layers, never across time
                x = x * torch.bernoulli(keep, generator=generator) / (1 - self.dropout)
            x, state = run(layer, x, states[layer], steps)
            outputs.append(x)
            last.append(state)
        return outputs, last

    def _count_steps(self, x: Tensor | None, states: list[State] | None, steps: int | None) -> int:
        if x is None:
            if states is None or steps is None or steps < 1:
                raise LabError(
                    "without an input x, give a state and a number of steps of at least 1"
                )
            return steps
        existing(self.weights(0)[0])
        if steps not in (None, len(x)) or len(x) == 0:
            raise LabError(f"steps={steps} differs from the length of x, {len(x)}, or x is empty")
        return len(x)

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
        self.input_size = input_size
        self.peepholes, self.output_peephole = peepholes, output_peephole
        self._add_parameters()

    def _make_cell(self, layer: int) -> LSTMCell:
        return LSTMCell(
            (self.input_size, *self.sizes)[layer],
            self.sizes[layer],
            peepholes=self.peepholes,
            output_peephole=self.output_peephole,
        )


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
        self._add_parameters()

    def _make_cell(self, layer: int) -> ConvLSTMCell:
        return ConvLSTMCell(
            (self.in_channels, *self.sizes)[layer],
            self.sizes[layer],
            self.kernel_size,
            peepholes=self.peepholes,
            output_peephole=self.output_peephole,
            size=self.size,
        )
