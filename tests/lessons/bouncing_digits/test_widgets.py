"""The digits explorer, against facts read from the pixels and from the scene by other means."""

import io

import matplotlib.image
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_video_lab.data import BouncingDigits, load_digits
from lstm_video_lab.lessons.bouncing_digits.figures import COLUMNS, describe
from lstm_video_lab.lessons.bouncing_digits.widgets import FRAMES, SIZES, DigitsExplorer
from lstm_video_lab.plots.canvas import VERMILLION

DIGITS = load_digits()
EXPLORER = DigitsExplorer(DIGITS)
STATE = {"num_digits": 2, "speed": 0.1, "image_size": 32, "seed": 34, "frame": 7}


def pixels(picture) -> np.ndarray:
    return matplotlib.image.imread(io.BytesIO(picture.png))[..., :3]


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")


@pytest.mark.parametrize(
    "change", [{"num_digits": 3}, {"speed": 0.2}, {"image_size": 16}, {"seed": 1}, {"frame": 8}]
)
def test_every_control_changes_the_picture(change):
    assert EXPLORER.render(**STATE).png == EXPLORER.render(**STATE).png
    assert EXPLORER.render(**STATE).png != EXPLORER.render(**{**STATE, **change}).png


def test_controls_offer_what_render_takes():
    assert set(EXPLORER.values) == set(STATE)
    assert EXPLORER.values["frame"].max == FRAMES
    assert {size for _, size in EXPLORER.values["image_size"].options} == set(SIZES)


def test_the_picture_fits_a_notebook():
    for size in SIZES:
        picture = EXPLORER.render(**{**STATE, "image_size": size, "num_digits": 4, "frame": 20})
        assert len(picture.png) < 60 * 1024 and pixels(picture).shape[1] <= 800


@pytest.mark.parametrize("frame", [1, 5, 6, 14, 20])
def test_the_thick_border_is_round_the_current_frame(frame):
    image = pixels(EXPLORER.render(**{**STATE, "frame": frame}))
    colour = np.array(list(bytes.fromhex(VERMILLION[1:]))) / 255
    found = np.abs(image - colour).max(axis=2) < 0.02
    y, x = np.nonzero(found)
    middle = np.array([y.mean(), x.mean()])
    other = pixels(EXPLORER.render(**{**STATE, "frame": 1}))
    y, x = np.nonzero(np.abs(other - colour).max(axis=2) < 0.02)
    down, right = np.divmod(frame - 1, COLUMNS)
    np.testing.assert_allclose(middle - [y.mean(), x.mean()], [100 * down, 82 * right], atol=0.5)


def test_scrubbing_makes_no_new_sequences(monkeypatch):
    made = []
    batch = BouncingDigits.batch
    monkeypatch.setattr(
        BouncingDigits, "batch", lambda self, *args: made.append(1) or batch(self, *args)
    )
    widget = DigitsExplorer(DIGITS)
    for frame in range(2, FRAMES + 1):
        widget.values["frame"].value = frame
    assert len(made) == 1
    widget.values["seed"].value = 5
    assert len(made) == 2


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 99),
    num_digits=st.integers(1, 4),
    size=st.sampled_from([(16, 7), (32, 14), (64, 28)]),
    speed=st.floats(0, 0.3, allow_subnormal=False),
    frame=st.integers(1, FRAMES),
)
def test_the_words_say_what_the_scene_holds(seed, num_digits, size, speed, frame):
    side, digit = size
    scene = BouncingDigits(DIGITS, num_digits, side, FRAMES, digit, speed, seed).scene(0, 1)
    words = describe(scene, frame, side)
    labels = scene.labels[0].tolist()
    start = words.split(";")[0]
    assert start.startswith(f"Frame {frame} of 20: digit")
    assert sorted(int(c) for c in start.split(": ")[1] if c.isdigit()) == sorted(labels)
    covered = np.zeros((side, side), int)  # overlap, seen by painting the boxes
    for y, x in scene.positions[frame - 1, 0]:
        covered[y : y + digit, x : x + digit] += 1
    assert ("boxes overlap" in words.replace("no boxes overlap", "")) == (covered.max() > 1)
    assert words.count("has just bounced") == scene.bounced[frame - 1, 0].sum()
    for (y, x), label, bounced in zip(
        scene.positions[frame - 1, 0], labels, scene.bounced[frame - 1, 0], strict=True
    ):
        if not bounced:
            continue
        alone = np.zeros((side, side), bool)
        alone[y : y + digit, x : x + digit] = True
        edges = {"top": alone[0], "bottom": alone[-1], "left": alone[:, 0], "right": alone[:, -1]}
        touched = " ".join(name for name, edge in edges.items() if edge.any())
        end = f"in the {touched} corner" if " " in touched else f"off the {touched} wall"
        assert any(
            part.strip(" .").startswith(f"the {label}") and part.strip(" .").endswith(end)
            for part in words.split(";")
        )


def test_digits_of_one_kind_are_told_apart_by_their_marks():
    for seed in range(100):
        scene = BouncingDigits(DIGITS, 2, 32, FRAMES, 14, 0.1, seed).scene(0, 1)
        if scene.labels[0, 0] == scene.labels[0, 1]:
            frame = int(np.flatnonzero(scene.bounced[:, 0, 1])[0]) + 1
            assert "(squares) has just bounced" in describe(scene, frame, 32)
            return
    raise AssertionError("no seed below 100 has two digits of one kind")
