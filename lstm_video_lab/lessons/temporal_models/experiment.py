"""Does one frame suffice, and does shuffling hurt? Six temporal models on three questions.

    name       which digit drifts through the film: any single frame tells
    direction  where it drifts to: one frame says nothing; frames in any order say along which axis,
               and no more, for a film played backwards shows the same frames
    action     which of five laws two digits obey: the places of many frames tell, in any order

Next-frame prediction by memory alone, `nearest_next`, belongs to no question and learns nothing.
Test films show digits that nobody trained on. T time, B films, L frames compared, N stored films.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from lstm_video_lab import plots
from lstm_video_lab.data import BouncingDigits, Scene, load_digits
from lstm_video_lab.data.actions import ACTIONS, MovingActions
from lstm_video_lab.data.bouncing import uniforms
from lstm_video_lab.data.frames import FRAME_ORDERS, reorder, to_unit
from lstm_video_lab.files import store_result
from lstm_video_lab.lessons.temporal_models.model import KINDS, TemporalModel, cost
from lstm_video_lab.training.fit import fit
from lstm_video_lab.training.trials import mean_and_std, resume_trials

TOWARDS = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0)}  # (y, x)
TASKS = {"name": tuple("0123456789"), "direction": tuple(TOWARDS), "action": ACTIONS}
RETRAINED = (("3d", "shuffled"), ("3d", "one repeated"), ("lstm", "shuffled"))  # as they are shown


@dataclass(frozen=True)
class Sizes:
    """The numbers of a scale."""

    image_size: int = 24
    frames: int = 10
    batch: int = 32
    test: int = 500  # films
    steps: tuple[int, ...] = (400, 300, 600)  # for each task
    seeds: int = 3


SMOKE = Sizes(image_size=16, frames=4, batch=8, test=20, steps=(2, 2, 2), seeds=2)
SIZES = {"smoke": SMOKE, "laptop": Sizes(), "paper": Sizes(batch=128, steps=(5000,) * 3)}


class Drifts(BouncingDigits):
    """No walls: film n goes towards TOWARDS[n mod 4], and what leaves the box comes back at the
    opposite side. So places are spread evenly in every frame of every class.
    """

    def scene(self, index: int, batch_size: int) -> Scene:
        bouncing, T, n = super().scene(index, batch_size), self.num_frames, index * batch_size
        towards = np.array(list(TOWARDS.values()))[np.arange(n, n + batch_size) % 4, None]
        start = uniforms(self.seed, n, batch_size, self.num_digits)[..., 1:3]  # (B, D, 2)
        places = (start + self.speed[0] * towards * np.arange(T).reshape(T, 1, 1, 1)) % 1.0
        positions = (places * (self.image_size - self.digit_size)).astype(np.int64)  # (T, B, D, 2)
        return replace(bouncing, positions=positions, bounced=np.zeros_like(bouncing.bounced))


def films(task: str, s: Sizes, split: str = "train", seed: int = 0) -> Any:
    """What makes the films of a task; no seed of training films is one of test films."""
    digits, seed, S = load_digits("embedded", split), 2 * seed + (split == "test"), s.image_size
    if task == "action":
        return MovingActions(digits, S, s.frames, S // 3, (0.06, 0.1), seed)
    return Drifts(digits, 1, S, s.frames, S // 2, seed=seed)


def take(task: str, made: Any, index: int, count: int) -> tuple[Tensor, Tensor]:
    """Films (T, B, S, S) in [0, 1] and their classes (B,)."""
    labels = made.scene(index, count).labels.reshape(count)
    if task == "direction":
        labels = np.arange(index * count, (index + 1) * count) % 4
    return to_unit(made.batch(index, count)), torch.from_numpy(labels)


def teach(
    task: str, kind: str, s: Sizes, trained=FRAME_ORDERS[0], seed=0, start: Any = None, note=""
) -> TemporalModel:
    """Train a model on endless films, its answer after every frame alike.

    trained: how the films are shown, one of FRAME_ORDERS. "frames" sees each frame as a sample
    of its own; "inflated" starts from the filters of such a network, `start`.
    """
    model = TemporalModel(kind, len(TASKS[task]), s.image_size, start=start, seed=seed)
    made = films(task, s, seed=seed)

    def loss(step: int) -> Tensor:
        seen, labels = take(task, made, step, s.batch)  # (T, B, S, S), (B,)
        seen = reorder(seen, trained, step)
        if kind == "frames":
            seen, labels = seen.flatten(0, 1)[None], labels.repeat(s.frames)  # (1, T·B, …), (T·B,)
        answers = model(seen)  # (T, B, K)
        return F.cross_entropy(answers.flatten(0, 1), labels.repeat(len(answers)))

    fit(model.parameters(), loss, dict(zip(TASKS, s.steps, strict=True))[task], 6e-3, note=note)
    return model.eval()


@torch.no_grad()
def score(model: TemporalModel, task: str, s: Sizes) -> dict[str, list[float]]:
    """How the test films are shown → accuracy after each frame, in %."""
    seen, labels = take(task, films(task, s, "test"), 0, s.test)
    right = {
        how: (model(reorder(seen, how)).argmax(-1) == labels).double() for how in FRAME_ORDERS
    }  # (T, B)
    return {how: [round(100 * r, 1) for r in each.mean(1).tolist()] for how, each in right.items()}


def nearest_next(seen: Tensor, stored: Tensor) -> Tensor:
    """What followed the most alike of N stored stretches: seen (L, B, S, S), stored
    (L + 1, N, S, S) → (B, S, S). Alike: the least squared error over all L frames.
    """
    here, there = (frames.transpose(0, 1).flatten(1) for frames in (seen, stored[:-1]))
    return stored[-1, torch.cdist(here, there).argmin(1)]


def plan(s: Sizes) -> list[dict[str, Any]]:
    """All trials: task, kind, how the films of training are shown, seed."""
    ways = (*((kind, FRAME_ORDERS[0]) for kind in KINDS), *RETRAINED)
    return [{"task": task, "kind": kind, "trained": trained, "seed": seed}
            for seed in range(s.seeds) for task in TASKS for kind, trained in ways]  # fmt: skip


def run(scale: str, out: Path) -> Iterator[str]:
    """Do all trials, each once: a run that was cut off goes on; then store."""
    s, log = SIZES[scale], out / "runs" / f"temporal_models-{scale}.jsonl"
    namer = cache(lambda seed: teach("name", "frames", s, seed=seed + 50))

    def work(trial: dict[str, Any]) -> dict[str, Any]:
        started, (task, kind, trained, seed) = process_time(), trial.values()
        model = teach(task, kind, s, trained, seed, namer(seed) if kind == "inflated" else None)
        seconds = round(process_time() - started, 1)
        parameters, operations = cost(model, take(task, films(task, s), 0, 1)[0])
        return {"seconds": seconds, "parameters": parameters, "operations": operations,
                "accuracy": score(model, task, s)}  # fmt: skip

    rows = []
    for row, is_new in resume_trials(log, plan(s), work):
        rows.append(row)
        if is_new:
            last = row["accuracy"][row["trained"]][-1]
            yield f"{row['task']}, {row['kind']}, {row['trained']}, {row['seed']}: {last} %"
    result = {"scale": scale, "sizes": vars(s), "trials": rows}
    bars = {
        how: [found(result, how, task=task, kind="3d")[0] for task in TASKS] for how in FRAME_ORDERS
    }
    picture = plots.bars(list(TASKS), bars, ylabel="accuracy of 3d on test films, %")
    yield store_result(out, "temporal_models", result, picture.png)


def found(
    result: dict[str, Any], shown=FRAME_ORDERS[0], frames=0, **wanted: Any
) -> tuple[float, float]:
    """Accuracy in % after so many frames (0: all) of test films: mean and spread over seeds.

    wanted: task, kind, and, if not "in order", trained.
    """
    wanted = {"trained": FRAME_ORDERS[0], **wanted}
    rows = [row for row in result["trials"] if wanted.items() <= row.items()]
    return mean_and_std([row["accuracy"][shown][frames - 1] for row in rows])
