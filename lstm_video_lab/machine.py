"""The machine: its devices, and what it is, for the figures that hang on it."""

from __future__ import annotations

import platform
from typing import Any

import torch


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


def describe_machine() -> dict[str, Any]:
    """What the figures hold for."""
    import torch

    ask: Any = getattr(torch.cpu, "get_capabilities", dict)
    return {
        "processor": ask().get("cpu_name") or platform.processor() or "unknown",
        "threads": torch.get_num_threads(),
        "bf16": has_bf16(torch.device("cpu")),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "system": platform.system(),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }
