"""The runs that lie beside the notebook: yesterday's are found, a new one gets a new folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import ipywidgets

from lstm_video_lab.widgets.base import dropdown, row
from lstm_video_lab.widgets.session import RunState, find_run

FOLDERS = Path("runs")


class EarlierRuns:
    """A choice among the runs that lie in the folder, and a button to go on with one."""

    def __init__(self, go_on: Callable[[RunState], None]) -> None:
        found = [find_run(folder) for folder in sorted(FOLDERS.glob("studio-*"))]
        self.found = [run for run in found if run is not None]
        options = [(f"{run.folder.name}, step {run.step}", k) for k, run in enumerate(self.found)]
        self.choice = dropdown("Earlier runs", len(options) - 1 if options else None, options)
        self.button = ipywidgets.Button(description="Go on with it")
        self.button.on_click(lambda _: go_on(self.found[self.choice.value]))
        self.box = row(self.choice, self.button)

    def offer(self, is_free: bool, known: Mapping[str, RunState]) -> None:
        """Show the choice where a run may be taken up; runs of this studio are in its table."""
        is_new = any(run.folder.name not in known for run in self.found)
        self.box.layout.display = None if is_free and is_new else "none"


def new_folder() -> Path:
    """runs/studio-01, or the first after it that is not there yet."""
    count = 1
    while (folder := FOLDERS / f"studio-{count:02d}").exists():
        count += 1
    return folder
