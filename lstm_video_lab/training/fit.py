"""The plain loop for small networks that are no `VideoModel`, and its progress bar."""

import builtins
import math
import os
import sys
from collections.abc import Callable, Iterable, Iterator

import torch
from torch import Tensor, nn
from tqdm import tqdm

from lstm_video_lab.devices import flush_denormal

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
    return list(fit_steps(parameters, loss, steps, rate, note=note, weight_decay=weight_decay))


def fit_steps(
    parameters: Iterable[nn.Parameter] | list[dict],
    loss: Callable[[int], Tensor],
    steps: int,
    rate: float,
    *,
    note: str = "",
    weight_decay: float = 0.0,
    clip: float = 5.0,
    schedule: str = "cosine",
) -> Iterator[float]:
    """`fit` step by step, for who looks on the way or ends early: yields the loss of each step.

    clip: the largest norm of the gradient; schedule: "cosine" as `fit` has it, or "constant".
    """
    optimiser = torch.optim.AdamW(parameters, lr=rate, weight_decay=weight_decay)
    everything = [p for group in optimiser.param_groups for p in group["params"]]
    for step in progress_bar(note, range(steps)):
        rise = fall = 1.0
        if schedule == "cosine":
            rise = min(1.0, 20 * (step + 1) / steps)
            fall = 0.5 * (1 + math.cos(math.pi * step / steps))
        for group in optimiser.param_groups:
            group["lr"] = rate * group.get("share", 1.0) * rise * fall
        with flush_denormal():
            optimiser.zero_grad()
            error = loss(step)
            error.backward()
            nn.utils.clip_grad_norm_(everything, clip)
            optimiser.step()
        yield error.item()


def progress_bar(note: str, steps: Iterable | None = None, total: float | None = None) -> tqdm:
    """A bar in the notebook or terminal; none without a note, nor in what is stored."""
    is_off: bool | None = not note or os.environ.get("LAB_STATIC") == "1"
    if not is_off and not hasattr(builtins, "__IPYTHON__"):
        is_off = None  # in a terminal only, not where its output goes to a file
    return tqdm(steps, desc=note, total=total, disable=is_off, file=sys.stdout, bar_format=BAR)
