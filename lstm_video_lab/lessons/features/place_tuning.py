"""Where units fire: the mean of their activity by the place of a digit, with two controls.

U units, S side of a frame, T time, N sequences, D digits in a frame, K × K places of a map.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch

from lstm_video_lab import evaluation
from lstm_video_lab.checks import LabError
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings

SEQUENCES = {"smoke": 20, "laptop": 400, "paper": 300}
PLACES = 8  # K
WAYS = ("none", "time", "other")  # how positions are shuffled


class Tuning(NamedTuple):
    """Mean activity (U, K, K) by the place of a digit, NaN where none was; `explained` (U,): the
    part of a unit's variance that the place accounts for.
    """

    maps: np.ndarray
    explained: np.ndarray


@torch.inference_mode()
def activity(model: VideoModel, settings: Settings, sequences: int) -> dict[str, np.ndarray]:
    """h of the encoder's first layer and of the future decoder's last, on held-out sequences:
    (T, N, U) each.

    The decoder runs freely; its layer is the one that the readout reads.
    """
    frames = to_unit(evaluation.heldout_data(settings).batch(0, sequences))
    past = frames[: settings.frames_in]
    read: list[torch.Tensor] = []
    readout = model.decoders["future"].get_submodule("readout")
    hook = readout.register_forward_pre_hook(lambda _, inputs: read.append(inputs[0]))
    try:
        first = model.encoder.unroll(past.flatten(2))[0][0]
        model(past, future=settings.frames_out)
    finally:
        hook.remove()
    # A conditional decoder reads once more at its start, to learn the shape of a frame.
    return {
        "encoder": first.numpy(),
        "future decoder": torch.cat(read)[-settings.frames_out :].numpy(),
    }


def positions(settings: Settings, sequences: int) -> dict[str, np.ndarray]:
    """Where the digits of the same sequences are: (T, N, D, 2), top left corners in pixels."""
    places = evaluation.heldout_data(settings).scene(0, sequences).positions
    return {"encoder": places[: settings.frames_in], "future decoder": places[settings.frames_in :]}


def shuffle(places: np.ndarray, way: str) -> np.ndarray:
    """Positions that do not belong to the frame: "time" mixes the frames of each sequence, "other"
    takes another sequence at the same time; "none" leaves them.
    """
    if way == "other":
        return np.roll(places, 1, axis=1)
    if way == "time":
        mixed = np.random.default_rng(0).random(places.shape[:2]).argsort(0)
        return np.take_along_axis(places, mixed[:, :, None, None], 0)
    if way != "none":
        raise LabError(f"way={way!r} is unknown: choose one of none, time, other")
    return places


def tune(active: np.ndarray, places: np.ndarray, box: int, number: int = PLACES) -> Tuning:
    """Mean activity by place, from activity (T, N, U) and positions (T, N, D, 2) from 0 to `box`.

    Each digit of a frame counts as one observation of all units.
    """
    number = min(number, box + 1)
    cells = (places * number // (box + 1)).astype(int)
    cells = (cells[..., 0] * number + cells[..., 1]).reshape(-1)  # (T·N·D,)
    seen = np.repeat(active.reshape(-1, active.shape[-1]), places.shape[2], 0).astype(np.float64)
    here = (cells == np.arange(number**2)[:, None]).astype(np.float64)  # (K·K, T·N·D)
    counts = here.sum(1, keepdims=True)
    means = here @ seen / np.maximum(counts, 1)
    between = (counts * (means - seen.mean(0)) ** 2).sum(0) / len(seen)
    maps = np.where(counts > 0, means, np.nan).T.reshape(-1, number, number)
    return Tuning(maps, between / np.maximum(seen.var(0), 1e-12))


def drawn_at(outputs: np.ndarray, digit: int, number: int = PLACES) -> np.ndarray:
    """Mean of each output feature (U, S, S) under a digit's square, by its place: (U, K, K)."""
    box = outputs.shape[1] - digit
    number = min(number, box + 1)
    under = np.lib.stride_tricks.sliding_window_view(outputs, (digit, digit), (1, 2)).mean((3, 4))
    cells = np.arange(box + 1) * number // (box + 1)
    rows = np.stack([under[:, cells == k].mean(1) for k in range(number)], 1)  # (U, K, box + 1)
    return np.stack([rows[:, :, cells == k].mean(2) for k in range(number)], 2)


def agreement(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Correlation of two maps of each unit, (U, K, K) each, where both are known: (U,)."""
    known = np.isfinite(a).all(0) & np.isfinite(b).all(0)
    a, b = (x[:, known] - x[:, known].mean(1, keepdims=True) for x in (a, b))
    scale = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return (a * b).sum(1) / np.maximum(scale, 1e-12)


def tunings(model: VideoModel, settings: Settings) -> dict[str, dict[str, Tuning]]:
    """Way of WAYS -> part of the network -> the tuning of its units, on held-out sequences."""
    sequences, box = SEQUENCES[settings.scale], settings.image_size - settings.digit_size
    active, places = activity(model, settings, sequences), positions(settings, sequences)
    tuned: dict[str, dict[str, Tuning]] = {}
    for way in WAYS:
        tuned[way] = {}
        for part, h in active.items():
            tuned[way][part] = tune(h, shuffle(places[part], way), box)
    return tuned


def explain(model: VideoModel, settings: Settings) -> dict[str, Any]:
    """How much of the activity a digit's place explains, beside both controls, and how well the
    places where units fire agree with those where they draw: medians over units.
    """
    tuned = tunings(model, settings)
    explained: dict[str, Any] = {}
    for part in tuned["none"]:
        medians = {way: float(np.median(tuned[way][part].explained)) for way in WAYS}
        explained[part] = {way: round(median, 4) for way, median in medians.items()}
    maps = tuned["none"]["future decoder"].maps
    columns = model.decoders["future"].get_parameter("readout.weight").detach().T  # (U, S·S)
    side = settings.image_size
    drawn = drawn_at(columns.reshape(-1, side, side).cpu().numpy(), settings.digit_size)
    pairs = {"own": agreement(maps, drawn), "another": agreement(maps, np.roll(drawn, 1, 0))}
    explained["agreement"] = {name: round(float(np.median(r)), 3) for name, r in pairs.items()}
    return explained
