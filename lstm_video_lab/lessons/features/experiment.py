"""What single units look at and what they draw: the paper's pictures, measured.

An *input feature* is a unit's row of the encoder's input weights as an image: one for each gate. An
*output feature* is a unit's column of a decoder's readout. Source: Srivastava, Mansimov and
Salakhutdinov 2015, section 3: input features are thin strips, output features fatter blobs.

U units, S side of a frame, H × W of an image.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from lstm_video_lab import evaluation, training
from lstm_video_lab.checks import LabError
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.lessons.features import place_tuning
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings
from lstm_video_lab.training import checkpoints, runs

PRETRAINED, SMALL = "fc-two-digits", "composite-two-digits"  # of 64×64 and of 32×32 pixels
GATES = "ifgo"  # g is the cell input, no gate: the paper shows it beside the three gates
LARGEST = 200  # units of largest norm, as many as the paper shows
DARK = 1e-3  # a pixel whose mean is below this is hardly ever lit: its weights learn nothing
BLUR = 1.5  # pixels, of the rule that smooths first
SEEDS = (0, 1, 2)
MEASURES = ("area", "width", "length", "elongation", "participation")
RULES: dict[str, dict[str, float]] = {  # words → how features are smoothed and lobes cut
    "as above": {},
    "smoothed": {"blur": BLUR},
    "cut at 0.3": {"level": 0.3},
    "cut at 0.7": {"level": 0.7},
}

Features = dict[str, np.ndarray]  # "input i" … "input o", "output future", …: (U, S, S)
Region = tuple[slice, slice]  # rows and columns of a frame


def features(model: VideoModel) -> Features:
    """All features of a fully connected model, not yet scaled. Raises ValueError for a ConvLSTM."""
    s = model.settings
    if s.cell != "lstm":
        raise LabError(
            f"cell={s.cell!r}: its weights are small kernels, not images: choose a model with "
            "cell='lstm'"
        )
    shape = (-1, s.channels, s.image_size, s.image_size)
    weights = dict(model.named_parameters())
    images = {}
    for gate, rows in zip(GATES, weights["encoder.weight_ih_l0"].detach().chunk(4), strict=True):
        images[f"input {gate}"] = rows.view(shape).mean(1)  # (U, S, S)
    for name in model.decoders:
        columns = weights[f"decoders.{name}.readout.weight"].detach().T
        images[f"output {name}"] = columns.reshape(shape).mean(1)
    return {name: group.cpu().numpy() for name, group in images.items()}


def untrained(settings: Settings) -> VideoModel:
    """The same network before its first step: the control."""
    return VideoModel(**settings.model_fields(), seed=settings.seed).eval()


def largest(images: np.ndarray, number: int = LARGEST) -> np.ndarray:
    """The units of largest L2 norm, from large to small."""
    return np.argsort(-np.linalg.norm(images.reshape(len(images), -1), axis=1))[:number]


def lit_region(settings: Settings) -> Region:
    """Rows and columns of a frame that digits ever reach: the rest keeps its first weights."""
    lit = evaluation.mean_image(settings).numpy() > DARK
    rows, columns = np.flatnonzero(lit.any(1)), np.flatnonzero(lit.any(0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def crop(images: Features, region: Region) -> Features:
    """The same features inside a region of the frame."""
    rows, columns = region
    return {name: group[:, rows, columns] for name, group in images.items()}


def lobe(image: np.ndarray, level: float = 0.5) -> np.ndarray:
    """The main lobe of an image, bool (H, W): the pixels of one sign that hang together with the
    strongest one and are at least `level` times as strong.
    """
    from scipy import ndimage

    peak = np.unravel_index(np.abs(image).argmax(), image.shape)
    strong = image * np.sign(image[peak]) >= level * abs(image[peak])
    parts, _ = ndimage.label(strong)
    return parts == parts[peak]


def length_and_width(mask: np.ndarray) -> tuple[float, float]:
    """Length and width, in pixels, of the rectangle with the same second moments as a mask.

    A row of n pixels has variance (n² − 1)/12 along it, so n = √(12·variance + 1).
    """
    places = np.argwhere(mask).astype(float)
    places -= places.mean(0)
    variances = np.linalg.eigvalsh(places.T @ places / len(places)).clip(0)
    width, length = np.sqrt(12 * variances + 1)
    return float(length), float(width)


def participation(image: np.ndarray) -> float:
    """The part of the pixels that share the energy w²: 1 if all are equal, 1/pixels for one."""
    energy = image.astype(float) ** 2
    return float(energy.sum() ** 2 / (energy**2).sum() / energy.size)


def measure(image: np.ndarray, level: float = 0.5) -> dict[str, float]:
    """MEASURES of one feature: area, width and length of its main lobe, and the whole's spread."""
    mask = lobe(image, level)
    length, width = length_and_width(mask)
    values = (float(mask.sum()), width, length, length / width, participation(image))
    return dict(zip(MEASURES, values, strict=True))


def shapes(
    images: Features, number: int = LARGEST, blur: float = 0.0, level: float = 0.5
) -> dict[str, dict[str, np.ndarray]]:
    """Feature -> measure -> one number for each of the largest units: the distributions.

    `blur`: pixels of a Gaussian that smooths every feature first, against the noise in weights;
    `level`: as in `lobe`.
    """
    from scipy import ndimage

    measured = {}
    for name, group in images.items():
        rows = []
        for image in group[largest(group, number)]:
            smooth = ndimage.gaussian_filter(image, blur) if blur else image
            rows.append(measure(smooth, level))
        measured[name] = {key: np.array([row[key] for row in rows]) for key in MEASURES}
    return measured


def chance_larger(a: np.ndarray, b: np.ndarray) -> float:
    """The probability that one drawn from `a` is larger than one from `b`; ties count half."""
    a = a[:, None]
    return float((a > b).mean() + (a == b).mean() / 2)


def chances(measured: Mapping[str, Mapping[str, np.ndarray]], measure: str) -> dict[str, float]:
    """Gate → the chance that an output feature of the future measures more than an input feature;
    `measured`: as `shapes` gives it.
    """
    output = measured["output future"][measure]
    return {gate: chance_larger(output, measured[f"input {gate}"][measure]) for gate in GATES}


class Readout(NamedTuple):
    """What the future decoder's readout reads and draws, in the region that digits reach."""

    truth: np.ndarray  # (T, N, H, W): the frames to come
    h: np.ndarray  # (T, N, U)
    mean: np.ndarray  # (U,): of h, over many sequences
    weight: np.ndarray  # (U, H, W)
    bias: np.ndarray  # (H, W)


def readout(model: VideoModel, settings: Settings, sequences: int) -> Readout:
    """The readout at work on the first held-out sequences."""
    rows, columns = lit_region(settings)
    frames = to_unit(evaluation.heldout_data(settings).batch(0, sequences))
    many = place_tuning.activity(model, settings, place_tuning.SEQUENCES[settings.scale])
    weight = features(model)["output future"]  # (U, S, S)
    bias = model.decoders["future"].get_parameter("readout.bias").detach().numpy()
    return Readout(
        frames[settings.frames_in :, :, rows, columns].numpy(),
        place_tuning.activity(model, settings, sequences)["future decoder"],
        many["future decoder"].mean((0, 1)),
        weight[:, rows, columns],
        bias.reshape(-1, *weight.shape[1:]).mean(0)[rows, columns],
    )


def partial_frame(readout: Readout, h: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray]:
    """The frame (H, W) in [0, 1] when only the `number` units that change it most have their
    activity h (U,), and all others their mean; and those units.
    """
    norms = np.linalg.norm(readout.weight.reshape(len(readout.weight), -1), axis=1)
    change = (h - readout.mean) * norms  # (U,)
    chosen = np.argsort(-np.abs(change))[:number]
    active = readout.mean.copy()
    active[chosen] = h[chosen]
    logits = np.tensordot(active, readout.weight, 1) + readout.bias
    return 1 / (1 + np.exp(-logits)), chosen


class Snapshot(NamedTuple):
    """A network at a moment of its training."""

    step: int
    shapes: dict[str, dict[str, np.ndarray]]  # as `shapes` gives them
    model: VideoModel
    images: Features  # as they were at that moment: the model learns on


def train_with_snapshots(settings: Settings, number: int = 6) -> list[Snapshot]:
    """Train, and measure the features before the first step and `number` times on the way.

    Where a stored run takes over (see `training.learn`) its end is the last of them.
    """
    region = lit_region(settings)

    def measure(step: int, model: VideoModel) -> Snapshot:
        images = {name: part.copy() for name, part in crop(features(model), region).items()}
        return Snapshot(step, shapes(images), model, images)

    snapshots = [measure(0, untrained(settings))]

    def look(progress: training.Progress) -> None:
        if progress.fraction * number >= len(snapshots):
            snapshots.append(measure(progress.step, progress.model))

    run = training.learn(settings, "your network", on_step=look)
    last = int(run.curve["step"][-1])
    if snapshots[-1].step < last:
        snapshots.append(measure(last, run.model))
    return snapshots


def quartiles(measured: Mapping[str, Mapping[str, np.ndarray]]) -> dict[str, dict[str, list]]:
    """Lower quartile, median and upper quartile of every measure of every feature."""
    summary: dict[str, dict[str, list]] = {}
    for name, measures in measured.items():
        summary[name] = {}
        for key, values in measures.items():
            summary[name][key] = [
                round(float(q), 3) for q in np.quantile(values, (0.25, 0.5, 0.75))
            ]
    return summary


def settings_for(seed: int, scale: str) -> Settings:
    """A composite of two digits, trained until its future decoder draws more than noise."""
    changes = {} if scale == "smoke" else {"steps": 2000, "validate_every": 200}
    return Settings.for_scale(scale, num_digits=2, seed=seed, **changes)


def measure_network(model: VideoModel, settings: Settings) -> dict[str, Any]:
    """Quartiles of all measures, the chance that an output feature measures more than an input
    feature (under the rule, and smoothed), and how units fire.
    """
    images = crop(features(model), lit_region(settings))
    measured = {"as it is": shapes(images), "smoothed": shapes(images, blur=BLUR)}
    return {
        "shapes": quartiles(measured["as it is"]),
        "output_larger": {way: _chances(part) for way, part in measured.items()},
        "firing": place_tuning.explain(model, settings),
    }


def _chances(measured: Mapping[str, Mapping[str, np.ndarray]]) -> dict[str, dict[str, float]]:
    """Gate -> measure -> the chance that the future's output feature measures more."""
    output = measured["output future"]
    chances: dict[str, dict[str, float]] = {}
    for gate in GATES:
        rows = measured[f"input {gate}"]
        chances[gate] = {k: round(chance_larger(output[k], rows[k]), 3) for k in MEASURES}
    return chances


def run(scale: str, out: Path) -> Generator[str, None, dict[str, Any]]:
    """Train a network from every seed, and measure it before and after.

    One that is trained is not trained again.
    """
    networks = []
    for seed in SEEDS:
        settings, folder = settings_for(seed, scale), out / "runs" / f"features-{seed}"
        yield from runs.training_lines(settings, folder)
        model = checkpoints.load_model(folder)
        score = evaluation.evaluate(model, settings, runs.SEQUENCES[scale], similarity=False)
        networks.append(
            {
                "future": score["future"]["cross_entropy"],
                "trained": measure_network(model, settings),
                "untrained": measure_network(untrained(settings), settings),
            }
        )
    return {
        "made": {"seeds": list(SEEDS)},
        "scale": scale,
        "settings": settings.to_dict(),
        "networks": networks,
        "baselines": score["baselines"],
    }
