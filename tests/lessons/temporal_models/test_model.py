"""Temporal models: inflated filters on still clips, ends of a clip, separable filters, counts."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from lstm_video_lab.lessons.temporal_models.model import (
    KINDS,
    PLACES,
    InTime,
    PerFrame,
    TemporalModel,
    cost,
    in_time,
    inflate,
    running_mean,
    separable,
)

T, B, S = 6, 3, 16


def noise(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def make(kind, **more):
    start = TemporalModel("frames", 10, S, seed=7) if kind == "inflated" else None
    return TemporalModel(kind, 4, S, start=start, **more)


@settings(deadline=None, max_examples=12)
@given(
    st.integers(1, 5),
    st.integers(1, 7),
    st.sampled_from([1, 3, 5]),
    st.integers(1, 2),
    st.sampled_from(PLACES),
)
def test_an_inflated_filter_answers_a_still_clip_as_the_image(depth, length, side, stride, where):
    conv = nn.Conv2d(2, 4, side, padding=side // 2, stride=stride, bias=depth > 1)
    image = noise(B, 2, 7, 7)
    clip = image.expand(length, *image.shape)
    given = inflate(conv, depth, where)(clip)
    assert given.shape[:3] == (length, B, 4)
    for t in range(length):  # the ends too; and F.conv2d pads the edges of the image with zeros
        expected = F.conv2d(image, conv.weight, conv.bias, stride, side // 2)
        torch.testing.assert_close(given[t], expected, atol=1e-5, rtol=1e-5)


def test_with_black_before_a_clip_the_first_answers_would_lack_a_part():
    conv, depth = nn.Conv2d(1, 2, 3, padding=1, bias=False), 3
    clip = noise(1, 1, 1, 7, 7).expand(T, 1, 1, 7, 7)
    inflated = inflate(conv, depth)
    black = torch.cat((torch.zeros(depth - 1, 1, 1, 7, 7), clip)).permute(1, 2, 0, 3, 4)
    padded = F.conv3d(black, inflated.weight, padding=(0, 1, 1))[0].transpose(0, 1)  # (T, 2, 7, 7)
    for t in range(T):
        share = min(t + 1, depth) / depth
        torch.testing.assert_close(padded[t], share * conv(clip[0])[0], atol=1e-6, rtol=1e-5)


def test_a_convolution_in_time_by_its_sum():
    conv, x = in_time(2, 3, 3, 3), noise(T, B, 2, 8, 8)
    given = conv(x)
    for t in range(T):
        parts = [F.conv2d(x[max(t - 2 + n, 0)], conv.weight[:, :, n], padding=1) for n in range(3)]
        torch.testing.assert_close(given[t], sum(parts) + conv.bias[:, None, None])


def test_a_moving_clip_is_answered_otherwise_than_its_frames():
    conv = nn.Conv2d(1, 2, 3, padding=1)
    clip = noise(T, B, 1, 8, 8)
    assert (
        inflate(conv, 3)(clip)[2:] - conv(clip.flatten(0, 1)).unflatten(0, (T, B))[2:]
    ).abs().max() > 0.1


def test_only_the_mean_is_alike_for_a_clip_and_the_clip_played_backwards():
    conv, clip = nn.Conv2d(1, 2, 3, padding=1), noise(3, B, 1, 8, 8)
    mean, last = (inflate(conv, 3, where) for where in PLACES)
    torch.testing.assert_close(mean(clip)[-1], mean(clip.flip(0))[-1])
    torch.testing.assert_close(last(clip), conv(clip.flatten(0, 1)).unflatten(0, (3, B)))
    with pytest.raises(ValueError, match="where='first'"):
        inflate(conv, 3, "first")


def test_an_inflated_layer_is_a_copy():
    conv = nn.Conv2d(1, 2, 3, padding=1)
    before = conv.weight.clone()
    with torch.no_grad():
        inflate(conv, 3).weight.zero_()
    assert torch.equal(conv.weight, before)


def test_a_separable_layer_is_one_convolution_over_space_and_time():
    layer, x = separable(2, 4, 3), noise(T, B, 2, 8, 8)
    space, time = layer
    whole = torch.einsum("omtyx,mikl->oitkl", time.weight, space.weight)  # y = x = 1
    full = in_time(2, 4, 3)
    bias = time.bias + torch.einsum("omtyx,m->o", time.weight, space.bias)
    full.load_state_dict({"weight": whole, "bias": bias})
    torch.testing.assert_close(layer(x), full(x), atol=1e-5, rtol=1e-5)
    assert space.weight.numel() + time.weight.numel() == 4 * (2 * 9 + 4 * 3)
    assert full.weight.numel() == 4 * 2 * 9 * 3


@pytest.mark.parametrize("kind", KINDS)
def test_the_answer_after_a_frame_knows_nothing_of_later_ones(kind):
    model, clips = make(kind).eval(), noise(T, B, S, S)
    whole = model(clips)
    assert whole.shape == (T, B, 4)
    for t in range(1, T + 1):
        torch.testing.assert_close(model(clips[:t]), whole[:t], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "lstm"])
def test_a_still_clip_gets_one_answer_all_the_time(kind):
    answers = make(kind)(noise(1, B, S, S).expand(T, B, S, S)).softmax(-1)
    torch.testing.assert_close(answers, answers[:1].expand_as(answers), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("kind", ("frames", "features"))
def test_averages_do_not_care_for_order_and_others_do(kind):
    clips = noise(T, B, S, S)
    back = clips.flip(0)
    model = make(kind)
    torch.testing.assert_close(model(clips)[-1], model(back)[-1], atol=1e-5, rtol=1e-4)
    for other in ("3d", "inflated", "separable", "lstm"):
        model = make(other)
        assert (model(clips)[-1] - model(back)[-1]).abs().max() > 1e-4


def test_frames_is_the_mean_of_what_each_frame_is_answered():
    model, clips = make("frames"), noise(T, B, S, S)
    alone = torch.stack([model(clips[t : t + 1])[0].softmax(-1) for t in range(T)])
    torch.testing.assert_close(model(clips)[-1].exp(), alone.mean(0))
    torch.testing.assert_close(running_mean(alone)[2], alone[:3].mean(0))


def test_an_inflated_model_answers_a_still_clip_as_its_start_does_in_the_trunk():
    start = TemporalModel("frames", 10, S, seed=3)
    model = TemporalModel("inflated", 4, S, start=start, seed=5)
    x = noise(1, B, 1, S, S)
    for flat, deep in zip(start.trunk, model.trunk, strict=True):
        assert isinstance(flat, PerFrame) and isinstance(deep, InTime)
    torch.testing.assert_close(model.trunk[0](x.expand(T, B, 1, S, S))[-1], start.trunk[0](x)[0])


def test_parameters_and_operations_by_hand():
    pixels, hidden = S * S, 16 * (S // 4) ** 2
    flat = [9 * 8 * pixels, 9 * 8 * 16 * pixels // 4]  # multiplications of a frame, each layer
    apart = [(9 * 8 + 3 * 8 * 8) * pixels, (9 * 8 * 16 + 3 * 16 * 16) * pixels // 4]
    answer = 64 * hidden + 64 * 4
    extra = {
        "frames": sum(flat),
        "features": sum(flat),
        "3d": 3 * sum(flat),
        "inflated": 3 * sum(flat),
        "separable": sum(apart),
        "lstm": sum(flat) + 4 * 64 * 128,
    }
    for kind in KINDS:
        model = make(kind)
        parameters, operations = cost(model, torch.zeros(T, B, S, S))
        # the first step of an LSTM has no product with its state, which is 0
        left_out = 4 * 64 * 64 if kind == "lstm" else 0
        assert operations == 2 * (T * (extra[kind] + answer) - left_out)
        assert parameters == sum(math.prod(p.shape) for p in model.parameters())
    weights = 8 * 9 * 3 + 8 + 16 * 8 * 27 + 16 + 64 * hidden + 64 + 4 * 64 + 4
    assert cost(make("3d"), torch.zeros(T, 1, S, S))[0] == weights


def test_its_weights_depend_on_the_seed_alone():
    torch.manual_seed(5)
    first = make("3d", seed=2)
    torch.manual_seed(6)
    again, other = make("3d", seed=2), make("3d", seed=3)
    assert torch.equal(first.trunk[0].weight, again.trunk[0].weight)
    assert not torch.equal(first.trunk[0].weight, other.trunk[0].weight)


@pytest.mark.parametrize(
    "call",
    [
        lambda: TemporalModel("4d", 4),
        lambda: TemporalModel("inflated", 4),
        lambda: TemporalModel("3d", 4, start=make("frames")),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(call):
    with pytest.raises(ValueError, match="kind=") as caught:
        call()
    assert "\n" not in str(caught.value)
