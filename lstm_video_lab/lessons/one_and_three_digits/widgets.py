"""The explorers of lesson 08: a model that knows two digits is shown one, two, three or four."""

from __future__ import annotations

from typing import Any

from lstm_video_lab.lessons.one_and_three_digits.experiment import (
    DIGITS,
    THRESHOLDS,
    Examples,
    examples,
    with_digits,
)
from lstm_video_lab.lessons.one_and_three_digits.figures import draw_blobs, draw_count
from lstm_video_lab.models import VideoModel
from lstm_video_lab.plots import Picture
from lstm_video_lab.settings import Settings
from lstm_video_lab.widgets.base import LabWidget, dropdown, slider

WORDS = [("to come", "future"), ("seen, recalled", "reconstruction")]
SHOWN = 12  # sequences to choose from


class DigitCountExplorer(LabWidget):
    """Choose how many digits the model is shown, a sequence, and from where on a pixel counts."""

    title = "a model of two digits, shown another number"

    def __init__(self, model: VideoModel, settings: Settings, number: int = 1) -> None:
        self.model, self.settings, self.first = model, settings, number
        self.examples: dict[int, Examples] = {}
        super().__init__()

    def controls(self) -> dict[str, Any]:
        return {
            "number": slider("Digits shown", self.first, DIGITS[0], DIGITS[-1]),
            "sequence": slider("Sequence", 1, 1, SHOWN),
            "threshold": slider("Threshold", 0.3, THRESHOLDS[0], THRESHOLDS[-1], 0.1),
            "part": dropdown("Frames", "future", WORDS),
        }

    def render(self, number: int, sequence: int, threshold: float, part: str) -> Picture:
        if number not in self.examples:
            settings = with_digits(self.settings, number)
            self.examples[number] = examples(self.model, settings, SHOWN)
        return draw_count(self.examples[number], number, sequence, threshold, part)


class BlobExplorer(LabWidget):
    """Counted blobs over all stored sequences; move the threshold and see what depends on it.

    `result`: `load_result("digit_count")`.
    """

    title = "how many blobs, at every threshold"

    def __init__(self, result: dict[str, Any], number: int = 3) -> None:
        self.result, self.first = result, number
        super().__init__()

    def controls(self) -> dict[str, Any]:
        levels = self.result["thresholds"]
        return {
            "number": slider("Digits shown", self.first, DIGITS[0], DIGITS[-1]),
            "threshold": slider("Threshold", levels[2], levels[0], levels[-1], 0.1),
            "part": dropdown("Frames", "future", WORDS),
        }

    def render(self, number: int, threshold: float, part: str) -> Picture:
        return draw_blobs(self.result, number, threshold, part)
