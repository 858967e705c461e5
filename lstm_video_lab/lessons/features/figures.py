"""The pictures of lesson 10: widths of features, sheets of them, units, and frames put together.

U units, S side of a frame, T time, N sequences, K × K places of a map.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lstm_video_lab import plots
from lstm_video_lab.lessons.features.experiment import (
    GATES,
    LARGEST,
    Features,
    Readout,
    Snapshot,
    chances,
    largest,
    lobe,
    measure,
    partial_frame,
    quartiles,
)
from lstm_video_lab.lessons.features.place_tuning import Tuning
from lstm_video_lab.plots import Picture

COLUMNS = 20  # features in a line of a sheet
TONES = 6  # greys to either side of zero: as many as one can tell apart in a small picture
WAY_NAMES = {  # of place_tuning.WAYS
    "none": "of the same frame",
    "time": "control: frames of the sequence mixed",
    "other": "control: of another sequence",
}


def overview(result: dict[str, Any]) -> Picture:
    """Median width of the main lobe of each kind of feature, trained and untrained."""
    networks = result["networks"]
    kinds = list(networks[0]["trained"]["shapes"])
    means, deviations = {}, {}
    for way in ("trained", "untrained"):
        widths = [[n[way]["shapes"][kind]["width"][1] for kind in kinds] for n in networks]
        means[way] = np.mean(widths, 0)
        deviations[way] = np.std(widths, 0, ddof=1)
    return plots.bars(
        kinds,
        means,
        deviations,
        ylabel="median width, pixels",
        title=f"Width of the main lobe, {len(networks)} networks ({result['scale']} scale)",
    )


def signed(image: np.ndarray, scale: float | None = None) -> np.ndarray:
    """Values as greys in [0, 1], zero in the middle, in TONES steps up to `scale` (the largest)."""
    scale = max(float(np.abs(image).max()) if scale is None else scale, 1e-12)
    return 0.5 + 0.5 * np.round(np.clip(image / scale, -1, 1) * TONES) / TONES


def draw_sheet(images: np.ndarray, name: str, number: int, columns: int = COLUMNS) -> Picture:
    """The `number` images (U, S, S) of largest L2 norm, each on a scale of its own."""
    units = largest(images, number)
    norms = np.linalg.norm(images.reshape(len(images), -1), axis=1)
    return plots.images(
        [signed(image) for image in images[units]],
        text=f"{name}: the {len(units)} of {len(images)} units with the largest L2 norm, from "
        f"{norms[units[0]]:.2f} down to {norms[units[-1]]:.2f}; the mean of all is "
        f"{norms.mean():.2f}. Bright: positive, dark: negative, each on a scale of its own.",
        columns=columns,
    )


def draw_one_unit(images: Features, unit: int) -> Picture:
    """The features of one unit, side by side."""
    return plots.images(
        [signed(group[unit]) for group in images.values()],
        list(images),
        f"Unit {unit + 1} of {len(images['input i'])}. Four pictures of what it looks at, and what "
        "it draws. Bright: positive weights, dark: negative, mid-grey: zero.",
        columns=len(images),
    )


def draw_lobes(images: Features, number: int = 4) -> Picture:
    """Some of the largest features, each with its main lobe at its right."""
    pictures, captions = [], []
    for name, word in (("input g", "input"), ("output future", "output")):
        for unit in largest(images[name], number):
            image, found = images[name][unit], measure(images[name][unit])
            pictures += [signed(image), lobe(image).astype(float)]
            captions += [word, f"{found['length']:.0f} × {found['width']:.0f}"]
    return plots.images(
        pictures,
        captions,
        f"{number} input features and {number} output features, each with its main lobe at its "
        "right, and the length and width of that lobe in pixels.",
    )


def draw_measure(networks: Mapping[str, Mapping], name: str) -> Picture:
    """Medians of a measure for each kind of feature, of several networks: words → its shapes."""
    middle = {words: quartiles(shapes) for words, shapes in networks.items()}
    kinds = list(next(iter(middle.values())))
    values = {
        words: [round(part[kind][name][1], 2) for kind in kinds] for words, part in middle.items()
    }
    spans = {
        words: [(part[kind][name][2] - part[kind][name][0]) / 2 for kind in kinds]
        for words, part in middle.items()
    }
    listed = "; ".join(
        f"{words} " + ", ".join(f"{kind} {v:.3g}" for kind, v in zip(kinds, row, strict=True))
        for words, row in values.items()
    )
    unit = "" if name == "elongation" else ", pixels"
    return plots.bars(
        kinds,
        values,
        spans,
        text=f"Median {name} of the main lobe{unit}: {listed}. Bars: half the distance between the "
        f"quartiles of {LARGEST} units.",
        ylabel=f"{name}{unit}",
    )


def draw_stored_networks(result: dict[str, Any]) -> Picture:
    """The chance that an output feature measures more, over the stored networks."""
    groups = {}
    for name in ("width", "length", "elongation"):
        groups[name] = np.array(
            [
                [network["trained"]["output_larger"]["as it is"][gate][name] for gate in GATES]
                for network in result["networks"]
            ]
        )  # (networks, gates)
    listed = "; ".join(f"{n} {c.min():.2f} to {c.max():.2f}" for n, c in groups.items())
    return plots.bars(
        [f"than input {gate}" for gate in GATES],
        {name: chance.mean(0).round(2) for name, chance in groups.items()},
        {name: chance.std(0, ddof=1) for name, chance in groups.items()},
        {"no difference": 0.5},
        "Chance that an output feature (future) measures more than an input feature, mean and "
        f"deviation over {len(result['networks'])} small networks: {listed}. Stored results, "
        f"{result['settings']['steps']} steps, {result['settings']['units']} units, 32×32 pixels.",
        ylabel="chance",
    )


def draw_chances(shapes: Mapping[str, Mapping[str, np.ndarray]]) -> Picture:
    """The chance that an output feature measures more than an input feature, in one network."""
    groups = {name: chances(shapes, name) for name in ("width", "length", "elongation")}
    listed = "; ".join(
        f"{name} {', '.join(f'{gate} {chance:.2f}' for gate, chance in group.items())}"
        for name, group in groups.items()
    )
    return plots.bars(
        [f"than input {gate}" for gate in GATES],
        {name: [round(chance, 2) for chance in group.values()] for name, group in groups.items()},
        None,
        {"no difference": 0.5},
        "The 64×64 network: chance that an output feature (future), drawn at random from the "
        f"{LARGEST} largest, measures more than an input feature: {listed}.",
        ylabel="chance",
    )


def draw_growth(looks: Sequence[Snapshot]) -> Picture:
    """Median width of some kinds of features while a network learns."""
    steps = [look.step for look in looks]
    widths = {
        name: [float(np.median(look.shapes[name]["width"])) for look in looks]
        for name in ("output future", "output reconstruction", "input o", "input g")
    }
    listed = "; ".join(
        f"{k}: {v[0]:.1f} at first, {v[-1]:.1f} at the end" for k, v in widths.items()
    )
    return plots.curves(
        {name: (steps, values) for name, values in widths.items()},
        {"one pixel": 1.0},
        f"Median width of the main lobe while the network learns. {listed}.",
        ylabel="width, pixels",
    )


def draw_growing(looks: Sequence[Snapshot], kinds: Mapping[str, str], units: int = 2) -> Picture:
    """Some features while a network learns: for each kind (a short word → its name) a line for each
    of the units that have the largest at the end.
    """
    pictures, captions = [], []
    for word, kind in kinds.items():
        for unit in largest(looks[-1].images[kind], units):
            pictures += [signed(look.images[kind][unit]) for look in looks]
            captions += [f"{word} {look.step}" for look in looks]
    listed = ", ".join(f"{word}: {kind}" for word, kind in kinds.items())
    return plots.images(
        pictures,
        captions,
        f"Features from step {looks[0].step} to step {looks[-1].step}; {listed}; the number is the "
        f"step. Of each kind the {units} units with the largest L2 norm at the end. Bright: "
        "positive, dark: negative, each on a scale of its own.",
        columns=len(looks),
    )


def draw_explained(fires: Mapping[str, dict[str, Any]]) -> Picture:
    """How much of a unit's variance a digit's place explains, with both controls; `fires`: words →
    what `place_tuning.explain` gives.
    """
    parts = ("encoder", "future decoder")
    labels = [f"{part.split()[-1]}, {words}" for part in parts for words in fires]
    ways = {"same frame": "none", "frames mixed": "time", "another clip": "other"}
    values = {
        words: [100 * fires[one][part][way] for part in parts for one in fires]
        for words, way in ways.items()
    }
    listed = "; ".join(
        f"{label} " + ", ".join(f"{words} {v[n]:.1f}" for words, v in values.items())
        for n, label in enumerate(labels)
    )
    return plots.bars(
        labels,
        values,
        text="How much of the variance of the median unit the place of a digit explains, in %: "
        f"{listed}.",
        ylabel="explained, %",
    )


def draw_unit(
    images: Features,
    tunings: Mapping[str, Mapping[str, Tuning]],
    drawn: np.ndarray | None,
    unit: int,
    way: str,
) -> Picture:
    """The features of a unit over its maps; all maps of a part share the scale of the true one.

    `tunings`: as `place_tuning.tunings` gives them; `drawn` (U, K, K): as `drawn_at` does, or None.
    """
    top = [signed(group[unit]) for group in images.values()]
    captions, maps, facts = list(images), [], []
    for part, tuning in tunings[way].items():
        true = tunings["none"][part].maps[unit]
        middle = np.nanmean(true)
        scale = float(np.nanmax(np.abs(true - middle)))
        values = tuning.maps[unit] - middle
        maps.append(signed(np.where(np.isfinite(values), values, 0.0), scale))
        captions.append(f"fires, {part.split()[-1]}")
        facts.append(
            f"{part}: the place of a digit explains {100 * tuning.explained[unit]:.0f} % of its "
            f"variance (median unit {100 * np.median(tuning.explained):.0f} %)"
        )
    if drawn is not None:
        maps.append(signed(drawn[unit] - drawn[unit].mean()))
        captions.append("draws there")
    return plots.images(
        [*top, *maps],
        captions,
        f"Unit {unit + 1} of {len(images['input i'])}, positions {WAY_NAMES[way]}. "
        f"{'; '.join(facts)}. "
        "Mid-grey is zero in features, and the mean in maps.",
        columns=len(top),
    )


def draw_sum(readout: Readout, sequence: int, step: int, number: int) -> Picture:
    """Truth, full prediction, the prediction of `number` units, and what the first of them draw.

    `sequence` and `step` count from 1.
    """
    truth, h = (each[step - 1, sequence - 1] for each in (readout.truth, readout.h))
    whole, _ = partial_frame(readout, h, len(h))
    part, chosen = partial_frame(readout, h, number)
    mean_frame, _ = partial_frame(readout, h, 0)
    first = chosen[:5]
    drawn = [signed((h[unit] - readout.mean[unit]) * readout.weight[unit]) for unit in first]
    names = [f"unit {unit + 1}" for unit in first]
    return plots.images(
        [truth, whole, part, *drawn],
        ["truth", f"all {len(h)}", f"{number} units", *names],
        f"With {number} of {len(h)} units, {100 * _way_done(mean_frame, part, whole):.0f} % of the "
        "way from the mean frame (all units at their mean) to the predicted frame is done, in "
        "squared error. Right: what the first of them add, bright where they add light.",
        columns=8,
    )


def draw_builds(readout: Readout, sequence: int, step: int) -> Picture:
    """One frame put together from ever more units; `sequence` and `step` count from 1."""
    truth, h = (each[step - 1, sequence - 1] for each in (readout.truth, readout.h))
    numbers = [number for number in (0, 16, 64, 128, 256) if number < len(h)] + [len(h)]
    parts = [partial_frame(readout, h, number)[0] for number in numbers]
    done = [_way_done(parts[0], part, parts[-1]) for part in parts]
    over_all = [float(np.mean(_ways_done(readout, number))) for number in numbers]
    return plots.images(
        [truth, *parts],
        ["truth", *(f"{number} units" for number in numbers)],
        "A frame of so many units, those first that change it most, and all others at their mean. "
        f"Of the way from the mean frame (0 units) to the predicted one, in squared error: "
        f"{_listed(numbers, done)}. Mean of {readout.h.shape[0] * readout.h.shape[1]} frames: "
        f"{_listed(numbers, over_all)}.",
        columns=len(parts) + 1,
    )


def _listed(numbers: Sequence[int], done: Sequence[float]) -> str:
    pairs = zip(numbers, done, strict=True)
    return ", ".join(f"{number} units {100 * part:.0f} %" for number, part in pairs)


def _way_done(start: np.ndarray, part: np.ndarray, end: np.ndarray) -> float:
    """Of the squared distance of two frames, the part that is gone: 1 if it is the end."""
    far, near = (float(((frame - end) ** 2).sum()) for frame in (start, part))
    return 1 - near / max(far, 1e-12)


def _ways_done(readout: Readout, number: int) -> list[float]:
    """The same for all frames of a readout."""
    done = []
    for h in readout.h.reshape(-1, readout.h.shape[2]):
        frames = [partial_frame(readout, h, n)[0] for n in (0, number, len(h))]
        done.append(_way_done(*frames))
    return done
