"""One time step of a gated recurrent unit, as equations.

Letters: B batch, X inputs, H units. Gates are packed in the order r, z, n (reset, update, new).

Source: Cho et al. 2014, with the reset gate where torch has it.
"""

from typing import NamedTuple, Unpack

import torch
from torch import Tensor
from torch.nn import functional as F

from lstm_video_lab.cells import Cell, Factory, add_parameters, existing
from lstm_video_lab.checks import check_number, check_sizes


class GRUGates(NamedTuple):
    """Everything that happens in one step of a GRU, each (B, H)."""

    r: Tensor
    z: Tensor
    n: Tensor
    h: Tensor


def gru_gates(a_x: Tensor, a_h: Tensor, h: Tensor) -> GRUGates:
    """The GRU equations, from W_x x(t) + b_x and W_h h(t−1) + b_h, (B, 3H) each, to the new state.

    The reset gate acts on W_h h(t−1), as in torch and cuDNN. Cho et al. 2014, and convolutional
    GRUs, have it act on h(t−1) before the product: another function, with other weights.
    """
    x_r, x_z, x_n = a_x.chunk(3, dim=1)  # each (B, H)
    h_r, h_z, h_n = a_h.chunk(3, dim=1)

    # r(t) = σ(W_xr x(t) + W_hr h(t−1) + b_r)
    r = torch.sigmoid(x_r + h_r)
    # z(t) = σ(W_xz x(t) + W_hz h(t−1) + b_z)
    z = torch.sigmoid(x_z + h_z)
    # n(t) = tanh(W_xn x(t) + b_xn + r(t) ⊙ (W_hn h(t−1) + b_hn))
    n = torch.tanh(x_n + r * h_n)
    # h(t) = (1 − z(t)) ⊙ n(t) + z(t) ⊙ h(t−1)
    return GRUGates(r, z, n, (1 - z) * n + z * h)


class GRUCell(Cell):
    """One step of a gated recurrent unit, with the reset gate where torch has it.

    `(x (B, X) or None, h (B, H)) → h`. Parameters: `weight_ih` (3H, X), `weight_hh` (3H, H), `bias`
    (4H) in the order r, z, xn, hn: the new value has two, since the reset gate acts on one of them.
    With `input_size=0` there are no input weights. Raises ValueError for sizes under 1.
    """

    def __init__(self, input_size: int, hidden_size: int, **factory: Unpack[Factory]) -> None:
        super().__init__()
        check_number("input_size", input_size, 0, whole=True)
        check_sizes(hidden_size=hidden_size)
        X, H = input_size, hidden_size
        weight_ih = (3 * H, X) if X else None
        shapes = {"weight_ih": weight_ih, "weight_hh": (3 * H, H), "bias": (4 * H,)}
        add_parameters(self, shapes, **factory)

    def gates(self, x: Tensor | None, h: Tensor) -> GRUGates:
        """All gates of one step, to be looked at; `x` None means no input."""
        H = h.shape[1]
        a_h = F.linear(h, self.weight_hh, F.pad(self.bias[3 * H :], (2 * H, 0)))  # (B, 3H)
        a_x = self.bias[: 3 * H].expand_as(a_h)
        if x is not None:
            a_x = F.linear(x, existing(self.weight_ih), self.bias[: 3 * H])
        return gru_gates(a_x, a_h, h)

    def forward(self, x: Tensor | None, h: Tensor) -> Tensor:
        """One step: (x(t), h(t−1)) → h(t)."""
        return self.gates(x, h).h
