"""Fully connected against convolutional on the same films: at equal parameters, steps and time.

Shi et al. 2015 (arXiv:1506.04214) keep a state of maps and let every place see its neighbours only;
Srivastava et al. 2015 keep a vector that sees all pixels. Their published figures are of different
films, so both are trained here on the same ones.

T time, N films, D digits in a frame, S side of a frame.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch

from lstm_video_lab import evaluation, metrics, plots, training
from lstm_video_lab.data import BouncingDigits, load_digits
from lstm_video_lab.data.digits import Digits
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.files import store_result, write_whole
from lstm_video_lab.models import VideoModel
from lstm_video_lab.plots.canvas import levels_of
from lstm_video_lab.settings import Settings
from lstm_video_lab.training import checkpoints
from lstm_video_lab.training import runs as common

SEEDS = (0, 1, 2)
# Rates: of 0.003, 0.006 and 0.012 the best, or within a nat of it, in a shorter run of one seed.
CONV: dict[str, Any] = {"cell": "convlstm", "units": 16, "learning_rate": 6e-3}
FEW: dict[str, Any] = {"units": 16, "learning_rate": 12e-3}  # as many parameters, at 32×32 pixels
MANY: dict[str, Any] = {"units": 256, "learning_rate": 6e-3}  # 23 times as many
ALONE = {"predict": False}  # an autoencoder, as in the lab report
# name -> (model, whether it trains for the seconds of "conv" instead of its steps)
RUNS: dict[str, tuple[dict[str, Any], bool]] = {
    "conv": (CONV, False),
    "few, equal steps": (FEW, False),
    "few, equal time": (FEW, True),
    "many, equal steps": (MANY, False),
    "many, equal time": (MANY, True),
    "conv, kernel 3": ({**CONV, "kernel_size": 3}, False),
    "conv, kernel 1": ({**CONV, "kernel_size": 1}, False),
    "conv autoencoder": ({**CONV, **ALONE}, False),
    "many autoencoder": ({**MANY, **ALONE}, True),
}
LABELS = {  # for pictures
    "conv": "16 maps, kernel 5",
    "few, equal steps": "16 units, equal steps",
    "few, equal time": "16 units, equal time",
    "many, equal steps": "256 units, equal steps",
    "many, equal time": "256 units, equal time",
    "conv, kernel 3": "16 maps, kernel 3",
    "conv, kernel 1": "16 maps, kernel 1",
}
STEPS = 400  # of "conv"
ROUNDS = 6  # looks at the clock

PUBLISHED = {  # nats per frame of 64×64 pixels, and parameters
    "FC, Srivastava et al.": (341.2, 234_975_232),
    "FC, as Shi et al. trained it": (483.249, 142_667_776),
    "ConvLSTM, Shi et al.": (367.085, 7_585_296),
}
LAB_REPORT = {"500 units": 0.027440, "1500 units": 0.025928, "2500 units": 0.019883}  # per pixel
SHI_SPEED = (3 / 36, 5 / 36)  # 3 to 5 pixels a frame, in parts of the box of 64 − 28 pixels
SHI_DIGITS = 500  # all of its films are made of so many digits, those for testing as well


def settings_for(name: str, scale: str, seed: int = 0, steps: int = STEPS) -> Settings:
    """One model of RUNS. The batch is small, so that a convolutional model takes many steps."""
    changes: dict[str, Any] = {**RUNS[name][0], "seed": seed}
    if scale != "smoke":
        changes |= {"batch_size": 16, "steps": steps, "validate_every": 50}
    return Settings.for_scale(scale, **changes)


def clock(scale: str, rounds: int = ROUNDS) -> dict[str, float]:
    """Seconds of a training step of every model: medians, taken in turns, so that whatever else
    the machine does slows all of them alike.
    """
    runs = {name: training.train(settings_for(name, scale)) for name in RUNS}
    spent: dict[str, list[float]] = {name: [] for name in RUNS}
    for name, run in runs.items():
        spent[name].append(next(run).seconds)  # the first step also prepares
    for _ in range(rounds):
        for name, run in runs.items():
            spent[name].append(next(run).seconds)
    for run in runs.values():
        run.close()
    return {name: median(np.diff(seconds)) for name, seconds in spent.items()}


def run(scale: str, out: Path) -> Iterator[str]:
    """Train every model from every seed, score it, and store."""
    told = out / "runs" / "convolution-clock.json"
    if not told.is_file():  # a run that is resumed goes on for the steps that it was given
        told.parent.mkdir(parents=True, exist_ok=True)
        write_whole(told, json.dumps(clock(scale)))
    seconds, models = json.loads(told.read_text()), {}
    for name, (_, by_time) in RUNS.items():
        steps = round(STEPS * seconds["conv"] / seconds[name]) if by_time else STEPS
        runs = []
        for seed in SEEDS:
            settings = settings_for(name, scale, seed, steps)
            folder = (
                out / "runs" / f"convolution-{name.replace(', ', '-').replace(' ', '-')}-{seed}"
            )
            runs.append((yield from common.train_and_score(settings, folder)))
        models[name] = _together(runs)
        if not settings.predict or name == "conv":
            model = checkpoints.load_model(folder)
            models[name]["examples"] = common.example_frames(model, settings)
        yield f"{name}: {steps} steps, {models[name]['future'] or models[name]['reconstruction']}"
    result = {
        "scale": scale,
        "step_seconds": {name: round(value, 4) for name, value in seconds.items()},
        "models": models,
        "baselines": evaluation.baselines(settings_for("conv", scale)),
    }
    yield store_result(out, "convolution", result, _picture(result).png)


def _together(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The runs of one model from all seeds: lists of their scores, the means of their curves."""
    first = runs[0]
    parts = {
        part: [
            {key: round(run["report"][part][key], 3) for key in ("cross_entropy", "mse")}
            for run in runs
        ]
        for part in ("future", "reconstruction")
        if first["report"][part]
    }
    curve = {
        part: np.mean([run["curve"][part] for run in runs], 0).round(2).tolist() for part in parts
    }
    return {
        **{key: first[key] for key in ("settings", "parameters", "steps")},
        "seeds": len(runs),
        "future": None,
        **parts,
        "curve": {"step": first["curve"]["step"], **curve},
    }


def spread(model: dict[str, Any], part: str = "future", key: str = "cross_entropy"):
    """(mean, standard deviation) over seeds."""
    values = [score[key] for score in model[part]]
    return float(np.mean(values)), float(np.std(values, ddof=1))


def _picture(result: dict[str, Any]) -> plots.Picture:
    rivals = [name for name, model in result["models"].items() if model["future"]]
    scores = [spread(result["models"][name]) for name in rivals]
    return plots.bars(
        [LABELS[name] for name in rivals],
        [mean for mean, _ in scores],
        [deviation for _, deviation in scores],
        levels_of(result["baselines"]),
        title=f"Future cross-entropy, {len(SEEDS)} seeds ({result['scale']} scale)",
    )


def worlds(settings: Settings) -> dict[str, tuple[BouncingDigits, BouncingDigits]]:
    """Name -> (films to judge by, films for the mean image), from the one paper's data to the
    other's: first the speed alone differs, then the digits as well.
    """
    s, train, test = settings, load_digits(settings.digits), load_digits(settings.digits, "test")
    fixed = Digits(train.images[:SHI_DIGITS], train.labels[:SHI_DIGITS])

    def films(digits: Digits, speed, seed: int) -> BouncingDigits:
        frames = s.frames_in + s.frames_out
        size = (s.num_digits, s.image_size, frames, s.digit_size)
        return BouncingDigits(digits, *size, speed, seed)

    judged, others = evaluation.HELDOUT_SEED, evaluation.HELDOUT_SEED + 1
    return {
        "one speed, unseen digits": (films(test, 0.1, judged), films(train, 0.1, others)),
        "range of speeds, unseen digits": (
            films(test, SHI_SPEED, judged),
            films(train, SHI_SPEED, others),
        ),
        f"range of speeds, {len(fixed.labels)} known digits": (
            films(fixed, SHI_SPEED, judged),
            films(fixed, SHI_SPEED, others),
        ),
    }


def judge(model: VideoModel, settings: Settings, films: int) -> dict[str, dict[str, float]]:
    """One model on each world: its nats and squared error per frame with the standard error over
    films, and the world's bound, mean image and copied last frame on the same films.
    """
    found = {}
    for name, (data, others) in worlds(settings).items():
        score = evaluation.score(model, data, settings.frames_in, films)["future"]
        frames = to_unit(data.batch(0, films))  # (T, N, H, W)
        seen, later = frames[: settings.frames_in], frames[settings.frames_in :]
        known = to_unit(others.batch(0, 1000))
        mean = ((known.sum((0, 1)) + 0.5) / (known[:, :, 0, 0].numel() + 1)).expand_as(later)
        nats = score["cross_entropy"].mean(0)  # (N,)
        found[name] = {
            "nats": nats.mean().item(),
            "stderr": (nats.std() / len(nats) ** 0.5).item(),
            "mse": score["mse"].mean().item(),
            "bound": metrics.entropy(later).mean().item(),
            "mean image": metrics.cross_entropy_of_probability(mean, later).mean().item(),
            "copy last mse": metrics.squared_error(seen[-1:].expand_as(later), later).mean().item(),
        }
    return found


@torch.inference_mode()
def spread_of_a_pixel(
    model: VideoModel, frames: torch.Tensor, pixel: tuple[int, int], amount: float = 0.5
) -> np.ndarray:
    """How far a change of one pixel of the first frame gets: |change of h| of the encoder's last
    layer, (T, h, w) for a ConvLSTM, the largest over channels; (T, 1, 1) for an LSTM.

    frames: (T, H, W) in [0, 1].
    """
    pair = torch.stack([frames, frames], 1)  # (T, 2, H, W)
    pair[0, 1, pixel[0], pixel[1]] += amount
    last = model.encoder.unroll(model._to_vectors(pair))[0][-1]  # (T, 2, C, …)
    change = (last[:, 1] - last[:, 0]).abs().amax(1)  # (T, …)
    return change.reshape(len(frames), *(change.shape[1:] or (1, 1))).numpy()


def horizon(kernel_size: int, layers: int, steps: int) -> int:
    """Patches that a change can be away from where it was made, after so many further steps.

    A convolution sees (K − 1)/2 patches to each side. In the step itself a change passes the L
    input convolutions, one after the other; each further step adds one state convolution.
    """
    return (kernel_size - 1) // 2 * (layers + steps)
