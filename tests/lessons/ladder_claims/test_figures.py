"""The pictures of lesson 14b, by what their texts say."""

import io

import numpy as np
from PIL import Image

from lstm_video_lab.files import load_result
from lstm_video_lab.lessons.ladder_claims import figures


def pixels(picture):
    return np.asarray(Image.open(io.BytesIO(picture.png)).convert("RGB"))


def test_the_five_ways_show_every_second_frame_in_few_bytes():
    result = load_result("ladder")
    picture = figures.draw_ways(result)
    assert "frames 9, 11, 13, 15, 17" in picture.text
    heavy = figures.draw_ways.__wrapped__(result)
    assert len(picture.png) < len(heavy.png)
    assert np.array_equal(pixels(picture), pixels(heavy))
