"""What lesson 13 prints and shows of its clips and of its models' prices."""

import torch

from lstm_video_lab.lessons.temporal_models import figures
from lstm_video_lab.lessons.temporal_models.experiment import TASKS
from lstm_video_lab.lessons.temporal_models.model import TemporalModel, cost


def test_four_clips_are_named_by_their_labels():
    labels = torch.tensor([3, 0, 1, 2])
    clips = torch.rand(5, 4, 8, 8)
    films = figures.four_clips({"direction": (clips, labels), "action": (clips, labels)})
    names = [("direction", 0), ("direction", 2), ("action", 2), ("action", 3)]
    assert list(films) == [f"{task}: {TASKS[task][labels[n]]}" for task, n in names]
    assert torch.equal(films[f"action: {TASKS['action'][2]}"], clips[:, 3])


def test_prices_are_those_of_the_models():
    model, clip = TemporalModel("3d", 4), torch.zeros(10, 1, 24, 24)
    parameters, operations = cost(model, clip)
    head, _, row = figures.of_costs({"3d": model}, clip).splitlines()
    assert "10 frames, 24×24" in head
    assert f"{parameters:,}" in row and f"{operations / 1e6:.1f} M" in row


def test_what_it_hangs_on_is_as_large_as_the_clip():
    fall = torch.zeros(3, 2, 2)
    fall[1, 0, 0] = 0.5
    picture = figures.draw_what_it_hangs_on(torch.rand(3, 8, 8), fall, 7)
    assert "digit 7" in picture.text and picture.png
