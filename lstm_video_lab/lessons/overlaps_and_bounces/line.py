"""The line to write in lesson 06b: where digits overlap."""

import numpy as np

from lstm_video_lab.questions import Line

overlaps = Line(
    reference=lambda lost, fainter: lost >= 0.1 * fainter,
    cases=[
        {"lost": np.array([0.0, 5.0, 10.0, 40.0]), "fainter": np.array([100.0] * 4)},
        {"lost": np.array([5.0, 5.0, 0.0]), "fainter": np.array([40.0, 60.0, 80.0])},
    ],
    hints=(
        "A tenth of the fainter digit's ink is a number for each frame.",
        "Compare the ink that is lost with 0.1 * fainter, for all frames at once.",
        "return lost >= 0.1 * fainter",
    ),
    mistakes={
        "A tenth counts already: in one frame exactly a tenth is lost.": (
            lambda lost, fainter: lost > 0.1 * fainter
        ),
        "You let any lost ink count. Digits that only touch would overlap.": (
            lambda lost, fainter: lost > 0
        ),
    },
)
