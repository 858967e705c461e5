"""One time step of a recurrent layer, as equations: the truth that everything else is tested
against.

Letters: B batch, X inputs, H units, C channels, h × w the size of a map.
Gates are packed in the order i, f, g, o (input, forget, cell input, output);
peepholes in the order i, f, o. ⊙ is the product element by element, ∗ a convolution, σ the logistic
function.

Sources: Graves 2013, "Generating sequences with recurrent neural networks", equations 7–11;
Srivastava, Mansimov and Salakhutdinov 2015, section 2.1; for the convolutional cell Shi et al.
2015, equation 3.
"""

from typing import Any, NamedTuple, TypedDict, Unpack

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstm_video_lab.checks import LabError, check_choice, check_number, check_odd, check_sizes

OUTPUT_PEEPHOLES = ("new", "old")
Weights = tuple[Tensor | None, Tensor, Tensor, Tensor | None]  # ih, hh, bias, peephole


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


def step(
    x: Tensor | None, state: tuple[Tensor, Tensor], weights: Weights, output_peephole: str = "new"
) -> Gates:
    """All gates of one step, from x(t) and (h(t−1), c(t−1)); `x` None means no input.

    An LSTM where weights are matrices, a ConvLSTM where they are kernels, (4C, C, k, k).
    """
    h, c = state
    weight_ih, weight_hh, bias, peephole = weights
    product = F.linear if weight_hh.dim() == 2 else convolve
    a = product(h, weight_hh) + bias.view(-1, *[1] * (weight_hh.dim() - 2))  # W_h h(t−1) + b
    if x is not None:
        a = a + product(x, existing(weight_ih))  # W_x x(t)
    return gates(a, c, peephole, output_peephole)  # of (B, 4H) or (B, 4C, h, w)


def convolve(maps: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """W ∗ maps, with zeros around them, so that they keep their size."""
    return F.conv2d(maps, weight, bias, padding="same")


class Factory(TypedDict, total=False):
    """Where parameters are made, and of which type, as torch's own modules are told."""

    device: Any
    dtype: torch.dtype | None


class Cell(nn.Module):
    """What all cells hold; `weight_ih` is None where there is no input."""

    weight_ih: Tensor | None
    weight_hh: Tensor
    bias: Tensor


class _LSTMCell(Cell):
    """A cell with the gates of `step`."""

    peephole: Tensor | None
    output_peephole: str

    def gates(self, x: Tensor | None, state: tuple[Tensor, Tensor]) -> Gates:
        """All gates of one step, to be looked at; `x` None means no input."""
        weights = (self.weight_ih, self.weight_hh, self.bias, self.peephole)
        return step(x, state, weights, self.output_peephole)

    def forward(self, x: Tensor | None, state: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """One step: (x(t), (h(t−1), c(t−1))) → (h(t), c(t))."""
        now = self.gates(x, state)
        return now.h, now.c


class LSTMCell(_LSTMCell):
    """One step of an LSTM with peepholes.

    `(x (B, X) or None, (h, c) each (B, H)) → (h, c)`. Parameters: `weight_ih` (4H, X), `weight_hh`
    (4H, H), `bias` (4H), `peephole` (3, H). With `input_size=0` there are no input weights.
    Raises ValueError for sizes under 1 and unknown choices.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        peepholes: bool = True,
        output_peephole: str = "new",
        **factory: Unpack[Factory],
    ) -> None:
        super().__init__()
        check_number("input_size", input_size, 0, whole=True)
        check_sizes(hidden_size=hidden_size)
        check_choice("peepholes", peepholes, (True, False))
        check_choice("output_peephole", output_peephole, OUTPUT_PEEPHOLES)
        self.output_peephole = output_peephole
        X, H = input_size, hidden_size
        shapes = {
            "weight_ih": (4 * H, X) if X else None,
            "weight_hh": (4 * H, H),
            "bias": (4 * H,),
            "peephole": (3, H) if peepholes else None,
        }
        add_parameters(self, shapes, **factory)
        open_forget_gate(self.bias)


class ConvLSTMCell(_LSTMCell):
    """One step of a convolutional LSTM: the same equations, with convolutions for matrix products.

    `(x (B, X, h, w) or None, (h, c) each (B, C, h, w)) → (h, c)`. Parameters: `weight_ih`
    (4C, X, k, k), `weight_hh` (4C, C, k, k), `bias` (4C), `peephole` (3, C, 1, 1) for "channel",
    (3, C, h, w) for "location", which needs `size=(h, w)`. Maps keep their size (zero padding).
    Raises ValueError for an even kernel, sizes under 1 and unknown choices.
    """

    def __init__(
        self,
        in_channels: int,
        hidden_channels: int,
        kernel_size: int,
        *,
        peepholes: bool | str = "channel",
        output_peephole: str = "new",
        size: tuple[int, int] | None = None,
        **factory: Unpack[Factory],
    ) -> None:
        super().__init__()
        check_number("in_channels", in_channels, 0, whole=True)
        check_sizes(hidden_channels=hidden_channels, kernel_size=kernel_size)
        check_odd(kernel_size)
        check_choice("output_peephole", output_peephole, OUTPUT_PEEPHOLES)
        self.output_peephole = output_peephole
        X, C, k = in_channels, hidden_channels, kernel_size
        shapes = {
            "weight_ih": (4 * C, X, k, k) if X else None,
            "weight_hh": (4 * C, C, k, k),
            "bias": (4 * C,),
            "peephole": peephole_shape(peepholes, C, size),
        }
        add_parameters(self, shapes, **factory)
        open_forget_gate(self.bias)


def add_parameters(
    cell: nn.Module, shapes: Any, device: Any = None, dtype: torch.dtype | None = None
) -> None:
    """Parameters by name and shape, None where a cell has none of that name.

    Weights are uniform in ±1/√fan-in, drawn in this order; biases and peepholes are 0.
    """
    for name, shape in shapes.items():
        cell.register_parameter(name, None)
        if shape is not None:
            parameter = nn.Parameter(torch.zeros(shape, device=device, dtype=dtype))
            cell.register_parameter(name, parameter)
            if name.startswith("weight"):
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
            raise LabError("peepholes='location' needs size=(h, w), that of the maps")
        return (3, channels, *size)
    return (3, channels, 1, 1) if peepholes else None
