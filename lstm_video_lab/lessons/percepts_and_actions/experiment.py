"""Does learning without labels help to name actions? The paper's section 3.4 on motion classes.

Encoders of seven kinds start a classifier; the labelled clips are few or many. Besides: what the
step answers are made into, dropout, flow percepts, and how many clips are needed without labels.

What is tried, and what comes out, is in `few_labels`. Test clips show digits that nobody has
trained on. Letters: T time, B clips, C × G × G a percept.
"""

from __future__ import annotations

import json
import math
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from time import process_time
from typing import Any

import torch
from safetensors.torch import load_file, save
from torch import Tensor

from lstm_video_lab import percepts, pretrained
from lstm_video_lab.data import load_digits
from lstm_video_lab.data.actions import ACTIONS, MovingActions
from lstm_video_lab.files import write_json, write_whole
from lstm_video_lab.layers.recurrent import LSTM
from lstm_video_lab.lessons.percepts_and_actions import model as classifier
from lstm_video_lab.lessons.percepts_and_actions.few_labels import (
    FEATURES,
    SHARES,
    SIZES,
    Sizes,
    key_of,
    plan,
    run_name,
)
from lstm_video_lab.lessons.percepts_and_actions.percept_net import score_net, train_net
from lstm_video_lab.models import VideoModel
from lstm_video_lab.prediction import predict_raw
from lstm_video_lab.training.fit import fit
from lstm_video_lab.training.loss import composite_loss
from lstm_video_lab.training.trials import resume_trials

VALIDATION = 50  # clips of a class, taken from those that a draw leaves
PARTS = {"unlabelled": "train", "labelled": "train", "test": "test"}  # clips -> digits; in order
RATE = 2e-2  # of learning, of the softmax
KINDS = ("image", "flow", "box")  # of percepts
PRETRAINED_NET = "percept-net"
SPREAD = 0.1  # a percept that varies less than this part of the mean spread is not blown up


@dataclass(frozen=True, eq=False)
class PerceptData:
    """Percepts (T, B, C, G, G) by kind and part, labels (B,) by part, `score_net` by kind."""

    percepts: dict[str, dict[str, Tensor]]
    labels: dict[str, Tensor]
    scores: dict[str, dict[str, Any]]
    sizes: Sizes


def open_clips(part: str, sizes: Sizes) -> MovingActions:
    """The clips of a part; no digit of the test clips is in any other."""
    digits, seed = load_digits("embedded", PARTS[part]), 1 + list(PARTS).index(part)
    return MovingActions(digits, sizes.image_size, sizes.frames, sizes.digit_size, seed=seed)


def percept_net(kind: str, sizes: Sizes) -> percepts.PerceptNet:
    """The network that sees the clips: "image": trained here; "box": the pretrained one, which
    was trained for longer on more digits (at sizes that it can't see, another one trained here).
    """
    if kind == "box" and PRETRAINED_NET in pretrained.list_pretrained():
        net = pretrained.load_pretrained(PRETRAINED_NET)
        if net.image_size == sizes.image_size:
            return net
    train, seed = load_digits("embedded", "train"), int(kind == "box")
    return train_net(train, sizes.image_size, sizes.digit_size, sizes.net_steps, seed)


def make_data(
    sizes: Sizes, kinds: tuple[str, ...] = KINDS, parts: tuple[str, ...] = tuple(PARTS)
) -> PerceptData:
    """All clips as percepts of each kind: "flow", and those of `percept_net`.

    Percepts are shifted and scaled to mean 0 and spread 1 over the first part, each for itself.
    """
    nets = {kind: percept_net(kind, sizes) for kind in kinds if kind != "flow"}
    counts = {"unlabelled": sizes.unlabelled, "labelled": 5 * sizes.pool, "test": sizes.test}
    data: dict[str, dict[str, Tensor]] = {}
    for kind in kinds:
        data[kind] = {}
        for part in parts:
            clips = open_clips(part, sizes)
            data[kind][part] = _percepts_of(clips, counts[part], nets.get(kind))
        _standardise(data[kind], parts[0])
    labels = {part: open_clips(part, sizes).labels(0, counts[part]) for part in parts}
    place, test = (sizes.image_size, sizes.digit_size), load_digits("embedded", "test")
    scores = {kind: score_net(net, test, *place) for kind, net in nets.items()}
    return PerceptData(data, labels, scores, sizes)


def _percepts_of(clips: MovingActions, count: int, net: percepts.PerceptNet | None) -> Tensor:
    """Percepts (T, count, C, G, G) of a network, or of flow where there is none."""
    size = math.gcd(count, 100)
    batches = []
    for k in range(count // size):
        if net is None:
            batches.append(percepts.flow_percepts(clips.flow(k, size)))
        else:
            batches.append(percepts.percepts(net.features, clips.batch(k, size)))
    return torch.cat(batches, 1)


def _standardise(parts: dict[str, Tensor], first: str) -> None:
    """Shift and scale, in place, to mean 0 and spread 1 over the first part."""
    middle, spread = parts[first].mean((0, 1)), parts[first].std((0, 1))
    for values in parts.values():
        values.sub_(middle).div_(spread.clamp_min(SPREAD * spread.mean().item()))


def untrained(name: str, inputs: Tensor, sizes: Sizes, seed: int = 0) -> VideoModel:
    """A model of FEATURES for percepts (T, B, C, G, G)."""
    C, G = inputs.shape[2:4]
    shape: dict[str, Any] = {"image_size": G, "channels": C, "units": sizes.units, "layers": 2}
    return VideoModel(**shape, output="linear", **FEATURES[name], seed=seed)


def pretrain(
    name: str, inputs: Tensor, sizes: Sizes, seed: int = 0
) -> tuple[VideoModel, list[float]]:
    """Learn from percepts (T, B, C, G, G) without labels; squared error, true frames fed.

    Returns the model and its losses.
    """
    model = untrained(name, inputs, sizes, seed)
    length, draw = sizes.frames_in + sizes.frames_out, torch.Generator().manual_seed(seed)

    def loss(step: int) -> Tensor:
        first = int(torch.randint(len(inputs) - length + 1, (1,), generator=draw))
        taken = torch.randint(inputs.shape[1], (32,), generator=draw)
        part = inputs[first : first + length, taken]
        return composite_loss(model, part, sizes.frames_in, teacher=1.0)["loss"]

    return model, fit(model.parameters(), loss, sizes.pretrain_steps, 4e-3)


def run_trial(data: PerceptData, start: VideoModel | None, point: dict[str, Any]) -> dict[str, Any]:
    """Train and score one classifier: `point` with its accuracy for each way of pooling added, and
    `chosen_on`, its accuracy on clips of the pool that it was not trained on.

    start: the model whose encoder it starts from; None: random weights. point: percepts (of KINDS),
    start (of FEATURES), unlabelled, labelled (clips of a class), draw, dropout, length (frames of a
    block), encoder (of SHARES), pretraining (its seed).
    """
    inputs, s = data.percepts[point["percepts"]], data.sizes
    model = train_trial(data, start, point)
    answers = classifier.classify(model, inputs["test"], point["length"], s.stride)
    accuracy = {way: _percent_right(p, data.labels["test"]) for way, p in answers.items()}
    labels = data.labels["labelled"]
    others = choose_clips(labels, s.pool, point["draw"]).view(len(ACTIONS), -1)
    others = others[:, point["labelled"] :][:, :VALIDATION].flatten()
    answers = classifier.classify(model, inputs["labelled"][:, others], point["length"], s.stride)
    chosen_on = _percent_right(answers["mean"], labels[others])
    return {**point, "accuracy": accuracy, "chosen_on": chosen_on}


def _percent_right(probabilities: Tensor, labels: Tensor) -> float:
    right = probabilities.argmax(1) == labels
    return round(100 * right.float().mean().item(), 2)


def train_trial(
    data: PerceptData, start: VideoModel | None, point: dict[str, Any]
) -> classifier.LSTMClassifier:
    """The classifier of a trial, trained on its draw of labelled clips."""
    s, inputs = data.sizes, data.percepts[point["percepts"]]["labelled"]
    model = classifier.LSTMClassifier(
        inputs[0, 0].numel(), len(ACTIONS), s.units, dropout=point["dropout"], seed=point["draw"]
    )
    if start is not None:
        assert isinstance(start.encoder, LSTM)
        model.start_from(start.encoder)
    labels = data.labels["labelled"]
    chosen = choose_clips(labels, point["labelled"], point["draw"])
    classifier.train_classifier(
        model,
        inputs[:, chosen],
        labels[chosen],
        s.steps + int(s.steps_more * point["labelled"]),
        RATE,
        share=SHARES[point["encoder"]],
        length=point["length"],
        stride=s.stride,
        seed=point["draw"],
    )
    return model


def choose_clips(labels: Tensor, count: int, draw: int) -> Tensor:
    """Which clips a draw takes: `count` of each class; indices (5 · count,)."""
    generator = torch.Generator().manual_seed(draw)
    order = torch.randperm(len(labels), generator=generator)
    chosen = [order[labels[order] == k][:count] for k in range(len(ACTIONS))]
    return torch.cat(chosen)


def run(scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    """Do all trials of `plan`, each once: a run that was cut off goes on."""
    sizes, folder = SIZES[scale], out / "runs" / "actions"
    folder.mkdir(parents=True, exist_ok=True)
    data = make_data(sizes)
    for kind, score in data.scores.items():
        yield f"{kind} percepts: {score['names']:.0%} named, {score['places']:.0%} placed"

    def work(point: dict[str, Any]) -> dict[str, Any]:
        start, started = _encoder(data, point, folder), process_time()
        return {**run_trial(data, start, point), "seconds": round(process_time() - started, 2)}

    rows = []
    for row, is_new in resume_trials(folder / f"trials-{scale}.jsonl", plan(sizes), work):
        rows.append(row)
        if is_new and row["draw"] == 0:
            yield f"{key_of(row)}: {row['accuracy']['mean']:.1f} %"
    pretraining = {
        path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))
    }
    return {
        "made": {"seeds": sorted({row["draw"] for row in rows})},
        "scale": scale,
        "sizes": vars(sizes),
        "percepts": data.scores,
        "pretraining": pretraining,
        "trials": rows,
    }


def _encoder(data: PerceptData, point: dict[str, Any], folder: Path) -> VideoModel | None:
    """The model that a trial starts from: trained, or read where it was trained before."""
    name, kind, number = point["start"], point["percepts"], point["unlabelled"]
    if name == "random":
        return None
    path = folder / f"{run_name(name, kind, number, point['pretraining'])}.safetensors"
    inputs, s = data.percepts[kind]["unlabelled"][:, :number], data.sizes
    if not path.exists():
        started = process_time()
        model, losses = pretrain(name, inputs, s, point["pretraining"])
        seconds = round(process_time() - started)
        report = score_model(model, data.percepts[kind], s)
        last = losses[-max(1, len(losses) // 10) :]
        report |= {"loss": mean(last), "steps": len(losses), "seconds": seconds}
        write_json(path.with_suffix(".json"), report)
        write_whole(path, save(model.state_dict()))  # last: then all of it is there
    model = untrained(name, inputs, s)
    model.load_state_dict(load_file(path))
    return model.eval()


def score_model(model: VideoModel, inputs: dict[str, Tensor], s: Sizes) -> dict[str, Any]:
    """Squared error per percept on test clips, and of the baselines: mean and copy of the last."""
    past = inputs["test"][: s.frames_in]
    truth = inputs["test"][s.frames_in : s.frames_in + s.frames_out]
    prediction = predict_raw(model, past, s.frames_out)
    pairs = {
        "reconstruction": (prediction.reconstruction, past.flip(0)),
        "future": (prediction.future, truth),
        "mean": (inputs["unlabelled"].mean((0, 1)), truth),
        "copy last": (past[-1:], truth),
    }
    errors = {}
    for name, (predicted, true) in pairs.items():
        if predicted is not None:
            errors[name] = (predicted - true).square().sum((2, 3, 4)).mean().item()
    return errors
