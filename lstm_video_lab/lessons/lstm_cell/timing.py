"""A task in which timing is everything: a pulse comes in, and its height says when to answer.

In the spirit of Gers, Schraudolph and Schmidhuber (2002). T time, B batch.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from lstm_video_lab.layers.recurrent import LSTM

LENGTH, SHORTEST, LONGEST = 20, 4, 10  # steps of a sequence, and of a delay
KINDS: dict[str, dict[str, Any]] = {
    "new": {"output_peephole": "new"},
    "old": {"output_peephole": "old"},
    "none": {"peepholes": False},
}
SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Timed:
    """Losses of each kind (seeds, steps), nats per sequence; that of guessing; seconds in all."""

    losses: dict[str, Tensor]
    guessing: float
    seconds: float


def pulses(seed: int, batch: int = 16) -> tuple[Tensor, Tensor]:
    """Pulses (T, B, 1) and answers (T, B): an answer is 1 once, `delay` steps after the pulse."""
    draws = torch.Generator().manual_seed(seed)
    delay = torch.randint(SHORTEST, LONGEST + 1, (batch,), generator=draws)
    first = torch.randint(0, LENGTH - LONGEST, (batch,), generator=draws)
    x, answer, b = torch.zeros(LENGTH, batch, 1), torch.zeros(LENGTH, batch), torch.arange(batch)
    x[first, b, 0], answer[first + delay, b] = delay / LONGEST, 1.0
    return x, answer


def learn_timing(seed: int, steps: int, **peepholes) -> Tensor:
    """Nats per sequence, after each step of training four units."""
    torch.manual_seed(seed)
    layer, readout, losses = LSTM(1, 4, **peepholes), torch.nn.Linear(4, 1), []
    torch.nn.init.constant_(readout.bias, -3)  # answers are rare
    optimiser = torch.optim.Adam([*layer.parameters(), *readout.parameters()], lr=0.03)
    for step in range(steps):
        x, answer = pulses(1000 * seed + step)
        logits = readout(layer(x)[0])[..., 0]  # (T, B)
        loss = len(x) * F.binary_cross_entropy_with_logits(logits, answer)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return torch.tensor(losses)


def compare(steps: int) -> Timed:
    """Each kind of peephole, trained from each seed."""
    began = time.perf_counter()
    losses = {
        name: torch.stack([learn_timing(seed, steps, **kind) for seed in SEEDS])
        for name, kind in KINDS.items()
    }
    rate = pulses(0, 10_000)[1].mean(1)  # how often an answer is due at each step
    guessing = F.binary_cross_entropy(rate, rate, reduction="sum").item()
    return Timed(losses, guessing, time.perf_counter() - began)
