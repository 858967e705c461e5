"""Which action is it? An LSTM that answers after every frame, started from a trained encoder.

Letters: T time, B batch, X inputs, H units, K classes, L frames of a block, n blocks of a clip.

    x₁ ──► LSTM ──► LSTM ──► softmax ──► p₁     answer after one frame
             │        │
    x₂ ──► LSTM ──► LSTM ──► softmax ──► p₂     after two
             ⋮        ⋮                              the answer for a block: the mean of p₁ … p_L

Source: Srivastava, Mansimov and Salakhutdinov 2015, section 3.4 (figure 7).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstm_video_lab.checks import LabError
from lstm_video_lab.layers.linear_maps import Linear
from lstm_video_lab.layers.recurrent import LSTM
from lstm_video_lab.training.fit import fit

LENGTH, STRIDE = 16, 8  # frames of a block, and between the starts of two blocks
WAYS = ("mean", "last", "max")


class LSTMClassifier(nn.Module):
    """`(frames (T, B, …) of X numbers) → logits (T, B, K)`, an answer after each step.

    Dropout acts between layers only, never across time. Weights are a function of `seed`.
    """

    def __init__(
        self,
        inputs: int,
        classes: int,
        units: int,
        layers: int = 2,
        *,
        dropout: float = 0.0,
        peepholes: bool = True,
        seed: int = 0,
    ) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.encoder = LSTM(inputs, units, layers, peepholes=peepholes, dropout=dropout)
            self.head = Linear(units, classes)

    def start_from(self, encoder: LSTM) -> LSTMClassifier:
        """Take over the weights of an encoder, `VideoModel.encoder`; returns itself.

        Raises ValueError where their sizes differ.
        """
        sizes = [(e.input_size, e.sizes, e.peepholes) for e in (encoder, self.encoder)]
        if sizes[0] != sizes[1]:
            raise LabError(
                f"the encoder has (inputs, units, peepholes) {sizes[0]}, but the classifier "
                f"{sizes[1]}: make them equal"
            )
        self.encoder.load_state_dict(encoder.state_dict())
        return self

    def forward(self, frames: Tensor, generator: torch.Generator | None = None) -> Tensor:
        return self.head(self.encoder(frames.flatten(2), generator=generator)[0])


def pool(logits: Tensor, way: str = "mean") -> Tensor:
    """From answers after each step (T, B, K) to one: probabilities (B, K).

    mean: of the steps' probabilities, as in the paper; last: the answer after the last step; max:
    for each class the largest that any step gave, scaled to sum to 1.
    """
    probabilities = logits.softmax(-1)
    if way == "mean":
        return probabilities.mean(0)
    if way == "last":
        return probabilities[-1]
    if way == "max":
        largest = probabilities.amax(0)
        return largest / largest.sum(-1, keepdim=True)
    raise LabError(f"way={way!r} is unknown: choose one of {', '.join(WAYS)}")


def blocks(clips: Tensor, length: int = LENGTH, stride: int = STRIDE) -> Tensor:
    """Clips (T, B, …) as overlapping blocks (L, n, B, …). Raises ValueError for too short clips."""
    if len(clips) < length:
        raise LabError(f"clips of {len(clips)} frames have no block of {length}: take fewer")
    return clips.unfold(0, length, stride).movedim(-1, 0)  # (n, B, …, L) → (L, n, B, …)


@torch.inference_mode()
def classify(
    model: LSTMClassifier, clips: Tensor, length: int = LENGTH, stride: int = STRIDE
) -> dict[str, Tensor]:
    """Each way of pooling → probabilities (B, K): the mean over the blocks of a clip."""
    cut = blocks(clips, length, stride)  # (L, n, B, …)
    model.eval()
    logits = model(cut.flatten(1, 2))  # (L, n·B, K)
    answers = {}
    for way in WAYS:
        answers[way] = pool(logits, way).unflatten(0, cut.shape[1:3]).mean(0)
    return answers


def train_classifier(
    model: LSTMClassifier,
    clips: Tensor,
    labels: Tensor,
    steps: int,
    rate: float,
    *,
    share: float = 1.0,
    length: int = LENGTH,
    stride: int = STRIDE,
    batch_size: int = 32,
    seed: int = 0,
) -> list[float]:
    """Train it on clips (T, B, …) and their labels (B,), the answer of every step alike.

    share: of the rate, what the encoder gets; with 0 it stays as it is. Batches are blocks drawn at
    random, a function of `seed`. Returns the losses in nats.
    """
    model.encoder.requires_grad_(share > 0)
    cut = blocks(clips, length, stride).flatten(1, 2)  # (L, n·B, …)
    answers = labels.repeat(cut.shape[1] // len(labels))  # (n·B,)
    draw: Any = torch.Generator().manual_seed(seed)
    model.train()

    def loss(step: int) -> Tensor:
        taken = torch.randint(len(answers), (batch_size,), generator=draw)
        logits = model(cut[:, taken], generator=draw)  # (L, batch, K)
        return F.cross_entropy(logits.flatten(0, 1), answers[taken].repeat(length))

    groups: list[dict[str, Any]] = [{"params": model.head.parameters()}]
    if share:
        groups.append({"params": model.encoder.parameters(), "share": share})
    return fit(groups, loss, steps, rate)
