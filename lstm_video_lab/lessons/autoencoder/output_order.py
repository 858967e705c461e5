"""Does it matter in which order an autoencoder gives its frames back? Two that differ in it alone.

One gives the newest frame first, as the paper's does; the other gives the frames in the order in
which they came. First weights, sequences, steps and learning rates are the same.

T frames of a sequence, B batch, H × W the size of a frame, S seeds, M moments of the training.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from lstm_video_lab import evaluation, metrics
from lstm_video_lab.checks import LabError
from lstm_video_lab.data import BouncingDigits, load_digits
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.devices import flush_denormal, pick_device
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings
from lstm_video_lab.training import loop
from lstm_video_lab.training.fit import progress_bar

ORDERS = {"newest first": True, "oldest first": False}  # name → reversed
MOMENTS = 12  # looks at held-out sequences while a model is trained
HELDOUT = 200  # sequences of a look


class Profile(NamedTuple):
    """Held-out nats per frame `error` (S, M, T), by output step, after `steps` (M,) of training."""

    steps: np.ndarray
    error: np.ndarray


def compare(settings: Settings, seeds: Sequence[int] = (0, 1, 2)) -> dict[str, Profile]:
    """Train both orders for `settings.steps` steps from each seed, with a progress bar."""
    profiles = {}
    total = len(ORDERS) * len(seeds) * _moments(settings)
    with progress_bar(next(iter(ORDERS)), total=total) as bar:
        for name, reverse in ORDERS.items():
            bar.set_description(name)
            errors = []
            for seed in seeds:
                steps, one_seed = [], []
                for step, error in train_order(settings.changed(seed=seed), reverse):
                    steps.append(step)
                    one_seed.append(error)
                    bar.update()
                errors.append(one_seed)
            profiles[name] = Profile(np.array(steps), np.array(errors))
    return profiles


def final_gap(profiles: dict[str, Profile]) -> np.ndarray:
    """Nats per frame by which oldest first is behind at the end, for each seed: (S,)."""
    newest, oldest = (profiles[name].error[:, -1].mean(1) for name in ORDERS)
    return oldest - newest


def describe(profiles: dict[str, Profile]) -> str:
    """What came out at the end, in words."""
    means = ", ".join(f"{name} {profiles[name].error[:, -1].mean():.1f}" for name in ORDERS)
    gaps = ", ".join(f"{gap:+.1f}" for gap in final_gap(profiles))
    return (
        f"Held-out nats per frame at the end: {means}. Oldest minus newest, seed by seed: {gaps}."
    )


def train_order(settings: Settings, reverse: bool) -> Iterator[tuple[int, list[float]]]:
    """Train an autoencoder to give the newest (`reverse`) or the oldest frame first.

    Now and then, and at the end, yields the step and held-out nats for each of T output steps.
    Raises ValueError where the number of steps is left open.
    """
    s, every = settings, _steps(settings) // _moments(settings)
    device = pick_device(s.device)
    data = _training_data(s)
    heldout = to_unit(evaluation.heldout_data(s).batch(0, HELDOUT, device)[: s.frames_in])
    model = VideoModel(**s.model_fields(), seed=s.seed).to(device)
    optimiser = loop.make_optimiser(s, model.parameters())
    for step in range(_steps(s)):
        with flush_denormal():
            frames = to_unit(data.batch(step, s.batch_size, device))  # (T, B, H, W)
            optimiser.zero_grad()
            errors(model, frames, reverse).mean().backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), s.clip or math.inf)
            for group in optimiser.param_groups:
                group["lr"] = loop.learning_rate(s, step, step / _steps(s))
            optimiser.step()
        if (step + 1) % every == 0:
            with flush_denormal(), torch.no_grad():
                nats = errors(model, heldout, reverse).mean(1).tolist()
            yield step + 1, nats


def _training_data(settings: Settings) -> BouncingDigits:
    """Training sequences of the settings' world, no longer than what an autoencoder reads."""
    s = settings
    return BouncingDigits(
        load_digits(s.digits, "train"),
        num_digits=s.num_digits,
        image_size=s.image_size,
        num_frames=s.frames_in,
        digit_size=s.digit_size,
        speed=s.speed,
        seed=s.seed,
    )


def errors(model: VideoModel, frames: Tensor, reverse: bool) -> Tensor:
    """Nats (T, B) of what the model gives back at output step 1 … T; the target is the only place
    where the two orders differ.
    """
    target = frames.flip(0) if reverse else frames
    return metrics.cross_entropy(model(frames).reconstruction, target)


def lags(frames: int, reverse: bool) -> list[int]:
    """Steps between reading a frame and giving it back, for output step 1 … T."""
    order = range(frames, 0, -1) if reverse else range(1, frames + 1)  # frame k is read in step k
    return [frames + step - frame for step, frame in enumerate(order, start=1)]


def _steps(settings: Settings) -> int:
    if settings.steps is None:
        raise LabError("steps=None: two orders are compared for equal steps: say how many")
    return settings.steps


def _moments(settings: Settings) -> int:
    """Looks in a run: as many of MOMENTS as make the last one fall on the last step."""
    return math.gcd(_steps(settings), MOMENTS)
