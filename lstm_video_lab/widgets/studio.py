"""The training studio: choose a model, watch it learn, compare your runs."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ipywidgets
import numpy as np
from IPython import get_ipython

from lstm_video_lab import evaluation
from lstm_video_lab.checks import LabError, check_choice, check_number
from lstm_video_lab.plots.canvas import Picture
from lstm_video_lab.settings import Settings
from lstm_video_lab.widgets.base import LabWidget, row, slider, static, strict
from lstm_video_lab.widgets.earlier_runs import EarlierRuns, new_folder
from lstm_video_lab.widgets.film import FilmPlayer
from lstm_video_lab.widgets.run_figures import draw_run, runs_table
from lstm_video_lab.widgets.session import UPDATE_SECONDS, RunState, Session, find_run

UNITS = {"lstm": (16, 64, 128, 256, 512), "convlstm": (4, 8, 16, 32, 64)}
MOST_UNITS = {"lstm": 4096, "convlstm": 256}  # of which a step fits a laptop's memory
RANGES = {
    "layers": (1, 3),
    "num_digits": (1, 3),
    "learning_rate": (1e-4, 0.1),
    "minutes": (0.25, 10),
}
CONDITIONING = [("none", False), *((name, name) for name in ("future", "reconstruction", "both"))]
BUTTONS = {  # state -> the buttons that make sense, and are shown
    "idle": {"Train"},
    "training": {"Pause", "Stop"},
    "paused": {"Train", "Stop"},
    "stopping": set(),
    "stopped": {"Train", "Reset"},
    "done": {"Reset"},
    "failed": {"Train", "Reset"},
}
SHOWN_RUNS = 2  # earlier runs in the picture


class TrainingStudio(LabWidget):
    """Train a composite model live, beside the notebook.

    `minutes` is the first value of its control, and so are `cell`, `units`, `layers`,
    `conditional`, `learning_rate`, `num_digits`. In a build and under test it trains at smoke
    scale, before it shows.
    """

    title = "training"

    def __init__(self, minutes: float = 1.0, **first: Any) -> None:
        self.first: dict[str, Any] = {
            "cell": "lstm",
            "units": 256,
            "layers": 1,
            "conditional": False,
            "learning_rate": 4e-3,
            "num_digits": 1,
            "minutes": minutes,
        }
        unknown = first.keys() - self.first.keys()
        if unknown:
            raise LabError(
                f"TrainingStudio has no {sorted(unknown)[0]!r}: it takes {', '.join(self.first)}"
            )
        self.first |= first
        check_first(self.first)
        self.session: Session | None = None
        self.state = "idle"  # of the run that is shown
        self.is_waiting = False  # whether it will be drawn soon for what the run did
        self.runs: dict[str, RunState] = {}
        self.table = ipywidgets.HTML()
        self.buttons = {
            name: ipywidgets.Button(description=name, tooltip=words)
            for name, words in {
                "Train": "start a run, or go on with it",
                "Pause": "wait; Train goes on",
                "Stop": "end with a checkpoint; Train goes on from it",
                "Reset": "forget this run; Train starts a new one",
            }.items()
        }
        self.more = ipywidgets.ToggleButton(
            description="More settings", tooltip="cell, layers, conditioning, rate, digits, minutes"
        )
        self.earlier = EarlierRuns(self.guarded(self.go_on_with))
        self.film: FilmPlayer | None = None  # once there is something predicted
        self.played: np.ndarray | None = None  # what it plays beside the truth
        self.screen = ipywidgets.Box()
        super().__init__()
        acts = (self.train, self.pause, self.stop, self.reset)
        for name, act in zip(self.buttons, acts, strict=True):
            self.buttons[name].on_click(self.guarded(lambda _, act=act: act()))
        self.values["cell"].observe(self.guarded(lambda _: self._offer_units()), "value")
        self.more.observe(self.guarded(lambda _: self._show_controls()), "value")
        self._show_controls()
        self.box.children = [*self.box.children, self.screen, self.earlier.box, self.table]
        self._take_over()

    def controls(self) -> dict[str, Any]:
        first, wide = self.first, {"description_width": "initial"}
        return {
            "cell": ipywidgets.Dropdown(
                options=list(UNITS), value=first["cell"], description="Cell"
            ),
            "units": ipywidgets.SelectionSlider(
                options=sorted({*UNITS[first["cell"]], first["units"]}),
                value=first["units"],
                description="Units",
            ),
            "layers": slider("Layers", first["layers"], 1, 3),
            "conditional": ipywidgets.Dropdown(
                options=CONDITIONING,
                value=first["conditional"],
                description="Conditional",
                style=wide,
            ),
            "learning_rate": ipywidgets.FloatLogSlider(
                value=first["learning_rate"],
                min=-4,
                max=-1,
                step=0.1,
                description="Learning rate",
                style=wide,
                readout_format=".1g",
            ),
            "num_digits": slider("Digits", first["num_digits"], 1, 3),
            "minutes": slider("Minutes", first["minutes"], 0.25, 10.0, 0.25),
        }

    def arrange(self, controls: dict[str, Any]) -> ipywidgets.Widget:
        buttons = row(controls["units"], *self.buttons.values(), self.more)
        self.rest = row(*(control for name, control in controls.items() if name != "units"))
        return ipywidgets.VBox([buttons, self.rest])

    def _show_controls(self) -> None:
        """One choice is enough to begin with; the others come when they are asked for."""
        self.rest.layout.display = None if self.more.value else "none"

    def _take_over(self) -> None:
        """The same cell run again: the studio that stood there hands its run on."""
        cell = cell_id()
        before = STUDIOS.get(cell)
        if cell:
            STUDIOS[cell] = self
        if before is not None and before.session is not None and before.session.busy:
            self.session, before.session = before.session, None
            self.session.on_update = self._on_update
            self.update()

    def go_on_with(self, run: RunState) -> None:
        """Take a run up where its folder says that it stands; Train goes on."""
        if self.session is not None and self.session.busy:
            return
        session = Session(run.settings, run.folder, self._on_update)
        session.run = dataclasses.replace(run, rows=session.run.rows)
        self.session = session
        self.update()

    def settings(self) -> Settings:
        """What the controls say, at the scale of the lesson; at smoke scale in a build."""
        values = {name: control.value for name, control in self.values.items()}
        if static() or strict():
            del values["minutes"]
            return Settings.for_scale("smoke", **values)
        return Settings.for_scale(**values)

    def train(self) -> None:
        """Start a run, or go on with one that was paused, stopped or failed."""
        if self.session is None:
            settings, in_thread = self.settings(), not (static() or strict())
            self.session = Session(settings, new_folder(), self._on_update, in_thread)
        self.session.start()
        self.update()

    def pause(self) -> None:
        if self.session is not None:
            self.session.pause()
        self.update()

    def stop(self) -> None:
        """End the run with a checkpoint; the picture says when it is written."""
        if self.session is not None:
            self.session.stop()
        self.update()

    def reset(self) -> None:
        """Forget a run that is at rest; it stays in the table, and its folder on the disk."""
        if self.session is not None and self.session.busy:
            return
        self.session = None
        self.update()

    def still(self) -> Picture:
        if self.session is None:
            self.train()
        return self.picture()

    def render(self, **_values: Any) -> Picture:
        """The run as it stands: the controls count when it begins."""
        run = self.shown_run()
        self.state = run.state
        others = [other for name, other in self.runs.items() if name != run.folder.name]
        levels = evaluation.baselines(run.settings)
        return draw_run(run, levels, others[-SHOWN_RUNS:])

    def shown_run(self) -> RunState:
        """The run as it stands; before the first step, what would be trained."""
        if self.session is not None:
            return dataclasses.replace(self.session.run)
        settings = self.settings()
        return Session(settings, Path("new"), lambda: None).run

    def show(self, picture: Picture) -> None:
        super().show(picture)
        run = self.session.run if self.session is not None else None
        state = self.state  # what the words say, though the run may be elsewhere by now
        self.front.works = state in ("training", "stopping")
        for name, button in self.buttons.items():
            button.disabled = name not in BUTTONS[state]
            button.layout.display = "none" if button.disabled else None
        self.buttons["Train"].description = "Train again" if state == "failed" else "Train"
        self.earlier.offer(self.session is None, self.runs)
        for control in self.values.values():
            control.disabled = self.session is not None
        if run is not None and state in ("stopped", "done"):
            self.runs[run.folder.name] = dataclasses.replace(run)
        self.table.value = runs_table(list(self.runs.values()))
        self._show_film(run)
        if self.session is not None and self.session.problem is not None:
            self.fail_to_train(self.session.problem)

    def _show_film(self, run: RunState | None) -> None:
        """What is predicted now beside what came, played in the page from the frame it shows."""
        predicted = None if run is None else run.rows.get("predicted")
        self.screen.layout.display = "none" if predicted is None else None
        if run is None or predicted is None or predicted is self.played:
            return
        self.played, seen = predicted, run.rows["seen"]
        truth = np.concatenate([seen, run.rows["true future"]])
        clips = {"truth": truth, "predicted": predicted}
        words = "A held-out clip, and what the model of this run predicts of it."
        if self.film is None:
            self.film = FilmPlayer(clips, words, seen=len(seen))
            self.screen.children = [self.film.view]
        else:
            self.film.show(clips, words, seen=len(seen))

    def fail_to_train(self, problem: Exception) -> None:
        """Say in words of the notebook why a run ended, and what to do."""
        assert self.session is not None
        if not isinstance(problem, OSError):
            self.fail(problem)
            return
        folder, saved = self.session.run.folder, find_run(self.session.run.folder)
        start = f"from step {saved.step}, the last that was kept" if saved else "from the beginning"
        why = problem.strerror or "no room, or not allowed"
        self.say_error(
            f"{folder.as_posix()} could not be written ({why}). Make room there, or make it "
            f"writable, and press Train again: the run goes on {start}."
        )

    def _on_update(self) -> None:
        """Show the run soon, once for all that happened till then: a busy machine is never behind.

        Drawing takes at most a quarter of the time, so that a page that comes anew is answered.
        """
        if not self.is_waiting:
            self.is_waiting = True
            self.call_soon(self._show_run)

    def _show_run(self) -> None:
        self.is_waiting, began = False, time.monotonic()
        self.update()
        if self.session is not None:
            self.session.interval = max(UPDATE_SECONDS, 4 * (time.monotonic() - began))

    def _offer_units(self) -> None:
        """Channels of a ConvLSTM cost far more than units of an LSTM: other sizes are offered."""
        units, sizes = self.values["units"], UNITS[self.values["cell"].value]
        units.options = sizes  # first: a value is checked against the options that hold
        units.value = sizes[len(sizes) // 2]


STUDIOS: dict[str, TrainingStudio] = {}  # cell of a notebook → the studio that stands there


def check_first(first: Mapping[str, Any]) -> None:
    """Raises LabError where a first value is none that its control can show."""
    check_choice("cell", first["cell"], UNITS)
    check_choice("conditional", first["conditional"], [value for _, value in CONDITIONING])
    check_number("units", first["units"], 1, MOST_UNITS[first["cell"]], whole=True)
    for name, (low, high) in RANGES.items():
        check_number(name, first[name], low, high, whole=name in ("layers", "num_digits"))


def cell_id() -> str:
    """The cell that is being executed, as JupyterLab names it; "" elsewhere."""
    shell = get_ipython()
    if shell is None or not hasattr(shell, "get_parent"):
        return ""
    return shell.get_parent().get("metadata", {}).get("cellId", "")
