"""One clip at some twenty moments of a training, from a small run and from its resumption."""

import pytest

from lstm_video_lab.data.frames import unpack_frames
from lstm_video_lab.lessons.composite import time_lapse
from lstm_video_lab.widgets.time_lapse import TimeLapse, draw_moments, draw_time_lapse


def finish(steps):
    lines = []
    while True:
        try:
            lines.append(next(steps))
        except StopIteration as end:
            return lines, end.value


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return finish(time_lapse.run("smoke", tmp_path_factory.mktemp("whole")))[1]


@pytest.mark.parametrize("steps", [1, 7, 20, 4000, 100_000])
def test_moments_begin_with_nothing_learnt_and_end_with_the_run(steps):
    moments = time_lapse.moments_of(steps)
    assert moments[0] == 0 and moments[-1] == steps
    assert moments == sorted(set(moments)) and len(moments) <= time_lapse.MOMENTS


def test_each_moment_has_its_error_and_its_prediction(result):
    for model in result["models"].values():
        assert model["step"] == time_lapse.moments_of(model["settings"]["steps"])
        assert len(model["step"]) == len(model["future"]) == len(model["predicted"])
        assert model["predicted"][0] != model["predicted"][-1]
        assert model["future"][-1] < model["future"][0]


def test_a_run_that_was_stopped_gives_the_same(result, tmp_path):
    stopped = time_lapse.run("smoke", tmp_path)
    for _ in range(9):
        next(stopped)
    stopped.close()
    again = finish(time_lapse.run("smoke", tmp_path))[1]
    assert again["models"] == result["models"]


def test_the_widget_shows_the_moment_it_says(result):
    widget = TimeLapse(result)
    widget.values["moment"].value = 0
    for name, model in result["models"].items():
        assert f"{name} after 0 steps of 4 clips: {model['future'][0]:.1f}" in widget.text.value
    first = draw_time_lapse(result, 0)
    last = draw_time_lapse(result)
    assert first.png != last.png
    assert unpack_frames(result["clip"]).shape[0] > result["frames_in"]


def test_a_model_that_was_stopped_stays_at_its_last_moment(result):
    name, model = next(iter(result["models"].items()))
    short = {key: model[key][:3] for key in ("step", "future", "predicted")}
    stopped = {**result, "models": {**result["models"], name: {**model, **short}}}
    last = max(len(one["step"]) for one in stopped["models"].values()) - 1
    assert TimeLapse(stopped).values["moment"].max == last
    for words in (draw_time_lapse(stopped, last).text, draw_moments(stopped).text):
        assert f"after {short['step'][-1]} steps of 4 clips" in words
        assert f"{short['future'][-1]:.1f}" in words


def test_a_built_page_shows_several_moments_of_each_model(result):
    words = TimeLapse(result).still().text
    for model in result["models"].values():
        assert f"{model['future'][-1]:.1f} (the last after {model['step'][-1]} steps" in words
