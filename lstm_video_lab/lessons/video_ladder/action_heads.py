"""What the hidden states of a ladder are good for: small heads on them that name actions.

B clips, S side of a frame.
"""

from __future__ import annotations

from itertools import product

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstm_video_lab.data.actions import ACTIONS, MovingActions
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.lessons.video_ladder.model import Ladder
from lstm_video_lab.training.fit import fit


def name_actions(
    model: Ladder, clips: dict[str, MovingActions], size: dict[str, int], seed: int
) -> dict[str, float]:
    """Which action is it? Accuracy in % of a small head on the states after the last frame.

    clips: by split, those to train the heads on and those to test them.

    deepest: h of the coarsest rung; subsampled: h of all rungs, averaged over 3 × 3 areas; both.
    """
    counts = {"train": 5 * size["tests"], "test": 2 * size["tests"]}
    states, labels = {}, {}
    for split, count in counts.items():
        states[split] = _state_features(model, to_unit(clips[split].batch(0, count)))
        labels[split] = clips[split].labels(0, count)
    accuracy = {}
    for name, norm, drop in product(states["train"], (False, True), (False, True)):
        x = states["train"][name]
        head = _train_head(x, labels["train"], norm, drop, size["head"], seed)
        right = head(states["test"][name]).argmax(1) == labels["test"]
        words = name + norm * ", batch norm" + drop * ", dropout"
        accuracy[words] = 100 * right.float().mean().item()
    return accuracy


@torch.no_grad()
def _state_features(model: Ladder, clips: Tensor) -> dict[str, Tensor]:
    """Kind of feature → (B, its size), of the states after clips (T, B, S, S) in [0, 1]."""
    states = model.encode(clips[:, :, None])[-1]
    deepest = [h.flatten(1) for h in states[-1]]
    small = [F.adaptive_avg_pool2d(h, 3).flatten(1) for rung in states for h in rung]
    parts = {"deepest": deepest, "subsampled": small, "both": [*deepest, *small]}
    return {name: torch.cat(part, 1) for name, part in parts.items()}


def _train_head(
    x: Tensor, labels: Tensor, norm: bool, drop: bool, steps: int, seed: int
) -> nn.Sequential:
    """A small head, trained on features (B, its inputs) and their labels; in evaluation mode."""
    layers: list[nn.Module] = [nn.BatchNorm1d(x.shape[1])] if norm else []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers += [nn.Linear(x.shape[1], 64), nn.ReLU()]
        if drop:
            layers.append(nn.Dropout())
        head = nn.Sequential(*layers, nn.Linear(64, len(ACTIONS)))
        fit(head.parameters(), lambda _: F.cross_entropy(head(x), labels), steps, 3e-3)
    return head.eval()
