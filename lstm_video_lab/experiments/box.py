"""The trained models in the box: each is an experiment of its own, named as the model is.

`lstm-video-lab experiment fc-two-digits --out DIR` trains one, or picks up where it was cut off,
and leaves in DIR what is then copied into `lstm_video_lab/weights/`. All learn from the embedded
digits and MNIST's, or from the camera.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lstm_video_lab import bench, box, percepts
from lstm_video_lab.data import load_digits
from lstm_video_lab.experiments import common
from lstm_video_lab.settings import Settings

DIGITS = {
    "digits": "embedded+mnist",
    "num_digits": 2,
    "precision": "auto",
    "validate_every": 1000,
    "checkpoint_every": 1000,
}
FC = {**DIGITS, "units": 512, "layers": 1, "batch_size": 64, "learning_rate": 1e-3, "steps": 6500}
MODELS: dict[str, tuple[str, dict[str, Any]]] = {  # name → scale, and what is changed there
    "composite-two-digits": (
        "laptop",
        {
            "num_digits": 2,
            "units": 384,
            "learning_rate": 1e-3,
            "steps": 6000,
            "precision": "auto",
            "validate_every": 500,
        },
    ),
    "fc-two-digits": ("paper", {**FC, "conditional": False}),
    "fc-two-digits-conditional": ("paper", {**FC, "conditional": "future", "steps": 5000}),
    "convlstm-two-digits": (
        "paper",
        {
            **DIGITS,
            "cell": "convlstm",
            "units": 48,
            "layers": 1,
            "kernel_size": 5,
            "conditional": False,
            "batch_size": 8,
            "learning_rate": 2e-3,
            "steps": 8000,
            "validate_every": 250,
            "checkpoint_every": 250,
        },
    ),
    "natural-patches": (
        "laptop",
        {
            "data": "camera",
            "output": "linear",
            "frames_in": 16,
            "frames_out": 13,
            "units": 512,
            "learning_rate": 1e-3,
            "batch_size": 64,
            "precision": "auto",
            "steps": 6000,
            "validate_every": 1000,
            "checkpoint_every": 1000,
        },
    ),
    "percept-net": (
        "laptop",
        {"digits": "embedded+mnist", "num_digits": 2, "digit_size": 10, "steps": 10_000},
    ),
}
PERCEPTS = "percept-net"  # the one that is no VideoModel: it sees still frames
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


def run(name: str, scale: str | None, out: Path) -> Iterator[str]:
    """Train a model and put it into `out` as the box holds it."""
    settings = settings_for(name, scale)
    command = f"lstm-video-lab experiment {name} --out DIR"
    if name == PERCEPTS:
        path = put_percepts(settings, command, out)
    else:
        yield from common.training_lines(settings, out / "runs" / name)
        sequences = 20 if scale == "smoke" else box.SEQUENCES
        path = box.put_in_box(out / "runs" / name, name, command, bench.machine(), out, sequences)
    yield f"stored: {path} and its weights; copy them into lstm_video_lab/weights"


def put_percepts(settings: Settings, command: str, out: Path) -> Path:
    """Train the network for percepts on still frames; store it and its card; the card's path."""
    started, place = time.perf_counter(), (settings.image_size, settings.digit_size)
    assert settings.steps is not None
    net = percepts.train_net(load_digits(settings.digits), *place, settings.steps, settings.seed)
    seconds = round(time.perf_counter() - started)
    tests = {part: load_digits(part, "test") for part in settings.digits.split("+")}
    told = ("image_size", "digits", "num_digits", "digit_size", "steps", "seed")
    card = {
        "name": PERCEPTS,
        "kind": "percepts",
        "model": {"image_size": settings.image_size},
        "data": f"still frames of {settings.num_digits} digits, {settings.digits}",
        "command": command,
        "scale": settings.scale,
        "steps": settings.steps,
        "seconds": seconds,
        "machine": bench.machine(),
        "settings": {name: getattr(settings, name) for name in told},
        "measure": "names",
    }
    return box.put_net(
        net,
        card,
        lambda: {part: percepts.score_net(net, test, *place) for part, test in tests.items()},
        out,
    )
