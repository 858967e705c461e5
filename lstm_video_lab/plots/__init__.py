"""Pictures with a line of text each: pixels (`canvas`), parts (`page`), `charts`, `films`."""

from lstm_video_lab.plots.canvas import Picture
from lstm_video_lab.plots.charts import bars, curves, frames, images, strip
from lstm_video_lab.plots.films import film

__all__ = ["Picture", "bars", "curves", "film", "frames", "images", "strip"]
