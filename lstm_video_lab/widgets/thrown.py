"""A drawing that flies, what models of the box predict of it, and the picture of both.

T time, S the side of a frame, s the side of a drawing, in pixels.
"""

from __future__ import annotations

import math
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from lstm_video_lab import plots
from lstm_video_lab.data.bouncing import bounce, render
from lstm_video_lab.data.digits import load_digits
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.metrics import squared_error
from lstm_video_lab.models import VideoModel
from lstm_video_lab.plots.canvas import Picture
from lstm_video_lab.prediction import predict
from lstm_video_lab.pretrained import load_pretrained

SIDE, FRAME, SEEN, FUTURE = 28, 64, 10, 10  # s, S, frames that are seen and frames to come
FINE = 4  # pixels of an example for one of a drawing
PEN = 10  # of those, the width of a line
MODELS = {"FC-LSTM": "fc-two-digits", "ConvLSTM": "convlstm-two-digits"}
DIRECTIONS = {
    "to the right": 15,
    "down": 80,
    "down to the left": 140,
    "to the left": 190,
    "up": 260,
    "up to the right": 320,
}  # → degrees from the right, clockwise; none along a wall


class Flight(NamedTuple):
    """A clip, uint8 (T, S, S), and what each model predicts after its frames that are seen."""

    clip: np.ndarray
    predicted: dict[str, np.ndarray]  # float (FUTURE, S, S)


@cache
def box_model(name: str) -> VideoModel:
    """A model of the box, loaded once."""
    return load_pretrained(MODELS[name])


def load_models() -> None:
    """Load all that predict, so that the first drawing need not wait for them."""
    for name in MODELS:
        box_model(name)


def throw(drawing: np.ndarray, angle: float, speed: float) -> Tensor:
    """A drawing (s, s) from the middle of the box on: uint8 (T, 1, S, S).

    angle: degrees from the right, clockwise; speed: as of `BouncingDigits`.
    """
    step = speed * np.array([math.sin(math.radians(angle)), math.cos(math.radians(angle))])
    places, _ = bounce(np.array([0.5, 0.5]), step, SEEN + FUTURE)  # (T, 2)
    positions = (places * (FRAME - SIDE)).astype(np.int64)[:, None, None]  # (T, 1, 1, 2)
    return render(drawing[None, None], positions, FRAME)


@lru_cache(maxsize=1)
def fly(pixels: bytes, angle: float, speed: float) -> Flight:
    """Throw a drawing of s · s bytes and let the models predict it."""
    clip = throw(np.frombuffer(pixels, np.uint8).reshape(SIDE, SIDE), angle, speed)
    predicted = {}
    for name in MODELS:
        future = predict(box_model(name), clip[:SEEN], FUTURE).future  # (FUTURE, 1, S, S)
        assert future is not None
        predicted[name] = future[:, 0].numpy()
    return Flight(clip[:, 0].numpy(), predicted)


def draw_flight(flight: Flight) -> Picture:
    """The last frame seen and the future, over what each model predicts of it."""
    rows = {"your drawing": flight.clip[SEEN:], **flight.predicted}
    errors = [f"{name} {error:.0f}" for name, error in errors_of(flight).items()]
    text = (
        f"Your drawing in frames {SEEN + 1} to {SEEN + FUTURE}, and what two networks predict of "
        f"it after frames 1 to {SEEN}. Squared error per frame: {', '.join(errors[:2])}; without a "
        f"network, {', '.join(errors[2:])}. Both have learnt from handwritten digits alone."
    )
    return plots.frames(rows, text, first=SEEN + 1)


def errors_of(flight: Flight) -> dict[str, float]:
    """Squared error per frame of each model, and of two answers that predict nothing."""
    truth = to_unit(torch.tensor(flight.clip[SEEN:]))[:, None]  # (FUTURE, 1, S, S)
    last = to_unit(torch.tensor(flight.clip[SEEN - 1]))
    answers = {name: torch.tensor(frames)[:, None] for name, frames in flight.predicted.items()}
    answers |= {"an empty frame": torch.zeros_like(truth), "the last frame": last.expand_as(truth)}
    return {name: squared_error(p, truth).mean().item() for name, p in answers.items()}


def digit() -> np.ndarray:
    """A handwritten digit that no model was trained on."""
    return load_digits(split="test").images[0]


def star() -> np.ndarray:
    """A star of five points, in one line."""
    turns = -math.pi / 2 + np.arange(6) * 4 * math.pi / 5
    middle, radius = FINE * SIDE / 2, 0.42 * FINE * SIDE
    points = np.stack((middle + radius * np.cos(turns), middle + radius * np.sin(turns)), -1)
    return _drawn([points.ravel().tolist()])


def letter() -> np.ndarray:
    """An R."""
    bow = [40.0, 20, 70, 22, 78, 38, 68, 54, 40, 58]
    return _drawn([[40, 96, *bow[:2]], bow, [52, 58, 80, 96]])


def face() -> np.ndarray:
    """A face that smiles."""
    image, pen = _sheet()
    pen.ellipse((12, 12, 100, 100), outline=255, width=PEN)
    pen.arc((34, 34, 78, 82), 20, 160, fill=255, width=PEN)
    for x in (42, 70):
        pen.ellipse((x - 6, 38, x + 6, 50), fill=255)
    return _reduced(image)


EXAMPLES = {"A digit": digit, "A letter": letter, "A star": star, "A face": face}


def _sheet() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("L", (FINE * SIDE, FINE * SIDE))
    return image, ImageDraw.Draw(image)


def _drawn(lines: list[list[float]]) -> np.ndarray:
    image, pen = _sheet()
    for points in lines:
        pen.line(points, fill=255, width=PEN, joint="curve")
    return _reduced(image)


def _reduced(image: Image.Image) -> np.ndarray:
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BOX))
