"""The ladder: its parts against plain forms, feeding back, choices, the loss, learning."""

import sys
import types

import numpy as np
import pytest
import torch
from skimage.metrics import structural_similarity
from torch import nn

from lstm_video_lab.lessons.video_ladder.experiment import circles
from lstm_video_lab.lessons.video_ladder.model import (
    KERNELS,
    PLACES,
    UPSAMPLING,
    Ladder,
    PlacedConv,
    mixed_loss,
    silenced,
    stage,
    train_ladder,
)

FRAMES = torch.rand(4, 2, 16, 16, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("upsampling", UPSAMPLING)
@pytest.mark.parametrize("places", PLACES)
def test_what_comes_out_has_the_shape_of_what_goes_in(upsampling, places):
    grey = Ladder(16, 1, 2, 4, ahead=2, upsampling=upsampling, places=places)
    assert grey(FRAMES, 5).shape == (5, 2, 16, 16)
    colour = Ladder(16, 3, 2, 4, upsampling=upsampling, places=places)
    assert colour(torch.rand(3, 2, 3, 16, 16), 2).shape == (2, 2, 3, 16, 16)


def test_states_are_those_of_the_cells_run_one_by_one():
    """Whole clips at once, against one frame, one kernel and one step at a time."""
    model = Ladder(16, 1, 2, 4, seed=1)
    states = model.encode(FRAMES[:, :, None])
    x, lateral = FRAMES, model.laterals[1]
    h = [torch.zeros(2, 4, 4, 4)] * len(KERNELS)
    for t in range(4):
        x = lateral.into(model.encoder[1](model.encoder[0](FRAMES[t][:, None])))
        h = [cell(x, old) for cell, old in zip(lateral.cells, h, strict=True)]
        for ours, expected in zip(states[t][1], h, strict=True):
            torch.testing.assert_close(ours, expected)
    assert [cell.weight_hh.shape[-1] for cell in lateral.cells] == list(KERNELS)
    assert states[0][0][0].shape == (2, 4, 8, 8)


@pytest.mark.parametrize("ahead", [1, 2])
def test_more_frames_come_from_feeding_back_its_own(ahead):
    model = Ladder(16, 1, 2, 4, ahead=ahead).eval()
    given = model(FRAMES, 4)
    by_hand = FRAMES
    while len(by_hand) < 8:
        by_hand = torch.cat([by_hand, model(by_hand, ahead)])
    torch.testing.assert_close(given, by_hand[4:8])


def test_clipping_holds_for_what_is_fed_back_too():
    free, clipped = Ladder(16, 1, 2, 4), Ladder(16, 1, 2, 4, clip=True)
    given = [model(FRAMES, 3) for model in (free, clipped)]
    assert given[0].min() < 0 <= given[1].min() and given[1].max() <= 1
    torch.testing.assert_close(given[0][0].clamp(0, 1), given[1][0])
    assert not torch.allclose(given[0][2].clamp(0, 1), given[1][2])


@pytest.mark.parametrize("ahead", [1, 2])
def test_with_a_path_that_copies_an_untrained_ladder_copies(ahead):
    model = Ladder(16, 1, 2, 4, ahead=ahead, identity=True)
    predicted = model(FRAMES, 5)
    torch.testing.assert_close(predicted, FRAMES[-1:].expand_as(predicted))
    model.last[2].bias.data += 0.01  # what is said then is the change from the last frame
    change = model(FRAMES, ahead + 1) - FRAMES[-1]
    assert change[:ahead].allclose(torch.tensor(0.01), atol=1e-6)
    assert change[ahead].allclose(torch.tensor(0.02), atol=1e-6)


def test_a_silenced_rung_is_not_heard_and_speaks_again():
    model = Ladder(16, 1, 2, 4)
    whole = model(FRAMES)
    for rung in (0, 1):
        with silenced(model, rung):
            assert not torch.equal(model(FRAMES), whole)
            for cell in model.laterals[rung].cells:  # whatever it remembers
                cell.bias.data += 1
            changed = model(FRAMES)
            for cell in model.laterals[rung].cells:
                cell.bias.data -= 1
            torch.testing.assert_close(changed, model(FRAMES))
        torch.testing.assert_close(model(FRAMES), whole)


def test_a_prediction_does_not_depend_on_the_other_clips():
    model = Ladder(16, 1, 2, 4)
    torch.testing.assert_close(model(FRAMES, 2)[:, :1], model(FRAMES[:, :1], 2))


def test_weights_are_a_function_of_the_seed_alone():
    torch.manual_seed(3)
    first = Ladder(16, 1, 2, 4, seed=5)
    torch.manual_seed(4)
    same, other = (Ladder(16, 1, 2, 4, seed=seed) for seed in (5, 6))
    assert all(map(torch.equal, first.parameters(), same.parameters()))
    assert not torch.equal(first(FRAMES), other(FRAMES))


def test_a_location_dependent_convolution_is_its_sum():
    conv, x = PlacedConv(2, 3, 5, "learned"), torch.rand(4, 2, 5, 5)
    torch.testing.assert_close(conv(x), conv.conv(x))  # at first b = 0
    with torch.no_grad():
        conv.b.normal_()
    b, now = conv.b.detach().numpy(), conv(x).detach().numpy()
    at = np.linspace(-1, 1, 5)
    for y in range(5):
        for column in range(5):
            more = b[0, :, y, column] * at[y] + b[1, :, y, column] * at[column] + b[2, :, y, column]
            expected = conv.conv(x).detach().numpy()[:, :, y, column] + more
            np.testing.assert_allclose(now[:, :, y, column], expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("places", "differs"), [("none", False), ("coordinates", True)])
def test_only_with_coordinates_can_the_same_input_give_different_maps(places, differs):
    maps = PlacedConv(2, 3, 5, places)(torch.ones(1, 2, 5, 5))
    assert (maps.flatten(2).std(-1).max() > 1e-4) == differs


def test_stages_enlarge_as_their_names_say():
    x = torch.rand(1, 4, 6, 6)
    nearest = stage(4, 2, "nearest")(x)
    assert torch.equal(nearest[..., ::2, ::2], nearest[..., 1::2, 1::2])
    assert stage(4, 2, "none")(x).shape == (1, 2, 6, 6)
    shuffled = stage(4, 2, "shuffle")
    before, after = shuffled[:-1](x), shuffled(x)
    for k in range(8):  # channel 4·c + 2·dy + dx goes to the pixel (dy, dx) of channel c
        c, dy, dx = k // 4, k % 4 // 2, k % 2
        assert torch.equal(before[0, k], after[0, c, dy::2, dx::2])


def test_the_loss_is_the_sum_of_its_parts():
    prediction, target = FRAMES[:2], FRAMES[2:]
    pairs = list(zip(prediction.flatten(0, 1).numpy(), target.flatten(0, 1).numpy(), strict=True))
    kind = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    dssim = 1 - np.mean([structural_similarity(a, b, data_range=1, **kind) for a, b in pairs])
    l1, l2 = np.mean(np.abs(prediction.numpy() - target.numpy())), nn.MSELoss()(prediction, target)
    expected = 0.5 * dssim + 0.3 * l1 + 0.2 * l2.item()
    assert mixed_loss(prediction, target, (0.5, 0.3, 0.2)).item() == pytest.approx(
        expected, abs=1e-5
    )


def test_every_part_of_the_loss_has_a_gradient():
    for mix in ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)):
        prediction = FRAMES[:2].clone().requires_grad_()
        mixed_loss(prediction, FRAMES[2:], mix).backward()
        assert prediction.grad.abs().max() > 0 and prediction.grad.isfinite().all()


@pytest.mark.parametrize("mix", [(0.5, 0.5, 0.5), (-0.5, 1.0, 0.5), (0.0, 0.0, 0.0)])
def test_shares_must_sum_to_one(mix):
    with pytest.raises(ValueError, match="three shares, none negative, that sum to 1"):
        mixed_loss(FRAMES, FRAMES, mix)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"upsampling": "cubic"}, "upsampling='cubic'"),
        ({"places": "somewhere"}, "places='somewhere'"),
        ({"encoder": "vgg"}, "encoder='vgg'"),
        ({"image_size": 18}, "image_size=18 cannot be halved 2 times"),
    ],
)
def test_bad_choices_are_named(fields, message):
    with pytest.raises(ValueError, match=message):
        Ladder(**{"image_size": 16, "rungs": 2, **fields})


def test_without_torchvision_the_resnet_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "torchvision", None)
    monkeypatch.setitem(sys.modules, "torchvision.models", None)
    with pytest.raises(ValueError, match="needs torchvision") as caught:
        Ladder(16, 1, 2, encoder="resnet18")
    assert "\n" not in str(caught.value)


class Stub(nn.Module):
    """What `torchvision.models.resnet18` has, as far as it is used."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 8, 7, 2, 3), nn.BatchNorm2d(8)
        self.relu, self.maxpool = nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        self.layer1, self.layer2 = nn.Conv2d(8, 64, 1), nn.Conv2d(64, 128, 3, 2, 1)
        self.layer3, self.layer4 = nn.Conv2d(128, 256, 3, 2, 1), nn.Conv2d(256, 512, 3, 2, 1)


@pytest.mark.parametrize("upsampling", ["shuffle", "none"])
def test_a_resnet_stays_as_it_is(monkeypatch, upsampling):
    """With a stand-in for torchvision: it is not a dependency."""
    net, models = Stub(), types.ModuleType("torchvision.models")
    models.get_model = lambda name, weights: net
    monkeypatch.setitem(sys.modules, "torchvision", types.ModuleType("torchvision"))
    monkeypatch.setitem(sys.modules, "torchvision.models", models)
    model = Ladder(16, 1, 2, 4, encoder="resnet18", weights=None, upsampling=upsampling)
    before, mean = net.conv1.weight.clone(), net.bn1.running_mean.clone()
    first = model.laterals[0].into.conv.weight.clone()
    train_ladder(model.train(), lambda step: (FRAMES * 255).byte(), 2, frames_in=(3,))
    assert torch.equal(before, net.conv1.weight) and torch.equal(mean, net.bn1.running_mean)
    assert not torch.equal(first, model.laterals[0].into.conv.weight)
    assert not any("layer1" in name for name in model.state_dict())


def test_training_is_the_same_each_time():
    clips = circles(range(3), 16, 7)
    runs = [
        train_ladder(Ladder(16, 1, 2, 4), lambda step: clips, 3, frames_in=(3, 5)) for _ in "ab"
    ]
    assert runs[0] == runs[1]


def test_it_learns_where_a_circle_goes():
    clips, model = circles(range(3), 16, 4), Ladder(16, 1, 2, 4)
    losses = train_ladder(model, lambda step: clips, 80, frames_in=(3,), mix=(0.0, 0.0, 1.0))
    copied = (clips[3] / 255 - clips[2] / 255).square().mean()
    assert losses[-1] < 0.5 * copied < losses[0]
