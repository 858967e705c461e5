"""Pictures with a line of text each: pixels in `canvas`, axes in `charts`."""

from lstm_video_lab.plots.canvas import Picture
from lstm_video_lab.plots.charts import (
    bars,
    curves,
    draw_bars,
    film,
    frames,
    images,
    lay_film,
    lay_strip,
    number_columns,
    strip,
)

__all__ = [
    "Picture",
    "bars",
    "curves",
    "draw_bars",
    "film",
    "frames",
    "images",
    "lay_film",
    "lay_strip",
    "number_columns",
    "strip",
]
