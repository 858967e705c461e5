"""Time scales in a stack of layers, and what a state or attention costs.

T time, B batch, K symbols, H units, L layers, N places of a text.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstm_video_lab.lessons.recurrence_and_memory.rnn import RNNCell
from lstm_video_lab.training.fit import fit_steps

LAYERS, WIDTH = 4, 64  # of the stack that reads a text
WAIT, AFTER = 30, 100  # steps before and after the wrong letter
# which layers the next letter is read from: all or the top one; None: never trained
READOUTS = {"untrained": None, "top layer answers": False, "all layers answer": True}
# units of the state; None: every frame is kept
MEMORIES: dict[str, int | None] = {"LSTM, 16 units": 16, "LSTM, 64 units": 64, "attention": None}
RECALL_SYMBOLS = 4
KEY_SIZE = 16  # numbers of a key, which says a place, for attention
LENGTHS = {"smoke": (2, 4), "laptop": (4, 8, 16, 32, 64), "paper": (4, 8, 16, 32, 64, 128)}
STEPS = {"smoke": 4, "laptop": 600, "paper": 10_000}


@cache
def read_text() -> tuple[Tensor, str]:
    """English prose that is on every machine: scikit-learn's descriptions of its data sets.

    Returns the letters' numbers (N), and the alphabet, sorted.
    """
    folder = files("sklearn.datasets.descr")
    pages = sorted(page.name for page in folder.iterdir() if page.name.endswith(".rst"))
    text = "".join((folder / page).read_text("utf-8") for page in pages)
    alphabet = "".join(sorted(set(text)))
    return torch.tensor([alphabet.index(letter) for letter in text]), alphabet


def excerpts(steps: int, batch: int, seed: int) -> Tensor:
    """Letters from random places of the text: (T + 1, B)."""
    text, _ = read_text()
    draws = torch.Generator().manual_seed(seed)
    first = torch.randint(0, len(text) - steps, (batch,), generator=draws)
    return text[first + torch.arange(steps + 1)[:, None]]


class Stack(nn.Module):
    """Plain recurrent layers over one another, that predict the next letter of a text.

    `(letters (T, B)) → (states (T, L, B, H), logits (T, B, K))`. With `all_answer` the logits are a
    sum over all layers, else the top layer's. Weights are a function of the seed.
    """

    def __init__(self, symbols: int, all_answer: bool, seed: int) -> None:
        super().__init__()
        self.symbols, self.all_answer = symbols, all_answer
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.cells = nn.ModuleList(
                RNNCell(WIDTH if layer else symbols, WIDTH) for layer in range(LAYERS)
            )
            self.readout = nn.Linear(WIDTH * (LAYERS if all_answer else 1), symbols)

    def forward(self, letters: Tensor) -> tuple[Tensor, Tensor]:
        state = [torch.zeros(letters.shape[1], WIDTH)] * LAYERS
        steps = []
        for value in F.one_hot(letters, self.symbols).float():  # (B, K)
            for layer, cell in enumerate(self.cells):
                state[layer] = cell(value, state[layer])
                value = state[layer]
            steps.append(torch.stack(state))
        states = torch.stack(steps)  # (T, L, B, H)
        if self.all_answer:
            return states, self.readout(states.transpose(1, 2).flatten(2))
        return states, self.readout(states[:, -1])


def learn_text(stack: Stack, steps: int, seed: int) -> float:
    """Train a stack to predict the next letter; the mean loss of the last 50 steps, in nats."""

    def loss(step: int) -> Tensor:
        letters = excerpts(50, 32, seed * 10**6 + step)
        _, logits = stack(letters[:-1])
        return F.cross_entropy(logits.flatten(0, 1), letters[1:].flatten())

    every = fit_steps(stack.parameters(), loss, steps, 2e-3, clip=1.0, schedule="constant")
    losses = list(every)[-50:]
    return sum(losses) / len(losses)


@torch.no_grad()
def perturbation(stack: Stack, places: int = 200) -> Tensor:
    """How much one wrong letter changes each layer's state, as a part of the most: (AFTER, L).

    Two copies read the same letters but for one; row 0 is the step at which they read that one.
    """
    letters = excerpts(WAIT + AFTER, places, seed=2**31)[:-1]
    draws = torch.Generator().manual_seed(1)
    wrong = letters.clone()
    wrong[WAIT] += torch.randint(1, stack.symbols, (places,), generator=draws)
    wrong[WAIT] %= stack.symbols
    apart = (stack(letters)[0] - stack(wrong)[0])[WAIT:]  # (AFTER, L, B, H)
    distance = apart.norm(dim=-1).mean(2)
    return distance / distance.amax(0)


def recovery_steps(curve: Sequence[float], left: float = 0.1) -> int:
    """The first step from which on no more than that part is left; its length if there is none."""
    return max((t + 1 for t, part in enumerate(curve) if part > left), default=0)


def layer_perturbations(name: str, scale: str, seeds: Sequence[int]) -> dict[str, list]:
    """`perturbation` for one of READOUTS: `curves` (seeds, L, AFTER), and `loss` of each seed."""
    _, alphabet = read_text()
    curves, losses = [], []
    for seed in seeds:
        stack = Stack(len(alphabet), bool(READOUTS[name]), seed)
        if READOUTS[name] is not None:
            losses.append(round(learn_text(stack, STEPS[scale], seed), 3))
        curves.append([[round(p, 4) for p in line] for line in perturbation(stack).T.tolist()])
    return {"curves": curves, "loss": losses}


class StateMemory(nn.Module):
    """Reads all symbols into one state, then names each of them: (T, B, K) → logits (T, B, K).

    torch's layer has the equations of our cell without peepholes, and is quicker at so few units.
    """

    def __init__(self, units: int, length: int) -> None:
        super().__init__()
        self.layer = nn.LSTM(RECALL_SYMBOLS, units)
        self.readout = nn.Linear(2 * units, length * RECALL_SYMBOLS)
        for name, start in (("bias_ih_l0", 5.0), ("bias_hh_l0", 0.0)):
            bias = nn.init.zeros_(self.layer.get_parameter(name))
            nn.init.constant_(bias.detach().chunk(4)[1], start)  # the forget gate starts open

    def forward(self, x: Tensor) -> Tensor:
        _, (h, c) = self.layer(x)
        logits = self.readout(torch.cat([h[0], c[0]], dim=1))  # (B, T·K)
        return logits.view(-1, len(x), RECALL_SYMBOLS).transpose(0, 1)


class AttentionMemory(nn.Module):
    """Keeps every frame, and for each query attends to all of them: the same call.

    A frame is kept with a key that says its place; a query asks for a place.
    """

    def __init__(self, length: int) -> None:
        super().__init__()
        self.keys = nn.Parameter(torch.randn(length, KEY_SIZE) * KEY_SIZE**-0.5)
        self.queries = nn.Parameter(torch.randn(length, KEY_SIZE) * KEY_SIZE**-0.5)
        self.readout = nn.Linear(RECALL_SYMBOLS, RECALL_SYMBOLS)

    def forward(self, x: Tensor) -> Tensor:
        weights = torch.softmax(self.queries @ self.keys.T, dim=1)  # (T queries, T frames)
        return self.readout(torch.einsum("qt,tbk->qbk", weights, x))


def learn_recall(units: int | None, length: int, seed: int, steps: int) -> Tensor:
    """Train to give back `length` random symbols; accuracy at each place, on 1000 others: (T)."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = AttentionMemory(length) if units is None else StateMemory(units, length)
    draws = torch.Generator().manual_seed(seed)

    def loss(_: int) -> Tensor:
        y = torch.randint(0, RECALL_SYMBOLS, (length, 64), generator=draws)
        logits = model(F.one_hot(y, RECALL_SYMBOLS).float())
        return F.cross_entropy(logits.flatten(0, 1), y.flatten())

    rate = 5e-3 if units else 5e-2
    for _ in fit_steps(model.parameters(), loss, steps, rate, clip=1.0, schedule="constant"):
        pass
    y = torch.randint(0, RECALL_SYMBOLS, (length, 1000), generator=draws)
    with torch.no_grad():
        return (model(F.one_hot(y, RECALL_SYMBOLS).float()).argmax(2) == y).double().mean(1)


def recall_accuracy(name: str, scale: str, seeds: Sequence[int]) -> list[list[float]]:
    """Mean accuracy of one of MEMORIES, for each length and seed: (lengths, seeds)."""
    return [
        [learn_recall(MEMORIES[name], n, seed, STEPS[scale]).mean().item() for seed in seeds]
        for n in LENGTHS[scale]
    ]


def numbers_stored(units: int | None, length: int) -> int:
    """Numbers that must be stored to answer after `length` frames of K symbols."""
    return length * (RECALL_SYMBOLS + KEY_SIZE) if units is None else 2 * units


def multiplications(units: int | None, length: int) -> int:
    """Multiplications to take in one more frame and to answer one question about the past."""
    if units is None:
        return length * KEY_SIZE + length * RECALL_SYMBOLS + RECALL_SYMBOLS**2
    return 4 * units * (RECALL_SYMBOLS + units) + 2 * units * RECALL_SYMBOLS
