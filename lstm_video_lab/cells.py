"""One time step of a recurrent layer, as equations: the truth that everything else is tested
against.

Letters: B batch, X inputs, H units, C channels, h × w the size of a map.
Gates are packed in the order i, f, g, o (input, forget, cell input, output);
peepholes in the order i, f, o; a GRU's are r, z, n (reset, update, new). ⊙ is the product element
by element, ∗ a convolution, σ the logistic function.

Sources: Graves 2013, "Generating sequences with recurrent neural networks", equations 7–11;
Srivastava, Mansimov and Salakhutdinov 2015, section 2.1; for the convolutional cell Shi et al.
2015, equation 3; for the plain cell Elman 1990; for the GRU Cho et al. 2014, as torch has it; for
the convolutional GRU Ballas et al. 2016.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstm_video_lab.checks import LabError, check_choice, check_number, check_odd, check_sizes

OUTPUT_PEEPHOLES = ("new", "old")


class Gates(NamedTuple):
    """Everything that happens in one step; each tensor has the shape of the cell state."""

    i: Tensor
    f: Tensor
    g: Tensor
    o: Tensor
    c: Tensor
    h: Tensor


def gates(a: Tensor, c: Tensor, peephole: Tensor | None, output_peephole: str = "new") -> Gates:
    """The LSTM equations, from the summed inputs of the four gates to the new state.

    `a` is W_x x(t) + W_h h(t−1) + b of all gates, (B, 4H) or (B, 4C, h, w), where W is a matrix in
    an LSTM and a convolution in a ConvLSTM; `c` is c(t−1); `peephole` is (3, …) or None.
    `output_peephole` says which cell state the output gate sees: "new" is c(t), as Graves, the
    paper's own code and Shi et al. have it; "old" is c(t−1), as the 2017 lab report writes it.
    """
    a_i, a_f, a_g, a_o = a.chunk(4, dim=1)  # each (B, H) or (B, C, h, w)
    w_ci, w_cf, w_co = (0.0, 0.0, 0.0) if peephole is None else peephole

    # i(t) = σ(W_xi x(t) + W_hi h(t−1) + w_ci ⊙ c(t−1) + b_i)
    i = torch.sigmoid(a_i + w_ci * c)
    # f(t) = σ(W_xf x(t) + W_hf h(t−1) + w_cf ⊙ c(t−1) + b_f)
    f = torch.sigmoid(a_f + w_cf * c)
    # g(t) = tanh(W_xg x(t) + W_hg h(t−1) + b_g)
    g = torch.tanh(a_g)
    # c(t) = f(t) ⊙ c(t−1) + i(t) ⊙ g(t)
    c_new = f * c + i * g
    # o(t) = σ(W_xo x(t) + W_ho h(t−1) + w_co ⊙ c(t) + b_o)      or c(t−1), where that is chosen
    o = torch.sigmoid(a_o + w_co * (c_new if output_peephole == "new" else c))
    # h(t) = o(t) ⊙ tanh(c(t))
    h = o * torch.tanh(c_new)
    return Gates(i, f, g, o, c_new, h)


class _Cell(nn.Module):
    """What all cells hold; `weight_ih` is None where there is no input."""

    weight_ih: Tensor | None
    weight_hh: Tensor
    bias: Tensor


class LSTMCell(_Cell):
    """One step of an LSTM with peepholes.

    `(x (B, X) or None, (h, c) each (B, H)) → (h, c)`. Parameters: `weight_ih` (4H, X), `weight_hh`
    (4H, H), `bias` (4H), `peephole` (3, H). With `input_size=0` there are no input weights.
    Raises ValueError for sizes under 1 and unknown choices.
    """

    peephole: Tensor | None

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        peepholes: bool = True,
        output_peephole: str = "new",
    ) -> None:
        super().__init__()
        check_number("input_size", input_size, 0, whole=True)
        check_sizes(hidden_size=hidden_size)
        check_choice("peepholes", peepholes, (True, False))
        check_choice("output_peephole", output_peephole, OUTPUT_PEEPHOLES)
        self.output_peephole = output_peephole
        X, H = input_size, hidden_size
        add_parameters(
            self,
            weight_ih=(4 * H, X) if X else None,
            weight_hh=(4 * H, H),
            bias=(4 * H,),
            peephole=(3, H) if peepholes else None,
        )
        open_forget_gate(self.bias)

    def gates(self, x: Tensor | None, state: tuple[Tensor, Tensor]) -> Gates:
        """All gates of one step, to be looked at; `x` None means no input."""
        h, c = state
        a = F.linear(h, self.weight_hh) + self.bias  # W_h h(t−1) + b, (B, 4H)
        if x is not None:
            a = a + F.linear(x, existing(self.weight_ih))  # W_x x(t)
        return gates(a, c, self.peephole, self.output_peephole)

    def forward(self, x: Tensor | None, state: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """One step: (x(t), (h(t−1), c(t−1))) → (h(t), c(t))."""
        now = self.gates(x, state)
        return now.h, now.c


class ConvLSTMCell(_Cell):
    """One step of a convolutional LSTM: the same equations, with convolutions for matrix products.

    `(x (B, X, h, w) or None, (h, c) each (B, C, h, w)) → (h, c)`. Parameters: `weight_ih`
    (4C, X, k, k), `weight_hh` (4C, C, k, k), `bias` (4C), `peephole` (3, C, 1, 1) for "channel",
    (3, C, h, w) for "location", which needs `size=(h, w)`. Maps keep their size (zero padding).
    Raises ValueError for an even kernel, sizes under 1 and unknown choices.
    """

    peephole: Tensor | None

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int,
        kernel_size: int,
        *,
        peepholes: bool | str = "channel",
        output_peephole: str = "new",
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__()
        check_number("in_channels", in_channels, 0, whole=True)
        check_sizes(hidden_channels=hidden_channels, kernel_size=kernel_size)
        check_odd(kernel_size)
        check_choice("output_peephole", output_peephole, OUTPUT_PEEPHOLES)
        self.output_peephole = output_peephole
        X, C, k = in_channels, hidden_channels, kernel_size
        add_parameters(
            self,
            weight_ih=(4 * C, X, k, k) if X else None,
            weight_hh=(4 * C, C, k, k),
            bias=(4 * C,),
            peephole=peephole_shape(peepholes, C, size),
        )
        open_forget_gate(self.bias)

    def gates(self, x: Tensor | None, state: tuple[Tensor, Tensor]) -> Gates:
        """All gates of one step, to be looked at; `x` None means no input."""
        h, c = state
        a = F.conv2d(h, self.weight_hh, padding="same") + self.bias.view(-1, 1, 1)  # (B, 4C, h, w)
        if x is not None:
            a = a + F.conv2d(x, existing(self.weight_ih), padding="same")
        return gates(a, c, self.peephole, self.output_peephole)

    def forward(self, x: Tensor | None, state: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """One step: (x(t), (h(t−1), c(t−1))) → (h(t), c(t))."""
        now = self.gates(x, state)
        return now.h, now.c


class RNNCell(_Cell):
    """One step of a plain recurrent layer.

    `(x (B, X) or None, h (B, H)) → h`. Parameters: `weight_ih` (H, X), `weight_hh` (H, H), `bias`
    (H). With `input_size=0` there are no input weights. Raises ValueError for sizes under 1.
    """

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        check_number("input_size", input_size, 0, whole=True)
        check_sizes(hidden_size=hidden_size)
        X, H = input_size, hidden_size
        add_parameters(self, weight_ih=(H, X) if X else None, weight_hh=(H, H), bias=(H,))

    def forward(self, x: Tensor | None, h: Tensor) -> Tensor:
        """One step: (x(t), h(t−1)) → h(t)."""
        # h(t) = tanh(W_x x(t) + W_h h(t−1) + b)
        return torch.tanh(F.linear(h, self.weight_hh) + self.inputs(x, self.bias))

    def inputs(self, x: Tensor | None, bias: Tensor) -> Tensor:
        """W_x x(t) + b, and b alone without an input."""
        return bias if x is None else F.linear(x, existing(self.weight_ih), bias)


class GRUGates(NamedTuple):
    """Everything that happens in one step of a GRU, each (B, H) or (B, C, h, w)."""

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


class GRUCell(_Cell):
    """One step of a gated recurrent unit, with the reset gate where torch has it.

    `(x (B, X) or None, h (B, H)) → h`. Parameters: `weight_ih` (3H, X), `weight_hh` (3H, H), `bias`
    (4H) in the order r, z, xn, hn: the new value has two, since the reset gate acts on one of them.
    With `input_size=0` there are no input weights. Raises ValueError for sizes under 1.
    """

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        check_number("input_size", input_size, 0, whole=True)
        check_sizes(hidden_size=hidden_size)
        X, H = input_size, hidden_size
        weight_ih = (3 * H, X) if X else None
        add_parameters(self, weight_ih=weight_ih, weight_hh=(3 * H, H), bias=(4 * H,))

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


def conv_gru_gates(a_x: Tensor, h: Tensor, weight_hh: Tensor) -> GRUGates:
    """The convolutional GRU: from W_x ∗ x(t) + b, (B, 3C, h, w), and h(t−1) to the new state.

    The reset gate acts on h(t−1), before the convolution, and z lets the new value in, where that
    of `gru_gates` keeps the old one.
    """
    x_r, x_z, x_n = a_x.chunk(3, 1)  # each (B, C, h, w)
    C = h.shape[1]
    h_r, h_z = F.conv2d(h, weight_hh[: 2 * C], padding="same").chunk(2, 1)

    # r(t) = σ(W_xr ∗ x(t) + W_hr ∗ h(t−1) + b_r), and z(t) alike
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    # n(t) = tanh(W_xn ∗ x(t) + W_hn ∗ (r(t) ⊙ h(t−1)) + b_n)
    n = torch.tanh(x_n + F.conv2d(r * h, weight_hh[2 * C :], padding="same"))
    # h(t) = (1 − z(t)) ⊙ h(t−1) + z(t) ⊙ n(t)
    return GRUGates(r, z, n, (1 - z) * h + z * n)


class ConvGRUCell(_Cell):
    """One step of a convolutional GRU; the reset gate acts on h(t−1), before the convolution.

    `(x (B, X, h, w), h (B, C, h, w)) → h`. Parameters: `weight_ih` (3C, X, k, k), `weight_hh`
    (3C, C, k, k), `bias` (3C). Raises ValueError for an even kernel and sizes under 1.
    """

    weight_ih: Tensor

    def __init__(self, in_channels: int, hidden_channels: int, kernel_size: int) -> None:
        super().__init__()
        X, C, k = in_channels, hidden_channels, kernel_size
        check_sizes(in_channels=X, hidden_channels=C, kernel_size=k)
        check_odd(kernel_size)
        add_parameters(self, weight_ih=(3 * C, X, k, k), weight_hh=(3 * C, C, k, k), bias=(3 * C,))

    def inputs(self, x: Tensor) -> Tensor:
        """W_x ∗ x(t) + b of r, z and n, (B, 3C, h, w); of many steps at once, where x is known."""
        return F.conv2d(x, self.weight_ih, self.bias, padding="same")

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        """One step: (x(t), h(t−1)) → h(t)."""
        return conv_gru_gates(self.inputs(x), h, self.weight_hh).h


def add_parameters(cell: nn.Module, **shapes: tuple[int, ...] | None) -> None:
    """Parameters by name and shape, None where a cell has none of that name.

    Weights are uniform in ±1/√fan-in, drawn in this order; biases and peepholes are 0.
    """
    for name, shape in shapes.items():
        parameter = None if shape is None else nn.Parameter(torch.zeros(shape))
        cell.register_parameter(name, parameter)
        if parameter is not None and name.startswith("weight"):
            bound = parameter[0].numel() ** -0.5
            nn.init.uniform_(parameter, -bound, bound)


def open_forget_gate(bias: Tensor) -> None:
    """A forget gate that starts open lets gradients pass from the first step (Gers et al. 2000;
    Jozefowicz et al. 2015).
    """
    nn.init.ones_(bias.detach().chunk(4)[1])


def existing(weight_ih: Tensor | None) -> Tensor:
    """The input weights, which must be there."""
    if weight_ih is None:
        raise LabError("this cell was built without inputs (input size 0): call it with x=None")
    return weight_ih


def peephole_shape(
    peepholes: bool | str, channels: int, size: tuple[int, int] | None
) -> tuple[int, ...] | None:
    """Shape of a ConvLSTM's peepholes: one weight per channel, or one per channel and location."""
    check_choice("peepholes", peepholes, (True, False, "channel", "location"))
    if peepholes == "location":
        if size is None:
            raise LabError(
                "peepholes='location' needs size=(h, w): one weight for each place of the map"
            )
        return (3, channels, *size)
    return (3, channels, 1, 1) if peepholes else None
