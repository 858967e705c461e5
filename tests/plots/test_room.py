"""In narrow rooms no picture is cut off, and no letter is smaller; in wide ones none changes."""

import matplotlib.text
import numpy as np
import pytest

from lstm_video_lab import plots
from lstm_video_lab.plots import canvas, page
from lstm_video_lab.plots.canvas import LEAST, WIDTH, in_room

RNG = np.random.default_rng(0)
FRAMES = RNG.random((20, 16, 16))
STEPS = np.arange(50)
LONG = "A title that is too long for a narrow room, and so stands on more than a line there"
EXAMPLES = {
    "frames": lambda: plots.frames(
        {"truth": FRAMES, "the model's future": FRAMES[:10]}, title=LONG
    ),
    "images": lambda: plots.images(FRAMES, [f"image {n}" for n in range(20)], title=LONG),
    "strip": lambda: plots.strip({"gate i": FRAMES[0], "cell c": FRAMES[1] - 0.5}, title=LONG),
    "curves": lambda: plots.curves(
        {"a model with a long name": (STEPS, 400 - STEPS), "b": (STEPS, STEPS)},
        {"mean image": 416.5},
        title=LONG,
    ),
    "bars": lambda: plots.bars(
        ["fully connected", "convolutional"],
        {"running freely": [1, 2], "shown the true frame": [3, 4]},
        baselines={"mean image": 3.5},
        title=LONG,
    ),
}


@pytest.fixture
def figures(monkeypatch):
    """The figures that pictures are made of."""
    made = []
    finish = canvas.finish

    def keep(figure, text):
        made.append(figure)
        return finish(figure, text)

    monkeypatch.setattr(canvas, "finish", keep)
    return made


def words_of(figure):
    """Words and their box in pixels, but for the numbers of axes: there are more than are drawn."""
    renderer = figure.canvas.get_renderer()
    numbers = [label for axes in figure.axes for label in axes.get_xticklabels()]
    numbers += [label for axes in figure.axes for label in axes.get_yticklabels()]
    texts = figure.findobj(lambda one: isinstance(one, matplotlib.text.Text) and one.get_text())
    texts = [text for text in texts if text not in numbers]
    return [(text.get_text(), text.get_window_extent(renderer)) for text in texts]


@pytest.mark.parametrize("width", [LEAST, 470, 640, 790])
@pytest.mark.parametrize("name", EXAMPLES)
def test_nothing_is_cut_off_and_no_letter_is_smaller(figures, name, width):
    with in_room(width):
        picture = EXAMPLES[name]()
    (figure,) = figures
    assert picture.width == round(figure.bbox.width) <= width
    for words, box in words_of(figure):
        assert box.x0 >= -2 and box.x1 <= figure.bbox.width + 2, words
        assert box.y0 >= -2 and box.y1 <= figure.bbox.height + 2, words
    sizes = {text.get_fontsize() for text in figure.findobj(matplotlib.text.Text)}
    assert min(sizes) >= canvas.SMALL


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_wide_room_makes_no_difference(name):
    with in_room(2000):
        assert EXAMPLES[name]() == EXAMPLES[name]()
        wide = EXAMPLES[name]()
    assert wide == EXAMPLES[name]()


def test_the_room_is_the_old_one_afterwards_and_after_an_error():
    with pytest.raises(ZeroDivisionError), in_room(400):
        assert canvas.room() == 400
        _ = 1 / 0
    assert canvas.room() == WIDTH


def test_frames_take_more_lines_in_their_order_and_all_of_one_size(monkeypatch):
    lines = []

    def keep(rows, shown, *place):
        lines.append((list(shown), tile_rows(rows, shown, *place).shape[1] / len(shown)))
        return tile_rows(rows, shown, *place)

    tile_rows = page.tile_rows
    monkeypatch.setattr(page, "tile_rows", keep)
    with in_room(LEAST):
        page.Page(60).frames({"a": FRAMES[:, :14, :14], "b": FRAMES[:10, :14, :14]})
    assert [t for shown, _ in lines for t in shown] == list(range(20)) and len(lines) > 1
    assert {pitch for _, pitch in lines} == {page.SIDE + 2 + canvas.GAP}


def test_what_stands_below_its_columns_asks_for_its_room():
    with in_room(LEAST):
        part = page.Page(60, least=500)
        shown, pitch = part.frames({"a": FRAMES}, whole=True)
    assert part.width == 500 and 60 + len(shown) * pitch <= 500


def test_a_picture_says_below_which_width_its_letters_are_lost():
    picture = EXAMPLES["curves"]()
    assert picture.width == WIDTH and picture.least_width == 680
    assert canvas.SHRUNK * canvas.SMALL * canvas.DPI / 72 >= 9, "pixels of the smallest letters"
    assert f"min-width: {picture.least_width}px" in picture.as_html()
    assert plots.Picture(b"png", "words").width == 0
