"""A widget with every kind of control that the lab uses, for a notebook of the browser tests."""

import ipywidgets
import numpy as np

from lstm_video_lab.plots import images
from lstm_video_lab.widgets.base import LabWidget, dropdown, player, row, slider

LONG = "a choice of many words, which is longer than the menu of a narrow page"


class EveryKind(LabWidget):
    title = "squares for every kind of control"

    def controls(self):
        return {
            "whole": slider("Whole", 3, 0, 9),
            "real": slider("Real", 0.5, 0.0, 1.0, 0.25),
            "rate": ipywidgets.FloatLogSlider(
                value=0.004, min=-4, max=-1, step=0.1, description="Rate"
            ),
            "units": ipywidgets.SelectionSlider(
                options=[16, 64, 128, 256, 512], value=256, description="Units"
            ),
            "menu": dropdown("Menu", "b", ["a", "b", "c"]),
            "long": dropdown("Feedback", LONG, [LONG, "short"]),
            "radio": ipywidgets.RadioButtons(options=["one", "two", LONG], description="Radio"),
            "show": ipywidgets.ToggleButtons(options=["future", "past"], description="Show"),
            "more": ipywidgets.ToggleButton(description="More"),
            "mark": ipywidgets.Checkbox(description="Marked"),
            "path": ipywidgets.Text(description="Path"),
        }

    def arrange(self, controls):
        whole, *rest = controls.values()
        press = ipywidgets.Button(description="Press")
        return ipywidgets.VBox([player(whole), row(*rest, press)])

    def render(self, whole, **_values):
        squares = np.full((9, 8, 8), 0.9)
        squares[:whole] = 0.1
        names = [str(n + 1) for n in range(9)]
        return images(squares, names, f"{whole} squares of 9 are dark.", columns=9)
