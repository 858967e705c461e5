"""The units explorer: the stored autoencoders of `lstm-video-lab experiment units`, by size."""

from __future__ import annotations

from typing import Any

import ipywidgets

from lstm_video_lab import plots
from lstm_video_lab.plots.canvas import Picture, levels_of
from lstm_video_lab.widgets.base import LABEL, LabWidget


class UnitsExplorer(LabWidget):
    """Move over the sizes that were trained; `result` is what `load_result("units")` gives."""

    title = "error against training, for one size"

    def __init__(self, result: dict[str, Any]) -> None:
        self.result = result
        super().__init__()

    def controls(self) -> dict[str, Any]:
        sizes = sizes_of(self.result)
        moved = ipywidgets.SelectionSlider(
            options=sizes, value=sizes[len(sizes) // 2], description="Units", style=LABEL
        )
        return {"units": moved}

    def render(self, units: int) -> Picture:
        return draw_units(self.result, units)


def sizes_of(result: dict[str, Any]) -> list[int]:
    """The stored sizes, from small to large."""
    return sorted(map(int, result["units"]))


def draw_units(result: dict[str, Any], units: int) -> Picture:
    """The learning curve of one size between those of the smallest and the largest, in numbers."""
    sizes = sizes_of(result)
    curves = {n: result["units"][str(n)]["curve"] for n in (units, sizes[0], sizes[-1])}
    return plots.curves(
        {f"{n} units": (curve["step"], curve["reconstruction"]) for n, curve in curves.items()},
        levels_of(result["baselines"]),
        describe_units(result, units),
    )


def describe_units(result: dict[str, Any], units: int) -> str:
    """What one size cost and what it reached, beside baselines and the 2017 lab report."""
    one, baselines = result["units"][str(units)], result["baselines"]
    score, pixels = one["report"]["reconstruction"], one["report"]["image_size"] ** 2
    published = result["lab_report"].get(str(units))
    report = "none for this size" if published is None else f"{published:.4f} per pixel"
    mean, copied = (baselines[name]["mse"] for name in ("mean_image", "copy_last"))
    return (
        f"{units} units: {one['parameters']:,} parameters, {one['steps']} steps. "
        f"Held-out squared error {score['mse']:.2f} ± "
        f"{score['stderr']['mse']:.2f} per frame, {score['mse'] / pixels:.4f} per pixel (mean "
        f"image {mean:.1f} per frame, copy-last {copied:.1f}); cross-entropy "
        f"{score['cross_entropy']:.1f} nats per frame. Lab report of 2017, on other data: "
        f"{report}. Stored results, {result['scale']} scale."
    )
