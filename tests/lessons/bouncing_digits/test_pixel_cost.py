"""The cost of one pixel, against torch's own cross-entropy and a search for the least."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from lstm_video_lab.lessons.bouncing_digits.figures import cost, draw_cost, floor
from lstm_video_lab.lessons.bouncing_digits.widgets import PixelCost


@given(st.floats(0.01, 0.99), st.floats(0, 1))
def test_the_cost_is_torchs(p, x):
    p, x = torch.tensor([p], dtype=torch.float64), torch.tensor([x], dtype=torch.float64)
    np.testing.assert_allclose(cost(p, x.item()), F.binary_cross_entropy(p, x), rtol=1e-9)


@pytest.mark.parametrize("x", [0.0, 0.2, 0.5, 1.0])
def test_the_floor_is_the_least_of_all_predictions(x):
    tried = cost(np.linspace(1e-6, 1 - 1e-6, 10_001), x)
    assert floor(x) == pytest.approx(tried.min(), abs=2e-6)
    assert floor(x) >= 0 and not math.copysign(1, floor(x)) < 0


def test_words_say_what_a_prediction_costs():
    words = draw_cost(0.5).text
    assert words.count("0.69 nats") == 3  # ln 2, whatever the pixel is
    assert "never under 0.69" in words and "-0.00" not in words


def test_the_slider_changes_picture_and_words():
    widget = PixelCost()
    before = widget.picture()
    widget.values["p"].value = 0.9
    assert widget.picture().png != before.png and widget.picture().text != before.text
