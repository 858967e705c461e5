"""oneDNN's product, where it beats torch's own: an operation of torch that has no gradient.

In float32 torch multiplies with MKL, which leaves AVX-512 unused on processors that Intel did not
make: half the speed.
"""

from typing import Any

import torch
from torch import Tensor


def find() -> Any:
    """The operation, or None where torch's own product is as good."""
    if not torch.backends.mkldnn.is_available():
        return None
    ask: Any = getattr(torch.cpu, "get_capabilities", dict)  # older torch can't say: then MKL
    asked = ask()
    is_better = asked.get("avx512_f") and "intel" not in str(asked.get("cpu_name", "")).lower()
    return getattr(torch.ops.mkldnn, "_linear_pointwise", None) if is_better else None


OPERATION = find()


def suits(x: Tensor, weight: Tensor) -> bool:
    """Whether it multiplies such operands on this machine; compilers don't know it."""
    if OPERATION is None or torch.compiler.is_compiling() or x.numel() == 0:
        return False
    return x.dtype == weight.dtype == torch.float32 and x.device.type == "cpu"


def product(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """x Wᵀ + b for x (N, X) and W (G, X)."""
    return OPERATION(x, weight, bias, "none", [], "")
