"""One time step of a convolutional gated recurrent unit, as equations.

Letters: B batch, X inputs, C channels, h × w the size of a map. Gates are packed in the order
r, z, n (reset, update, new).

Source: Ballas et al. 2016.
"""

from typing import Unpack

import torch
from torch import Tensor

from lstm_video_lab.cells import Cell, Factory, add_parameters, convolve
from lstm_video_lab.checks import check_odd, check_sizes


def conv_gru_gates(a_x: Tensor, h: Tensor, weight_hh: Tensor) -> Tensor:
    """The convolutional GRU: from W_x ∗ x(t) + b, (B, 3C, h, w), and h(t−1) to the new state.

    The reset gate acts on h(t−1), before the convolution, and z lets the new value in, where that
    of a `GRUCell` keeps the old one.
    """
    x_r, x_z, x_n = a_x.chunk(3, 1)  # each (B, C, h, w)
    C = h.shape[1]
    h_r, h_z = convolve(h, weight_hh[: 2 * C]).chunk(2, 1)

    # r(t) = σ(W_xr ∗ x(t) + W_hr ∗ h(t−1) + b_r), and z(t) alike
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    # n(t) = tanh(W_xn ∗ x(t) + W_hn ∗ (r(t) ⊙ h(t−1)) + b_n)
    n = torch.tanh(x_n + convolve(r * h, weight_hh[2 * C :]))
    # h(t) = (1 − z(t)) ⊙ h(t−1) + z(t) ⊙ n(t)
    return (1 - z) * h + z * n


class ConvGRUCell(Cell):
    """One step of a convolutional GRU; the reset gate acts on h(t−1), before the convolution.

    `(x (B, X, h, w), h (B, C, h, w)) → h`. Parameters: `weight_ih` (3C, X, k, k), `weight_hh`
    (3C, C, k, k), `bias` (3C). Raises ValueError for an even kernel and sizes under 1.
    """

    weight_ih: Tensor

    def __init__(
        self, in_channels: int, hidden_channels: int, kernel_size: int, **factory: Unpack[Factory]
    ) -> None:
        super().__init__()
        X, C, k = in_channels, hidden_channels, kernel_size
        check_sizes(in_channels=X, hidden_channels=C, kernel_size=k)
        check_odd(kernel_size)
        weight_hh = (3 * C, C, k, k)
        shapes = {"weight_ih": (3 * C, X, k, k), "weight_hh": weight_hh, "bias": (3 * C,)}
        add_parameters(self, shapes, **factory)

    def inputs(self, x: Tensor) -> Tensor:
        """W_x ∗ x(t) + b of r, z and n, (B, 3C, h, w); of many steps at once, where x is known."""
        return convolve(x, self.weight_ih, self.bias)

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        """One step: (x(t), h(t−1)) → h(t)."""
        return conv_gru_gates(self.inputs(x), h, self.weight_hh)
