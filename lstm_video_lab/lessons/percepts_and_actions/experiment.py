"""Does learning without labels help to name actions? The paper's section 3.4 on motion classes.

Encoders of seven kinds start a classifier; the labelled films are few or many. Besides: what the
step answers are made into, dropout, flow percepts, and how many films are needed without labels.

What is tried, and what comes out, is in `few_labels`. Test films show digits that nobody has
trained on. Letters: T time, B films, C × G × G a percept.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import mean
from time import process_time
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from lstm_video_lab import percepts, pretrained
from lstm_video_lab.data import load_digits
from lstm_video_lab.data.actions import ACTIONS, MovingActions
from lstm_video_lab.files import store_result
from lstm_video_lab.layers.recurrent import LSTM
from lstm_video_lab.lessons.percepts_and_actions import few_labels
from lstm_video_lab.lessons.percepts_and_actions import model as classifier
from lstm_video_lab.lessons.percepts_and_actions.few_labels import (
    FEATURES,
    SHARES,
    SIZES,
    Sizes,
    key_of,
    plan,
)
from lstm_video_lab.models import VideoModel
from lstm_video_lab.training.fit import fit
from lstm_video_lab.training.loss import composite_loss
from lstm_video_lab.training.trials import resume_trials

VALIDATION = 50  # films of a class, taken from those that a draw leaves
PARTS = {"unlabelled": "train", "labelled": "train", "test": "test"}  # films -> digits; in order
RATE = 2e-2  # of learning, of the softmax
KINDS = ("image", "flow", "box")  # of percepts
NET = "percept-net"  # in the box
SPREAD = 0.1  # a percept that varies less than this part of the mean spread is not blown up


@dataclass(frozen=True, eq=False)
class World:
    """Percepts (T, B, C, G, G) by kind and part, labels (B,) by part, `score_net` by kind."""

    seen: dict[str, dict[str, Tensor]]
    labels: dict[str, Tensor]
    score: dict[str, dict[str, Any]]
    sizes: Sizes


def films(part: str, sizes: Sizes) -> MovingActions:
    """The films of a part; no digit of the test films is in any other."""
    digits, seed = load_digits("embedded", PARTS[part]), 1 + list(PARTS).index(part)
    return MovingActions(digits, sizes.image_size, sizes.frames, sizes.digit_size, seed=seed)


def network(kind: str, sizes: Sizes) -> percepts.PerceptNet:
    """The network that sees the films: "image": trained here; "box": the one in the box, which
    was trained for longer on more digits (at sizes that it can't see, another one trained here).
    """
    if kind == "box" and NET in pretrained.list_pretrained():
        net = pretrained.load_pretrained(NET)
        if net.image_size == sizes.image_size:
            return net
    train, seed = load_digits("embedded", "train"), int(kind == "box")
    return percepts.train_net(train, sizes.image_size, sizes.digit_size, sizes.net_steps, seed)


def make_world(
    sizes: Sizes, kinds: tuple[str, ...] = KINDS, parts: tuple[str, ...] = tuple(PARTS)
) -> World:
    """All films as percepts of each kind: "flow", and those of `network`.

    Percepts are shifted and scaled to mean 0 and spread 1 over the first part, each for itself.
    """
    nets = {kind: network(kind, sizes) for kind in kinds if kind != "flow"}
    seen: dict[str, dict[str, Tensor]] = {kind: {} for kind in kinds}
    counts = {"unlabelled": sizes.unlabelled, "labelled": 5 * sizes.pool, "test": sizes.test}
    for part, kind in product(parts, kinds):
        made, size = films(part, sizes), math.gcd(counts[part], 100)
        seen[kind][part] = torch.cat(
            [
                percepts.flow_percepts(made.flow(k, size))
                if kind == "flow"
                else percepts.percepts(nets[kind].features, made.batch(k, size))
                for k in range(counts[part] // size)
            ],
            1,
        )
    for given in seen.values():
        middle, spread = given[parts[0]].mean((0, 1)), given[parts[0]].std((0, 1))
        for one in given.values():
            one.sub_(middle).div_(spread.clamp_min(SPREAD * spread.mean().item()))
    place, test = (sizes.image_size, sizes.digit_size), load_digits("embedded", "test")
    score = {kind: percepts.score_net(net, test, *place) for kind, net in nets.items()}
    return World(seen, {p: films(p, sizes).labels(0, counts[p]) for p in parts}, score, sizes)


def untrained(name: str, seen: Tensor, sizes: Sizes, seed: int = 0) -> VideoModel:
    """A model of FEATURES for percepts (T, B, C, G, G)."""
    C, G = seen.shape[2:4]
    shape: dict[str, Any] = {"image_size": G, "channels": C, "units": sizes.units, "layers": 2}
    return VideoModel(**shape, output="linear", **FEATURES[name], seed=seed)


def pretrain(
    name: str, seen: Tensor, sizes: Sizes, seed: int = 0
) -> tuple[VideoModel, list[float]]:
    """Learn from percepts (T, B, C, G, G) without labels; squared error, true frames fed.

    Returns the model and its losses.
    """
    model = untrained(name, seen, sizes, seed)
    length, draw = sizes.frames_in + sizes.frames_out, torch.Generator().manual_seed(seed)

    def loss(step: int) -> Tensor:
        first = int(torch.randint(len(seen) - length + 1, (1,), generator=draw))
        taken = torch.randint(seen.shape[1], (32,), generator=draw)
        part = seen[first : first + length, taken]
        return composite_loss(model, part, sizes.frames_in, teacher=1.0)["loss"]

    return model, fit(model.parameters(), loss, sizes.pretrain_steps, 4e-3)


def trial(world: World, start: VideoModel | None, point: dict[str, Any]) -> dict[str, Any]:
    """Train and score one classifier: `point` with its accuracy for each way of pooling added, and
    `chosen_on`, its accuracy on films of the pool that it was not taught.

    start: the model whose encoder it starts from; None: random weights. point: percepts (of KINDS),
    start (of FEATURES), unlabelled, labelled (films of a class), draw, dropout, length (frames of a
    block), encoder (of SHARES).
    """
    seen, s = world.seen[point["percepts"]], world.sizes
    model = teach(world, start, point)
    answers = classifier.classify(model, seen["test"], point["length"], s.stride)
    right = {way: p.argmax(1) == world.labels["test"] for way, p in answers.items()}
    labels = world.labels["labelled"]
    others = draw_films(labels, s.pool, point["draw"]).view(len(ACTIONS), -1)
    others = others[:, point["labelled"] :][:, :VALIDATION].flatten()
    guess = classifier.classify(model, seen["labelled"][:, others], point["length"], s.stride)
    hit = guess["mean"].argmax(1) == labels[others]
    return {
        **point,
        "accuracy": {way: round(100 * r.float().mean().item(), 2) for way, r in right.items()},
        "chosen_on": round(100 * hit.float().mean().item(), 2),
    }


def teach(
    world: World, start: VideoModel | None, point: dict[str, Any]
) -> classifier.LSTMClassifier:
    """The classifier of a trial, trained on its draw of labelled films."""
    s, seen = world.sizes, world.seen[point["percepts"]]["labelled"]
    model = classifier.LSTMClassifier(
        seen[0, 0].numel(), len(ACTIONS), s.units, dropout=point["dropout"], seed=point["draw"]
    )
    if start is not None:
        assert isinstance(start.encoder, LSTM)
        model.start_from(start.encoder)
    labels = world.labels["labelled"]
    chosen = draw_films(labels, point["labelled"], point["draw"])
    classifier.train_classifier(
        model, seen[:, chosen], labels[chosen], s.steps + int(s.steps_more * point["labelled"]),
        RATE, share=SHARES[point["encoder"]], length=point["length"], stride=s.stride,
        seed=point["draw"],
    )  # fmt: skip
    return model


def draw_films(labels: Tensor, count: int, draw: int) -> Tensor:
    """Which films a draw takes: `count` of each class; indices (5 · count,)."""
    generator = torch.Generator().manual_seed(draw)
    order = torch.randperm(len(labels), generator=generator)
    mine = [order[labels[order] == k][:count] for k in range(len(ACTIONS))]
    return torch.cat(mine)


def run(scale: str, out: Path) -> Iterator[str]:
    """Do all trials of `plan`, each once: a run that was cut off goes on; then store."""
    sizes, folder = SIZES[scale], out / "runs" / "actions"
    folder.mkdir(parents=True, exist_ok=True)
    world = make_world(sizes)
    for kind, found in world.score.items():
        yield f"{kind} percepts: {found['names']:.0%} named, {found['places']:.0%} placed"

    def work(point: dict[str, Any]) -> dict[str, Any]:
        start, started = _encoder(world, point, folder), process_time()
        return {**trial(world, start, point), "seconds": round(process_time() - started, 2)}

    rows = []
    for row, is_new in resume_trials(folder / f"trials-{scale}.jsonl", plan(sizes), work):
        rows.append(row)
        if is_new and row["draw"] == 0:
            yield f"{key_of(row)}: {row['accuracy']['mean']:.1f} %"
    learnt = {p.stem: json.loads(p.read_text()) for p in sorted(folder.glob("*.json"))}
    result = {"scale": scale, "sizes": vars(sizes), "percepts": world.score, "pretraining": learnt,
              "trials": rows}  # fmt: skip
    yield store_result(out, "actions", result, few_labels.draw(result).png)


def _encoder(world: World, point: dict[str, Any], folder: Path) -> VideoModel | None:
    """The model that a trial starts from: trained, or read where it was trained before."""
    name, kind, number = point["start"], point["percepts"], point["unlabelled"]
    if name == "random":
        return None
    path = folder / f"{kind}-{name.replace(', ', '-').replace(' ', '-')}-{number}.safetensors"
    seen, s = world.seen[kind]["unlabelled"][:, :number], world.sizes
    if not path.exists():
        started = process_time()
        model, losses = pretrain(name, seen, s)
        seconds = round(process_time() - started)
        save_file(model.state_dict(), path)
        report = score_model(model, world.seen[kind], s)
        last = losses[-max(1, len(losses) // 10) :]
        report |= {"loss": mean(last), "steps": len(losses), "seconds": seconds}
        path.with_suffix(".json").write_text(json.dumps(report))
    model = untrained(name, seen, s)
    model.load_state_dict(load_file(path))
    return model.eval()


@torch.no_grad()
def score_model(model: VideoModel, seen: dict[str, Tensor], s: Sizes) -> dict[str, Any]:
    """Squared error per percept on test films, and of the baselines: mean and copy of the last."""
    past = seen["test"][: s.frames_in]
    truth = seen["test"][s.frames_in : s.frames_in + s.frames_out]
    given = model(past, future=s.frames_out)
    middle = seen["unlabelled"].mean((0, 1))
    pairs = {
        "reconstruction": (given.reconstruction, past.flip(0)),
        "future": (given.future, truth),
        "mean": (middle, truth),
        "copy last": (past[-1:], truth),
    }
    return {
        name: (guess - true).square().sum((2, 3, 4)).mean().item()
        for name, (guess, true) in pairs.items()
        if guess is not None
    }
