"""Looking up: the nearest clip is found, also when it comes late, and is answered with whole."""

import pytest
import torch

from lstm_video_lab import Settings, evaluation
from lstm_video_lab.data.frames import to_unit
from lstm_video_lab.data.sources import open_data
from lstm_video_lab.lessons.table2 import nearest_clip
from lstm_video_lab.lessons.table2.figures import draw_looking_up

SETTINGS = Settings.for_scale("smoke")


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(nearest_clip, "AT_ONCE", 20)


def test_the_nearest_are_those_with_the_least_squared_error():
    draw = torch.Generator().manual_seed(0)
    seen = torch.rand(3, 5, 4, 4, generator=draw)
    collection = torch.rand(3, 30, 4, 4, generator=draw)
    difference = seen[:, :, None] - collection[:, None]  # (T, N, C, S, S)
    expected = difference.square().sum((0, 3, 4)).argsort(1)[:, :7].T
    assert torch.equal(nearest_clip.nearest(seen, collection, 7), expected)


def test_a_clip_of_the_collection_finds_itself_and_its_future():
    data = to_unit(open_data(SETTINGS).batch(0, 60))  # three parts
    chosen = data[:, [3, 25, 59]]
    found = nearest_clip.find(SETTINGS, chosen[: SETTINGS.frames_in], 60, 2)
    assert found.shape == (len(data), 2, 3, *data.shape[2:])
    assert torch.equal(found[:, 0], chosen)


def test_parts_find_what_the_whole_collection_holds():
    past = to_unit(evaluation.heldout_data(SETTINGS).batch(0, 6))[: SETTINGS.frames_in]
    whole = to_unit(open_data(SETTINGS).batch(0, 60))
    places = nearest_clip.nearest(past, whole[: SETTINGS.frames_in], 4)
    found = nearest_clip.find(SETTINGS, past, 60, 4)
    torch.testing.assert_close(found, whole[:, places])


def test_errors_are_those_of_the_mean_of_the_nearest():
    found = nearest_clip.errors_by_size(SETTINGS, (20, 60), (1, 3), clips=8)
    assert list(found) == [1, 3] and [len(line) for line in found.values()] == [2, 2]
    truth = to_unit(evaluation.heldout_data(SETTINGS).batch(0, 8))
    seen = SETTINGS.frames_in
    clips = nearest_clip.find(SETTINGS, truth[:seen], 60, 3)
    expected = (clips[seen:].mean(1) - truth[seen:]).square().sum((2, 3)).mean()
    assert found[3][1] == pytest.approx(expected.item(), rel=1e-5)


def test_the_picture_names_the_trained_models():
    table = {
        "baselines": {"mean_image": {"mse": 20.0}},
        "models": {
            "future predictor": {"mse": 12.0, "steps": 9},
            "composite": {"mse": 10.0, "steps": 9},
        },
    }
    text = draw_looking_up({1: [27.0, 21.0], 10: [17.0, 13.0]}, (5, 50), table).text
    assert "1 nearest: 27.0, 21.0; 10 nearest: 17.0, 13.0" in text
    assert "mean image 20.0, future predictor 12.0, composite 10.0" in text
