"""Two futures after one past: the digit turns left or right, and one picture is to be given.

T frames to come, H × W the size of a frame.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from lstm_video_lab.data import load_digits
from lstm_video_lab.data.bouncing import area_average, render
from lstm_video_lab.plots import film, lay_film
from lstm_video_lab.plots.canvas import (
    FAINT,
    FONT,
    INK,
    WIDTH,
    Picture,
    add_axes,
    draw_lines,
    finish,
    label_ends,
    room_for,
    sheet,
)
from lstm_video_lab.settings import Settings
from lstm_video_lab.widgets.base import LabWidget, slider

STEP = 0.1  # of the box of positions, in a frame
PAST, FUTURE = 4, 5  # frames seen, frames to come: as many as reach a wall from the middle


class Fork(NamedTuple):
    """Frames in [0, 1]: the past (PAST, H, W), and the futures left and right (T, H, W)."""

    past: np.ndarray
    left: np.ndarray
    right: np.ndarray


class TwoFutures(LabWidget):
    """Move the probability of left; see the best guess for squared error, and what it costs."""

    title = "two futures and one guess"

    def __init__(self, futures: Fork) -> None:
        self.futures = futures
        super().__init__()

    def controls(self) -> dict[str, Any]:
        return {"p": slider("Probability of left", 0.5, 0.0, 1.0, 0.05)}

    def render(self, p: float) -> Picture:
        return draw_futures(self.futures, p)


def fork(settings: Settings, label: int = 2) -> Fork:
    """A digit of the settings' world falls to the middle of the frame; there its ways part."""
    digits = load_digits(settings.digits, "test")
    image = digits.images[digits.labels == label][:1]
    box = settings.image_size - settings.digit_size
    ahead = STEP * np.arange(1, FUTURE + 1)
    fall = 0.5 - STEP * np.arange(PAST)[::-1]
    ways = [
        [(y, 0.5) for y in fall] + [(0.5, 0.5 + sign * step) for step in ahead] for sign in (-1, 1)
    ]
    places = (np.round(ways, 6) * box).astype(np.int64)  # (2, PAST + T, 2)
    two = np.repeat(area_average(image, settings.digit_size)[:, None], 2, 0)  # (2, 1, s, s)
    positions = places.swapaxes(0, 1)[:, :, None]  # (PAST + T, 2, 1, 2)
    frames = render(two, positions, settings.image_size).numpy() / 255  # (PAST + T, 2, H, W)
    return Fork(frames[:PAST, 0], frames[PAST:, 0], frames[PAST:, 1])


def expected_error(guess: np.ndarray, futures: Fork, p: float) -> float:
    """Squared error per frame, (summed over pixels, mean over T), that is to be expected."""
    left, right = (
        ((guess - future) ** 2).sum((1, 2)).mean() for future in (futures.left, futures.right)
    )
    return float(p * left + (1 - p) * right)


def best_guess(futures: Fork, p: float) -> np.ndarray:
    """The one film with the least expected squared error: the mean of the futures, (T, H, W)."""
    return p * futures.left + (1 - p) * futures.right


def draw_futures(futures: Fork, p: float) -> Picture:
    """Both futures and the best guess as frames, over the cost of guessing at every p."""
    ahead = {"left": futures.left, "right": futures.right, "guess": best_guess(futures, p)}
    rows = {name: np.concatenate([futures.past, frames]) for name, frames in ahead.items()}
    left = room_for(["frame"])
    image, _ = film(rows, WIDTH - left - 8)
    numbers = ["seen"] * PAST + [f"+{t}" for t in range(1, FUTURE + 1)]
    figure = sheet(WIDTH, image.shape[0] + 330)
    lay_film(figure, image, list(rows), numbers, left, 24)
    costs = _lay_costs(figure, futures, p, image.shape[0] + 44)
    listed = ", ".join(f"{name} {cost:.1f}" for name, cost in costs.items())
    return finish(
        figure,
        f"Left with probability {p:.2f}. Expected squared error per frame: {listed}. "
        f"The best guess shows the left digit at {100 * p:.0f} % and the right one at "
        f"{100 * (1 - p):.0f} % of its brightness. Nothing is trained here.",
    )


def _lay_costs(figure, futures: Fork, p: float, top: float) -> dict[str, float]:
    """Expected squared error against p, with p marked; returns the errors at p."""
    fixed = {
        "say left": futures.left,
        "say right": futures.right,
        "copy last": futures.past[-1:].repeat(FUTURE, 0),
        "all black": np.zeros_like(futures.left),
    }

    def costs(p: float) -> dict[str, float]:
        best = {"best guess": expected_error(best_guess(futures, p), futures, p)}
        return best | {name: expected_error(guess, futures, p) for name, guess in fixed.items()}

    chances, now = np.linspace(0, 1, 21), costs(p)
    along = [costs(chance) for chance in chances]
    axes = add_axes(figure, 72, top, WIDTH - 72 - room_for(["best guess 123.4"]) - 40, 220)
    lines = {name: (chances, [each[name] for each in along]) for name in now}
    ends = draw_lines(axes, lines)
    axes.axvline(p, color=FAINT, linewidth=1.5)
    axes.set(xlim=(0, 1), ylim=(0, None))
    axes.set_xlabel("probability of left", color=INK, fontsize=FONT)
    axes.set_ylabel("expected squared error", color=INK, fontsize=FONT)
    words = (f"{name} {cost:.1f}" for name, cost in now.items())
    label_ends(
        figure, axes, [(y, text, look) for (y, _, look), text in zip(ends, words, strict=True)]
    )
    return now
