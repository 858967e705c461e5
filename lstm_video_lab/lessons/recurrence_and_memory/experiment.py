"""Who learns to remember? A copy task for several cells; and all stored figures of lesson 01.

T time, B batch, X inputs, K symbols.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstm_video_lab.files import write_json
from lstm_video_lab.lessons.recurrence_and_memory import memory
from lstm_video_lab.lessons.recurrence_and_memory.jacobians import (
    STARTS,
    Cell,
    initial_state,
    make_cell,
    step,
)
from lstm_video_lab.training.fit import fit_steps

SYMBOLS, UNITS, BATCH, RATE = 4, 32, 32, 3e-3  # of the copy task and its training
SEEDS = (0, 1, 2)
DELAYS = {"smoke": (2, 4), "laptop": (5, 10, 20, 40), "paper": (5, 10, 20, 40, 80, 160)}
STEPS = {"smoke": 4, "laptop": 600, "paper": 10_000}


class Reader(nn.Module):
    """A cell that reads x (T, B, X), and a linear layer on its last state: logits (B, outputs)."""

    def __init__(self, cell: Cell, outputs: int) -> None:
        super().__init__()
        self.cell = cell
        with torch.random.fork_rng(devices=[]):
            self.readout = nn.Linear(initial_state(cell, 1).shape[1], outputs)
        nn.init.zeros_(self.readout.weight)  # all answers are equally likely at first
        nn.init.zeros_(self.readout.bias)

    def forward(self, x: Tensor) -> Tensor:
        state = initial_state(self.cell, x.shape[1])
        for x_t in x:
            state = step(self.cell, x_t, state)
        return self.readout(state)


def copy_task(delay: int, batch: int, seed: int) -> tuple[Tensor, Tensor]:
    """The copy task: a symbol with a mark, `delay` other symbols, and a mark: what was the first?

    Returns x (T, B, K + 2), with T = delay + 2, and the answers (B).
    """
    draws = torch.Generator().manual_seed(seed)
    symbols = torch.randint(0, SYMBOLS, (delay + 1, batch), generator=draws)  # (T − 1, B)
    x = F.pad(F.one_hot(symbols, SYMBOLS).float(), (0, 2, 0, 0, 0, 1))  # (T, B, K + 2)
    x[0, :, SYMBOLS] = 1
    x[-1, :, SYMBOLS + 1] = 1
    return x, symbols[0]


def learn_copy(start: str, delay: int, seed: int, steps: int) -> Iterator[tuple[int, float]]:
    """Train a Reader on the copy task; now and then, and at the end, the step and its accuracy.

    Accuracy is that of 500 held-out sequences; at 99 % of them the training ends early.
    """
    model = Reader(make_cell(start, SYMBOLS + 2, UNITS, seed), SYMBOLS)
    x_heldout, y_heldout = copy_task(delay, 500, 2**31 + seed)

    def loss(step: int) -> Tensor:
        x, y = copy_task(delay, BATCH, seed * 10**6 + step + 1)
        return F.cross_entropy(model(x), y)

    every = fit_steps(model.parameters(), loss, steps, RATE, clip=1.0, schedule="constant")
    for n, _ in enumerate(every, start=1):
        if n % 50 == 0 or n == steps:
            with torch.no_grad():
                accuracy = (model(x_heldout).argmax(1) == y_heldout).double().mean().item()
            yield n, accuracy
            if accuracy >= 0.99:
                return


def copy_accuracy(start: str, scale: str) -> dict[str, list]:
    """For each delay and seed: the last `accuracy`, and the `steps` trained: (delays, seeds)."""
    accuracy: list[list[float]] = []
    steps: list[list[int]] = []
    for delay in DELAYS[scale]:
        ends = [list(learn_copy(start, delay, seed, STEPS[scale]))[-1] for seed in SEEDS]
        accuracy.append([round(right, 4) for _, right in ends])
        steps.append([n for n, _ in ends])
    return {"accuracy": accuracy, "steps": steps}


def run(scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    """All of lesson 01 that takes minutes; a part that is done is not done again."""
    result: dict[str, Any] = {
        "made": {"seeds": list(SEEDS)},
        "scale": scale,
        "steps": STEPS[scale],
        "delays": DELAYS[scale],
        "lengths": memory.LENGTHS[scale],
        "seeds": len(SEEDS),
        "seconds": {},
    }
    for (task, name), make in _parts(scale).items():
        path = out / "runs" / f"recurrence-{scale}-{task}-{name}.json"
        if not path.is_file():
            began = time.perf_counter()
            part = {"found": make(), "seconds": round(time.perf_counter() - began, 1)}
            path.parent.mkdir(parents=True, exist_ok=True)
            write_json(path, part)
        part = json.loads(path.read_text())
        result.setdefault(task, {})[name] = part["found"]
        result["seconds"][f"{task}: {name}"] = part["seconds"]
        yield f"{task}, {name}: {part['seconds']:.0f} s"
    return result


def _parts(scale: str) -> dict[tuple[str, str], Callable[[], Any]]:
    """(task, name) → what makes that part of the result."""
    parts: dict[tuple[str, str], Callable[[], Any]] = {}
    for start in STARTS:
        parts["copy", start] = partial(copy_accuracy, start, scale)
    for name in memory.READOUTS:
        parts["layers", name] = partial(memory.layer_perturbations, name, scale, SEEDS)
    for name in memory.MEMORIES:
        parts["recall", name] = partial(memory.recall_accuracy, name, scale, SEEDS)
    return parts
