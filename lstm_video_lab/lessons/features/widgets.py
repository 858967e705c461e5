"""What units look at, what they draw, and where they fire: three things to browse.

U units, S side of a frame, T time, N films, K × K places of a map.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lstm_video_lab import evaluation, plots
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.lessons.features import experiment as lib
from lstm_video_lab.lessons.features import place_tuning
from lstm_video_lab.models import VideoModel
from lstm_video_lab.plots.canvas import Picture
from lstm_video_lab.settings import Settings
from lstm_video_lab.widgets.base import LabWidget, dropdown, slider

COLUMNS = 20  # features in a line of a sheet
TONES = 6  # greys to either side of zero: as many as one can tell apart in a small picture
WAYS = [
    ("of the same frame", "none"),
    ("control: frames of the film mixed", "time"),
    ("control: of another film", "film"),
]


class ContactSheet(LabWidget):
    """The features of largest norm, of one kind, of one of several networks.

    `networks`: words -> features, as `experiments.features.features` gives them.
    """

    title = "features of largest norm"

    def __init__(self, networks: Mapping[str, lib.Features], number: int = lib.LARGEST) -> None:
        self.networks = networks
        self.units = len(next(iter(next(iter(networks.values())).values())))
        self.number = min(number, self.units)
        super().__init__()

    def controls(self) -> dict[str, Any]:
        kinds = list(next(iter(self.networks.values())))
        return {
            "kind": dropdown("Feature", kinds[0], kinds),
            "network": dropdown("Network", next(iter(self.networks)), list(self.networks)),
            "number": slider("How many", self.number, 1, self.number),
        }

    def render(self, kind: str, network: str, number: int) -> Picture:
        return draw_sheet(self.networks[network][kind], f"{kind}, {network}", number)


def signed(image: np.ndarray, scale: float | None = None) -> np.ndarray:
    """Values as greys in [0, 1], zero in the middle, in TONES steps up to `scale` (the largest)."""
    scale = max(float(np.abs(image).max()) if scale is None else scale, 1e-12)
    return 0.5 + 0.5 * np.round(np.clip(image / scale, -1, 1) * TONES) / TONES


def draw_sheet(images: np.ndarray, name: str, number: int) -> Picture:
    """The `number` images (U, S, S) of largest L2 norm, each on a scale of its own."""
    units = lib.largest(images, number)
    norms = np.linalg.norm(images.reshape(len(images), -1), axis=1)
    return plots.images(
        [signed(image) for image in images[units]],
        text=f"{name}: the {len(units)} of {len(images)} units with the largest L2 norm, from "
        f"{norms[units[0]]:.2f} down to {norms[units[-1]]:.2f}; the mean of all is "
        f"{norms.mean():.2f}. Bright: positive, dark: negative, each on a scale of its own.",
        columns=COLUMNS,
    )


class UnitBrowser(LabWidget):
    """Any unit: its features, and the mean of its activity by the place of a digit.

    Units are counted from 1, from the largest norm of the kind that is chosen, or as they lie.
    """

    title = "one unit: what it looks at, what it draws, where it fires"

    def __init__(self, model: VideoModel, settings: Settings) -> None:
        films = place_tuning.FILMS[settings.scale]
        images, box = lib.features(model), settings.image_size - settings.digit_size
        active, places = (
            place_tuning.activity(model, settings, films),
            place_tuning.positions(settings, films),
        )
        self.images = lib.crop(images, lib.lit(settings))
        self.tunings = {
            way: {
                part: place_tuning.tune(h, place_tuning.shuffle(places[part], way), box)
                for part, h in active.items()
            }
            for _, way in WAYS
        }
        self.drawn = place_tuning.drawn_at(images["output future"], settings.digit_size)
        super().__init__()

    def controls(self) -> dict[str, Any]:
        orders = [("as they lie", "")] + [(f"from the largest {n}", n) for n in self.images]
        units = len(self.drawn)
        return {
            "unit": slider("Unit", 1, 1, units),
            "order": dropdown("Counted", "output future", orders),
            "way": dropdown("Positions", "none", WAYS),
        }

    def render(self, unit: int, order: str, way: str) -> Picture:
        number = lib.largest(self.images[order], unit)[-1] if order else unit - 1
        return draw_unit(self.images, self.tunings, self.drawn, int(number), way)


def draw_unit(
    images: lib.Features,
    tunings: Mapping[str, Mapping[str, place_tuning.Tuning]],
    drawn: np.ndarray,
    unit: int,
    way: str,
) -> Picture:
    """The features of a unit over its maps; all maps of a part share the scale of the true one."""
    top = [signed(group[unit]) for group in images.values()]
    captions, maps, facts = list(images), [], []
    for part, tuning in tunings[way].items():
        true = tunings["none"][part].maps[unit]
        middle = np.nanmean(true)
        scale = float(np.nanmax(np.abs(true - middle)))
        shown = tuning.maps[unit] - middle
        maps.append(signed(np.where(np.isfinite(shown), shown, 0.0), scale))
        captions.append(f"fires in {part}")
        facts.append(
            f"{part}: the place of a digit explains {100 * tuning.explained[unit]:.0f} % of its "
            f"variance (median unit {100 * np.median(tuning.explained):.0f} %)"
        )
    maps.append(signed(drawn[unit] - drawn[unit].mean()))
    captions.append("draws there")
    true = tunings["none"]["future decoder"].maps
    match = place_tuning.agreement(true, drawn)[unit]
    words = {value: name for name, value in WAYS}[way]
    return plots.images(
        [*top, *maps],
        captions,
        f"Unit {unit + 1} of {len(drawn)}, positions {words}. {'; '.join(facts)}. Where it fires "
        f"in the decoder and where it draws correlate by {match:+.2f}. Mid-grey is zero in "
        "features, and the mean in maps.",
        columns=len(top),
    )


class FrameBuilder(LabWidget):
    """A predicted frame as the sum of what its units draw: how many does it take?"""

    title = "a frame put together from units"

    def __init__(self, model: VideoModel, settings: Settings, films: int = 8) -> None:
        rows, columns = lib.lit(settings)
        frames = to_unit(evaluation.heldout_data(settings).batch(0, films))
        self.truth = frames[settings.frames_in :, :, rows, columns].numpy()  # (T, N, H, W)
        self.h = place_tuning.activity(model, settings, films)["future decoder"]  # (T, N, U)
        self.mean = place_tuning.activity(model, settings, place_tuning.FILMS[settings.scale])[
            "future decoder"
        ].mean((0, 1))  # (U,)
        weight = lib.features(model)["output future"]  # (U, S, S)
        bias = model.decoders["future"].get_parameter("readout.bias").detach().numpy()
        self.weight = weight[:, rows, columns]  # (U, H, W)
        self.bias = bias.reshape(-1, *weight.shape[1:]).mean(0)[rows, columns]
        super().__init__()

    def controls(self) -> dict[str, Any]:
        units = len(self.weight)
        return {
            "film": slider("Film", 1, 1, self.truth.shape[1]),
            "step": slider("Predicted frame", 1, 1, len(self.truth)),
            "number": slider("Units", min(16, units), 0, units),
        }

    def render(self, film: int, step: int, number: int) -> Picture:
        h = self.h[step - 1, film - 1]
        return draw_sum(
            self.truth[step - 1, film - 1], h, self.mean, self.weight, self.bias, number
        )


def partial_frame(h, mean, weight, bias, number: int) -> tuple[np.ndarray, np.ndarray]:
    """The frame (H, W) when only the `number` units that change it most say what they have to say,
    and all others say their mean; and those units.
    """
    change = (h - mean) * np.linalg.norm(weight.reshape(len(weight), -1), axis=1)  # (U,)
    chosen = np.argsort(-np.abs(change))[:number]
    heard = mean.copy()
    heard[chosen] = h[chosen]
    logits = np.tensordot(heard, weight, 1) + bias
    return 1 / (1 + np.exp(-logits)), chosen


def draw_sum(truth, h, mean, weight, bias, number: int) -> Picture:
    """Truth, full prediction, the prediction of `number` units, and what the first of them draw."""
    whole, _ = partial_frame(h, mean, weight, bias, len(h))
    part, chosen = partial_frame(h, mean, weight, bias, number)
    nothing, _ = partial_frame(h, mean, weight, bias, 0)
    shown = chosen[:5]
    drawn = [signed((h[unit] - mean[unit]) * weight[unit]) for unit in shown]
    names = [f"unit {unit + 1}" for unit in shown]
    far, near = (float(((frame - whole) ** 2).sum()) for frame in (nothing, part))
    return plots.images(
        [truth, whole, part, *drawn],
        ["truth", f"all {len(h)} units", f"{number} units", *names],
        f"With {number} of {len(h)} units, {100 * (1 - near / max(far, 1e-12)):.0f} % of the way "
        "from the frame of nobody (all units at their mean) to the predicted frame is done, in "
        "squared error. Right: what the first of them add, bright where they add light.",
        columns=8,
    )
