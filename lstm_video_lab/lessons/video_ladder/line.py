"""The line to write in lesson 14: a location-dependent convolution."""

import torch
from torch import Tensor

from lstm_video_lab.questions import Line


def maps(width: int, size: int) -> dict[str, Tensor]:
    """A convolution's result (2, W, S, S), learned maps (3, W, S, S), fixed maps (3, S, S)."""
    y, x = torch.meshgrid(*[torch.linspace(-1, 1, size)] * 2, indexing="ij")
    n = torch.arange(width).view(-1, 1, 1)
    learned = torch.stack([0.3 * y + n, 0.5 * x - n, 0.1 * n + x * y])
    return {
        "conv_x": torch.stack([y * x + n, y - 2 * x + 0 * n]),
        "b": learned,
        "e": torch.stack([y, x, torch.ones_like(x)]),
    }


placed = Line(
    reference=lambda conv_x, b, e: conv_x + (b * e[:, None]).sum(0),
    cases=[maps(2, 4), maps(3, 6)],
    hints=(
        "Multiply each learned map with its fixed map, place by place; then the sum over i.",
        "b is (3, W, S, S), e is (3, S, S): `e[:, None]` is (3, 1, S, S) and fits.",
        "return conv_x + (b * e[:, None]).sum(0)",
    ),
    mistakes={
        "The sum over i goes over the first axis of the products.": (
            lambda conv_x, b, e: conv_x + (b.sum(0) * e.sum(0))
        ),
        "This is the sum alone: the convolution's own result is missing.": (
            lambda conv_x, b, e: (b * e[:, None]).sum(0)
        ),
        "A mean over i, where the equation has a sum.": (
            lambda conv_x, b, e: conv_x + (b * e[:, None]).mean(0)
        ),
    },
)
