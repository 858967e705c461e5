"""W x, and what flows back through it: the linear maps of the cells, a matrix or a convolution.

Letters: T time, B batch, X inputs, H units, G = 4H summed inputs of the gates, h × w a map's size.
Units stand last everywhere: a matrix maps (…, X) to (…, G), a convolution (…, h, w, X) to
(…, h, w, G), which is the layout that convolutions like best on every device ("channels last").
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstm_video_lab.layers import products_onednn as onednn


def autocast_dtype(like: Tensor) -> torch.dtype | None:
    """The type to which autocast asks operands of products to be rounded, or None."""
    kind = like.device.type
    asked = torch.amp.is_autocast_available(kind) and torch.is_autocast_enabled(kind)
    asked = asked and like.dtype == torch.float32
    return torch.get_autocast_dtype(kind) if asked else None


def is_followed(like: Tensor) -> bool:
    """Whether somebody follows each operation, who can't see into what is written by hand here.

    Exporters, the transforms of `torch.func`, derivatives in forward mode; tensors without memory.
    """
    return (
        like.is_meta
        or torch.compiler.is_exporting()
        or torch.jit.is_tracing()
        or torch._C._are_functorch_transforms_active()
        or torch.autograd.forward_ad._current_level >= 0
    )


class Matrix:
    """x ↦ W x + b for rows of vectors, W (G, X); sums in float32.

    Operands are rounded to the type `operand`; None is that of the weight.
    """

    def __init__(self, weight: Tensor, operand: torch.dtype | None = None) -> None:
        self.operand = operand or weight.dtype
        self.weight = weight.to(self.operand)

    def __call__(self, x: Tensor, bias: Tensor | None = None) -> Tensor:
        """(…, X) → (…, G)."""
        return _as_before(_times(self._rows(x), self.weight, bias), x)

    def to_input(self, d: Tensor) -> Tensor:
        """Gradient at x from the gradient at W x: Wᵀ d."""
        return _as_before(_times(self._rows(d), self.weight.t()), d)

    def prepare(self, d: Tensor) -> Tensor:
        """Gradients at W x in the form that `to_weight` takes: (G, rows), to be made only once."""
        return self._rows(d).t().contiguous()

    def to_weight(self, prepared: Tensor, x: Tensor) -> Tensor:
        """Gradient at W: the sum of d xᵀ over all rows, one product."""
        return _times(prepared, self._rows(x).t())

    def _rows(self, x: Tensor) -> Tensor:
        x = x.to(self.operand)
        return x if x.dim() == 2 else x.reshape(x.shape[:-1].numel(), x.shape[-1])


class Convolution:
    """x ↦ W ∗ x + b for maps, W (G, X, k, k), zeros around them; otherwise as `Matrix`."""

    def __init__(self, weight: Tensor, operand: torch.dtype | None = None) -> None:
        self.operand, self.padding = operand or weight.dtype, weight.shape[-1] // 2
        self.weight = weight.to(self.operand).contiguous(memory_format=torch.channels_last)
        self._turned: Tensor | None = None

    def __call__(self, x: Tensor, bias: Tensor | None = None) -> Tensor:
        return self._convolve(x, self.weight, bias if bias is None else bias.to(self.operand))

    def to_input(self, d: Tensor) -> Tensor:
        """A convolution with W turned by half a turn, its inputs and outputs exchanged."""
        if self._turned is None:
            turned = self.weight.flip(2, 3).transpose(0, 1)
            self._turned = turned.contiguous(memory_format=torch.channels_last)
        return self._convolve(d, self._turned, None)

    def prepare(self, d: Tensor) -> Tensor:
        return _maps(d.to(self.operand))

    def to_weight(self, prepared: Tensor, x: Tensor) -> Tensor:
        backward: Any = torch.ops.aten.convolution_backward
        _, d_weight, _ = backward(
            prepared, _maps(x.to(self.operand)), self.weight, None,
            [1, 1], [self.padding] * 2, [1, 1], False, [0, 0], 1, [False, True, False],
        )  # fmt: skip
        return _summed(d_weight)

    def _convolve(self, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        maps = F.conv2d(_maps(x.to(self.operand)), weight, bias, padding=self.padding)
        return _summed(maps).movedim(1, -1).unflatten(0, x.shape[:-3])


class Linear(nn.Linear):
    """`torch.nn.Linear` by the faster product of this machine."""

    def forward(self, x: Tensor) -> Tensor:
        """(…, X) → (…, Y)."""
        if onednn.suits(x, self.weight) and not (autocast_dtype(x) or is_followed(x)):
            return _Linear.apply(x, self.weight, self.bias)
        return super().forward(x)


class _Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias):
        ctx.save_for_backward(x, weight)
        return Matrix(weight)(x, bias)

    @staticmethod
    def backward(ctx, d):
        x, weight = ctx.saved_tensors
        matrix = Matrix(weight)
        d_weight = matrix.to_weight(matrix.prepare(d), x)
        d_bias = matrix._rows(d).sum(0) if ctx.needs_input_grad[2] else None
        return matrix.to_input(d) if ctx.needs_input_grad[0] else None, d_weight, d_bias


def _times(a: Tensor, b: Tensor, bias: Tensor | None = None) -> Tensor:
    """a bᵀ + bias for a (N, X) and b (G, X), summed (and returned) in float32 at least."""
    # where gradients are enabled, somebody differentiates a gradient again: oneDNN's has none
    if onednn.suits(a, b) and not torch.is_grad_enabled():
        return onednn.product(a, b, bias)
    if a.is_cuda and a.dtype in (torch.bfloat16, torch.float16):
        product = torch.mm(a, b.t(), out_dtype=torch.float32)
    else:
        product = _summed(a @ b.t())
    return product if bias is None else product.add_(bias)


def _as_before(rows: Tensor, x: Tensor) -> Tensor:
    """Rows in the order that they had in x (…, X)."""
    return rows if x.dim() == 2 else rows.view(*x.shape[:-1], rows.shape[1])


def _summed(product: Tensor) -> Tensor:
    """In the type in which products are summed: float32 at least."""
    return product.to(torch.promote_types(product.dtype, torch.float32))


def _maps(x: Tensor) -> Tensor:
    """(…, h, w, X) → (N, X, h, w) with channels last in memory, and strides that say so.

    With one channel, or maps of one pixel, strides may read either way, and a convolution that
    reads them the other way gives its output in the slow layout.
    """
    maps = x.flatten(0, -4).movedim(-1, 1)
    _, X, h, w = maps.shape
    return maps.contiguous(memory_format=torch.channels_last).as_strided(
        maps.shape, (X * h * w, 1, X * w, X)
    )
