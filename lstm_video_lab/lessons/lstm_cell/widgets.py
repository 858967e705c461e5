"""The explorers of lesson 02: gates over time, the latch, and how long it keeps a number.

T time, B batch, X inputs, H units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ipywidgets
import numpy as np
from numpy.typing import ArrayLike
from torch import Tensor

from lstm_video_lab.cells import LSTMCell
from lstm_video_lab.lessons.lstm_cell.figures import (
    draw_half_lives,
    draw_latch,
    draw_layer,
    draw_unit,
)
from lstm_video_lab.lessons.lstm_cell.gates import (
    as_record,
    fraction_left,
    gates_over_time,
    with_forget_bias,
)
from lstm_video_lab.plots.canvas import Picture
from lstm_video_lab.widgets.base import LabWidget, dropdown, player, row, slider

BIASES = (-5.0, 5.0, 0.5)  # lowest, highest, step of the slider


class GateInspector(LabWidget):
    """Choose a unit and a step, and see what its gates do with what it remembers.

    `record`: a mapping or an object with i, f, g, o, c, h, arrays or tensors, each (T, H), or
    (T, B, H), of which the first sequence is shown. `frames` (T, height, width) is what the layer
    saw, where the record does not hold it. `unit` (from 0) and `step` (from 1) are shown first.
    `beside`: name -> (T,), what is drawn beside the state of one unit, on its scale.
    """

    title = "gates over time"

    def __init__(
        self,
        record: Any,
        frames: Any = None,
        *,
        unit: int = 0,
        step: int = 1,
        beside: Mapping[str, ArrayLike] | None = None,
    ) -> None:
        self.record, self.beside = as_record(record, frames), beside or {}
        self.first_unit, self.first_step = unit, step
        super().__init__()

    def controls(self) -> dict[str, Any]:
        steps, units = self.record.c.shape
        views = [("one unit", False), ("all units", True)]
        return {
            "every": dropdown("Show", False, views),
            "unit": slider("Unit", self.first_unit, 0, units - 1),
            "step": slider("Step", self.first_step, 1, steps),
        }

    def arrange(self, controls: dict[str, Any]) -> ipywidgets.Widget:
        *choice, step = controls.values()
        return ipywidgets.VBox([row(*choice), player(step)])

    def render(self, every: bool, unit: int, step: int) -> Picture:
        if every:
            return draw_layer(self.record, step)
        return draw_unit(self.record, unit, step, self.beside)


class LatchExplorer(LabWidget):
    """Choose the forget gate's bias and a step: what one unit lets in, keeps and gives out.

    `cell`: an `LSTMCell` with one unit; `x`: its inputs (T, X), whose names are `names`.
    """

    title = "one unit, its gates and its memory"

    def __init__(self, cell: LSTMCell, x: Tensor, names: Sequence[str], *, step: int = 1) -> None:
        self.cell, self.x, self.names, self.first_step = cell, x, names, step
        super().__init__()

    def controls(self) -> dict[str, Any]:
        bias = float(self.cell.bias.detach().chunk(4)[1][0])
        return {
            "bias": slider("Forget-gate bias", bias, *BIASES),
            "step": slider("Step", self.first_step, 1, len(self.x)),
        }

    def arrange(self, controls: dict[str, Any]) -> ipywidgets.Widget:
        return ipywidgets.VBox([row(controls["bias"]), player(controls["step"], 120)])

    def render(self, bias: float, step: int) -> Picture:
        gates = gates_over_time(with_forget_bias(self.cell, bias), self.x[:, None])
        return draw_latch(gates, self.x, self.names, step)


class HalfLife(LabWidget):
    """Move the forget gate's bias: how much of a number is left, measured and by the law f^t.

    `cell`: an `LSTMCell` with one unit; `store`: the input (X,) that makes it store a number.
    """

    title = "how long a number is kept"

    def __init__(self, cell: LSTMCell, store: Sequence[float], *, bias: float = 2.0) -> None:
        self.first_bias = bias
        biases = np.arange(BIASES[0], BIASES[1] + BIASES[2] / 2, BIASES[2])
        self.left = {float(b): fraction_left(with_forget_bias(cell, b), store) for b in biases}
        super().__init__()

    def controls(self) -> dict[str, Any]:
        return {"bias": slider("Forget-gate bias", self.first_bias, *BIASES)}

    def render(self, bias: float) -> Picture:
        return draw_half_lives(self.left, min(self.left, key=lambda known: abs(known - bias)))
