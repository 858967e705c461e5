"""The pictures of lesson 14, by what their texts say."""

import re

import torch

from lstm_video_lab.lessons.video_ladder import figures


def test_the_mean_of_a_filter_makes_no_neighbours_alike():
    draw = torch.Generator().manual_seed(0)
    noise = torch.randn(300, 4, 7, 7, generator=draw)
    shifted = noise + 3 * torch.randn(300, 4, 1, 1, generator=draw)
    text = figures.draw_filters(noise, shifted, 300).text
    before, after = re.search(r"correlate by (\S+) before and (\S+) after", text).groups()
    assert abs(float(before)) < 0.05
    assert before == after
