"""The widget of lesson 14b, on a result whose numbers are known."""

import io

import numpy as np
import pytest
from PIL import Image

from lstm_video_lab.data.frames import pack_frames
from lstm_video_lab.lessons.ladder_claims import trials
from lstm_video_lab.lessons.ladder_claims.colour_figures import words_of
from lstm_video_lab.lessons.ladder_claims.widgets import MixExplorer
from lstm_video_lab.lessons.video_ladder.experiment import AHEAD, FIRST, MIXES


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")


def small_result():
    """Seed n of mix k explains k + n of contours; its frames are one colour, brightest for k."""
    trials = {}
    for k, name in enumerate(MIXES):
        shown = pack_frames(np.full((3, 2, 3, 8, 8), 30 * k, np.uint8))
        for seed in (0, 1):
            trials[f"{name}/{seed}"] = {"contours": float(k + seed), "colours": -float(k),
                                        "mse": [10.0 + k], "shown": shown}  # fmt: skip
    truth = {"shown": pack_frames(np.full((3, 2, 3, 8, 8), 255, np.uint8))}
    levels = {"truth": truth, "copy last": {"mse": [4.0]}, "mean image": {"mse": [99.0]}}
    return {"scale": "smoke", "trials": trials, "baselines": {"colour": levels}}


def test_the_sliders_choose_among_shares_that_sum_to_one():
    widget = MixExplorer(small_result())
    seen = set()
    for dssim in (0.0, 0.5, 1.0):
        for l1 in (0.0, 0.5, 1.0):
            widget.values["dssim"].value, widget.values["l1"].value = dssim, l1
            text = widget.text.value
            k = list(MIXES.values()).index((dssim, l1 * (1 - dssim), (1 - l1) * (1 - dssim)))
            assert f"{dssim:g}·DSSIM + {l1 * (1 - dssim):g}·L1" in text
            assert ("Nothing is left" in text) == (dssim == 1)
            assert f"contours: {k:.2f}, {k + 1:.2f}, of colours" in text
            assert f"error {10 + k:.2f}" in text
            assert "copy last 4.00" in text and "mean image 99.0" in text
            pixels = np.asarray(Image.open(io.BytesIO(widget.image.value)).convert("RGB"))
            shades, counts = np.unique(pixels.max(-1), return_counts=True)
            assert counts[shades == 30 * k].sum() >= 6 * 8 * 8  # six frames, or larger ones
            seen.add(text)
    assert len(seen) == 7


def test_the_mixes_are_those_of_the_trials():
    assert trials.mixes_of(small_result()) == list(MIXES)
    for name, shares in MIXES.items():
        assert trials.shares_of(name) == pytest.approx(shares)
    assert words_of("mix 0.5 0.0") == "DSSIM, L2" and words_of("mix 1.0 0.0") == "DSSIM"
    assert (trials.FIRST, trials.AHEAD) == (FIRST, AHEAD)
