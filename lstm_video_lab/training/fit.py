"""The plain loop for small networks that are no `VideoModel`, and its progress bar."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn
from tqdm import tqdm

BAR = "{desc} {percentage:3.0f}% {bar:30} {elapsed} {postfix}"


def fit(
    parameters: Iterable[nn.Parameter] | list[dict],
    loss: Callable[[int], Tensor],
    steps: int,
    rate: float,
    *,
    note: str = "",
    weight_decay: float = 0.0,
) -> list[float]:
    """Minimise `loss(step)` by AdamW, its rate rising for a twentieth and then falling as a cosine.

    parameters: or groups of them, {"params": …, "share": of the rate}. Gradients are clipped to
    norm 5. A `note` names the progress bar, without one there is none. Returns the losses.
    """
    losses = []
    optimiser = torch.optim.AdamW(parameters, lr=rate, weight_decay=weight_decay)
    everything = [p for group in optimiser.param_groups for p in group["params"]]
    torch.set_flush_denormal(True)  # numbers under 1e-38 slow a CPU down many times
    for step in progress_bar(note, range(steps)):
        optimiser.zero_grad()
        error = loss(step)
        error.backward()
        nn.utils.clip_grad_norm_(everything, 5.0)
        fall = 0.5 * (1 + math.cos(math.pi * step / steps))
        for group in optimiser.param_groups:
            rise = min(1.0, 20 * (step + 1) / steps)
            group["lr"] = rate * group.get("share", 1.0) * rise * fall
        optimiser.step()
        losses.append(error.item())
    torch.set_flush_denormal(False)
    return losses


def progress_bar(note: str, steps: Iterable | None = None, total: float | None = None) -> tqdm:
    """A bar in the notebook or terminal; none without a note, nor in what is stored."""
    quiet = (not note or os.environ.get("LAB_STATIC") == "1") or None
    return tqdm(steps, desc=note, total=total, disable=quiet, file=sys.stdout, bar_format=BAR)
