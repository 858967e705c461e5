"""`MovingActions` against slow plain forms of its laws, and what a single frame gives away."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier

from lstm_video_lab.data import load_digits
from lstm_video_lab.data.actions import ACTIONS, TOUCH, TRIES, MovingActions
from lstm_video_lab.data.bouncing import uniforms

DIGITS = load_digits("embedded", "test")
S, SIDE, T = 32, 10, 32
BOX = S - SIDE
FILMS = MovingActions(DIGITS, seed=3)
SCENE = FILMS.scene(0, 500)


def of(name):
    return SCENE.labels == ACTIONS.index(name)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 4), st.integers(0, 2**40))
def test_a_clip_does_not_depend_on_its_batch(index, size, parts, seed):
    make = MovingActions(DIGITS, num_frames=5, seed=seed)
    whole = make.batch(index, size * parts)
    pieces = [MovingActions(DIGITS, num_frames=5, seed=seed).batch(index * parts + k, size)
              for k in range(parts)]  # fmt: skip
    assert torch.equal(whole, torch.cat(pieces, dim=1))
    labels = [n % 5 for n in range(index * size * parts, (index + 1) * size * parts)]
    assert make.labels(index, size * parts).tolist() == labels
    flows = [make.flow(index * parts + k, size) for k in range(parts)]
    assert torch.equal(make.flow(index, size * parts), torch.cat(flows, dim=1))


def test_other_seeds_are_other_clips_of_the_same_classes():
    other = MovingActions(DIGITS, seed=4)
    assert not torch.equal(FILMS.batch(0, 20), other.batch(0, 20))
    assert torch.equal(FILMS.labels(0, 20), other.labels(0, 20))


def test_frames_show_the_digits_where_the_scene_says():
    from lstm_video_lab.data.bouncing import area_average

    frames, images = FILMS.batch(0, 10).numpy(), area_average(DIGITS.images, SIDE)
    assert frames.dtype == np.uint8 and frames.shape == (T, 10, S, S)
    for t, b in ((0, 0), (7, 4), (31, 8), (20, 3)):
        expected = np.zeros((S, S), np.uint8)
        for d in range(2):
            y, x = SCENE.positions[t, b, d]
            part = expected[y : y + SIDE, x : x + SIDE]
            np.maximum(part, images[SCENE.chosen[b, d]], out=part)
        np.testing.assert_array_equal(frames[t, b], expected)


def slow_clip(n, seed):
    """Places of clip n, one digit and one step at a time, in parts of the box: (T, 2, 2)."""
    u = uniforms(seed, n, 1, 2 * TRIES)[0]
    name, found = ACTIONS[n % 5], []
    for k in range(TRIES if name == "colliding" else 1):
        place, step, met = [], [], False
        for _, y, x, direction, speed, *_ in u[2 * k : 2 * k + 2]:
            length = 0.04 + 0.04 * speed if name != "still" else 0.0
            angle = 2 * np.pi * direction
            place.append(np.array([y, x]))
            step.append(length * np.array([np.sin(angle), np.cos(angle)]))
        clip = []
        for _ in range(T):
            for d in range(2):
                place[d] = place[d] + step[d]
                for axis in range(2):
                    if name == "drifting":
                        place[d][axis] %= 1
                    elif name != "still" and not 0 < place[d][axis] < 1:
                        place[d][axis] = min(max(place[d][axis], 0.0), 1.0)
                        step[d][axis] *= -1
            line = place[0] - place[1]
            near = np.hypot(*line) < TOUCH * SIDE / BOX
            if name == "colliding" and near and line @ (step[0] - step[1]) < 0:
                line = line / np.hypot(*line)
                first, second = step[0] @ line, step[1] @ line
                step = [step[0] + (second - first) * line, step[1] + (first - second) * line]
                met = True
            clip.append([place[0].copy(), place[1].copy()])
        found.append(np.array(clip))
        if met:
            return found[-1]
    return found[0]


@pytest.mark.parametrize("n", [0, 1, 2, 4, 5, 6, 7, 9, 14, 19, 24, 29])
def test_the_laws_equal_their_slow_form(n):
    places = (slow_clip(n, 3) * BOX).astype(int)
    assert np.abs(SCENE.positions[:, n] - places).max() <= 1  # a last bit may cross a pixel
    assert (SCENE.positions[:, n] == places).mean() > 0.99


def test_digits_that_circle_stay_at_one_distance_from_one_point_in_equal_steps():
    motion = SCENE.motion[:, of("circling")]  # (T, n, 2, 2)
    length = np.linalg.norm(motion, axis=-1)
    np.testing.assert_allclose(length, np.broadcast_to(length[:1], length.shape))
    turns = (motion[1:] * motion[:-1]).sum(-1) / length[1:] / length[:-1]  # cosine
    np.testing.assert_allclose(turns, np.broadcast_to(turns[:1], turns.shape))
    radius = length[0] / 2 / np.sqrt((1 - turns[0]) / 2) / BOX  # a chord is 2 r sin(turn / 2)
    assert 0.0999 < radius.min() < 0.11 and 0.19 < radius.max() < 0.2001


def test_digits_that_collide_exchange_momentum_and_lose_nothing():
    motion, met = SCENE.motion[:, of("colliding")], SCENE.met[:, of("colliding")]
    assert met.any(0).all() and not SCENE.met[:, ~of("colliding")].any()
    inside = ((SCENE.positions > 0) & (SCENE.positions < BOX)).all((2, 3))[:, of("colliding")]
    t, b = np.nonzero(met[1:-1] & inside[:-2] & inside[1:-1] & inside[2:])
    before, after = motion[t + 1, b], motion[t + 2, b]  # (meetings, 2, 2)
    assert len(t) > 50
    np.testing.assert_allclose(before.sum(1), after.sum(1), atol=1e-9)
    np.testing.assert_allclose((before**2).sum((1, 2)), (after**2).sum((1, 2)), atol=1e-9)
    assert np.median(np.abs(before - after).max((1, 2))) > 0.5  # pixels; some only graze


def test_all_that_move_draw_their_speed_from_one_range():
    for name in ("drifting", "circling"):
        length = np.linalg.norm(SCENE.motion[0, of(name)], axis=-1) / BOX
        assert 0.04 <= length.min() < 0.042 and 0.078 < length.max() <= 0.08
    assert (SCENE.motion[:, of("still")] == 0).all()


def test_a_single_frame_says_next_to_nothing_and_two_say_more():
    """Trees that are told the very places do little better than chance, 20 %, from one frame."""
    scores = []
    for steps in (1, 3):
        parts = []
        for seed in (1, 2):
            scene = MovingActions(DIGITS, num_frames=16, seed=seed).scene(0, 4000)
            seen = scene.positions[9 : 9 + steps].astype(float)  # (steps, B, 2, 2)
            apart = np.linalg.norm(seen[:, :, 0] - seen[:, :, 1], axis=-1)
            moved = np.diff(seen, axis=0).reshape(-1, 4000, 4)
            parts.append((np.concatenate([seen[0].reshape(4000, 4), apart.T, *moved], 1), scene))
        (x, train), (y, test) = parts
        trees = HistGradientBoostingClassifier(max_iter=30, max_leaf_nodes=8).fit(x, train.labels)
        scores.append(trees.score(y, test.labels))
    assert 0.18 < scores[0] < 0.28
    assert scores[1] > scores[0] + 0.1


def test_flow_is_the_motion_of_each_square_and_nothing_elsewhere():
    flow = FILMS.flow(0, 10)
    assert flow.shape == (T, 10, 2, S, S) and flow.dtype == torch.float32
    for t, b in ((0, 1), (9, 4), (31, 8), (20, 3)):
        expected = np.zeros((2, S, S), np.float32)
        for d in range(2):
            y, x = SCENE.positions[t, b, d]
            expected[:, y : y + SIDE, x : x + SIDE] = SCENE.motion[t, b, d][:, None, None]
        np.testing.assert_array_equal(flow[t, b].numpy(), expected)


def test_motion_is_the_way_between_two_frames_but_for_jumps():
    moved = np.diff(SCENE.positions, axis=0)
    still_there = np.abs(moved - SCENE.motion[1:]) < 1 + 1e-9  # rounding down to pixels
    assert still_there[:, ~of("drifting")].all()
    jumps = ~still_there[:, of("drifting")]
    assert 0.02 < jumps.mean() < 0.1  # through a wall, and in again
    wrapped = (moved - SCENE.motion[1:])[:, of("drifting")][jumps]
    assert (np.abs(np.abs(wrapped) - BOX) < 1 + 1e-9).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"num_frames": 0}, "num_frames=0"),
        ({"digit_size": 0}, "digit_size=0"),
        ({"digit_size": 20}, "no room"),
        ({"seed": -1}, "seed=-1"),
        ({"speed": (0.08, 0.04)}, "speed="),
        ({"speed": (0.0, 0.04)}, "speed="),
        ({"speed": (0.04, 0.5)}, "speed="),
    ],
)
def test_bad_arguments_are_named(changes, message):
    with pytest.raises(ValueError, match=message) as caught:
        MovingActions(DIGITS, **changes)
    assert "\n" not in str(caught.value)
