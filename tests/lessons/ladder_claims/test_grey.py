"""Pixels that start grey: what comes first under which loss, and the pictures of it."""

import torch

from lstm_video_lab.lessons.ladder_claims import colour_figures, grey
from lstm_video_lab.lessons.video_ladder import experiment
from lstm_video_lab.lessons.video_ladder.model import mixed_loss

MOMENTS = (0, 5, 40)


def test_squared_error_downhill_explains_contours_and_colours_alike():
    """Each pixel goes straight to its own value, so that all shares are 1 − (1 − 4% …)²."""
    painted = grey.paint("downhill", MOMENTS, 16, 4)
    for contours, colours in zip(painted.contours["L2"], painted.colours["L2"], strict=True):
        assert abs(contours - colours) < 1e-4
    left = (1 - 2 * grey.RATES["L2"]) ** (2 * 5)
    assert abs(painted.contours["L2"][1] - (1 - left)) < 1e-4
    assert torch.equal(painted.pixels["L2"][0], torch.full_like(painted.truth, 0.5))


def test_dssim_downhill_explains_contours_and_hardly_a_colour():
    painted = grey.paint("downhill", MOMENTS, 24, 4)
    assert painted.contours["DSSIM"][-1] > 0.3 > 0.1 > painted.colours["DSSIM"][-1]


def test_the_pictures_tell_the_numbers():
    painted = grey.paint("Adam", MOMENTS, 16, 2)
    text = colour_figures.draw_painted(painted, "Adam").text
    assert f"DSSIM: contours {painted.contours['DSSIM'][-1]:.2f}" in text and "(Adam)" in text
    last = painted.colours["L2"][-1]
    assert f"L2, colours {last:.2f}" in colour_figures.draw_progress(painted, "Adam").text


def test_what_is_explained_is_what_the_trials_call_so():
    truth, near = torch.rand(2, 4, 3, 12, 12)
    for name in ("explained", "colours_of"):
        ours, theirs = getattr(grey, name), getattr(experiment, name)
        values = (near, truth) if name == "explained" else (truth,)
        torch.testing.assert_close(torch.as_tensor(ours(*values)), torch.as_tensor(theirs(*values)))
    for name, mix in (("DSSIM", (1.0, 0.0, 0.0)), ("L2", (0.0, 0.0, 1.0))):
        expected = mixed_loss(near[None], truth[None], mix)
        torch.testing.assert_close(grey.LOSSES[name](near, truth), expected)
