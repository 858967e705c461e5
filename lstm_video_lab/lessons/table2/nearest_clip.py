"""Predict by looking it up: the clip of a collection whose past is nearest, and what came after it.

No training, only clips. What was averaged over the k nearest is a blur of k futures. T frames seen,
F frames to come, N clips to predict, C clips of the collection, K neighbours, S side of a frame.

Source of the idea: a lecture on learning temporal models, on predicting an event by the nearest
neighbour in a collection of clips.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from lstm_video_lab import evaluation
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.data.sources import open_data
from lstm_video_lab.settings import Settings

AT_ONCE = 500  # clips of the collection that are compared at a time


def nearest(seen: Tensor, collection: Tensor, count: int) -> Tensor:
    """The places of the `count` clips that are nearest in squared error: (K, N), nearest first.

    seen: (T, N, S, S); collection: (T, C, S, S); floats in [0, 1].
    """
    ours = seen.movedim(1, 0).flatten(1)  # (N, T·S²)
    theirs = collection.movedim(1, 0).flatten(1)  # (C, T·S²)
    distance = theirs.square().sum(1) - 2 * ours @ theirs.T  # (N, C), less what is the same for all
    return distance.topk(min(count, len(theirs)), largest=False)[1].T


def squared_errors(truth: Tensor, predicted: Tensor) -> Tensor:
    """Squared error per frame of each clip: (F, N, S, S) twice → (N,)."""
    return (predicted - truth).square().sum((2, 3)).mean(0)


def errors_by_size(
    settings: Settings, sizes: Sequence[int], neighbours: Sequence[int] = (1, 10), clips: int = 100
) -> dict[int, list[float]]:
    """Squared error per frame of the future, for each number of neighbours: one number a size.

    The collection holds the first clips of the training data; the held-out clips have new digits.
    """
    seen = settings.frames_in
    truth = to_unit(evaluation.heldout_data(settings).batch(0, clips))  # (T + F, N, S, S)
    found: dict[int, list[float]] = {count: [] for count in neighbours}
    for size, best in _grow(settings, truth[:seen], sizes, max(neighbours)):
        assert size in sizes
        for count in neighbours:
            predicted = best[seen:, :count].mean(1)  # (F, N, S, S)
            found[count].append(squared_errors(truth[seen:], predicted).mean().item())
    return found


def find(settings: Settings, past: Tensor, size: int, count: int = 1) -> Tensor:
    """The clips of a collection of that size whose past is nearest, whole: (T + F, K, N, S, S)."""
    *_, (_, best) = _grow(settings, past, (size,), count)
    return best


def _grow(settings: Settings, past: Tensor, sizes: Sequence[int], count: int):
    """Size of the collection and its `count` nearest clips so far (T + F, K, N, S, S), at sizes."""
    data, best = open_data(settings), None
    for size in range(AT_ONCE, max(sizes) + 1, AT_ONCE):
        part = to_unit(data.batch(size // AT_ONCE - 1, AT_ONCE))  # (T + F, C, S, S)
        new = part[:, nearest(past, part[: len(past)], count)]  # (T + F, K, N, S, S)
        both = new if best is None else torch.cat((best, new), 1)
        distance = (both[: len(past)] - past[:, None]).square().sum((0, 3, 4))  # (K or 2K, N)
        order = distance.argsort(0)[:count]  # (K, N)
        best = both[:, order, torch.arange(past.shape[1])]
        if size in sizes:
            yield size, best
