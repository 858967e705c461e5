"""Models that have only ever seen two digits are shown one, two, three and four.

Errors are held against the baselines of that number of digits. What a model predicts is measured in
four ways: blobs (pixels that touch, above a threshold); ink (the sum of all pixels, and of those
inside the squares of the true digits, as parts of the true ink); how strongly it shows each digit
at the pixels that are that digit's alone; how far the centre of all ink is from the true one.

T frames, B sequences, D digits, H × W the size of a frame, M sequences in all.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from lstm_video_lab import evaluation, metrics, pretrained
from lstm_video_lab.data.bouncing import BouncingDigits, area_average, render
from lstm_video_lab.data.frames import pack_frames, to_unit
from lstm_video_lab.metrics import centre_of_mass
from lstm_video_lab.models import VideoModel
from lstm_video_lab.prediction import predict_raw
from lstm_video_lab.settings import Settings
from lstm_video_lab.training import checkpoints, runs

SMALL = "composite-two-digits"  # fully connected, 32×32 pixels
CONNECTED, CONVOLUTIONAL = "fc-two-digits", "convlstm-two-digits"  # 64×64 pixels
PRETRAINED = (CONNECTED, CONVOLUTIONAL, SMALL)  # the models that are measured
SEQUENCES = {64: 200, 32: 500}  # at most, by the side of a frame
DIGITS = (1, 2, 3, 4)
THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
MOST = 5  # blobs that are told apart: so many, or more
OWN = 8  # pixels that a digit must have for itself, for its brightness to count
PARTS = ("reconstruction", "future")
SHOWN = 24  # sequences whose predictions are kept, of the control and of SMALL


def with_digits(settings: Settings, number: int) -> Settings:
    """The same settings for another number of digits, of those that need no download."""
    return settings.changed(num_digits=number, digits="embedded")


def control_settings(scale: str) -> Settings:
    """SMALL, but trained on one digit: how often do blobs and ink err by mere blur?"""
    if scale == "smoke":
        return Settings.for_scale(scale, num_digits=1)
    card = pretrained.load_pretrained(SMALL).card
    return Settings.from_dict(card["settings"]).changed(num_digits=1)


def predicted_and_true(
    model: VideoModel, frames: Tensor, frames_in: int
) -> dict[str, tuple[Tensor, Tensor]]:
    """Part -> (logits, truth), (T, B, H, W) each and both in the order of time."""
    past, later = to_unit(frames).tensor_split([frames_in])
    prediction = predict_raw(model, past, len(later))
    pairs = {}
    if prediction.reconstruction is not None:
        pairs["reconstruction"] = prediction.reconstruction.flip(0), past
    if prediction.future is not None:
        pairs["future"] = prediction.future, later
    return pairs


def label_blobs(frame: np.ndarray, threshold: float) -> tuple[np.ndarray, int]:
    """Number the blobs of a frame (H, W): pixels above `threshold` that touch, also by a corner.

    Returns each pixel's blob from 1, or 0 (H, W), and how many blobs there are.
    """
    from scipy import ndimage

    return ndimage.label(frame > threshold, np.ones((3, 3)))


def count_blobs(frames: Tensor, threshold: float) -> np.ndarray:
    """Blobs in each frame, (T, B, H, W) -> (T, B)."""
    from scipy import ndimage

    touch = np.zeros((3, 3, 3))
    touch[1] = 1  # inside a frame, never from one to the next
    bright = frames.flatten(0, 1).numpy() > threshold  # (T B, H, W)
    labels, _ = ndimage.label(bright, touch)
    counts = [len(np.unique(frame)) - (not frame.all()) for frame in labels]
    return np.array(counts).reshape(frames.shape[:2])


def blob_counts(predicted: Tensor, truth: Tensor, threshold: float, number: int) -> np.ndarray:
    """Of the frames whose truth shows `number` blobs: in how many 0, 1, … are predicted, for each
    step: (T, MOST + 1).
    """
    clear = count_blobs(truth, threshold) == number  # (T, B)
    shown = count_blobs(predicted, threshold).clip(0, MOST)  # (T, B)
    return np.stack([(clear & (shown == k)).sum(1) for k in range(MOST + 1)], 1)


def own_pixels(data: BouncingDigits, index: int, batch: int) -> Tensor:
    """Bool (D, T, B, H, W): where a digit is bright and no other digit has any ink."""
    scene = data.scene(index, batch)
    images = area_average(data.digits.images, data.digit_size)[scene.chosen]  # (B, D, s, s)
    single = torch.stack(
        [
            render(images[:, d : d + 1], scene.positions[:, :, d : d + 1], data.image_size)
            for d in range(data.num_digits)
        ]
    )
    return (single > 127) & ((single > 0).sum(0) == 1)


def digit_squares(data: BouncingDigits, index: int, batch: int) -> Tensor:
    """Bool (T, B, H, W): the squares that the digits are drawn into."""
    scene = data.scene(index, batch)
    full = np.full((*scene.chosen.shape, data.digit_size, data.digit_size), 255, np.uint8)
    return render(full, scene.positions, data.image_size) > 0


def strengths(predicted: Tensor, own: Tensor) -> Tensor:
    """How bright frames (T, B, H, W) are on each digit's own pixels (D, T, B, H, W), faintest
    first: (N, D) for the N frames in which every digit has at least OWN pixels of its own.
    """
    pixels = own.flatten(3).sum(-1)  # (D, T, B)
    mean = (predicted * own).flatten(3).sum(-1) / pixels.clamp_min(1)
    return mean[:, (pixels >= OWN).all(0)].sort(0).values.T


def measure(
    model: VideoModel, settings: Settings, sequences: int, batch: int = 100
) -> dict[str, Any]:
    """Part -> errors, blobs, ink and strengths on held-out sequences of these settings."""
    data = evaluation.heldout_data(settings)
    measured: dict[str, list[dict[str, Tensor]]] = {}
    for k, start in enumerate(range(0, sequences, batch)):
        size = min(batch, sequences - start)
        frames = data.batch(k, batch)[:, :size]
        own = own_pixels(data, k, batch)[:, :, :size]  # (D, T, B, H, W)
        own_parts = dict(zip(PARTS, own.tensor_split([settings.frames_in], 1), strict=True))
        inside = digit_squares(data, k, batch)[:, :size]  # (T, B, H, W)
        inside_parts = dict(zip(PARTS, inside.tensor_split([settings.frames_in]), strict=True))
        for part, pair in predicted_and_true(model, frames, settings.frames_in).items():
            values = _measure_part(*pair, own_parts[part], inside_parts[part])
            measured.setdefault(part, []).append(values)
    return {part: _summary(batches) for part, batches in measured.items()}


def _measure_part(logits: Tensor, truth: Tensor, own: Tensor, inside: Tensor) -> dict[str, Tensor]:
    """Each measure of one batch: (B, T), but for the strengths and the counts of blobs."""
    predicted = torch.sigmoid(logits)
    true_ink = truth.flatten(2).sum(-1)
    counts = [blob_counts(predicted, truth, threshold, len(own)) for threshold in THRESHOLDS]
    return {
        "cross_entropy": metrics.cross_entropy(logits, truth).T,
        "mse": metrics.squared_error(predicted, truth).T,
        "ink": (predicted.flatten(2).sum(-1) / true_ink).T,
        "inside": ((predicted * inside).flatten(2).sum(-1) / true_ink).T,
        "place": (centre_of_mass(predicted) - centre_of_mass(truth)).norm(dim=-1).T,
        "strengths": strengths(predicted, own),
        "blobs": torch.as_tensor(np.stack(counts))[None],
    }


def _summary(batches: list[dict[str, Tensor]]) -> dict[str, Any]:
    """Batches side by side -> means, spread over sequences, counts summed: ready for JSON."""
    joined = {name: torch.cat([one[name] for one in batches]) for name in batches[0]}
    counts = joined.pop("blobs").sum(0).tolist()  # (thresholds, T, MOST + 1)
    brightness = joined.pop("strengths")  # (N, D)
    summary: dict[str, Any] = {}
    for name, value in joined.items():  # (M, T) each
        summary[name] = {
            "mean": value.mean().item(),
            "stderr": (value.mean(1).std() / len(value) ** 0.5).item(),
            "deciles": np.percentile(value.mean(1), (10, 50, 90)).tolist(),
            "per_step": value.mean(0).tolist(),
        }
    summary["strengths"] = brightness.mean(0).tolist() if len(brightness) else None
    return summary | {"frames_apart": len(brightness), "blobs": counts}


def baselines(settings: Settings, trained_on: Settings, sequences: int) -> dict[str, Any]:
    """Baselines on the frames to come of this number of digits; also the mean image of the number
    that the model was trained on, which is what it would give if it knew nothing.
    """
    levels = {}
    for name, one in evaluation.baselines(settings, sequences).items():
        levels[name] = {measure: one[measure] for measure in ("cross_entropy", "mse")}
    later = to_unit(evaluation.heldout_data(settings).batch(0, min(sequences, 256)))
    later = later[settings.frames_in :]
    mean = evaluation.mean_image(trained_on).expand_as(later)
    distance = (centre_of_mass(later) - centre_of_mass(mean)).norm(dim=-1).mean().item()
    levels["two-digit mean"] = {
        "place": distance,
        "cross_entropy": metrics.cross_entropy_of_probability(mean, later).mean().item(),
        "mse": metrics.squared_error(mean, later).mean().item(),
    }
    return levels


def run(scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    """Measure the pretrained models on each number of digits, and a control that knows one digit.

    A control that is trained is not trained again.
    """
    result: dict[str, Any] = {"scale": scale, "thresholds": THRESHOLDS, "models": {}}
    for name in PRETRAINED:
        result["models"][name] = yield from _measure_pretrained(name, scale)
    settings, folder = control_settings(scale), out / "runs" / "digit-count-control"
    yield from runs.training_lines(settings, folder)
    model = checkpoints.load_model(folder)
    sequences = _sequences(settings, scale)
    result["control"] = {
        **measure(model, settings, sequences),
        "settings": settings.to_dict(),
        "steps": checkpoints.read_checkpoint(folder).step,
        "sequences": sequences,
    }
    return {"made": {"seeds": [settings.seed]}, **result, "clips": _kept_clips(model, settings)}


def _kept_clips(control: VideoModel, settings: Settings) -> dict[str, str]:
    """ "truth", "control" and SMALL -> frames to come of the first sequences of one digit, packed.

    At smoke scale the control is smaller, and the truth is the control's alone.
    """
    small = pretrained.load_pretrained(SMALL)
    own = with_digits(Settings.from_dict(small.card["settings"]), 1)
    shown = examples(control, settings, SHOWN)
    kept = {
        "truth": shown.truth["future"],
        "control": shown.predicted["future"],
        SMALL: examples(small, own, SHOWN).predicted["future"],
    }
    return {name: pack_frames((255 * f).round().astype(np.uint8)) for name, f in kept.items()}


def _sequences(settings: Settings, scale: str) -> int:
    return min(runs.SEQUENCES[scale], SEQUENCES.get(settings.image_size, runs.SEQUENCES[scale]))


def _measure_pretrained(name: str, scale: str) -> Generator[str, None, dict[str, Any]]:
    """One model of the box on each number of digits, beside the baselines of that number."""
    model = pretrained.load_pretrained(name)
    trained_on = Settings.from_dict(model.card["settings"])
    sequences = _sequences(trained_on, scale)
    own = with_digits(trained_on, trained_on.num_digits)
    digits = {}
    for number in DIGITS:
        settings = with_digits(trained_on, number)
        one = measure(model, settings, sequences)
        one["baselines"] = baselines(settings, own, sequences)
        digits[str(number)] = one
        error = one["future"]["cross_entropy"]["mean"]
        yield f"{name}, {number} digits: {error:.1f} nats per frame"
    return {
        "settings": trained_on.to_dict(),
        "steps": model.card.get("total_steps", model.card["steps"]),
        "sequences": sequences,
        "digits": digits,
    }


def blob_shares(counts: Any) -> tuple[np.ndarray, int]:
    """Of the frames that were counted: the share with 0, 1, … blobs predicted (MOST + 1,), and how
    many frames there are. `counts`: (MOST + 1,), or some, to be added up.
    """
    summed = np.array(counts).reshape(-1, MOST + 1).sum(0)
    return summed / max(summed.sum(), 1), int(summed.sum())


def ink_in_digits(model: dict[str, Any], part: str) -> list[float]:
    """The ink of what a model gives, in digits' worth, for each number of digits shown.

    `model`: one of the result's "models".
    """
    return [int(number) * one[part]["ink"]["mean"] for number, one in model["digits"].items()]


class Examples(NamedTuple):
    """Some sequences and what a model makes of them: (T, B, H, W) for each part."""

    truth: dict[str, np.ndarray]  # part -> frames
    predicted: dict[str, np.ndarray]
    frames_in: int


def examples(model: VideoModel, settings: Settings, sequences: int) -> Examples:
    """The first held-out sequences of these settings, and a model's predictions of them."""
    frames = evaluation.heldout_data(settings).batch(0, sequences)
    pairs = predicted_and_true(model, frames, settings.frames_in)
    return Examples(
        {part: truth.numpy() for part, (_, truth) in pairs.items()},
        {part: torch.sigmoid(logits).numpy() for part, (logits, _) in pairs.items()},
        settings.frames_in,
    )
