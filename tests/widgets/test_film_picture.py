"""A film is decoded here, frame by frame: what went in comes out, under its own number."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from lstm_video_lab.plots import canvas
from lstm_video_lab.widgets.film_picture import film as draw
from lstm_video_lab.widgets.film_picture import open_film

RNG = np.random.default_rng(0)
TRUTH = (255 * RNG.integers(0, canvas.LEVELS + 1, (20, 16, 16)) / canvas.LEVELS).round()
TRUTH = TRUTH.astype(np.uint8)
PREDICTED = TRUTH[10:, ::-1]
SHADE = 5  # a picture has 64 greys
EDGE = np.array(list(bytes.fromhex(canvas.VERMILLION[1:])))


def decoded(picture) -> np.ndarray:
    """What plays: (T, height, width, 3)."""
    image = Image.open(io.BytesIO(picture.png))
    frames = []
    for t in range(1, image.n_frames):  # the first is for readers that play nothing
        image.seek(t)
        frames.append(np.asarray(image.convert("RGB")).astype(int))
    return np.stack(frames)


def left_edges(frame) -> list[int]:
    """Where thick borders begin."""
    line = (np.abs(frame - EDGE).max(2) < 8).sum(0) > 100
    return np.flatnonzero(np.diff(line.astype(int), prepend=0) == 1).tolist()


def test_the_frames_are_those_that_went_in():
    shown = decoded(draw({"truth": TRUTH, "predicted": PREDICTED}, seen=10))
    side, pitch = 160, 166
    top = np.flatnonzero((shown[12] < 200).all(2).sum(1) > 150)[0] + 1  # below the border
    for t, frame in enumerate(shown):
        for column, clip, begins in ((0, TRUTH, 0), (1, PREDICTED, 10)):
            left = 8 + column * pitch + 3
            cut = frame[top : top + side : 10, left : left + side : 10]
            if t < begins:
                assert cut.min() > 250, "nothing is there yet"
            else:
                assert np.abs(cut - clip[t - begins][..., None]).max() <= SHADE


def test_frames_of_the_future_alone_have_a_thick_border():
    shown = decoded(draw({"truth": TRUTH, "predicted": PREDICTED}, seen=10))
    assert [len(left_edges(frame)) for frame in shown[:10]] == [0] * 10
    assert all(left_edges(frame) for frame in shown[10:])


def test_each_frame_has_its_number_and_its_part():
    film = open_film({"truth": TRUTH}, seen=10)
    assert [film.caption(t) for t in (0, 9, 10, 19)] == [
        "frame 1 · seen", "frame 10 · seen", "frame 11 · future", "frame 20 · future",
    ]  # fmt: skip
    assert open_film({"predicted": PREDICTED}, first=11).caption(0) == "frame 11"
    numbered = [decoded(draw({"a": TRUTH}, first=first))[0] for first in (1, 11)]
    assert (numbered[0] != numbered[1]).any()


def test_it_plays_ten_frames_a_second_and_stops_within_five_seconds():
    for length, plays in ((20, 2), (10, 5), (40, 1), (60, 1)):
        image = Image.open(io.BytesIO(draw({"a": np.resize(TRUTH, (length, 16, 16))}).png))
        assert image.n_frames == 1 + length  # with one for readers that play nothing
        assert image.info["loop"] == plays
        image.seek(1)
        assert image.info["duration"] == 100


@pytest.mark.parametrize(
    ("clips", "numbers", "still"),
    [({"truth": TRUTH, "predicted": PREDICTED}, {"seen": 10}, 15),
     ({"truth": TRUTH, "predicted": PREDICTED}, {}, 15),
     ({"predicted": PREDICTED}, {"first": 11, "seen": 10}, 11),
     ({"truth": TRUTH}, {"seen": 18}, 20), ({"truth": TRUTH}, {}, 1)],
)  # fmt: skip
def test_who_plays_nothing_sees_a_frame_that_is_predicted(clips, numbers, still):
    picture = draw(clips, **numbers)
    image = Image.open(io.BytesIO(picture.png))
    assert image.default_image
    shown = np.asarray(image.convert("RGB")).astype(int)
    assert (shown == decoded(picture)[still - numbers.get("first", 1)]).all()


def test_equal_clips_give_equal_bytes():
    picture = draw({"a": TRUTH})
    assert draw({"a": TRUTH.copy()}) == picture
    assert draw({"a": torch.tensor(TRUTH / 255.0)}) == picture
    assert draw({"a": TRUTH[::-1]}).png != picture.png
    assert draw({"a": TRUTH}, seen=3).png != picture.png


def test_a_film_of_large_frames_is_small():
    y, x = np.mgrid[:64, :64]
    blobs = [np.exp(-((y - 32) ** 2 + (x - 3 * t) ** 2) / 60) for t in range(20)]
    clips = {"truth": np.stack(blobs), "predicted": np.stack(blobs[10:])}
    assert len(draw(clips, seen=10).png) < 60_000


def test_its_words_are_those_given_or_say_what_plays():
    assert draw({"a": TRUTH}, "words").text == "words"
    text = draw({"truth": TRUTH[10:], "predicted": PREDICTED}, first=11).text
    assert text == "Frames 11 to 20, played: truth, predicted."


def test_many_clips_take_several_lines():
    clips = {f"clip {n}": TRUTH[:2] for n in range(7)}
    one, seven = (decoded(draw(dict(list(clips.items())[:n]))) for n in (1, 7))
    assert seven.shape[1] > 1.5 * one.shape[1] and seven.shape[2] <= canvas.WIDTH


@pytest.mark.parametrize("clip", [TRUTH[0], TRUTH[:0], np.full((2, 4, 4), np.nan)])
def test_what_is_no_clip_is_refused_by_name(clip):
    with pytest.raises(ValueError, match="clip 'predicted' of shape"):
        draw({"truth": TRUTH, "predicted": clip})


def test_a_film_without_clips_is_refused():
    with pytest.raises(ValueError, match="a film without clips"):
        draw({})
