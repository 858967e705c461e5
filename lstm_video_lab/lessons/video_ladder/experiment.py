"""The video ladder: what its report found, each finding as one change of the same small trial.

A trial trains a ladder, has it continue held-out films and keeps its errors: squared ones are per
frame, DSSIM is 1 − SSIM. `lstm-video-lab experiment ladder --out DIR` goes on where it was cut off.

T frames, B films, S side of a frame, N frames of any kind.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import product
from operator import getitem
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstm_video_lab import evaluation, metrics, plots
from lstm_video_lab.data import BouncingDigits, load_digits
from lstm_video_lab.data.actions import ACTIONS, MovingActions
from lstm_video_lab.data.frames import pack_frames, to_unit
from lstm_video_lab.data.patches import CameraPatches
from lstm_video_lab.data.sources import open_data
from lstm_video_lab.files import store_result
from lstm_video_lab.lessons.video_ladder.model import MIX, Ladder, train_ladder
from lstm_video_lab.settings import Settings
from lstm_video_lab.training.fit import fit
from lstm_video_lab.training.trials import mean_and_std, resume_trials

FIRST, AHEAD, SHOWN = (
    8,
    9,
    2,
)  # first predicted frame (from 0), frames predicted, films stored
TINY = 1e-12  # keeps shares of nothing finite
HALF = (0.0, 0.5, 1.0)  # shares of DSSIM, and of L1 in what is left
MIXES = {f"mix {a} {b}": (a, b * (1 - a), (1 - b) * (1 - a))
         for a in HALF for b in HALF if a < 1 or b == 0}  # fmt: skip
TRIALS: dict[str, dict[str, Any]] = {  # name → what it changes, of the data, training or model
    "base": {}, "own frames": {"future": 3}, "one from three": {"seen": (3,)},
    "three at once": {"seen": (3,), "ahead": 3, "future": 3},
    **{name: {"data": "colour", "mix": mix} for name, mix in MIXES.items()},
    "bilinear": {"upsampling": "bilinear"}, "nearest": {"upsampling": "nearest"},
    "none": {"upsampling": "none"}, "actions": {"data": "actions"}, "clipped": {"clip": True},
    "5 films": {"films": 5}, "20 films": {"films": 20}, "40 films": {"films": 40},
    "25, 15, 10": {"rates": (25, 15, 10)}, "any length": {"seen": tuple(range(2, FIRST + 1))},
    "nowhere": {"places": "none"}, "coordinates": {"places": "coordinates"},
    "half L1": {"mix": (0.1, 0.5, 0.4)},
}  # fmt: skip
SIZES = {
    "smoke": {"side": 16, "steps": 2, "batch": 2, "tests": 5, "seeds": 1, "head": 2},
    "laptop": {"side": 24, "steps": 300, "batch": 8, "tests": 100, "seeds": 3, "head": 150},
}


def circles(numbers: Sequence[float], side: int, frames: int) -> Tensor:
    """Films of a circle that goes sideways, one for each number: uint8 (T, B, S, S)."""
    n, t = torch.tensor(numbers)[:, None, None], torch.arange(frames)[:, None, None, None]
    line = torch.arange(side)
    x, y = 0.37 * side * n + (1 + n / 8) * t, side * (0.3 + n / 12)
    across = (line - x + side / 2) % side - side / 2  # out on one side is in on the other
    return ((side / 6 - torch.hypot(line[:, None] - y, across)).clamp(0, 1) * 255).byte()


def world(data: str, split: str, side: int, rate: float = 10.0) -> Any:
    """Films of FIRST + AHEAD frames, by `.batch(index, B)`; rate: frames a second, of digits."""
    T, seed = FIRST + AHEAD, int(split == "test")
    if data == "colour":
        return CameraPatches(split, side, T, 3, seed)
    digits = load_digits("embedded", split)
    if data == "actions":
        return MovingActions(digits, side, T, side // 3, seed=seed)
    return BouncingDigits(digits, 1, side, T, side * 7 // 12, 1 / rate, seed)


def teach(
    size: dict[str, int], seed: int, data: str = "digits", films: int = 0,
    rates: tuple[float, ...] = (10.0,), seen: tuple[int, ...] = (5,), future: int = 1,
    mix: tuple[float, ...] = MIX, **of_model: Any,
) -> Ladder:  # fmt: skip
    """A ladder of two rungs that learnt as a trial says, in evaluation mode."""
    model = Ladder(size["side"], 3 if data == "colour" else 1, 2, seed=seed, **of_model)
    worlds = [world(data, "train", size["side"], rate) for rate in rates]
    few = worlds[0].batch(0, films) if films else None
    draw = torch.Generator().manual_seed(seed)

    def batch(step: int) -> Tensor:
        if few is not None:
            return few[:, torch.randint(films, (size["batch"],), generator=draw)]
        now = worlds[step * len(worlds) // size["steps"]]
        return now.batch(seed * size["steps"] + step, size["batch"])

    train_ladder(model, batch, size["steps"], seen=seen, future=future, mix=mix)
    return model.eval()


def teach_films(settings: Settings, note: str = "", **of_model: Any) -> Ladder:
    """A ladder that learnt the films of `settings`: half of the past seen, the future foreseen and
    fed back. In evaluation mode.
    """
    films, unseen = open_data(settings), settings.frames_in // 2
    model = Ladder(settings.image_size, settings.channels, seed=settings.seed, **of_model)
    train_ladder(
        model,
        lambda step: films.batch(step, settings.batch_size)[unseen:],
        settings.steps or 0,
        seen=(settings.frames_in - unseen,),
        future=settings.frames_out,
        rate=settings.learning_rate,
        note=note,
    )
    return model.eval()


@torch.inference_mode()
def score_films(model: Ladder, settings: Settings, films: int) -> dict[str, Any]:
    """Squared error per frame of held-out futures, all told and step by step; of baselines, too."""
    frames = to_unit(evaluation.heldout_data(settings).batch(0, films))
    past, later = frames.tensor_split([settings.frames_in])
    given = torch.cat([model(part, len(later)) for part in past.split(100, 1)], 1)
    errors = metrics.squared_error(given, later).mean(1)  # (T,)
    levels = evaluation.baselines(settings, films)
    return {
        "mse": errors.mean().item(),
        "per_step": errors.tolist(),
        "baselines": {name: {"mse": levels[name]["mse"]} for name in ("copy_last", "mean_image")},
    }


def trial(name: str, size: dict[str, int], seed: int) -> dict[str, Any]:
    """Train one and score it, on held-out films and on those that taught it."""
    changes, started = TRIALS[name], time.process_time()
    model = teach(size, seed, **changes)
    seconds, data = time.process_time() - started, changes.get("data", "digits")
    tests = to_unit(world(data, "test", size["side"]).batch(0, size["tests"]))
    count = changes.get("films", size["tests"])
    own = to_unit(world(data, "train", size["side"]).batch(0, count))
    seen = changes.get("seen", (5,))[0]
    found = score(model, tests, seen) | {"taught": score(model, own, seen)["mse"]}
    found |= {"seconds": seconds, "parameters": sum(p.numel() for p in model.parameters())}
    if name in ("base", "any length"):
        found["lengths"] = [score(model, tests, n)["mse"][0] for n in range(1, FIRST + 1)]
    if data == "actions":
        found["actions"] = read_out(model, size, seed)
        found["actions, random"] = read_out(Ladder(size["side"], 1, 2, seed=seed), size, seed)
    model.clip = not model.clip
    return found | {"clip changed": score(model, tests, seen)["mse"]}


@torch.inference_mode()
def score(model: Any, frames: Tensor, seen: int) -> dict[str, Any]:
    """How films (T, B, …) in [0, 1] are continued from their `seen` frames before FIRST."""
    truth = frames[FIRST:]
    given = model(frames[FIRST - seen : FIRST], len(truth))
    found = {
        "mse": metrics.squared_error(given, truth).mean(1).tolist(),
        "dssim": (1 - metrics.ssim(given, truth)).mean(1).tolist(),
        "checks": checks(given[0]),
        "blocks": blocks(given[0]),
        "contours": explained(given[0].diff(dim=-1), truth[0].diff(dim=-1)),
        "shown": pack_frames(
            (given[: 9 if frames.dim() == 4 else 3, :SHOWN].clamp(0, 1) * 255).byte().numpy()
        ),
    }
    if frames.dim() == 5:
        found["colours"] = explained(*(f - f.mean(1, keepdim=True) for f in (given[0], truth[0])))
    return found


def explained(given: Tensor, truth: Tensor) -> float:
    """1 if equal, 0 if no better than nothing at all."""
    return (1 - (given - truth).square().sum() / truth.square().sum()).item()


def checks(frames: Tensor) -> float:
    """Share of the power of frames (…, S, S) in waves of two pixels: a fine chessboard."""
    power = torch.fft.fft2(frames - frames.mean((-2, -1), keepdim=True)).abs().square()
    half = frames.shape[-1] // 2
    return ((power[..., half, :].sum() + power[..., half].sum()) / (power.sum() + TINY)).item()


def blocks(frames: Tensor) -> float:
    """How much smaller steps are within pairs of pixels than between: 0 as in nature, 1 blocks."""
    steps = frames.diff(dim=-1).square() + TINY
    return (1 - steps[..., ::2].mean() / steps[..., 1::2].mean()).item()


def read_out(model: Ladder, size: dict[str, int], seed: int) -> dict[str, float]:
    """Which action is it? Accuracy in % of a small head on the states after the last frame.

    deepest: h of the coarsest rung; subsampled: h of all rungs, averaged over 3 × 3 areas; both.
    """
    seen, answers = {}, {}
    for split, count in (("train", 5 * size["tests"]), ("test", 2 * size["tests"])):
        made = world("actions", split, size["side"])
        with torch.no_grad():
            states = model.watch(to_unit(made.batch(0, count)[:, :, None]))[-1]
        small = [F.adaptive_avg_pool2d(h, 3).flatten(1) for rung in states for h in rung]
        parts = {"deepest": [h.flatten(1) for h in states[-1]], "subsampled": small}
        parts["both"] = [*parts["deepest"], *small]
        seen[split] = {name: torch.cat(part, 1) for name, part in parts.items()}
        answers[split] = made.labels(0, count)
    found, truth = {}, answers["train"]
    for name, norm, drop in product(parts, (0, 1), (0, 1)):
        x = seen["train"][name]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            head = nn.Sequential(
                *[nn.BatchNorm1d(x.shape[1])] * norm, nn.Linear(x.shape[1], 64), nn.ReLU(),
                *[nn.Dropout()] * drop, nn.Linear(64, len(ACTIONS)),
            )  # fmt: skip
            loss = lambda _, h=head, x=x: F.cross_entropy(h(x), truth)  # noqa: E731
            fit(head.parameters(), loss, size["head"], 3e-3)
        right = head.eval()(seen["test"][name]).argmax(1) == answers["test"]
        words = ", ".join([name, *["batch norm"] * norm, *["dropout"] * drop])
        found[words] = 100 * right.float().mean().item()
    return found


def run(scale: str, out: Path) -> Iterator[str]:
    """All trials of a seed, then those of the next; one that is done is not done again."""
    if scale not in SIZES:
        raise ValueError(f"the ladder has no scale {scale!r}: choose one of {', '.join(SIZES)}")
    size = SIZES[scale]
    result: dict[str, Any] = {"scale": scale, "size": size, "baselines": {}, "trials": {}}
    for data in ("digits", "colour", "actions"):
        tests, own = (to_unit(world(data, split, size["side"]).batch(0, size["tests"]))
                      for split in ("test", "train"))  # fmt: skip
        fixed = {
            "copy last": tests[FIRST - 1],
            "mean image": own.mean((0, 1)),
            "truth": tests[FIRST:],
        }
        result["baselines"][data] = {
            name: score(lambda past, n, x=x: x.expand(n, *past.shape[1:]), tests, 1)
            for name, x in fixed.items()
        }
    points = [{"seed": s, "trial": name} for s, name in product(range(size["seeds"]), TRIALS)]
    log = out / "runs" / f"ladder-{scale}.jsonl"

    def work(point: dict[str, Any]) -> dict[str, Any]:
        found = trial(point["trial"], size, point["seed"])
        if point["seed"]:  # frames of the first seed will do
            del found["shown"]
        return found

    for row, is_new in resume_trials(log, points, work):
        seed, name = row.pop("seed"), row.pop("trial")
        result["trials"][f"{name}/{seed}"] = row
        if is_new:
            yield f"{name}, seed {seed}: {row['mse'][0]:.2f}, {row['seconds']:.0f} s"
    yield store_result(out, "ladder", result, draw(result, {"base": "base"}).png)


def gather(result: dict[str, Any], name: str, *keys: Any) -> tuple[float, float, int]:
    """Mean and spread (standard deviation) of a figure of a trial, and over how many seeds."""
    runs = [found for key, found in result["trials"].items() if key.rsplit("/", 1)[0] == name]
    values = [reduce(getitem, keys, found) for found in runs]
    return *mean_and_std(values), len(values)


def draw(result: dict[str, Any], names: dict[str, str], text: str = "") -> plots.Picture:
    """Error at the first predicted frame of trials, name → words, between their baselines."""
    centres, spreads, _ = zip(*(gather(result, n, "mse", 0) for n in names), strict=True)
    levels = result["baselines"]["digits"]
    levels = {name: levels[name]["mse"][0] for name in ("copy last", "mean image")}
    words = list(names.values())
    return plots.bars(words, centres, spreads, levels, text, ylabel="squared error per frame")
