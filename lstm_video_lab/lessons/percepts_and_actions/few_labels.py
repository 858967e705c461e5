"""The trials of the experiment: which there are, and what they say.

A trial is one classifier; a draw is one choice of labelled clips, and of the first weights of the
classifier's softmax and, where they are random, of its LSTM. A result is the JSON of all trials.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from statistics import mean
from typing import Any

from lstm_video_lab.checks import LabError
from lstm_video_lab.data.actions import ACTIONS
from lstm_video_lab.lessons.percepts_and_actions import model
from lstm_video_lab.training.trials import mean_and_std

FEATURES: dict[str, Any] = {  # Table 3's: name -> what it changes of a composite
    "random": None,
    "autoencoder": {"predict": False},
    "future predictor": {"reconstruct": False},
    "conditional autoencoder": {"predict": False, "conditional": "reconstruction"},
    "conditional future predictor": {"reconstruct": False, "conditional": "future"},
    "composite": {},
    "composite, conditional future": {"conditional": "future"},
}
# The paper's accuracies in %: 10 and 4 videos of a class are "small".
SETS = ("UCF small", "UCF-101", "HMDB small", "HMDB-51")
TABLE3: dict[str, tuple[float, ...]] = {
    "random": (63.7, 74.5, 25.3, 42.8),
    "autoencoder": (66.2, 75.1, 28.6, 44.0),
    "future predictor": (64.9, 74.9, 27.3, 43.1),
    "conditional autoencoder": (65.8, 74.8, 27.9, 43.1),
    "conditional future predictor": (65.1, 74.9, 27.4, 43.4),
    "composite": (67.0, 75.8, 29.1, 44.1),
    "composite, conditional future": (67.1, 75.8, 29.2, 44.0),
}
CHANCE = 100 / len(ACTIONS)
REPEATED = ("autoencoder", "future predictor", "composite")  # pretrained with several seeds
SHARES = {"trained": 0.3, "gently": 0.03, "frozen": 0.0}  # of the rate, what the encoder gets


@dataclass(frozen=True)
class Sizes:
    """The numbers of a scale."""

    image_size: int = 32
    digit_size: int = 10
    frames: int = 32
    unlabelled: int = 6000  # clips
    pool: int = 150  # labelled clips of a class, from which a draw takes some
    test: int = 500  # clips
    net_steps: int = 1000
    units: int = 64
    pretrain_steps: int = 2500
    steps: int = 120  # of a classifier, and so many more for each labelled clip of a class
    steps_more: float = 2.0
    frames_in: int = 16
    frames_out: int = 13
    labelled: tuple[int, ...] = (1, 2, 4, 10, 20, 50, 100)  # clips of a class
    few: int = 10  # of them, for the tables
    draws: int = 10
    draws_of_many: int = 4  # for the tables, with the most labels
    draws_of_flow: int = 6  # of the main curve; draw d starts from pretraining d mod pretrainings
    pretrainings: int = 3  # of an encoder, each with other first weights and other batches
    less_unlabelled: int = 500
    dropout: float = 0.3
    length: int = model.LENGTH
    stride: int = model.STRIDE


SMOKE = Sizes(
    image_size=16,
    digit_size=5,
    frames=8,
    unlabelled=20,
    pool=5,
    test=20,
    net_steps=4,
    units=6,
    pretrain_steps=2,
    frames_in=4,
    frames_out=3,
    labelled=(1, 2, 4),
    few=2,
    draws=2,
    draws_of_many=1,
    draws_of_flow=2,
    pretrainings=2,
    less_unlabelled=10,
    length=4,
    stride=2,
    steps=1,
    steps_more=0.3,
)
SIZES = {
    "smoke": SMOKE,
    "laptop": Sizes(),
    "paper": Sizes(unlabelled=50_000, units=512, pretrain_steps=20_000, draws_of_many=10),
}


def plan(s: Sizes) -> list[dict[str, Any]]:
    """All trials: the curves on flow and on images, and what changes one thing of the latter."""
    pair, others = ("random", "composite"), tuple(FEATURES)[1:]
    points: dict[str, dict[str, Any]] = {}

    def add(counts: Iterable[int], starts, encoders, draws: int, **changes: Any) -> None:
        for start, n, encoder, draw in product(starts, counts, encoders, range(draws)):
            point = {"start": start, "labelled": n, "encoder": encoder, "draw": draw}
            point = {**_usual(vars(s)), "pretraining": 0, **point, **changes}
            if point["percepts"] == "flow" and start != "random":
                point["pretraining"] = draw % s.pretrainings
            points.setdefault(key_of(point), point)

    def add_both(starts, **changes: Any) -> None:  # for the tables: with few labels and with many
        add([s.few], starts, [encoder_for(s.few, s.few)], s.draws, **changes)
        many = s.labelled[-1]
        add([many], starts, [encoder_for(many, s.few)], s.draws_of_many, **changes)

    add(s.labelled, pair, SHARES, s.draws_of_flow, percepts="flow")
    add(s.labelled, pair, SHARES, s.draws)
    add_both(others)
    for seed in range(1, s.pretrainings):
        add([s.few], REPEATED, [encoder_for(s.few, s.few)], s.draws, pretraining=seed)
    add_both(pair, dropout=0.0)
    add_both(pair, percepts="box")
    add_both(["composite"], unlabelled=s.less_unlabelled)
    for kind in ("image", "flow"):
        add_both(["random"], percepts=kind, length=1)
    return list(points.values())


def _usual(sizes: Mapping[str, Any]) -> dict[str, Any]:
    """What is equal in all trials that do not say otherwise."""
    return {
        "percepts": "image",
        "unlabelled": sizes["unlabelled"],
        "dropout": sizes["dropout"],
        "length": sizes["length"],
    }


def key_of(point: dict[str, Any]) -> str:
    """What tells a trial from all others."""
    names = ("percepts", "start", "unlabelled", "labelled", "draw", "dropout", "length", "encoder")
    return " ".join(str(point[name]) for name in (*names, "pretraining"))


def run_name(name: str, kind: str, number: int, seed: int = 0) -> str:
    """Of a pretraining, in a result and on the disk."""
    words = f"{kind}-{name.replace(', ', '-').replace(' ', '-')}-{number}"
    return f"{words}-{seed}" if seed else words


def encoder_for(labelled: int, few: int) -> str:
    """How the tables train the encoder: with few labels it may move a little, with many freely."""
    return "gently" if labelled <= few else "trained"


def select(result: dict[str, Any], **wanted: Any) -> list[dict[str, Any]]:
    """All draws of a trial, in their order; what is not named is as usual.

    pretraining: its seed, usually 0; on flow each draw has its own.

    encoder: of SHARES, or "best": the one of them that was best on clips that are neither trained
    on nor tested; if none is named, that of the tables. Raises ValueError where there is no such
    trial.
    """
    sizes = result["sizes"]
    usual = {"encoder": encoder_for(wanted["labelled"], sizes["few"]), **_usual(sizes)}
    if wanted.get("percepts") != "flow":
        usual["pretraining"] = 0
    wanted = {**usual, **wanted}
    encoders = list(SHARES) if wanted["encoder"] == "best" else [wanted["encoder"]]
    candidates = []
    for encoder in encoders:
        wanted["encoder"] = encoder
        rows = [row for row in result["trials"] if wanted.items() <= row.items()]
        if rows:
            candidates.append(rows)
    if not candidates:
        raise LabError(f"no trial has {wanted}: choose among those of the stored result")
    best = max(candidates, key=lambda rows: mean(row["chosen_on"] for row in rows))
    return sorted(best, key=lambda row: row["draw"])


def join(actions: dict[str, Any], unrelated: dict[str, Any]) -> dict[str, Any]:
    """The result "actions" with the trials of "unrelated" among its own."""
    return {**actions, "trials": [*actions["trials"], *unrelated["trials"]]}


def accuracies(result: dict[str, Any], way: str = "mean", **wanted: Any) -> list[float]:
    """Those of the trials that `select` takes, in %; way: how step answers are pooled."""
    return [row["accuracy"][way] for row in select(result, **wanted)]


def gain(result: dict[str, Any], start: str = "composite", **wanted: Any) -> tuple[float, float]:
    """Points that `start` gains over random weights, draw by draw: mean and its standard error."""
    mine = accuracies(result, start=start, **wanted)
    learnt_from = ("unlabelled", "pretraining")  # random weights have learnt from nothing
    against = {k: v for k, v in wanted.items() if k not in learnt_from}
    random = accuracies(result, **against, start="random")
    differences = [a - b for a, b in zip(mine, random, strict=False)]  # the main one has more draws
    middle, spread = mean_and_std(differences)
    return middle, spread / math.sqrt(len(differences))


def levels(result: dict[str, Any], percepts: str = "image") -> dict[str, float]:
    """Chance, and what single frames give with the most labels."""
    most = result["sizes"]["labelled"][-1]
    alone = accuracies(result, start="random", labelled=most, length=1, percepts=percepts)
    return {"chance": CHANCE, f"single frames, {most} a class": mean_and_std(alone)[0]}


def table(result: dict[str, Any]) -> str:
    """Table 3: accuracies here, mean ± spread over draws, beside the paper's; in %."""
    counts = result["sizes"]["few"], result["sizes"]["labelled"][-1]
    head = f"{'features':<24}"
    head += "".join(f"{f'{n} a class':>12}" for n in counts)
    head += "".join(f"{name:>11}" for name in SETS)
    lines = [head]
    for name, published in TABLE3.items():
        line = f"{name.replace('conditional', 'cond.'):<24}"
        for n in counts:
            value, spread = mean_and_std(accuracies(result, start=name, labelled=n))
            line += f"{f'{value:.1f} ± {spread:.1f}':>12}"
        line += "".join(f"{value:>11.1f}" for value in published)
        lines.append(line)
    return "\n".join(lines)
