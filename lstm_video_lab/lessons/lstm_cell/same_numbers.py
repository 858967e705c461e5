"""Do two layers give the same numbers, forwards and backwards, and which one is faster?

T time, B batch, X inputs, H units.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from torch import Tensor, nn

from lstm_video_lab.layers.recurrent import LSTM

WORDS = {"weight_ih": "input weights", "weight_hh": "recurrent weights"}
TIMES = 15  # turns of each way


def differences(one: nn.Module, other: nn.Module, x: Tensor) -> dict[str, float]:
    """Largest difference of outputs and of gradients, for layers of the same weights; x (T, B, X).

    `other` may be `torch.nn.LSTM`, whose first bias then stands for ours.
    """
    outputs = [layer(x)[0] for layer in (one, other)]
    for output in outputs:
        output.square().mean().backward()
    apart = {"outputs": _largest(*outputs)}
    theirs = dict(other.named_parameters())
    for name, weights in one.named_parameters():
        twin = theirs[name if name in theirs else name.replace("bias", "bias_ih")]
        kind = name.rpartition("_")[0]
        apart[f"gradients of {WORDS.get(kind, kind)}"] = _largest(weights.grad, twin.grad)
    return apart


def _largest(one: Tensor | None, other: Tensor | None) -> float:
    assert one is not None and other is not None
    return float((one - other).detach().abs().max())


def gains(fast: LSTM, slow: LSTM, x: Tensor) -> tuple[float, float]:
    """Times that one product of all steps' inputs is faster than T, and the fast layer than the
    slow one, forwards and backwards; x (T, B, X).
    """
    weights = fast.get_parameter("weight_ih_l0").detach().T  # (X, 4H)
    return (
        _times_faster(lambda: [part @ weights for part in x], lambda: x.flatten(0, 1) @ weights),
        _times_faster(lambda: slow(x)[0].mean().backward(), lambda: fast(x)[0].mean().backward()),
    )


def _times_faster(slow_way: Callable[[], object], fast_way: Callable[[], object]) -> float:
    """The best time of one way over the best of the other; they take turns."""
    spent = []
    for way in (slow_way, fast_way) * TIMES:
        began = time.perf_counter()
        way()
        spent.append(time.perf_counter() - began)
    return min(spent[::2]) / min(spent[1::2])
