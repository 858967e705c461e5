"""The first widget of the lab: does a slider reach the kernel, and does a picture come back?"""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
import torch

from lstm_video_lab import quota
from lstm_video_lab.plots import images
from lstm_video_lab.plots.canvas import Picture
from lstm_video_lab.widgets.base import LabWidget, slider

START, MOST = 3, 10
HELP = "see 'Widgets do not show' in docs/troubleshooting.md"


class SelfTest(LabWidget):
    """A slider and as many dark squares as it says."""

    title = "as many dark squares as the slider says"
    moved = False

    def controls(self) -> dict[str, Any]:
        return {"number": slider("Move me", START, 0, MOST)}

    def _changed(self, change: Any = None) -> None:
        self.moved = True
        super()._changed(change)

    def render(self, number: int) -> Picture:
        return draw(number, self.moved)

    def still(self) -> Picture:
        words = "A stored picture: run this cell in JupyterLab, and a slider will stand here."
        return Picture(draw(START, False).png, f"{words} {machine()}")


def draw(number: int, moved: bool) -> Picture:
    """`number` of ten squares dark, and what that proves."""
    squares = np.full((MOST, 8, 8), 0.9)
    squares[:number] = 0.1
    if moved:
        words = f"Widgets work: the slider says {number}. {machine()}"
    else:
        words = f"Move the slider: if this sentence does not change, {HELP}."
    return images(squares, [str(n + 1) for n in range(MOST)], words, columns=MOST)


def machine() -> str:
    """Versions, device and cores, for a student to copy into a question."""
    packages = ("ipywidgets", "jupyterlab-widgets", "jupyterlab", "torch")
    versions = ", ".join(f"{name} {_version(name)}" for name in packages)
    return (
        f"Here: Python {platform.python_version()}, {versions}; {_device()}, "
        f"{quota.cores()} cores, {torch.get_num_threads()} threads."
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _device() -> str:
    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    return "Apple GPU (mps)" if torch.backends.mps.is_available() else "CPU only"
