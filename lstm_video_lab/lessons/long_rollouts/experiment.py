"""A model that learnt to predict ten frames runs on for a hundred: what is lost, and what goes on?

Each rollout is measured frame by frame, and its units' activity is searched for a period. Beside a
model stand two controls: the same net with random weights, and with its own weights shuffled.

T frames or steps, B sequences, H × W the size of a frame, U units, K lags.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from lstm_video_lab import evaluation, metrics, pretrained
from lstm_video_lab.data.frames import pack_frames, to_unit
from lstm_video_lab.lessons.long_rollouts.periods import autocorrelation, bounce_periods, peak
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings
from lstm_video_lab.training import checkpoints, runs

PRETRAINED = {  # key in the result -> pretrained model
    "fully connected": "fc-two-digits",  # 64×64 pixels
    "convolutional": "convlstm-two-digits",  # 64×64 pixels
    "small": "composite-two-digits",  # 32×32 pixels, fully connected
}
SEQUENCES = {64: 100, 32: 500}  # at most, by the side of a frame
STEPS, UNITS = 100, 200
WINDOWS = {"first half": (0, STEPS // 2), "second half": (STEPS // 2, STEPS)}
LAGS = 35  # the longest lag that half a rollout is searched for
PERIODIC = 0.5  # height of the peak from which a sequence counts as periodic
TRAINED = ("unconditional", "conditional", "thirty")  # one digit, equal steps


def settings_for(name: str, scale: str) -> Settings:
    """Future predictors of one digit; "thirty" is trained on three times as many frames."""
    s = Settings.for_scale(scale, reconstruct=False)
    if scale != "smoke":
        s = s.changed(steps=4000, validate_every=500)
    if name == "thirty":
        return s.changed(frames_out=3 * s.frames_out)
    return s.changed(conditional="future" if name == "conditional" else False)


def long_settings(settings: Settings, steps: int = STEPS) -> Settings:
    """The same settings with `steps` frames to come, and digits that need no download."""
    return settings.changed(frames_out=steps, digits="embedded")


def controls(model: VideoModel, seed: int = 0) -> dict[str, VideoModel]:
    """The same net with random first weights, and with its trained weights shuffled.

    Shuffled: each matrix keeps its numbers, and so their size, but not their places.
    """
    random, shuffled = (VideoModel(**vars(model.settings), seed=seed) for _ in range(2))
    draw = torch.Generator().manual_seed(seed)
    weights = {}
    for name, weight in model.state_dict().items():
        order = torch.randperm(weight.numel(), generator=draw)
        weights[name] = weight.flatten()[order].view_as(weight)
    shuffled.load_state_dict(weights)
    return {"random": random.eval(), "shuffled": shuffled.eval()}


@torch.inference_mode()
def roll_out(model: VideoModel, seen: Tensor, steps: int = STEPS) -> tuple[Tensor, Tensor]:
    """Frames (T, B, H, W) in [0, 1] -> what the model predicts, and what its decoder's units do.

    Returns logits (steps, B, H, W), and the outputs (steps, B, U) of all that is read: the last
    layer, or every map of a ConvLSTM.
    """
    decoder: Any = model.decoders["future"]
    read: list[Tensor] = []
    batch = seen.shape[1]
    hook = decoder.readout.register_forward_pre_hook(lambda _, inputs: read.append(inputs[0]))
    try:
        logits = model.decode("future", model.encode(seen), steps)
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
    predicted = torch.sigmoid(logits)
    centre, true_centre = metrics.centre_of_mass(predicted), metrics.centre_of_mass(truth)
    path = centre.diff(dim=0).norm(dim=-1)  # (T − 1, B)
    return {
        "cross_entropy": metrics.cross_entropy(logits, truth),
        "mse": metrics.squared_error(predicted, truth),
        "sharpness": sharpness(predicted) / sharpness(truth).mean(),
        "place": (centre - true_centre).norm(dim=-1),
        "path": torch.cat([path[:1], path]),
    }


@torch.inference_mode()
def watch(model: VideoModel, settings: Settings, sequences: int, batch: int = 25) -> np.ndarray:
    """What the encoder's units do while it watches the true frames that a rollout has to predict:
    (T, B, U) of held-out sequences, of a fully connected model of one layer.
    """
    s, watched = long_settings(settings), []
    for k, start in enumerate(range(0, sequences, batch)):
        frames = to_unit(evaluation.heldout_data(s).batch(k, batch)[:, : sequences - start])
        watched.append(model.encoder.unroll(frames.flatten(2))[0][0][s.frames_in :])
    units = torch.cat(watched, 1).numpy()
    return units[..., random_units(units.shape[2])]


def random_units(units: int) -> np.ndarray:
    """At most UNITS of so many, drawn at random; the same ones in every model."""
    return np.random.default_rng(0).permutation(units)[:UNITS]


class Rollout(NamedTuple):
    """A rollout: frames (T, B, H, W) in [0, 1], units (T, B, U), and their measures (T, B)."""

    frames: np.ndarray
    units: np.ndarray
    measures: dict[str, np.ndarray]


def roll_out_models(
    models: Mapping[str, VideoModel], frames: Tensor, frames_in: int
) -> dict[str, Rollout]:
    """Roll every model out over frames (T, B, H, W) in [0, 1], the first of which are its input."""
    past, truth = frames.tensor_split([frames_in])
    rollouts = {}
    for name, model in models.items():
        logits, units = roll_out(model, past, len(truth))
        measures = {key: value.numpy() for key, value in measure(logits, truth).items()}
        chosen = units[..., random_units(units.shape[2])]
        rollouts[name] = Rollout(torch.sigmoid(logits).numpy(), chosen.numpy(), measures)
    return rollouts


def measure_rollouts(
    model: VideoModel, settings: Settings, sequences: int, batch: int = 25
) -> dict[str, Any]:
    """Roll a model out on held-out sequences: see `_summary` for what is returned."""
    s = long_settings(settings)
    data, measures, units = evaluation.heldout_data(s), [], []
    for k, start in enumerate(range(0, sequences, batch)):
        frames = to_unit(data.batch(k, batch)[:, : sequences - start])
        past, later = frames.tensor_split([s.frames_in])
        logits, activity = roll_out(model, past)
        measures.append(measure(logits, later))
        units.append(activity[..., random_units(activity.shape[2])])
    joined = {name: torch.cat([one[name] for one in measures], 1) for name in measures[0]}
    return _summary(joined, torch.cat(units, 1).numpy())


def _summary(measures: dict[str, Tensor], units: np.ndarray) -> dict[str, Any]:
    """Means over sequences: `per_step` {measure: (T,)}, `swing` of the units from step to step, and
    of each window of time the autocorrelation, the peak of each sequence, the share periodic."""
    per_step = {}
    for name, values in measures.items():
        per_step[name] = np.round(values.mean(1).double().numpy(), 4).tolist()
    swing = np.sqrt((np.diff(units, axis=0) ** 2).mean((1, 2)))  # (T − 1,)
    return {"per_step": per_step, "swing": swing.tolist(), "windows": search_windows(units)}


def search_windows(activity: np.ndarray) -> dict[str, Any]:
    """Of activity (T, B, U) in each of WINDOWS: its autocorrelation, the peak of each sequence, the
    share of sequences that are periodic, and how much a unit swings.
    """
    windows = {}
    for name, (start, end) in WINDOWS.items():
        curve = autocorrelation(activity[start:end], LAGS)  # (K, B)
        lag, height = peak(curve)
        windows[name] = {
            "curve": np.round(curve.mean(1).astype(float), 4).tolist(),
            "lag": lag.tolist(),
            "height": np.round(height.astype(float), 3).tolist(),
            "periodic": float((height >= PERIODIC).mean()),
            "swing": float(activity[start:end].std(0).mean()),
        }
    return windows


def references(settings: Settings, sequences: int) -> dict[str, Any]:
    """What a rollout is held against: baselines per step, the true bounce periods, and the same
    search for a period in the true places.
    """
    s = long_settings(settings)
    data = evaluation.heldout_data(s)
    frames = to_unit(data.batch(0, min(sequences, 100)))[s.frames_in :]  # (T, B, H, W)
    mean = torch.logit(evaluation.mean_image(s)).expand_as(frames)
    levels = {}
    for name, one in evaluation.baselines(s, sequences).items():
        levels[name] = {m: one["per_step"][m] for m in ("cross_entropy", "mse")}
    of_mean = measure(mean, frames)
    for name in ("sharpness", "place"):
        levels["mean_image"][name] = of_mean[name].mean(1).tolist()
    path = metrics.centre_of_mass(frames).diff(dim=0).norm(dim=-1).mean().item()
    places = data.scene(0, sequences).positions  # (T, B, D, 2)
    paths = places[s.frames_in :].reshape(STEPS, sequences, -1).astype(float)
    return {
        "baselines": levels,
        "path": path,
        "periods": bounce_periods(places).tolist(),
        "true places": search_windows(paths),
    }


def example(model: VideoModel, settings: Settings, sequence: int = 0) -> dict[str, str]:
    """Every fifth frame to come of a held-out sequence and of its rollout, packed: (T / 5, H, W)
    each.
    """
    s = long_settings(settings)
    past, later = evaluation.heldout_data(s).batch(sequence, 1).tensor_split([s.frames_in])
    logits, _ = roll_out(model, to_unit(past))
    rollout = (torch.sigmoid(logits) * 255).round().to(torch.uint8)
    return {
        "truth": pack_frames(later[4::5, 0].contiguous().numpy()),
        "rollout": pack_frames(rollout[4::5, 0].contiguous().numpy()),
    }


def first_step_above(error: list[float], level: list[float]) -> int | None:
    """The first step, from 1, whose error is above the level; None where there is none."""
    for step, (e, m) in enumerate(zip(error, level, strict=True), start=1):
        if e > m:
            return step
    return None


def period_correlation(one: dict[str, Any], window: str, least: float = 0.2) -> tuple[float, int]:
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
    true, units = np.array(one["periods"]), one["windows"][window]
    true = np.where(true > 0, true, STEPS).min(1)
    clear = (np.array(units["height"]) >= least) & (true < STEPS)
    return true, np.array(units["lag"]), clear


def beats_of(one: dict[str, Any], window: str, least: float) -> tuple[int, int]:
    """Of the sequences with a peak of at least `least`: in how many the quickest digit has the
    shortest period of all, and in how many of the others units come back sooner than any digit.
    """
    true, units, clear = periods_of(one, window, least)
    quick = true == true.min()
    return int((clear & quick).sum()), int((clear & ~quick & (units < true)).sum())


def run(scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    """Train the one-digit models; roll them and the pretrained ones out, these beside controls.

    One that is trained is not trained again.
    """
    models: dict[str, tuple[VideoModel, Settings, int]] = {}
    for name in TRAINED:
        settings, folder = settings_for(name, scale), out / "runs" / f"rollouts-{name}"
        trained = yield from runs.train_and_score(settings, folder)
        models[name] = checkpoints.load_model(folder), settings, trained["steps"]
    for name, pretrained_name in PRETRAINED.items():
        model = pretrained.load_pretrained(pretrained_name)
        steps = model.card.get("total_steps", model.card["steps"])
        models[name] = model, Settings.from_dict(model.card["settings"]), steps
    result: dict[str, Any] = {"scale": scale, "models": {}}
    result["made"] = {"seeds": [settings_for(TRAINED[0], scale).seed]}
    for name, (model, settings, steps) in models.items():
        one = result["models"][name] = measure_model(name, model, settings, scale)
        one["steps"] = steps
        error, level = one["per_step"], one["baselines"]["mean_image"]
        step = first_step_above(error["cross_entropy"], level["cross_entropy"])
        yield f"{name}: passes the mean image at step {step}"
    return result


def measure_model(name: str, model: VideoModel, settings: Settings, scale: str) -> dict[str, Any]:
    """All that is stored of one model; of a pretrained one its controls as well."""
    sequences = min(runs.SEQUENCES[scale], SEQUENCES.get(settings.image_size, STEPS))
    of_controls = {}
    if name in PRETRAINED:
        for kind, control in controls(model).items():
            of_controls[kind] = measure_rollouts(control, settings, sequences)
    return {
        "settings": settings.to_dict(),
        "sequences": sequences,
        **measure_rollouts(model, settings, sequences),
        "controls": of_controls,
        "example": example(model, settings),
        **references(settings, sequences),
    }
