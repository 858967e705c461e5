"""Metrics against scikit-image, against plain loops, and against values known by hand."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from skimage.metrics import structural_similarity

from lstm_video_lab import metrics

SHAPES = st.one_of(
    st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 6), st.integers(1, 6)),
    st.tuples(*[st.integers(1, 3)] * 3, st.integers(1, 6), st.integers(1, 6)),
)


def frames(*shape, seed=0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(*shape, generator=generator, dtype=dtype)


def per_frame(function, *arrays):
    """The plain form: one number for each (t, b), pixel by pixel."""
    T, B = arrays[0].shape[:2]
    sums = np.zeros((T, B))
    for t in range(T):
        for b in range(B):
            pixels = zip(*(a[t, b].flatten().tolist() for a in arrays), strict=True)
            sums[t, b] = sum(function(*values) for values in pixels)
    return sums


def nats(p, x):
    """−x ln p − (1−x) ln(1−p), with 0 ln 0 = 0 and infinity where the impossible happened."""

    def part(weight, chance):
        if weight == 0:
            return 0.0
        return -weight * math.log(chance) if chance > 0 else math.inf

    return part(x, p) + part(1 - x, 1 - p)


@given(shape=SHAPES, data=st.data())
@settings(max_examples=40, deadline=None)
def test_sums_equal_plain_loops(shape, data):
    unit = hnp.arrays(np.float64, shape, elements=st.sampled_from([0.0, 1.0, 0.25, 1e-3, 0.999]))
    x, p = (torch.from_numpy(data.draw(unit)) for _ in range(2))
    logits = torch.from_numpy(data.draw(hnp.arrays(np.float64, shape, elements=st.floats(-15, 15))))
    assert np.allclose(metrics.squared_error(p, x), per_frame(lambda a, b: (a - b) ** 2, p, x))
    assert np.allclose(metrics.cross_entropy_of_probability(p, x), per_frame(nats, p, x))
    assert np.allclose(metrics.entropy(x), per_frame(lambda b: nats(b, b), x))
    plain = per_frame(lambda a, b: nats(1 / (1 + math.exp(-a)), b), logits, x)
    assert np.allclose(metrics.cross_entropy(logits, x), plain)


@given(p=st.floats(0, 1), x=st.floats(0, 1))
def test_no_probability_beats_the_entropy_bound(p, x):
    p, x = (torch.full((1, 1, 1, 1), v, dtype=torch.float64) for v in (p, x))
    assert metrics.cross_entropy_of_probability(p, x) >= metrics.entropy(x) - 1e-12


def test_zero_logits_cost_ln2_for_each_pixel():
    x = frames(2, 3, 5, 7)
    assert torch.allclose(
        metrics.cross_entropy(torch.zeros_like(x), x), torch.full((2, 3), 35 * math.log(2)).double()
    )


def test_cross_entropy_is_stable_for_extreme_logits():
    x = torch.tensor([0.0, 1.0]).reshape(1, 1, 1, 2)
    right, wrong = 1000 * (2 * x - 1), 1000 * (1 - 2 * x)
    assert metrics.cross_entropy(right, x).item() == 0
    assert metrics.cross_entropy(wrong, x).item() == 2000
    assert metrics.cross_entropy_of_probability(1 - x, x).item() == math.inf


def test_bytes_count_as_parts_of_255():
    generator = torch.Generator().manual_seed(1)
    x = torch.randint(0, 256, (2, 2, 12, 12), generator=generator, dtype=torch.uint8)
    p = torch.randint(0, 256, (2, 2, 12, 12), generator=generator, dtype=torch.uint8)
    unit = [v.numpy() / 255 for v in (p, x)]
    assert np.allclose(metrics.squared_error(p, x), ((unit[0] - unit[1]) ** 2).sum((2, 3)))
    assert torch.allclose(metrics.ssim(p, x), metrics.ssim(p / 255, x / 255))
    assert torch.equal(metrics.entropy(x), metrics.entropy(x / 255))


def skimage_ssim(prediction, target, window):
    options = {"data_range": 1.0, "channel_axis": 0 if target.dim() == 5 else None}
    if window == "gaussian":
        options |= {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    return np.array(
        [
            [structural_similarity(p, x, **options) for p, x in zip(*row, strict=True)]
            for row in zip(prediction.numpy(), target.numpy(), strict=True)
        ]
    )


def pairs(shape):
    """Frames that are unrelated, nearly equal, black, white, and mostly flat as digits are."""
    x = frames(*shape)
    yield frames(*shape, seed=1), x
    yield (x + 0.05 * frames(*shape, seed=2)).clamp(0, 1), x
    yield torch.zeros_like(x), x
    yield torch.ones_like(x), torch.ones_like(x)
    digit = torch.where(x > 0.9, x, 0)
    yield digit.roll(1, -1), digit
    yield 1 - digit, digit


@pytest.mark.parametrize("window", ["gaussian", "uniform"])
@pytest.mark.parametrize("shape", [(2, 3, 16, 16), (1, 2, 32, 21), (2, 1, 3, 11, 24)])
def test_ssim_equals_scikit_image(window, shape):
    for prediction, target in pairs(shape):
        ours = metrics.ssim(prediction, target, window)
        assert ours.shape == shape[:2]
        assert np.abs(ours.numpy() - skimage_ssim(prediction, target, window)).max() < 1e-9
        single = metrics.ssim(prediction.float(), target.float(), window)
        assert single.dtype == torch.float32
        assert (single.double() - ours).abs().max() < 2e-5


def test_ssim_does_not_lose_precision_under_autocast():
    x = 0.9 + 0.1 * frames(1, 2, 16, 16, dtype=torch.float32)
    p = x + 0.01 * frames(1, 2, 16, 16, seed=1, dtype=torch.float32)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = metrics.ssim(p, x)
    assert torch.equal(inside, metrics.ssim(p, x))


@pytest.mark.parametrize("window", ["gaussian", "uniform"])
def test_ssim_has_the_right_gradient(window):
    x, p = frames(1, 1, 12, 12), frames(1, 1, 12, 12, seed=1).requires_grad_()
    assert torch.autograd.gradcheck(lambda p: metrics.ssim(p, x, window), p)
    black = torch.zeros(1, 1, 12, 12, requires_grad=True)
    metrics.ssim(black, x.float(), window).sum().backward()
    assert black.grad.isfinite().all() and black.grad.abs().sum() > 0


def test_ssim_can_be_a_loss():
    x = frames(1, 2, 16, 16, dtype=torch.float32)
    p = torch.full_like(x, 0.5).requires_grad_()
    optimiser = torch.optim.Adam([p], lr=0.05)
    before = metrics.ssim(p, x).mean().item()
    for _ in range(60):
        optimiser.zero_grad()
        (1 - metrics.ssim(p, x).mean()).backward()
        optimiser.step()
    assert before < 0.5 < 0.9 < metrics.ssim(p, x).mean().item()


def test_other_metrics_pass_gradients_to_the_prediction():
    x, p = frames(2, 1, 3, 3), frames(2, 1, 3, 3, seed=1).requires_grad_()
    assert torch.autograd.gradcheck(lambda p: metrics.cross_entropy(p, x), p)
    assert torch.autograd.gradcheck(lambda p: metrics.squared_error(p, x), p)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda x: metrics.ssim(x, x), "8×8 pixels are smaller than the 11×11 gaussian"),
        (lambda x: metrics.ssim(x[..., :5], x[..., :5], "uniform"), "8×5 .* 7×7 uniform"),
        (lambda x: metrics.ssim(x, x, "square"), "window='square' is unknown: .*gaussian, uniform"),
        (lambda x: metrics.squared_error(x[:1], x), r"\(1, 1, 8, 8\) and target \(2, 1, 8, 8\)"),
        (lambda x: metrics.entropy(x[0]), r"\(T, B, H, W\)"),
        (lambda x: metrics.entropy(x.long()), "torch.int64 are no pixels"),
    ],
)
def test_bad_input_gets_one_line(call, words):
    with pytest.raises(ValueError, match=words) as error:
        call(frames(2, 1, 8, 8))
    assert "\n" not in str(error.value)
