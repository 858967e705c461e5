"""The network for percepts: how it learns from still frames, and how well it names and places."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from lstm_video_lab.data.bouncing import area_average
from lstm_video_lab.data.digits import Digits
from lstm_video_lab.percepts import CELLS, NAMES, PerceptNet, stills
from lstm_video_lab.training.fit import fit


def train_net(
    digits: Digits, image_size: int = 32, digit_size: int = 10, steps: int = 1000, seed: int = 0
) -> PerceptNet:
    """A network that learnt from still frames with two of these digits; in evaluation mode."""
    net, images = PerceptNet(image_size, seed), area_average(digits.images, digit_size)

    def loss(step: int) -> Tensor:
        frames, answers = stills(images, digits.labels, image_size, step, 128, seed)
        return F.binary_cross_entropy_with_logits(net(frames), answers) * answers.shape[1]

    fit(net.parameters(), loss, steps, 1.5e-3)
    return net.eval()


@torch.no_grad()
def score_net(
    net: PerceptNet, digits: Digits, image_size: int = 32, digit_size: int = 10
) -> dict[str, Any]:
    """Of what is in 2,000 stills, the share among the two likeliest answers: names and places.

    `baselines`: the same for two answers at random, and for the two that are best for all stills.
    """
    images = area_average(digits.images, digit_size)
    frames, answers = stills(images, digits.labels, image_size, 0, 2000, seed=1)
    scores: dict[str, Any] = {"baselines": {"chance": {}, "constant": {}}}
    parts = (x.split([NAMES, CELLS**2], 1) for x in (net(frames), answers))
    for kind, logits, true in zip(("names", "places"), *parts, strict=True):
        scores[kind] = (true.gather(1, logits.topk(2).indices).sum() / true.sum()).item()
        scores["baselines"]["chance"][kind] = 2 / true.shape[1]
        scores["baselines"]["constant"][kind] = (true.sum(0).topk(2)[0].sum() / true.sum()).item()
    return scores
