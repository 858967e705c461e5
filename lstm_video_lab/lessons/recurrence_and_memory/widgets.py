"""How a small change of a state travels through time.

T time, k steps back from the last step, S seeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch
from matplotlib.transforms import Affine2D, Transform
from numpy.typing import ArrayLike

from lstm_video_lab.lessons.recurrence_and_memory.jacobians import measure_gains
from lstm_video_lab.plots import lay_strip
from lstm_video_lab.plots.canvas import (
    BLUE,
    DPI,
    FAINT,
    FONT,
    INK,
    SMALL,
    VERMILLION,
    WIDTH,
    Picture,
    add_axes,
    as_array,
    finish,
    sheet,
    write,
)
from lstm_video_lab.widgets.base import LABEL, LabWidget, dropdown, row, slider

SCALES = tuple(0.25 * n for n in range(1, 13))
SHOWN = ("RNN", "GRU", "LSTM, forget 0", "LSTM, forget 1", "LSTM, forget 5")
UNROLLED = 190  # pixels, the height of the unrolled picture
LEFT, ROOM = 96, WIDTH - 96 - 76  # where time begins, and its width
FAR = 6.0  # powers of ten at the ends of the strip's colours
FATES = (  # below that power of ten
    (-3.0, "it has vanished"),
    (-1.0, "it is faint"),
    (1.0, "it still counts"),
    (3.0, "it has grown"),
    (np.inf, "it has exploded"),
)


class GradientExplorer(LabWidget):
    """Choose a cell, the size of its recurrent weights and a length; scrub through the steps.

    What is shown is measured when it is first asked for. `seeds`: of the cells; `longest`: steps;
    `cell`, `scale`, `back`: what is shown first.
    """

    title = "gradients through time"

    def __init__(
        self,
        seeds: Sequence[int] = (0, 1, 2),
        longest: int = 100,
        *,
        cell: str = "RNN",
        scale: float = 1.0,
        back: int = 10,
    ) -> None:
        self.seeds, self.longest, self.first = tuple(seeds), longest, (cell, scale, back)
        super().__init__()

    def controls(self) -> dict[str, Any]:
        cell, scale, back = self.first
        longest = self.longest
        sizes = ipywidgets.SelectionSlider(
            options=[(f"{size:g}", size) for size in SCALES],
            value=scale,
            description="Weight scale",
            style=LABEL,
        )
        return {
            "cell": dropdown("Cell", cell, SHOWN),
            "scale": sizes,
            "length": slider("Length", min(50, longest), 2, longest),
            "back": slider("Steps back", min(back, longest), 1, longest),
        }

    def arrange(self, controls: dict[str, Any]) -> ipywidgets.Widget:
        first, *rest = controls.values()
        return ipywidgets.VBox([row(first, rest[0]), row(*rest[1:])])

    def render(self, cell: str, scale: float, length: int, back: int) -> Picture:
        gains = measure_gains(cell, scale, self.seeds, self.longest)
        return draw_gains(gains, cell, scale, length, min(back, length))


def draw_gains(gains: ArrayLike, cell: str, scale: float, length: int, back: int) -> Picture:
    """The last `length` steps, unrolled, as a strip of norms, and as a curve.

    `gains` (S, T + 1): ‖∂s(T)/∂s(T−k)‖ for each seed; `back`: the k that is looked at.
    """
    powers = np.log10(as_array(gains)[:, : length + 1])  # (S, k)
    mean = powers.mean(0)
    figure = sheet(WIDTH, UNROLLED + 300)
    draw_unrolled(figure, mean, back)
    strip = np.clip(powers.T[::-1], -FAR, FAR)  # (k, S), the last step at the right
    mark, limits = length - back, (-FAR, FAR)
    lay_strip(figure, strip, LEFT, UNROLLED, ROOM, 54, "each seed", mark, limits)
    write(figure, "power of 10", WIDTH - 4, UNROLLED + 58, ha="right", fontsize=SMALL, color=FAINT)
    axes = add_axes(figure, LEFT, UNROLLED + 80, ROOM, 172)
    steps = -np.arange(length + 1)
    axes.plot(steps, powers.T, color=FAINT, linewidth=0.8, alpha=0.7)
    axes.plot(steps, mean, color=BLUE, linewidth=2.2)
    axes.plot([-back], [mean[back]], "o", color=VERMILLION, markersize=8)
    axes.axhline(0, color=INK, linewidth=1.1, linestyle=(0, (6, 3)))
    axes.set_xlim(-length - 0.5, 0.5)
    low, high = min(-1.0, powers.min()), max(1.0, powers.max())
    axes.set_ylim(low - 0.05 * (high - low), high + 0.05 * (high - low))
    axes.xaxis.set_major_formatter(lambda x, _: f"{abs(x):g}")
    axes.set_xlabel("steps back from the last step", color=INK, fontsize=FONT)
    axes.set_ylabel("norm, power of 10", color=INK, fontsize=FONT)
    return finish(figure, describe_gains(powers, cell, scale, back))


def describe_gains(powers: np.ndarray, cell: str, scale: float, back: int) -> str:
    """In words: what is left of a change `back` steps ago; `powers` (S, k) are of ten."""
    here = powers[:, back]
    mean = here.mean()
    fate = next(words for most, words in FATES if mean < most)
    spread = f"{number(here.min())} to {number(here.max())}"
    return (
        f"{cell}, weight scale {scale:g}: a small change of the state {back} steps before the end "
        f"reaches the end at most {number(mean)} times as large: {fate}. (Geometric mean of the "
        f"seeds; {len(powers)} measured, {spread}.) "
        f"On average that is × {10 ** (mean / back):.3f} for each step; at × 1, the dashed line, "
        "nothing would be lost or blown up."
    )


def number(power: float) -> str:
    """10 to that power in a few letters."""
    plain = 10**power
    if 0.001 <= plain < 10_000:
        return f"{plain:.3g}"
    exponent = int(np.floor(power))
    mantissa = f"{10 ** (power - exponent):.1f}"
    return f"{mantissa}·10^{exponent}".replace("-", "−")


def draw_unrolled(figure: Figure, powers: np.ndarray, back: int) -> None:
    """The steps from T − back to T as boxes; backwards arrows are as thick as the gradient."""
    nodes = list(range(back, -1, -1))  # k of every box, the last step at the right
    if back > 6:
        nodes = [back, back - 1, back - 2, 2, 1, 0]
    gap = (WIDTH - 120) / (len(nodes) - 1)
    y, radius = 84, 25
    flip = Affine2D().scale(1, -1).translate(0, figure.get_size_inches()[1] * DPI)
    for n, k in enumerate(nodes):
        x = 60 + n * gap
        hue = VERMILLION if k == back else BLUE if k == 0 else INK
        circle = Circle((x, y), radius, facecolor="white", edgecolor=hue, linewidth=2)
        _add(figure, circle, flip)
        write(figure, "s(T)" if k == 0 else f"s(T−{k})", x, y, ha="center", va="center", fontsize=9)
        _arrow(figure, (x, y + 62), (x, y + radius + 2), 1.2, FAINT, flip)
        write(figure, "x", x + 7, y + 48, fontsize=SMALL, color=FAINT)
        if k == 0:
            continue
        after = nodes[n + 1]
        ends = (x + radius + 3, x + gap - radius - 3)
        _arrow(figure, (ends[0], y + 9), (ends[1], y + 9), 1.2, FAINT, flip)
        thick = float(np.clip(3 + powers[k] / 1.5, 0.5, 7))
        _arrow(figure, (ends[1], y - 9), (ends[0], y - 9), thick, VERMILLION, flip)
        factor = f"× {number(powers[k] - powers[after])}"
        if k - after > 1:
            factor += f"\n{k - after} steps"
        write(figure, factor, x + gap / 2, y - 20, ha="center", va="bottom", fontsize=SMALL)
    total = f"{number(powers[back])} = product of the factors: the norm of ∂s(T)/∂s(T−{back})"
    write(figure, total, 12, 8, weight="bold")
    write(figure, "→ the network runs   ← the gradient runs", 12, y + 76, fontsize=9, color=FAINT)


def _arrow(figure: Figure, start, end, width: float, colour: str, place: Transform) -> None:
    look: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 9 + 1.5 * width}
    arrow = FancyArrowPatch(start, end, color=colour, linewidth=width, shrinkA=0, shrinkB=0, **look)
    _add(figure, arrow, place)


def _add(figure: Figure, artist: Any, place: Transform) -> None:
    artist.set_transform(place)
    figure.add_artist(artist)
