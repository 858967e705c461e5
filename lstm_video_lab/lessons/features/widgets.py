"""The explorers of lesson 10: features, units and where they fire, a frame put together.

U units, S side of a frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lstm_video_lab.lessons.features import experiment, place_tuning
from lstm_video_lab.lessons.features.figures import WAY_NAMES, draw_sheet, draw_sum, draw_unit
from lstm_video_lab.models import VideoModel
from lstm_video_lab.plots import Picture
from lstm_video_lab.settings import Settings
from lstm_video_lab.widgets.base import LabWidget, dropdown, slider


class ContactSheet(LabWidget):
    """The features of largest norm, of one kind, of one of several networks.

    `networks`: words -> features, as `experiment.features` gives them.
    """

    title = "features of largest norm"

    def __init__(
        self, networks: Mapping[str, experiment.Features], number: int = experiment.LARGEST
    ) -> None:
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


class UnitBrowser(LabWidget):
    """Any unit: its features, and the mean of its activity by the place of a digit.

    Units are counted from 1, from the largest norm of the kind that is chosen, or as they lie.
    `draws`: also where it draws.
    """

    title = "one unit: what it looks at, what it draws, where it fires"

    def __init__(self, model: VideoModel, settings: Settings, draws: bool = True) -> None:
        self.draws = draws
        images = experiment.features(model)
        self.images = experiment.crop(images, experiment.lit_region(settings))
        self.tunings = place_tuning.tunings(model, settings)
        self.drawn = place_tuning.drawn_at(images["output future"], settings.digit_size)
        super().__init__()

    def controls(self) -> dict[str, Any]:
        orders = [("as they lie", "")] + [(f"from the largest {n}", n) for n in self.images]
        ways = [(words, way) for way, words in WAY_NAMES.items()]
        return {
            "unit": slider("Unit", 1, 1, len(self.drawn)),
            "order": dropdown("Counted", "output future", orders),
            "way": dropdown("Positions", "none", ways),
        }

    def render(self, unit: int, order: str, way: str) -> Picture:
        number = experiment.largest(self.images[order], unit)[-1] if order else unit - 1
        drawn = self.drawn if self.draws else None
        return draw_unit(self.images, self.tunings, drawn, int(number), way)


class FrameBuilder(LabWidget):
    """A predicted frame as the sum of what its units draw: how many does it take?"""

    title = "a frame put together from units"

    def __init__(
        self, model: VideoModel, settings: Settings, sequences: int = 8, number: int = 16
    ) -> None:
        self.seen, self.first = settings.frames_in, number
        self.readout = experiment.readout(model, settings, sequences)
        super().__init__()

    def controls(self) -> dict[str, Any]:
        steps, sequences, units = self.readout.h.shape
        return {
            "sequence": slider("Sequence", 1, 1, sequences),
            "frame": slider("Frame", self.seen + 1, self.seen + 1, self.seen + steps),
            "number": slider("Units", min(self.first, units), 0, units),
        }

    def render(self, sequence: int, frame: int, number: int) -> Picture:
        return draw_sum(self.readout, sequence, frame - self.seen, number)
