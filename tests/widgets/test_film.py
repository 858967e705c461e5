"""What the player sends to the page, and what is kept where there is no page."""

import io
from unittest import mock

import numpy as np
import pytest
from PIL import Image

from lstm_video_lab.widgets import FilmPlayer, film, film_picture

CLIP = np.random.default_rng(0).integers(0, 256, (5, 4, 6), np.uint8)


def test_the_page_gets_all_pixels_at_once():
    player = FilmPlayer({"truth": CLIP, "predicted": CLIP[2:] / 255}, "words", seen=2)
    data = player.view.data
    assert (data["first"], data["seen"], data["text"]) == (1, 2, "words")
    assert [(c["name"], c["width"], c["height"]) for c in data["clips"]] == [
        ("truth", 6, 4), ("predicted", 6, 4),
    ]  # fmt: skip
    assert [c["pixels"] for c in data["clips"]] == [CLIP.tobytes(), CLIP[2:].tobytes()]


def test_other_clips_can_be_shown_in_its_place():
    player = FilmPlayer({"truth": CLIP})
    view = player.view
    player.show({"truth": CLIP[::-1]}, first=11)
    assert player.view is view
    assert view.data["first"] == 11 and view.data["clips"][0]["pixels"] == CLIP[::-1].tobytes()


def test_the_still_picture_is_of_the_clips_that_play():
    player = FilmPlayer({"truth": CLIP})
    with mock.patch.object(film, "display_live") as display_live:
        player._ipython_display_()
    player.show({"truth": CLIP[::-1]}, "Backwards.")
    (output,) = display_live.return_value.update.call_args.args
    assert output["text/plain"] == "Backwards." and player.still().as_html() in output["text/html"]


def test_a_build_keeps_the_film_as_a_picture(monkeypatch):
    player = FilmPlayer({"truth": CLIP}, "words", first=11, seen=10)
    assert player.still() == film_picture.film({"truth": CLIP}, "words", first=11, seen=10)
    assert Image.open(io.BytesIO(player.still().png)).n_frames == 1 + 5
    with (
        mock.patch.object(film, "display") as display,
        mock.patch.object(film, "display_live") as display_live,
    ):
        player._ipython_display_()
        monkeypatch.setenv("LAB_STATIC", "1")
        player._ipython_display_()
    display.assert_called_once_with(player.still())
    display_live.assert_called_once_with(player.view, player.still().as_html(), "words")


def test_an_unknown_keyword_and_a_clip_of_another_shape_are_refused_by_name():
    with pytest.raises(TypeError, match="frist"):
        FilmPlayer({"truth": CLIP}, frist=11)
    with pytest.raises(ValueError, match="clip 'truth' of shape"):
        FilmPlayer({"truth": CLIP[0]})
