"""The explorer of conditional decoders, on a small result whose numbers are known."""

from unittest import mock

import numpy as np
import pytest

from lstm_video_lab.data.frames import pack_frames
from lstm_video_lab.lessons.future_predictor.experiment import errors_by_step, stored_sequence
from lstm_video_lab.lessons.future_predictor.figures import MODELS, WAYS, draw_conditioning
from lstm_video_lab.lessons.future_predictor.widgets import ConditioningExplorer
from lstm_video_lab.plots.page import Page

IN, OUT, S = 4, 3, 8


def small_result() -> dict:
    """What the experiment stores: two sequences, errors 20 ... 41 that tell model and way."""
    random = np.random.default_rng(0)
    frames = random.integers(0, 256, (IN + OUT, 2, S, S), dtype=np.uint8)
    models = {}
    for n, name in enumerate(MODELS):
        future = random.integers(0, 256, (OUT, 2, S, S), dtype=np.uint8)
        free = [30.0 + n, 32.0 + n, 38.0 + n]
        shown = [20.0 + n] * OUT if n else free
        models[name] = {
            "settings": {"conditional": "future" if n else False, "frames_in": IN},
            "steps": 20,
            "seeds": {
                way: [[value + more for value in values] for more in (-1.0, 0.0, 1.0)]
                for way, values in (("free", free), ("shown", shown))
            },
            "examples": {"frames": pack_frames(frames), "future": pack_frames(future)},
        }
    levels = {"mean_image": {"cross_entropy": 50.0}, "entropy_bound": {"cross_entropy": 10.0}}
    return {"scale": "smoke", "models": models, "baselines": levels}


RESULT = small_result()


def test_a_free_decoder_is_fed_its_own_frame_and_a_shown_one_the_true_frame():
    free, shown = stored_sequence(RESULT, "own", False, 2), stored_sequence(RESULT, "own", True, 2)
    for rows, source in ((free, "predicted"), (shown, "truth")):
        assert np.isnan(rows["fed"][0]).all()  # the first step gets nothing
        origin = free["predicted"] if source == "predicted" else rows["truth"]
        np.testing.assert_array_equal(rows["fed"][1:], origin[:-1])
    assert "predicted" not in shown  # only free runs are stored
    assert (free["truth"] != stored_sequence(RESULT, "own", False, 1)["truth"]).any()


def test_an_unconditional_decoder_is_fed_nothing_and_scored_one_way():
    for shown in WAYS:
        rows = stored_sequence(RESULT, "unconditional", shown, 1)
        assert set(rows) == {"truth", "predicted"}
    assert (
        errors_by_step(RESULT, True)["unconditional"]
        == errors_by_step(RESULT, False)["unconditional"]
    )
    assert "fed nothing" not in draw_conditioning(RESULT, "own", False, 1).text
    assert "both ways are one" in draw_conditioning(RESULT, "unconditional", True, 1).text


@pytest.mark.parametrize("model", [name for name in MODELS if name != "unconditional"])
def test_the_words_give_the_numbers_of_the_chosen_model_and_way(model):
    n = list(MODELS).index(model)
    free = draw_conditioning(RESULT, model, False, 1).text
    shown = draw_conditioning(RESULT, model, True, 1).text
    assert f"{30 + n}.0 nats at the first predicted frame, {38 + n}.0 at the last" in free
    assert f"shown the true frame, the last is {20 + n}.0" in free
    assert f"{20 + n}.0 nats at the first predicted frame, {20 + n}.0 at the last" in shown
    assert "mean image 50.0" in shown and "20 steps at smoke scale" in shown


def test_every_control_changes_the_picture():
    widget = ConditioningExplorer(RESULT)
    assert set(widget.values["model"].options) == {(words, name) for name, words in MODELS.items()}
    assert widget.values["sequence"].max == 2
    state = {"model": "teacher", "shown": False, "sequence": 1}
    assert set(widget.values) == set(state)
    first = widget.render(**state)
    assert first == widget.render(**state)
    for change in ({"model": "own"}, {"shown": True}, {"sequence": 2}):
        assert first.png != widget.render(**{**state, **change}).png
    assert len(first.png) < 60 * 1024


def test_errors_stand_below_the_numbers_of_their_frames():
    with (
        mock.patch.object(Page, "frames", autospec=True, side_effect=Page.frames) as frames,
        mock.patch.object(Page, "label_ends") as label_ends,
    ):
        draw_conditioning(RESULT, "own", False, 1)
    axes = label_ends.call_args.args[0]
    assert frames.call_args.kwargs["first"] == IN + 1
    assert axes.get_xticks().tolist() == list(range(IN + 1, IN + OUT + 1))
    assert axes.lines[0].get_xdata().tolist() == axes.get_xticks().tolist()
