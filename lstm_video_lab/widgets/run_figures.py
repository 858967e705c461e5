"""A training run as a picture, a line of words, and a table of runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from lstm_video_lab.plots.canvas import Picture, draw_levels, draw_lines, levels_of, room_for
from lstm_video_lab.plots.page import Page
from lstm_video_lab.settings import Settings
from lstm_video_lab.widgets.session import RunState

FRAME = 66  # pixels of a frame, at most
BEGINNINGS = {  # state → what is said before there is a first value
    "idle": "Not trained yet",
    "training": "Training has begun",
    "paused": "Paused before there was anything to see",
    "failed": "The run has failed",
}


def draw_run(run: RunState, levels: Mapping[str, Any], others: Sequence[RunState] = ()) -> Picture:
    """Losses over time with baselines and earlier runs, above what is predicted now."""
    by_steps = run.settings.minutes is None
    points = {"training": run.losses, "held out": run.heldout}
    points |= {other.folder.name: other.heldout for other in others}
    lines = {}
    for name, curve in points.items():
        if curve:
            steps, seconds, nats = zip(*curve, strict=True)
            lines[name] = (steps if by_steps else seconds, nats)
    marks = levels_of(levels)
    page = Page(room_for([*run.rows, "predicted"]))
    page.heading(plan(run.settings))
    page.gap(16)
    labels = (f"{'steps' if by_steps else 'seconds'} of training", "future, nats per frame")
    axes = page.chart(220, ["entropy bound 123.4"], *labels, below=44)
    ends = draw_lines(axes, lines) + draw_levels(axes, marks)
    top = max([1.15 * marks["mean image"], *(1.05 * max(y[:20]) for _, y in lines.values())])
    planned = run.settings.steps if run.settings.minutes is None else 60 * run.settings.minutes
    last = max([planned or 1, *(x[-1] for x, _ in lines.values())])
    axes.set(ylim=(0, min(top, 3 * marks["mean image"])), xlim=(0, last))
    page.label_ends(axes, ends)
    future = {name: row for name, row in run.rows.items() if name != "seen"}
    page.frames({"seen": run.rows["seen"]}, above=24, largest=FRAME)
    page.frames(future, first=len(run.rows["seen"]) + 1, above=24, largest=FRAME)
    page.gap(8)
    return page.finish(describe_run(run, marks["mean image"]))


def plan(s: Settings) -> str:
    """What is trained, in a line."""
    layers = f"{s.layers} layer{'s' * (s.layers > 1)} of {s.units} units"
    digits = f"{s.num_digits} digit{'s' * (s.num_digits > 1)}"
    length = f"{s.steps} steps" if s.minutes is None else f"{s.minutes:g} min"
    parts = (s.cell, layers, f"conditional: {s.conditional or 'none'}")
    return " · ".join((*parts, f"rate {s.learning_rate:.2g}", digits, length, f"{s.scale} scale"))


def describe_run(run: RunState, mean_image: float) -> str:
    """Where a run stands, in words."""
    if not run.losses:
        state = BEGINNINGS.get(run.state, run.state.capitalize())
        return (
            f"{state}: {plan(run.settings)}. The mean image, which knows nothing of "
            f"motion, costs {mean_image:.1f} nats per frame. {_what_next(run)}"
        ).rstrip()
    _, seconds, nats = run.losses[-1]
    share = nats / mean_image
    lasted = "" if run.settings.minutes is None else f"{seconds:.0f} s, "
    return (
        f"{run.state.capitalize()}: step {run.step}, {lasted}"
        f"{100 * run.fraction:.0f} % of the run; future {nats:.1f} nats per frame, "
        f"{100 * share:.0f} % of the mean image's {mean_image:.1f} ({run.settings.scale} scale). "
        + _what_next(run)
    )


def _what_next(run: RunState) -> str:
    if run.state == "stopping":
        return "The last step is taken, then a checkpoint is written."
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
        seconds = f"{run.losses[-1].seconds:.0f}" if run.losses else "–"
        cells = [run.folder.name, s.cell, s.units, s.layers, s.conditional or "none"]
        cells += [f"{s.learning_rate:.2g}", s.num_digits, run.step, seconds]
        cells.append(f"{run.heldout[-1].nats:.1f}" if run.heldout else "–")
        body += "<tr>" + "".join(f"<td>{escape(str(cell))}&ensp;</td>" for cell in cells) + "</tr>"
    names = "".join(f"<th>{name}&ensp;</th>" for name in (*heads, "held-out future, nats/frame"))
    rows = f"<caption>My runs</caption><tr>{names}</tr>{body}"
    return f'<table style="text-align: left">{rows}</table>'
