"""The reach explorer and the rivals' curves."""

import pytest
import torch

from lstm_video_lab import Settings, VideoModel
from lstm_video_lab.lessons.convlstm.figures import draw_reach, draw_rivals
from lstm_video_lab.lessons.convlstm.reach import states_of_moved
from lstm_video_lab.lessons.convlstm.widgets import ReachExplorer, RivalExplorer

SMOKE = Settings.for_scale("smoke")


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("LAB_STRICT", "1")


@pytest.fixture
def result():
    """A made-up result: "conv" has 60 ± 2 nats, each other model 10 more than the one before."""
    names = [
        "conv", "few, equal time", "many, equal time", "conv, kernel 3", "conv, kernel 1"
    ]  # fmt: skip
    models = {}
    for n, name in enumerate(names):
        nats = 60.0 + 10 * n
        scores = [{"cross_entropy": nats + d, "mse": 9.0} for d in (-2.0, 0.0, 2.0)]
        models[name] = {
            "settings": {"batch_size": 16},
            "parameters": 1000 * (n + 1),
            "steps": 100 * (n + 1),
            "seeds": 3,
            "future": scores,
            "reconstruction": scores,
            "curve": {
                "step": [50 * (n + 1), 100 * (n + 1)],
                "future": [nats + 5, nats],
                "reconstruction": [nats, nats - 5],
            },
        }
    return {
        "scale": "smoke",
        "models": models,
        "step_seconds": {name: 0.1 / (n + 1) for n, name in enumerate(names)},
        "baselines": {
            "mean_image": {"cross_entropy": 108.0},
            "entropy_bound": {"cross_entropy": 17.0},
            "copy_last": {"cross_entropy": None},
        },
    }


def test_words_say_how_far_it_may_be_and_is():
    # A horizon of (3 − 1)/2 · (1 + 2) = 3 patches around the one in the corner: 4 × 4 of 8 × 8.
    words = draw_reach(SMOKE, kernel=3, patch=2, layers=1, steps=2).text
    assert "up to 3 away; in an untrained" in words
    assert "up to 3 patches away, by 16 patches of 64" in words
    assert "A change travels 2 pixels a step, a digit at most 0.9" in words


def test_with_a_kernel_of_one_nothing_gets_away():
    words = draw_reach(SMOKE, kernel=1, patch=4, layers=3, steps=3).text
    assert "up to 0 patches away, by 1 patches of 16" in words


def test_each_control_of_the_reach_explorer_matters():
    widget = ReachExplorer(SMOKE)
    for name, value in {"kernel": 3, "patch": 2, "layers": 2, "steps": 1}.items():
        before = widget.picture()
        widget.values[name].value = value
        after = widget.picture()
        assert after.png != before.png and after.text != before.text


def test_rivals_in_numbers(result):
    words = draw_rivals(result, "rivals", "seconds", "future").text
    assert "16 maps 60.0 ± 2.0 after 100 steps (1,000 parameters)" in words
    assert "256 units 80.0 ± 2.0 after 300 steps" in words and "kernel" not in words
    assert "mean image 108.0, entropy bound 17.0" in words
    assert "Baselines" not in draw_rivals(result, "rivals", "seconds", "reconstruction").text


def test_each_control_of_the_rivals_matters(result):
    widget = RivalExplorer(result)
    for name, value in {"group": "kernels", "count": "sequences", "part": "reconstruction"}.items():
        before = widget.picture()
        widget.values[name].value = value
        assert widget.picture().png != before.png


def test_moving_a_clip_moves_maps_inside():
    model = VideoModel(
        cell="convlstm", units=3, kernel_size=3, patch=2, image_size=16, reconstruct=False
    ).double()
    clip = torch.zeros(2, 1, 16, 16, dtype=torch.float64)
    clip[:, :, 6:9, 6:9] = torch.rand(3, 3, dtype=torch.float64)
    still, moved = states_of_moved(model, clip, 2)  # by one patch: (B, C, 8, 8)
    torch.testing.assert_close(still[..., :, 2:5], moved[..., :, 3:6])
    assert not torch.allclose(still, moved)
