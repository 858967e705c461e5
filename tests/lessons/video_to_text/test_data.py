"""Captioned digits: what moves how, what is said of it, and which pairs are held out."""

from itertools import product

import numpy as np
import pytest
import torch

from lstm_video_lab.data import Digits, load_digits
from lstm_video_lab.lessons.video_to_text.data import (
    END,
    LANGUAGES,
    MOTIONS,
    PAIRS,
    CaptionedDigits,
    parse,
    vocabulary,
    wordings,
)

DIGITS = load_digits("embedded", "test")
EVERY = list(product(range(10), range(len(MOTIONS))))
# One bright pixel in the middle of each image: its place in a frame is the digit's place.
POINT = np.zeros((10, 28, 28), np.uint8)
POINT[:, 14:17, 14:17] = 255


def tracks(T: int = 12, count: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Where the ink is in each frame, (T, N, 2), found in the pixels alone; the motions (N,)."""
    data = CaptionedDigits(Digits(POINT, np.arange(10)), T, "all", seed=3)
    frames = data.batch(0, count).double()
    pixel = torch.arange(frames.shape[-1]).double()
    weight = frames.sum((2, 3))
    y = (frames.sum(3) * pixel).sum(2) / weight
    x = (frames.sum(2) * pixel).sum(2) / weight
    return torch.stack((y, x), -1).numpy(), data.labels(0, count)[:, 1].numpy()


def test_each_motion_is_what_it_is_called():
    track, motions = tracks()
    y, x = np.moveaxis(track - track[:1], -1, 0)  # (T, N)
    for name, along, across, sign in (("to the left", x, y, -1), ("to the right", x, y, 1),
                                      ("upwards", y, x, -1), ("downwards", y, x, 1)):  # fmt: skip
        mine = motions == MOTIONS.index(name)
        steps = sign * np.diff(along[:, mine], axis=0)
        assert mine.sum() > 20 and (steps >= 0).all() and (steps.sum(0) >= 8).all()
        assert np.abs(across[:, mine]).max() < 1e-9
    for name, along, across in (("left and right", x, y), ("up and down", y, x)):
        mine = motions == MOTIONS.index(name)
        steps = np.diff(along[:, mine], axis=0)
        assert ((steps > 0).any(0) & (steps < 0).any(0)).all(), "it turns round"
        assert np.abs(across[:, mine]).max() < 1e-9


@pytest.mark.parametrize(("name", "sign"), [("clockwise", 1), ("anticlockwise", -1)])
def test_round_is_the_way_that_a_clock_goes(name, sign):
    track, motions = tracks(T=24)
    path = track[:, motions == MOTIONS.index(name)]
    path = path - (path.max(0) + path.min(0)) / 2  # about the middle of the circle
    # On a page x points right and y down: from 3 to 6 o'clock is from +x to +y.
    turned = path[:-1, :, 1] * path[1:, :, 0] - path[:-1, :, 0] * path[1:, :, 1]
    assert (sign * turned.sum(0) > 0).all()
    assert (sign * turned > 0).mean() > 0.95


def test_backwards_clips_swap_motions_and_keep_their_mean():
    # Only the order of frames tells left from right: the lesson on shuffled frames rests on it.
    track, motions = tracks()
    left, right = (motions == MOTIONS.index(f"to the {side}") for side in ("left", "right"))
    assert (np.diff(track[::-1][:, left, 1], axis=0) >= 0).all()
    spans = [np.ptp(track[:, mine, 1], axis=0).mean() for mine in (left, right)]
    assert abs(spans[0] - spans[1]) < 1


def test_clips_and_captions_depend_on_seed_and_number_alone():
    data = CaptionedDigits(DIGITS, seed=4)
    whole, said = data.batch(0, 12), data.captions(0, 12)
    assert torch.equal(data.batch(2, 4), whole[:, 8:]) and data.captions(2, 4) == said[8:]
    assert torch.equal(data.labels(1, 6), data.labels(0, 12)[6:])
    assert not torch.equal(CaptionedDigits(DIGITS, seed=5).batch(0, 12), whole)
    assert whole.shape == (12, 12, 32, 32) and whole.dtype == torch.uint8


def test_a_clip_shows_its_digit():
    data = CaptionedDigits(DIGITS, seed=1)
    scene, labels = data.scene(0, 50), data.labels(0, 50)
    assert (DIGITS.labels[scene.chosen[:, 0]] == labels[:, 0].numpy()).all()
    frames, s = data.batch(0, 50), data.digit_size
    y, x = scene.positions[5, 7, 0]
    cut = frames[5, 7].clone()
    assert cut[y : y + s, x : x + s].sum() == cut.sum() > 0
    assert np.array_equal(cut[y : y + s, x : x + s], data._images[scene.chosen[7, 0]])


def test_held_out_pairs_are_never_trained_on_and_all_words_are():
    shown = {}
    for pairs in PAIRS:
        data = CaptionedDigits(DIGITS, pairs=pairs, seed=2)
        shown[pairs] = {tuple(pair) for pair in data.labels(0, 3000).tolist()}
    assert not shown["train"] & shown["heldout"]
    assert shown["train"] | shown["heldout"] == shown["all"] == set(EVERY)
    assert len(shown["heldout"]) == 20
    for k, kinds in enumerate((10, len(MOTIONS))):  # each digit and each motion is in both
        assert {len({pair[k] for pair in shown[p]}) for p in ("train", "heldout")} == {kinds}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_means_what_it_was_made_from(language):
    words = vocabulary(language)
    assert words[0] == END and len(set(words)) == len(words)
    seen = set()
    for digit, motion in EVERY:
        said = wordings(digit, motion, language)
        assert len(set(said)) == 3
        for sentence in said:
            assert parse(sentence, language) == [digit, motion]
            assert set(sentence.split()) <= set(words) - {END}
            assert sentence not in seen
            seen.add(sentence)


def test_what_names_none_or_two_means_nothing():
    assert parse("digit moves left and right") == [None, 0]
    assert parse("digit 3 4 moves up and down") == [None, 1]
    assert parse("the 3 is moving clockwise to the left") == [3, None]
    assert parse("the 3 is moving to left the") == [3, None]
    assert parse("") == [None, None]
    assert parse("the number three or 3 goes upwards") == [3, 4]


def test_captions_use_every_wording():
    data = CaptionedDigits(DIGITS, language="german", seed=0)
    said = data.captions(0, 300)
    places = [wordings(d, m, "german").index(s)
              for (d, m), s in zip(data.labels(0, 300).tolist(), said, strict=True)]  # fmt: skip
    assert min(np.bincount(places, minlength=3)) > 60


def test_flow_is_where_the_ink_goes():
    data = CaptionedDigits(DIGITS, pairs="all", seed=6)
    flow, frames, scene = data.flow(0, 40), data.batch(0, 40), data.scene(0, 40)
    assert flow.shape == (12, 40, 2, 32, 32)
    moved = torch.from_numpy(scene.motion[:, :, 0]).float()  # (T, B, 2)
    inked = frames > 0
    for axis in range(2):
        expected = moved[..., axis, None, None].expand(frames.shape)
        torch.testing.assert_close(flow[:, :, axis][inked], expected[inked])
    steps = np.diff(scene.positions[:, :, 0], axis=0)
    assert np.abs(steps - scene.motion[1:, :, 0]).max() <= 1  # places are rounded to pixels


@pytest.mark.parametrize(("wrong", "words"), [({"pairs": "some"}, "pairs='some'"),
                                              ({"language": "latin"}, "language='latin'"),
                                              ({"num_frames": 0}, "num_frames=0")])  # fmt: skip
def test_bad_arguments_are_named_in_one_line(wrong, words):
    with pytest.raises(ValueError, match=words) as caught:
        CaptionedDigits(DIGITS, **wrong)
    assert "\n" not in str(caught.value)
