"""A video ladder: at each rung, from fine to coarse, ConvGRUs remember what was seen there.

Letters: T time, B batch, C channels, S side of a frame, L rungs, W width (channels of a rung),
A frames that one look ahead gives, N images.

    frame ─► encoder ─► fine maps ───► 3 ConvGRUs ─► 1×1 ────────────► + ─► last stage ─► A frames
                │                                                      ▲
                └─────► coarse maps ─► 3 ConvGRUs ─► 1×1 ─► stage ─────┘        (here L = 2)

Sources: the report on self-supervised video prediction of 2020, after Cricri et al. 2016,
arXiv:1612.01756 (the ladder) and Azizi et al. 2018, arXiv:1810.04937 (places). Here all is smaller,
and group norm stands for batch norm, so that no prediction depends on the rest of its batch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstm_video_lab import metrics
from lstm_video_lab.checks import LabError, check_choice
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.lessons.video_ladder.conv_gru import ConvGRUCell, conv_gru_gates
from lstm_video_lab.percepts import as_imagenet, from_torchvision
from lstm_video_lab.training.fit import fit

KERNELS = (3, 5, 7)
UPSAMPLING = ("shuffle", "bilinear", "nearest", "none")
PLACES = ("none", "learned", "coordinates")
ENCODERS = ("residual", "resnet18")
RESNET = (64, 128, 256, 512)  # channels of its four stages
MIX = (0.1, 0.0, 0.9)  # shares of DSSIM, L1 and L2
States = list[list[Tensor]]  # h of each rung, of each kernel: (B, W, h, w)


class Residual(nn.Module):
    """A residual block: (N, C, h, w) → (N, W, h, w), or half as large where `stride` is 2."""

    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        self.skip = nn.Conv2d(channels, width, 1, stride)
        self.first = nn.Conv2d(channels, width, 3, stride, 1)
        self.second = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        # relu(skip(x) + f(x))
        return F.relu(self.skip(x) + self.second(F.relu(self.first(x))))


class PlacedConv(nn.Module):
    """A 1×1 convolution that may know where it is, by one of PLACES.

    A convolution does the same everywhere, so it knows no wall. "learned": conv(x) + Σ bᵢ ⊙ eᵢ with
    learned maps b (at first 0) and the fixed maps e = (y, x, 1); "coordinates": conv[x, e].
    """

    def __init__(self, channels: int, width: int, size: int, places: str) -> None:
        super().__init__()
        y, x = torch.meshgrid(*[torch.linspace(-1, 1, size)] * 2, indexing="ij")
        self.e = nn.Buffer(torch.stack([y, x, torch.ones_like(x)]), persistent=False)
        self.b = nn.Parameter(torch.zeros(3, width, size, size)) if places == "learned" else None
        self.coordinates = places == "coordinates"
        self.conv = nn.Conv2d(channels + 3 * self.coordinates, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        if self.coordinates:
            x = torch.cat([x, self.e.expand(len(x), -1, -1, -1)], 1)
        # conv(x) + Σ bᵢ ⊙ eᵢ
        return self.conv(x) + (0 if self.b is None else (self.b * self.e[:, None]).sum(0))


class Lateral(nn.Module):
    """One rung: ConvGRUs of several kernels side by side, and a 1×1 convolution of all h."""

    def __init__(self, channels: int, width: int, size: int, places: str) -> None:
        super().__init__()
        self.into = PlacedConv(channels, width, size, places)
        self.cells: Any = nn.ModuleList(ConvGRUCell(width, width, k) for k in KERNELS)
        self.out = nn.Conv2d(len(KERNELS) * width, width, 1)

    def forward(self, maps: Tensor, states: list[Tensor] | None) -> list[list[Tensor]]:
        """Maps (T, B, …) of its rung, and h before them → h of each kernel after each of them."""
        x = self.into(maps.flatten(0, 1))  # (T·B, W, h, w)
        if states is None:
            states = [torch.zeros_like(x[: maps.shape[1]]) for _ in KERNELS]
        after: list[list[Tensor]] = [[] for _ in maps]
        for cell, h in zip(self.cells, states, strict=True):
            inputs = cell.inputs(x).unflatten(0, maps.shape[:2])  # of all steps
            for t, a_x in enumerate(inputs):
                h = conv_gru_gates(a_x, h, cell.weight_hh)
                after[t].append(h)
        return after


def stage(width: int, channels: int, way: str) -> nn.Sequential:
    """A stage of the decoder: (N, W, h, w) → (N, channels, 2h, 2w), or as large for "none"."""
    # pixel shuffle: four channels become the four pixels of a square
    out = channels * (4 if way == "shuffle" else 1)
    parts = [nn.GroupNorm(1, width), nn.ReLU(), nn.Conv2d(width, out, 3, padding=1)]
    if way != "none":
        parts.append(nn.PixelShuffle(2) if way == "shuffle" else nn.Upsample(None, 2, way))
    return nn.Sequential(*parts)


class Ladder(nn.Module):
    """`(frames (T, B, S, S) or (T, B, C, S, S) in [0, 1], future) → (future, B, …)`, what follows.

    ahead: A; for more frames it is fed its own. upsampling: of every stage; "none" is the full
    resolution: the finest rung is as large as a frame, and nothing follows it but a convolution.
    places: what the rungs but the finest know of them. clip: frames are put into [0, 1]. identity:
    the last frame is added to what is predicted, and the last convolution starts from 0, so that
    without training it copies. encoder:
    "residual" learns too; "resnet18" is torchvision's, frozen, with its `weights` (None: random).
    Weights are a function of `seed`. Raises ValueError for unknown choices, a side that cannot be
    halved L times, and where torchvision is missing.
    """

    def __init__(
        self,
        image_size: int = 24,
        channels: int = 1,
        rungs: int = 3,
        width: int = 8,
        *,
        ahead: int = 1,
        upsampling: str = "shuffle",
        places: str = "learned",
        clip: bool = False,
        identity: bool = False,
        encoder: str = "residual",
        weights: str | None = "DEFAULT",
        seed: int = 0,
    ) -> None:
        super().__init__()
        check_choice("upsampling", upsampling, UPSAMPLING)
        check_choice("places", places, PLACES)
        check_choice("encoder", encoder, ENCODERS)
        if image_size % 2**rungs:
            raise LabError(f"image_size={image_size} cannot be halved {rungs} times: change one")
        self.channels, self.ahead, self.clip, self.identity = channels, ahead, clip, identity
        full = upsampling == "none"  # resolution
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.encoder: Any
            if encoder == "residual":
                self.encoder, maps = residual_blocks(channels, rungs, width, full)
            else:
                self.encoder, maps = resnet18(rungs, weights, 4 if full else 2), RESNET
            self.laterals: Any = nn.ModuleList()
            for k in range(rungs):
                side = image_size // 2 ** (k if full else k + 1)
                self.laterals.append(Lateral(maps[k], width, side, places if k else "none"))
            way = "shuffle" if full else upsampling
            self.stages = nn.ModuleList(
                nn.Sequential(stage(width, width, way), nn.Conv2d(width, width, 3, padding=1))
                for _ in range(rungs - 1)
            )
            self.last = stage(width, ahead * channels, upsampling)
        if identity:
            for parameter in self.last[2].parameters():
                nn.init.zeros_(parameter)

    def encode(self, frames: Tensor, states: States | None = None) -> list[States]:
        """Frames (T, B, C, S, S), and the states before them → the states after each."""
        x = frames.flatten(0, 1)
        after: list[States] = [[] for _ in frames]
        for k, (block, lateral) in enumerate(zip(self.encoder, self.laterals, strict=True)):
            x = block(x)  # (T·B, …), half as large as before
            before = None if states is None else states[k]
            for t, h in enumerate(lateral(x.unflatten(0, frames.shape[:2]), before)):
                after[t].append(h)
        return after

    def decode(self, states: States, last: Tensor) -> Tensor:
        """The next frames (A, B, C, S, S), from the states after the last one (B, C, S, S)."""
        rungs = []
        for lateral, h in zip(self.laterals, states, strict=True):
            rungs.append(lateral.out(torch.cat(h, 1)))
        x = rungs.pop()  # the coarsest, (B, W, h, w)
        for up in self.stages:
            x = rungs.pop() + up(x)
        frames = self.last(x).unflatten(1, (self.ahead, self.channels)).movedim(1, 0)
        frames = last + frames if self.identity else frames
        return frames.clamp(0, 1) if self.clip else frames

    def forward(self, frames: Tensor, future: int = 1) -> Tensor:
        past = frames.reshape(*frames.shape[:2], self.channels, *frames.shape[-2:])
        states = self.encode(past)[-1]
        predicted = [self.decode(states, past[-1])]
        while self.ahead * len(predicted) < future:
            states = self.encode(predicted[-1], states)[-1]
            predicted.append(self.decode(states, predicted[-1][-1]))
        return torch.cat(predicted)[:future].view(future, *frames.shape[1:])


def residual_blocks(
    channels: int, rungs: int, width: int, full: bool
) -> tuple[nn.ModuleList, tuple[int, ...]]:
    """A block for each rung, and the channels of its maps; `full`: the first halves nothing."""
    blocks = nn.ModuleList()
    for k in range(rungs):
        stride = 1 if full and k == 0 else 2
        blocks.append(Residual(width if k else channels, width, stride))
    return blocks, (width,) * rungs


def resnet18(rungs: int, weights: str | None, enlarge: int) -> list[Callable[[Tensor], Tensor]]:
    """The frozen stages of torchvision's ResNet-18; the first enlarges what it is given."""
    net = from_torchvision("resnet18", weights, "choose encoder='residual'").requires_grad_(False)

    def first(x: Tensor) -> Tensor:
        x = as_imagenet(F.interpolate(x, scale_factor=enlarge, mode="bilinear"))
        return net.layer1(net.maxpool(net.relu(net.bn1(net.conv1(x)))))

    return [first, net.layer2, net.layer3, net.layer4][:rungs]


@contextmanager
def silenced(model: Ladder, rung: int) -> Iterator[Ladder]:
    """The ladder, while the decoder is told nothing of what a rung remembers; 0 is the finest."""
    hook = model.laterals[rung].out.register_forward_hook(lambda _, x, y: torch.zeros_like(y))
    try:
        yield model
    finally:
        hook.remove()


def mixed_loss(prediction: Tensor, target: Tensor, mix: Sequence[float]) -> Tensor:
    """a·DSSIM + b·L1 + c·L2, each a mean over pixels, frames and clips; mix: (a, b, c).

    DSSIM is 1 − SSIM (window 11, σ 1.5), as in the report; elsewhere it is half of that.
    Raises ValueError for shares that are negative or do not sum to 1.
    """
    a, b, c = mix
    if min(mix) < 0 or not math.isclose(a + b + c, 1):
        raise LabError(f"mix={mix!r} must be three shares, none negative, that sum to 1")
    error = prediction - target
    dssim = 1 - metrics.ssim(prediction, target).mean()
    return a * dssim + b * error.abs().mean() + c * error.square().mean()


def train_ladder(
    model: Ladder,
    clips: Callable[[int], Tensor],
    steps: int,
    *,
    frames_in: Sequence[int] = (5,),
    future: int = 1,
    mix: Sequence[float] = MIX,
    rate: float = 1e-2,
    note: str = "",
) -> list[float]:
    """Train it to continue the first frames of clips(step) (T, B, …), uint8, by `future`.

    frames_in: how many it is shown, in turn. With `future` over A it is fed its own frames in
    training, too. Returns the losses.
    """

    def loss(step: int) -> Tensor:
        shown = frames_in[step % len(frames_in)]
        frames = to_unit(clips(step)[: shown + future])
        return mixed_loss(model(frames[:-future], future), frames[-future:], mix)

    return fit(model.parameters(), loss, steps, rate, weight_decay=1e-2, note=note)
