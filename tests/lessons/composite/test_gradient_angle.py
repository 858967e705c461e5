"""Two gradients that meet: against torch and the law of cosines."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lstm_video_lab.lessons.composite.figures import draw_gradients
from lstm_video_lab.lessons.composite.gradient_angle import GradientPair, compare_gradients


@given(st.integers(0, 10**6))
def test_lengths_and_cosine_agree_with_torch_and_the_law_of_cosines(seed):
    generator = torch.Generator().manual_seed(seed)
    a, b = torch.randn(2, 3, 5, generator=generator, dtype=torch.float64)
    m = compare_gradients(a, b)
    expected = torch.cosine_similarity(a.flatten(), b.flatten(), dim=0).item()
    assert m.cosine == pytest.approx(expected)
    assert (m.future, m.reconstruction) == pytest.approx((a.norm().item(), b.norm().item()))
    law = m.future**2 + m.reconstruction**2 + 2 * m.future * m.reconstruction * m.cosine
    assert m.sum == pytest.approx(math.sqrt(law)) == pytest.approx((a + b).norm().item())


def test_a_gradient_without_direction_is_refused():
    for bad in (torch.zeros(3), torch.tensor([1.0, math.nan, 0.0])):
        with pytest.raises(ValueError, match="angle"):
            compare_gradients(bad, torch.ones(3))


def test_words_and_arrows_follow_the_angle():
    right = {"step 1": GradientPair(3.0, 4.0, 5.0, 0.0)}
    same = {"step 1": GradientPair(3.0, 4.0, 7.0, 1.0)}
    picture = draw_gradients(right)
    assert "90°" in picture.text and "future 3, reconstruction 4, sum 5" in picture.text
    assert draw_gradients(same).png != picture.png
    assert draw_gradients(right, "my words").text == "my words"
