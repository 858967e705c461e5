"""How gradients travel through time: Jacobians of one step, their products, and the norms of these.

T time, B batch, X inputs, H units, S numbers of the state (H, or 2H for the LSTM's h and c).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

import torch
from torch import Tensor, nn

from lstm_video_lab.cells import LSTMCell
from lstm_video_lab.lessons.recurrence_and_memory.gru import GRUCell
from lstm_video_lab.lessons.recurrence_and_memory.rnn import RNNCell

Cell = RNNCell | GRUCell | LSTMCell

# name -> kind of cell, bias of the gate that keeps (None: as the lab starts it)
STARTS: dict[str, tuple[str, float | None]] = {
    "RNN": ("RNN", None),
    "RNN from I": ("RNN from I", None),
    "GRU": ("GRU", None),
    "GRU, keep 5": ("GRU", 5.0),
    "LSTM, forget 0": ("LSTM", 0.0),
    "LSTM, forget 1": ("LSTM", 1.0),
    "LSTM, forget 5": ("LSTM", 5.0),
}
INPUTS, UNITS = 4, 32  # of the cells that are measured


def make_cell(
    start: str, input_size: int, hidden_size: int, seed: int, scale: float | None = None
) -> Cell:
    """A cell of one of STARTS, whose first weights follow from the seed alone; no peepholes.

    `scale` g: recurrent weights from N(0, g²/H), so that the largest eigenvalue of a gate's matrix
    is g for very many units, and somewhat more for few; None: as the lab starts every cell. "RNN
    from I" is the plain cell whose recurrent matrix starts as the identity (Le, Jaitly and Hinton
    2015). Raises KeyError for other names.
    """
    kind, keep = STARTS[start]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        cell: Cell
        if kind == "LSTM":
            cell = LSTMCell(input_size, hidden_size, peepholes=False)
        else:
            cell = (GRUCell if kind == "GRU" else RNNCell)(input_size, hidden_size)
        if scale is not None:
            nn.init.normal_(cell.weight_hh, std=scale * hidden_size**-0.5)
    if kind == "RNN from I":
        nn.init.eye_(cell.weight_hh)
    if keep is not None:  # the second of four: the LSTM's forget gate, the GRU's update gate
        nn.init.constant_(cell.bias.detach().chunk(4)[1], keep)
    return cell


def step(cell: Cell, x: Tensor | None, state: Tensor) -> Tensor:
    """One step of any cell on its whole state (B, S): h, or h and c side by side."""
    if isinstance(cell, LSTMCell):
        h, c = state.chunk(2, dim=1)
        return torch.cat(cell(x, (h, c)), dim=1)
    return cell(x, state)


def initial_state(cell: Cell, batch: int) -> Tensor:
    """The state before the first step, zeros (B, S)."""
    size = cell.weight_hh.shape[1] * (2 if isinstance(cell, LSTMCell) else 1)
    return cell.weight_hh.new_zeros(batch, size)


def factors(cell: Cell, x: Tensor) -> Tensor:
    """∂s(t)/∂s(t−1) of every step over x (T, X), from the empty state: (T, S, S), by autograd."""
    states = [initial_state(cell, 1)]
    with torch.no_grad():
        for x_t in x[:-1]:
            states.append(step(cell, x_t[None], states[-1]))
    return _slopes(lambda x_t, s: step(cell, x_t[None], s[None])[0], x, torch.cat(states))


def slope(cell: Cell, x: Tensor, state: Tensor) -> Tensor:
    """∂s(T)/∂s(0) over x (T, X) from a state (1, S), through all steps at once: (S, S)."""

    def onwards(s: Tensor) -> Tensor:
        for x_t in x:
            s = step(cell, x_t[None], s)
        return s[0]

    return torch.func.jacrev(onwards)(state)[:, 0].detach()


def deep_factors(depth: int, width: int, scale: float, identity: bool, seed: int) -> Tensor:
    """∂y(l)/∂y(l−1) of a deep net, y(l) = tanh(W_l y(l−1)), plus y(l−1) with `identity`.

    (depth, width, width); every layer has its own W from N(0, g²/width), in double precision.
    """
    draws = torch.Generator().manual_seed(seed)
    weights = torch.randn(depth, width, width, generator=draws).double() * scale * width**-0.5

    def layer(weight: Tensor, y: Tensor) -> Tensor:
        return torch.tanh(weight @ y) + (y if identity else 0)

    values = [torch.randn(width, generator=draws).double()]
    for weight in weights[:-1]:
        values.append(layer(weight, values[-1]))
    return _slopes(layer, weights, torch.stack(values))


def _slopes(function: Callable[[Tensor, Tensor], Tensor], x: Tensor, states: Tensor) -> Tensor:
    """The Jacobian with respect to the state of function(x, state), at every pair."""
    return torch.func.vmap(torch.func.jacrev(function, argnums=1))(x, states).detach()


def gains(factors: Tensor) -> Tensor:
    """‖∂s(T)/∂s(T−k)‖ for k = 0 … T from the factors (T, S, S): (T + 1); the first is 1.

    The norm is the largest singular value: the most by which a small change can have grown.
    """
    product = torch.eye(factors.shape[-1], dtype=factors.dtype)
    products = [product]
    for factor in factors.flip(0):
        product = product @ factor  # ∂s(T)/∂s(t−1) = ∂s(T)/∂s(t) · ∂s(t)/∂s(t−1)
        products.append(product)
    return torch.linalg.matrix_norm(torch.stack(products), 2)


def deep_norms(depth: int, width: int, scale: float, identity: bool, seeds: int) -> Tensor:
    """`gains` of deep nets as powers of ten, the mean over seeds: (depth + 1)."""
    runs = [gains(deep_factors(depth, width, scale, identity, n)) for n in range(seeds)]
    return torch.stack(runs).log10().mean(0)


@lru_cache(maxsize=256)
def measure_gains(
    start: str, scale: float | None, seeds: tuple[int, ...], length: int = 100
) -> Tensor:
    """`gains` of untrained cells over random inputs, for each seed: (seeds, length + 1)."""
    gains_of_seeds = []
    with _one_thread():
        for seed in seeds:
            cell = make_cell(start, INPUTS, UNITS, seed, scale).double()
            x = torch.randn(length, INPUTS, generator=torch.Generator().manual_seed(seed)).double()
            gains_of_seeds.append(gains(factors(cell, x)))
    return torch.stack(gains_of_seeds)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Of many tiny products each takes longer to share out than to do."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
