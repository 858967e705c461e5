"""One time step of a plain recurrent layer, as an equation.

Letters: B batch, X inputs, H units.

Source: Elman 1990.
"""

from typing import Unpack

import torch
from torch import Tensor
from torch.nn import functional as F

from lstm_video_lab.cells import Cell, Factory, add_parameters, existing
from lstm_video_lab.checks import check_number, check_sizes


class RNNCell(Cell):
    """One step of a plain recurrent layer.

    `(x (B, X) or None, h (B, H)) → h`. Parameters: `weight_ih` (H, X), `weight_hh` (H, H), `bias`
    (H). With `input_size=0` there are no input weights. Raises ValueError for sizes under 1.
    """

    def __init__(self, input_size: int, hidden_size: int, **factory: Unpack[Factory]) -> None:
        super().__init__()
        check_number("input_size", input_size, 0, whole=True)
        check_sizes(hidden_size=hidden_size)
        X, H = input_size, hidden_size
        shapes = {"weight_ih": (H, X) if X else None, "weight_hh": (H, H), "bias": (H,)}
        add_parameters(self, shapes, **factory)

    def forward(self, x: Tensor | None, h: Tensor) -> Tensor:
        """One step: (x(t), h(t−1)) → h(t)."""
        # h(t) = tanh(W_x x(t) + W_h h(t−1) + b)
        return torch.tanh(F.linear(h, self.weight_hh) + self.inputs(x, self.bias))

    def inputs(self, x: Tensor | None, bias: Tensor) -> Tensor:
        """W_x x(t) + b, and b alone without an input."""
        return bias if x is None else F.linear(x, existing(self.weight_ih), bias)
