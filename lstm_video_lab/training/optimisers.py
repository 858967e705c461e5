"""How a step is taken: gradient methods, learning rates, and what the machine offers.

`fit` is the plain loop for small networks that are no `VideoModel`; those are trained by `train`.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm

from lstm_video_lab.settings import Settings

BAR = "{desc} {percentage:3.0f}% {bar:30} {elapsed} {postfix}"


def make_optimiser(settings: Settings, parameters: Any) -> torch.optim.Optimizer:
    """The gradient method that the settings name, from torch.optim."""
    parameters = list(parameters)
    common: Any = {"lr": settings.learning_rate, "weight_decay": settings.weight_decay}
    fused = parameters[0].device.type in ("cpu", "cuda")  # one pass over memory, not ten
    match settings.optimiser:
        case "sgd":
            return torch.optim.SGD(parameters, momentum=settings.momentum, **common)
        case "rmsprop":
            return torch.optim.RMSprop(parameters, momentum=settings.momentum, alpha=0.95, **common)
        case "adagrad":
            return torch.optim.Adagrad(parameters, **common)
        case "adam":
            return torch.optim.Adam(parameters, fused=fused, **common)
        case _:
            return torch.optim.AdamW(parameters, fused=fused, **common)


def learning_rate(settings: Settings, step: int, fraction: float) -> float:
    """A straight rise over the warm-up, then a cosine to 0 (or a constant); `fraction` is before
    the step.
    """
    reached = fraction if settings.steps is None else max(fraction, (step + 1) / settings.steps)
    rise = min(1.0, reached / settings.warmup) if settings.warmup else 1.0
    fall = 0.5 * (1 + math.cos(math.pi * fraction)) if settings.schedule == "cosine" else 1.0
    return settings.learning_rate * rise * fall


def pick_device(name: str) -> torch.device:
    """The device asked for; "auto" takes CUDA, then mps, then the CPU."""
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        name = next(kind for kind, is_there in there.items() if is_there)
    if not there[name]:
        raise ValueError(
            f"device={name!r} is not there: this machine has {[k for k in there if there[k]]}"
        )
    return torch.device(name)


def has_bf16(device: torch.device) -> bool:
    """Whether the processor multiplies bfloat16 in hardware, by asking it."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    if device.type == "cpu":
        ask: Any = getattr(torch.cpu, "get_capabilities", dict)  # older torch can't say: then no
        capabilities = ask()
        return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
    return False


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
