"""The video ladder: what its report found, each finding as one change of the same small trial.

A trial trains a ladder, has it continue held-out clips and keeps its errors: squared ones are per
frame, DSSIM is 1 − SSIM. `lstm-video-lab experiment ladder --out DIR` goes on where it was cut off.

T frames, B clips, S side of a frame, N frames of any kind.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lstm_video_lab import evaluation, metrics
from lstm_video_lab.data import BouncingDigits, load_digits
from lstm_video_lab.data.actions import MovingActions
from lstm_video_lab.data.frames import pack_frames, to_unit
from lstm_video_lab.data.patches import CameraPatches
from lstm_video_lab.data.sources import open_data
from lstm_video_lab.lessons.video_ladder.action_heads import name_actions
from lstm_video_lab.lessons.video_ladder.model import MIX, Ladder, train_ladder
from lstm_video_lab.settings import Settings
from lstm_video_lab.training.trials import resume_trials

FIRST, AHEAD = 8, 9  # first predicted frame, from 0, and how many are predicted
SHOWN = 2  # clips whose frames are stored
TINY = 1e-12  # keeps shares of nothing finite


def _mixes() -> dict[str, tuple[float, float, float]]:
    """Name → shares of DSSIM, L1 and L2; the name says DSSIM's, and L1's of what that leaves."""
    shares = {}
    for dssim, l1 in product((0.0, 0.5, 1.0), repeat=2):
        if dssim < 1 or l1 == 0:
            shares[f"mix {dssim} {l1}"] = (dssim, l1 * (1 - dssim), (1 - l1) * (1 - dssim))
    return shares


MIXES = _mixes()
TRIALS: dict[str, dict[str, Any]] = {  # name → what it changes, of `train_trial` or the model
    "base": {},
    "own frames": {"future": 3},
    "one from three": {"frames_in": (3,)},
    "three at once": {"frames_in": (3,), "ahead": 3, "future": 3},
    **{name: {"data": "colour", "mix": mix} for name, mix in MIXES.items()},
    "bilinear": {"upsampling": "bilinear"},
    "nearest": {"upsampling": "nearest"},
    "none": {"upsampling": "none"},
    "actions": {"data": "actions"},
    "clipped": {"clip": True},
    "5 clips": {"clips": 5},
    "20 clips": {"clips": 20},
    "40 clips": {"clips": 40},
    "25, 15, 10": {"rates": (25, 15, 10)},
    "mixed rates": {"rates": (25, 15, 10), "mixed": True},
    "any length": {"frames_in": tuple(range(2, FIRST + 1))},
    "nowhere": {"places": "none"},
    "coordinates": {"places": "coordinates"},
    "half L1": {"mix": (0.1, 0.5, 0.4)},
    "from three, own frames": {"frames_in": (3,), "future": 3},
    "fine rung alone": {"rungs": 1, "width": 11},
    "three rungs": {"rungs": 3, "width": 7},
    "copy path": {"data": "colour", "mix": (0.0, 0.0, 1.0), "identity": True, "rate": 3e-3},
    "slow L2": {"data": "colour", "mix": (0.0, 0.0, 1.0), "rate": 3e-3},  # its fair rival
    **{
        f"photo {way}": {
            "data": "colour",
            "mix": (0.0, 0.0, 1.0),
            "upsampling": way,
            "watched": True,
        }
        for way in ("shuffle", "nearest", "none")
    },
}
MOMENTS = (0.02, 0.1, 0.3, 1.0)  # of a watched training, in parts: when the grid is looked at
MORE_SEEDS = {
    "25, 15, 10": 2,
    "mixed rates": 2,
    "copy path": 2,
    "slow L2": 2,
}  # than the other trials have
SIZES = {
    "smoke": {"side": 16, "steps": 2, "batch": 2, "tests": 5, "seeds": 1, "head": 2},
    "laptop": {"side": 24, "steps": 300, "batch": 8, "tests": 100, "seeds": 3, "head": 150},
}


def circles(numbers: Sequence[float], side: int, frames: int) -> Tensor:
    """Clips of a circle that goes sideways, one for each number: uint8 (T, B, S, S)."""
    n, t = torch.tensor(numbers)[:, None, None], torch.arange(frames)[:, None, None, None]
    line = torch.arange(side)
    x, y = 0.37 * side * n + (1 + n / 8) * t, side * (0.3 + n / 12)
    across = (line - x + side / 2) % side - side / 2  # out on one side is in on the other
    return ((side / 6 - torch.hypot(line[:, None] - y, across)).clamp(0, 1) * 255).byte()


def recall(seen: Tensor, stored: Tensor, ahead: int) -> Tensor:
    """What followed the moment of stored clips (T, N, S, S) that is most like what is seen.

    seen: (L, B, S, S). Returns (ahead, B, S, S); alike is the least squared error over L frames.
    """
    windows = stored.unfold(0, len(seen) + ahead, 1).flatten(0, 1).movedim(-1, 0)
    here, there = (x.transpose(0, 1).flatten(1) for x in (seen, windows[: len(seen)]))
    return windows[len(seen) :, torch.cdist(here, there).argmin(1)]


def open_clips(data: str, split: str, side: int, rate: float = 10.0) -> Any:
    """Clips of FIRST + AHEAD frames, by `.batch(index, B)`; rate: frames a second, of digits."""
    T, seed = FIRST + AHEAD, int(split == "test")
    if data == "colour":
        return CameraPatches(split, side, T, 3, seed)
    digits = load_digits("embedded", split)
    if data == "actions":
        return MovingActions(digits, side, T, side // 3, seed=seed)
    return BouncingDigits(digits, 1, side, T, side * 7 // 12, 1 / rate, seed)


def train_trial(
    size: dict[str, int],
    seed: int,
    data: str = "digits",
    clips: int = 0,
    rates: tuple[float, ...] = (10.0,),
    frames_in: tuple[int, ...] = (5,),
    future: int = 1,
    mix: tuple[float, ...] = MIX,
    mixed: bool = False,
    rate: float = 1e-2,
    look: Callable[[int, Ladder], Any] = lambda step, model: None,
    **of_model: Any,
) -> Ladder:
    """A ladder, of two rungs if nothing else is said, trained as a trial says, in evaluation mode.

    clips: how many there are to train on; 0: endless. rates: frames a second, one after the other,
    or in turn if `mixed`. rate: of learning. look: is called with the steps done, and the model.
    """
    steps = size["steps"]
    of_model = {"rungs": 2, "seed": seed, **of_model}
    model = Ladder(size["side"], 3 if data == "colour" else 1, **of_model)
    sources = [open_clips(data, "train", size["side"], each) for each in rates]
    few = sources[0].batch(0, clips) if clips else None
    draw = torch.Generator().manual_seed(seed)

    def batch(step: int) -> Tensor:
        look(step, model)
        if few is not None:
            return few[:, torch.randint(clips, (size["batch"],), generator=draw)]
        part = step if mixed else step * len(sources) // steps
        source = sources[part % len(sources)]
        return source.batch(seed * steps + step, size["batch"])

    how: dict[str, Any] = {"frames_in": frames_in, "future": future, "mix": mix, "rate": rate}
    train_ladder(model, batch, steps, **how)
    look(steps, model)
    return model.eval()


def train_on(settings: Settings, note: str = "", **of_model: Any) -> Ladder:
    """A ladder trained on the data of `settings`: half of the past is seen, the future predicted
    and fed back. In evaluation mode.
    """
    data, unseen = open_data(settings), settings.frames_in // 2
    model = Ladder(settings.image_size, settings.channels, seed=settings.seed, **of_model)
    train_ladder(
        model,
        lambda step: data.batch(step, settings.batch_size)[unseen:],
        settings.steps or 0,
        frames_in=(settings.frames_in - unseen,),
        future=settings.frames_out,
        rate=settings.learning_rate,
        note=note,
    )
    return model.eval()


@torch.inference_mode()
def score_on(model: Ladder, settings: Settings, sequences: int) -> dict[str, Any]:
    """Squared error per frame of held-out futures, mean and step by step; of baselines, too."""
    frames = to_unit(evaluation.heldout_data(settings).batch(0, sequences))
    past, later = frames.tensor_split([settings.frames_in])
    predicted = torch.cat([model(part, len(later)) for part in past.split(100, 1)], 1)
    errors = metrics.squared_error(predicted, later).mean(1)  # (T,)
    levels = evaluation.baselines(settings, sequences)
    return {
        "mse": errors.mean().item(),
        "per_step": errors.tolist(),
        "baselines": {name: {"mse": levels[name]["mse"]} for name in ("copy_last", "mean_image")},
    }


def run_trial(name: str, size: dict[str, int], seed: int) -> dict[str, Any]:
    """Train one and score it, on held-out clips and on those that it was trained on."""
    changes, moments = dict(TRIALS[name]), []
    is_watched = changes.pop("watched", False)
    data = changes.get("data", "digits")
    tests = to_unit(open_clips(data, "test", size["side"]).batch(0, size["tests"]))
    when = {max(1, round(part * size["steps"])) for part in MOMENTS}

    def look(step: int, model: Ladder) -> None:
        if is_watched and step in when:
            moments.append({"step": step, **score_grid(model, tests)})

    started = time.process_time()
    model = train_trial(size, seed, look=look, **changes)
    seconds = time.process_time() - started
    count = changes.get("clips", size["tests"])
    own = to_unit(open_clips(data, "train", size["side"]).batch(0, count))
    frames_in = changes.get("frames_in", (5,))[0]
    scores = score(model, tests, frames_in)
    scores["trained on"] = score(model, own, frames_in)["mse"]
    scores["seconds"] = seconds
    scores["parameters"] = sum(p.numel() for p in model.parameters())
    if moments:
        scores["moments"] = moments
    if name in ("base", "any length"):
        scores["lengths"] = [score(model, tests, n)["mse"][0] for n in range(1, FIRST + 1)]
    if data == "actions":
        clips = {split: open_clips(data, split, size["side"]) for split in ("train", "test")}
        scores["actions"] = name_actions(model, clips, size, seed)
        random = Ladder(size["side"], 1, 2, seed=seed)
        scores["actions, random"] = name_actions(random, clips, size, seed)
    model.clip = not model.clip
    scores["clip changed"] = score(model, tests, frames_in)["mse"]
    return scores


@torch.inference_mode()
def score_grid(model: Ladder, frames: Tensor) -> dict[str, Any]:
    """Grids in the first frame predicted from five of clips (T, B, …), and that of a few clips."""
    predicted = model(frames[FIRST - 5 : FIRST], 1)[0]
    stored = (predicted[:SHOWN].clamp(0, 1) * 255).byte().numpy()
    grids = {"checks": chessboard(predicted), "blocks": blocks(predicted)}
    return {**grids, "seen": pack_frames(stored)}


@torch.inference_mode()
def score(model: Any, frames: Tensor, frames_in: int) -> dict[str, Any]:
    """How clips (T, B, …) in [0, 1] are continued from their last frames before FIRST."""
    truth = frames[FIRST:]
    predicted = model(frames[FIRST - frames_in : FIRST], len(truth))
    stored = predicted[: 9 if frames.dim() == 4 else 3, :SHOWN].clamp(0, 1) * 255
    scores = {
        "mse": metrics.squared_error(predicted, truth).mean(1).tolist(),
        "dssim": (1 - metrics.ssim(predicted, truth)).mean(1).tolist(),
        "checks": chessboard(predicted[0]),
        "blocks": blocks(predicted[0]),
        "contours": explained(predicted[0].diff(dim=-1), truth[0].diff(dim=-1)),
        "shown": pack_frames(stored.byte().numpy()),
    }
    if frames.dim() == 5:
        scores["colours"] = explained(colours_of(predicted[0]), colours_of(truth[0]))
    return scores


def colours_of(frames: Tensor) -> Tensor:
    """What is left of pixels (…, C, S, S) when their mean over the channels is taken away."""
    return frames - frames.mean(-3, keepdim=True)


def explained(predicted: Tensor, truth: Tensor) -> float:
    """1 if equal, 0 if no better than nothing at all."""
    return (1 - (predicted - truth).square().sum() / truth.square().sum()).item()


def chessboard(frames: Tensor) -> float:
    """Share of the power of frames (…, S, S) in waves of two pixels: a fine chessboard."""
    power = torch.fft.fft2(frames - frames.mean((-2, -1), keepdim=True)).abs().square()
    half = frames.shape[-1] // 2
    return ((power[..., half, :].sum() + power[..., half].sum()) / (power.sum() + TINY)).item()


def blocks(frames: Tensor) -> float:
    """How much smaller steps are within pairs of pixels than between: 0 as in nature, 1 blocks."""
    steps = frames.diff(dim=-1).square() + TINY
    return (1 - steps[..., ::2].mean() / steps[..., 1::2].mean()).item()


def plan(size: dict[str, int]) -> list[dict[str, Any]]:
    """All trials of a seed, then those of the next."""
    points = []
    for seed in range(size["seeds"] + max(MORE_SEEDS.values())):
        for name in TRIALS:
            if seed < size["seeds"] + MORE_SEEDS.get(name, 0):
                points.append({"seed": seed, "trial": name})
    return points


def run(scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    """All trials of `plan`; one that is done is not done again."""
    size = SIZES[scale]
    levels = {data: baselines(data, size) for data in ("digits", "colour", "actions")}
    result: dict[str, Any] = {"scale": scale, "size": size, "baselines": levels, "trials": {}}
    result["made"] = {"seeds": list(range(size["seeds"] + max(MORE_SEEDS.values())))}
    points = plan(size)
    log = out / "runs" / f"ladder-{scale}.jsonl"

    def work(point: dict[str, Any]) -> dict[str, Any]:
        scores = run_trial(point["trial"], size, point["seed"])
        if point["seed"]:  # frames of the first seed will do
            del scores["shown"]
            for moment in scores.get("moments", []):
                del moment["seen"]
        return scores

    for row, is_new in resume_trials(log, points, work):
        seed, name = row.pop("seed"), row.pop("trial")
        result["trials"][f"{name}/{seed}"] = row
        if is_new:
            yield f"{name}, seed {seed}: {row['mse'][0]:.2f}, {row['seconds']:.0f} s"
    return result


def baselines(data: str, size: dict[str, int]) -> dict[str, dict[str, Any]]:
    """Scores of what predicts the same frame, or frames, for all clips; of the truth, too."""
    tests, own = (
        to_unit(open_clips(data, split, size["side"]).batch(0, size["tests"]))
        for split in ("test", "train")
    )
    fixed = {
        "copy last": tests[FIRST - 1],
        "mean image": own.mean((0, 1)),
        "truth": tests[FIRST:],
    }
    return {name: score(partial(_repeat, frame), tests, 1) for name, frame in fixed.items()}


def _repeat(frame: Tensor, past: Tensor, future: int) -> Tensor:
    return frame.expand(future, *past.shape[1:])
