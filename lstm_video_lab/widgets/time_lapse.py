"""How a prediction comes into being: one clip at some twenty moments of a training, on a slider.

T time, H × W the size of a frame.
"""

from __future__ import annotations

from typing import Any

from lstm_video_lab import plots
from lstm_video_lab.data.frames import unpack_frames
from lstm_video_lab.plots.canvas import Picture
from lstm_video_lab.widgets.base import LabWidget, slider


class TimeLapse(LabWidget):
    """One clip as a fully connected and a convolutional model predict it while they learn.

    `result`: `load_result("time_lapse")`.
    """

    title = "how a prediction comes into being"

    def __init__(self, result: dict[str, Any]) -> None:
        self.result = result
        super().__init__()

    def controls(self) -> dict[str, Any]:
        last = min(len(model["step"]) for model in self.result["models"].values()) - 1
        return {"moment": slider("Moment", last, 0, last)}

    def render(self, moment: int) -> Picture:
        return draw_time_lapse(self.result, moment)


def draw_time_lapse(result: dict[str, Any], moment: int = -1) -> Picture:
    """The true future of one clip over what the models predict of it at that moment."""
    first = result["frames_in"] + 1
    rows = {"true future": unpack_frames(result["clip"])[first - 1 :]}  # (T, H, W)
    words = []
    for name, model in result["models"].items():
        steps = model["step"][moment]
        clips = steps * model["settings"]["batch_size"]
        rows[f"{name}, {clips:,} clips"] = unpack_frames(model["predicted"][moment])
        words.append(
            f"{name} after {steps:,} steps of {model['settings']['batch_size']} clips: "
            f"{model['future'][moment]:.1f} nats per frame"
        )
    mean_image = result["baselines"]["mean_image"]["cross_entropy"]
    text = (
        f"{'; '.join(words)} (mean of {result['sequences']} held-out sequences; the mean image "
        f"costs {mean_image:.1f}). Trained from nothing."
    )
    return plots.frames(rows, text, first=first, title="One clip, predicted during a training")
