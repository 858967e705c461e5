"""Time scales in a stack of layers, and what it costs to keep everything.

T time, B batch, K symbols, H units, L layers, N places of a text.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstm_video_lab.cells import RNNCell

LAYERS, WIDTH = 4, 64  # of the stack that reads a text
WAIT, AFTER = 30, 100  # steps before and after the typing error
SPEAKERS = {"untrained": None, "top layer answers": False, "all layers answer": True}
KEEPERS: dict[str, int | None] = {"LSTM, 16 units": 16, "LSTM, 64 units": 64, "attention": None}
KINDS = 4  # symbols of the recall task
PLACE = 16  # numbers that say a place, for attention
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
    """Plain recurrent layers over one another, that say the next letter of a text.

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
        states = [torch.zeros(letters.shape[1], WIDTH)] * LAYERS
        steps = []
        for value in F.one_hot(letters, self.symbols).float():  # (B, K)
            for layer, cell in enumerate(self.cells):
                states = [*states[:layer], cell(value, states[layer]), *states[layer + 1 :]]
                value = states[layer]
            steps.append(torch.stack(states))
        seen = torch.stack(steps)  # (T, L, B, H)
        speak = seen.transpose(1, 2).flatten(2) if self.all_answer else seen[:, -1]
        return seen, self.readout(speak)


def learn_text(stack: Stack, steps: int, seed: int) -> float:
    """Train a stack to say the next letter; the mean loss of the last steps, nats per letter."""
    optimiser = torch.optim.Adam(stack.parameters(), 2e-3)
    losses = []
    for n in range(steps):
        letters = excerpts(50, 32, seed * 10**6 + n)
        loss = F.cross_entropy(stack(letters[:-1])[1].flatten(0, 1), letters[1:].flatten())
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(stack.parameters(), 1.0)
        optimiser.step()
        losses.append(loss.item())
    return sum(losses[-50:]) / len(losses[-50:])


@torch.no_grad()
def scar(stack: Stack, places: int = 200) -> Tensor:
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


def healed(curve: Sequence[float], left: float = 0.1) -> int:
    """The first step from which on no more than that part is left; its length if there is none."""
    return max((t + 1 for t, part in enumerate(curve) if part > left), default=0)


def layer_scars(name: str, scale: str, seeds: Sequence[int]) -> dict[str, list]:
    """`scar` of one of SPEAKERS for each seed: `curves` (seeds, L, AFTER), and `loss` of each."""
    _, alphabet = read_text()
    curves, losses = [], []
    for seed in seeds:
        stack = Stack(len(alphabet), bool(SPEAKERS[name]), seed)
        if SPEAKERS[name] is not None:
            losses.append(round(learn_text(stack, STEPS[scale], seed), 3))
        curves.append([[round(p, 4) for p in line] for line in scar(stack).T.tolist()])
    return {"curves": curves, "loss": losses}


class FixedState(nn.Module):
    """Reads all symbols into one state, then says each of them: (T, B, K) → logits (T, B, K).

    torch's layer has the equations of our cell without peepholes, and is quicker at so few units.
    """

    def __init__(self, units: int, length: int) -> None:
        super().__init__()
        self.layer = nn.LSTM(KINDS, units)
        self.readout = nn.Linear(2 * units, length * KINDS)
        for name, start in (("bias_ih_l0", 5.0), ("bias_hh_l0", 0.0)):
            bias = nn.init.zeros_(self.layer.get_parameter(name))
            nn.init.constant_(bias.detach().chunk(4)[1], start)  # the forget gate starts open

    def forward(self, x: Tensor) -> Tensor:
        _, (h, c) = self.layer(x)
        said = self.readout(torch.cat([h[0], c[0]], dim=1))  # (B, T·K)
        return said.view(-1, len(x), KINDS).transpose(0, 1)


class KeepAll(nn.Module):
    """Keeps every frame, and for each question attends to all of them: the same call.

    A frame is kept with a key that says its place; a question asks for a place.
    """

    def __init__(self, length: int) -> None:
        super().__init__()
        self.keys = nn.Parameter(torch.randn(length, PLACE) * PLACE**-0.5)
        self.questions = nn.Parameter(torch.randn(length, PLACE) * PLACE**-0.5)
        self.readout = nn.Linear(KINDS, KINDS)

    def forward(self, x: Tensor) -> Tensor:
        weights = torch.softmax(self.questions @ self.keys.T, dim=1)  # (T questions, T frames)
        return self.readout(torch.einsum("qt,tbk->qbk", weights, x))


def learn_recall(units: int | None, length: int, seed: int, steps: int) -> Tensor:
    """Train to give back `length` random symbols; accuracy at each place, on 1000 others: (T)."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = KeepAll(length) if units is None else FixedState(units, length)
    draws = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.Adam(model.parameters(), 5e-3 if units else 5e-2)
    for _ in range(steps):
        y = torch.randint(0, KINDS, (length, 64), generator=draws)
        said = model(F.one_hot(y, KINDS).float())
        optimiser.zero_grad()
        F.cross_entropy(said.flatten(0, 1), y.flatten()).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
    y = torch.randint(0, KINDS, (length, 1000), generator=draws)
    with torch.no_grad():
        return (model(F.one_hot(y, KINDS).float()).argmax(2) == y).double().mean(1)


def recall_accuracy(name: str, scale: str, seeds: Sequence[int]) -> list[list[float]]:
    """Mean accuracy of one of KEEPERS, for each length and seed: (lengths, seeds)."""
    return [
        [learn_recall(KEEPERS[name], n, seed, STEPS[scale]).mean().item() for seed in seeds]
        for n in LENGTHS[scale]
    ]


def kept(units: int | None, length: int) -> int:
    """Numbers that must be kept to answer after `length` frames of K symbols."""
    return length * (KINDS + PLACE) if units is None else 2 * units


def work(units: int | None, length: int) -> int:
    """Multiplications to take in one more frame and to answer one question about the past."""
    if units is None:
        return length * PLACE + length * KINDS + KINDS**2
    return 4 * units * (KINDS + units) + 2 * units * KINDS
