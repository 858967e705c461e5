"""A training run beside the notebook: it can be paused and stopped, and says how it goes.

A Stop button never reaches a cell that is still running, so the run has a thread of its own; the
cell that started it has long returned. One run has one thread: what does not fit its state, such as
a second start, does nothing. T time, H × W the size of a frame.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lstm_video_lab import evaluation, training
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.prediction import predict
from lstm_video_lab.settings import Settings
from lstm_video_lab.training.checkpoints import newest_checkpoint

UPDATE_SECONDS = 0.7  # between two pictures, where they are quickly drawn
UPDATES = 10  # of a run without a thread: its pictures are the same on every machine


class Point(NamedTuple):
    """One value of a curve."""

    step: int
    seconds: float  # of training
    nats: float  # per frame, of the future


@dataclass
class RunState:
    """What is known of a run."""

    settings: Settings
    folder: Path
    state: str = "idle"  # then training, paused, stopping, stopped, done or failed
    step: int = 0
    fraction: float = 0.0
    losses: list[Point] = field(default_factory=list)  # of training batches, means between updates
    heldout: list[Point] = field(default_factory=list)
    rows: dict[str, np.ndarray] = field(default_factory=dict)  # name -> frames (T, H, W)


class Session:
    """One run of `train`, in a thread, or (`in_thread=False`) before `start` returns.

    `on_update` is called from the run's thread when there is something new to see.
    """

    def __init__(
        self,
        settings: Settings,
        folder: Path,
        on_update: Callable[[], None],
        in_thread: bool = True,
    ) -> None:
        self.run = RunState(settings, folder)
        self.problem: Exception | None = None
        self.frames = to_unit(evaluation.heldout_data(settings).batch(0, 1))  # (T, 1, H, W)
        past = self.frames[: settings.frames_in, 0].numpy()
        truth = self.frames[settings.frames_in :, 0].numpy()
        self.run.rows = {"seen": past, "true future": truth}
        self.on_update, self._in_thread = on_update, in_thread
        self._lock = threading.Lock()  # of the state: buttons and the run both change it
        self._go, self._stop = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._waiting: list[float] = []
        self._last_update = 0.0
        self.interval = UPDATE_SECONDS  # between two pictures, at least

    @property
    def busy(self) -> bool:
        """Whether its thread is at work, or waits to go on."""
        return self.run.state in ("training", "paused", "stopping")

    def start(self) -> None:
        """Begin, or go on after a pause, a stop or a failure; else nothing.

        Without a thread it raises what `train` does.
        """
        with self._lock:
            if self.run.state in ("training", "stopping", "done"):
                return
            was_paused = self.run.state == "paused"
            self.run.state, self.problem = "training", None
            self._stop.clear()
            self._go.set()
        if was_paused:
            return
        if not self._in_thread:
            self._work()
            if self.problem is not None:
                raise self.problem
            return
        self._thread = threading.Thread(target=self._work, daemon=True, name="lab-training")
        self._thread.start()

    def pause(self) -> None:
        """Wait after the step that is being taken; nothing where it does not train."""
        with self._lock:
            if self.run.state == "training":
                self._go.clear()
                self.run.state = "paused"

    def stop(self, wait: float = 0.0) -> None:
        """End after the step that is being taken, with a checkpoint; nothing where it is at rest.

        wait  seconds to stay here until that is done, at most
        """
        with self._lock:
            if self.run.state in ("training", "paused"):
                self.run.state = "stopping"
                self._stop.set()
                self._go.set()
        if self._thread is not None and wait:
            self._thread.join(wait)

    def _work(self) -> None:
        try:
            steps = training.train(self.run.settings, self.run.folder, resume=True)
            with closing(steps):
                for progress in steps:
                    self._note(progress)
                    self._go.wait()
                    if self._stop.is_set():
                        break
            self._rest("done" if self.run.fraction >= 1 else "stopped")
        except Exception as problem:
            self.problem = problem
            self._rest("failed")
        self.on_update()

    def _rest(self, state: str) -> None:
        with self._lock:
            self.run.state = state

    def _note(self, progress: training.Progress) -> None:
        run = self.run
        if progress.step <= run.step:
            forget_from(run, progress.step)  # it goes on from a checkpoint before its end
        run.step, run.fraction = progress.step, progress.fraction
        assert progress.future is not None
        self._waiting.append(progress.future)
        if progress.heldout is not None:
            nats = progress.heldout["future"]["cross_entropy"]
            run.heldout.append(Point(progress.step, progress.seconds, nats))
        if not self._is_time(progress):
            return
        nats = sum(self._waiting) / len(self._waiting)
        run.losses.append(Point(progress.step, progress.seconds, nats))
        self._waiting.clear()
        s = run.settings
        future = predict(progress.model, self.frames[: s.frames_in], s.frames_out).future
        assert future is not None
        run.rows = {**run.rows, "predicted": future[:, 0].numpy()}
        self.on_update()

    def _is_time(self, progress: training.Progress) -> bool:
        """Whether there is enough new to see: by the clock, or, without a thread, by steps."""
        if progress.fraction >= 1 or self._stop.is_set():
            return True
        if not self._in_thread:
            return progress.step % max(1, (self.run.settings.steps or 0) // UPDATES) == 0
        now = time.monotonic()
        if now - self._last_update < self.interval:
            return False
        self._last_update = now
        return True


def forget_from(run: RunState, step: int) -> None:
    """Drop the points of the curves from that step on."""
    for points in (run.losses, run.heldout):
        points[:] = [point for point in points if point.step < step]


def find_run(folder: Path) -> RunState | None:
    """A run as it lies in its folder, with its curves; None where no checkpoint can be read."""
    newest = newest_checkpoint(folder)
    if newest is None:
        return None
    try:
        state = json.loads((newest / "state.json").read_text("utf-8"))
        settings = Settings.from_dict(state["settings"])
        run = RunState(settings, folder, "stopped", step=state["step"])
        run.fraction = fraction_of(settings, run.step, state["seconds"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    for line in _read_metrics(folder / "metrics.jsonl"):
        if line["step"] > run.step:
            continue
        at = (line["step"], line["seconds"])
        if line.get("future") is not None:
            run.losses.append(Point(*at, line["future"]))
        if line.get("heldout"):
            run.heldout.append(Point(*at, line["heldout"]["future"]["cross_entropy"]))
    if run.fraction >= 1:
        run.state = "done"
    return run


def fraction_of(settings: Settings, step: int, seconds: float) -> float:
    """Which part of a run is over, 0 to 1, after so many steps and seconds of training."""
    by_steps = step / settings.steps if settings.steps else 0.0
    by_time = seconds / (60 * settings.minutes) if settings.minutes else 0.0
    return min(1.0, max(by_steps, by_time))


def _read_metrics(path: Path) -> list[dict]:
    """The whole lines of a log; a killed run may have left half of one."""
    lines = []
    if path.is_file():
        for text in path.read_text("utf-8", errors="replace").splitlines():
            try:
                line = json.loads(text)
            except ValueError:
                continue
            if isinstance(line, dict) and {"step", "seconds"} <= line.keys():
                lines.append(line)
    return lines
