"""The trained models that come with the lab: each is an experiment of the same name.

`lstm-video-lab experiment fc-two-digits --out DIR` trains one, or picks up where it was cut off,
and leaves in DIR what is then copied into `lstm_video_lab/weights/`. All learn from the embedded
digits and MNIST's, or from the camera.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from lstm_video_lab.settings import Settings

# fmt: off
TWO = {"num_digits": 2, "precision": "auto"}
FULL = {**TWO, "digits": "embedded+mnist", "validate_every": 1000, "checkpoint_every": 1000}
FC = {**FULL, "units": 512, "layers": 1, "batch_size": 64, "learning_rate": 1e-3}
MODELS: dict[str, tuple[str, dict[str, Any]]] = {  # name → scale, and what is changed there
    "composite-two-digits": ("laptop", {
        **TWO, "units": 384, "learning_rate": 1e-3, "steps": 6000, "validate_every": 500}),
    "fc-two-digits": ("paper", {**FC, "conditional": False, "steps": 6500}),
    "fc-two-digits-conditional": ("paper", {**FC, "conditional": "future", "steps": 5000}),
    "convlstm-two-digits": ("paper", {
        **FULL, "cell": "convlstm", "units": 48, "layers": 1, "kernel_size": 5,
        "conditional": False, "batch_size": 8, "learning_rate": 2e-3, "steps": 40_000,
        "validate_every": 250, "checkpoint_every": 250}),
    "natural-patches": ("laptop", {
        "data": "camera", "output": "linear", "frames_in": 16, "frames_out": 13, "units": 512,
        "learning_rate": 1e-3, "batch_size": 64, "precision": "auto", "steps": 6000,
        "validate_every": 1000, "checkpoint_every": 1000}),
    "percept-net": ("laptop", {
        "digits": "embedded+mnist", "num_digits": 2, "digit_size": 10, "steps": 10_000}),
    "ladder-two-digits": ("laptop", {
        "num_digits": 2, "batch_size": 8, "learning_rate": 3e-3, "steps": 5000}),
}
# fmt: on
Made = tuple[Any, dict[str, Any], Callable[[int], dict[str, Any]]]  # network, card, score
SEQUENCES = 1000  # held-out ones, behind the scores of a card
FOR_TESTS = ("data", "output", "cell", "conditional", "num_digits")  # what smoke scale keeps


def settings_for(name: str, scale: str | None = None) -> Settings:
    """Those of a model; at smoke scale a tiny one of its kind.

    Raises ValueError for other scales.
    """
    own, changes = MODELS[name]
    if scale == "smoke":
        return Settings.for_scale("smoke", **{k: v for k, v in changes.items() if k in FOR_TESTS})
    if scale not in (None, own):
        raise ValueError(f"{name} is trained at scale {own}: leave --scale out, or choose smoke")
    return Settings.for_scale(own, **changes)


def run(name: str, scale: str | None, out: Path) -> Generator[str, None, None]:
    """Train a model and store it in `out` as the lab holds it, at its own scale, or for tests.

    Yields lines to read while it runs, some of them empty: there it can stop, to be resumed.
    """
    from lstm_video_lab.devices import describe_machine
    from lstm_video_lab.training import runs

    settings = settings_for(name, scale)
    command = f"lstm-video-lab experiment {name} --out DIR"
    sequences = 20 if scale == "smoke" else SEQUENCES
    if name in NETS:
        path = train_net(name, settings, command, out, sequences)
    else:
        yield from runs.training_lines(settings, out / "runs" / name)
        path = store_run(out / "runs" / name, name, command, describe_machine(), out, sequences)
    yield f"stored: {path} and its weights; copy them into lstm_video_lab/weights"


def store_run(
    run: Path | str,
    name: str,
    command: str,
    machine: dict[str, Any],
    folder: Path,
    sequences: int = SEQUENCES,
) -> Path:
    """Store a run's newest weights and their card in a folder; returns the card's path.

    It is scored on held-out sequences of each source of digits that the run was trained on.
    """
    from lstm_video_lab import evaluation
    from lstm_video_lab.training import checkpoints

    checkpoint, model = checkpoints.read_checkpoint(run), checkpoints.load_model(run)
    settings, ancestors = checkpoint.settings, _ancestors(checkpoint.settings)
    sources = {settings.data: settings}
    data = settings.data
    if data == "digits":
        sources = {part: settings.changed(digits=part) for part in settings.digits.split("+")}
        data = f"{settings.num_digits} bouncing digits, {settings.digits}"
    card = {
        "name": name,
        "data": data,
        "command": command,
        "scale": settings.scale,
        "steps": checkpoint.step,
        "seconds": round(checkpoint.seconds),
        "ancestors": ancestors,
        "total_steps": checkpoint.step + sum(ancestor["steps"] for ancestor in ancestors),
        "machine": machine,
        "settings": settings.to_dict(),
        "measure": "cross_entropy" if settings.output == "logistic" else "mse",
    }

    def score() -> dict[str, Any]:
        return {name: evaluation.evaluate(model, own, sequences) for name, own in sources.items()}

    return store_model(model, card, score, folder)


def _ancestors(settings: Settings) -> list[dict[str, Any]]:
    """The models whose weights a run began with, oldest first: what their cards say of training."""
    from lstm_video_lab import pretrained

    if settings.start_from is None:
        return []
    card = pretrained.load_pretrained(settings.start_from).card
    keys = ("name", "command", "steps", "seconds", "machine", "settings")
    return [*card.get("ancestors", []), {key: card[key] for key in keys}]


def train_net(name: str, settings: Settings, command: str, out: Path, sequences: int) -> Path:
    """Train one of NETS; store it and its card; the card's path."""
    from lstm_video_lab.devices import describe_machine

    started = time.perf_counter()
    net, card, score = NETS[name](settings)
    kept = ("image_size", "digits", "num_digits", "digit_size", "steps", "seed")
    card |= {
        "name": name,
        "command": command,
        "scale": settings.scale,
        "steps": settings.steps,
        "seconds": round(time.perf_counter() - started),
        "machine": describe_machine(),
        "settings": {key: getattr(settings, key) for key in (*kept, *card.pop("kept"))},
    }
    return store_model(net, card, lambda: score(sequences), out)


def store_model(
    net: Any, card: dict[str, Any], score: Callable[[], dict[str, Any]], folder: Path
) -> Path:
    """Store a trained network and its card in a folder; returns the card's path.

    card: name, data, command, scale, steps, seconds, machine, settings and measure, and of one that
    is no `VideoModel` kind, the class in full, and model, what it is called with. What the weights
    score as stored, and how much rounding has moved the measure on the first source, is added here.
    score: scores `net` as it is: source of data → report, `baselines` in it.
    """
    from lstm_video_lab import pretrained

    measure = card.pop("measure")

    def level(scores: dict[str, Any]) -> float:
        report = next(iter(scores.values()))
        part = report.get("future") or report.get("reconstruction") or report
        return part[measure]

    before, quantised = score(), pretrained.quantise(net.state_dict())
    net.load_state_dict(pretrained.dequantise(quantised))
    card["metrics"] = score()
    card["parameters"] = sum(parameter.numel() for parameter in net.parameters())
    card["storing"] = {"measure": measure, "cost": abs(level(card["metrics"]) - level(before))}
    return pretrained.write_card(card, quantised, folder)


def make_percepts(settings: Settings) -> Made:
    """The network for percepts, of still frames; what is special on its card; its score."""
    from lstm_video_lab.data import load_digits
    from lstm_video_lab.lessons.percepts_and_actions import percept_net

    place = (settings.image_size, settings.digit_size)
    assert settings.steps is not None
    net = percept_net.train_net(load_digits(settings.digits), *place, settings.steps, settings.seed)
    tests = {part: load_digits(part, "test") for part in settings.digits.split("+")}
    card = {
        "kind": "lstm_video_lab.percepts.PerceptNet",
        "model": {"image_size": settings.image_size},
        "data": f"still frames of {settings.num_digits} digits, {settings.digits}",
        "kept": (),
        "measure": "names",
    }

    def score(_: int) -> dict[str, Any]:
        return {part: percept_net.score_net(net, test, *place) for part, test in tests.items()}

    return net, card, score


def make_ladder(settings: Settings) -> Made:
    """The ladder of lesson 14."""
    from lstm_video_lab.lessons.video_ladder import pretrain

    return pretrain.make_ladder(settings)


NETS = {"percept-net": make_percepts, "ladder-two-digits": make_ladder}  # they are no VideoModels
