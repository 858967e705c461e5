"""The widgets of lesson 14, on a result and a ladder whose numbers are known."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from lstm_video_lab import metrics
from lstm_video_lab.data.frames import pack_frames
from lstm_video_lab.lessons.video_ladder.experiment import MIXES
from lstm_video_lab.lessons.video_ladder.model import Ladder
from lstm_video_lab.lessons.video_ladder.widgets import MixExplorer, StateExplorer

RNG = np.random.default_rng(0)


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


def test_states_are_those_of_the_ladder_and_errors_those_of_the_frame():
    model, clip = Ladder(16, 1, 2, 4), torch.rand(6, 16, 16)
    widget = StateExplorer(model, clip)
    assert [words for words, _ in widget.values["rung"].options] == ["8×8", "4×4"]
    assert widget.values["frame"].max == 5
    text = widget.render(4, 1).text
    predicted = metrics.squared_error(model(clip[:4, None]), clip[4:5, None]).item()
    copied = metrics.squared_error(clip[3:4, None], clip[4:5, None]).item()
    assert f"error {predicted:.1f}, of a copy {copied:.1f}" in text and "12 maps" in text
    pictures = {widget.render(frame, rung).png for frame in (1, 5) for rung in (0, 1)}
    assert len(pictures) == 4 and max(map(len, pictures)) < 60 * 1024
    assert widget.render(2, 0) == widget.render(2, 0)
