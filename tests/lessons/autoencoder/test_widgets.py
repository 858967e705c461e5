"""The widgets of the autoencoder's lesson: what they say is what was stored, trained or erased."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from lstm_video_lab.lessons.autoencoder.output_order import Profile
from lstm_video_lab.lessons.autoencoder.state_bottleneck import CARRIED, reconstruct
from lstm_video_lab.lessons.autoencoder.widgets import (
    OrderExplorer,
    StateExplorer,
    UnitsExplorer,
)
from lstm_video_lab.models import VideoModel
from lstm_video_lab.settings import Settings

SETTINGS = Settings.for_scale("smoke", predict=False)
MODEL = VideoModel(**SETTINGS.model_fields()).eval()
LEVELS = {"mean image": 30.0, "copy last": None}


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")


def moves(widget, **values):
    """Move controls; whether picture and words both became others."""
    before = widget.picture()
    assert before == widget.picture() and len(before.png) < 60 * 1024
    for name, value in values.items():
        widget.values[name].value = value
    after = widget.picture()
    return after.png != before.png and after.text != before.text


@pytest.mark.parametrize("value", [{"number": 3}, {"erased": 40}, {"carried": "c only"}])
def test_every_control_of_the_state_explorer_matters(value):
    assert moves(StateExplorer(MODEL, SETTINGS), **value)


def test_the_whole_state_gives_what_the_model_gives_and_no_state_the_same_for_all_sequences():
    widget = StateExplorer(MODEL, SETTINGS)
    inputs = [widget.frames[:, n : n + 1] for n in (0, 1)]
    for frames in inputs:
        h, c, logits = reconstruct(MODEL, frames)
        torch.testing.assert_close(logits, MODEL(frames).reconstruction)
        assert (h != 0).all() and (c != 0).all()
    nothing = [reconstruct(MODEL, frames, 1.0) for frames in inputs]
    assert not nothing[0][0].any() and not nothing[0][1].any()
    assert torch.equal(nothing[0][2], nothing[1][2])


def test_a_larger_share_erases_the_same_numbers_and_more():
    frames = StateExplorer(MODEL, SETTINGS).frames[:, :1]
    zeros = [
        torch.cat(reconstruct(MODEL, frames, share)[:2], 1)[0] == 0
        for share in (0.0, 0.25, 0.5, 1.0)
    ]
    units = SETTINGS.units
    assert [int(z.sum()) for z in zeros] == [0, units // 2, units, 2 * units]
    assert all((less <= more).all() for less, more in pairwise(zeros))
    for name, (has_h, has_c) in CARRIED.items():
        h, c, _ = reconstruct(MODEL, frames, carried=name)
        assert (bool(h.any()), bool(c.any())) == (has_h, has_c)


def profiles():
    steps = np.array([10, 20])
    newest = np.array([[[9, 8, 7, 6], [1, 2, 3, 4]], [[9, 8, 7, 6], [3, 4, 5, 6]]], float)
    return {"newest first": Profile(steps, newest), "oldest first": Profile(steps, newest + 1)}


def test_the_order_explorer_says_means_over_seeds():
    widget = OrderExplorer(profiles(), LEVELS, 1)
    words = widget.picture().text
    assert "After 20 steps" in words and "mean of 2 seeds" in words
    assert "newest first: mean 3.5, from 2.0 at 1 to 5.0 at 4" in words
    assert "oldest first: mean 4.5, from 3.0 at 1 to 6.0 at 4" in words
    assert "mean image 30.0" in words and "copy last" not in words
    assert moves(widget, moment=0)


def test_a_built_page_shows_three_moments_and_says_the_middle_one():
    widget = OrderExplorer(profiles(), LEVELS, 1)
    still = widget.still()
    assert still.text == widget.picture().text and still.png != widget.picture().png


def test_by_frame_turns_only_the_reversed_order_round():
    widget = OrderExplorer(profiles(), LEVELS, 1)
    assert moves(widget, by_frame=True)
    words = widget.picture().text
    assert "newest first: mean 3.5, from 2.0 at 4 to 5.0 at 1" in words
    assert "oldest first: mean 4.5, from 3.0 at 1 to 6.0 at 4" in words


def stored(units):
    score = {"mse": 512 / units, "cross_entropy": 30.0, "stderr": {"mse": 0.25}}
    return {
        "parameters": 1000 * units,
        "steps": 20,
        "seconds": 2.0,
        "seeds": {"mse": [512 / units + more for more in (-0.25, 0, 0.25)]},
        "curve": {"step": [10, 20], "reconstruction": [40.0, 30.0 - units / 100]},
        "report": {"image_size": 16, "reconstruction": score},
    }


def test_the_units_explorer_says_what_was_stored():
    level = {"cross_entropy": 35.0, "mse": 6.0}
    result = {
        "scale": "smoke",
        "units": {str(units): stored(units) for units in (500, 64, 256)},
        "lab_report": {"500": 0.02744},
        "baselines": dict.fromkeys(("mean_image", "copy_last", "entropy_bound"), level),
    }
    widget = UnitsExplorer(result)
    assert [value for _, value in widget.values["units"]._options_full] == [64, 256, 500]
    words = widget.picture().text
    assert "256 units: 256,000 parameters, 20 steps" in words
    assert (
        "2.00 per frame (mean of 3 seeds, ± 0.25), 0.0078 per pixel" in words
        and "none for this size" in words
    )
    assert moves(widget, units=500) and "0.0274 per pixel" in widget.picture().text
    assert moves(widget, units=64)
