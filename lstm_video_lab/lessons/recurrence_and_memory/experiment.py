"""Who learns to remember? A copy task for several cells; and all stored figures of lesson 01.

T time, B batch, X inputs, K symbols.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstm_video_lab import plots
from lstm_video_lab.files import store_result, write_whole
from lstm_video_lab.lessons.recurrence_and_memory import memory
from lstm_video_lab.lessons.recurrence_and_memory.jacobians import (
    STARTS,
    Cell,
    empty,
    make_cell,
    step,
)

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
            self.readout = nn.Linear(empty(cell, 1).shape[1], outputs)
        nn.init.zeros_(self.readout.weight)  # all answers are equally likely at first
        nn.init.zeros_(self.readout.bias)

    def forward(self, x: Tensor) -> Tensor:
        state = empty(self.cell, x.shape[1])
        for x_t in x:
            state = step(self.cell, x_t, state)
        return self.readout(state)


def delayed(delay: int, batch: int, seed: int) -> tuple[Tensor, Tensor]:
    """The copy task: a symbol with a mark, `delay` other symbols, and a mark: what was the first?

    Returns x (T, B, K + 2), with T = delay + 2, and the answers (B).
    """
    draws = torch.Generator().manual_seed(seed)
    shown = torch.randint(0, SYMBOLS, (delay + 1, batch), generator=draws)  # (T − 1, B)
    x = F.pad(F.one_hot(shown, SYMBOLS).float(), (0, 2, 0, 0, 0, 1))  # (T, B, K + 2)
    x[0, :, SYMBOLS] = 1
    x[-1, :, SYMBOLS + 1] = 1
    return x, shown[0]


def learn_copy(start: str, delay: int, seed: int, steps: int) -> Iterator[tuple[int, float]]:
    """Train a Reader on the copy task; now and then, and at the end, the step and its accuracy.

    Accuracy is that of 500 sequences kept apart; at 99 % of them the training ends early.
    """
    model = Reader(make_cell(start, SYMBOLS + 2, UNITS, seed), SYMBOLS)
    optimiser = torch.optim.Adam(model.parameters(), RATE)
    x_apart, y_apart = delayed(delay, 500, 2**31 + seed)
    for n in range(1, steps + 1):
        x, y = delayed(delay, BATCH, seed * 10**6 + n)
        optimiser.zero_grad()
        F.cross_entropy(model(x), y).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        if n % 50 == 0 or n == steps:
            with torch.no_grad():
                accuracy = (model(x_apart).argmax(1) == y_apart).double().mean().item()
            yield n, accuracy
            if accuracy >= 0.99:
                return


def copy_accuracy(start: str, scale: str) -> dict[str, list]:
    """For each delay and seed: the last `accuracy`, and the `steps` trained: (delays, seeds)."""
    ends = [
        [list(learn_copy(start, delay, seed, STEPS[scale]))[-1] for seed in SEEDS]
        for delay in DELAYS[scale]
    ]
    accuracy = [[round(right, 4) for _, right in seeds] for seeds in ends]
    return {"accuracy": accuracy, "steps": [[n for n, _ in seeds] for seeds in ends]}


def run(scale: str, out: Path) -> Iterator[str]:
    """All of lesson 01 that takes minutes; a part that is done is not done again."""
    jobs: dict[tuple[str, str], Callable[[], Any]] = {}
    for start in STARTS:
        jobs["copy", start] = partial(copy_accuracy, start, scale)
    for name in memory.SPEAKERS:
        jobs["layers", name] = partial(memory.layer_scars, name, scale, SEEDS)
    for name in memory.KEEPERS:
        jobs["recall", name] = partial(memory.recall_accuracy, name, scale, SEEDS)
    result: dict[str, Any] = {"scale": scale, "steps": STEPS[scale], "delays": DELAYS[scale]}
    result |= {"lengths": memory.LENGTHS[scale], "seeds": len(SEEDS), "seconds": {}}
    for (task, name), make in jobs.items():
        path = out / "runs" / f"recurrence-{scale}-{task}-{name}.json"
        if not path.is_file():
            began = time.perf_counter()
            found = {"found": make(), "seconds": round(time.perf_counter() - began, 1)}
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, json.dumps(found) + "\n")
        part = json.loads(path.read_text())
        result.setdefault(task, {})[name] = part["found"]
        result["seconds"][f"{task}: {name}"] = part["seconds"]
        yield f"{task}, {name}: {part['seconds']:.0f} s"
    yield store_result(out, "recurrence", result, draw_copies(result).png)


def draw_copies(result: dict[str, Any]) -> plots.Picture:
    """Accuracy on the copy task against the delay, the mean over seeds, from `run`'s result."""
    lines, words = {}, []
    for name, found in result["copy"].items():
        means = [sum(seeds) / len(seeds) for seeds in found["accuracy"]]
        lines[name] = (result["delays"], means)
        solved = [sum(one >= 0.99 for one in seeds) for seeds in found["accuracy"]]
        words.append(f"{name} {', '.join(map(str, solved))}")
    text = (
        f"Accuracy against the delay, mean of {result['seeds']} seeds, after at most "
        f"{result['steps']} steps; chance is {1 / SYMBOLS:.2f}. Seeds that reach 0.99 at delays "
        f"{', '.join(map(str, result['delays']))}: {'; '.join(words)} ({result['scale']} scale)."
    )
    look: dict[str, Any] = {"xlabel": "delay, steps", "ylabel": "accuracy", "height": 400}
    return plots.curves(lines, {"chance": 1 / SYMBOLS}, text, **look)
