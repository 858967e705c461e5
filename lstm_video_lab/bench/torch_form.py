"""The same models as most people write them, on torch alone: what the lab is measured against.

This file must not import the lab, so that it runs as torch comes.
Letters: T time, B batch, X inputs, H units, C channels.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class ConcatenatedConvLSTM(nn.Module):
    """The usual public ConvLSTM: one convolution over x and h together, no peepholes."""

    def __init__(self, in_channels: int, hidden_channels: int, kernel_size: int) -> None:
        super().__init__()
        self.hidden_channels = hidden_channels
        self.convolution = nn.Conv2d(
            in_channels + hidden_channels,
            4 * hidden_channels,
            kernel_size,
            padding=kernel_size // 2,
        )

    def forward(self, x: Tensor) -> Tensor:
        """(T, B, C, h, w) → (T, B, H, h, w)."""
        h = c = x.new_zeros(x.shape[1], self.hidden_channels, *x.shape[-2:])
        outputs = []
        for frame in x:
            a = self.convolution(torch.cat([frame, h], 1))
            i, f, g, o = a.split(self.hidden_channels, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            outputs.append(h)
        return torch.stack(outputs)


class TwoConvolutionLSTM(nn.Module):
    """As OpenSTL has it: one convolution of x, one of h in each step, and plain autograd."""

    def __init__(self, in_channels: int, hidden_channels: int, kernel_size: int) -> None:
        super().__init__()
        self.hidden_channels, padding = hidden_channels, kernel_size // 2
        gates = 4 * hidden_channels
        self.conv_x = nn.Conv2d(in_channels, gates, kernel_size, padding=padding)
        self.conv_h = nn.Conv2d(hidden_channels, gates, kernel_size, padding=padding, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(T, B, C, h, w) → (T, B, H, h, w)."""
        h = c = x.new_zeros(x.shape[1], self.hidden_channels, *x.shape[-2:])
        outputs = []
        for frame in x:
            a = self.conv_x(frame) + self.conv_h(h)
            i, f, g, o = a.split(self.hidden_channels, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            outputs.append(h)
        return torch.stack(outputs)


class TorchComposite(nn.Module):
    """The composite model, unconditional, on `torch.nn.LSTM`.

    nn.LSTM cannot run without an input, so its decoders get a column of zeros.
    """

    def __init__(self, pixels: int, units: int, layers: int) -> None:
        super().__init__()
        self.encoder = nn.LSTM(pixels, units, layers)
        self.decoders = nn.ModuleDict(
            {name: nn.LSTM(1, units, layers) for name in ("reconstruction", "future")}
        )
        self.readouts = nn.ModuleDict(
            {name: nn.Linear(units, pixels) for name in ("reconstruction", "future")}
        )

    def forward(self, frames: Tensor, future: int) -> dict[str, Tensor]:
        """(T, B, X) → logits of both decoders."""
        state = self.encoder(frames)[1]
        logits = {}
        for name, steps in (("reconstruction", len(frames)), ("future", future)):
            nothing = frames.new_zeros(steps, frames.shape[1], 1)
            output = self.decoders[name](nothing, state)[0]
            logits[name] = self.readouts[name](output)
        return logits


def composite_loss(model: nn.Module, frames: Tensor, frames_in: int) -> Tensor:
    """Nats per frame of both decoders, for (T, B, X) frames."""
    past, following = frames[:frames_in], frames[frames_in:]
    logits = model(past, len(following))
    targets = {"reconstruction": past.flip(0), "future": following}
    errors = [
        F.binary_cross_entropy_with_logits(logits[name], target, reduction="none").sum(-1).mean()
        for name, target in targets.items()
    ]
    return torch.stack(errors).sum()
