"""Percepts: frames as a network sees them that was trained on still images, or their motion.

The paper's percepts are the 4096 activations of layer fc6 of a network trained on ImageNet, or of
one trained on optical flow. Here a small network learns from still frames which two digits are in a
frame, and where; what it computes just before it answers are the percepts. Flow percepts are the
motion itself on a coarse grid.

A percept is kept as a small "frame" of C × G × G numbers, so that `VideoModel` takes it: to a fully
connected LSTM it is a vector, and which number lies where is of no importance.

Letters: T time, B batch, N images, S side of a frame, s side of a digit, C channels, G side of a
grid, X numbers in a percept.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstm_video_lab.checks import LabError
from lstm_video_lab.data.bouncing import render, uniforms
from lstm_video_lab.data.frames import to_unit

GRID = 8  # G: the least side of a frame of a VideoModel
NUMBERS = 128  # X of the network for digits
NAMES, CELLS = 10, 4  # it names digits, and says in which of 4 × 4 cells their middles are
AT_ONCE = 1024  # frames that go through a network at a time
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))  # mean and spread of its colours
Features = Callable[[Tensor], Tensor]  # frames (N, C, S, S) in [0, 1] → (N, X)


class PerceptNet(nn.Module):
    """`(frames (N, 1, S, S) in [0, 1]) → logits (N, NAMES + CELLS²)`: what is there, and where.

    `features(frames)` are the X numbers before the last layer. Weights are a function of `seed`.
    """

    def __init__(self, image_size: int = 32, seed: int = 0) -> None:
        super().__init__()
        self.image_size = image_size
        self.card: dict | None = None  # of a trained one: what made it
        side = math.ceil(image_size / 4)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.body = nn.Sequential(
                nn.Conv2d(1, 16, 5, stride=2, padding=2),
                nn.ReLU(),
                nn.Conv2d(16, 32, 3, stride=2, padding=1),
                nn.ReLU(),
                nn.Flatten(),
                nn.Linear(32 * side**2, NUMBERS),
                nn.LeakyReLU(0.1),  # with a plain ReLU half of the percepts die: they are always 0
            )
            self.head = nn.Linear(NUMBERS, NAMES + CELLS**2)

    def features(self, frames: Tensor) -> Tensor:
        return self.body(frames)

    def forward(self, frames: Tensor) -> Tensor:
        return self.head(self.features(frames))


def stills(
    images: np.ndarray, labels: np.ndarray, image_size: int, index: int, count: int, seed: int
) -> tuple[Tensor, Tensor]:
    """Two images (s, s) anywhere in a frame: float (count, 1, S, S) in [0, 1], and what a network
    should answer, 0 or 1 (count, NAMES + CELLS²). Frame n is a pure function of (seed, n).
    """
    u, s = uniforms(seed, index * count, count, 2), images.shape[-1]  # (count, 2, WORDS)
    chosen = (u[..., 0] * len(images)).astype(np.int64)
    corners = (u[..., 1:3] * (image_size - s + 1)).astype(np.int64)  # (count, 2, 2)
    frames = render(images[chosen], corners[None], image_size)[0]  # (count, S, S)
    y, x = np.moveaxis((corners + s // 2) * CELLS // image_size, -1, 0)  # (count, 2) each
    answers = torch.zeros(count, NAMES + CELLS**2)
    answers.scatter_(1, torch.from_numpy(labels[chosen]), 1.0)
    answers.scatter_(1, torch.from_numpy(NAMES + y * CELLS + x), 1.0)
    return to_unit(frames[:, None]), answers


@torch.no_grad()
def percepts(features: Features, clips: Tensor) -> Tensor:
    """Clips uint8 (T, B, S, S) or (T, B, C, S, S) as a network sees them: float (T, B, C, G, G)."""
    frames = clips.flatten(0, 1)  # (T·B, …)
    frames = frames[:, None] if clips.dim() == 4 else frames
    parts = [features(to_unit(part)) for part in frames.split(AT_ONCE)]
    return as_frames(torch.cat(parts)).unflatten(0, clips.shape[:2])


def as_frames(vectors: Tensor) -> Tensor:
    """(N, X) laid out as (N, C, G, G), for models of frames. Raises ValueError if X allows none."""
    X = vectors.shape[1]
    for C in (1, 2, 3, 4):
        G = math.isqrt(X // C)
        if C * G * G == X and G >= GRID:
            return vectors.unflatten(1, (C, G, G))
    raise LabError(f"{X} numbers are no C·G·G with C from 1 to 4, G from {GRID}: pad or cut them")


def flow_percepts(flow: Tensor) -> Tensor:
    """Motion (T, B, 2, S, S), averaged over the cells of a coarse grid: (T, B, 2, G, G)."""
    return F.adaptive_avg_pool2d(flow.flatten(0, 1), GRID).unflatten(0, flow.shape[:2])


def backbone(name: str = "resnet18", weights: str | None = None) -> Features:
    """The features of a torchvision network before its last layer, for `percepts`.

    weights: torchvision's word, as "DEFAULT", fetched by torchvision; None: random. Frames are
    resized to 224×224; grey ones become three equal colours. Raises ValueError without torchvision.
    """
    net = from_torchvision(name, weights, "take the trained percept-net")
    last = [path for path, module in net.named_modules() if isinstance(module, nn.Linear)][-1]
    parent, _, leaf = last.rpartition(".")
    setattr(net.get_submodule(parent), leaf, nn.Identity())

    def features(frames: Tensor) -> Tensor:
        large = F.interpolate(frames, (224, 224), mode="bilinear", align_corners=False)
        return net(as_imagenet(large))

    return features


def from_torchvision(name: str, weights: str | None, instead: str) -> Any:
    """A network of torchvision, in evaluation mode. Raises ValueError where that is missing.

    instead: what can be done without it, for the message.
    """
    try:
        from torchvision.models import get_model
    except ImportError:
        words = f"backbone {name!r} needs torchvision, which is not installed: pip install it"
        raise LabError(f"{words}, or {instead}, which needs nothing") from None
    return get_model(name, weights=weights).eval()


def as_imagenet(frames: Tensor) -> Tensor:
    """Frames (N, 1 or 3, h, w) in [0, 1] in the colours that such networks were trained on."""
    mean, spread = (torch.tensor(colour).view(3, 1, 1) for colour in IMAGENET)
    return (frames.expand(-1, 3, -1, -1) - mean) / spread
