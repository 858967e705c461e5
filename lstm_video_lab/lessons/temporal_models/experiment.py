"""Does one frame suffice, and does shuffling hurt? Six temporal models on three questions.

    name       which digit drifts through the clip: any single frame tells
    direction  where it drifts to: one frame says nothing; frames in any order say along which axis,
               and no more, for a clip played backwards shows the same frames
    action     which of five laws two digits obey: the places of many frames tell, in any order

Test clips show digits that nobody trained on. T time, B clips, S side of a frame, K classes.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from lstm_video_lab.data import BouncingDigits, Scene, load_digits
from lstm_video_lab.data.actions import ACTIONS, MovingActions
from lstm_video_lab.data.bouncing import uniforms
from lstm_video_lab.data.frames import FRAME_ORDERS, reorder, to_unit
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
    test: int = 500  # clips
    steps: tuple[int, ...] = (400, 300, 600)  # for each task
    seeds: int = 3


SMOKE = Sizes(image_size=16, frames=4, batch=8, test=20, steps=(2, 2, 2), seeds=2)
SIZES = {"smoke": SMOKE, "laptop": Sizes(), "paper": Sizes(batch=128, steps=(5000,) * 3)}


class DriftingDigits(BouncingDigits):
    """No walls: clip n goes towards TOWARDS[n mod 4], and what leaves the box comes back at the
    opposite side. So places are spread evenly in every frame of every class.
    """

    def scene(self, index: int, batch_size: int) -> Scene:
        bouncing, T, n = super().scene(index, batch_size), self.num_frames, index * batch_size
        towards = np.array(list(TOWARDS.values()))[np.arange(n, n + batch_size) % 4, None]
        start = uniforms(self.seed, n, batch_size, self.num_digits)[..., 1:3]  # (B, D, 2)
        places = (start + self.speed[0] * towards * np.arange(T).reshape(T, 1, 1, 1)) % 1.0
        positions = (places * (self.image_size - self.digit_size)).astype(np.int64)  # (T, B, D, 2)
        return replace(bouncing, positions=positions, bounced=np.zeros_like(bouncing.bounced))


def open_clips(task: str, s: Sizes, split: str = "train", seed: int = 0) -> Any:
    """The clips of a task; no seed of training clips is one of test clips."""
    digits, seed, S = load_digits("embedded", split), 2 * seed + (split == "test"), s.image_size
    if task == "action":
        return MovingActions(digits, S, s.frames, S // 3, (0.06, 0.1), seed)
    return DriftingDigits(digits, 1, S, s.frames, S // 2, seed=seed)


def labelled_batch(task: str, data: Any, index: int, count: int) -> tuple[Tensor, Tensor]:
    """Clips (T, B, S, S) in [0, 1] and their classes (B,)."""
    labels = data.scene(index, count).labels.reshape(count)
    if task == "direction":
        labels = np.arange(index * count, (index + 1) * count) % 4
    return to_unit(data.batch(index, count)), torch.from_numpy(labels)


def train_model(
    task: str,
    kind: str,
    s: Sizes,
    trained: str = FRAME_ORDERS[0],
    seed: int = 0,
    start: TemporalModel | None = None,
    note: str = "",
) -> TemporalModel:
    """Train a model on endless clips, its answer after every frame alike.

    trained: how the clips are shown, one of FRAME_ORDERS. "frames" sees each frame as a sample
    of its own; "inflated" starts from the filters of such a network, `start`.
    """
    model = TemporalModel(kind, len(TASKS[task]), s.image_size, start=start, seed=seed)
    data, steps = open_clips(task, s, seed=seed), dict(zip(TASKS, s.steps, strict=True))

    def loss(step: int) -> Tensor:
        clips, labels = labelled_batch(task, data, step, s.batch)  # (T, B, S, S), (B,)
        clips = reorder(clips, trained, step)
        if kind == "frames":
            clips = clips.flatten(0, 1)[None]  # (1, T·B, S, S)
            labels = labels.repeat(s.frames)  # (T·B,)
        answers = model(clips)  # (T, B, K)
        return F.cross_entropy(answers.flatten(0, 1), labels.repeat(len(answers)))

    fit(model.parameters(), loss, steps[task], 6e-3, note=note)
    return model.eval()


def train_models(
    task: str, kinds: Iterable[str], s: Sizes, start: TemporalModel | None = None
) -> dict[tuple[str, str], TemporalModel]:
    """(task, kind) → model, one after the other, each with a progress bar."""
    models = {}
    for kind in kinds:
        models[task, kind] = train_model(task, kind, s, start=start, note=f"{task}: {kind}")
    return models


@torch.no_grad()
def commonest_answer(model: TemporalModel, task: str, s: Sizes, shown: str) -> tuple[str, float]:
    """The answer that is given to most test clips, and to how many of them, in %."""
    clips, _ = labelled_batch(task, open_clips(task, s, "test"), 0, s.test)
    counts = model(reorder(clips, shown))[-1].argmax(-1).bincount(minlength=len(TASKS[task]))
    return TASKS[task][int(counts.argmax())], 100 * counts.max().item() / s.test


@torch.no_grad()
def score(model: TemporalModel, task: str, s: Sizes) -> dict[str, list[float]]:
    """How the test clips are shown → accuracy after each frame, in %."""
    clips, labels = labelled_batch(task, open_clips(task, s, "test"), 0, s.test)
    accuracies = {}
    for order in FRAME_ORDERS:
        right = model(reorder(clips, order)).argmax(-1) == labels  # (T, B)
        accuracies[order] = [round(100 * r, 1) for r in right.double().mean(1).tolist()]
    return accuracies


def plan(s: Sizes) -> list[dict[str, Any]]:
    """All trials: task, kind, how the clips of training are shown, seed."""
    ways = [*((kind, FRAME_ORDERS[0]) for kind in KINDS), *RETRAINED]
    points = []
    for seed, task, (kind, trained) in product(range(s.seeds), TASKS, ways):
        points.append({"task": task, "kind": kind, "trained": trained, "seed": seed})
    return points


def run(scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    """Do all trials, each once: a run that was cut off goes on."""
    s, log = SIZES[scale], out / "runs" / f"temporal_models-{scale}.jsonl"
    frame_model = cache(lambda seed: train_model("name", "frames", s, seed=seed + 50))

    def work(trial: dict[str, Any]) -> dict[str, Any]:
        started, (task, kind, trained, seed) = process_time(), trial.values()
        start = frame_model(seed) if kind == "inflated" else None
        model = train_model(task, kind, s, trained, seed, start)
        seconds = round(process_time() - started, 1)
        clip, _ = labelled_batch(task, open_clips(task, s), 0, 1)
        parameters, operations = cost(model, clip)
        return {
            "seconds": seconds,
            "parameters": parameters,
            "operations": operations,
            "accuracy": score(model, task, s),
        }

    rows = []
    for row, is_new in resume_trials(log, plan(s), work):
        rows.append(row)
        if is_new:
            last = row["accuracy"][row["trained"]][-1]
            yield f"{row['task']}, {row['kind']}, {row['trained']}, {row['seed']}: {last} %"
    made = {"seeds": list(range(s.seeds))}
    return {"made": made, "scale": scale, "sizes": vars(s), "trials": rows}


def accuracy(
    result: dict[str, Any], shown: str = FRAME_ORDERS[0], frames: int = 0, **wanted: Any
) -> tuple[float, float]:
    """Accuracy in % after so many frames (0: all) of test clips: mean and spread over seeds.

    wanted: task, kind, and, if not "in order", trained.
    """
    wanted = {"trained": FRAME_ORDERS[0], **wanted}
    rows = [row for row in result["trials"] if wanted.items() <= row.items()]
    return mean_and_std([row["accuracy"][shown][frames - 1] for row in rows])


def table(result: dict[str, Any]) -> str:
    """All kinds on all tasks, trained and tested in order: mean ± spread over seeds, in %."""
    lines = [f"{'in order':<12}" + "".join(f"{task:>16}" for task in TASKS)]
    for kind in KINDS:
        cells = ["{:.1f} ± {:.1f}".format(*accuracy(result, task=t, kind=kind)) for t in TASKS]
        lines.append(f"{kind:<12}" + "".join(f"{cell:>16}" for cell in cells))
    sizes, seconds = result["sizes"], [row["seconds"] for row in result["trials"]]
    lines.append(
        f"Accuracy in %, mean ± spread over {sizes['seeds']} trainings of {sizes['steps']} steps\n"
        f"of {sizes['batch']} clips, {result['scale']} scale; {min(seconds):.0f} to "
        f"{max(seconds):.0f} s of one core each."
    )
    return "\n".join(lines)


def claims(result: dict[str, Any]) -> str:
    """What others found, and what is found here; reproduced: the same order, beyond the spread."""
    lines = [f"{'claim':<42}{'published':<22}{'here, %':<20}"]
    for t in TASKS:
        value = {kind: accuracy(result, task=t, kind=kind) for kind in KINDS}
        mixed = accuracy(result, "shuffled", task=t, kind="lstm", trained="shuffled")
        for claim, theirs, ours in (
            ("LSTM better than one frame", "72.2, 74.5 % [1]", (value["frames"], value["lstm"])),
            (
                "mean < shuffled < in order",
                "27.7, 28.2, 29.2 [2]",
                (value["features"], mixed, value["lstm"]),
            ),
            ("separable better than 3d", "yes [4]", (value["3d"], value["separable"])),
        ):
            shown = ", ".join(f"{mean:.1f}" for mean, _ in ours)
            lines.append(f"{f'{t}: {claim}':<42}{theirs:<22}{shown:<20}{_verdict(ours)}")
    return "\n".join(lines)


def _verdict(ours: tuple[tuple[float, float], ...]) -> str:
    """Whether means, each with its spread, rise (or fall) by more than the largest spread."""
    means, spread = [mean for mean, _ in ours], max(spread for _, spread in ours)
    if min(means) > 99.5:
        return "cannot tell: no room above"
    rise = means[-1] - means[0]
    if means == sorted(means) and rise > spread:
        return "reproduced"
    return (
        "the other way" if means == sorted(means, reverse=True) and -rise > spread else "not clear"
    )
