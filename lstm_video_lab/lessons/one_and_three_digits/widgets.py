"""The explorers of lesson 08: models that know two digits are shown one, two, three or four."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lstm_video_lab.lessons.one_and_three_digits.experiment import (
    DIGITS,
    THRESHOLDS,
    Examples,
    examples,
    with_digits,
)
from lstm_video_lab.lessons.one_and_three_digits.figures import LABELS, draw_blobs, draw_count
from lstm_video_lab.models import VideoModel
from lstm_video_lab.plots import Picture
from lstm_video_lab.settings import Settings
from lstm_video_lab.widgets.base import LabWidget, dropdown, slider

WORDS = [("to come", "future"), ("seen, recalled", "reconstruction")]
SHOWN = 12  # sequences to choose from


class DigitCountExplorer(LabWidget):
    """Choose a model, how many digits it is shown, a sequence, and from where on a pixel counts.

    `models`: name -> the model and the settings of its world; `most`: digits that can be shown.
    """

    title = "a model of two digits, shown another number"

    def __init__(
        self,
        models: Mapping[str, tuple[VideoModel, Settings]],
        number: int = 1,
        most: int = DIGITS[-1],
    ) -> None:
        self.models, self.first, self.most = models, number, most
        self.examples: dict[tuple[str, int], Examples] = {}
        super().__init__()

    def controls(self) -> dict[str, Any]:
        return {
            "name": dropdown("Model", next(iter(self.models)), list(self.models)),
            "number": slider("Digits shown", self.first, DIGITS[0], self.most),
            "sequence": slider("Sequence", 1, 1, SHOWN),
            "threshold": slider("Threshold", 0.3, THRESHOLDS[0], THRESHOLDS[-1], 0.1),
            "part": dropdown("Frames", "future", WORDS),
        }

    def examples_of(self, name: str, number: int) -> Examples:
        """What a model makes of the first clips of that many digits; computed once."""
        if (name, number) not in self.examples:
            model, settings = self.models[name]
            self.examples[name, number] = examples(model, with_digits(settings, number), SHOWN)
        return self.examples[name, number]

    def render(self, name: str, number: int, sequence: int, threshold: float, part: str) -> Picture:
        return draw_count(self.examples_of(name, number), number, sequence, threshold, part)


class BlobExplorer(LabWidget):
    """Counted blobs over all stored sequences; move the threshold and see what depends on it.

    `result`: `load_result("digit_count")`; `most`: digits that can be shown.
    """

    title = "how many blobs, at every threshold"

    def __init__(self, result: dict[str, Any], number: int = 3, most: int = DIGITS[-1]) -> None:
        self.result, self.first, self.most = result, number, most
        super().__init__()

    def controls(self) -> dict[str, Any]:
        levels, names = self.result["thresholds"], list(self.result["models"])
        return {
            "name": dropdown("Model", names[0], [(LABELS[name], name) for name in names]),
            "number": slider("Digits shown", self.first, DIGITS[0], self.most),
            "threshold": slider("Threshold", levels[2], levels[0], levels[-1], 0.1),
            "part": dropdown("Frames", "future", WORDS),
        }

    def render(self, name: str, number: int, threshold: float, part: str) -> Picture:
        return draw_blobs(self.result, name, number, threshold, part)
