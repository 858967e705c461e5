"""A training run beside the notebook: it can be paused and stopped, and says how it goes.

A Stop button never reaches a cell that is still running, so the run has a thread of its own; the
cell that started it has long returned. T time, H × W the size of a frame.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from lstm_video_lab import evaluation, training
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.settings import Settings
from lstm_video_lab.training import loop

NEWS = 0.7  # seconds between two pictures


@dataclass
class Story:
    """What is known of a run. Losses are of the future, in nats per frame."""

    settings: Settings
    folder: Path
    state: str = "idle"  # then training, paused, stopped, done or failed
    step: int = 0
    fraction: float = 0.0
    seconds: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)  # of training batches, means between news
    heldout_seconds: list[float] = field(default_factory=list)
    heldout: list[float] = field(default_factory=list)
    rows: dict[str, np.ndarray] = field(default_factory=dict)  # name -> frames (T, H, W)


class Session:
    """One run of `train`, in a thread, or (`in_thread=False`) before `start` returns.

    `news` is called from the run's thread when there is something new to see.
    """

    def __init__(
        self, settings: Settings, folder: Path, news: Callable[[], None], in_thread: bool = True
    ) -> None:
        self.story = Story(settings, folder)
        self.problem: Exception | None = None
        self.frames = to_unit(evaluation.heldout_data(settings).batch(0, 1))  # (T, 1, H, W)
        past = self.frames[: settings.frames_in, 0].numpy()
        truth = self.frames[settings.frames_in :, 0].numpy()
        self.story.rows = {"seen": past, "true future": truth}
        self._news, self._in_thread = news, in_thread
        self._go, self._stop = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._waiting: list[float] = []
        self._told = 0.0

    @property
    def busy(self) -> bool:
        return self.story.state in ("training", "paused")

    def start(self) -> None:
        """Begin, or go on after a pause or a stop; without a thread it raises what `train` does."""
        self._go.set()
        if self.story.state == "paused":
            self.story.state = "training"
            return
        self._stop.clear()
        self.story.state, self.problem = "training", None
        if not self._in_thread:
            self._work()
            if self.problem is not None:
                raise self.problem
            return
        self._thread = threading.Thread(target=self._work, daemon=True, name="lab-training")
        self._thread.start()

    def pause(self) -> None:
        """Wait after the step that is being taken."""
        self._go.clear()
        self.story.state = "paused"

    def stop(self, wait: float = 30.0) -> None:
        """End after the step that is being taken, with a checkpoint."""
        self._stop.set()
        self._go.set()
        if self._thread is not None:
            self._thread.join(wait)

    def _work(self) -> None:
        try:
            run = training.train(self.story.settings, self.story.folder, resume=True)
            with closing(run):
                for progress in run:
                    self._note(progress)
                    self._go.wait()
                    if self._stop.is_set():
                        break
            self.story.state = "done" if self.story.fraction >= 1 else "stopped"
        except Exception as problem:
            self.problem, self.story.state = problem, "failed"
        self._news()

    def _note(self, progress: training.Progress) -> None:
        story = self.story
        story.step, story.fraction = progress.step, progress.fraction
        assert progress.future is not None
        self._waiting.append(progress.future)
        if progress.heldout is not None:
            story.heldout_seconds.append(progress.seconds)
            story.heldout.append(progress.heldout["future"]["cross_entropy"])
        now = time.monotonic()
        if now - self._told < NEWS and progress.fraction < 1 and not self._stop.is_set():
            return
        self._told = now
        story.seconds.append(progress.seconds)
        story.losses.append(sum(self._waiting) / len(self._waiting))
        self._waiting.clear()
        story.rows = {**story.rows, "predicted": self._predict(progress.model)}
        self._news()

    @torch.inference_mode()
    def _predict(self, model: loop.VideoModel) -> np.ndarray:
        """The future of the held-out sequence, as the model sees it now: (T, H, W)."""
        s = self.story.settings
        device = next(model.parameters()).device
        logits = model.eval()(self.frames[: s.frames_in].to(device), future=s.frames_out).future
        model.train()
        return torch.sigmoid(logits[:, 0]).cpu().numpy()
