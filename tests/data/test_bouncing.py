"""`BouncingDigits` against a slow plain form of its law, its properties, and published floors."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_video_lab.data import BouncingDigits, Digits, load_digits
from lstm_video_lab.data.bouncing import area_average, gather_windows, render

MNIST = Path(__file__).resolve().parents[3] / "shared" / "data" / "mnist"


@pytest.fixture(scope="module")
def digits():
    return load_digits("embedded", "test")


@st.composite
def worlds(draw):
    """Arguments of a BouncingDigits, and a batch."""
    image_size = draw(st.integers(8, 40))
    low = draw(st.floats(0, 1))
    arguments = {
        "num_digits": draw(st.integers(1, 3)),
        "image_size": image_size,
        "num_frames": draw(st.integers(1, 12)),
        "digit_size": draw(st.integers(1, min(image_size, 32))),
        "speed": draw(st.one_of(st.just(low), st.just((low, low + draw(st.floats(0, 1)))))),
        "seed": draw(st.integers(0, 2**40)),
    }
    return arguments, (draw(st.integers(0, 10**9)), draw(st.integers(1, 5)))


def slow_sequence(digits, n, num_digits, image_size, num_frames, digit_size, speed, seed):
    """Sequence n, one frame, one digit and one pixel at a time: (T, S, S)."""
    box = image_size - digit_size
    low, high = speed if isinstance(speed, tuple) else (speed, speed)
    frames = np.zeros((num_frames, image_size, image_size), np.uint8)
    for d in range(num_digits):
        counter = np.array([2 * n, d, 0, 0], np.uint64)
        u = np.random.Generator(np.random.Philox(key=seed, counter=counter)).random(5)
        image = slow_average(digits.images[int(u[0] * len(digits.images))], digit_size)
        y, x = u[1], u[2]
        length = low + (high - low) * u[4]
        vy, vx = length * np.sin(2 * np.pi * u[3]), length * np.cos(2 * np.pi * u[3])
        for t in range(num_frames):
            y, x = y + vy, x + vx
            if y <= 0:
                y, vy = 0.0, -vy
            elif y >= 1:
                y, vy = 1.0, -vy
            if x <= 0:
                x, vx = 0.0, -vx
            elif x >= 1:
                x, vx = 1.0, -vx
            top, left = int(y * box), int(x * box)
            for row in range(digit_size):
                for column in range(digit_size):
                    old = frames[t, top + row, left + column]
                    frames[t, top + row, left + column] = max(old, image[row, column])
    return frames


def slow_average(image, side):
    """The mean of each area, by way of an image so fine that both grids fit."""
    old = len(image)
    fine = np.kron(image.astype(np.int64), np.ones((side, side), np.int64))
    sums = fine.reshape(side, old, side, old).sum((1, 3))
    return np.rint(sums / old**2).astype(np.uint8)


@settings(max_examples=25, deadline=None)
@given(worlds())
def test_equals_the_slow_form(digits, world):
    arguments, (index, size) = world
    frames = BouncingDigits(digits, **arguments).batch(index, size)
    S, T = arguments["image_size"], arguments["num_frames"]
    assert frames.shape == (T, size, S, S) and frames.dtype == torch.uint8
    b = size - 1
    slow = slow_sequence(digits, index * size + b, **arguments)
    np.testing.assert_array_equal(frames[:, b].numpy(), slow)


def test_the_default_world_equals_the_slow_form(digits):
    frames = BouncingDigits(digits).batch(3, 2)
    for b in range(2):
        slow = slow_sequence(digits, 6 + b, 2, 64, 20, 28, 0.1, 0)
        np.testing.assert_array_equal(frames[:, b].numpy(), slow)


@settings(max_examples=50, deadline=None)
@given(worlds(), st.integers(1, 4))
def test_a_sequence_does_not_depend_on_its_batch(digits, world, parts):
    arguments, (index, size) = world
    make = BouncingDigits(digits, **arguments)
    whole = make.batch(index, size * parts)
    pieces = [make.batch(index * parts + k, size) for k in reversed(range(parts))]
    assert torch.equal(whole, torch.cat(pieces[::-1], dim=1))
    assert torch.equal(whole, BouncingDigits(digits, **arguments).batch(index, size * parts))


def test_only_seed_and_number_matter(digits):
    np.random.seed(1)
    torch.manual_seed(1)
    before = np.random.get_state()[1].copy(), torch.get_rng_state()
    first = BouncingDigits(digits, seed=5).batch(2, 8)
    assert (np.random.get_state()[1] == before[0]).all()
    assert torch.equal(torch.get_rng_state(), before[1])
    np.random.seed(2)
    assert torch.equal(first, BouncingDigits(digits, seed=5).batch(2, 8))
    assert not torch.equal(first, BouncingDigits(digits, seed=6).batch(2, 8))
    assert not torch.equal(first, BouncingDigits(digits, seed=5).batch(3, 8))


@settings(max_examples=50, deadline=None)
@given(worlds())
def test_digits_stay_in_the_image_and_are_all_that_is_seen(digits, world):
    arguments, (index, size) = world
    make = BouncingDigits(digits, **arguments)
    frames, scene = make.batch(index, size).numpy(), make.scene(index, size)
    box = arguments["image_size"] - arguments["digit_size"]
    assert scene.positions.min() >= 0 and scene.positions.max() <= box
    np.testing.assert_array_equal(scene.labels, digits.labels[scene.chosen])
    small = np.stack([slow_average(i, arguments["digit_size"]) for i in digits.images[:5]])
    np.testing.assert_array_equal(area_average(digits.images[:5], arguments["digit_size"]), small)
    images = area_average(digits.images[scene.chosen.ravel()], arguments["digit_size"])
    expected = images.reshape(*scene.chosen.shape, -1).max((1, 2))  # (B,) brightest pixel
    assert (frames.max((2, 3)) == expected).all()


def test_two_by_two_means_at_half_size(digits):
    means = digits.images.reshape(-1, 14, 2, 14, 2).mean((2, 4))
    np.testing.assert_array_equal(area_average(digits.images, 14), np.rint(means).astype(np.uint8))


def test_more_digits_leave_the_others_where_they_are(digits):
    one, three = (BouncingDigits(digits, num_digits=d, seed=4).scene(0, 50) for d in (1, 3))
    np.testing.assert_array_equal(one.positions, three.positions[:, :, :1])
    np.testing.assert_array_equal(one.chosen, three.chosen[:, :1])
    assert (three.chosen[:, 0] != three.chosen[:, 1]).mean() > 0.9


def test_bounced_and_overlap_say_what_is_seen(digits):
    scene = BouncingDigits(digits, num_frames=12, num_digits=3).scene(0, 300)
    at_wall = ((scene.positions == 0) | (scene.positions == 36)).any(-1)  # (T, B, D)
    turned = (np.diff(scene.positions, 2, axis=0).__abs__() > 1).any(-1)  # of frame t + 1
    assert at_wall[scene.bounced].all()
    assert (scene.bounced[1:-1] | scene.bounced[2:])[turned].all()  # only walls turn a digit
    assert 0.05 < scene.bounced.mean() < 0.3
    squares = np.zeros((12, 300, 3, 64, 64), np.uint8)
    for t, b, d in np.ndindex(12, 300, 3):
        y, x = scene.positions[t, b, d]
        squares[t, b, d, y : y + 28, x : x + 28] = 1
    np.testing.assert_array_equal(scene.overlap, (squares.sum(2) > 1).any((2, 3)))
    assert not BouncingDigits(digits, num_digits=1).scene(0, 9).overlap.any()


@pytest.mark.parametrize(
    ("speed", "low", "high"), [(0.1, 0.1, 0.1), ((0.02, 0.2), 0.02, 0.2), (0.0, 0, 0)]
)
def test_speed_is_constant_or_fills_its_range(digits, speed, low, high):
    make = BouncingDigits(digits, image_size=1_000_028, num_frames=3, num_digits=1, speed=speed)
    scene = make.scene(0, 4000)
    steps = np.diff(scene.positions[:, :, 0], axis=0) / 1e6  # (T - 1, B, 2)
    free = ~scene.bounced[..., 0].any(0)
    lengths = np.hypot(steps[..., 0], steps[..., 1])[:, free]  # (T - 1, free)
    np.testing.assert_allclose(lengths[0], lengths[1], atol=1e-5)
    assert low - 1e-5 < lengths.min() < low + 1e-3 and high - 2e-3 < lengths.max() < high + 1e-5


def test_digits_places_and_directions_are_uniform(digits):
    """Kolmogorov's bound at one in a million, for a fixed seed."""
    make = BouncingDigits(digits, image_size=1_000_028, num_frames=2, num_digits=2, speed=1e-4)
    scene = make.scene(0, 10_000)
    angles = np.arctan2(*np.moveaxis(scene.positions[1] - scene.positions[0], -1, 0))
    seen = {
        "digit": (scene.chosen + 0.5) / len(digits.images),
        "y": scene.positions[0, ..., 0] / 1e6,
        "x": scene.positions[0, ..., 1] / 1e6,
        "angle": angles / (2 * np.pi) + 0.5,
    }
    for name, values in seen.items():
        ordered = np.sort(values.ravel())
        distance = np.abs(ordered - (np.arange(20_000) + 0.5) / 20_000).max()
        assert distance < 2.7 / np.sqrt(20_000), name
        assert abs(np.corrcoef(values[:, 0], values[:, 1])[0, 1]) < 0.05, name  # two digits
    assert np.abs(np.corrcoef([v.ravel() for v in seen.values()]) - np.eye(4)).max() < 0.04


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_the_form_for_other_devices_equals_the_cpus(depth):
    rng = np.random.default_rng(depth)
    strip = rng.integers(0, 256, 5000, dtype=np.uint8)
    starts = rng.integers(0, 4000, (50, depth))
    frames = gather_windows(torch.from_numpy(strip), torch.from_numpy(starts), 1000)
    expected = [np.max([strip[s : s + 1000] for s in row], axis=0) for row in starts]
    np.testing.assert_array_equal(frames.numpy(), np.stack(expected))


def test_batch_on_another_device(digits):
    make = BouncingDigits(digits, image_size=32, digit_size=14, num_frames=3)
    assert make.batch(0, 4, device="cpu").device.type == "cpu"
    if not torch.accelerator.is_available():  # a build for CUDA may lack the device, or its driver
        pytest.skip("this machine has no accelerator")
    accelerator = torch.accelerator.current_accelerator()
    elsewhere = make.batch(0, 4, device=accelerator)
    assert elsewhere.device.type == accelerator.type
    assert torch.equal(elsewhere.cpu(), make.batch(0, 4))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"num_digits": 0}, "num_digits=0"),
        ({"num_digits": 1.5}, "num_digits=1.5"),
        ({"num_digits": True}, "num_digits=True"),
        ({"image_size": 20}, "digit_size=28 does not fit into image_size=20"),
        ({"digit_size": 0}, "digit_size=0"),
        ({"num_frames": 0}, "num_frames=0"),
        ({"seed": -1}, "seed=-1"),
        ({"speed": -0.1}, "speed=-0.1"),
        ({"speed": (0.2, 0.1)}, r"speed=\(0.2, 0.1\)"),
        ({"speed": float("nan")}, "speed=nan"),
        ({"speed": (0, float("inf"))}, "speed="),
        ({"speed": (1, 2, 3)}, r"one number, or \(low, high\)"),
        ({"speed": "fast"}, "speed='fast'"),
    ],
)
def test_bad_arguments_are_named(digits, changes, message):
    with pytest.raises(ValueError, match=message) as caught:
        BouncingDigits(digits, **changes)
    assert "\n" not in str(caught.value)


def test_bad_batches_and_sets_are_named(digits):
    with pytest.raises(ValueError, match="index=-1"):
        BouncingDigits(digits).batch(-1, 2)
    with pytest.raises(ValueError, match="batch_size=0"):
        BouncingDigits(digits).scene(0, 0)
    with pytest.raises(ValueError, match="empty"):
        BouncingDigits(Digits(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.int64)))
    with pytest.raises(ValueError, match="from 0 to 4"):
        render(np.zeros((1, 1, 4, 4), np.uint8), np.full((1, 1, 1, 2), 5), 8)


# Digits: entropy bound, mean image and zeros of the table, each with its tolerance.
FLOORS = {
    1: ((45.4, 0.5), (416.5, 7), (89.1, 1.5)),
    2: ((86.5, 0.6), (672, 8), (173, 2.5)),
    3: ((122.6, 0.8), (865.2, 9), (254.7, 3.5)),
}


def last_ten(split, num_digits, sequences):
    make = BouncingDigits(load_digits(MNIST, split), num_digits=num_digits, seed=2015)
    for k in range(sequences // 250):
        yield make.batch(k, 250)[9:].numpy()  # (11, 250, 64, 64), the last given frame first


@pytest.mark.skipif(not MNIST.is_dir(), reason="MNIST is not beside the project")
@pytest.mark.parametrize("num_digits", FLOORS)
def test_floors_of_the_released_generator(num_digits):
    n, frames = 4000, 4000 * 10
    p = sum(f[1:].sum((0, 1), dtype=np.int64) for f in last_ten("train", num_digits, n))
    p = (p / (255 * frames)).clip(1e-6)  # (64, 64) the mean image of other digits; corners are 0
    x = np.arange(256) / 255
    with np.errstate(divide="ignore", invalid="ignore"):
        entropy = np.nan_to_num(-x * np.log(x) - (1 - x) * np.log(1 - x))
    levels, total, copied = np.zeros(256), np.zeros((64, 64)), 0.0
    for batch in last_ten("test", num_digits, n):
        levels += np.bincount(batch[1:].ravel(), minlength=256)
        total += batch[1:].sum((0, 1), dtype=np.int64)
        # |a - b| of bytes without leaving bytes, counted by value
        apart = np.maximum(batch[1:], batch[:1]) - np.minimum(batch[1:], batch[:1])
        copied += np.bincount(apart.ravel(), minlength=256) @ x**2
    seen = total / (255 * frames)  # cross-entropy is linear in the frame
    found = (
        levels @ entropy / frames,
        -(seen * np.log(p) + (1 - seen) * np.log(1 - p)).sum(),
        levels @ x**2 / frames,
    )
    for value, (published, tolerance) in zip(found, FLOORS[num_digits], strict=True):
        assert value == pytest.approx(published, abs=tolerance)
    if num_digits == 2:
        assert copied / frames == pytest.approx(285.6, abs=4)
        error = levels @ x**2 / frames - 2 * (seen * p).sum() + (p**2).sum()
        assert error == pytest.approx(152.5, abs=2.5)
