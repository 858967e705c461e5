"""W x, and what flows back through it: the linear maps of the cells, a matrix or a convolution.

Letters: T time, B batch, X inputs, H units, G = 4H summed inputs of the gates, h × w a map's size.
Units stand last everywhere: a matrix maps (…, X) to (…, G), a convolution (…, h, w, X) to
(…, h, w, G), which is the layout that convolutions like best on every device ("channels last").
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F


def _find_onednn() -> Any:
    """oneDNN's x Wᵀ + b, where it beats torch's own product, else None.

    In float32 torch multiplies with MKL, which leaves AVX-512 unused on processors that Intel did
    not make: half the speed.
    """
    if not torch.backends.mkldnn.is_available():
        return None
    ask: Any = getattr(torch.cpu, "get_capabilities", dict)  # older torch can't say: then MKL
    asked = ask()
    suits = asked.get("avx512_f") and "intel" not in str(asked.get("cpu_name", "")).lower()
    return getattr(torch.ops.mkldnn, "_linear_pointwise", None) if suits else None


_ONEDNN = _find_onednn()


def autocast_dtype(like: Tensor) -> torch.dtype | None:
    """The type to which autocast asks operands of products to be rounded, or None."""
    kind = like.device.type
    asked = torch.is_autocast_enabled(kind) and like.dtype == torch.float32
    return torch.get_autocast_dtype(kind) if asked else None


class Matrix:
    """x ↦ W x + b for rows of vectors, W (G, X); operands rounded to `operand`, sums in float32."""

    def __init__(self, weight: Tensor, operand: torch.dtype | None) -> None:
        self.weight, self.operand = _rounded(weight, operand), operand

    def __call__(self, x: Tensor, bias: Tensor | None = None) -> Tensor:
        """(…, X) → (…, G)."""
        flat = _times(_rounded(x, self.operand).flatten(0, -2), self.weight, bias)
        return flat.view(*x.shape[:-1], -1)

    def to_input(self, d: Tensor) -> Tensor:
        """Gradient at x from the gradient at W x: Wᵀ d."""
        flat = _times(_rounded(d, self.operand).flatten(0, -2), self.weight.t())
        return flat.view(*d.shape[:-1], -1)

    def prepare(self, d: Tensor) -> Tensor:
        """Gradients at W x in the form that `to_weight` takes: (G, rows), to be made only once."""
        return _rounded(d, self.operand).flatten(0, -2).t().contiguous()

    def to_weight(self, prepared: Tensor, x: Tensor) -> Tensor:
        """Gradient at W: the sum of d xᵀ over all rows, one product."""
        return _times(prepared, _rounded(x, self.operand).flatten(0, -2).t())


class Convolution:
    """x ↦ W ∗ x + b for maps, W (G, X, k, k), zeros around them; otherwise as `Matrix`."""

    def __init__(self, weight: Tensor, operand: torch.dtype | None) -> None:
        self.weight = _rounded(weight, operand).contiguous(memory_format=torch.channels_last)
        self.operand, self.padding = operand, weight.shape[-1] // 2
        self._turned: Tensor | None = None

    def __call__(self, x: Tensor, bias: Tensor | None = None) -> Tensor:
        return self._convolve(x, self.weight, bias)

    def to_input(self, d: Tensor) -> Tensor:
        """A convolution with W turned by half a turn, its inputs and outputs exchanged."""
        if self._turned is None:
            turned = self.weight.flip(2, 3).transpose(0, 1)
            self._turned = turned.contiguous(memory_format=torch.channels_last)
        return self._convolve(d, self._turned, None)

    def prepare(self, d: Tensor) -> Tensor:
        return _maps(_rounded(d, self.operand))

    def to_weight(self, prepared: Tensor, x: Tensor) -> Tensor:
        backward: Any = torch.ops.aten.convolution_backward
        _, d_weight, _ = backward(
            prepared, _maps(_rounded(x, self.operand)), self.weight, None,
            [1, 1], [self.padding] * 2, [1, 1], False, [0, 0], 1, [False, True, False],
        )  # fmt: skip
        return d_weight.to(torch.promote_types(d_weight.dtype, torch.float32))

    def _convolve(self, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        bias = bias if bias is None else _rounded(bias, self.operand)
        maps = F.conv2d(_maps(_rounded(x, self.operand)), weight, bias, padding=self.padding)
        maps = maps.to(torch.promote_types(maps.dtype, torch.float32)).movedim(1, -1)
        return maps.unflatten(0, x.shape[:-3])


class Linear(nn.Linear):
    """`torch.nn.Linear` by the faster product of this machine."""

    def forward(self, x: Tensor) -> Tensor:
        """(…, X) → (…, Y)."""
        if _ONEDNN is None or not _by_onednn(x) or autocast_dtype(x):
            return super().forward(x)
        return _Linear.apply(x, self.weight, self.bias)


class _Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias):
        ctx.save_for_backward(x, weight)
        return Matrix(weight, None)(x, bias)

    @staticmethod
    @once_differentiable
    def backward(ctx, d):
        x, weight = ctx.saved_tensors
        matrix = Matrix(weight, None)
        d_weight = matrix.to_weight(matrix.prepare(d), x)
        return matrix.to_input(d), d_weight, d.flatten(0, -2).sum(0)


def _times(a: Tensor, b: Tensor, bias: Tensor | None = None) -> Tensor:
    """a bᵀ + bias for a (N, X) and b (G, X), summed (and returned) in float32 at least."""
    if _ONEDNN is not None and _by_onednn(a):
        return _ONEDNN(a, b, bias, "none", [], "")
    if a.is_cuda and a.dtype in (torch.bfloat16, torch.float16):
        product = torch.mm(a, b.t(), out_dtype=torch.float32)
    else:
        product = a @ b.t()
        product = product.to(torch.promote_types(product.dtype, torch.float32))
    return product if bias is None else product.add_(bias)


def _by_onednn(x: Tensor) -> bool:
    return x.dtype == torch.float32 and x.device.type == "cpu"


def _rounded(x: Tensor, operand: torch.dtype | None) -> Tensor:
    return x if operand is None else x.to(operand)


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
