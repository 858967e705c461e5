"""The pictures of lesson 14, by what their texts say."""

import io
import re

import numpy as np
import torch
from PIL import Image

from lstm_video_lab.files import load_result
from lstm_video_lab.lessons.video_ladder import figures


def pixels(picture):
    return np.asarray(Image.open(io.BytesIO(picture.png)).convert("RGB"))


def test_the_mean_of_a_filter_makes_no_neighbours_alike():
    draw = torch.Generator().manual_seed(0)
    noise = torch.randn(300, 4, 7, 7, generator=draw)
    shifted = noise + 3 * torch.randn(300, 4, 1, 1, generator=draw)
    text = figures.draw_filters(noise, shifted, 300).text
    before, after = re.search(r"correlate by (\S+) before and (\S+) after", text).groups()
    assert abs(float(before)) < 0.05
    assert before == after


def test_the_five_ways_show_every_second_frame_in_few_bytes():
    result = load_result("ladder")
    picture = figures.draw_ways(result)
    assert "frames 9, 11, 13, 15, 17" in picture.text
    heavy = figures.draw_ways.__wrapped__(result)
    assert len(picture.png) < len(heavy.png)
    assert np.array_equal(pixels(picture), pixels(heavy))
