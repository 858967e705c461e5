"""Pictures with a line of text each: pixels (`canvas`), parts (`page`), `charts`."""

from lstm_video_lab.plots.canvas import Picture
from lstm_video_lab.plots.charts import bars, curves, frames, images, strip

__all__ = ["Picture", "bars", "curves", "frames", "images", "strip"]
