"""Draw your own: how a drawing flies, what is said of it, and what is saved."""

import threading

import numpy as np
import pytest
import torch
from PIL import Image

from lstm_video_lab import load_pretrained, predict
from lstm_video_lab.widgets import DrawYourOwn, base, thrown
from lstm_video_lab.widgets.thrown import EXAMPLES, FRAME, MODELS, SEEN, errors_of, fly, throw


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")


def middle_of(frame):
    """Where the light of a frame is: (y, x)."""
    light = frame / frame.sum()
    places = np.arange(FRAME)
    return np.array([light.sum(1) @ places, light.sum(0) @ places])


def test_a_drawing_flies_as_it_is_told_and_stays_whole():
    star = EXAMPLES["A star"]()
    clip = throw(star, angle=90, speed=0.05)[:, 0].numpy()  # down
    assert (clip.sum((1, 2), dtype=int) == star.sum(dtype=int)).all()
    steps = np.diff([middle_of(frame) for frame in clip[:8]], axis=0)
    assert (steps[:, 0] >= 1).all() and np.allclose(steps[:, 1], 0)
    at_rest = throw(star, angle=90, speed=0.0)
    assert (at_rest == at_rest[0]).all()


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_fills_the_board_and_no_two_are_alike(name):
    example = EXAMPLES[name]()
    assert example.shape == (28, 28) and example.dtype == np.uint8 and example.max() > 200
    others = [EXAMPLES[other]() for other in EXAMPLES if other != name]
    assert not any((example == other).all() for other in others)


def test_what_is_predicted_is_the_box_s_and_its_error_is_measured():
    flight = fly(EXAMPLES["A digit"]().tobytes(), 15, 0.1)
    assert list(flight.predicted) == list(MODELS)
    past = torch.from_numpy(flight.clip[:SEEN, None])
    future = predict(load_pretrained("convlstm-two-digits"), past, 10).future[:, 0].numpy()
    np.testing.assert_array_equal(flight.predicted["ConvLSTM"], future)
    truth = flight.clip[SEEN:].astype(np.float64) / 255
    errors = errors_of(flight)
    assert errors["ConvLSTM"] == pytest.approx(((future - truth) ** 2).sum((1, 2)).mean(), 1e-5)
    assert errors["an empty frame"] == pytest.approx((truth**2).sum((1, 2)).mean(), 1e-5)
    assert max(errors["FC-LSTM"], errors["ConvLSTM"]) < errors["an empty frame"]


def send_ink(board, revision):
    """A short line, as it comes from the page where it was drawn on what was given as that."""
    pixels = bytearray(28 * 28)
    pixels[400:410] = bytes([255] * 10)
    board.set_state({"ink": {"revision": revision, "pixels": memoryview(pixels)}})


def test_ink_that_comes_after_an_example_was_chosen_is_dropped():
    widget = DrawYourOwn()
    send_ink(widget.board, 0)
    widget.draw(EXAMPLES["A star"]())
    send_ink(widget.board, 0)  # it was on its way
    assert (widget.board.drawing() == EXAMPLES["A star"]()).all()
    assert widget.film.film.clips["your drawing"].sum() > 20 * 10 * 255
    send_ink(widget.board, 1)
    assert (widget.board.drawing() != 0).sum() == 10


def test_nothing_is_shown_before_something_is_drawn():
    widget = DrawYourOwn()
    assert widget.shown.png == b"" and "Draw in the dark square" in widget.shown.text
    assert widget.flying.layout.display == widget.screen.layout.display == "none"
    send_ink(widget.board, 0)
    assert widget.flying.layout.display is None and "Squared error" in widget.text.value
    assert widget.film.film.clips["your drawing"].max() == 255
    clear = widget.examples.children[-1]
    assert clear.description == "Clear"
    clear.click()
    assert widget.shown.png == b"" and widget.screen.layout.display == "none"


def test_a_drawing_is_saved_beside_the_others(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    widget = DrawYourOwn()
    widget.examples.children[0].click()
    widget.save.click()
    widget.save.click()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "my_drawing_1.npy", "my_drawing_1.png", "my_drawing_2.npy", "my_drawing_2.png",
    ]  # fmt: skip
    clip = np.load("my_drawing_2.npy")
    assert clip.shape == (20, 64, 64) and clip.dtype == np.uint8
    saved = np.asarray(Image.open("my_drawing_2.png"))
    np.testing.assert_array_equal(saved[5::10, 5::10], widget.board.drawing())
    assert "--frames my_drawing_2.npy" in widget.saved.value


def test_the_models_are_there_before_the_board_and_no_thread_seeds_torch(monkeypatch):
    events, main = [], threading.current_thread()
    seed = torch.manual_seed

    def seed_here(number):
        assert threading.current_thread() is main
        events.append("a model")
        return seed(number)

    monkeypatch.setattr(torch, "manual_seed", seed_here)
    monkeypatch.setattr(base, "display_live", lambda *_: events.append("the board"))
    thrown.box_model.cache_clear()
    before = torch.get_rng_state()
    DrawYourOwn()._ipython_display_()
    assert events == ["a model", "a model", "the board"]
    assert (torch.get_rng_state() == before).all()


def test_a_build_shows_a_drawing_that_flies(monkeypatch):
    monkeypatch.setenv("LAB_STATIC", "1")
    assert DrawYourOwn().still().png
