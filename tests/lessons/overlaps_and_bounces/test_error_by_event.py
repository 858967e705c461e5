"""What predicted frames cost by event: slow plain forms, and predictors that must fail."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lstm_video_lab import Settings, VideoModel, evaluation
from lstm_video_lab.data.bouncing import area_average, render
from lstm_video_lab.lessons.overlaps_and_bounces.error_by_event import (
    NEAR,
    before_and_after,
    cost_by_kind,
    handmade_predictors,
    hidden_ink,
    kinds,
    measure,
    slide,
)
from lstm_video_lab.lessons.overlaps_and_bounces.figures import draw_costs, draw_shares

N = 150
SETTINGS = Settings.for_scale("smoke", num_digits=2)
EVENTS = arrays(bool, st.tuples(st.integers(NEAR + 1, 9), st.integers(1, 3)))


@pytest.fixture(scope="module")
def errors():
    return measure(VideoModel(**SETTINGS.model_fields()).eval(), SETTINGS, N)


@pytest.fixture(scope="module")
def handmade(errors):
    return handmade_predictors(SETTINGS, errors)


def test_hidden_ink_is_what_two_digits_drawn_alone_share():
    data = evaluation.heldout_data(SETTINGS)
    scene = data.scene(0, 40)
    digits = area_average(data.digits.images, data.digit_size)[scene.chosen]
    alone = [
        render(digits[:, [d]], scene.positions[:, :, [d]], data.image_size).numpy().astype(int)
        for d in range(2)
    ]
    lost = np.minimum(*alone).sum((-1, -2))
    fainter = np.minimum(*(frames.sum((-1, -2)) for frames in alone))
    np.testing.assert_allclose(hidden_ink(data, 40), lost / fainter)
    assert (lost > 0).any() and (lost == 0).any()


def test_baselines_are_those_of_the_report(errors):
    report = evaluation.baselines(SETTINGS, N)
    for name in ("mean_image", "entropy_bound"):
        expected = report[name]["cross_entropy"]
        assert getattr(errors, name).mean() == pytest.approx(expected, rel=1e-5)
    scored = evaluation.evaluate(
        VideoModel(**SETTINGS.model_fields()), SETTINGS, N, similarity=False, compare=False
    )
    assert errors.predictor.mean() == pytest.approx(scored["future"]["cross_entropy"], rel=1e-5)


def test_every_frame_is_of_one_kind(errors):
    masks = kinds(errors)
    assert (sum(mask.astype(int) for mask in masks.values()) == 1).all()
    assert ((masks["overlap"] | masks["both"]) == errors.overlap).all()
    near = masks["bounce"] | masks["both"]
    for t, n in np.ndindex(near.shape):
        assert near[t, n] == errors.bounce[max(0, t - NEAR) : t + 1, n].any()


@given(EVENTS)
def test_just_before_and_just_after_in_plain_words(events):
    near = before_and_after(events)
    T = len(events) - NEAR
    for t, n in np.ndindex(T, events.shape[1]):
        now, past = events[t, n], events[max(0, t - NEAR) : t, n].any()
        coming = events[t + 1 : t + 1 + NEAR, n].any()
        assert near["just before"][t, n] == (coming and not past and not now)
        assert near["just after"][t, n] == (past and not coming and not now)


def test_the_mean_image_has_all_left_and_the_bound_nothing(errors):
    for value, expected in ((errors.mean_image, 1.0), (errors.entropy_bound, 0.0)):
        scored = dataclasses.replace(errors, predictor=value)
        for row in cost_by_kind(scored, kinds(errors), "neither").values():
            assert row.share == pytest.approx((expected, 0.0), abs=1e-6)
            assert row.extra == pytest.approx((0.0, 0.0), abs=1e-6)


def test_a_predictor_that_only_gets_worse_with_time_has_nothing_extra(errors):
    left = np.linspace(0.2, 0.9, len(errors.predictor))[:, None]
    nats = errors.entropy_bound + left * (errors.mean_image - errors.entropy_bound)
    rows = cost_by_kind(dataclasses.replace(errors, predictor=nats), kinds(errors), "neither")
    assert len({round(row.share[0], 3) for row in rows.values()}) > 1  # kinds come at other steps
    for row in rows.values():
        assert row.extra[0] == pytest.approx(0.0, abs=1e-6)


def test_means_are_plain_means_and_the_bootstrap_agrees_with_the_textbook(errors):
    masks = kinds(errors)
    for name, row in cost_by_kind(errors, masks, "neither").items():
        assert row.frames == masks[name].sum()
        assert row.predictor[0] == pytest.approx(errors.predictor[masks[name]].mean())
    everything = {"all": np.ones_like(errors.overlap)}
    value, stderr = cost_by_kind(errors, everything, "all")["all"].predictor
    per_sequence = errors.predictor.mean(0)
    assert value == pytest.approx(per_sequence.mean())
    assert stderr == pytest.approx(per_sequence.std(ddof=1) / N**0.5, rel=0.2)


def test_a_blind_digit_stays_where_it_met_the_wall():
    x = np.array([3, 1, 0, 2, 4, 9, 7])  # walls at 0 and 9
    y = np.array([5, 5, 5, 5, 5, 5, 5])
    places = np.stack([y, x], -1)[:, None, None]  # (T, 1, 1, 2)
    bounced = np.isin(np.arange(7), (2, 5))[:, None, None]
    stuck = slide(places, bounced, 9)[:, 0, 0]
    assert stuck[:, 1].tolist() == [3, 1, 0, 0, 0, 0, 0]
    assert stuck[:, 0].tolist() == y.tolist()
    np.testing.assert_array_equal(slide(places, np.zeros_like(bounced), 9), places)


@pytest.mark.parametrize(
    "event, failing", [("bounces", "blind to walls"), ("overlaps", "merges digits")]
)
def test_who_must_fail_fails_just_after_and_who_knows_does_not(handmade, event, failing):
    rows = {
        name: cost_by_kind(
            handmade[name], before_and_after(getattr(handmade[name], event)), "just before"
        )["just after"]
        for name in ("true places", failing)
    }
    assert rows[failing].extra[0] > 3 * rows[failing].extra[1]
    known, error = rows["true places"].extra
    assert abs(known) < max(3 * error, 0.25 * rows[failing].extra[0])


def test_words_hold_the_numbers(errors):
    rows = cost_by_kind(errors, kinds(errors), "neither")
    costs = draw_costs(rows, "made here").text
    shares = draw_shares(rows, "these", "those", "made here").text
    for name, row in rows.items():
        assert f"{name} {row.predictor[0]:.1f} ± {row.predictor[1]:.1f}" in costs
        assert f"{name} {100 * row.extra[0]:+.1f} ± {100 * row.extra[1]:.1f}" in shares
    assert costs.endswith("made here.") and shares.endswith("made here.")
