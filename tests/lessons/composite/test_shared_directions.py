"""Shares of gradients within directions, on gradients whose directions are known."""

import pytest
import torch

from lstm_video_lab import Settings, VideoModel, evaluation
from lstm_video_lab.lessons.composite.gradient_angle import energy_within
from lstm_video_lab.lessons.composite.shared_directions import at_the_state, measure

D = 40


def test_what_lies_in_the_same_directions_is_all_within_and_else_nothing():
    axes = torch.eye(D)
    first, second = axes[:10], axes[10:20]
    mixed = 3 * first + 4 * second
    assert energy_within(first, 5 * first) == pytest.approx(1)
    assert energy_within(first, second) == pytest.approx(0)
    assert energy_within(first, mixed) == pytest.approx(9 / 25)


def test_random_gradients_have_what_chance_gives_them():
    draw = torch.Generator().manual_seed(0)
    gradients, others = torch.randn(2, 3000, D, generator=draw)
    assert energy_within(gradients, others) == pytest.approx(10 / D, abs=0.01)


def test_the_largest_directions_come_first():
    gradients = torch.diag(torch.arange(D, 0.0, -1.0))
    assert energy_within(gradients, torch.eye(D)[:1], count=1) == pytest.approx(1)


def test_a_right_angle_between_decoders_is_told_from_one_between_sequences():
    draw = torch.Generator().manual_seed(0)
    future = torch.randn(64, D, generator=draw) * (torch.arange(D) < 10)
    past = torch.randn(64, D, generator=draw) * (torch.arange(D) >= 30)
    found = measure({"future": future, "reconstruction": past})
    assert found["cosine of the two decoders"] == 0
    assert abs(found["cosine of the future's, another sequence"]) < 0.1
    assert found["reconstruction within the future's"] == pytest.approx(0)
    assert found["future within the future's"] == pytest.approx(1)
    assert found["chance"] == 10 / D


def test_cosines_of_both_signs_cancel_in_the_mean_and_their_sizes_do_not():
    pulls = torch.zeros(64, D)
    pulls[:, 0] = torch.tensor([1.0, 1, -1, -1]).repeat(16)  # half agree with the next
    found = measure({"future": pulls, "reconstruction": pulls})
    assert found["cosine of the future's, another sequence"] == 0
    assert found["size of the future's cosine"] == 1
    assert found["size of the two decoders' cosine"] == 1


def test_the_size_by_chance_is_that_of_random_gradients():
    draw = torch.Generator().manual_seed(0)
    future, past = torch.randn(2, 3000, 512, generator=draw)
    found = measure({"future": future, "reconstruction": past})
    for name in ("two decoders'", "future's", "reconstruction's"):
        size = found[f"size of the {name} cosine"]
        assert size == pytest.approx(found["size by chance"], rel=0.05)


def test_the_gradients_are_those_of_the_two_losses():
    settings = Settings.for_scale("smoke")
    model = VideoModel(**settings.model_fields())
    frames = evaluation.heldout_data(settings).batch(0, 4).float() / 255
    found = at_the_state(model, frames, settings.frames_in)
    assert found["future"].shape == (4, 2 * settings.units)
    assert found["reconstruction"].abs().sum() > 0
    other = frames.clone()
    other[-1] = 1 - other[-1]  # a frame to come: it is no matter of the reconstruction
    moved = at_the_state(model, other, settings.frames_in)
    torch.testing.assert_close(moved["reconstruction"], found["reconstruction"])
    assert not torch.allclose(moved["future"], found["future"])
