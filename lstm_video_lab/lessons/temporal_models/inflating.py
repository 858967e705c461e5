"""Do filters for images help with clips, and does it matter how they are inflated?

A network for single frames learns to name stills of the digits 0 to 4. Its filters, inflated, start
a network for clips of the digits 5 to 9, which is to say which digit it is and where it drifts to,
from few labelled clips. Test clips show other people's digits.

T time, B clips, S side of a frame.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from lstm_video_lab.data import load_digits
from lstm_video_lab.data.digits import Digits
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.lessons.temporal_models.experiment import TOWARDS, DriftingDigits
from lstm_video_lab.lessons.temporal_models.model import TemporalModel
from lstm_video_lab.training.fit import fit
from lstm_video_lab.training.trials import mean_and_std, resume_trials

SEEN, NEW = (0, 1, 2, 3, 4), (5, 6, 7, 8, 9)  # digits of the stills, and of the clips
CLASSES = len(NEW) * len(TOWARDS)
STARTS: dict[str, tuple[str, bool]] = {  # name → which slices get W, and whether W has learnt
    "random": ("", False),
    "W/3 everywhere": ("mean", True),
    "W in the last slice": ("last", True),
    "W/3, W random": ("mean", False),
    "last slice, W random": ("last", False),
}


@dataclass(frozen=True)
class InflatingSizes:
    """The numbers of a scale."""

    image_size: int = 24
    frames: int = 10
    batch: int = 32
    clips: tuple[int, ...] = (100, 300, 1000)  # with labels
    few: int = 300  # of them, for all STARTS and more seeds
    test: int = 500  # clips
    still_steps: int = 400
    steps: int = 300
    seeds: int = 3
    seeds_of_few: int = 5


SMOKE = InflatingSizes(16, 4, 8, (8, 16), 8, 20, 2, 2, 2, 2)
SIZES = {
    "smoke": SMOKE,
    "laptop": InflatingSizes(),
    "paper": InflatingSizes(batch=128, still_steps=5000, steps=5000),
}


def only(digits: Digits, names: tuple[int, ...]) -> Digits:
    """The digits of these names."""
    kept = np.isin(digits.labels, names)
    return Digits(digits.images[kept], digits.labels[kept])


def open_new(s: InflatingSizes, split: str, seed: int = 0) -> DriftingDigits:
    """Clips of NEW digits; no seed of training clips is one of test clips."""
    digits, number = only(load_digits("embedded", split), NEW), 2 * seed + (split == "test")
    return DriftingDigits(digits, 1, s.image_size, s.frames, s.image_size // 2, seed=number)


def labelled_clips(data: DriftingDigits, count: int) -> tuple[Tensor, Tensor]:
    """Clips (T, count, S, S) in [0, 1] and their classes (count,): 4 · place in NEW + direction."""
    digits = data.scene(0, count).labels.reshape(count) - NEW[0]
    directions = np.arange(count) % len(TOWARDS)
    return to_unit(data.batch(0, count)), torch.from_numpy(len(TOWARDS) * digits + directions)


def train_on_stills(s: InflatingSizes, seed: int) -> TemporalModel:
    """A network for single frames that learnt to name stills of SEEN digits."""
    digits = only(load_digits("embedded", "train"), SEEN)
    data = DriftingDigits(digits, 1, s.image_size, 1, s.image_size // 2, seed=2 * seed)
    model = TemporalModel("frames", len(SEEN), s.image_size, seed=seed + 50)

    def loss(step: int) -> Tensor:
        names = torch.from_numpy(data.scene(step, 4 * s.batch).labels.reshape(4 * s.batch))
        return F.cross_entropy(model(to_unit(data.batch(step, 4 * s.batch)))[-1], names)

    fit(model.parameters(), loss, s.still_steps, 6e-3)
    return model.eval()


def train_few(start: str, clips: int, s: InflatingSizes, seed: int, stills: Any) -> TemporalModel:
    """A network for clips, its filters as STARTS says, trained on so many labelled clips.

    stills: the network for single frames that learnt, where one is needed.
    """
    where, has_learnt = STARTS[start]
    if not where:
        model = TemporalModel("3d", CLASSES, s.image_size, seed=seed)
    else:
        source = (
            stills if has_learnt else TemporalModel("frames", len(SEEN), s.image_size, seed=seed)
        )
        model = TemporalModel(
            "inflated", CLASSES, s.image_size, start=source, where=where, seed=seed
        )
    films, labels = labelled_clips(open_new(s, "train", seed), clips)
    draw = torch.Generator().manual_seed(seed)

    def loss(step: int) -> Tensor:
        taken = torch.randint(clips, (s.batch,), generator=draw)
        answers = model(films[:, taken])  # (T, B, K)
        return F.cross_entropy(answers.flatten(0, 1), labels[taken].repeat(len(answers)))

    fit(model.parameters(), loss, s.steps, 6e-3)
    return model.eval()


@torch.no_grad()
def score_new(model: TemporalModel, s: InflatingSizes) -> dict[str, float]:
    """Accuracy on test clips in %: of the class, and of digit and direction alone."""
    films, labels = labelled_clips(open_new(s, "test"), s.test)
    answers = model(films)[-1].argmax(1)
    ways = len(TOWARDS)
    right = {
        "both": answers == labels,
        "digit": answers // ways == labels // ways,
        "direction": answers % ways == labels % ways,
    }
    return {name: round(100 * hit.double().mean().item(), 1) for name, hit in right.items()}


def plan(s: InflatingSizes) -> list[dict[str, Any]]:
    """All trials: every start with few clips; the first three with fewer and with more, too."""
    points = []
    for seed in range(s.seeds_of_few):
        points += [{"start": name, "clips": s.few, "seed": seed} for name in STARTS]
    for seed in range(s.seeds):
        for count in s.clips:
            if count != s.few:
                names = list(STARTS)[:3]
                points += [{"start": name, "clips": count, "seed": seed} for name in names]
    return points


def run(scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    """Do all trials, each once: a run that was cut off goes on."""
    s, log = SIZES[scale], out / "runs" / f"inflating-{scale}.jsonl"
    stills = cache(lambda seed: train_on_stills(s, seed))

    def work(trial: dict[str, Any]) -> dict[str, Any]:
        source, started = stills(trial["seed"]), process_time()
        model = train_few(trial["start"], trial["clips"], s, trial["seed"], source)
        seconds = round(process_time() - started, 1)
        return {"seconds": seconds, "accuracy": score_new(model, s)}

    rows = []
    for row, is_new in resume_trials(log, plan(s), work):
        rows.append(row)
        if is_new:
            yield f"{row['start']}, {row['clips']} clips, {row['seed']}: {row['accuracy']}"
    made = {"seeds": list(range(s.seeds_of_few))}
    return {"made": made, "scale": scale, "sizes": vars(s), "trials": rows}


def accuracy(
    result: dict[str, Any], start: str, clips: int, part: str = "both"
) -> tuple[float, float]:
    """Accuracy in % on test clips: mean and spread over seeds."""
    wanted = {"start": start, "clips": clips}
    rows = [row for row in result["trials"] if wanted.items() <= row.items()]
    return mean_and_std([row["accuracy"][part] for row in rows])
