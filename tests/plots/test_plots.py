"""Pictures are looked at here by their pixels, and read by their words."""

import io
import itertools
from html.parser import HTMLParser

import matplotlib.image
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_video_lab import plots
from lstm_video_lab.plots import canvas, page


def pixels(picture: plots.Picture) -> np.ndarray:
    """(height, width, 4) in [0, 1]."""
    image = matplotlib.image.imread(io.BytesIO(picture.png), format="png")
    if image.ndim == 3 and image.shape[2] == 3:
        image = np.concatenate([image, np.ones_like(image[..., :1])], axis=2)
    return image


def has_colour(picture: plots.Picture, colour: str, count: int = 20) -> bool:
    wanted = np.array(list(bytes.fromhex(colour[1:]))) / 255
    near = np.abs(pixels(picture)[..., :3] - wanted).max(axis=2) < 0.03
    return int(near.sum()) >= count


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = np.array(list(bytes.fromhex(colour[1:]))) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


RNG = np.random.default_rng(0)
Y, X = np.mgrid[:64, :64]
BLOBS = np.stack([np.exp(-((Y - 32) ** 2 + (X - 5 * t) ** 2) / 60) for t in range(10)])
NOISE = np.clip(BLOBS + RNG.normal(0, 0.08, BLOBS.shape), 0, 1)  # as a model's frames are
STEPS = np.arange(50)
EXAMPLES = {
    "frames": lambda: plots.frames({"truth": BLOBS, "model": NOISE, "copy": BLOBS[::-1]}),
    "images": lambda: plots.images(NOISE, [str(n) for n in range(10)]),
    "signed": lambda: plots.images(NOISE - 0.5, signed=True),
    "strip": lambda: plots.strip(RNG.standard_normal((100, 200)), mark=3),
    "strips": lambda: plots.strip({"gate i": NOISE[0], "cell c": NOISE[1] - 0.5}),
    "curves": lambda: plots.curves({"future": (STEPS, 400 - STEPS)}, {"mean image": 416.5}),
    "log": lambda: plots.curves({"a": (STEPS + 1, 1 / (STEPS + 1))}, logx=True, logy=True),
    "bars": lambda: plots.bars(["a", "b"], [1.0, 2.0], [0.1, 0.2], {"bound": 0.5}),
    "groups": lambda: plots.bars(["a", "b"], {"one": [1, 2], "two": [3, 4]}),
}


@pytest.mark.parametrize("make", EXAMPLES.values(), ids=EXAMPLES.keys())
def test_every_picture_is_opaque_light_small_and_has_words(make):
    picture = make()
    image = pixels(picture)
    assert image[..., 3].min() == 1.0
    corners = image[[0, 0, -1, -1], [0, -1, 0, -1], :3]
    assert corners.min() > 0.95
    assert image[..., :3].min() < 0.2  # dark enough to be read
    assert 300 <= image.shape[1] <= 850
    assert len(picture.png) < 60 * 1024
    assert picture.text and "\n" not in picture.text


def test_equal_input_gives_equal_bytes_and_other_input_does_not():
    assert plots.frames({"a": NOISE}) == plots.frames({"a": NOISE.copy()})
    assert plots.frames({"a": NOISE}).png != plots.frames({"a": NOISE[::-1]}).png
    assert plots.frames({"a": NOISE}).png != plots.frames({"a": NOISE}, mark=2).png
    assert plots.frames({"a": NOISE}).png != plots.frames({"a": NOISE}, first=11).png
    line = {"a": (STEPS, STEPS)}
    assert plots.curves(line).png == plots.curves(line).png
    assert plots.curves(line).png != plots.curves(line, {"bound": 3}).png
    assert plots.curves(line).png != plots.curves({"a": (STEPS, -STEPS)}).png


def test_pictures_do_not_follow_the_styles_of_a_notebook():
    import matplotlib

    plain = plots.curves({"a": (STEPS, STEPS)})
    with matplotlib.rc_context({"text.color": "white", "axes.facecolor": "black"}):
        assert plots.curves({"a": (STEPS, STEPS)}).png == plain.png


def test_bytes_floats_and_tensors_show_the_same_frames():
    bytes_ = (NOISE * 255).round().astype(np.uint8)
    floats = torch.tensor(bytes_ / 255.0, requires_grad=True)
    assert plots.frames({"a": bytes_}).png == plots.frames({"a": floats}).png


def test_values_out_of_range_are_clipped():
    assert plots.frames({"a": NOISE * 0 + 7}).png == plots.frames({"a": NOISE * 0 + 1}).png


def test_frames_of_another_shape_are_refused_by_name():
    with pytest.raises(ValueError, match="row 'model' has shape"):
        plots.frames({"model": NOISE[0]})


@settings(deadline=None)
@given(side=st.sampled_from([4, 8, 16]), columns=st.integers(1, 3), count=st.integers(1, 7))
def test_tiles_hold_every_frame_pixel_for_pixel(side, columns, count):
    frames = np.random.default_rng(count).integers(0, canvas.LEVELS + 1, (count, 4, 4))
    image = canvas.tile(list(frames / canvas.LEVELS), columns, side)
    rows = -(-count // columns)
    pitch = image.shape[0] // rows
    assert image.shape == (rows * pitch, columns * pitch, 3)
    start, zoom = (pitch - side) // 2, side // 4
    for n, frame in enumerate(frames):
        y, x = n // columns * pitch + start, n % columns * pitch + start
        cut = image[y : y + side : zoom, x : x + side : zoom, 1]
        np.testing.assert_array_equal(cut, np.round(frame * 255 / canvas.LEVELS))


def test_frames_too_large_for_their_room_are_averaged_not_sampled():
    lines = np.zeros((1, 64, 64))
    lines[:, :, ::2] = 1.0
    image = canvas.tile(list(lines), 1, 32)
    assert abs(int(image[10, 10, 0]) - 128) <= 4


def test_a_missing_frame_is_left_out():
    gap = NOISE[:2].copy()
    gap[0] = np.nan
    image = canvas.tile(list(gap), 2, 64)
    assert image[:, : image.shape[1] // 2].min() == 253


def test_of_many_frames_evenly_spaced_ones_are_shown():
    _, shown = page.rows_of({"a": np.zeros((100, 8, 8))})
    assert list(shown) == list(range(0, 100, 5))
    assert plots.frames({"a": np.zeros((100, 8, 8))}).text == "20 frames, one in 5: a."


def test_the_marked_frame_is_where_the_thick_border_is():
    black = np.zeros((10, 8, 8))
    image = page.tile_rows({"a": black, "b": black}, range(10), 64, mark=7)
    orange = (image == np.array(list(bytes.fromhex(canvas.VERMILLION[1:])))).all(axis=2)
    columns = np.flatnonzero(orange.any(axis=0)) * 10 // image.shape[1]
    assert set(columns) == {7}
    assert orange[: image.shape[0] // 2].any() and orange[image.shape[0] // 2 :].any()


def test_two_rows_of_one_name_are_both_shown():
    light, dark = np.ones((3, 8, 8)), np.zeros((3, 8, 8))
    one = plots.frames({"predicted": light})
    both = plots.frames({"predicted": light, "predicted ": dark})
    assert pixels(both).shape[0] > 1.3 * pixels(one).shape[0]


@pytest.mark.parametrize("words", ["one", "one two three four five six seven eight"])
def test_labels_of_bars_end_above_the_edge(words):
    drawn = pixels(plots.bars([words] * 4, [1, 2, 3, 4]))
    assert (drawn[-4:] > 0.9).all()


def test_strips_colour_each_unit_of_each_step_by_its_value():
    values = np.array([[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]])  # (T, U)
    image = canvas.paint(values, 30, 20, 0, 1)
    dark, light = image[5, 5], image[5, 15]
    assert dark.sum() < light.sum()
    assert (image[15, 5] == light).all() and (image[15, 15] == dark).all()
    assert (image[5, 25] == image[15, 25]).all()


def test_curves_say_their_last_values_and_leave_out_what_is_not_finite():
    series = {"future": ([0, 1, 2], [300, 200, float("nan")]), "new": ([], [])}
    levels = {"mean image": 416.54, "copy last": float("inf"), "none": None}
    picture = plots.curves(series, levels)
    assert "future 200" in picture.text and "mean image 416.5" in picture.text
    assert "copy last" not in picture.text and "none" not in picture.text
    assert has_colour(picture, canvas.ON_LIGHT[0])


def test_curves_without_a_point_still_show_the_baselines():
    picture = plots.curves({"future": ([], [])}, {"mean image": 416.5})
    assert "none yet" in picture.text and "mean image 416.5" in picture.text
    assert picture.png != plots.curves({"future": ([], [])}, {"mean image": 300}).png


def test_bars_say_every_value():
    values = {"model": [1.5, 2.5], "copy": [3.5, 4.5]}
    picture = plots.bars(["overlap", "bounce"], values, None, {"bound": 0.25})
    for value in ("overlap 1.5", "bounce 2.5", "overlap 3.5", "bounce 4.5", "bound 0.25"):
        assert value in picture.text
    assert has_colour(picture, canvas.ON_LIGHT[0]) and has_colour(picture, canvas.ON_LIGHT[1])


def test_own_words_replace_the_plain_ones():
    assert plots.frames({"a": NOISE}, "Look!").text == "Look!"
    assert plots.images(NOISE, text="Look!").text == "Look!"
    assert plots.strip(NOISE[0], "Look!").text == "Look!"
    assert plots.bars(["a"], [1], text="Look!").text == "Look!"
    assert plots.curves({}, {"b": 1.0}, "Look!").text == "Look!"


def test_colours_stand_out_from_what_they_are_drawn_on():
    for colour in (*canvas.ON_LIGHT, canvas.INK, canvas.VERMILLION):
        assert contrast(colour, canvas.PAPER) >= 3
    for colour in (canvas.INK, canvas.FAINT):
        assert contrast(colour, canvas.PAPER) >= 4.5  # words
    for colour in canvas.ON_DARK:
        assert contrast(colour, "#000000") >= 3


def test_series_can_be_told_apart_without_colour():
    looks = [canvas.series_style(n) for n in range(20)]
    assert len({(look["color"], str(look["linestyle"])) for look in looks}) == 20
    for a, b in itertools.combinations(looks[:4], 2):
        assert a["linestyle"] != b["linestyle"] and a["marker"] != b["marker"]
    assert len(set(canvas.MARKERS[: len(canvas.ON_DARK)])) == len(canvas.ON_DARK)


def test_colours_stay_apart_for_eyes_without_green_cones():
    # Machado, Oliveira and Fernandes 2009, deuteranopia, on linear RGB
    blind = np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]])
    for palette in (canvas.ON_LIGHT, canvas.ON_DARK):
        seen = [blind @ (np.array(list(bytes.fromhex(c[1:]))) / 255) ** 2.2 for c in palette]
        for a, b in itertools.combinations(seen, 2):
            assert np.linalg.norm(a - b) > 0.1


@settings(deadline=None)
@given(
    wanted=st.lists(st.floats(-50, 350, allow_subnormal=False), min_size=1, max_size=12),
    gap=st.floats(1, 20),
)
def test_labels_are_spread_without_changing_places(wanted, gap):
    places = canvas.spread(wanted, gap, 0, 300)
    assert min(places) >= -1e-6 and max(places) <= 300 + 1e-6
    for (a, p), (b, q) in itertools.combinations(zip(wanted, places, strict=True), 2):
        assert abs(p - q) >= gap - 1e-6
        if a != b:
            assert (a < b) == (p < q)


def test_labels_that_do_not_meet_stay_where_they_are():
    assert canvas.spread([200.0, 10.0, 100.0], 15, 0, 300) == [200.0, 10.0, 100.0]


class Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words = ""
        self.names: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag == "img":
            self.names.append(dict(attrs)["alt"])

    def handle_data(self, data: str) -> None:
        self.words += data


@given(st.text("ab12 *_`$<>[]#|~&\\().!:\"'", min_size=1, max_size=40))
def test_words_read_the_same_below_a_picture_and_as_its_name(text):
    parser = Words()
    parser.feed(plots.Picture(b"png", text).as_html())
    assert parser.words == text and parser.names == [text]
    parser = Words()
    parser.feed(plots.Picture(b"", text).as_html())
    assert parser.words == text and parser.names == []


def test_whole_steps_have_whole_ticks(monkeypatch):
    drawn = []
    finish = canvas.finish
    monkeypatch.setattr(
        canvas, "finish", lambda figure, text: drawn.append(figure) or finish(figure, text)
    )
    plots.curves({"a": (range(1, 8), range(7))})
    plots.curves({"a": ([0.5, 1.25, 2.0], range(3))})
    ticks = [figure.axes[0].get_xticks() for figure in drawn]
    assert all(tick == int(tick) for tick in ticks[0])
    assert any(tick != int(tick) for tick in ticks[1])
