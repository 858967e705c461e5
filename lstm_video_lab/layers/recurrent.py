"""Whole sequences through stacks of recurrent layers: the equations of `cells`, fast.

Letters: T time, B batch, X inputs, H units, C channels, L layers, h × w the size of a map.

Fast means: whatever does not depend on h(t−1) leaves the time loop. The input projections of the
whole sequence are one matrix product, and in the backward pass so is each weight gradient.
``fast=False`` runs the reference cell step by step instead and gives the same numbers slowly.
"""

from copy import deepcopy
from typing import Any, Unpack

import torch
from torch import Tensor, nn

from lstm_video_lab.cells import ConvLSTMCell, Factory, LSTMCell, Weights, existing
from lstm_video_lab.checks import LabError, check_sizes
from lstm_video_lab.layers.linear_maps import autocast_dtype, is_followed
from lstm_video_lab.layers.unroll import backend_name, by_equations, by_hand

State = tuple[Tensor, Tensor]
WEIGHTS = ("weight_ih", "weight_hh", "bias", "peephole")


class _Recurrent(nn.Module):
    """A stack of layers. A subclass adds a reference cell for each."""

    output_peephole: str
    backend = "none yet"  # which way the last call went
    axes, dims = "", 0  # of x
    single = (0, 0)  # dimensions of a state of one layer, and of x, without a batch

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
        self._cells: tuple[Any, ...] = ()

    def _add_layer(self, cell: Any) -> None:
        """Take over a cell's parameters, named as in torch.nn.LSTM: weight_ih_l0, …, peephole_l0.

        The empty cell is kept in a tuple, in which it is no submodule.
        """
        for name in WEIGHTS:
            self.register_parameter(f"{name}_l{len(self._cells)}", getattr(cell, name))
        cell._parameters.clear()
        self._cells += (cell,)

    def weights(self, layer: int) -> Weights:
        """Input weights (or None), recurrent weights, bias and peepholes (or None) of a layer."""
        weights: Any = tuple(getattr(self, f"{name}_l{layer}") for name in WEIGHTS)
        return weights

    def cell(self, layer: int = 0) -> Any:
        """The reference cell of a layer, sharing its weights: to step by hand."""
        cell = deepcopy(self._cells[layer])
        for name, weight in zip(WEIGHTS, self.weights(layer), strict=True):
            if weight is None or isinstance(weight, nn.Parameter):
                cell.register_parameter(name, weight)
            else:  # made from parameters elsewhere: weight norm, pruning, functional calls
                setattr(cell, name, weight)
        return cell

    def unroll(
        self,
        x: Tensor | None,
        states: list[State] | None = None,
        steps: int | None = None,
        generator: torch.Generator | None = None,
    ) -> tuple[list[Tensor], list[State]]:
        """The outputs (T, B, …) of every layer, and the last (h, c) of every layer.

        Raises ValueError where neither x nor a state and a number of steps are there, and for
        sizes or types that do not fit. An export holds as many steps as its example has.
        """
        steps = self._count_steps(x, states, steps)
        states = self._checked_states(x, states)
        weight_hh = self.weights(0)[1]
        is_plain = not self.fast or is_followed(weight_hh)
        run: Any = by_equations if is_plain else by_hand
        if not torch.compiler.is_compiling():
            self.backend = "equations" if is_plain else backend_name(weight_hh)
        outputs, last = [], []
        for layer in range(self.num_layers):
            if layer and self.dropout and self.training:
                assert x is not None
                keep = torch.full_like(x, 1 - self.dropout)  # between layers, never across time
                x = x * torch.bernoulli(keep, generator=generator) / (1 - self.dropout)
            weight_ih, *rest = self.weights(layer)
            weight_ih = None if x is None else weight_ih
            x, *state = run(x, *states[layer], weight_ih, *rest, self.output_peephole, steps)
            outputs.append(x)
            last.append((state[0], state[1]))
        return outputs, last

    def _count_steps(self, x: Tensor | None, states: list[State] | None, steps: int | None) -> int:
        """The number of steps; raises LabError for an x that does not fit the first layer."""
        if x is None:
            if states is None or steps is None or steps < 1:
                raise LabError("without an input x, give a state and a number of steps")
            return steps
        features = existing(self.weights(0)[0]).shape[1]
        shape: Any = tuple(x.shape) if isinstance(x, Tensor) else type(x).__name__
        if isinstance(shape, str) or len(shape) != self.dims or shape[2] != features:
            raise LabError(f"x is {shape}: it must be {self.axes}, with X = {features}")
        self._check_type("x", x)
        if steps not in (None, len(x)) or len(x) == 0:
            raise LabError(f"steps={steps} differs from the length of x, {len(x)}, or x is empty")
        return len(x)

    def _checked_states(self, x: Tensor | None, states: Any) -> list[State]:
        """h(0) and c(0) of each layer, (B, H) or (B, C, h, w), in the type of the weights."""
        _, like, _, peephole = self.weights(0)
        B, _, *maps = states[0][0].shape if x is None else x.shape[1:]
        if peephole is not None and tuple(peephole.shape[2:]) not in ((1, 1), tuple(maps)):
            raise LabError(f"maps of {maps} do not fit peepholes of {list(peephole.shape[2:])}")
        if states is None:
            zeros = [like.new_zeros(B, size, *maps) for size in self.sizes]
            return [(zero, zero) for zero in zeros]
        if len(states) != self.num_layers:
            raise LabError(f"the state has {len(states)} layers, but there are {self.num_layers}")
        for layer, (size, state) in enumerate(zip(self.sizes, states, strict=True)):
            shape = (B, size, *maps)
            for name, z in zip("hc", state, strict=True):
                where = f"{name} of layer {layer}"
                if z.shape != shape:
                    raise LabError(f"{where} has shape {tuple(z.shape)}: it must have {shape}")
                self._check_type(where, z)
        return [(h.to(like.dtype), c.to(like.dtype)) for h, c in states]

    def _check_type(self, name: str, z: Tensor) -> None:
        wanted = self.weights(0)[1]
        if z.dtype != wanted.dtype and not (z.is_floating_point() and autocast_dtype(wanted)):
            types = f"{z.dtype}, but the weights are {wanted.dtype}"
            raise LabError(f"{name} is {types}: convert one by .to(…)")

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
        if state is not None and (isinstance(state, Tensor) or len(state) != 2):
            raise LabError("state must be a pair (h_0, c_0)")
        states: Any = None if state is None else list(zip(*state, strict=True))
        first = states[0][0] if x is None and states else x
        is_single = isinstance(first, Tensor) and first.dim() == self.single[first is x]
        if is_single:  # a batch of one
            x = x if x is None else x.unsqueeze(1)
            states = states and [(h.unsqueeze(0), c.unsqueeze(0)) for h, c in states]
        outputs, last = self.unroll(x, states, steps, generator)
        if is_single:
            outputs = [output.squeeze(1) for output in outputs]
            last = [(h.squeeze(0), c.squeeze(0)) for h, c in last]
        h, c = zip(*last, strict=True)
        if len(set(self.sizes)) == 1:
            return outputs[-1], (torch.stack(h), torch.stack(c))
        return outputs[-1], (h, c)


class LSTM(_Recurrent):
    """LSTM layers with peepholes over whole sequences: `torch.nn.LSTM`'s call.

    `(x (T, B, X) or None, state=None, steps=None) → (output (T, B, H), (h_n, c_n) each (L, B, H))`,
    and for one sequence without a batch (T, X) → (T, H) and (L, H). `input_size=0` has no input
    weights and runs for `steps`. `hidden_size` is an int or one per layer. Dropout acts between
    layers only. A gradient goes to the input exactly when it requires one.
    """

    axes, dims = "(T, B, X)", 3
    single = (1, 2)

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
        **factory: Unpack[Factory],
    ) -> None:
        super().__init__(hidden_size, num_layers, dropout, fast)
        self.input_size = input_size
        self.peepholes, self.output_peephole = peepholes, output_peephole
        peeping: Any = {"peepholes": peepholes, "output_peephole": output_peephole, **factory}
        for X, H in zip((input_size, *self.sizes), self.sizes, strict=False):
            self._add_layer(LSTMCell(X, H, **peeping))


class ConvLSTM(_Recurrent):
    """Convolutional LSTM layers over whole sequences of maps.

    `(x (T, B, X, h, w) or None, state=None, steps=None) → (output (T, B, C, h, w), (h_n, c_n))`,
    states (L, B, C, h, w), or tuples of one tensor per layer where `hidden_channels` differ.
    Peepholes are False, "channel" (True means this) or "location", which needs `size=(h, w)`.
    """

    axes, dims = "(T, B, X, h, w)", 5

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
        **factory: Unpack[Factory],
    ) -> None:
        super().__init__(hidden_channels, num_layers, dropout, fast)
        self.in_channels, self.kernel_size, self.size = in_channels, kernel_size, size
        self.peepholes, self.output_peephole = peepholes, output_peephole
        peeping: Any = {"peepholes": peepholes, "output_peephole": output_peephole, **factory}
        for X, C in zip((in_channels, *self.sizes), self.sizes, strict=False):
            self._add_layer(ConvLSTMCell(X, C, kernel_size, size=size, **peeping))
