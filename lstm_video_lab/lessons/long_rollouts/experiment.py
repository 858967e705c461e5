"""A model that learnt to predict ten frames runs on for a hundred: what is lost, and what goes on?

Each rollout is judged frame by frame, and its units' activity is searched for a period. Beside a
model stand two controls: the same net with random weights, and with its own weights shuffled.

T frames or steps, B sequences, H × W the size of a frame, U units, K lags.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lstm_video_lab import evaluation, metrics, plots, pretrained
from lstm_video_lab.data.frames import pack_frames, to_unit
from lstm_video_lab.files import store_result
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings
from lstm_video_lab.training import checkpoints, runs

BOX = {"box": "composite-two-digits"}  # name of a model here -> its name in the box
STEPS, UNITS = 100, 200
WINDOWS = {"first half": (0, STEPS // 2), "second half": (STEPS // 2, STEPS)}
LAGS = 35  # the longest lag that half a rollout is searched for
NEAR = 0.8  # of the highest peak: so high is the one that counts, at the least
PERIODIC = 0.5  # height of the peak from which a sequence counts as periodic
TRAINED = ("unconditional", "conditional", "longer")  # one digit, equal steps


def settings_for(name: str, scale: str) -> Settings:
    """Future predictors of one digit; "longer" is trained on three times as many frames."""
    s = Settings.for_scale(scale, reconstruct=False)
    if scale != "smoke":
        s = s.changed(steps=4000, validate_every=500)
    if name == "longer":
        return s.changed(frames_out=3 * s.frames_out)
    return s.changed(conditional="future" if name == "conditional" else False)


def world(settings: Settings, steps: int = STEPS) -> Settings:
    """The settings' world with `steps` frames to come, and digits that need no download."""
    return settings.changed(frames_out=steps, digits="embedded")


def controls(model: VideoModel, seed: int = 0) -> dict[str, VideoModel]:
    """The same net with random first weights, and with its trained weights shuffled.

    Shuffled: each matrix keeps its numbers, and so their size, but not their places.
    """
    made = {name: VideoModel(**vars(model.settings), seed=seed) for name in ("random", "shuffled")}
    draw = torch.Generator().manual_seed(seed)
    mixed = {
        name: w.flatten()[torch.randperm(w.numel(), generator=draw)].view_as(w)
        for name, w in model.state_dict().items()
    }
    made["shuffled"].load_state_dict(mixed)
    return {name: control.eval() for name, control in made.items()}


@torch.inference_mode()
def roll_out(model: VideoModel, seen: Tensor, steps: int = STEPS) -> tuple[Tensor, Tensor]:
    """Frames (T, B, H, W) in [0, 1] -> what the model dreams, and what its decoder's units do.

    Returns logits (steps, B, H, W), and the outputs (steps, B, U) of all that is read: the last
    layer, or every map of a ConvLSTM.
    """
    decoder: Any = model.decoders["future"]
    read: list[Tensor] = []
    batch = seen.shape[1]
    hook = decoder.readout.register_forward_pre_hook(lambda _, given: read.append(given[0]))
    try:
        logits = model.decode("future", model.encode(seen), steps).squeeze(2)
    finally:
        hook.remove()
    # A conditional decoder reads step by step, and the copied state before its first step.
    start = 1 if decoder.convolutional else 2
    parts = [part.reshape(-1, batch, part.shape[start:].numel()) for part in read]
    return logits, torch.cat(parts)[-steps:]


def sharpness(frames: Tensor) -> Tensor:
    """Squared differences of neighbouring pixels, summed over a frame: (T, B)."""
    down, across = (frames.diff(dim=axis).square().flatten(2).sum(-1) for axis in (-2, -1))
    return down + across


def measure(logits: Tensor, truth: Tensor) -> dict[str, Tensor]:
    """Logits and truth (T, B, H, W) -> measure: (T, B).

    Nats and squared error per frame; sharpness, 1 for the truth's mean; `place`, from the centre of
    ink to the true one, and `path`, of that centre since the frame before, both in pixels.
    """
    guess = torch.sigmoid(logits)
    here, there = metrics.centre_of_mass(guess), metrics.centre_of_mass(truth)
    path = here.diff(dim=0).norm(dim=-1)  # (T − 1, B)
    return {
        "cross_entropy": metrics.cross_entropy(logits, truth),
        "mse": metrics.squared_error(guess, truth),
        "sharpness": sharpness(guess) / sharpness(truth).mean(),
        "place": (here - there).norm(dim=-1),
        "path": torch.cat([path[:1], path]),
    }


def autocorrelation(values: np.ndarray, lags: int) -> np.ndarray:
    """(T, B, U) -> (K, B) for lags 0 … `lags`: how alike activity is to itself so much later.

    Each unit's mean is taken off; all units of a sequence count together. 1: the same again.
    """
    v = values - values.mean(0)
    curve = []
    for k in range(min(lags, len(v) - 2) + 1):
        early, late = v[: len(v) - k], v[k:]
        power = (early**2).sum((0, 2)) * (late**2).sum((0, 2))
        curve.append((early * late).sum((0, 2)) / np.sqrt(power + 1e-20))
    return np.stack(curve)


def peak(curve: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lag and height (B,) of the first high peak after the curve first fell below 0; 0 for none.

    High: at least NEAR of the highest. What comes back after 16 steps does so after 32 as well, and
    by chance a little better.
    """
    inner, before, after = curve[1:-1], curve[:-2], curve[2:]
    fallen = np.cumsum(curve < 0, axis=0)[1:-1] > 0
    is_peak = fallen & (inner >= before) & (inner > after) & (inner > 0)
    heights = np.where(is_peak, inner, 0.0)  # (K − 2, B)
    first = (is_peak & (heights >= NEAR * heights.max(0))).argmax(0)
    height = heights[first, np.arange(heights.shape[1])]
    return np.where(height > 0, first + 1, 0), height


def bounce_periods(positions: np.ndarray) -> np.ndarray:
    """Positions (T, B, D, 2) -> frames until each coordinate is back, (B, 2 D); 0: none found."""
    paths = positions.reshape(*positions.shape[:2], -1, 1).astype(float)  # (T, B, 2 D, 1)
    lags = len(paths) * 2 // 3
    return np.stack([peak(autocorrelation(path, lags))[0] for path in np.moveaxis(paths, 2, 0)], 1)


def judge(model: VideoModel, settings: Settings, sequences: int, batch: int = 100) -> dict:
    """Roll a model out on held-out sequences of its world: see `_summary` for what is returned."""
    s = world(settings)
    data, chosen, found, units = evaluation.heldout_data(s), None, [], []
    for k, start in enumerate(range(0, sequences, batch)):
        frames = to_unit(data.batch(k, batch)[:, : sequences - start])
        seen, later = frames.tensor_split([s.frames_in])
        logits, activity = roll_out(model, seen)
        if chosen is None:
            chosen = np.random.default_rng(0).permutation(activity.shape[2])[:UNITS]
        found.append(measure(logits, later))
        units.append(activity[..., chosen])
    joined = {name: torch.cat([one[name] for one in found], 1) for name in found[0]}
    return _summary(joined, torch.cat(units, 1).numpy())


def _summary(found: dict[str, Tensor], units: np.ndarray) -> dict[str, Any]:
    """Means over sequences: `per_step` {measure: (T,)}, `swing` of the units from step to step, and
    of each window of time the autocorrelation, the peak of each sequence, the share periodic."""
    swing = np.sqrt((np.diff(units, axis=0) ** 2).mean((1, 2)))  # (T − 1,)
    windows = {}
    for name, (start, end) in WINDOWS.items():
        curve = autocorrelation(units[start:end], LAGS)  # (K, B)
        lag, height = peak(curve)
        windows[name] = {
            "curve": np.round(curve.mean(1).astype(float), 4).tolist(),
            "lag": lag.tolist(),
            "height": np.round(height.astype(float), 3).tolist(),
            "periodic": float((height >= PERIODIC).mean()),
            "swing": float(units[start:end].std(0).mean()),
        }
    return {
        "per_step": {
            name: np.round(v.mean(1).double().numpy(), 4).tolist() for name, v in found.items()
        },
        "swing": swing.tolist(),
        "windows": windows,
    }


def truths(settings: Settings, sequences: int) -> dict[str, Any]:
    """What a rollout is held against: baselines per step, and the true bounce periods."""
    s = world(settings)
    data = evaluation.heldout_data(s)
    frames = to_unit(data.batch(0, min(sequences, 100)))[s.frames_in :]  # (T, B, H, W)
    mean = torch.logit(evaluation.mean_image(s)).expand_as(frames)
    per_step = evaluation.baselines(s, sequences)
    levels = {
        name: {m: one["per_step"][m] for m in ("cross_entropy", "mse")}
        for name, one in per_step.items()
    }
    for name, value in measure(mean, frames).items():
        if name in ("sharpness", "place"):
            levels["mean_image"][name] = value.mean(1).tolist()
    path = metrics.centre_of_mass(frames).diff(dim=0).norm(dim=-1).mean().item()
    periods = bounce_periods(data.scene(0, sequences).positions)
    return {"baselines": levels, "path": path, "periods": periods.tolist()}


def example(model: VideoModel, settings: Settings, sequence: int = 0) -> dict[str, str]:
    """Every fifth frame to come of a held-out sequence and of its dream, packed: (T / 5, H, W)."""
    s = world(settings)
    seen, later = evaluation.heldout_data(s).batch(sequence, 1).tensor_split([s.frames_in])
    logits, _ = roll_out(model, to_unit(seen))
    dream = (torch.sigmoid(logits) * 255).round().to(torch.uint8)
    films = {"truth": later, "dream": dream}
    return {name: pack_frames(film[4::5, 0].contiguous().numpy()) for name, film in films.items()}


def passes(error: list[float], level: list[float]) -> int | None:
    """The first step, from 1, whose error is above the level; None where there is none."""
    return next((t for t, (e, m) in enumerate(zip(error, level, strict=True), 1) if e > m), None)


def follows(one: dict[str, Any], window: str, least: float = 0.2) -> tuple[float, int]:
    """Correlation of the units' period with the shortest period of the digits, over the sequences
    with a peak of at least `least`, and how many those are.
    """
    true, units, clear = periods_of(one, window, least)
    if clear.sum() < 3 or min(true[clear].std(), units[clear].std()) == 0:
        return 0.0, int(clear.sum())
    return float(np.corrcoef(true[clear], units[clear])[0, 1]), int(clear.sum())


def periods_of(one: dict[str, Any], window: str, least: float = 0.2) -> tuple[np.ndarray, ...]:
    """Of every sequence: the shortest period of its digits, that of the units, and whether both are
    clear; (B,) each.
    """
    true, found = np.array(one["periods"]), one["windows"][window]
    true = np.where(true > 0, true, STEPS).min(1)
    clear = (np.array(found["height"]) >= least) & (true < STEPS)
    return true, np.array(found["lag"]), clear


def run(scale: str, out: Path) -> Iterator[str]:
    """Train the one-digit models, roll them and the box's out beside their controls, store."""
    sequences = min(runs.SEQUENCES[scale], 500)
    models: dict[str, tuple[VideoModel, Settings, int]] = {}
    for name in TRAINED:
        settings, folder = settings_for(name, scale), out / "runs" / f"rollouts-{name}"
        made = yield from runs.train_and_score(settings, folder)
        models[name] = checkpoints.load_model(folder), settings, made["steps"]
    for name, stored in BOX.items():
        model = pretrained.load_pretrained(stored)
        assert model.card is not None
        models[name] = model, Settings.from_dict(model.card["settings"]), model.card["steps"]
    result: dict[str, Any] = {"scale": scale, "sequences": sequences, "models": {}}
    for name, (model, settings, steps) in models.items():
        rolled = {name: model} | (controls(model) if name in BOX else {})
        parts = {which: judge(one, settings, sequences) for which, one in rolled.items()}
        truth = truths(settings, sequences)
        result["models"][name] = {
            "settings": settings.to_dict(),
            "steps": steps,
            **parts.pop(name),
            "controls": parts,
            "example": example(model, settings),
            **truth,
        }
        error, level = (
            part["cross_entropy"]
            for part in (result["models"][name]["per_step"], truth["baselines"]["mean_image"])
        )
        yield f"{name}: passes the mean image at step {passes(error, level)}"
    yield store_result(out, "rollouts", result, draw_errors(result).png)


def draw_errors(result: dict[str, Any]) -> plots.Picture:
    """Error of every model over the rollout, as a part of its mean image's."""
    series, said = {}, []
    for name, one in result["models"].items():
        error = np.array(one["per_step"]["cross_entropy"])
        level = np.array(one["baselines"]["mean_image"]["cross_entropy"])
        series[name] = (range(1, len(error) + 1), error / level)
        said.append(f"{name} at step {passes(error.tolist(), level.tolist()) or 'none'}")
    return plots.curves(
        series,
        {"mean image": 1.0},
        f"Error as a part of the mean image's, which is passed by: {'; '.join(said)} "
        f"({result['sequences']} held-out sequences, {result['scale']} scale).",
        xlabel="predicted frame",
        ylabel="error / mean image's error",
    )
