"""What single units look at and what they draw: the paper's pictures, measured.

An *input feature* is a unit's row of the encoder's input weights as an image: one for each gate. An
*output feature* is a unit's column of a decoder's readout. Source: Srivastava, Mansimov and
Salakhutdinov 2015, section 3: input features are thin strips, output features fatter blobs.

U units, S side of a frame, H × W of an image.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from lstm_video_lab import evaluation, plots, training
from lstm_video_lab.files import store_result
from lstm_video_lab.lessons.features import place_tuning
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings
from lstm_video_lab.training import checkpoints, runs

NAME = "composite-two-digits"  # in the box
GATES = "ifgo"  # g is the cell input, no gate: the paper shows it beside the three gates
LARGEST = 200  # units of largest norm, as many as the paper shows
DARK = 1e-3  # a pixel whose mean is below this is hardly ever lit: its weights learn nothing
BLUR = 1.5  # pixels, of the rule that smooths first
SEEDS = (0, 1, 2)
MEASURES = ("area", "width", "length", "elongation", "participation")

Features = dict[str, np.ndarray]  # "input i" … "input o", "output future", …: (U, S, S)


def features(model: VideoModel) -> Features:
    """All features of a fully connected model, not yet scaled. Raises ValueError for a ConvLSTM."""
    s = model.settings
    if s.cell != "lstm":
        raise ValueError(
            f"cell={s.cell!r}: its weights are small kernels, not images: choose a model with "
            "cell='lstm'"
        )
    shape = (-1, s.channels, s.image_size, s.image_size)
    weights = dict(model.named_parameters())
    found = {
        f"input {gate}": rows.view(shape).mean(1)  # (U, S, S)
        for gate, rows in zip(GATES, weights["encoder.weight_ih_l0"].detach().chunk(4), strict=True)
    }
    for name in model.decoders:
        columns = weights[f"decoders.{name}.readout.weight"].detach().T
        found[f"output {name}"] = columns.reshape(shape).mean(1)
    return {name: images.cpu().numpy() for name, images in found.items()}


def untrained(settings: Settings) -> VideoModel:
    """The same network before its first step: the control."""
    return VideoModel(**settings.model_fields(), seed=settings.seed).eval()


def largest(images: np.ndarray, number: int = LARGEST) -> np.ndarray:
    """The units of largest L2 norm, from large to small."""
    return np.argsort(-np.linalg.norm(images.reshape(len(images), -1), axis=1))[:number]


def lit(settings: Settings) -> tuple[slice, slice]:
    """Rows and columns of a frame that digits ever reach: the rest keeps its first weights."""
    shown = evaluation.mean_image(settings).numpy() > DARK
    return tuple(
        slice(int(found[0]), int(found[-1]) + 1)
        for found in (np.flatnonzero(shown.any(axis)) for axis in (1, 0))
    )  # type: ignore[return-value]


def crop(images: Features, box: tuple[slice, slice]) -> Features:
    """The same features inside a box of the frame."""
    return {name: group[:, box[0], box[1]] for name, group in images.items()}


def lobe(image: np.ndarray, level: float = 0.5) -> np.ndarray:
    """The main lobe of an image, bool (H, W): the pixels of one sign that hang together with the
    strongest one and are at least `level` times as strong.
    """
    from scipy import ndimage

    peak = np.unravel_index(np.abs(image).argmax(), image.shape)
    strong = image * np.sign(image[peak]) >= level * abs(image[peak])
    parts, _ = ndimage.label(strong)
    return parts == parts[peak]


def sides(mask: np.ndarray) -> tuple[float, float]:
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
    length, width = sides(mask)
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

    found = {}
    for name, group in images.items():
        rows = [
            measure(ndimage.gaussian_filter(image, blur) if blur else image, level)
            for image in group[largest(group, number)]
        ]
        found[name] = {key: np.array([row[key] for row in rows]) for key in MEASURES}
    return found


def larger(a: np.ndarray, b: np.ndarray) -> float:
    """The probability that one drawn from `a` is larger than one from `b`; ties count half."""
    a = a[:, None]
    return float((a > b).mean() + (a == b).mean() / 2)


class Look(NamedTuple):
    """A network at a moment of its training."""

    step: int
    seconds: float
    shapes: dict[str, dict[str, np.ndarray]]  # as `shapes` gives them
    model: VideoModel


def follow(settings: Settings, looks: int = 6) -> Iterator[Look]:
    """Train, and measure the features before the first step and `looks` times on the way."""
    box, model = lit(settings), untrained(settings)
    yield Look(0, 0.0, shapes(crop(features(model), box)), model)
    done = 0
    for progress in training.train(settings):
        if progress.fraction * looks >= done + 1:
            done = int(progress.fraction * looks)
            model = progress.model
            found = shapes(crop(features(model), box))
            yield Look(progress.step, progress.seconds, found, model)


def summary(found: Mapping[str, Mapping[str, np.ndarray]]) -> dict[str, dict[str, list[float]]]:
    """Lower quartile, median and upper quartile of every measure of every feature."""
    return {
        name: {
            key: [round(float(q), 3) for q in np.quantile(values, (0.25, 0.5, 0.75))]
            for key, values in measures.items()
        }
        for name, measures in found.items()
    }


def settings_for(seed: int, scale: str) -> Settings:
    """A composite of two digits, trained until its future decoder draws more than noise."""
    changes = {} if scale == "smoke" else {"steps": 2000, "validate_every": 200}
    return Settings.for_scale(scale, num_digits=2, seed=seed, **changes)


def examine(model: VideoModel, settings: Settings) -> dict[str, Any]:
    """Quartiles of all measures, the chance that an output feature measures more than an input
    feature (under the rule, and smoothed), and how units fire.
    """
    images = crop(features(model), lit(settings))
    found = {"as it is": shapes(images), "smoothed": shapes(images, blur=BLUR)}
    return {
        "shapes": summary(found["as it is"]),
        "output_larger": {
            way: {
                gate: {
                    k: round(larger(part["output future"][k], part[f"input {gate}"][k]), 3)
                    for k in MEASURES
                }
                for gate in GATES
            }
            for way, part in found.items()
        },
        "firing": place_tuning.explain(model, settings),
    }


def run(scale: str, out: Path) -> Iterator[str]:
    """Train a network from every seed, measure it before and after, and store the measures."""
    networks = []
    for seed in SEEDS:
        settings, folder = settings_for(seed, scale), out / "runs" / f"features-{seed}"
        for progress in training.train(settings, folder, resume=True):
            if progress.heldout is not None:
                yield f"{folder.name}: step {progress.step}, {progress.loss:.1f}"
        model = checkpoints.load_model(folder)
        score = evaluation.evaluate(model, settings, runs.SEQUENCES[scale], similarity=False)
        networks.append(
            {
                "future": score["future"]["cross_entropy"],
                "trained": examine(model, settings),
                "untrained": examine(untrained(settings), settings),
            }
        )
    result = {
        "scale": scale,
        "settings": settings.to_dict(),
        "networks": networks,
        "baselines": score["baselines"],
    }
    kinds = list(networks[0]["trained"]["shapes"])
    widths = {
        way: np.array([[n[way]["shapes"][kind]["width"][1] for kind in kinds] for n in networks])
        for way in ("trained", "untrained")
    }  # (networks, kinds) each
    picture = plots.bars(
        kinds,
        {way: each.mean(0) for way, each in widths.items()},
        {way: each.std(0, ddof=1) for way, each in widths.items()},
        ylabel="median width, pixels",
        title=f"Width of the main lobe, {len(SEEDS)} networks ({scale} scale)",
    )
    yield store_result(out, "features", result, picture.png)
