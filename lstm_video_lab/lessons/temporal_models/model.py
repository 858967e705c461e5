"""Six ways from frames to one answer: average, convolve in time, or remember.

Letters: T time, B batch, C channels, S side of a frame, d depth of a filter (how many frames it
spans), k its side, U units, K classes.

    frames       answer for each frame alone, then the mean of the answers
    features     convolve each frame, then the mean of the maps, then one answer
    3d           convolve over space and time, then as "features"
    inflated     the same, its filters made from those of a network for single frames
    separable    convolve over space, then over time, then as "features"
    lstm         convolve each frame, an LSTM reads the frames in turn

All share one trunk: two convolutions, each followed by max(0, ·) and a maximum over 2 × 2 pixels.
Time runs forwards only: the answer after frame t depends on the frames up to t.

Sources: Carreira and Zisserman 2017 (inflated); Tran and others 2018, Xie and others 2018
(separable); Karpathy and others 2014 (ways to fuse frames).
"""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from lstm_video_lab.checks import LabError, check_choice
from lstm_video_lab.layers.linear_maps import Linear
from lstm_video_lab.layers.recurrent import LSTM

KINDS = ("frames", "features", "3d", "inflated", "separable", "lstm")
PLACES = ("mean", "last")  # where an inflated filter has the weights of the one for images
SIDE, CHANNELS, UNITS = 3, (1, 8, 16), 64  # k, C before and after each convolution, U


class PerFrame(nn.Conv2d):
    """The same convolution for every frame: (T, B, C, S, S) → (T, B, C′, S, S)."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.flatten(0, 1)).unflatten(0, x.shape[:2])


class InTime(nn.Conv3d):
    """y(t) = Σₙ W(n) ∗ x(t − d + 1 + n), n = 0 … d − 1: (T, B, C, S, S) → (T, B, C′, S, S).

    Before a clip its first frame is taken to have stood there all the time. So a still clip has the
    same answer at every t. (With black frames there, the first answers would lack a part; with
    frames from after t, an answer would know what is yet to come.)
    """

    def forward(self, x: Tensor) -> Tensor:
        before = x[:1].expand(self.kernel_size[0] - 1, *x.shape[1:])
        clip = torch.cat((before, x)).permute(1, 2, 0, 3, 4)  # (B, C, d − 1 + T, S, S)
        return super().forward(clip).permute(2, 0, 1, 3, 4)


def in_time(inputs: int, outputs: int, depth: int, side: int = SIDE) -> InTime:
    """A convolution over `depth` frames and side × side pixels; around a frame all is black."""
    return InTime(inputs, outputs, (depth, side, side), padding=(0, side // 2, side // 2))


def inflate(conv: nn.Conv2d, depth: int, where: str = "mean") -> InTime:
    """From a filter for images one for clips, with the same bias.

    where: "mean": W(n) = W / d for every n; "last": W(d) = W, which sees the present frame, and 0
    before. Either way its response to a still clip is the response of `conv` to the image, at every
    t and pixel. Raises ValueError for other words.
    """
    check_choice("where", where, PLACES)
    shape: dict[str, Any] = {
        "kernel_size": (depth, *conv.kernel_size),
        "stride": (1, *conv.stride),
        "padding": (0, *conv.padding),
    }
    over_time = InTime(conv.in_channels, conv.out_channels, **shape, bias=conv.bias is not None)
    weight = torch.zeros_like(over_time.weight)  # (C′, C, d, k, k)
    if where == "mean":
        weight += conv.weight[:, :, None] / depth
    else:
        weight[:, :, -1] = conv.weight
    over_time.load_state_dict({**conv.state_dict(), "weight": weight})
    return over_time


def per_frame(inputs: int, outputs: int, depth: int = 1) -> PerFrame:
    """A convolution over pixels alone, whatever the depth; around a frame all is black."""
    return PerFrame(inputs, outputs, SIDE, padding=SIDE // 2)


def separable(inputs: int, outputs: int, depth: int) -> nn.Sequential:
    """Over space, then over time: C′·(C·k² + C′·d) weights where a full filter has C′·C·k²·d.

    No bend lies between the two: together they are one convolution over space and time.
    """
    return nn.Sequential(per_frame(inputs, outputs), in_time(outputs, outputs, depth, 1))


class TemporalModel(nn.Module):
    """`clips (T, B, S, S) in [0, 1] → logits (T, B, K)`: the answer after each frame.

    The answer for a clip is the last. kind: one of KINDS. An "inflated" one takes its filters from
    `start`, a model of kind "frames", laid out as `inflate` says for `where`. Weights are a
    function of `seed`. Raises ValueError.
    """

    def __init__(
        self,
        kind: str,
        classes: int,
        image_size: int = 24,
        depth: int = 3,
        *,
        start: Any = None,
        where: str = "mean",
        seed: int = 0,
    ) -> None:
        super().__init__()
        if kind not in KINDS or (start is None) == (kind == "inflated"):
            known = f"choose one of {', '.join(KINDS)}; 'inflated' needs a start, others have none"
            raise LabError(f"kind={kind!r} with start={start and start.kind!r}: {known}")
        self.kind = kind
        layer: Any = {"3d": in_time, "separable": separable}.get(kind, per_frame)
        pairs = (CHANNELS[:2], CHANNELS[1:])
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.trunk = nn.ModuleList(layer(*pair, depth) for pair in pairs)
            self.hidden = Linear(CHANNELS[2] * (image_size // 4) ** 2, UNITS)
            self.memory = LSTM(UNITS, UNITS) if kind == "lstm" else None
            self.head = Linear(UNITS, classes)
            for module in self.modules():  # torch's own start lets small signals fade, and an LSTM
                if isinstance(module, PerFrame | InTime | Linear):  # that hears little learns late
                    nn.init.kaiming_normal_(module.weight)
        if start is not None:
            self.trunk = nn.ModuleList(inflate(conv, depth, where) for conv in start.trunk)

    def forward(self, clips: Tensor) -> Tensor:
        maps = clips[:, :, None]  # (T, B, 1, S, S)
        for layer in self.trunk:
            maps = F.max_pool3d(F.relu(layer(maps)), (1, 2, 2))  # (T, B, C, S/2, S/2), then S/4
        if self.kind not in ("frames", "lstm"):
            maps = running_mean(maps)
        hidden = self.hidden(maps.flatten(2))  # (T, B, U)
        hidden = F.relu(hidden) if self.memory is None else self.memory(hidden)[0]
        logits = self.head(hidden)  # (T, B, K)
        return running_mean(logits.softmax(-1)).log() if self.kind == "frames" else logits


def running_mean(x: Tensor) -> Tensor:
    """Mean over the first 1, 2, … T: (T, …) → (T, …)."""
    return x.cumsum(0) / torch.arange(1, len(x) + 1).view(-1, *[1] * (x.dim() - 1)).to(x)


@torch.no_grad()
def cost(model: nn.Module, clips: Tensor) -> tuple[int, int]:
    """Parameters, and operations for one clip of (T, B, S, S): a multiplication and the addition
    that follows it count as two; means, bends and gates, which are few, are not counted.
    """
    exact = copy.deepcopy(model).double()  # so that no fast product of this machine goes uncounted
    with FlopCounterMode(display=False) as counter:
        exact(clips[:, :1].double())
    return sum(p.numel() for p in model.parameters()), counter.get_total_flops()
