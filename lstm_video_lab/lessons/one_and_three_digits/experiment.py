"""A model that has only ever seen two digits is shown one, two, three and four.

Its errors are held against the baselines of that number of digits. What it makes up is measured in
four ways: blobs (pixels that touch, above a threshold); ink (the sum of all pixels, and of those
inside the squares of the true digits, as parts of the true ink); how strongly it shows each digit
at the pixels that are that digit's alone; how far the centre of all ink is from the true one.

T frames, B sequences, D digits, H × W the size of a frame, M sequences in all.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lstm_video_lab import evaluation, metrics, plots, pretrained
from lstm_video_lab.data.bouncing import BouncingDigits, area_average, render
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.files import store_result
from lstm_video_lab.metrics import centre_of_mass
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings
from lstm_video_lab.training import checkpoints, runs

BOX = "composite-two-digits"  # the model in the box that is asked
DIGITS = (1, 2, 3, 4)
THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
MOST = 5  # blobs that are told apart: so many, or more
OWN = 8  # pixels that a digit must have for itself to be judged
PARTS = ("reconstruction", "future")


def world(settings: Settings, digits: int) -> Settings:
    """The same world with another number of digits, made of digits that need no download."""
    return settings.changed(num_digits=digits, digits="embedded")


def control_settings(scale: str) -> Settings:
    """A composite trained on one digit: how often do blobs and ink err by mere blur?"""
    more = {} if scale == "smoke" else {"steps": 2000, "validate_every": 500}
    return Settings.for_scale(scale, num_digits=1, **more)


@torch.inference_mode()
def see(model: VideoModel, frames: Tensor, seen: int) -> dict[str, tuple[Tensor, Tensor]]:
    """Part -> (logits, truth), (T, B, H, W) each and both in the order of time."""
    past, later = to_unit(frames).tensor_split([seen])
    given = model(past, future=len(later))
    pairs = {"reconstruction": (given.reconstruction, past), "future": (given.future, later)}
    in_time = {"reconstruction": lambda y: y.flip(0), "future": lambda y: y}
    return {k: (in_time[k](y), truth) for k, (y, truth) in pairs.items() if y is not None}


def label(frame: np.ndarray, threshold: float) -> tuple[np.ndarray, int]:
    """Number the blobs of a frame (H, W): pixels above `threshold` that touch, also by a corner."""
    from scipy import ndimage

    return ndimage.label(frame > threshold, np.ones((3, 3)))


def count(frames: Tensor, threshold: float) -> np.ndarray:
    """Blobs in each frame, (T, B, H, W) -> (T, B)."""
    from scipy import ndimage

    touch = np.zeros((3, 3, 3))
    touch[1] = 1  # inside a frame, never from one to the next
    flat = frames.flatten(0, 1).numpy() > threshold  # (T B, H, W)
    labels, _ = ndimage.label(flat, touch)
    many = [len(np.unique(one)) - (not one.all()) for one in labels]
    return np.array(many).reshape(frames.shape[:2])


def blob_table(guess: Tensor, truth: Tensor, threshold: float) -> np.ndarray:
    """How often [blobs in the truth, blobs in the guess] occur together, for each step:
    (T, MOST + 1, MOST + 1).
    """
    table = np.zeros((len(guess), MOST + 1, MOST + 1), int)
    step = np.arange(len(guess))[:, None]
    there, given = (count(frames, threshold).clip(0, MOST) for frames in (truth, guess))  # (T, B)
    np.add.at(table, (step, there, given), 1)
    return table


def alone(data: BouncingDigits, index: int, batch: int) -> Tensor:
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


def squares(data: BouncingDigits, index: int, batch: int) -> Tensor:
    """Bool (T, B, H, W): the squares that the digits are drawn into."""
    scene = data.scene(index, batch)
    full = np.full((*scene.chosen.shape, data.digit_size, data.digit_size), 255, np.uint8)
    return render(full, scene.positions, data.image_size) > 0


def strengths(guess: Tensor, own: Tensor) -> Tensor:
    """How bright a guess (T, B, H, W) is on each digit's own pixels (D, T, B, H, W), faintest
    first: (N, D) for the N frames in which every digit has at least OWN pixels of its own.
    """
    pixels = own.flatten(3).sum(-1)  # (D, T, B)
    mean = (guess * own).flatten(3).sum(-1) / pixels.clamp_min(1)
    return mean[:, (pixels >= OWN).all(0)].sort(0).values.T


def ask(model: VideoModel, settings: Settings, sequences: int, batch: int = 100) -> dict[str, Any]:
    """Part -> errors, blobs, ink and strengths on held-out sequences of the settings' world."""
    data = evaluation.heldout_data(settings)
    found: dict[str, list[dict[str, Tensor]]] = {}
    for k, start in enumerate(range(0, sequences, batch)):
        size = min(batch, sequences - start)
        frames, own = data.batch(k, batch)[:, :size], alone(data, k, batch)[:, :, :size]
        owned = dict(zip(PARTS, own.tensor_split([settings.frames_in], 1), strict=True))
        inner = squares(data, k, batch)[:, :size].tensor_split([settings.frames_in])
        inside = dict(zip(PARTS, inner, strict=True))
        for part, (logits, truth) in see(model, frames, settings.frames_in).items():
            guess = torch.sigmoid(logits)
            one = {
                "cross_entropy": metrics.cross_entropy(logits, truth).T,
                "mse": metrics.squared_error(guess, truth).T,
                "ink": (guess.flatten(2).sum(-1) / truth.flatten(2).sum(-1)).T,
                "inside": ((guess * inside[part]).flatten(2).sum(-1) / truth.flatten(2).sum(-1)).T,
                "place": (centre_of_mass(guess) - centre_of_mass(truth)).norm(dim=-1).T,
                "strengths": strengths(guess, owned[part]),
                "blobs": torch.as_tensor(
                    np.stack([blob_table(guess, truth, level) for level in THRESHOLDS])
                )[None],
            }
            found.setdefault(part, []).append(one)
    return {part: _summary(batches) for part, batches in found.items()}


def _summary(batches: list[dict[str, Tensor]]) -> dict[str, Any]:
    """Batches side by side -> means, spread over sequences, tables summed: ready for JSON."""
    joined = {name: torch.cat([one[name] for one in batches]) for name in batches[0]}
    table = joined.pop("blobs").sum(0).tolist()  # (thresholds, T, MOST + 1, MOST + 1)
    brightness = joined.pop("strengths")  # (N, D)
    summary: dict[str, Any] = {
        name: {
            "mean": value.mean().item(),
            "stderr": (value.mean(1).std() / len(value) ** 0.5).item(),
            "deciles": np.percentile(value.mean(1), (10, 50, 90)).tolist(),
            "per_step": value.mean(0).tolist(),
        }
        for name, value in joined.items()  # (M, T) each
    }
    few = len(brightness) == 0
    summary["strengths"] = None if few else brightness.mean(0).tolist()
    return summary | {"frames_apart": len(brightness), "blobs": table}


def levels(settings: Settings, trained_on: Settings, sequences: int) -> dict[str, Any]:
    """Baselines on the frames to come of this number of digits; also the mean image of the number
    that the model was trained on, which is what it would give if it knew nothing.
    """
    found = evaluation.baselines(settings, sequences)
    own = {name: {m: one[m] for m in ("cross_entropy", "mse")} for name, one in found.items()}
    later = to_unit(evaluation.heldout_data(settings).batch(0, min(sequences, 256)))
    later = later[settings.frames_in :]
    mean = evaluation.mean_image(trained_on).expand_as(later)
    where = (centre_of_mass(later) - centre_of_mass(mean)).norm(dim=-1).mean().item()
    own["two-digit mean"] = {
        "place": where,
        "cross_entropy": metrics.cross_entropy_of_probability(mean, later).mean().item(),
        "mse": metrics.squared_error(mean, later).mean().item(),
    }
    return own


def run(scale: str, out: Path) -> Iterator[str]:
    """Train the one-digit control, ask both, store."""
    sequences = min(runs.SEQUENCES[scale], 500)
    model = pretrained.load_pretrained(BOX)
    assert model.card is not None
    learnt = Settings.from_dict(model.card["settings"])
    result: dict[str, Any] = {
        "scale": learnt.scale,
        "sequences": sequences,
        "thresholds": THRESHOLDS,
        "model": {"name": BOX, "settings": learnt.to_dict(), "steps": model.card["steps"]},
        "digits": {},
    }
    for number in DIGITS:
        settings = world(learnt, number)
        one = ask(model, settings, sequences)
        one["baselines"] = levels(settings, world(learnt, learnt.num_digits), sequences)
        result["digits"][str(number)] = one
        yield f"{number} digits: {one['future']['cross_entropy']['mean']:.1f} nats per frame"
    settings, folder = control_settings(scale), out / "runs" / "digit-count-control"
    made = yield from runs.train_and_score(settings, folder)
    control = ask(checkpoints.load_model(folder), settings, sequences)
    result["control"] = {**control, "settings": settings.to_dict(), "steps": made["steps"]}
    yield store_result(out, "digit_count", result, draw_ink(result).png)


def when_apart(tables: Any, number: int) -> tuple[np.ndarray, int]:
    """Of the frames whose truth shows `number` blobs: the share with 0, 1, … blobs in the guess
    (MOST + 1,), and how many such frames there are. `tables`: one table, or some, added up.
    """
    found = np.array(tables).reshape(-1, MOST + 1, MOST + 1).sum(0)[number]
    return found / max(found.sum(), 1), int(found.sum())


def ink_in_digits(result: dict[str, Any], part: str) -> list[float]:
    """The ink of what the model gives, in digits' worth, for each number of digits shown."""
    return [int(number) * one[part]["ink"]["mean"] for number, one in result["digits"].items()]


def draw_ink(result: dict[str, Any]) -> plots.Picture:
    """Ink in the model's frames against ink in the true ones, both in digits."""
    numbers = [int(number) for number in result["digits"]]
    rows = {part: ink_in_digits(result, part) for part in PARTS}
    said = "; ".join(f"{part}: {', '.join(f'{v:.2f}' for v in v_s)}" for part, v_s in rows.items())
    return plots.curves(
        {**{part: (numbers, row) for part, row in rows.items()}, "truth": (numbers, numbers)},
        {"as in training": float(result["model"]["settings"]["num_digits"])},
        f"Ink, in digits' worth, shown {', '.join(map(str, numbers))} digits: {said} "
        f"({result['sequences']} held-out sequences, {result['scale']} scale).",
        xlabel="digits shown",
        ylabel="ink given, in digits",
    )
