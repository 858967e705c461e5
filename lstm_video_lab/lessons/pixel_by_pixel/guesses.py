"""What lesson 16 asks before it shows: options, what is said to who chose them, and why."""

from __future__ import annotations

from typing import Any

import numpy as np

from lstm_video_lab.lessons.pixel_by_pixel.two_places import (
    costs_alone,
    expected,
    two_places,
    whole_cost,
)
from lstm_video_lab.questions import Question

ONCE = "as much as the one yes or no"
TWICE = "twice as much: it pays in both places"
EACH_TIME = "as much again for every pixel that differs"


def _why_each_time(p: float) -> str:
    _, pictures = two_places()
    futures, chances = pictures.reshape(2, -1), np.array([p, 1 - p])
    alone = expected(costs_alone(futures, chances), chances).sum()
    whole = whole_cost(chances)
    return (
        f"As a whole the future costs {whole:.3f} nats, pixel by pixel {alone:.1f}: "
        f"{alone / whole:.0f} times as much. No pixel is wrong about itself. But each is asked "
        "anew what the first has already settled."
    )


ONE_YES_OR_NO = Question(
    "pixel_by_pixel/one_yes_or_no",
    "What does the future cost, added up over the pixels, if each pixel is given its own right "
    "probability and does not know of the others?",
    {
        ONCE: "So it would be if each pixel were told those before it: then the first one settles "
        "it.",
        TWICE: "Two places, but each of them has many pixels, and none is told what its neighbour "
        "knows.",
        EACH_TIME: "Every pixel is right about itself, and yet the sum is too high.",
    },
    EACH_TIME,
    _why_each_time,
)

FRAMES = "between 1 and 2: frames learn of frames"
PIXELS = "between 2 and 3: pixels learn of pixels"


def _where_nats_go(nats: dict[str, Any]) -> str:
    first, second, third = (line[-1].item() for line in nats.values())
    return FRAMES if first - second > second - third else PIXELS


def _why_nats_go(nats: dict[str, Any]) -> str:
    first, second, third = (line[-1].item() for line in nats.values())
    return (
        f"In the last frame {first:.1f} nats if nobody knows, {second:.1f} if frames know of "
        f"frames, {third:.1f} if pixels know of pixels. Whoever does not know where the digit went "
        "pays in every place where it may be."
    )


STAIRCASE = Question(
    "pixel_by_pixel/staircase",
    "From model 1 to model 3, where do most of the nats go in the last frame?",
    {
        FRAMES: "The frames before tell where the digit is. In this run its own pixels tell even "
        "more.",
        PIXELS: "Within a frame the first pixels of a digit give the others away. But the frames "
        "before have told most of it already.",
    },
    _where_nats_go,
    _why_nats_go,
)

STAY = "they stay whole: it has learned what digits look like"
BLUR = "they blur, as in lesson 05"
FALL_APART = "they fall apart into dots, or vanish"
WRITES_ON = Question(
    "pixel_by_pixel/writes_on",
    "Its digits are whole in the frames that it was shown. What becomes of them in those that it "
    "writes?",
    {
        STAY: "It has learned what pixel follows *true* pixels. Its own are soon none of those.",
        BLUR: "A blur needs greys, and it must choose black or white at each pixel.",
        FALL_APART: "It commits itself, and keeps to what it wrote; and what it wrote is soon no "
        "digit.",
    },
    FALL_APART,
    "One wrong pixel, and the next is written beside it. Who is right at a pixel with P = 0.99 "
    f"gets all 256 of a frame right in {0.99**256:.0%} of the cases.",
)
