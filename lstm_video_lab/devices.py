"""What the lab runs on: its devices, what they can do, and their description beside figures."""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Iterator
from typing import Any

import torch

from lstm_video_lab.checks import LabError


@contextlib.contextmanager
def flush_denormal() -> Iterator[None]:
    """Around a step of training: this thread takes numbers under 1e-38 for 0.

    They slow a CPU down many times, and gates that close make them. Afterwards it is as before,
    which one product tells, since torch does not.
    """
    was_flushing = (torch.tensor(1e-39, device="cpu") * 0.5).item() == 0
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(was_flushing)


def pick_device(name: str) -> torch.device:
    """The device asked for; "auto" takes CUDA, then mps, then the CPU.

    Raises ValueError for one that is not there.
    """
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    there = [kind for kind, is_there in (("cuda", cuda), ("mps", mps), ("cpu", True)) if is_there]
    if name == "auto":
        name = there[0]
    if name not in there:
        raise LabError(f"device={name!r} is not there: this machine has {there}")
    return torch.device(name)


def has_bf16(device: torch.device) -> bool:
    """Whether the processor multiplies bfloat16 in hardware, by asking it."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    if device.type == "cpu":
        capabilities: Any = getattr(torch.cpu, "get_capabilities", dict)()  # older torch: {}
        return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
    return False


def describe_machine() -> dict[str, Any]:
    """What the figures hold for."""
    capabilities: Any = getattr(torch.cpu, "get_capabilities", dict)()
    return {
        "processor": capabilities.get("cpu_name") or platform.processor() or "unknown",
        "threads": torch.get_num_threads(),
        "bf16": has_bf16(torch.device("cpu")),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "system": platform.system(),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }
