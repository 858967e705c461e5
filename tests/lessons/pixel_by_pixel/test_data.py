"""What lesson 16 writes pixel by pixel, and how its completions are scored."""

import numpy as np
import pytest
import torch

from lstm_video_lab.lessons.pixel_by_pixel import data, experiment


def test_a_texture_has_all_pieces_of_itself_and_noise_has_none():
    bricks = data.textures()["bricks"]
    assert data.share_from_sample(bricks, bricks) == 1
    assert data.share_from_sample(bricks[5:20, 3:30], bricks) == 1
    noise = np.random.default_rng(0).choice([0, data.MORTAR], (32, 32))
    assert data.share_from_sample(noise, bricks) == 0


def test_a_string_dies_away_and_hardly_depends_on_how_many_there_are():
    strings = data.strings(50, seed=3)
    assert strings.shape == (96, 50) and strings.min() >= 0 and strings.max() < 16
    swing = (strings.float() - 7.5).square()
    assert swing[:30].mean() > 2 * swing[-30:].mean()
    assert not torch.equal(strings, data.strings(50, seed=4))


def test_each_digit_has_one_ink():
    pixels = data.coloured_digits("test").T.reshape(-1, 64, 3)
    for digit in pixels[:50]:
        brightest = digit[digit.sum(1).argmax()]
        inks = (data.INKS * 4 // 256).tolist()
        assert brightest.max() > 0 and len(inks) == 6
        weak = brightest == brightest.min()
        if weak.any() and not weak.all():  # a channel that is weak there is weak everywhere
            assert (digit[:, weak].amax(1) <= digit[:, ~weak].amin(1)).all()


def test_short_clips_are_black_and_white_frames_one_after_the_other():
    clips = data.short_clips("test", 4, side=16, num_frames=6, seed=1)
    assert clips.shape == (6 * 16 * 16, 4) and set(clips.unique().tolist()) == {0, 1}
    ink = clips.view(6, 256, 4).sum(1)
    assert (ink > 0).all()  # the digit is in each frame


def test_completions_are_scored_on_hidden_pixels_alone():
    train = torch.full((4, 3), 15)
    test = torch.tensor([[0, 15], [0, 15], [0, 15], [0, 15]])
    known = torch.tensor([True, True, False, False])

    def complete(image, known, count, draw):  # one draw is right, all others are black
        drawn = torch.zeros(4, count, dtype=torch.long)
        drawn[:, 0] = image
        drawn[known] = 7  # counts for nothing
        return drawn, torch.eye(count)[0]

    errors = experiment.errors_of_completions(
        complete, train, test, known, torch.Generator(), count=4
    )
    assert errors["mean digit"] == pytest.approx([1, 0])
    assert errors["looking back"] == pytest.approx([0, 0.75])
    assert errors["weighted"] == pytest.approx([0, 0])


def test_whole_frames_are_those_of_one_piece():
    frames = torch.zeros(2, 3, 4, 4)  # (N, F, h, w): two clips of three frames
    frames[0, 0, 1, 1] = frames[0, 0, 2, 2] = 1  # they touch at a corner
    frames[0, 1, 0, 0] = frames[0, 1, 3, 3] = 1  # two pieces
    frames[1, 0, 0] = 1
    frames[1, 1, 2, 1:3] = 1  # and the last frames are empty
    clips = frames.flatten(1).T
    assert data.share_whole(clips, (3, 4, 4)) == [1.0, 0.5, 0.0]


def test_blue_first_turns_channels_and_back():
    digits = torch.arange(192)[:, None].expand(-1, 2)
    turned = data.blue_first(digits)
    assert turned[:6, 0].tolist() == [2, 1, 0, 5, 4, 3]
    assert torch.equal(data.blue_first(turned), digits)
