"""What a student waits for: the first picture of lesson 03, and a picture after a slider has moved.

Both are taken in a kernel, as a notebook has one; what the page needs to show them comes on top.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import time
from typing import Any

from torch import arange, rand

from lstm_video_lab import LSTMCell, Settings, VideoModel
from lstm_video_lab.files import load_result
from lstm_video_lab.lessons.autoencoder.output_order import Profile
from lstm_video_lab.lessons.autoencoder.widgets import (
    OrderExplorer,
    StateExplorer,
    UnitsExplorer,
)
from lstm_video_lab.lessons.bouncing_digits.widgets import (
    DigitsExplorer,
    PixelCost,
    WallExplorer,
)
from lstm_video_lab.lessons.future_predictor.two_futures import two_futures
from lstm_video_lab.lessons.future_predictor.widgets import (
    ConditioningExplorer,
    FuturesExplorer,
)
from lstm_video_lab.lessons.lstm_cell.widgets import GateInspector, HalfLife, LatchExplorer
from lstm_video_lab.lessons.overlaps_and_bounces import error_by_event
from lstm_video_lab.lessons.overlaps_and_bounces.widgets import SequenceBrowser
from lstm_video_lab.lessons.table2.widgets import CompositeExplorer
from lstm_video_lab.widgets import TrainingStudio

LESSON = "03_bouncing_digits.ipynb"
PICTURES = {"text/html", "application/vnd.jupyter.widget-view+json"}  # which hold a picture
UNSET = ("LAB_SCALE", "LAB_STATIC", "LAB_STRICT")  # as a student has it
CHANGES = 30  # of every control


def lesson_start() -> float:
    """Seconds to the first picture of lesson 03, from its first cell on, in a kernel that is up."""
    import nbformat

    from lstm_video_lab.course import find_lessons

    cells = nbformat.read(find_lessons() / LESSON, as_version=4).cells
    return _run([cell.source for cell in cells if cell.cell_type == "code"])[0]


def repaint() -> dict[str, float]:
    """Explorer → milliseconds from a change to the new picture, the median for its slowest control.

    The delay in which further changes are awaited (`LabWidget.delay`) is not counted.
    """
    ask = f"import json; from {__name__} import repaint_here; print(json.dumps(repaint_here()))"
    return json.loads(_run([ask])[1])


def repaint_here() -> dict[str, float]:
    """The same in this process: only a kernel sends its pictures."""
    slowest = {}
    for kind, arguments in explorers().items():
        explorer = kind(*arguments)
        explorer.delay = 1e6  # seconds: here an update of its own follows each change
        controls = explorer.values.values()
        slowest[kind.__name__] = max(_median(explorer, control) for control in controls)
    return slowest


def _median(explorer: Any, control: Any) -> float:
    """Milliseconds of a change of this control, which goes through its values."""
    first, seconds = control.value, []
    for k in range(1, CHANGES + 1):
        start = time.perf_counter()
        if hasattr(control, "options"):
            control.index = k % len(control.options)
        else:
            control.value = type(first)(control.min + k / CHANGES * (control.max - control.min))
        explorer.update()
        seconds.append(time.perf_counter() - start)
    control.value = first
    return 1000 * statistics.median(seconds)


def explorers() -> dict[type, tuple]:
    """Each explorer and what it is made of, at laptop scale; models need not have learnt."""
    s = Settings.for_scale("laptop", num_digits=2)
    model, cell = VideoModel(**s.model_fields()).eval(), LSTMCell(3, 1)
    record = {name: rand(20, s.units) for name in "ifgoch"}
    profile = Profile(arange(1, 13).numpy(), rand(2, 12, 20).numpy())
    return {
        DigitsExplorer: (),
        GateInspector: (record, rand(20, 32, 32)),
        TrainingStudio: (),
        PixelCost: (),
        WallExplorer: (18,),
        LatchExplorer: (cell, rand(130, 3), ("value", "store", "read")),
        HalfLife: (cell, (1.0, 1.0, 0.0)),
        StateExplorer: (model, s),
        FuturesExplorer: (two_futures(s),),
        OrderExplorer: ({"newest first": profile}, {"mean image": 1.0}, 0),
        SequenceBrowser: (model, s, error_by_event.measure(model, s, 100)),
        UnitsExplorer: (load_result("units"),),
        ConditioningExplorer: (load_result("conditioning"),),
        CompositeExplorer: (load_result("composite"),),
    }


def _run(cells: list[str]) -> tuple[float, str]:
    """Run cells until there is a picture, in a new kernel: the seconds, and what was printed."""
    from jupyter_client.manager import run_kernel

    from lstm_video_lab.course import find_lessons, workspace

    pictures, printed = [], []

    def look(message: dict[str, Any]) -> None:
        content = message["content"]
        if PICTURES & content.get("data", {}).keys():
            pictures.append(time.perf_counter())
        if content.get("name") == "stdout":
            printed.append(content["text"])

    env = {name: value for name, value in os.environ.items() if name not in UNSET}
    how: dict[str, Any] = {"kernel_name": "python3", "env": env, "stderr": subprocess.DEVNULL}
    kernel: Any
    with workspace(find_lessons()) as folder, run_kernel(cwd=folder, **how) as kernel:
        start = time.perf_counter()
        while cells and not pictures:
            cell, *cells = cells
            reply = kernel.execute_interactive(cell, output_hook=look, allow_stdin=False)["content"]
            if reply["status"] != "ok":
                raise ValueError(f"a cell failed: {reply['evalue']}")
    return (pictures or [math.nan])[0] - start, "".join(printed)
