"""One state of fixed size, or every frame: what each costs, and what it gives back.

T frames.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets
import numpy as np

from lstm_video_lab.lessons.recurrence_and_memory import memory
from lstm_video_lab.plots.canvas import (
    FAINT,
    FONT,
    INK,
    WIDTH,
    Picture,
    add_axes,
    draw_lines,
    finish,
    label_ends,
    sheet,
    write,
)
from lstm_video_lab.widgets.base import LABEL, LabWidget


class KeepExplorer(LabWidget):
    """Move the number of frames: how much each way to remember must hold, and what it gives back.

    `result`: `load_result("recurrence")`.
    """

    title = "one state, or every frame"

    def __init__(self, result: Mapping[str, Any]) -> None:
        self.result = result
        super().__init__()

    def controls(self) -> dict[str, Any]:
        lengths = self.result["lengths"]
        frames = ipywidgets.SelectionSlider(
            options=[(str(length), n) for n, length in enumerate(lengths)],
            value=len(lengths) // 2,
            description="Frames T",
            style=LABEL,
        )
        return {"frames": frames}

    def render(self, frames: int) -> Picture:
        return draw_keepers(self.result, frames)


def draw_keepers(result: Mapping[str, Any], chosen: int) -> Picture:
    """Left: accuracy of recall against T; right: numbers that are kept. `chosen`: which T."""
    lengths, figure = result["lengths"], sheet(WIDTH, 360)
    length, panels = lengths[chosen], {}
    panels["part of the symbols given back"] = {
        name: (lengths, np.mean(rows, 1)) for name, rows in result["recall"].items()
    }
    panels["numbers kept"] = {
        name: (lengths, [memory.kept(units, n) for n in lengths])
        for name, units in memory.KEEPERS.items()
    }
    for n, (title, lines) in enumerate(panels.items()):
        left = 50 + n * 425
        write(figure, title, left - 40, 6, weight="bold")
        axes = add_axes(figure, left, 40, 190, 262)
        axes.set_xscale("log")
        axes.axvline(length, color=FAINT, linewidth=6, alpha=0.3)
        ends = draw_lines(axes, lines)
        if n == 0:
            for rows in result["recall"].values():
                axes.vlines(lengths, np.min(rows, 1), np.max(rows, 1), color=INK, linewidth=1)
            axes.set_ylim(0, 1.05)
            chance: dict[str, Any] = {"color": INK, "linestyle": (0, (6, 3)), "linewidth": 1.1}
            axes.axhline(1 / memory.KINDS, **chance)
            ends.append((1 / memory.KINDS, f"chance {1 / memory.KINDS:g}", chance))
        axes.set_xticks(lengths, [str(n) for n in lengths])
        axes.minorticks_off()
        axes.set_xlabel("frames T", color=INK, fontsize=FONT)
        label_ends(figure, axes, ends)
    return finish(figure, describe_keepers(result, chosen))


def describe_keepers(result: Mapping[str, Any], chosen: int) -> str:
    """What each way keeps, does and gives back at the chosen T."""
    length, parts = result["lengths"][chosen], []
    for name, units in memory.KEEPERS.items():
        right = result["recall"][name][chosen]
        parts.append(
            f"{name}: {memory.kept(units, length)} numbers kept, {memory.work(units, length)} "
            f"multiplications for a new frame and an answer, {100 * np.mean(right):.0f} % given "
            f"back (seeds from {100 * min(right):.0f} to {100 * max(right):.0f})"
        )
    return (
        f"T = {length} frames, each one of {memory.KINDS} symbols. {'; '.join(parts)}. Chance is "
        f"{100 / memory.KINDS:.0f} %. {result['seeds']} seeds of {result['steps']} steps, "
        f"{result['scale']} scale."
    )
