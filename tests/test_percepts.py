"""Percepts: what the network learns, what is kept of clips, backbones without torchvision."""

import sys
import types

import numpy as np
import pytest
import torch
from torch import nn

from lstm_video_lab import percepts as module
from lstm_video_lab.data import load_digits
from lstm_video_lab.data.bouncing import area_average
from lstm_video_lab.lessons.percepts_and_actions.percept_net import score_net, train_net
from lstm_video_lab.percepts import (
    CELLS,
    GRID,
    NAMES,
    NUMBERS,
    PerceptNet,
    as_frames,
    backbone,
    flow_percepts,
    percepts,
    stills,
)

DIGITS = load_digits("embedded", "test")
IMAGES = area_average(DIGITS.images, 10)


def test_stills_are_counted_and_their_answers_are_what_they_show():
    frames, answers = stills(IMAGES, DIGITS.labels, 32, 1, 40, seed=2)
    again = [stills(IMAGES, DIGITS.labels, 32, k, 20, seed=2) for k in (2, 3)]
    assert torch.equal(frames, torch.cat([part for part, _ in again]))
    assert torch.equal(answers, torch.cat([part for _, part in again]))
    assert frames.shape == (40, 1, 32, 32) and answers.shape == (40, NAMES + CELLS**2)
    for part in answers.split([NAMES, CELLS**2], 1):
        assert set(part.sum(1).tolist()) <= {1.0, 2.0}  # two digits may share a name or a cell
    # Ink lies in or beside the cells that are named: the mean of the ink is the mean of the digits.
    y, x = np.divmod(np.arange(CELLS**2), CELLS)
    where = answers[:, NAMES:].numpy()
    middle = np.stack([where @ y, where @ x], 1) / where.sum(1, keepdims=True) * 8 + 4
    ink = frames[:, 0].numpy()
    rows = (ink.sum(2) @ np.arange(32)) / ink.sum((1, 2))
    columns = (ink.sum(1) @ np.arange(32)) / ink.sum((1, 2))
    apart = np.abs(np.stack([rows, columns], 1) - middle)
    assert np.median(apart) < 3 and apart.max() < 10


def test_it_learns_where_digits_are_and_weights_depend_on_the_seed_alone():
    train = load_digits("embedded", "train")
    before = score_net(PerceptNet(32), DIGITS)
    assert before["baselines"]["chance"] == {"names": 0.2, "places": 0.125}
    assert before["baselines"]["constant"]["places"] < 0.3
    net = train_net(train, steps=150)
    after = score_net(net, DIGITS)  # digits that it never saw
    assert before["places"] < 0.3 and after["places"] > 0.6 and not net.training
    first, second = train_net(train, steps=2), train_net(train, steps=2)
    other = train_net(train, steps=2, seed=1)
    same, new = ([torch.equal(a, b) for a, b in zip(first.parameters(), net.parameters(),
                 strict=True)] for net in (second, other))  # fmt: skip
    assert all(same) and not any(new)


def test_percepts_are_the_features_of_each_frame(monkeypatch):
    clips = torch.randint(256, (3, 5, 32, 32), dtype=torch.uint8, generator=torch.manual_seed(0))
    net = PerceptNet(32)
    seen = percepts(net.features, clips)
    assert seen.shape == (3, 5, 2, GRID, GRID) and not seen.is_inference()
    for t, b in ((0, 0), (2, 4), (1, 3)):
        alone = net.features(clips[t, b][None, None].float() / 255)[0]
        torch.testing.assert_close(seen[t, b].flatten(), alone)
    torch.testing.assert_close(net.head(seen.flatten(2)), net(clips.flatten(0, 1)[:, None].float()
                               / 255).unflatten(0, (3, 5)))  # fmt: skip
    monkeypatch.setattr(module, "AT_ONCE", 4)
    torch.testing.assert_close(percepts(net.features, clips), seen)
    colour = clips[:, :, None].expand(-1, -1, 3, -1, -1)
    means = percepts(lambda frames: frames.mean(1).flatten(1), colour)  # (N, 1024)
    torch.testing.assert_close(means[:, :, 0], clips.float() / 255)


@pytest.mark.parametrize(
    ("numbers", "shape"),
    [(NUMBERS, (2, 8, 8)), (512, (2, 16, 16)), (2048, (2, 32, 32)), (4096, (1, 64, 64))],
)
def test_vectors_are_laid_out_as_frames_and_back(numbers, shape):
    vectors = torch.arange(3.0 * numbers).view(3, numbers)
    assert as_frames(vectors).shape == (3, *shape)
    assert torch.equal(as_frames(vectors).flatten(1), vectors)


@pytest.mark.parametrize("numbers", [101, 63, 49, 50])
def test_vectors_that_fit_no_frame_are_refused(numbers):
    with pytest.raises(ValueError, match=f"^{numbers} numbers are no"):
        as_frames(torch.zeros(2, numbers))


def test_flow_percepts_are_means_over_cells():
    flow = torch.randn(2, 3, 2, 32, 32, generator=torch.manual_seed(0))
    cells = flow.reshape(2, 3, 2, GRID, 4, GRID, 4).mean((4, 6))
    torch.testing.assert_close(flow_percepts(flow), cells)


def test_without_torchvision_a_backbone_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "torchvision", None)
    monkeypatch.setitem(sys.modules, "torchvision.models", None)
    with pytest.raises(ValueError, match="'resnet18' needs torchvision") as caught:
        backbone()
    assert "\n" not in str(caught.value) and "percept-net" in str(caught.value)


def test_a_backbone_is_cut_before_its_last_layer(monkeypatch):
    """With a stand-in for torchvision: it is not a dependency."""

    class Classifier(nn.Module):
        def __init__(self):
            super().__init__()
            self.squash = nn.AdaptiveAvgPool2d(16)
            self.classifier = nn.Sequential(nn.Linear(768, 512), nn.ReLU(), nn.Linear(512, 1000))

        def forward(self, x):
            assert x.shape[1:] == (3, 224, 224) and not self.training
            return self.classifier(self.squash(x).flatten(1))

    asked = []

    def get_model(name, weights):
        asked.append((name, weights))
        return Classifier()

    models = types.ModuleType("torchvision.models")
    models.get_model = get_model
    monkeypatch.setitem(sys.modules, "torchvision", types.ModuleType("torchvision"))
    monkeypatch.setitem(sys.modules, "torchvision.models", models)
    clips = torch.zeros(2, 3, 32, 32, dtype=torch.uint8)
    seen = percepts(backbone("vgg16", "DEFAULT"), clips)
    assert asked == [("vgg16", "DEFAULT")] and seen.shape == (2, 3, 2, 16, 16)
    assert (seen >= 0).all()  # after the last ReLU
