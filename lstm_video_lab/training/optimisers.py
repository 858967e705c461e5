"""How a step is taken: gradient methods and learning rates."""

import math
from typing import Any

import torch

from lstm_video_lab.settings import Settings


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
