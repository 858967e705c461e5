"""Digits that stay at one side, models that learn there, and what large models cost."""

import numpy as np
import pytest
import torch

from lstm_video_lab import Settings, VideoModel
from lstm_video_lab.data.frames import unpack_frames
from lstm_video_lab.files import read_result
from lstm_video_lab.lessons import experiments
from lstm_video_lab.lessons.convlstm import costs, diagram, figures, places


@pytest.mark.parametrize("side", places.SIDES)
def test_a_digit_stays_in_its_column_and_goes_up_and_down_as_in_the_clips_it_comes_from(side):
    data = places.digits_at(side, "test", 7)
    frames = data.batch(0, 30)
    first, last = places.SIDES[side]
    lit = frames.amax((0, 1, 2)).nonzero().flatten().tolist()
    assert first <= lit[0] and lit[-1] < last + data.data.digit_size
    rows = (frames.amax(3), data.data.batch(0, 30).amax(3))  # (T, B, H): all that is not sideways
    assert torch.equal(*rows)


def test_a_sequence_is_a_function_of_its_number_alone():
    data = places.digits_at("left", "train", 3)
    assert torch.equal(data.batch(0, 6)[:, 4:], data.batch(2, 2))


def test_both_sides_show_the_same_digits():
    left, right = (
        places.digits_at(side, "test", 0).batch(0, 4).flatten(2) for side in places.SIDES
    )
    assert torch.equal(left.sort(-1).values, right.sort(-1).values)


def test_the_experiment_stores_what_a_lesson_asks_for(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "SEEDS", (0, 1))
    list(experiments.run("places", "smoke", tmp_path))
    result = read_result(tmp_path / "places.json")
    assert result["made"]["seeds"] == [0, 1]
    for side in places.SIDES:
        assert unpack_frames(result["truth"][side]).shape == (10, 32, 32)
        for name, (mean, deviation) in places.errors_at(result, side).items():
            a, b = result["models"][name]["nats"][side]
            assert mean == pytest.approx((a + b) / 2)
            assert deviation == pytest.approx(abs(a - b) / 2**0.5)
        assert figures.draw_places_clip(result, side).png
    levels = result["baselines"]["right"]
    assert levels["entropy bound"] < levels["mean image"] < levels["mean image of the left"]


@pytest.mark.parametrize("fields", ({"units": 3}, {"cell": "convlstm", "units": 2}))
def test_multiplications_are_those_of_every_step_at_every_place(fields):
    model = VideoModel(**fields, image_size=8)
    if "cell" in fields:  # 16 pixels of a patch, 4 places, kernels of 5×5, 2 maps
        encoder, decoder = 4 * 4 * 2 * (16 + 2) * 25, 4 * 4 * 2 * 2 * 25 + 4 * 2 * 16
    else:
        encoder, decoder = 4 * 3 * (64 + 3), 4 * 3 * 3 + 3 * 64
    assert costs.multiplications(model, 5, 7) == 5 * encoder + (5 + 7) * decoder


def test_the_cost_of_a_model_counts_the_trainings_it_was_started_from():
    model = VideoModel(units=3, image_size=8)
    settings = Settings.for_scale("smoke", batch_size=4).to_dict()
    before = {"steps": 10, "seconds": 1800, "settings": settings | {"batch_size": 2}}
    model.card = {"steps": 5, "seconds": 1800, "settings": settings, "ancestors": [before]}
    cost = costs.cost_of(model)
    assert (cost.clips, cost.hours, cost.units) == (40, 1.0, 3)


def test_the_drawing_of_a_step_is_no_empty_sheet():
    picture = diagram.draw_convlstm_step()
    assert "same weights" in picture.text and len(picture.png) > 3000
    assert np.frombuffer(picture.png[16:24], ">u4").tolist()[0] == 850
