"""The feature widgets: what they show is what the network's numbers say."""

import numpy as np
import pytest
import torch

from lstm_video_lab import Settings, VideoModel, evaluation, plots
from lstm_video_lab.lessons.features import experiment, figures, place_tuning, widgets

SMOKE = Settings.for_scale("smoke", num_digits=2)
MODEL = VideoModel(**SMOKE.model_fields(), seed=1).eval()
IMAGES = experiment.features(MODEL)
UNITS = SMOKE.units


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")


def test_a_sheet_changes_with_every_control():
    widget = widgets.ContactSheet(
        {"trained": IMAGES, "half": {k: v / 2 for k, v in IMAGES.items()}}
    )
    seen = {widget.picture()}
    for name, value in {"kind": "output future", "network": "half", "number": 5}.items():
        widget.values[name].value = value
        seen.add(widget.picture())
    assert len({picture.text for picture in seen}) == 4
    assert "the 5 of 16 units" in widget.picture().text


def test_a_sheet_scales_each_feature_by_itself():
    doubled = IMAGES["input g"] * np.linspace(1, 9, UNITS)[:, None, None]
    order = experiment.largest(doubled, 3)
    one = plots.images([figures.signed(doubled[u]) for u in order], columns=20)
    two = plots.images([figures.signed(7 * doubled[u]) for u in order], columns=20)
    assert one.png == two.png == figures.draw_sheet(doubled, "x", 3).png


def test_grey_is_zero_and_the_ends_are_the_largest():
    shown = figures.signed(np.array([[-4.0, 0.0, 2.0]]))
    assert shown[0, 0] == 0 and shown[0, 1] == 0.5 and 0.7 < shown[0, 2] < 0.8


def test_the_browser_s_words_are_the_measures_of_that_unit():
    widget = widgets.UnitBrowser(MODEL, SMOKE)
    widget.values["order"].value = ""
    widget.values["unit"].value = 4
    sequences, box = place_tuning.SEQUENCES["smoke"], SMOKE.image_size - SMOKE.digit_size
    h = place_tuning.activity(MODEL, SMOKE, sequences)
    places = place_tuning.positions(SMOKE, sequences)
    words = widget.picture().text
    assert words.startswith(f"Unit 4 of {UNITS}, positions of the same frame")
    for part in ("encoder", "future decoder"):
        explained = place_tuning.tune(h[part], places[part], box).explained[3]
        assert f"{part}: the place of a digit explains {100 * explained:.0f} %" in words
    widget.values["way"].value = "other"
    assert widget.picture().text != words


def test_units_are_counted_from_the_largest():
    widget = widgets.UnitBrowser(MODEL, SMOKE)
    images = experiment.crop(IMAGES, experiment.lit_region(SMOKE))["input o"]
    widget.values["order"].value = "input o"
    for rank in (1, UNITS):
        widget.values["unit"].value = rank
        unit = experiment.largest(images, UNITS)[rank - 1] + 1
        assert widget.picture().text.startswith(f"Unit {unit} of")


def test_all_units_together_are_the_prediction():
    sequences = 3
    readout = widgets.FrameBuilder(MODEL, SMOKE, sequences).readout
    frames = evaluation.heldout_data(SMOKE).batch(0, sequences).float() / 255
    with torch.inference_mode():
        future = MODEL(frames[: SMOKE.frames_in], future=SMOKE.frames_out).future.sigmoid()
    rows, columns = experiment.lit_region(SMOKE)
    for step, n in ((0, 0), (2, 1)):
        h = readout.h[step, n]
        whole, chosen = experiment.partial_frame(readout, h, UNITS)
        np.testing.assert_allclose(whole, future[step, n, rows, columns].numpy(), atol=1e-5)
        assert sorted(chosen) == list(range(UNITS))
        mean_frame, none = experiment.partial_frame(readout, h, 0)
        assert len(none) == 0 and not np.allclose(mean_frame, whole)


def test_the_way_to_the_prediction_is_gone_by_the_units():
    widget = widgets.FrameBuilder(MODEL, SMOKE, 3)
    first = SMOKE.frames_in + 1
    assert ", 0 % of the way" in widget.render(1, first, 0).text
    assert ", 100 % of the way" in widget.render(1, first, UNITS).text
    before = widget.picture()
    widget.values["sequence"].value = 2
    assert widget.picture().png != before.png
    frame = widget.values["frame"]
    assert (frame.min, frame.max) == (first, SMOKE.frames_in + SMOKE.frames_out)


def test_where_a_unit_draws_is_kept_back_for_the_guess():
    shown, hidden = (widgets.UnitBrowser(MODEL, SMOKE, draws=draws) for draws in (True, False))
    assert shown.picture().text == hidden.picture().text
    assert shown.picture().png != hidden.picture().png


def test_a_frame_is_built_from_none_to_all_of_the_units():
    readout = widgets.FrameBuilder(MODEL, SMOKE, 3).readout
    words = figures.draw_builds(readout, 1, 1).text
    one, mean = words.split("Mean of")
    assert " 0 units 0 %" in one and f" {UNITS} units 100 %." in one
    assert " 0 units 0 %" in mean and f" {UNITS} units 100 %." in mean


def test_chances_of_one_network_are_those_of_the_experiment():
    shapes = experiment.shapes(IMAGES)
    chance = experiment.chances(shapes, "length")["g"]
    words = figures.draw_chances(shapes).text
    assert f"g {chance:.2f}" in words.split("length")[1].split("elongation")[0]
