"""What a model is worth on sequences of digits it has never seen, with baselines beside it.

Legend: T steps of a part (future or reconstruction), B batch, N held-out sequences, H height,
W width. Every model meets the same sequences, n = 0 … N−1, made of test digits; models run freely,
on what they predicted themselves. All measures are per frame: cross-entropy in nats and squared
error, both summed over pixels, and structural similarity with two windows (see `metrics`).
"""

import copy
import dataclasses
import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lstm_video_lab import metrics
from lstm_video_lab.checks import check_sizes
from lstm_video_lab.data.bouncing import BouncingDigits, area_average
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.data.sources import open_data
from lstm_video_lab.distributed import ALONE, Ranks
from lstm_video_lab.models import VideoModel
from lstm_video_lab.prediction import predict_raw
from lstm_video_lab.settings import HELDOUT_SEED, DataSettings, Settings

MEAN_IMAGE_SEQUENCES = 1000  # training sequences behind the per-pixel mean
BASELINE_SEQUENCES = 256  # held-out sequences behind the baselines of a plot
BASELINES = ("entropy_bound", "mean_image", "copy_last")

Values = dict[str, Tensor]  # measure → (T, N), one number for each frame
World = tuple[DataSettings, Path]  # of held-out sequences, and where relative folders are looked up


def heldout_data(settings: DataSettings) -> Any:
    """The held-out sequences of the settings' world: test digits, and a seed of their own.

    Sequence n does not depend on how many are asked for, so 128 of them are the first of the 1000.
    """
    return _heldout(_world(settings))


def evaluate(
    model: VideoModel,
    settings: Settings,
    sequences: int = 1000,
    batch_size: int = 100,
    *,
    similarity: bool = True,
    compare: bool = True,
    ranks: Ranks = ALONE,
) -> dict[str, Any]:
    """Means over all frames, None where infinite or undefined: a report that is ready for JSON.

    `future` and `reconstruction` (None without that decoder) hold each measure, its standard error
    over sequences under `stderr`, and under `per_step` lists of both, one entry per predicted step.
    Reconstruction step t is compared with input frame T−1−t. A linear output is judged as it is,
    not clipped to [0, 1], and has no cross-entropy. `baselines` predict the same future frames.

    A look during training leaves out what costs time: `similarity=False` the two SSIMs,
    `compare=False` the baselines. `ranks` share the work, and all get the report.
    Raises ValueError for sequences or batch_size below 1.
    """
    data = heldout_data(settings)
    values = score(
        model, data, settings.frames_in, sequences, batch_size, similarity=similarity, ranks=ranks
    )
    report = {
        "scale": settings.scale,
        "sequences": sequences,
        "image_size": settings.image_size,
        "future": summary(values.get("future")),
        "reconstruction": summary(values.get("reconstruction")),
    }
    if compare:
        report["baselines"] = baselines(settings, sequences, similarity=similarity)
    return report


def score(
    model: VideoModel,
    data: Any,
    frames_in: int,
    sequences: int,
    batch_size: int = 100,
    *,
    similarity: bool = False,
    ranks: Ranks = ALONE,
    measure: Callable[..., Values] | None = None,
) -> dict[str, Values]:
    """{"future": {measure: (T, N)}, "reconstruction": …}: one number per frame, float64 on the CPU.

    The model sees the first `frames_in` frames of sequences 0 … N−1 and predicts the rest. It runs
    in evaluation mode, on its own device, and gets its mode back. A missing decoder has no entry.
    `measure`, if not `measure_frames`, is called as that is.
    """
    ranks = ranks if sequences >= ranks.size else ALONE  # each has a part
    batch_size = min(batch_size, sequences // ranks.size)
    is_logistic, measure = model.settings.output == "logistic", measure or measure_frames
    batches: dict[str, list[Values]] = {}
    for frames in _batches(data, sequences, batch_size, ranks):
        past, following = frames.tensor_split([frames_in])
        output = predict_raw(model, past, len(following))
        for part, target in (("future", following), ("reconstruction", past.flip(0))):
            raw = getattr(output, part)
            if raw is None:
                continue
            truth = to_unit(target.to(raw.device))
            nats = metrics.cross_entropy(raw, truth) if is_logistic else None
            pixels = to_unit(raw).sigmoid() if is_logistic else raw  # linear: not clipped
            batches.setdefault(part, []).append(measure(pixels, truth, nats, similarity))
    return {part: join(values, sequences, batch_size, ranks) for part, values in batches.items()}


def baselines(
    settings: DataSettings, sequences: int = BASELINE_SEQUENCES, *, similarity: bool = False
) -> dict[str, Any]:
    """What needs no learning, on the future frames of the same held-out sequences.

    `entropy_bound` knows the truth (p = x); `mean_image` always gives the mean of training frames;
    `copy_last` repeats the last input frame; where one digit moves, `mean_digit` knows its place,
    and gives the mean training digit there. Each has the shape of a report's `future`. Computed
    once for each world, so that every plot can ask.
    """
    return copy.deepcopy(_baselines(_world(settings), sequences, similarity))


def mean_image(settings: DataSettings) -> Tensor:
    """The per-pixel mean of training frames, (H, W): the guess of one who never looks."""
    return _mean_image(_world(settings))


def summary(values: Values | None) -> dict[str, Any] | None:
    """(T, N) numbers per frame → means, standard errors over sequences, and both per step."""
    if values is None:
        return None
    return {
        **{name: _number(v.mean()) for name, v in values.items()},
        "stderr": {name: _number(_stderr(v.mean(0))) for name, v in values.items()},
        "per_step": {
            **{name: [_number(step.mean()) for step in v] for name, v in values.items()},
            "stderr": {name: [_number(_stderr(step)) for step in v] for name, v in values.items()},
        },
    }


def _stderr(samples: Tensor) -> Tensor:
    """Standard error of the mean of N samples; undefined (NaN) for a single one."""
    if len(samples) < 2:
        return torch.tensor(math.nan)
    return samples.std(correction=1) / math.sqrt(len(samples))


def _number(value: Tensor) -> float | None:
    """JSON knows neither infinity nor NaN."""
    return value.item() if math.isfinite(value.item()) else None


def measure_frames(pixels: Tensor, target: Tensor, nats: Tensor | None, similarity: bool) -> Values:
    """Each measure of frames (T, B, …): (T, B). Cross-entropy is undefined where `nats` are none,
    and a similarity where its window does not fit.
    """
    error = metrics.squared_error(pixels, target)
    undefined = torch.full_like(error, math.nan)
    values = {"cross_entropy": undefined if nats is None else nats, "mse": error}
    windows = {"ssim": "gaussian", "ssim_uniform": "uniform"} if similarity else {}
    for name, window in windows.items():
        values[name] = undefined
        if min(target.shape[-2:]) >= metrics.WINDOWS[window]:
            # step by step: the maps of a step stay in a CPU's cache, twice as fast
            steps = zip(pixels.split(1), target.split(1), strict=True)
            values[name] = torch.cat([metrics.ssim(p, x, window) for p, x in steps])
    return values


def join(
    batches: list[Values], sequences: int = 0, batch_size: int = 0, ranks: Ranks = ALONE
) -> Values:
    """Batches side by side: (T, B) each → (T, N), in float64; with ranks, the batches of all."""
    joined = {}
    for name in batches[0]:
        parts = [values[name].cpu().double() for values in batches]
        if ranks.size > 1:  # each writes its own columns, and they are added up
            whole = parts[0].new_zeros(len(parts[0]), sequences)
            for k, part in enumerate(parts):
                start = (ranks.rank + k * ranks.size) * batch_size
                whole[:, start : start + part.shape[1]] = part
            parts = [ranks.sum(whole)]
        joined[name] = torch.cat(parts, 1)
    return joined


def _batches(data: Any, sequences: int, batch_size: int, ranks: Ranks = ALONE) -> Iterator[Tensor]:
    """Sequences 0 … N−1, each exactly once: uint8 (T, B, H, W); the last batch may be smaller.

    Of several ranks each makes every so many-th batch.
    """
    check_sizes(sequences=sequences, batch_size=batch_size)
    for start in range(ranks.rank * batch_size, sequences, batch_size * ranks.size):
        yield data.batch(start // batch_size, batch_size)[:, : sequences - start]


def _world(settings: DataSettings) -> World:
    """All that held-out sequences depend on."""
    return dataclasses.replace(settings.data_settings(), seed=HELDOUT_SEED), Path.cwd()


@lru_cache(maxsize=8)
def _heldout(world: World) -> Any:
    return open_data(world[0], "test")


@lru_cache(maxsize=8)
def _training(world: World) -> Any:
    return open_data(world[0], "train")


@lru_cache(maxsize=8)
def _mean_image(world: World) -> Tensor:
    """Per-pixel mean of training frames, (H, W), as if one frame half lit had been among them: no
    pixel is impossible, so that the cross-entropy stays finite."""
    total, count = torch.tensor(0.5), 1
    for frames in _batches(_training(world), MEAN_IMAGE_SEQUENCES, 100):
        total = total + to_unit(frames).sum((0, 1), dtype=torch.float64)
        count += frames.shape[0] * frames.shape[1]
    return (total / count).float()


def mean_digit(settings: DataSettings) -> Tensor:
    """The per-pixel mean of training digits, (s, s), as if one half lit had been among them."""
    digits = _training(_world(settings)).digits
    images = to_unit(torch.from_numpy(area_average(digits.images, settings.digit_size)))
    return (images.sum(0) + 0.5) / (len(images) + 1)


@lru_cache(maxsize=16)
def _baselines(world: World, sequences: int, similarity: bool) -> dict[str, Any]:
    data, batches = _heldout(world), defaultdict[str, list[Values]](list)
    one_moves = isinstance(data, BouncingDigits) and data.num_digits == 1
    for k, frames in enumerate(_batches(data, sequences, 100)):
        seen, later = to_unit(frames).tensor_split([world[0].frames_in])
        guesses = dict(zip(BASELINES, (later, _mean_image(world), seen[-1:]), strict=True))
        if one_moves:
            whole = data.at_places(mean_digit(world[0]), k, 100)  # (T, B, H, W)
            guesses["mean_digit"] = whole[len(seen) :, : frames.shape[1]]
        for name, one in guesses.items():
            guess = one.expand_as(later)
            nats = metrics.cross_entropy_of_probability(guess, later)  # of 0 and 1 infinite
            batches[name].append(measure_frames(guess, later, nats, similarity))
    return {name: summary(join(values)) for name, values in batches.items()}


@torch.inference_mode()
def teacher_forced(
    model: torch.nn.Module, settings: Settings, sequences: int = 500
) -> dict[str, Any]:
    """Future cross-entropy per step when each step is shown the true frame before it.

    An unconditional decoder is shown nothing, so its value is that of running freely.
    """
    frames = to_unit(heldout_data(settings).batch(0, sequences))  # (T, N, H, W)
    frames = frames.to(next(model.parameters()).device)
    past, truth = frames[: settings.frames_in], frames[settings.frames_in :]
    logits = model(past, future=len(truth), truth=truth, teacher=1.0).future
    per_step = metrics.cross_entropy(logits, truth).mean(1)  # (T,)
    return {"cross_entropy": per_step.mean().item(), "per_step": per_step.tolist()}
