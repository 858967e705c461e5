"""Training in front of a student: so many steps, and a stored run where time runs out.

A live run counts steps, so that a fast and a slow machine give the same figures. On a very slow one
it would take minutes: after `seconds` the stored run of the same settings takes over, and a line
says so. Stored runs lie in `weights/lessons`, each with its card, as the trained models do.
"""

import hashlib
import json
import math
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lstm_video_lab import pretrained
from lstm_video_lab.checks import LabError
from lstm_video_lab.devices import describe_machine
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings
from lstm_video_lab.training.fit import progress_bar
from lstm_video_lab.training.loop import Progress, train

STORED = pretrained.WEIGHTS / "lessons"
PATIENCE = 60.0  # seconds that a student waits for one cell
DRIFT = 0.02  # part of a loss by which machines may differ at the end of a run
NOT_ITS_RESULT = ("device", "validate_every", "checkpoint_every")  # settings that do not change it


@dataclass(frozen=True)
class LiveRun:
    """A finished run: the model in evaluation mode, on the CPU, and its losses."""

    model: VideoModel
    seconds: float
    curve: dict[str, list[float]]  # step, seconds, and the loss of each decoder there is


class Curve:
    """Losses over a run, each a mean over a hundredth of it."""

    def __init__(self, settings: Settings) -> None:
        decoders = {"future": settings.predict, "reconstruction": settings.reconstruct}
        self.losses = [name for name, is_there in decoders.items() if is_there]
        self.points: dict[str, list[float]] = {n: [] for n in ("step", "seconds", *self.losses)}
        self.waiting: list[Progress] = []

    def add(self, progress: Progress) -> None:
        self.waiting.append(progress)
        if progress.fraction < min(1.0, (len(self.points["step"]) + 1) / 100):
            return
        self.points["step"].append(progress.step)
        self.points["seconds"].append(progress.seconds)
        for name in self.losses:
            values = [getattr(seen, name) for seen in self.waiting]
            self.points[name].append(sum(values) / len(values))
        self.waiting.clear()


def learn(
    settings: Settings,
    note: str = "training",
    *,
    on_step: Callable[[Progress], Any] | None = None,
    seconds: float = PATIENCE,
) -> LiveRun:
    """Train to the end, with a progress bar: what a lesson does in one line.

    `on_step` is called after each step. After `seconds` the stored run of these settings takes
    over; where there is none, the run ends there. A build waits as long as it takes, and its runs
    must be stored: with LAB_STORE_RUNS=1 it stores those that are not.
    Raises what `train` raises, and ValueError for a build's run that is not stored.
    """
    is_build = os.environ.get("LAB_STATIC") == "1"
    is_missing = is_build and settings.scale != "smoke" and _card_path(settings) is None
    if is_missing and os.environ.get("LAB_STORE_RUNS") != "1":
        raise LabError(f"{note}: this run is not stored: build with LAB_STORE_RUNS=1")
    if is_build or settings.minutes is not None:  # which ends by its own clock
        seconds = math.inf
    curve, start = Curve(settings), time.monotonic()
    with progress_bar(note, total=100) as bar:
        for progress in train(settings):
            curve.add(progress)
            bar.set_postfix_str(f"step {progress.step}", refresh=False)  # a loss would tell a guess
            bar.update(100 * progress.fraction - bar.n)
            if on_step is not None:
                on_step(progress)
            if time.monotonic() - start > seconds:
                break
    if progress.fraction < 1.0:
        return _stop_early(settings, note, progress, curve, seconds)
    run = LiveRun(progress.model.eval().cpu(), progress.seconds, curve.points)
    if is_missing:
        store_run(run, settings, note)
    return _with_stored_clock(run, settings, note) if is_build else run


def _stop_early(
    settings: Settings, note: str, progress: Progress, curve: Curve, seconds: float
) -> LiveRun:
    """What a lesson goes on with where training took too long; a line says so."""
    stored = find_run(settings)
    rest = "no run of these settings is stored: the lesson goes on with this model"
    if stored is not None:
        rest = "the stored run of the same settings takes over"
    print(f"{note}: {seconds:.0f} s are over at step {progress.step} of {settings.steps}; {rest}.")
    return stored or LiveRun(progress.model.eval().cpu(), progress.seconds, curve.points)


def _with_stored_clock(run: LiveRun, settings: Settings, note: str) -> LiveRun:
    """A build's run, with the seconds of the stored one: built again, a lesson says the same.

    Raises ValueError where the stored run ends with other losses: it belongs to other code.
    """
    stored = find_run(settings) or run
    for name, losses in run.curve.items():
        before, now = stored.curve[name][-1], losses[-1]
        if name not in ("step", "seconds") and abs(now - before) > DRIFT * before:
            raise LabError(
                f"{note}: the stored run ended at {before:.1f} ({name}), this one at {now:.1f}: "
                f"delete {_card_path(settings)}, and build with LAB_STORE_RUNS=1"
            )
    return LiveRun(run.model, stored.seconds, {**run.curve, "seconds": stored.curve["seconds"]})


def find_run(settings: Settings) -> LiveRun | None:
    """The stored run of these settings, if there is one."""
    card_path = _card_path(settings)
    if card_path is None:
        return None
    model = pretrained.read_model(card_path)
    return LiveRun(model, model.card["seconds"], model.card["curve"])


def _card_path(settings: Settings) -> Path | None:
    return next(STORED.glob(f"*-{_digest(settings)}.json"), None)


def store_run(run: LiveRun, settings: Settings, note: str) -> Path:
    """Keep a live run for machines on which it takes too long; the path of its card."""
    words = re.sub(r"[^a-z0-9]+", "-", note.lower()).strip("-")
    card = {
        "name": f"{words}-{_digest(settings)}",
        "seconds": round(run.seconds, 1),
        "machine": describe_machine(),
        "curve": run.curve,
        "settings": settings.to_dict(),
    }
    quantised = pretrained.quantise(run.model.state_dict())
    return pretrained.write_card(card, quantised, STORED)


def _digest(settings: Settings) -> str:
    """Eight letters for all settings on which the result hangs: those that differ from the scale's,
    so that a setting which comes later, at its default, changes none.
    """
    usual = set(Settings.for_scale(settings.scale).to_dict().items())
    changed = set(settings.to_dict().items()) - usual
    own = sorted(pair for pair in changed if pair[0] not in NOT_ITS_RESULT)
    text = json.dumps([settings.scale, own])
    return hashlib.sha256(text.encode()).hexdigest()[:8]
