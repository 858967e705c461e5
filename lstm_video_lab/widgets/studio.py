"""The training studio: choose a model, watch it learn, compare your runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets

from lstm_video_lab import evaluation
from lstm_video_lab.plots.canvas import Picture, draw_levels, draw_lines, levels_of, room_for
from lstm_video_lab.plots.page import Page
from lstm_video_lab.settings import Settings
from lstm_video_lab.widgets.base import LabWidget, row, slider, static, strict
from lstm_video_lab.widgets.session import RunState, Session

UNITS = {"lstm": (16, 64, 128, 256, 512), "convlstm": (4, 8, 16, 32, 64)}
CONDITIONING = [("none", False), *((name, name) for name in ("future", "reconstruction", "both"))]
FOLDERS = Path("runs")
BUTTONS = {  # state -> the buttons that make sense
    "idle": {"Train"},
    "training": {"Pause", "Stop"},
    "paused": {"Train", "Stop"},
    "stopped": {"Train", "Reset"},
    "done": {"Reset"},
    "failed": {"Reset"},
}
SHOWN_RUNS = 2  # earlier runs in the picture
FRAME = 66  # pixels of a frame, at most


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
        }
        self.first |= {"learning_rate": 4e-3, "num_digits": 1, "minutes": minutes, **first}
        self.session: Session | None = None
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
        super().__init__()
        for name, act in zip(
            self.buttons, (self.train, self.pause, self.stop, self.reset), strict=True
        ):
            self.buttons[name].on_click(self.guarded(lambda _, act=act: act()))
        self.values["cell"].observe(self.guarded(lambda _: self._offer_units()), "value")
        self.box.children = [*self.box.children, self.table]

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
                readout_format=".1e",
            ),
            "num_digits": slider("Digits", first["num_digits"], 1, 3),
            "minutes": slider("Minutes", first["minutes"], 0.25, 10.0, 0.25),
        }

    def arrange(self, controls: dict[str, Any]) -> ipywidgets.Widget:
        return ipywidgets.VBox([row(*controls.values()), row(*self.buttons.values())])

    def settings(self) -> Settings:
        """What the controls say, at the scale of the lesson; at smoke scale in a build."""
        values = {name: control.value for name, control in self.values.items()}
        if static() or strict():
            del values["minutes"]
            return Settings.for_scale("smoke", **values)
        return Settings.for_scale(**values)

    def train(self) -> None:
        """Start a run, or go on with one that was paused or stopped."""
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
        """End the run with a checkpoint, and wait until it is written."""
        if self.session is not None:
            self.session.stop()
        self.update()

    def reset(self) -> None:
        """Forget the run; it stays in the table, and its folder on the disk."""
        if self.session is not None:
            self.session.stop()
        self.session = None
        self.update()

    def still(self) -> Picture:
        if self.session is None:
            self.train()
        return self.picture()

    def render(self, **_values: Any) -> Picture:
        """The run as it stands: the controls count when it begins."""
        run = self.shown_run()
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
        state = run.state if run is not None else "idle"
        for name, button in self.buttons.items():
            button.disabled = name not in BUTTONS[state]
        for control in self.values.values():
            control.disabled = self.session is not None
        if run is not None and state in ("stopped", "done"):
            self.runs[run.folder.name] = dataclasses.replace(run)
        self.table.value = runs_table(list(self.runs.values()))
        if self.session is not None and self.session.problem is not None:
            self.fail(self.session.problem)

    def _on_update(self) -> None:
        self.call_soon(self.update)

    def _offer_units(self) -> None:
        """Channels of a ConvLSTM cost far more than units of an LSTM: other sizes are offered."""
        units, sizes = self.values["units"], UNITS[self.values["cell"].value]
        units.options = sizes  # first: a value is checked against the options that hold
        units.value = sizes[len(sizes) // 2]


def new_folder() -> Path:
    """runs/studio-01, or the first after it that is not there yet."""
    count = 1
    while (folder := FOLDERS / f"studio-{count:02d}").exists():
        count += 1
    return folder


def draw_run(run: RunState, levels: Mapping[str, Any], others: Sequence[RunState] = ()) -> Picture:
    """Losses over time with baselines and earlier runs, above what is predicted now."""
    lines = {"training": (run.seconds, run.losses)}
    lines["held out"] = (run.heldout_seconds, run.heldout)
    lines |= {other.folder.name: (other.heldout_seconds, other.heldout) for other in others}
    marks = levels_of(levels)
    page = Page(room_for([*run.rows, "predicted"]))
    page.heading(plan(run.settings))
    page.gap(16)
    labels = ("seconds of training", "future, nats per frame")
    axes = page.chart(220, ["entropy bound 123.4"], *labels, below=44)
    drawn = {name: line for name, line in lines.items() if len(line[0])}
    ends = draw_lines(axes, drawn) + draw_levels(axes, marks)
    top = max([1.15 * marks["mean image"], *(1.05 * max(y[:20]) for _, y in drawn.values())])
    planned = 60 * (run.settings.minutes or 0.0)
    last = max(planned, *(s for x, _ in drawn.values() for s in x), 1e-3)
    axes.set(ylim=(0, min(top, 3 * marks["mean image"])), xlim=(0, last))
    page.label_ends(axes, ends)
    page.frames(run.rows, above=24, largest=FRAME)
    page.gap(8)
    return page.finish(describe_run(run, marks["mean image"]))


def plan(s: Settings) -> str:
    """What is trained, in a line."""
    layers = f"{s.layers} layer{'s' * (s.layers > 1)} of {s.units} units"
    digits = f"{s.num_digits} digit{'s' * (s.num_digits > 1)}"
    length = f"{s.steps} steps" if s.minutes is None else f"{s.minutes:g} min"
    parts = (s.cell, layers, f"conditional: {s.conditional or 'none'}")
    return " · ".join((*parts, f"rate {s.learning_rate:.1e}", digits, length, f"{s.scale} scale"))


def describe_run(run: RunState, mean_image: float) -> str:
    """Where a run stands, in words."""
    if not run.losses:
        return (
            f"Not trained yet: {plan(run.settings)}. The mean image, which knows nothing of "
            f"motion, costs {mean_image:.1f} nats per frame."
        )
    share = run.losses[-1] / mean_image
    return (
        f"{run.state.capitalize()}: step {run.step}, {run.seconds[-1]:.0f} s, "
        f"{100 * run.fraction:.0f} % of the run; future {run.losses[-1]:.1f} nats per frame, "
        f"{100 * share:.0f} % of the mean image's {mean_image:.1f} ({run.settings.scale} scale). "
        + _what_next(run)
    )


def _what_next(run: RunState) -> str:
    if run.state == "stopped":
        return f"A checkpoint is in {run.folder.as_posix()}: Train goes on from it."
    if run.state == "done":
        return f"The run is kept in {run.folder.as_posix()}; Reset makes room for the next."
    return ""


def runs_table(runs: Sequence[RunState]) -> str:
    """My runs, as an HTML table; nothing without runs."""
    if not runs:
        return ""
    heads = ("run", "cell", "units", "layers", "conditional", "rate", "digits", "steps", "seconds")
    body = ""
    for run in runs:
        s = run.settings
        cells = [run.folder.name, s.cell, s.units, s.layers, s.conditional or "none"]
        cells += [f"{s.learning_rate:.1e}", s.num_digits, run.step, f"{run.seconds[-1]:.0f}"]
        cells.append(f"{run.heldout[-1]:.1f}" if run.heldout else "–")
        body += "<tr>" + "".join(f"<td>{escape(str(cell))}&ensp;</td>" for cell in cells) + "</tr>"
    names = "".join(f"<th>{name}&ensp;</th>" for name in (*heads, "held-out future, nats/frame"))
    rows = f"<caption>My runs</caption><tr>{names}</tr>{body}"
    return f'<table style="text-align: left">{rows}</table>'
